//! The nodes of a document in YAML, as the parser of Go finds them, which is that of `libyaml`: one document, token by token.

use std::collections::HashMap;

use super::{
    Fault,
    reader::Letters,
    scanner::{Scanner, Token},
};

/// What tags mean that begin so.
const KNOWN: [(&str, &str); 2] = [("!", "!"), ("!!", "tag:yaml.org,2002:")];

/// A value as it is written. Others are told of by their numbers.
pub(super) struct Node {
    /// From zero.
    pub(super) line: u32,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// A text that is plain if nothing but its letters says what it is.
    Scalar {
        value: Box<str>,
        tag: Option<Box<str>>,
        is_plain: bool,
    },
    List(Vec<usize>),
    /// Keys and values, one after the other.
    Map(Vec<usize>),
    Alias {
        name: Box<str>,
        of: usize,
    },
}

/// The nodes of the first document of a text, the outermost first; of what is behind it nothing is known.
///
/// # Errors
///
/// What is wrong with it, in the words of Go.
pub(super) fn parse(letters: Letters) -> Result<Vec<Node>, Fault> {
    let scanner = Scanner::new(letters);
    let mut parser = Parser {
        scanner,
        states: Vec::new(),
        handles: HashMap::new(),
        anchors: HashMap::new(),
        nodes: Vec::new(),
        open: Vec::new(),
    };
    parser.document()?;
    Ok(parser.nodes)
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
    FlowItemEnd,
    FlowKeys {
        first: bool,
    },
    /// Whether there can be none.
    FlowValue {
        none: bool,
    },
}

const BLOCK: State = State::Node { block: true, indentless: false };
const INDENTLESS: State = State::Node { block: true, indentless: true };
const FLOW: State = State::Node { block: false, indentless: false };

const BEHIND_KEY: [Token; 3] = [Token::Key, Token::Value, Token::BlockEnd];
const BEHIND_FLOW_ITEM: [Token; 2] = [Token::FlowEntry, Token::FlowSequenceEnd];
const BEHIND_FLOW_VALUE: [Token; 2] = [Token::FlowEntry, Token::FlowMappingEnd];

type Step<T = ()> = Result<T, Fault>;

struct Parser {
    scanner: Scanner,
    states: Vec<State>,
    handles: HashMap<String, String>,
    anchors: HashMap<String, usize>,
    nodes: Vec<Node>,
    /// The lists and maps that are not at their end.
    open: Vec<usize>,
}

impl Parser {
    /// What is behind the first document nobody reads.
    fn document(&mut self) -> Step {
        let is_directed = self.directives()?;
        match self.scanner.peek()? {
            Token::StreamEnd if !is_directed => return Ok(()),
            Token::DocumentStart => {
                self.scanner.take()?;
                match self.scanner.peek()? {
                    Token::Version { .. }
                    | Token::Handle { .. }
                    | Token::DocumentStart
                    | Token::DocumentEnd
                    | Token::StreamEnd => self.add_nothing(self.scanner.line_of_next()),
                    _ => self.states.push(BLOCK),
                }
            }
            _ if is_directed => return Err(self.fault_here("did not find expected <document start>")),
            _ => self.states.push(BLOCK),
        }
        while let Some(state) = self.states.pop() {
            self.step(state)?;
        }
        self.scanner.peek().map(|_| ())
    }

    /// Reads what is said of a document before it, if it is.
    fn directives(&mut self) -> Step<bool> {
        let (mut is_directed, mut is_versioned) = (false, false);
        loop {
            let fault = |parser: &Self, problem| Err(parser.fault_here(problem));
            match self.scanner.peek()?.clone() {
                Token::Version { .. } if is_versioned => {
                    return fault(self, "found duplicate %YAML directive");
                }
                Token::Version { major: 1, minor: 1 } => is_versioned = true,
                Token::Version { .. } => return fault(self, "found incompatible YAML document"),
                Token::Handle { handle, prefix } => {
                    if self.handles.contains_key(&handle) {
                        return fault(self, "found duplicate %TAG directive");
                    }
                    self.handles.insert(handle, prefix);
                }
                _ => break,
            }
            self.scanner.take()?;
            is_directed = true;
        }
        for (handle, prefix) in KNOWN {
            self.handles.entry(handle.to_owned()).or_insert_with(|| prefix.to_owned());
        }
        Ok(is_directed)
    }

