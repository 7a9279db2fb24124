//! Reads an expression into a tree, each part with the place that it is told of at.
//!
//! What is no expression has been refused before, by the parser of the evaluator; it does not tell places.

use super::{
    macros,
    tokens::{Token, Word, tokens},
    tree::{Entry, Fault, Kind, Node},
};

/// The words that no variable can have as its name.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "null",
    "return",
    "true",
    "var",
    "void",
    "while",
];
/// Operators with two sides, those that bind least first, with the functions that they stand for.
const RELATIONS: &[(&str, &str)] = &[
    ("==", "_==_"),
    ("!=", "_!=_"),
    ("<=", "_<=_"),
    (">=", "_>=_"),
    ("<", "_<_"),
    (">", "_>_"),
    ("in", "@in"),
];
const SUMS: &[(&str, &str)] = &[("+", "_+_"), ("-", "_-_")];
const PRODUCTS: &[(&str, &str)] = &[("*", "_*_"), ("/", "_/_"), ("%", "_%_")];
const LEVELS: [&[(&str, &str)]; 3] = [RELATIONS, SUMS, PRODUCTS];

/// What was read: the tree, how many parts it has, and what is wrong with the use of macros.
pub(super) struct Parsed {
    pub(super) root: Node,
    pub(super) count: usize,
    pub(super) faults: Vec<Fault>,
}

/// The tree of an expression; `None` where it is none.
pub(super) fn parse(source: &str) -> Option<Parsed> {
    let mut parser = Parser { tokens: tokens(source)?, next: 0, making: Making::default() };
    let root = parser.expression()?;
    let Making { count, faults } = parser.making;
    (parser.next == parser.tokens.len()).then_some(Parsed { root, count, faults })
}

/// Numbers parts as they are made.
#[derive(Default)]
pub(super) struct Making {
    count: usize,
    pub(super) faults: Vec<Fault>,
}

impl Making {
    pub(super) fn node(&mut self, at: usize, kind: Kind) -> Node {
        self.count += 1;
        Node { id: self.count - 1, at, kind }
    }

    pub(super) fn call(&mut self, at: usize, name: &str, args: Vec<Node>) -> Node {
        self.node(at, Kind::Call { name: name.to_owned(), target: None, args })
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    making: Making,
}

impl Parser {
    fn expression(&mut self) -> Option<Node> {
        let condition = self.joined("||", "_||_")?;
        let Some(at) = self.sign("?") else { return Some(condition) };
        let holds = self.joined("||", "_||_")?;
        self.sign(":")?;
        let fails = self.expression()?;
        Some(self.making.call(at, "_?_:_", vec![condition, holds, fails]))
    }

    /// Parts that are joined by `&&`, and such by `||`: a call with all of them.
    fn joined(&mut self, sign: &'static str, function: &str) -> Option<Node> {
        let part = |parser: &mut Self| match sign {
            "||" => parser.joined("&&", "_&&_"),
            _ => parser.binary(0),
        };
        let first = part(self)?;
        let Some(at) = self.sign(sign) else { return Some(first) };
        let mut args = vec![first, part(self)?];
        while self.sign(sign).is_some() {
            args.push(part(self)?);
        }
        Some(self.making.call(at, function, args))
    }

    fn binary(&mut self, level: usize) -> Option<Node> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        while let Some((at, function)) = self.operator(operators) {
            let right = self.binary(level + 1)?;
            left = self.making.call(at, function, vec![left, right]);
        }
        Some(left)
    }

