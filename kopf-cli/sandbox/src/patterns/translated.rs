//! Patterns of Go, in words that our engine takes for the same.
//!
//! Go has letters, digits and blanks of ASCII alone, no classes within classes and nothing to do with them, octal numbers, quotes,
//! and braces that are nothing else.

use std::fmt::Write;

use super::letters::octal;

/// The same pattern in the words of our engine; what is none in Go need not be one.
pub(crate) fn translated(pattern: &str) -> String {
    let mut writing = Writing { rest: pattern, out: String::with_capacity(pattern.len()) };
    while let Some(letter) = writing.rest.chars().next() {
        match letter {
            '\\' => writing.escape(),
            '[' => writing.class(),
            '(' if writing.rest.starts_with("(?)") => writing.skip(3),
            '{' if super::numbers(writing.rest).is_none() => writing.literal('{'),
            _ => writing.copy(letter.len_utf8()),
        }
    }
    writing.out
}

struct Writing<'a> {
    rest: &'a str,
    out: String,
}

impl Writing<'_> {
    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }

    fn copy(&mut self, length: usize) {
        self.out.push_str(self.rest.get(..length).unwrap_or(self.rest));
        self.skip(length);
    }

    /// A letter that is there for itself.
    fn literal(&mut self, letter: char) {
        self.out.extend(['\\', letter]);
        self.skip(1);
    }

    /// What begins with a backslash and stands for one letter, as far as that can be told.
    fn escaped_letter(&mut self) {
        let after = &self.rest[1..];
        if let Some((code, rest)) = octal(after) {
            let _ = write!(self.out, r"\x{{{code:x}}}");
            return self.skip(1 + after.len() - rest.len());
        }
        match after.chars().next() {
            Some(letter @ ('<' | '>')) => {
                self.out.push(letter);
                self.skip(2);
            }
            Some('p' | 'P' | 'x') if after[1..].starts_with('{') => {
                let end = after.find('}').map_or(after.len(), |end| end + 1);
                self.copy(1 + end);
            }
            letter => self.copy(1 + letter.map_or(0, char::len_utf8)),
        }
    }

    /// A class that has a name of a letter; whether there was one.
    fn named_class(&mut self) -> bool {
        let class = match self.rest.get(1..2) {
            Some("d") => "[0-9]",
            Some("D") => "[^0-9]",
            Some("s") => r"[\t\n\f\r ]",
            Some("S") => r"[^\t\n\f\r ]",
            Some("w") => "[0-9A-Za-z_]",
            Some("W") => "[^0-9A-Za-z_]",
            _ => return false,
        };
        self.out.push_str(class);
        self.skip(2);
        true
    }

    fn escape(&mut self) {
        match self.rest.get(1..2) {
            Some("Q") => {
                let quoted = &self.rest[2..];
                let (quoted, rest) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
                self.out.push_str(&regex::escape(quoted));
                self.rest = rest;
            }
            Some(edge @ ("b" | "B")) => {
                let _ = write!(self.out, r"(?-u:\{edge})");
                self.skip(2);
            }
            _ if self.named_class() => {}
            _ => self.escaped_letter(),
        }
    }

    fn class(&mut self) {
        self.copy(if self.rest.starts_with("[^") { 2 } else { 1 });
        let mut is_first = true;
        while !self.rest.is_empty() {
            if self.rest.starts_with(']') && !is_first {
                return self.copy(1);
            }
            is_first = false;
            let name = self.rest.strip_prefix("[:").and_then(|after| within(after, ":]"));
            match name {
                Some(length) => self.copy(length + 4),
                None if self.rest.starts_with('\\') && self.named_class() => {}
                None => {
                    self.letter_of_class();
                    if self.rest.starts_with('-') && !["", "]"].contains(&self.rest.get(1..2).unwrap_or("-"))
                    {
                        self.copy(1);
                        self.letter_of_class();
                    }
                }
            }
        }
    }

    fn letter_of_class(&mut self) {
        match self.rest.chars().next() {
            Some('\\') => self.escaped_letter(),
            Some(letter @ ('[' | ']' | '&' | '~' | '-')) => self.literal(letter),
            Some(letter) => self.copy(letter.len_utf8()),
            None => {}
        }
    }
}

/// Where something stands, if it stands near: names of classes are short.
fn within(text: &str, end: &str) -> Option<usize> {
    const NEAR: usize = 32;
    (0..text.len().min(NEAR)).find(|at| text.as_bytes()[*at..].starts_with(end.as_bytes()))
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[track_caller]
    fn check_row(pattern: &str, text: &str, expected: bool) {
        let compiled = Regex::new(&translated(pattern)).unwrap_or_else(|why| panic!("{pattern}: {why}"));
        assert_eq!(compiled.is_match(text), expected, "{pattern} {text}");
    }

    #[test]
    fn patterns_are_those_of_go() {
        check_row("^[^[]+$", "a]", true);
        check_row("^[^[]+$", "a[", false);
        check_row("[[]", "[", true);
        check_row("^[]a]+$", "a]", true);
        check_row("^[[:alpha:]_]+$", "a_", true);
        check_row("^[a&&b]+$", "a&b", true);
        check_row("^[!--]$", "+", true);
        check_row("^[a-]$", "-", true);
        check_row("^[a-é]$", "z", true);
        check_row(r"^\012$", "\n", true);
        check_row(r"^[\0-\011]$", "\t", true);
        check_row(r"^\Qa.b[\E$", "a.b[", true);
        check_row(r"^\<\p{Greek}\x{41}$", "<αA", true);
        check_row("^a{,2}$", "a{,2}", true);
        check_row("^a{1,2}b{2}c{1,}$", "aabbccc", true);
        check_row("^a{$", "a{", true);
        check_row("^a{01}$", "a{01}", true);
    }

    #[test]
    fn letters_digits_and_blanks_are_those_of_ascii() {
        check_row(r"^\w$", "é", false);
        check_row(r"^[\W]$", "é", true);
        check_row(r"^\d$", "٣", false);
        check_row(r"^\s$", "\u{a0}", false);
        check_row(r"a\b", "aé", true);
        check_row(r"a\B", "aé", false);
        check_row(r"^[\d.]+\S\D$", "1.2xx", true);
    }

    #[test]
    fn whatever_is_written_is_read_to_its_end() {
        for pattern in ["\\", "[", "[^", "[\\", "[a-", "[[:", "\\p{", "{", "\\é", "[\\é", "[é-", "\\1", "\\Q"]
        {
            let _ = Regex::new(&translated(pattern));
        }
    }
}
