//! Texts, with quotes, without, and in lines of their own.

use super::{Scanner, Step, Token, ends_line, ends_word, is_blank, is_break};

impl Scanner {
    pub(super) fn block_scalar(&mut self) -> Step {
        self.forget_key()?;
        self.key_allowed = true;
        let mark = self.here();
        self.skip();
        let mut increment = 0;
        for _ in 0..2 {
            match self.letter(0) {
                '+' | '-' => self.skip(),
                '0' => return self.fault("found an indentation indicator equal to 0"),
                digit @ '1'..='9' if increment == 0 => {
                    increment = digit.to_digit(10).map_or(0, u32::cast_signed) as isize;
                    self.skip();
                }
                _ => break,
            }
        }
        self.skip_while(is_blank);
        if self.letter(0) == '#' {
            self.skip_while(|letter| !ends_line(letter));
        }
        if !ends_line(self.letter(0)) {
            return self.fault("did not find expected comment or line break");
        }
        self.skip_break();
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        self.block_breaks(&mut indent)?;
        while self.column == indent && self.at < self.text.len() {
            self.skip_while(|letter| !ends_line(letter));
            self.skip_break();
            self.block_breaks(&mut indent)?;
        }
        self.push(Token::Scalar, mark);
        Ok(())
    }

    /// Takes lines that are empty, and finds out how far in the text is where that is not known (zero).
    fn block_breaks(&mut self, indent: &mut isize) -> Step {
        let mut furthest = 0;
        loop {
            while (*indent == 0 || self.column < *indent) && self.letter(0) == ' ' {
                self.skip();
            }
            furthest = furthest.max(self.column);
            if (*indent == 0 || self.column < *indent) && self.letter(0) == '\t' {
                return self.fault("found a tab character where an indentation space is expected");
            }
            if !is_break(self.letter(0)) {
                break;
            }
            self.skip_break();
        }
        if *indent == 0 {
            *indent = furthest.max(self.indent + 1).max(1);
        }
        Ok(())
    }

    pub(super) fn quoted(&mut self, quote: char) -> Step {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.here();
        self.skip();
        loop {
            if self.is_document_mark() {
                return self.fault("found unexpected document indicator");
            }
            match self.letter(0) {
                _ if self.at >= self.text.len() => return self.fault("found unexpected end of stream"),
                letter if is_break(letter) => self.skip_break(),
                '\'' if quote == '\'' && self.letter(1) == '\'' => (0..2).for_each(|_| self.skip()),
                letter if letter == quote => break,
                '\\' if quote == '"' && is_break(self.letter(1)) => {
                    self.skip();
                    self.skip_break();
                }
                '\\' if quote == '"' => self.escape()?,
                _ => self.skip(),
            }
        }
        self.skip();
        self.push(Token::Scalar, mark);
        Ok(())
    }

    fn escape(&mut self) -> Step {
        let length = match self.letter(1) {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '\'' | '\\' | 'N'
            | '_' | 'L' | 'P' => 0,
            _ => return self.fault("found unknown escape character"),
        };
        self.skip();
        self.skip();
        let mut code = 0;
        for ahead in 0..length {
            let Some(digit) = self.letter(ahead).to_digit(16) else {
                return self.fault("did not find expected hexdecimal number");
            };
            code = code << 4 | u64::from(digit);
        }
        if (0xd800..=0xdfff).contains(&code) || code > 0x10_ffff {
            return self.fault("found invalid Unicode character escape code");
        }
        (0..length).for_each(|_| self.skip());
        Ok(())
    }

    pub(super) fn plain(&mut self) -> Step {
        self.save_key()?;
        self.key_allowed = false;
        let (mark, indent) = (self.here(), self.indent + 1);
        let mut broken = false;
        loop {
            if self.is_document_mark() || self.letter(0) == '#' {
                break;
            }
            let in_flow = !self.in_block();
            while !ends_word(self.letter(0)) {
                let ends = self.letter(0) == ':' && ends_word(self.letter(1));
                if ends || in_flow && ",?[]{}".contains(self.letter(0)) {
                    break;
                }
                broken = false;
                self.skip();
            }
            if !is_blank(self.letter(0)) && !is_break(self.letter(0)) {
                break;
            }
            loop {
                match self.letter(0) {
                    '\t' if broken && self.column < indent => {
                        return self.fault("found a tab character that violates indentation");
                    }
                    letter if is_blank(letter) => self.skip(),
                    letter if is_break(letter) => {
                        self.skip_break();
                        broken = true;
                    }
                    _ => break,
                }
            }
            if self.in_block() && self.column < indent {
                break;
            }
        }
        self.push(Token::Scalar, mark);
        if broken {
            self.key_allowed = true;
        }
        Ok(())
    }
}
