//! Tags and directives: what says of values what they are, and of documents how to read them.

use super::{Scanner, Step, Token, ends_word, is_alpha, is_blank};

/// What tags are made of besides letters and digits.
const OTHERS: &str = ";/?:@&=+$,.!~*'()[]%";

impl Scanner {
    pub(super) fn directive(&mut self) -> Step {
        self.unroll(-1);
        self.forget_key()?;
        self.key_allowed = false;
        let mark = self.here();
        self.skip();
        let name = self.word();
        if name.is_empty() {
            return self.fault("could not find expected directive name");
        }
        if !ends_word(self.letter(0)) {
            return self.fault("found unexpected non-alphabetical character");
        }
        let token = match &*name {
            "YAML" => {
                self.skip_while(is_blank);
                let major = self.version_number()?;
                if self.letter(0) != '.' {
                    return self.fault("did not find expected digit or '.' character");
                }
                self.skip();
                Token::Version { major, minor: self.version_number()? }
            }
            "TAG" => {
                self.skip_while(is_blank);
                let handle = self.handle(true)?;
                if !is_blank(self.letter(0)) {
                    return self.fault("did not find expected whitespace");
                }
                self.skip_while(is_blank);
                let prefix = self.uri("")?;
                if !ends_word(self.letter(0)) {
                    return self.fault("did not find expected whitespace or line break");
                }
                Token::Handle { handle, prefix }
            }
            _ => return self.fault("found unknown directive name"),
        };
        self.rest_of_line()?;
        self.push(token, mark);
        Ok(())
    }

    fn version_number(&mut self) -> Step<u32> {
        let (mut number, mut length) = (0, 0);
        while let Some(digit) = self.letter(0).to_digit(10) {
            length += 1;
            if length > 2 {
                return self.fault("found extremely long version number");
            }
            number = number * 10 + digit;
            self.skip();
        }
        if length == 0 { self.fault("did not find expected version number") } else { Ok(number) }
    }

    /// What a tag begins with: `!`, a word, and another `!` where the word is a handle.
    fn handle(&mut self, is_directive: bool) -> Step<String> {
        if self.letter(0) != '!' {
            return self.fault("did not find expected '!'");
        }
        self.skip();
        let mut handle = format!("!{}", self.word());
        if self.letter(0) == '!' {
            handle.push('!');
            self.skip();
        } else if is_directive && handle != "!" {
            return self.fault("did not find expected '!'");
        }
        Ok(handle)
    }

    /// The rest of a tag, of which `head` has been read.
    fn uri(&mut self, head: &str) -> Step<String> {
        let mut said = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut is_there = !head.is_empty();
        while is_alpha(self.letter(0)) || OTHERS.contains(self.letter(0)) {
            if self.letter(0) == '%' {
                self.escapes(&mut said)?;
            } else {
                said.extend(self.letter(0).encode_utf8(&mut [0; 4]).bytes());
                self.skip();
            }
            is_there = true;
        }
        if !is_there {
            return self.fault("did not find expected tag URI");
        }
        Ok(String::from_utf8_lossy(&said).into_owned())
    }

    /// A letter that is written as bytes in hexadecimal, each behind a percent sign.
    fn escapes(&mut self, said: &mut Vec<u8>) -> Step {
        let mut left = None;
        while left != Some(0) {
            self.need(3);
            let digit = |ahead| self.letter(ahead).to_digit(16).filter(|_| self.letter(0) == '%');
            let octet = digit(1).zip(digit(2)).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            let Some(octet) = octet else { return self.fault("did not find URI escaped octet") };
            left = match (left, octet) {
                (Some(left), 0x80..=0xbf) => Some(left - 1),
                (Some(_), _) => return self.fault("found an incorrect trailing UTF-8 octet"),
                (None, 0x00..=0x7f) => Some(0),
                (None, 0xc0..=0xdf) => Some(1),
                (None, 0xe0..=0xef) => Some(2),
                (None, 0xf0..=0xf7) => Some(3),
                (None, _) => return self.fault("found an incorrect leading UTF-8 octet"),
            };
            said.push(octet);
            (0..3).for_each(|_| self.skip());
        }
        Ok(())
    }

    pub(super) fn tag(&mut self) -> Step {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.here();
        self.need(2);
        let (handle, suffix) = if self.letter(1) == '<' {
            (0..2).for_each(|_| self.skip());
            let suffix = self.uri("")?;
            if self.letter(0) != '>' {
                return self.fault("did not find the expected '>'");
            }
            self.skip();
            (String::new(), suffix)
        } else {
            let handle = self.handle(false)?;
            if handle.len() > 1 && handle.ends_with('!') {
                let suffix = self.uri("")?;
                (handle, suffix)
            } else {
                match self.uri(&handle)? {
                    none if none.is_empty() => (none, "!".to_owned()),
                    suffix => ("!".to_owned(), suffix),
                }
            }
        };
        if !ends_word(self.letter(0)) {
            return self.fault("did not find expected whitespace or line break");
        }
        self.push(Token::Tag { handle, suffix }, mark);
        Ok(())
    }
}
