//! Where a text stops being JSON, in the words of Go, which clients show to people.

use super::MAX_DEPTH;

/// What is wrong with a text: `None` where it is JSON of no more than [`MAX_DEPTH`] levels.
pub(super) fn fault(text: &[u8]) -> Option<String> {
    let mut scanner = Scanner { rest: text, open: Vec::new() };
    match scanner.document() {
        Ok(()) => None,
        Err(Stop::End) => Some("unexpected end of JSON input".to_owned()),
        Err(Stop::At(byte, context)) => Some(format!("invalid character {} {context}", quoted(byte))),
    }
}

/// Why it does not go on.
enum Stop {
    End,
    At(u8, String),
}

type Step<T = ()> = Result<T, Stop>;

/// What is open around a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Object,
    List,
}

struct Scanner<'a> {
    rest: &'a [u8],
    open: Vec<Bracket>,
}

impl Scanner<'_> {
    fn document(&mut self) -> Step {
        let mut opened = self.value()?;
        loop {
            opened = match (opened, self.open.last().copied()) {
                (true, Some(Bracket::Object)) if !self.closes(b'}') => {
                    self.key()?;
                    self.value()?
                }
                (true, Some(Bracket::List)) if !self.closes(b']') => self.value()?,
                (true, _) => false,
                (false, None) => {
                    return match self.sign() {
                        Err(Stop::At(byte, _)) => stop(byte, "after top-level value"),
                        Ok(byte) => stop(byte, "after top-level value"),
                        Err(Stop::End) => Ok(()),
                    };
                }
                (false, Some(Bracket::Object)) => match self.sign()? {
                    b',' => {
                        self.key()?;
                        self.value()?
                    }
                    b'}' => self.close(),
                    byte => return stop(byte, "after object key:value pair"),
                },
                (false, Some(Bracket::List)) => match self.sign()? {
                    b',' => self.value()?,
                    b']' => self.close(),
                    byte => return stop(byte, "after array element"),
                },
            };
        }
    }

    /// Reads a scalar, or opens what is none, and says whether it has.
    fn value(&mut self) -> Step<bool> {
        match self.sign()? {
            bracket @ (b'{' | b'[') => {
                self.open.push(if bracket == b'{' { Bracket::Object } else { Bracket::List });
                if self.open.len() > MAX_DEPTH {
                    return stop(bracket, "exceeded max depth");
                }
                return Ok(true);
            }
            b'"' => self.text()?,
            b'-' => {
                let first = self.next()?;
                self.number(first, "in numeric literal")?;
            }
            first @ b'0'..=b'9' => self.number(first, "")?,
            b't' => self.literal("true")?,
            b'f' => self.literal("false")?,
            b'n' => self.literal("null")?,
            byte => return stop(byte, "looking for beginning of value"),
        }
        Ok(false)
    }

    fn key(&mut self) -> Step {
        match self.sign()? {
            b'"' => self.text()?,
            byte => return stop(byte, "looking for beginning of object key string"),
        }
        match self.sign()? {
            b':' => Ok(()),
            byte => stop(byte, "after object key"),
        }
    }

    /// Takes what closes the last bracket, if that is what comes next.
    fn closes(&mut self, bracket: u8) -> bool {
        self.skip_blanks();
        let closes = self.rest.first() == Some(&bracket);
        if closes {
            self.rest = &self.rest[1..];
            self.close();
        }
        closes
    }

    /// After what is closed comes the same as after any value.
    fn close(&mut self) -> bool {
        self.open.pop();
        false
    }

    fn text(&mut self) -> Step {
        loop {
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => match self.next()? {
                    b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => {}
                    b'u' => {
                        for _ in 0..4 {
                            let digit = self.next()?;
                            if !digit.is_ascii_hexdigit() {
                                return stop(digit, "in \\u hexadecimal character escape");
                            }
                        }
                    }
                    byte => return stop(byte, "in string escape code"),
                },
                byte @ 0..b' ' => return stop(byte, "in string literal"),
                _ => {}
            }
        }
    }

    /// Reads the rest of a number that begins with `first`.
    fn number(&mut self, first: u8, context: &str) -> Step {
        if !first.is_ascii_digit() {
            return stop(first, context);
        }
        if first != b'0' {
            self.digits();
        }
        if self.takes(b".") {
            self.digit("after decimal point in numeric literal")?;
            self.digits();
        }
        if self.takes(b"eE") {
            self.takes(b"+-");
            self.digit("in exponent of numeric literal")?;
            self.digits();
        }
        Ok(())
    }

    fn digit(&mut self, context: &str) -> Step {
        match self.next()? {
            b'0'..=b'9' => Ok(()),
            byte => stop(byte, context),
        }
    }

    fn digits(&mut self) {
        while self.takes(b"0123456789") {}
    }

    /// Takes the next byte if it is one of these.
    fn takes(&mut self, wanted: &[u8]) -> bool {
        let takes = self.rest.first().is_some_and(|byte| wanted.contains(byte));
        if takes {
            self.rest = &self.rest[1..];
        }
        takes
    }

    fn literal(&mut self, word: &str) -> Step {
        for wanted in word.bytes().skip(1) {
            let byte = self.next()?;
            if byte != wanted {
                let context = format!("in literal {word} (expecting {})", quoted(wanted));
                return Err(Stop::At(byte, context));
            }
        }
        Ok(())
    }

    /// The next byte that is not blank.
    fn sign(&mut self) -> Step<u8> {
        self.skip_blanks();
        self.next()
    }

    fn skip_blanks(&mut self) {
        while self.takes(b" \t\r\n") {}
    }

    fn next(&mut self) -> Step<u8> {
        let (byte, rest) = self.rest.split_first().ok_or(Stop::End)?;
        self.rest = rest;
        Ok(*byte)
    }
}

