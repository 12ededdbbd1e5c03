//! Did you mean …?

/// The candidate that a mistyped word most likely meant, if any is near enough.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let plain = |word: &str| word.to_lowercase().replace(['_', ' '], "-");
    let wanted = plain(word);
    // A third of the word may be wrong; more is another word.
    let tolerance = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean X?`, or what there is.
pub(super) fn hint(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None if candidates.is_empty() => "there is none yet".to_owned(),
        None => format!("there is {}", candidates.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_word_and_another_word_finds_none() {
        let keys = ["name", "time-zone", "languages", "on-failure"];
        assert_eq!(nearest("on-failur", keys), Some("on-failure"));
        assert_eq!(nearest("time_zone", keys), Some("time-zone"));
        assert_eq!(nearest("Nmae", keys), Some("name"));
        assert_eq!(nearest("plugin", keys), None);
        assert_eq!(nearest("", keys), None);
    }
}
