//! Finds the word that was probably meant.

use strsim::levenshtein as distance;

/// The nearest of `words`, if it is at most two slips away and shares more with `found` than it lacks.
pub(crate) fn nearest<'a>(found: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let found = found.to_lowercase();
    let nearest = words.into_iter().map(|word| (distance(&found, word), word)).min()?;
    (nearest.0 <= 2 && nearest.0 * 2 <= nearest.1.len()).then_some(nearest.1)
}

/// Whether the word is another one with a single slip, and not that one.
pub(crate) fn is_slip(found: &str, word: &str) -> bool {
    distance(found, word) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(found: &str, expected: Option<&str>) {
        let words = ["id", "retries", "timeout", "errors", "field"];
        assert_eq!(nearest(found, words), expected);
    }

    #[test]
    fn a_slip_or_two_is_recognised_and_another_word_is_not() {
        check("retrys", Some("retries"));
        check("Timeout", Some("timeout"));
        check("timout", Some("timeout"));
        check("feild", Some("field"));
        check("error", Some("errors"));
        check("is", Some("id"));
        check("when", None);
        check("x", None);
    }
}
