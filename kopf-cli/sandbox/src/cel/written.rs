//! Names of fields as rules write them: what could be no name in an expression stands between two underscores and two.

use super::RESERVED;

/// What stands for what no name in an expression may have, the longest first.
const WORDS: [(&str, &str); 4] = [("__", "underscores"), (".", "dot"), ("-", "dash"), ("/", "slash")];

/// A field's name as rules write it; one that they cannot write stays as it is.
pub(crate) fn escape(name: &str) -> String {
    if RESERVED.contains(&name) {
        return format!("__{name}__");
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let can_be_written = |letter: char| is_plain(letter) || ['.', '-', '/'].contains(&letter);
    let is_as_it_is = name.chars().all(is_plain) && !name.contains("__");
    if is_as_it_is
        || name.starts_with(|first: char| first.is_ascii_digit())
        || !name.chars().all(can_be_written)
    {
        return name.to_owned();
    }
    WORDS.iter().fold(name.to_owned(), |name, (written, word)| name.replace(written, &format!("__{word}__")))
}

/// The name that is written so; `None` where something between underscores stands for nothing.
pub(crate) fn unescape(written: &str) -> Option<String> {
    let (mut name, mut rest) = (String::with_capacity(written.len()), written);
    while let Some((before, word, after)) = next(rest) {
        name.push_str(before);
        match WORDS.iter().find(|(_, known)| *known == word) {
            Some((stands_for, _)) => name.push_str(stands_for),
            // A word of the language is a name only by itself.
            None if RESERVED.contains(&word) && word.len() + 4 == written.len() => name.push_str(word),
            None => return None,
        }
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

/// What first stands between two underscores and two, and what is before and behind it.
fn next(written: &str) -> Option<(&str, &str, &str)> {
    written.match_indices('_').find_map(|(start, _)| {
        let inner = written[start..].strip_prefix("__")?;
        let (word, _) = inner.split_once('_').filter(|(word, _)| !word.is_empty())?;
        Some((&written[..start], word, inner[word.len()..].strip_prefix("__")?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_a_server_writes_them_and_read_as_it_reads_them() {
        for (name, written) in [
            ("namespace", "__namespace__"),
            ("a-b.c/d", "a__dash__b__dot__c__slash__d"),
            ("a_b", "a_b"),
            ("a__b", "a__underscores__b"),
            ("a___b", "a__underscores___b"),
            ("_____", "__underscores____underscores___"),
            ("a_.b", "a___dot__b"),
            ("__in__", "__underscores__in__underscores__"),
            ("a$b-c", "a$b-c"),
            ("1-a", "1-a"),
            ("ä.b", "ä.b"),
        ] {
            assert_eq!(escape(name), written);
            assert_eq!(unescape(written).as_deref(), Some(name), "{written}");
        }
    }

    #[test]
    fn what_stands_between_underscores_stands_for_something() {
        for (written, name) in [
            ("a__b", Some("a__b")),
            ("__a_b__", Some("__a_b__")),
            ("____", Some("____")),
            ("in", Some("in")),
            ("__in__", Some("in")),
            ("a__in__", None),
            ("a__x__b", None),
            ("a__dot__x__", Some("a.x__")),
            ("", Some("")),
        ] {
            assert_eq!(unescape(written).as_deref(), name, "{written}");
        }
    }
}