    fn operator(&mut self, operators: &[(&str, &'static str)]) -> Option<(usize, &'static str)> {
        let token = self.tokens.get(self.next)?;
        let word = match &token.word {
            Word::Sign(sign) => sign,
            Word::Name(name) if name == "in" => "in",
            _ => return None,
        };
        let (_, function) = operators.iter().find(|(sign, _)| *sign == word)?;
        self.next += 1;
        Some((token.at, function))
    }

    fn unary(&mut self) -> Option<Node> {
        for (sign, function) in [("!", "!_"), ("-", "-_")] {
            // The sign of a number is a part of it.
            if sign == "-" && self.is_number(self.next + 1) {
                continue;
            }
            let Some(at) = self.sign(sign) else { continue };
            let mut count = 1;
            while self.sign(sign).is_some() {
                count += 1;
            }
            let inner = self.member()?;
            let is_even = count % 2 == 0;
            return Some(if is_even { inner } else { self.making.call(at, function, vec![inner]) });
        }
        self.member()
    }

    fn is_number(&self, index: usize) -> bool {
        matches!(self.tokens.get(index).map(|token| &token.word), Some(Word::Int(_) | Word::Double))
    }

    fn member(&mut self) -> Option<Node> {
        let mut node = self.primary()?;
        loop {
            if let Some(at) = self.sign(".") {
                if self.sign("?").is_some() {
                    let (field_at, name) = self.name()?;
                    let name = self.making.node(field_at, Kind::Text(Some(name)));
                    node = self.making.call(at, "_?._", vec![node, name]);
                    continue;
                }
                let (_, name) = self.name()?;
                node = match self.sign("(") {
                    Some(at) => {
                        let args = self.list(")")?.0;
                        macros::member_call(&mut self.making, at, name, node, args)
                    }
                    None => self.making.node(at, Kind::Field { of: Box::new(node), name, asks: false }),
                };
            } else if let Some(at) = self.sign("[") {
                let function = if self.sign("?").is_some() { "_[?_]" } else { "_[_]" };
                let index = self.expression()?;
                self.sign("]")?;
                node = self.making.call(at, function, vec![node, index]);
            } else if let Some((at, name)) = self.peek("{").and_then(|at| Some((at, node.qualified()?))) {
                self.next += 1;
                let fields = self.entries(Self::name)?;
                let fields = fields.into_iter().map(|(_, value, _)| value).collect();
                node = self.making.node(at, Kind::Struct { name, fields });
            } else {
                return Some(node);
            }
        }
    }

    fn primary(&mut self) -> Option<Node> {
        let token = self.tokens.get(self.next)?.clone();
        self.next += 1;
        let at = token.at;
        let kind = match token.word {
            Word::Sign("(") => {
                let inner = self.expression()?;
                self.sign(")")?;
                return Some(inner);
            }
            Word::Sign("[") => {
                let (items, optional) = self.list("]")?;
                Kind::List { items, optional }
            }
            Word::Sign("{") => {
                let entries = self.entries(Self::expression)?.into_iter();
                Kind::Map(entries.map(|(key, value, optional)| Entry { key, value, optional }).collect())
            }
            Word::Sign("-") => {
                let number = self.tokens.get(self.next)?;
                self.next += 1;
                match &number.word {
                    Word::Int(number) => Kind::Int(number.and_then(i64::checked_neg)),
                    Word::Double => Kind::Double,
                    _ => return None,
                }
            }
            Word::Sign(".") => {
                let (at, name) = self.name()?;
                return self.named(at, format!(".{name}"));
            }
            Word::Sign(_) => return None,
            Word::Name(name) => match name.as_str() {
                "true" | "false" => Kind::Bool,
                "null" => Kind::Null,
                reserved if RESERVED.contains(&reserved) => return None,
                _ => return self.named(at, name),
            },
            Word::Int(number) => Kind::Int(number),
            Word::Uint => Kind::Uint,
            Word::Double => Kind::Double,
            Word::Text(text) => Kind::Text(text),
            Word::Bytes => Kind::Bytes,
        };
        Some(self.making.node(at, kind))
    }

    fn named(&mut self, at: usize, name: String) -> Option<Node> {
        match self.sign("(") {
            None => Some(self.making.node(at, Kind::Name(name))),
            Some(at) => {
                let args = self.list(")")?.0;
                Some(macros::call(&mut self.making, at, name, args))
            }
        }
    }

    /// Expressions up to a bracket, and which of them may be absent.
    fn list(&mut self, end: &'static str) -> Option<(Vec<Node>, Vec<bool>)> {
        let (mut items, mut optional) = (Vec::new(), Vec::new());
        while self.sign(end).is_none() {
            optional.push(self.sign("?").is_some());
            items.push(self.expression()?);
            if self.sign(",").is_none() {
                self.sign(end)?;
                break;
            }
        }
        Some((items, optional))
    }

    /// Pairs up to the bracket, and which of them may be absent.
    fn entries<K>(&mut self, key: impl Fn(&mut Self) -> Option<K>) -> Option<Vec<(K, Node, bool)>> {
        let mut entries = Vec::new();
        while self.sign("}").is_none() {
            let optional = self.sign("?").is_some();
            let key = key(self)?;
            self.sign(":")?;
            entries.push((key, self.expression()?, optional));
            if self.sign(",").is_none() {
                self.sign("}")?;
                break;
            }
        }
        Some(entries)
    }

    fn peek(&self, sign: &str) -> Option<usize> {
        let token = self.tokens.get(self.next)?;
        matches!(token.word, Word::Sign(found) if found == sign).then_some(token.at)
    }

    fn sign(&mut self, sign: &str) -> Option<usize> {
        let at = self.peek(sign)?;
        self.next += 1;
        Some(at)
    }

    fn name(&mut self) -> Option<(usize, String)> {
        let Some(Token { at, word: Word::Name(name) }) = self.tokens.get(self.next) else { return None };
        self.next += 1;
        Some((*at, name.clone()))
    }
}
