//! Where a text stops being YAML, in the words of Go, which clients show to people.
//!
//! It is read for its faults alone, as the parser of Go reads it, which is that of `libyaml`: one document, token by token.

use std::collections::HashSet;

use super::scanner::{Scanner, Token};

/// What is wrong with a text, and on which line, if it is not on the first.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) problem: String,
    pub(super) line: usize,
}

/// The first document of a text; of what is behind it nothing is known.
///
/// # Errors
///
/// What is wrong with it, in the words of Go.
pub(super) fn first_document(body: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let first = body.get(error.valid_up_to()).copied().unwrap_or_default();
        let problem = match (error.error_len(), first) {
            (None, _) => "incomplete UTF-8 octet sequence",
            (_, 0xc0..=0xf7) => "invalid trailing UTF-8 octet",
            _ => "invalid leading UTF-8 octet",
        };
        problem.to_owned()
    })?;
    // A mark of the order of bytes is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.chars().any(is_control) {
        return Err("control characters are not allowed".to_owned());
    }
    let mut reading = Reading { scanner: Scanner::new(text), open: Vec::new(), anchors: HashSet::new() };
    match reading.document() {
        Ok(()) => Ok(reading.scanner.text_before()),
        Err(Fault { problem, line: 0 }) => Err(problem),
        Err(Fault { problem, line }) => Err(format!("line {line}: {problem}")),
    }
}

fn is_control(letter: char) -> bool {
    let printable = matches!(letter, '\t' | '\n' | '\r' | '\u{85}' | ' '..='~' | '\u{a0}'..);
    !printable || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// What is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A value, in a block or else between brackets; whether it may be a list that is not indented.
    Node {
        block: bool,
        indentless: bool,
    },
    Items,
    IndentlessItems,
    Keys,
    Value,
    FlowItems {
        first: bool,
    },
    FlowItemKey,
    FlowItemValue,
    FlowKeys {
        first: bool,
    },
    FlowValue,
}

const BLOCK: State = State::Node { block: true, indentless: false };
const INDENTLESS: State = State::Node { block: true, indentless: true };
const FLOW: State = State::Node { block: false, indentless: false };

type Step<T = ()> = Result<T, Fault>;

struct Reading {
    scanner: Scanner,
    open: Vec<State>,
    anchors: HashSet<String>,
}

impl Reading {
    /// What is behind the first document nobody reads.
    fn document(&mut self) -> Step {
        let mut directed = false;
        while matches!(self.scanner.peek()?, Token::Directive { .. }) {
            let fault = self.fault_here("found incompatible YAML document");
            if let Token::Directive { known: false } = self.scanner.take()? {
                return Err(fault);
            }
            directed = true;
        }
        match self.scanner.peek()? {
            Token::StreamEnd if !directed => return Ok(()),
            Token::DocumentStart => {
                self.scanner.take()?;
                if !matches!(
                    self.scanner.peek()?,
                    Token::Directive { .. } | Token::DocumentStart | Token::DocumentEnd | Token::StreamEnd
                ) {
                    self.open.push(BLOCK);
                }
            }
            _ if directed => return Err(self.fault_here("did not find expected <document start>")),
            _ => self.open.push(BLOCK),
        }
        while let Some(state) = self.open.pop() {
            self.step(state)?;
        }
        self.scanner.peek().map(|_| ())
    }

    /// A fault at the next token. Lines of such faults count from zero.
    fn fault_here(&self, problem: &str) -> Fault {
        Fault { problem: problem.to_owned(), line: self.scanner.line_of_next() }
    }

    /// Takes the next token if it is this one.
    fn takes(&mut self, token: &Token) -> Step<bool> {
        let takes = self.scanner.peek()? == token;
        if takes {
            self.scanner.take()?;
        }
        Ok(takes)
    }

    /// Whether the next token is one of these.
    fn comes(&mut self, tokens: &[Token]) -> Step<bool> {
        Ok(tokens.contains(self.scanner.peek()?))
    }

    fn then(&mut self, states: [State; 2]) {
        self.open.extend(states);
    }