fn stop<T>(byte: u8, context: &str) -> Step<T> {
    Err(Stop::At(byte, context.to_owned()))
}

/// A byte as Go quotes it: as the character that has its number.
fn quoted(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        b'\\' => r"'\\'".to_owned(),
        7 => r"'\a'".to_owned(),
        8 => r"'\b'".to_owned(),
        b'\t' => r"'\t'".to_owned(),
        b'\n' => r"'\n'".to_owned(),
        11 => r"'\v'".to_owned(),
        12 => r"'\f'".to_owned(),
        b'\r' => r"'\r'".to_owned(),
        0..b' ' | 0x7f => format!(r"'\x{byte:02x}'"),
        0x80..=0xa0 | 0xad => format!(r"'\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(fault(text.as_bytes()).unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn what_is_json_has_no_fault() {
        for text in ["{}", "[]", " [1, -0.5e+3, \"a\\u00e9\\n\", true, false, null, {\"a\": [{}]}] ", "0"] {
            check(text, "");
        }
    }

    #[test]
    fn what_breaks_off_has_an_end() {
        for text in
            ["", "{", "[", "[1", "{\"a\"", "{\"a\":", "{\"a\":1", "\"a", "\"\\u00", "-", "1.", "1e", "nul"]
        {
            check(text, "unexpected end of JSON input");
        }
    }

    #[test]
    fn what_does_not_belong_is_told_of_with_its_place() {
        check("x", "invalid character 'x' looking for beginning of value");
        check("[,", "invalid character ',' looking for beginning of value");
        check("[1,]", "invalid character ']' looking for beginning of value");
        check("{x", "invalid character 'x' looking for beginning of object key string");
        check("{\"a\":1,}", "invalid character '}' looking for beginning of object key string");
        check("{\"a\" 1", "invalid character '1' after object key");
        check("{\"a\":1 2", "invalid character '2' after object key:value pair");
        check("[1 2", "invalid character '2' after array element");
        check("[{}}", "invalid character '}' after array element");
        check("{} trailing", "invalid character 't' after top-level value");
        check("01", "invalid character '1' after top-level value");
        check("\"\n\"", "invalid character '\\n' in string literal");
        check("\"\\x\"", "invalid character 'x' in string escape code");
        check("\"\\u00x0\"", "invalid character 'x' in \\u hexadecimal character escape");
        check("-a", "invalid character 'a' in numeric literal");
        check("1.a", "invalid character 'a' after decimal point in numeric literal");
        check("1e+a", "invalid character 'a' in exponent of numeric literal");
        check("nonsense", "invalid character 'o' in literal null (expecting 'u')");
    }

    #[test]
    fn bytes_are_quoted_as_go_does_it() {
        check("'", r"invalid character '\'' looking for beginning of value");
        check("\u{1}", r"invalid character '\x01' looking for beginning of value");
        check("\u{e9}", "invalid character 'Ã' looking for beginning of value");
        assert_eq!(fault(b"\x9e").unwrap(), r"invalid character '\u009e' looking for beginning of value");
    }

    #[test]
    fn what_is_too_deep_is_told_of_at_its_bracket() {
        check(&"[".repeat(MAX_DEPTH + 1), "invalid character '[' exceeded max depth");
        check(&"[".repeat(MAX_DEPTH), "unexpected end of JSON input");
    }
}
