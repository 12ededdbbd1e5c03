//! The rules, by name.

use serde::Deserialize;
use switchboard_sdk::types::Severity;

macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident = $key:literal, $name:literal, $severity:ident;)+) => {
        /// A norm of wording.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule { $($(#[$doc])* $variant,)+ }

        impl Rule {
            /// All of them; the earlier one's rewrite counts where two find fault with the same sentence.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in the configuration.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)+ }
            }

            /// Its name in findings.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// How bad a breach is where the desk doesn't say.
            #[must_use]
            pub const fn standard(self) -> Level {
                match self { $(Self::$variant => Level::$severity,)+ }
            }
        }
    };
}

rules! {
    /// Swearing and insults, spaced and in pinyin too (R22).
    Profanity = "profanity", "R22-profanity", Blocking;
    /// A figure of what customers aren't told (R23).
    Restricted = "restricted-topic", "R23-restricted-topic", Blocking;
    /// "I don't know", "should be" (R18).
    Vague = "vague-words", "R18-vague-words", Blocking;
    /// A refusal without a word of regret (R23).
    Blunt = "blunt-refusal", "R23-blunt-refusal", Warning;
    /// Another department's, the courier's, the customer's fault (R24).
    Blame = "blame-shifting", "R24-blame-shifting", Warning;
    /// Talking down to the customer (R25).
    Condescension = "condescension", "R25-condescension", Warning;
    /// An agent's own telephone or messenger, or a place of a template that nobody filled in (R29).
    Brand = "brand", "R29-brand", Warning;
    /// 哦, 恩, 啊, 撒 at the end of a clause (R19).
    Suffix = "suffix", "R19-suffix", Warning;
    /// "好的" (R20).
    Short = "too-short", "R20-too-short", Warning;
    /// A figure, a date, a number or an address that stands in none of the sources (R88).
    Invented = "invented", "R88-invented", Blocking;
    /// Something was promised (R138).
    Promise = "promise", "R138-promise", Info;
}

/// How bad a breach of a rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Not looked for.
    Off,
    /// Worth knowing.
    Info,
    /// Should be better.
    Warning,
    /// Is not sent.
    Blocking,
}

impl Level {
    /// The contract's word for it; none where the rule is off.
    #[must_use]
    pub const fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Blocking => Some(Severity::Blocking),
        }
    }
}