    fn step(&mut self, state: State) -> Step {
        const BEHIND_KEY: [Token; 3] = [Token::Key, Token::Value, Token::BlockEnd];
        match state {
            State::Node { block, indentless } => self.node(block, indentless)?,
            State::Items => {
                if self.takes(&Token::BlockEntry)? {
                    self.open.push(State::Items);
                    if !self.comes(&[Token::BlockEntry, Token::BlockEnd])? {
                        self.open.push(BLOCK);
                    }
                } else if !self.takes(&Token::BlockEnd)? {
                    return Err(self.fault_here("did not find expected '-' indicator"));
                }
            }
            State::IndentlessItems => {
                if self.takes(&Token::BlockEntry)? {
                    self.open.push(State::IndentlessItems);
                    if !self.comes(&[Token::BlockEntry, Token::Key, Token::Value, Token::BlockEnd])? {
                        self.open.push(BLOCK);
                    }
                }
            }
            State::Keys => {
                if self.takes(&Token::Key)? {
                    self.open.push(State::Value);
                    if !self.comes(&BEHIND_KEY)? {
                        self.open.push(INDENTLESS);
                    }
                } else if !self.takes(&Token::BlockEnd)? {
                    return Err(self.fault_here("did not find expected key"));
                }
            }
            State::Value => {
                self.open.push(State::Keys);
                if self.takes(&Token::Value)? && !self.comes(&BEHIND_KEY)? {
                    self.open.push(INDENTLESS);
                }
            }
            State::FlowItems { first } => {
                if self.takes(&Token::FlowSequenceEnd)? {
                    return Ok(());
                }
                if !first && !self.takes(&Token::FlowEntry)? {
                    return Err(self.fault_here("did not find expected ',' or ']'"));
                }
                if self.takes(&Token::Key)? {
                    self.then([State::FlowItems { first: false }, State::FlowItemKey]);
                } else if !self.takes(&Token::FlowSequenceEnd)? {
                    self.then([State::FlowItems { first: false }, FLOW]);
                }
            }
            State::FlowItemKey => {
                self.open.push(State::FlowItemValue);
                if self.comes(&[Token::Value, Token::FlowEntry, Token::FlowSequenceEnd])? {
                    // Go passes over it, whatever it is.
                    self.scanner.take()?;
                } else {
                    self.open.push(FLOW);
                }
            }
            State::FlowItemValue => {
                if self.takes(&Token::Value)? && !self.comes(&[Token::FlowEntry, Token::FlowSequenceEnd])? {
                    self.open.push(FLOW);
                }
            }
            State::FlowKeys { first } => {
                if self.takes(&Token::FlowMappingEnd)? {
                    return Ok(());
                }
                if !first && !self.takes(&Token::FlowEntry)? {
                    return Err(self.fault_here("did not find expected ',' or '}'"));
                }
                if self.takes(&Token::Key)? {
                    self.then([State::FlowKeys { first: false }, State::FlowValue]);
                    if !self.comes(&[Token::Value, Token::FlowEntry, Token::FlowMappingEnd])? {
                        self.open.push(FLOW);
                    }
                } else if !self.takes(&Token::FlowMappingEnd)? {
                    self.then([State::FlowKeys { first: false }, FLOW]);
                }
            }
            State::FlowValue => {
                if self.takes(&Token::Value)? && !self.comes(&[Token::FlowEntry, Token::FlowMappingEnd])? {
                    self.open.push(FLOW);
                }
            }
        }
        Ok(())
    }

    fn node(&mut self, block: bool, indentless: bool) -> Step {
        if let Token::Alias(name) = self.scanner.peek()? {
            if !self.anchors.contains(name) {
                return Err(Fault { problem: format!("unknown anchor '{name}' referenced"), line: 0 });
            }
            self.scanner.take()?;
            return Ok(());
        }
        let mut described = false;
        for _ in 0..2 {
            match self.scanner.peek()? {
                Token::Anchor(name) => {
                    self.anchors.insert(name.clone());
                }
                Token::Tag { known: true } => {}
                Token::Tag { known: false } => return Err(self.fault_here("found undefined tag handle")),
                _ => break,
            }
            self.scanner.take()?;
            described = true;
        }
        let next = match self.scanner.peek()? {
            Token::BlockEntry if indentless => {
                self.open.push(State::IndentlessItems);
                return Ok(());
            }
            Token::Scalar => None,
            Token::FlowSequenceStart => Some(State::FlowItems { first: true }),
            Token::FlowMappingStart => Some(State::FlowKeys { first: true }),
            Token::BlockSequenceStart if block => Some(State::Items),
            Token::BlockMappingStart if block => Some(State::Keys),
            _ if described => return Ok(()),
            _ => return Err(self.fault_here("did not find expected node content")),
        };
        self.scanner.take()?;
        self.open.extend(next);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(first_document(text.as_bytes()).err().unwrap_or_default(), expected, "{text}");
    }

    #[test]
    fn a_document_ends_where_another_thing_begins() {
        for (text, document) in [
            ("a: b\n...\nc: [\n", "a: b\n"),
            ("a: b\n---\nc: d\n", "a: b\n"),
            ("{a: b}}\n", "{a: b}"),
            ("  a: b\nc: d\n", "  a: b\n"),
            ("a: b\n", "a: b\n"),
        ] {
            assert_eq!(first_document(text.as_bytes()).unwrap(), document, "{text}");
        }
    }

    #[test]
    fn what_is_yaml_has_no_fault() {
        for text in [
            "",
            "a",
            "a: b\nc:\n- d\n- e: f\n  g: [h, {i: j}]\n",
            "--- # a comment\na: |\n  text\n  more\nb: >-\n\n  x\n...\n",
            "a: &x {b: 'it''s'}\nc: *x\n",
            "? a\n: b\n",
            "a: \"\\u00e9\\\n  b\"\nb: !!str 1\n",
            "{\"a\": [1, 2, {\"b\": null}]}",
            "a:\n  b:\n   - c\nd: e",
            "a: b\n---\nc: [\n",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn what_is_out_of_place_is_told_of_with_its_line() {
        check("a: [", "line 1: did not find expected node content");
        check("a: [b\nc: d\n", "line 1: did not find expected ',' or ']'");
        check("a: {b: c\n", "line 1: did not find expected ',' or '}'");
        check("a: b: c", "mapping values are not allowed in this context");
        check("x: y\na: b: c", "line 2: mapping values are not allowed in this context");
        check("a:\n\tb: c", "line 2: found character that cannot start any token");
        check("a: 'b\nc: d\n", "line 3: found unexpected end of stream");
        check("a: \"\\q\"", "found unknown escape character");
        check("a: b\n c: d\n", "line 2: mapping values are not allowed in this context");
        check("a:\n  b: c\n d: e\n", "line 2: did not find expected key");
        check("a: b\nc\n", "line 3: could not find expected ':'");
        check("- a\nb: c\n", "line 1: did not find expected '-' indicator");
        check("a: *x", "unknown anchor 'x' referenced");
        check("a: @b", "found character that cannot start any token");
        check("a: \u{1}", "control characters are not allowed");
    }
}