    /// A fault at the next token. Lines of such faults count from zero.
    fn fault_here(&self, problem: &str) -> Fault {
        Fault { problem: problem.to_owned(), line: self.scanner.line_of_next() }
    }

    /// The line of the next token.
    fn line(&mut self) -> Step<usize> {
        self.scanner.peek()?;
        Ok(self.scanner.line_of_next())
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

    /// A value comes, unless one of these tokens does; then it is nothing, and is said to be on the line of the token before
    /// or of this one.
    fn value_unless(&mut self, tokens: &[Token], value: State, line: Option<usize>) -> Step {
        if self.comes(tokens)? {
            self.add_nothing(line.unwrap_or_else(|| self.scanner.line_of_next()));
        } else {
            self.states.push(value);
        }
        Ok(())
    }

    fn add(&mut self, line: usize, kind: Kind) -> usize {
        let number = self.nodes.len();
        let outer = self.open.last().and_then(|outer| self.nodes.get_mut(*outer));
        if let Some(Node { kind: Kind::List(inner) | Kind::Map(inner), .. }) = outer {
            inner.push(number);
        }
        self.nodes.push(Node { line: u32::try_from(line).unwrap_or(u32::MAX), kind });
        number
    }

    fn add_nothing(&mut self, line: usize) {
        self.add(line, Kind::Scalar { value: Box::default(), tag: None, is_plain: true });
    }

    fn add_open(&mut self, line: usize, kind: Kind) -> usize {
        let number = self.add(line, kind);
        self.open.push(number);
        number
    }

    fn step(&mut self, state: State) -> Step {
        match state {
            State::Node { block, indentless } => self.node(block, indentless)?,
            State::Items => {
                let line = self.line()?;
                if self.takes(&Token::BlockEntry)? {
                    self.states.push(State::Items);
                    self.value_unless(&[Token::BlockEntry, Token::BlockEnd], BLOCK, Some(line))?;
                } else if self.takes(&Token::BlockEnd)? {
                    self.open.pop();
                } else {
                    return Err(self.fault_here("did not find expected '-' indicator"));
                }
            }
            State::IndentlessItems => {
                let behind = [Token::BlockEntry, Token::Key, Token::Value, Token::BlockEnd];
                let line = self.line()?;
                if self.takes(&Token::BlockEntry)? {
                    self.states.push(State::IndentlessItems);
                    self.value_unless(&behind, BLOCK, Some(line))?;
                } else {
                    self.open.pop();
                }
            }
            State::Keys => {
                let line = self.line()?;
                if self.takes(&Token::Key)? {
                    self.states.push(State::Value);
                    self.value_unless(&BEHIND_KEY, INDENTLESS, Some(line))?;
                } else if self.takes(&Token::BlockEnd)? {
                    self.open.pop();
                } else {
                    return Err(self.fault_here("did not find expected key"));
                }
            }
            State::Value => {
                self.states.push(State::Keys);
                let line = self.line()?;
                if self.takes(&Token::Value)? {
                    self.value_unless(&BEHIND_KEY, INDENTLESS, Some(line))?;
                } else {
                    self.add_nothing(line);
                }
            }
            State::FlowItems { first } => {
                if !first && !self.takes(&Token::FlowEntry)? && !self.comes(&[Token::FlowSequenceEnd])? {
                    return Err(self.fault_here("did not find expected ',' or ']'"));
                }
                if self.comes(&[Token::Key])? {
                    let line = self.scanner.line_of_next();
                    self.scanner.take()?;
                    self.add_open(line, Kind::Map(Vec::new()));
                    self.states.extend([State::FlowItems { first: false }, State::FlowItemKey]);
                } else if self.takes(&Token::FlowSequenceEnd)? {
                    self.open.pop();
                } else {
                    self.states.extend([State::FlowItems { first: false }, FLOW]);
                }
            }
            State::FlowItemKey => {
                self.states.push(State::FlowItemValue);
                if self.comes(&[Token::Value, Token::FlowEntry, Token::FlowSequenceEnd])? {
                    self.add_nothing(self.scanner.line_of_next());
                    // Go passes over it, whatever it is.
                    self.scanner.take()?;
                } else {
                    self.states.push(FLOW);
                }
            }
            State::FlowItemValue => {
                self.states.push(State::FlowItemEnd);
                if self.takes(&Token::Value)? {
                    self.value_unless(&BEHIND_FLOW_ITEM, FLOW, None)?;
                } else {
                    self.add_nothing(self.scanner.line_of_next());
                }
            }
            State::FlowItemEnd => {
                self.scanner.peek()?;
                self.open.pop();
            }
            State::FlowKeys { first } => {
                if !first && !self.takes(&Token::FlowEntry)? && !self.comes(&[Token::FlowMappingEnd])? {
                    return Err(self.fault_here("did not find expected ',' or '}'"));
                }
                if self.takes(&Token::Key)? {
                    let behind = [Token::Value, Token::FlowEntry, Token::FlowMappingEnd];
                    self.states.extend([State::FlowKeys { first: false }, State::FlowValue { none: false }]);
                    self.value_unless(&behind, FLOW, None)?;
                } else if self.takes(&Token::FlowMappingEnd)? {
                    self.open.pop();
                } else {
                    let none = State::FlowValue { none: true };
                    self.states.extend([State::FlowKeys { first: false }, none, FLOW]);
                }
            }
            State::FlowValue { none } => {
                self.scanner.peek()?;
                if !none && self.takes(&Token::Value)? {
                    self.value_unless(&BEHIND_FLOW_VALUE, FLOW, None)?;
                } else {
                    self.add_nothing(self.scanner.line_of_next());
                }
            }
        }
        Ok(())
    }

    fn node(&mut self, block: bool, indentless: bool) -> Step {
        let mut line = self.line()?;
        if let Token::Alias(name) = self.scanner.peek()? {
            let name = name.clone();
            let Some(of) = self.anchors.get(&name).copied() else {
                return Err(Fault { problem: format!("unknown anchor '{name}' referenced"), line: 0 });
            };
            self.add(line, Kind::Alias { name: name.into(), of });
            self.scanner.take()?;
            return Ok(());
        }
        let (mut anchor, mut said, mut said_at) = (None, None, 0);
        loop {
            match self.scanner.peek()? {
                Token::Anchor(_) if anchor.is_none() => {}
                Token::Tag { .. } if said.is_none() => said_at = self.scanner.line_of_next(),
                _ => break,
            }
            match self.scanner.take()? {
                Token::Anchor(name) => anchor = Some(name),
                Token::Tag { handle, suffix } => said = Some((handle, suffix)),
                _ => {}
            }
        }
        let tag = said.map(|(handle, suffix)| match &*handle {
            "" => suffix,
            handle => self.handles.get(handle).map_or_else(String::new, |prefix| format!("{prefix}{suffix}")),
        });
        if tag.as_ref().is_some_and(String::is_empty) {
            return Err(Fault { problem: "found undefined tag handle".to_owned(), line: said_at });
        }
        let is_described = anchor.is_some() || tag.is_some();
        if !is_described {
            line = self.scanner.line_of_next();
        }
        let (kind, state) = match self.scanner.peek()? {
            Token::BlockEntry if indentless => (Kind::List(Vec::new()), Some(State::IndentlessItems)),
            Token::FlowSequenceStart => (Kind::List(Vec::new()), Some(State::FlowItems { first: true })),
            Token::FlowMappingStart => (Kind::Map(Vec::new()), Some(State::FlowKeys { first: true })),
            Token::BlockSequenceStart if block => (Kind::List(Vec::new()), Some(State::Items)),
            Token::BlockMappingStart if block => (Kind::Map(Vec::new()), Some(State::Keys)),
            Token::Scalar { value, is_plain } => {
                let is_plain = tag.as_ref().map_or(*is_plain, |tag| tag == "!");
                let value = value.as_str().into();
                (Kind::Scalar { value, tag: tag.map(String::into_boxed_str), is_plain }, None)
            }
            _ if is_described => {
                let (value, is_plain) = (Box::default(), tag.is_none());
                let number =
                    self.add(line, Kind::Scalar { value, tag: tag.map(String::into_boxed_str), is_plain });
                self.anchors.extend(anchor.map(|anchor| (anchor, number)));
                return Ok(());
            }
            _ => return Err(self.fault_here("did not find expected node content")),
        };
        let number = match state {
            Some(_) => self.add_open(line, kind),
            None => self.add(line, kind),
        };
        self.anchors.extend(anchor.map(|anchor| (anchor, number)));
        // The first item of a list that is not indented is part of it.
        if state != Some(State::IndentlessItems) {
            self.scanner.take()?;
        }
        self.states.extend(state);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let said = parse(super::super::reader::read(text.as_bytes())).map(|_| String::new());
        assert_eq!(said.unwrap_or_else(|fault| fault.to_string()), expected, "{text}");
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
