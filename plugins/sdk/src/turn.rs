//! What the calls of a step that speaks to customers have in common.

use std::collections::BTreeMap;

use crate::{
    config::permanent,
    host::Host,
    language::Language,
    types::{Context, Manifest, Scope, StepError},
};

/// What a step says of itself, with everything written as it stands in its source.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// Its name.
    pub name: &'static str,
    /// Its version: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// One line.
    pub summary: &'static str,
    /// The grants that it asks for.
    pub grants: &'static [&'static str],
    /// The kinds of event that it handles.
    pub events: &'static [&'static str],
    /// How many of the newest messages it wants to see.
    pub history: u32,
    /// JSON Schema of its configuration.
    pub schema: &'static str,
}

impl About {
    /// The manifest.
    #[must_use]
    pub fn manifest(&self) -> Manifest {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Manifest {
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            summary: self.summary.to_owned(),
            grants: owned(self.grants),
            events: owned(self.events),
            history: self.history,
            config_schema: Some(self.schema.to_owned()),
        }
    }
}

/// What the desk calls itself to a customer, by language tag; the desk's name where none is given.
pub type Brand = BTreeMap<String, String>;

/// The desk's name in `language` (R29).
#[must_use]
pub fn brand<'a>(brand: &'a Brand, context: &'a Context, language: Language) -> &'a str {
    brand
        .get(language.tag())
        .filter(|name| !name.is_empty())
        .unwrap_or(&context.desk.name)
}

/// What the step remembers of the conversation or the account under `key`.
///
/// # Errors
/// The grant "kv" is missing.
pub fn recall(host: &impl Host, scope: Scope, key: &str) -> Result<Option<String>, StepError> {
    let value = host
        .kv_get(scope, key)
        .map_err(|error| permanent(error.to_string()))?;
    Ok(value.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// Remembers `value` under `key`.
///
/// # Errors
/// The grant "kv" is missing, or its quota is used up.
pub fn remember(host: &impl Host, scope: Scope, key: &str, value: &str) -> Result<(), StepError> {
    host.kv_set(scope, key, value.as_bytes())
        .map_err(|error| permanent(error.to_string()))
}

/// Defines the state of one call of a step: host, context, configuration, language and plan, with `begin` that sets it
/// up and `say` that adds a text to the plan in the customer's language and the desk's wording. The configuration has
/// a field `texts` of type [`crate::say::Texts`].
#[macro_export]
macro_rules! turn {
    ($name:ident, $config:ty) => {
        /// One call.
        struct $name<'a, H> {
            host: &'a H,
            context: &'a $crate::types::Context,
            config: $config,
            language: $crate::language::Language,
            plan: $crate::Plan,
        }

        impl<'a, H: $crate::Host> $name<'a, H> {
            /// The call, with its configuration read.
            fn begin(
                host: &'a H,
                context: &'a $crate::types::Context,
            ) -> Result<Self, $crate::types::StepError> {
                Ok(Self {
                    host,
                    context,
                    config: $crate::config::load(host)?,
                    language: $crate::say::language_of(context),
                    plan: $crate::Plan::new(),
                })
            }

            /// A text for the customer.
            fn say(&mut self, text: &$crate::say::Text, values: &[(&str, &str)]) {
                let text = text.say(&self.config.texts, self.language, values);
                self.plan.reply(self.language, text);
            }
        }
    };
}
