//! Texts, with quotes, without, and in lines of their own.

use super::{Scanner, Step, Token, ends_line, ends_word, is_blank, is_break};

/// What stands between two words of a text.
#[derive(Default)]
struct Gap {
    blanks: String,
    is_broken: bool,
    first_break: String,
    more_breaks: String,
}

impl Gap {
    /// What of it belongs to the text: a single break is a blank.
    fn folded(self) -> String {
        match () {
            () if !self.is_broken => self.blanks,
            () if !self.first_break.starts_with('\n') => self.first_break + &self.more_breaks,
            () if self.more_breaks.is_empty() => " ".to_owned(),
            () => self.more_breaks,
        }
    }
}

impl Scanner {
    /// Takes a break, and what it means.
    fn take_break(&mut self, breaks: &mut String) {
        match self.letter(0) {
            letter @ ('\u{2028}' | '\u{2029}') => breaks.push(letter),
            letter if is_break(letter) => breaks.push('\n'),
            _ => {}
        }
        self.skip_break();
    }

    /// How far in the text is, where that is said; and whether the breaks behind it are kept (`+`) or dropped (`-`).
    fn block_header(&mut self) -> Step<(isize, char)> {
        let mut header = (0, ' ');
        let mut signs = [false, false];
        for _ in 0..2 {
            match self.letter(0) {
                sign @ ('+' | '-') if !signs[0] => {
                    signs[0] = true;
                    header.1 = sign;
                }
                '0' if !signs[1] => return self.fault("found an indentation indicator equal to 0"),
                digit @ '1'..='9' if !signs[1] => {
                    signs[1] = true;
                    header.0 = digit.to_digit(10).map_or(0, u32::cast_signed) as isize;
                }
                _ => break,
            }
            self.skip();
        }
        Ok(header)
    }

    pub(super) fn block_scalar(&mut self) -> Step {
        self.forget_key()?;
        self.key_allowed = true;
        let (mark, is_literal) = (self.here(), self.letter(0) == '|');
        self.skip();
        let (increment, chomping) = self.block_header()?;
        self.rest_of_line()?;
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        let (mut value, mut first_break, mut more_breaks) = (String::new(), String::new(), String::new());
        let mut was_indented = false;
        self.block_breaks(&mut indent, &mut more_breaks)?;
        while self.column == indent && self.letter(0) != '\0' {
            let is_indented = is_blank(self.letter(0));
            let folds = !is_literal && !was_indented && !is_indented && first_break.starts_with('\n');
            if !folds {
                value += &first_break;
            } else if more_breaks.is_empty() {
                value.push(' ');
            }
            value += &more_breaks;
            first_break.clear();
            more_breaks.clear();
            was_indented = is_indented;
            while !ends_line(self.letter(0)) {
                value.push(self.letter(0));
                self.skip();
            }
            self.need(2);
            self.take_break(&mut first_break);
            self.block_breaks(&mut indent, &mut more_breaks)?;
        }
        if chomping != '-' {
            value += &first_break;
        }
        if chomping == '+' {
            value += &more_breaks;
        }
        self.push(Token::Scalar { value, is_plain: false }, mark);
        Ok(())
    }

    /// Takes lines that are empty, and finds out how far in the text is where that is not known (zero).
    fn block_breaks(&mut self, indent: &mut isize, breaks: &mut String) -> Step {
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
            self.need(2);
            self.take_break(breaks);
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
        let mut value = String::new();
        self.skip();
        loop {
            self.need(4);
            if self.is_document_mark() {
                return self.fault("found unexpected document indicator");
            }
            if self.letter(0) == '\0' {
                return self.fault("found unexpected end of stream");
            }
            let mut gap = Gap::default();
            while !ends_word(self.letter(0)) {
                match self.letter(0) {
                    '\'' if quote == '\'' && self.letter(1) == '\'' => {
                        value.push('\'');
                        (0..2).for_each(|_| self.skip());
                    }
                    letter if letter == quote => break,
                    '\\' if quote == '"' && is_break(self.letter(1)) => {
                        self.need(3);
                        self.skip();
                        self.skip_break();
                        gap.is_broken = true;
                        break;
                    }
                    '\\' if quote == '"' => value.push(self.escape()?),
                    letter => {
                        value.push(letter);
                        self.skip();
                    }
                }
                self.need(2);
            }
            if self.letter(0) == quote {
                break;
            }
            self.take_gap(&mut gap, None)?;
            value += &gap.folded();
        }
        self.skip();
        self.push(Token::Scalar { value, is_plain: false }, mark);
        Ok(())
    }

