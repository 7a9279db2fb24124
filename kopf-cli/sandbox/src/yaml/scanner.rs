//! The tokens of a text in YAML, as `libyaml` cuts them.

mod scalars;
mod tags;

use std::{
    cell::Cell,
    collections::{HashMap, VecDeque},
};

use super::{Fault, reader::Letters};

/// How many letters a key may have that nothing says to be one, and how many levels there may be.
const LONGEST_KEY: usize = 1024;
const DEEPEST: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    StreamEnd,
    /// The directive that says which version of YAML it is.
    Version {
        major: u32,
        minor: u32,
    },
    /// The directive that says what tags mean that begin so.
    Handle {
        handle: String,
        prefix: String,
    },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    Tag {
        handle: String,
        suffix: String,
    },
    Scalar {
        value: String,
        is_plain: bool,
    },
}

type Step<T = ()> = Result<T, Fault>;

/// A place in the text: a letter by its number, and its line.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    at: usize,
    line: usize,
}

/// A place where a key may turn out to have begun.
#[derive(Debug, Clone, Copy, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    number: usize,
    mark: Mark,
    column: isize,
}

pub(super) struct Scanner {
    text: Vec<char>,
    at: usize,
    line: usize,
    column: isize,
    /// What has been cut and not been taken, each with its line and where it begins.
    tokens: VecDeque<(Token, Mark)>,
    taken: usize,
    indent: isize,
    indents: Vec<isize>,
    key_allowed: bool,
    /// One for the block and one for each bracket that is open.
    keys: Vec<SimpleKey>,
    /// Which of them are possible, by the numbers of their tokens.
    possible: HashMap<usize, usize>,
    /// What is wrong behind the last letter, and whether anybody has wanted to know what is there.
    broken: Option<&'static str>,
    beyond: Cell<bool>,
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t')
}

/// The end of the text is a zero, which is nowhere else.
fn ends_line(letter: char) -> bool {
    letter == '\0' || is_break(letter)
}

fn ends_word(letter: char) -> bool {
    is_blank(letter) || ends_line(letter)
}

