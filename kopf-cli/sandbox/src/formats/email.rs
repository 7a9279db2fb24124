//! What is an address of mail, as Go's `net/mail` reads one: alone, behind a name, or as all there is in a group.

use crate::encoded::{Letters, decode};

/// Whether a text is one address.
pub(super) fn is_one(text: &str) -> bool {
    let mut reader = Reader(text);
    let count = reader.mailboxes(true);
    count == Some(1) && reader.comments().is_some() && reader.0.is_empty()
}

/// What is left to be read. Each part is passed over; there is `None` where it is not as it should be.
struct Reader<'a>(&'a str);

/// What a word is that may be encoded.
enum Word {
    Plain,
    /// Whether there is anything in it.
    Encoded(bool),
    /// It is encoded in letters that nobody knows.
    Unknown,
}

impl<'a> Reader<'a> {
    /// An address, or a group of them; how many there are.
    fn mailboxes(&mut self, may_be_group: bool) -> Option<usize> {
        self.blanks();
        if self.0.is_empty() {
            return None;
        }
        let before = self.0;
        if self.address().is_some() {
            self.blanks();
            if self.skip('(') {
                let comment = self.comment()?;
                let mut words = comment.split([' ', '\t']).filter(|word| !word.is_empty());
                return words.all(|word| !matches!(word_of(word), Word::Unknown)).then_some(1);
            }
            return Some(1);
        }
        self.0 = before;
        if !self.0.starts_with('<') {
            self.phrase()?;
        }
        self.blanks();
        if may_be_group && self.skip(':') {
            return self.group();
        }
        let is_whole = self.skip('<') && self.address().is_some() && self.skip('>');
        is_whole.then_some(1)
    }

    /// What stands behind the name of a group.
    fn group(&mut self) -> Option<usize> {
        let mut count = 0;
        self.blanks();
        if !self.skip(';') {
            loop {
                count += self.mailboxes(false)?;
                self.comments()?;
                if self.skip(';') {
                    break;
                }
                if !self.skip(',') {
                    return None;
                }
            }
        }
        self.comments()?;
        Some(count)
    }

    /// Somebody at some place.
    fn address(&mut self) -> Option<()> {
        self.blanks();
        if self.0.starts_with('"') {
            if self.quoted()?.is_empty() {
                return None;
            }
        } else {
            self.dotted()?;
        }
        if !self.skip('@') {
            return None;
        }
        self.blanks();
        if !self.skip('[') {
            return self.dotted();
        }
        let (literal, rest) = self.0.split_once(']')?;
        self.0 = rest;
        literal.parse::<std::net::IpAddr>().ok().map(drop)
    }

    /// Words before an address. One is enough, whatever stands behind it.
    fn phrase(&mut self) -> Option<()> {
        let mut has_word = false;
        // Encoded words are put together, and count when there is something in them.
        let mut has_encoded = false;
        loop {
            if has_word {
                self.comments()?;
            }
            self.blanks();
            if self.0.is_empty() {
                return Some(());
            }
            let word = if self.0.starts_with('"') {
                self.quoted().map(|_| Word::Plain)
            } else {
                self.atom().map(word_of)
            };
            match word {
                Some(Word::Plain) => has_word = true,
                Some(Word::Encoded(has_text)) => has_encoded |= has_text,
                None | Some(Word::Unknown) => return (has_word || has_encoded).then_some(()),
            }
        }
    }