    /// Takes blanks and breaks; before a column there may be no tabs on lines that have begun with them.
    fn take_gap(&mut self, gap: &mut Gap, column: Option<isize>) -> Step {
        loop {
            match self.letter(0) {
                '\t' if gap.is_broken && column.is_some_and(|column| self.column < column) => {
                    return self.fault("found a tab character that violates indentation");
                }
                letter if is_blank(letter) => {
                    if !gap.is_broken {
                        gap.blanks.push(letter);
                    }
                    self.skip();
                }
                letter if is_break(letter) => {
                    self.need(2);
                    let breaks = if gap.is_broken { &mut gap.more_breaks } else { &mut gap.first_break };
                    self.take_break(breaks);
                    gap.is_broken = true;
                }
                _ => return Ok(()),
            }
        }
    }

    fn escape(&mut self) -> Step<char> {
        let (length, letter) = match self.letter(1) {
            'x' => (2, '\0'),
            'u' => (4, '\0'),
            'U' => (8, '\0'),
            '0' => (0, '\0'),
            'a' => (0, '\u{7}'),
            'b' => (0, '\u{8}'),
            't' | '\t' => (0, '\t'),
            'n' => (0, '\n'),
            'v' => (0, '\u{b}'),
            'f' => (0, '\u{c}'),
            'r' => (0, '\r'),
            'e' => (0, '\u{1b}'),
            letter @ (' ' | '"' | '\'' | '\\') => (0, letter),
            'N' => (0, '\u{85}'),
            '_' => (0, '\u{a0}'),
            'L' => (0, '\u{2028}'),
            'P' => (0, '\u{2029}'),
            _ => return self.fault("found unknown escape character"),
        };
        self.skip();
        self.skip();
        if length == 0 {
            return Ok(letter);
        }
        self.need(length);
        let mut code = 0;
        for ahead in 0..length {
            let Some(digit) = self.letter(ahead).to_digit(16) else {
                return self.fault("did not find expected hexdecimal number");
            };
            code = code << 4 | digit;
        }
        let Some(letter) = char::from_u32(code) else {
            return self.fault("found invalid Unicode character escape code");
        };
        (0..length).for_each(|_| self.skip());
        Ok(letter)
    }

    pub(super) fn plain(&mut self) -> Step {
        self.save_key()?;
        self.key_allowed = false;
        let (mark, indent) = (self.here(), self.indent + 1);
        let (mut value, mut gap) = (String::new(), Gap::default());
        loop {
            self.need(4);
            if self.is_document_mark() || self.letter(0) == '#' {
                break;
            }
            let in_flow = !self.in_block();
            while !ends_word(self.letter(0)) {
                let ends = self.letter(0) == ':' && ends_word(self.letter(1));
                if ends || in_flow && ",?[]{}".contains(self.letter(0)) {
                    break;
                }
                value += &std::mem::take(&mut gap).folded();
                value.push(self.letter(0));
                self.skip();
                self.need(2);
            }
            if !is_blank(self.letter(0)) && !is_break(self.letter(0)) {
                break;
            }
            self.take_gap(&mut gap, Some(indent))?;
            if self.in_block() && self.column < indent {
                break;
            }
        }
        self.push(Token::Scalar { value, is_plain: true }, mark);
        if gap.is_broken {
            self.key_allowed = true;
        }
        Ok(())
    }
}