fn is_alpha(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

impl Scanner {
    pub(super) fn new(letters: Letters) -> Self {
        Scanner {
            text: letters.text,
            broken: letters.fault,
            beyond: Cell::new(false),
            at: 0,
            line: 0,
            column: 0,
            tokens: VecDeque::new(),
            taken: 0,
            indent: -1,
            indents: Vec::new(),
            key_allowed: true,
            keys: vec![SimpleKey::default()],
            possible: HashMap::new(),
        }
    }

    /// The next token.
    pub(super) fn peek(&mut self) -> Step<&Token> {
        loop {
            if !self.tokens.is_empty() {
                let Some(key) = self.possible.get(&self.taken).copied() else { break };
                if !self.is_valid(key)? {
                    break;
                }
            }
            self.fetch()?;
            self.unbroken().map_or(Ok(()), Err)?;
        }
        Ok(self.tokens.front().map_or(&Token::StreamEnd, |(token, _)| token))
    }

    pub(super) fn take(&mut self) -> Step<Token> {
        self.peek()?;
        self.taken += 1;
        Ok(self.tokens.pop_front().map_or(Token::StreamEnd, |(token, _)| token))
    }

    /// The line of the token that was looked at last.
    pub(super) fn line_of_next(&self) -> usize {
        self.tokens.front().map_or(self.line, |(_, mark)| mark.line)
    }

    fn letter(&self, ahead: usize) -> char {
        self.need(ahead + 1);
        self.text.get(self.at + ahead).copied().unwrap_or('\0')
    }

    /// Wants so many letters to be there, whether it looks at them or not.
    fn need(&self, letters: usize) {
        if self.at + letters > self.text.len() {
            self.beyond.set(true);
        }
    }

    /// What is wrong with the bytes behind the text, once they are wanted.
    fn unbroken(&self) -> Option<Fault> {
        let problem = self.broken.filter(|_| self.beyond.get())?;
        Some(Fault { problem: problem.to_owned(), line: 0 })
    }

    fn fault<T>(&self, problem: &str) -> Step<T> {
        // On the first line none is told.
        let line = if self.line == 0 { 0 } else { self.line + 1 };
        Err(self.unbroken().unwrap_or_else(|| Fault { problem: problem.to_owned(), line }))
    }

    fn skip(&mut self) {
        if self.at < self.text.len() {
            self.at += 1;
            self.column += 1;
        }
    }

    fn skip_while(&mut self, wanted: impl Fn(char) -> bool) {
        while wanted(self.letter(0)) && self.at < self.text.len() {
            self.skip();
        }
    }

    /// Skips what may stand at the end of a line: blanks, a comment, and the break.
    fn rest_of_line(&mut self) -> Step {
        self.skip_while(is_blank);
        if self.letter(0) == '#' {
            self.skip_while(|letter| !ends_line(letter));
        }
        if !ends_line(self.letter(0)) {
            return self.fault("did not find expected comment or line break");
        }
        self.need(2);
        self.skip_break();
        Ok(())
    }

    fn skip_break(&mut self) {
        if is_break(self.letter(0)) {
            self.at += if self.letter(0) == '\r' && self.letter(1) == '\n' { 2 } else { 1 };
            self.line += 1;
            self.column = 0;
        }
    }

    fn in_block(&self) -> bool {
        self.keys.len() == 1
    }

    fn here(&self) -> Mark {
        Mark { at: self.at, line: self.line }
    }

    fn push(&mut self, token: Token, mark: Mark) {
        self.tokens.push_back((token, mark));
    }

    /// Whether what began there may still be a key.
    fn is_valid(&mut self, index: usize) -> Step<bool> {
        let key = self.keys.get(index).copied().unwrap_or_default();
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.line || key.mark.at + LONGEST_KEY < self.at {
            if key.required {
                return self.fault("could not find expected ':'");
            }
            self.keys[index].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_key(&mut self) -> Step {
        if self.key_allowed {
            self.forget_key()?;
            let key = SimpleKey {
                possible: true,
                required: self.in_block() && self.indent == self.column,
                number: self.taken + self.tokens.len(),
                mark: self.here(),
                column: self.column,
            };
            let index = self.keys.len() - 1;
            self.keys[index] = key;
            self.possible.insert(key.number, index);
        }
        Ok(())
    }

    fn forget_key(&mut self) -> Step {
        let index = self.keys.len() - 1;
        let key = self.keys[index];
        if key.possible {
            if key.required {
                return self.fault("could not find expected ':'");
            }
            self.keys[index].possible = false;
            self.possible.remove(&key.number);
        }
        Ok(())
    }

    /// Goes in to a column, where a collection begins there, with its first token before that of a number.
    fn roll(&mut self, column: isize, before: Option<usize>, token: Token, mark: Mark) -> Step {
        if self.in_block() && self.indent < column {
            self.indents.push(self.indent);
            self.indent = column;
            if self.indents.len() > DEEPEST {
                return self.fault(&format!("exceeded max depth of {DEEPEST}"));
            }
            self.insert(before, token, mark);
        }
        Ok(())
    }

    /// Puts a token before that of a number, or behind all where that has been taken already.
    fn insert(&mut self, before: Option<usize>, token: Token, mark: Mark) {
        let place = before.and_then(|number| number.checked_sub(self.taken)).unwrap_or(usize::MAX);
        self.tokens.insert(place.min(self.tokens.len()), (token, mark));
    }

    /// Goes out to a column, with an end of each collection that was further in.
    fn unroll(&mut self, column: isize) {
        while self.in_block() && self.indent > column {
            self.push(Token::BlockEnd, self.here());
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn is_document_mark(&self) -> bool {
        let mark = [self.letter(0), self.letter(1), self.letter(2)];
        self.column == 0 && (mark == ['-'; 3] || mark == ['.'; 3]) && ends_word(self.letter(3))
    }

    fn fetch(&mut self) -> Step {
        self.skip_to_token();
        self.unroll(self.column);
        self.need(4);
        let (letter, next) = (self.letter(0), self.letter(1));
        if self.at >= self.text.len() {
            return self.end();
        }
        if self.column == 0 && letter == '%' {
            return self.directive();
        }
        if self.is_document_mark() {
            self.unroll(-1);
            self.forget_key()?;
            self.key_allowed = false;
            let token = if letter == '-' { Token::DocumentStart } else { Token::DocumentEnd };
            self.push(token, self.here());
            (0..3).for_each(|_| self.skip());
            return Ok(());
        }
        let in_flow = !self.in_block();
        match letter {
            '[' => self.open(Token::FlowSequenceStart),
            '{' => self.open(Token::FlowMappingStart),
            ']' => self.close(Token::FlowSequenceEnd),
            '}' => self.close(Token::FlowMappingEnd),
            ',' => {
                self.forget_key()?;
                self.sign(Token::FlowEntry, true)
            }
            '-' if ends_word(next) => {
                self.complex("block sequence entries", Token::BlockSequenceStart, Token::BlockEntry)
            }
            '?' if in_flow || ends_word(next) => {
                self.complex("mapping keys", Token::BlockMappingStart, Token::Key)
            }
            ':' if in_flow || ends_word(next) => self.value(),
            '*' | '&' => self.anchor(letter),
            '!' => self.tag(),
            '|' | '>' if !in_flow => self.block_scalar(),
            '\'' | '"' => self.quoted(letter),
            '-' if !is_blank(next) => self.plain(),
            '?' | ':' if !in_flow && !ends_word(next) => self.plain(),
            ' ' | '\t' | '-' | '?' | ':' | '#' | '|' | '>' | '%' | '@' | '`' => {
                self.fault("found character that cannot start any token")
            }
            _ => self.plain(),
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            let tabs = !self.in_block() || !self.key_allowed;
            self.skip_while(|letter| letter == ' ' || (tabs && letter == '\t'));
            if self.letter(0) == '#' {
                self.skip_while(|letter| !ends_line(letter));
            }
            if !is_break(self.letter(0)) {
                return;
            }
            self.need(2);
            self.skip_break();
            if self.in_block() {
                self.key_allowed = true;
            }
        }
    }

    fn end(&mut self) -> Step {
        if self.column != 0 {
            self.column = 0;
            self.line += 1;
        }
        self.unroll(-1);
        self.forget_key()?;
        self.key_allowed = false;
        self.push(Token::StreamEnd, self.here());
        Ok(())
    }

    /// Letters that names are made of, as many as there are.
    fn word(&mut self) -> String {
        let begin = self.at;
        self.skip_while(is_alpha);
        self.text[begin..self.at].iter().collect()
    }

    /// A token of one letter, behind which a key may begin or not.
    fn sign(&mut self, token: Token, key_allowed: bool) -> Step {
        self.key_allowed = key_allowed;
        self.push(token, self.here());
        self.skip();
        Ok(())
    }

    fn open(&mut self, token: Token) -> Step {
        self.save_key()?;
        let number = self.taken + self.tokens.len();
        self.keys.push(SimpleKey { number, ..SimpleKey::default() });
        if self.keys.len() > DEEPEST + 1 {
            return self.fault(&format!("exceeded max depth of {DEEPEST}"));
        }
        self.sign(token, true)
    }

    fn close(&mut self, token: Token) -> Step {
        self.forget_key()?;
        if !self.in_block()
            && let Some(key) = self.keys.pop()
        {
            // Where nothing has been a key in there, this is the bracket's own number, which is no key any more then.
            self.possible.remove(&key.number);
        }
        self.sign(token, false)
    }

    /// An item, or a key or value that says that it is one.
    fn complex(&mut self, what: &str, start: Token, token: Token) -> Step {
        if self.in_block() {
            if !self.key_allowed {
                return self.fault(&format!("{what} are not allowed in this context"));
            }
            self.roll(self.column, None, start, self.here())?;
        }
        self.forget_key()?;
        let key_allowed = self.in_block() || token == Token::BlockEntry;
        self.sign(token, key_allowed)
    }

    fn value(&mut self) -> Step {
        let index = self.keys.len() - 1;
        if self.is_valid(index)? {
            let key = self.keys[index];
            self.insert(Some(key.number), Token::Key, key.mark);
            self.roll(key.column, Some(key.number), Token::BlockMappingStart, key.mark)?;
            self.keys[index].possible = false;
            self.possible.remove(&key.number);
            return self.sign(Token::Value, false);
        }
        if self.in_block() {
            if !self.key_allowed {
                return self.fault("mapping values are not allowed in this context");
            }
            self.roll(self.column, None, Token::BlockMappingStart, self.here())?;
        }
        let key_allowed = self.in_block();
        self.sign(Token::Value, key_allowed)
    }

    fn anchor(&mut self, sign: char) -> Step {
        self.save_key()?;
        self.key_allowed = false;
        let mark = self.here();
        self.skip();
        let name = self.word();
        if name.is_empty() || !(ends_word(self.letter(0)) || "?:,]}%@`".contains(self.letter(0))) {
            return self.fault("did not find expected alphabetic or numeric character");
        }
        self.push(if sign == '*' { Token::Alias(name) } else { Token::Anchor(name) }, mark);
        Ok(())
    }
}
