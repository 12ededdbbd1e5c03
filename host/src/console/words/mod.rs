//! The console's own texts, by name, in three languages. Each page has a file.

mod called;
mod columns;
mod common;
mod inbox;
mod knowledge;
mod people;
mod plugins;
mod reports;
mod runs;
mod tickets;
mod workflow;

use std::collections::HashMap;
use std::sync::LazyLock;

/// A language of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    En,
    /// Simplified Chinese.
    Hans,
    /// Traditional Chinese.
    Hant,
}

impl Lang {
    /// Every one.
    pub(crate) const ALL: [Self; 3] = [Self::En, Self::Hans, Self::Hant];

    /// As pages and people's rows name it.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Hans => "zh-Hans",
            Self::Hant => "zh-Hant",
        }
    }

    /// Its own name for itself.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Hans => "简体中文",
            Self::Hant => "繁體中文",
        }
    }

    /// The language of that tag.
    pub(crate) fn of(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }
}

/// A text in three languages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    id: &'static str,
    texts: [&'static str; 3],
}

/// A text: its name, English, Simplified, Traditional.
const fn w(id: &'static str, en: &'static str, hans: &'static str, hant: &'static str) -> Word {
    Word {
        id,
        texts: [en, hans, hant],
    }
}

/// Every file of them.
const FILES: &[&[Word]] = &[
    called::WORDS,
    common::WORDS,
    columns::WORDS,
    people::WORDS,
    inbox::WORDS,
    knowledge::WORDS,
    plugins::WORDS,
    reports::WORDS,
    runs::WORDS,
    tickets::WORDS,
    workflow::WORDS,
];

static WORDS: LazyLock<HashMap<&'static str, [&'static str; 3]>> = LazyLock::new(|| {
    let all = FILES.iter().flat_map(|file| file.iter());
    all.map(|word| (word.id, word.texts)).collect()
});

/// The text of that name; the name itself where there is none, which a test forbids.
pub(crate) fn say(lang: Lang, id: &str) -> &str {
    let texts = WORDS.get(id);
    let of = |[en, hans, hant]: &[&'static str; 3]| match lang {
        Lang::En => *en,
        Lang::Hans => *hans,
        Lang::Hant => *hant,
    };
    texts.map_or(id, of)
}

/// The text of that name, if there is one.
pub(crate) fn known(lang: Lang, id: &str) -> Option<&'static str> {
    WORDS.contains_key(id).then(|| {
        WORDS.get(id).map_or("", |[en, hans, hant]| match lang {
            Lang::En => en,
            Lang::Hans => hans,
            Lang::Hant => hant,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn texts(dir: &Path, found: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if !path.ends_with("words") {
                    texts(&path, found);
                }
            } else {
                found.push_str(&std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    /// The names that templates and handlers ask for: `t("…")`, and those that are put together from a beginning that
    /// ends in `-`.
    fn used() -> (BTreeSet<String>, BTreeSet<String>) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = String::new();
        texts(&root.join("templates/console"), &mut all);
        texts(&root.join("src/console"), &mut all);
        let (mut names, mut beginnings) = (BTreeSet::new(), BTreeSet::new());
        for call in [".t(\"", ".fill(\"", "?done="] {
            for part in all.split(call).skip(1) {
                let name = part.split('"').next().unwrap();
                names.insert(name.to_owned());
            }
        }
        for part in all.split(".one(\"").skip(1) {
            beginnings.insert(format!("{}-", part.split('"').next().unwrap()));
        }
        (names, beginnings)
    }

    #[test]
    fn every_text_is_there_once_in_all_three_languages_and_used() {
        let (names, beginnings) = used();
        let mut seen = BTreeSet::new();
        for word in FILES.iter().flat_map(|file| file.iter()) {
            assert!(seen.insert(word.id), "{} stands twice", word.id);
            for text in word.texts {
                assert!(!text.trim().is_empty(), "{}", word.id);
                assert_eq!(
                    text.matches("{}").count(),
                    word.texts[0].matches("{}").count(),
                    "{}: the same places in every language",
                    word.id
                );
            }
            assert!(
                names.contains(word.id)
                    || beginnings
                        .iter()
                        .any(|beginning| word.id.starts_with(beginning)),
                "{} is never said",
                word.id
            );
        }
        for name in &names {
            assert!(seen.contains(name.as_str()), "there is no text {name}");
        }
    }
}
