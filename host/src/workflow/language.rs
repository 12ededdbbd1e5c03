//! Language tags: the part of BCP 47 that a desk needs, in its usual spelling.

use crate::model::Language;

/// The tag in its usual spelling: language small, script with a capital, region in capitals.
pub(super) fn canonical(tag: &str) -> Result<Language, String> {
    let wrong = || {
        format!(
            "\"{tag}\" is not a language tag; write one like \"zh-Hans\", \"zh-Hant\", \"en\" or \"pt-BR\""
        )
    };
    if let Some(meant) = misnomer(tag) {
        return Err(format!(
            "\"{tag}\" is not how languages are named here; write \"{meant}\""
        ));
    }
    let mut parts = tag.split('-');
    let language = parts
        .next()
        .filter(|part| matches!(part.len(), 2 | 3) && alphabetic(part))
        .ok_or_else(wrong)?;
    let mut spelled = language.to_ascii_lowercase();
    let mut rest: Vec<&str> = parts.collect();
    if let Some(script) = rest
        .first()
        .copied()
        .filter(|part| part.len() == 4 && alphabetic(part))
    {
        let (first, others) = script.split_at_checked(1).ok_or_else(wrong)?;
        spelled.push('-');
        spelled.push_str(&first.to_ascii_uppercase());
        spelled.push_str(&others.to_ascii_lowercase());
        rest.remove(0);
    }
    let region = |part: &&str| {
        (part.len() == 2 && alphabetic(part))
            || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if let Some(region) = rest.first().copied().filter(region) {
        spelled.push('-');
        spelled.push_str(&region.to_ascii_uppercase());
        rest.remove(0);
    }
    if rest.is_empty() {
        Ok(spelled)
    } else {
        Err(wrong())
    }
}

/// What people write for the Chinese scripts and for English.
fn misnomer(tag: &str) -> Option<&'static str> {
    Some(match tag.to_lowercase().replace('_', "-").as_str() {
        "zh" | "cn" | "zh-cn" | "zh-sg" | "zh-chs" | "chinese" | "中文" | "简体中文" => {
            "zh-Hans"
        }
        "tw" | "zh-tw" | "zh-hk" | "zh-mo" | "zh-cht" | "繁體中文" | "繁体中文" => {
            "zh-Hant"
        }
        "english" => "en",
        _ => return None,
    })
}

fn alphabetic(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_get_their_usual_spelling() {
        for (written, spelled) in [
            ("zh-hans", "zh-Hans"),
            ("EN", "en"),
            ("pt-br", "pt-BR"),
            ("zh-Hant-hk", "zh-Hant-HK"),
            ("es-419", "es-419"),
        ] {
            assert_eq!(canonical(written).as_deref(), Ok(spelled));
        }
    }

    #[test]
    fn what_is_no_tag_is_refused_and_chinese_wants_its_script() {
        for wrong in [
            "",
            "e",
            "zh_Hans_",
            "english-",
            "zh-Hans-x-y",
            "日本語",
            "-",
        ] {
            assert!(canonical(wrong).is_err(), "{wrong}");
        }
        assert!(canonical("zh-CN").unwrap_err().contains("zh-Hans"));
        assert!(canonical("zh_TW").unwrap_err().contains("zh-Hant"));
    }
}