    /// A text in quotes, as it is written.
    fn quoted(&mut self) -> Option<&'a str> {
        let inner = self.0.strip_prefix('"')?;
        let mut escaped = false;
        for (place, letter) in inner.char_indices() {
            match letter {
                '"' if !escaped => {
                    self.0 = &inner[place + 1..];
                    return Some(&inner[..place]);
                }
                '\\' if !escaped => escaped = true,
                ' ' | '\t' => escaped = false,
                letter if is_visible(letter) => escaped = false,
                _ => return None,
            }
        }
        None
    }

    /// An atom whose dots stand between others.
    fn dotted(&mut self) -> Option<()> {
        let atom = self.atom()?;
        atom.split('.').all(|part| !part.is_empty()).then_some(())
    }

    fn atom(&mut self) -> Option<&'a str> {
        let is_part = |letter: char| is_visible(letter) && !"()<>[]:;@\\,\"".contains(letter);
        let end = self.0.find(|letter| !is_part(letter)).unwrap_or(self.0.len());
        let (atom, rest) = self.0.split_at(end);
        self.0 = rest;
        (!atom.is_empty()).then_some(atom)
    }

    /// Any comments, and blanks around them.
    fn comments(&mut self) -> Option<()> {
        self.blanks();
        while self.skip('(') {
            self.comment()?;
            self.blanks();
        }
        Some(())
    }

    /// The rest of a comment that has begun; others may be in it.
    fn comment(&mut self) -> Option<String> {
        let (mut depth, mut said) = (1_usize, String::new());
        let mut letters = self.0.char_indices();
        while let Some((place, mut letter)) = letters.next() {
            match letter {
                '\\' => letter = letters.next().map_or(letter, |(_, escaped)| escaped),
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.0 = &self.0[place + 1..];
                return Some(said);
            }
            said.push(letter);
        }
        None
    }

    fn blanks(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn skip(&mut self, letter: char) -> bool {
        let rest = self.0.strip_prefix(letter);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }
}

fn is_visible(letter: char) -> bool {
    ('!'..='~').contains(&letter) || !letter.is_ascii()
}

/// What a word is: one of other letters says which, and how they are written: `=?utf-8?q?=C3=BC?=`.
fn word_of(word: &str) -> Word {
    const KNOWN: [&str; 3] = ["utf-8", "iso-8859-1", "us-ascii"];
    let inner = word.strip_prefix("=?").and_then(|rest| rest.strip_suffix("?="));
    let parts: Vec<&str> = inner.into_iter().flat_map(|inner| inner.split('?')).collect();
    let [letters, encoding, text] = parts[..] else { return Word::Plain };
    let is_right = match encoding {
        "B" | "b" => decode(text.as_bytes(), Letters::Standard).is_ok(),
        "Q" | "q" => is_quoted_printable(text.as_bytes()),
        _ => false,
    };
    if letters.is_empty() || !is_right {
        Word::Plain
    } else if KNOWN.iter().any(|known| known.eq_ignore_ascii_case(letters)) {
        Word::Encoded(!text.is_empty())
    } else {
        Word::Unknown
    }
}

fn is_quoted_printable(mut text: &[u8]) -> bool {
    loop {
        text = match text {
            [] => return true,
            [b'=', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest,
            [b' '..=b'<' | b'>'..=b'~' | b'\n' | b'\r' | b'\t', rest @ ..] => rest,
            _ => return false,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: bool, texts: &[&str]) {
        for text in texts {
            assert_eq!(is_one(text), expected, "{text:?}");
        }
    }

    #[test]
    fn an_address_may_have_a_name_comments_and_quotes() {
        check(true, &["a@b", " a@ b ", "\"a b\"@c", "a@[::1]", "<a@b>", "A B <a@b>", "\"\" <a@b>", "ü@ö"]);
        check(true, &["a@b (c (d) \\) e)", "A (c) <a@b> (c)", ".. <a@b>", "=?utf-8?q?=C3=BC?= <a@b>"]);
        check(true, &["A: a@b;", "A:a@b (c) ; (c)", "=?utf-8?x?y?= <a@b>"]);
    }

    #[test]
    fn what_is_no_address_or_several_is_none() {
        check(false, &["", "a", "@b", "a@", "a b@c", ".a@b", "a..b@c", "a@b.", "a@[b]", "a@[::1", "\"\"@b"]);
        check(false, &["a@b c", "a@b, c@d", "<a@b", "a@b (c", "A <a@b", "(c) a@b", "\"a\nb\"@c", "a\n@b"]);
        check(false, &["A:;", "A: a@b, c@d;", "A: B: a@b;;", "A: a@b", "=?utf-8?q??= <a@b>"]);
        check(false, &["=?koi8-r?q?a?= <a@b>", "a@b (=?koi8-r?q?a?=)"]);
    }
}
