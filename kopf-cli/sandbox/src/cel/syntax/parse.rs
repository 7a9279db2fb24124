//! Reads an expression into a tree, each part with the place that it is told of at.
//!
//! The grammar is that of CEL; why a text is no expression is told elsewhere.

use std::sync::Arc;

use kube_cel::cel::Value;

use super::{
    macros,
    tokens::{NO_DOUBLE, NO_INT, Token, Word, tokens},
    tree::{Entry, Fault, Kind, Node},
};

/// The words that no variable can have as its name, and that a field has to be escaped to be named by.
pub(crate) const RESERVED: [&str; 21] = [
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

/// So many operators may be in each other, and so many rules of a kind of the grammar be read within each other.
pub(crate) const DEEPEST: u16 = 250;
/// What is no name, wherever it stands.
const WORDS: [&str; 4] = ["false", "in", "null", "true"];

/// What was read: the tree, how many parts it has, and what is wrong with it though it could be read.
pub(crate) struct Parsed {
    pub(crate) root: Node,
    pub(crate) count: usize,
    pub(crate) faults: Vec<Fault>,
}

/// Why there is no tree.
pub(crate) enum Unread {
    /// It is no expression.
    NoExpression,
    TooDeep,
}

/// The tree of an expression; `is_function` says which names are those of functions, which dots may be in.
pub(crate) fn parse(source: &str, is_function: fn(&str) -> bool) -> Result<Parsed, Unread> {
    let tokens = tokens(source).ok_or(Unread::NoExpression)?;
    let making = Making { count: 0, faults: Vec::new(), is_function };
    let mut parser = Parser { tokens, next: 0, making, within: Within::default() };
    let root = parser.expression();
    let Parser { making: Making { count, faults, .. }, next, tokens, within } = parser;
    match root {
        _ if within.is_too_deep => Err(Unread::TooDeep),
        Some(root) if next == tokens.len() => Ok(Parsed { root, count, faults }),
        _ => Err(Unread::NoExpression),
    }
}

/// Numbers parts as they are made.
pub(crate) struct Making {
    count: usize,
    pub(crate) faults: Vec<Fault>,
    pub(super) is_function: fn(&str) -> bool,
}

impl Making {
    pub(crate) fn node(&mut self, at: usize, kind: Kind) -> Node {
        self.count += 1;
        let mut node = Node { id: self.count - 1, at, depth: 0, kind };
        node.depth = node.parts().into_iter().map(|part| part.depth).max().unwrap_or_default();
        node
    }

    /// What is wrong, and what stands there for it.
    pub(super) fn wrong(&mut self, at: usize, what: String) -> Node {
        self.faults.push(Fault { at, what });
        self.literal(at, Value::Null)
    }

    pub(crate) fn literal(&mut self, at: usize, value: Value) -> Node {
        self.node(at, Kind::Literal(value))
    }

    pub(crate) fn call(&mut self, at: usize, name: &str, args: Vec<Node>) -> Node {
        self.node(at, Kind::Call { name: name.to_owned(), target: None, args })
    }
}

/// Whether something that is no number could have had a sign.
fn is_signed(why: &str) -> bool {
    [NO_INT, NO_DOUBLE].contains(&why)
}

/// How many rules of a kind are being read within each other.
#[derive(Default)]
struct Within {
    expressions: u16,
    relations: u16,
    sums: u16,
    is_too_deep: bool,
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    making: Making,
    within: Within,
}

impl Parser {
    /// Reads something within so many more rules.
    fn deeper<T>(
        &mut self,
        (expressions, relations, sums): (u16, u16, u16),
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        self.within.expressions += expressions;
        self.within.relations += relations;
        self.within.sums += sums;
        let Within { expressions: e, relations: r, sums: s, .. } = self.within;
        if e.max(r).max(s) > DEEPEST {
            self.within.is_too_deep = true;
            return None;
        }
        let found = read(self);
        self.within.expressions -= expressions;
        self.within.relations -= relations;
        self.within.sums -= sums;
        found
    }

    fn expression(&mut self) -> Option<Node> {
        self.deeper((1, 1, 1), Self::whole)
    }

    fn whole(&mut self) -> Option<Node> {
        let condition = self.joined("||", "_||_")?;
        let Some(at) = self.sign("?") else { return Some(condition) };
        let holds = self.joined("||", "_||_")?;
        self.sign(":")?;
        let fails = self.expression()?;
        Some(self.making.call(at, "_?_:_", vec![condition, holds, fails]).deeper())
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
            // What stands to the right is a rule of the same kind.
            let rules = if level == 0 { (0, 1, 0) } else { (0, 0, 1) };
            let right = self.deeper(rules, |parser| parser.binary(level + 1))?;
            left = self.making.call(at, function, vec![left, right]).deeper();
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
        let word = self.tokens.get(index).map(|token| &token.word);
        matches!(word, Some(Word::Int(_) | Word::Double(_)))
            || matches!(word, Some(Word::Wrong(why)) if is_signed(why))
    }

    fn member(&mut self) -> Option<Node> {
        let is_bracketed = self.peek("(").is_some();
        let mut node = self.primary()?;
        loop {
            if let Some(at) = self.sign(".") {
                if self.sign("?").is_some() {
                    let (field_at, name) = self.name()?;
                    let name = self.making.literal(field_at, Value::String(Arc::new(name)));
                    node = self.making.call(at, "_?._", vec![node, name]).deeper();
                    continue;
                }
                let (_, name) = self.name()?;
                node = match self.sign("(") {
                    Some(at) => {
                        let args = self.args()?;
                        macros::member_call(&mut self.making, at, name, node, args)
                    }
                    None => self.making.node(at, Kind::Field { of: Box::new(node), name, asks: false }),
                }
                .deeper();
            } else if let Some(at) = self.sign("[") {
                let function = if self.sign("?").is_some() { "_[?_]" } else { "_[_]" };
                let index = self.expression()?;
                self.sign("]")?;
                node = self.making.call(at, function, vec![node, index]).deeper();
            } else if let Some((at, name)) =
                self.peek("{").filter(|_| !is_bracketed).and_then(|at| Some((at, node.qualified()?)))
            {
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
                let (items, optional) = self.list()?;
                Kind::List { items, optional }
            }
            Word::Sign("{") => {
                let entries = self.entries(Self::expression)?.into_iter();
                Kind::Map(entries.map(|(key, value, optional)| Entry { key, value, optional }).collect())
            }
            Word::Sign("-") => {
                let number = self.tokens.get(self.next)?;
                self.next += 1;
                match number.word {
                    Word::Int(number) => match 0_i64.checked_sub_unsigned(number) {
                        Some(number) => Kind::Literal(Value::Int(number)),
                        None => return Some(self.making.wrong(at, NO_INT.to_owned())),
                    },
                    Word::Double(number) => Kind::Literal(Value::Float(-number)),
                    Word::Wrong(why) if is_signed(why) => return Some(self.making.wrong(at, why.to_owned())),
                    _ => return None,
                }
            }
            Word::Sign(".") => {
                let (at, name) = self.name()?;
                return self.named(at, format!(".{name}"));
            }
            Word::Sign(_) => return None,
            Word::Name(name) => match name.as_str() {
                "true" | "false" => Kind::Literal(Value::Bool(name == "true")),
                "null" => Kind::Literal(Value::Null),
                "in" => return None,
                reserved if RESERVED.contains(&reserved) => {
                    return Some(self.making.wrong(at, format!("reserved identifier: {reserved}")));
                }
                _ => return self.named(at, name),
            },
            Word::Int(number) => match i64::try_from(number) {
                Ok(number) => Kind::Literal(Value::Int(number)),
                Err(_) => return Some(self.making.wrong(at, NO_INT.to_owned())),
            },
            Word::Wrong(why) => return Some(self.making.wrong(at, why.to_owned())),
            Word::Escaped(_) => return None,
            Word::Uint(number) => Kind::Literal(Value::UInt(number)),
            Word::Double(number) => Kind::Literal(Value::Float(number)),
            Word::Text(text) => Kind::Literal(Value::String(Arc::new(text))),
            Word::Bytes(bytes) => Kind::Literal(Value::Bytes(Arc::new(bytes))),
        };
        Some(self.making.node(at, kind))
    }

    fn named(&mut self, at: usize, name: String) -> Option<Node> {
        match self.sign("(") {
            None => Some(self.making.node(at, Kind::Name(name))),
            Some(at) => {
                let args = self.args()?;
                Some(macros::call(&mut self.making, at, name, args))
            }
        }
    }

    /// Expressions up to the bracket that closes a call.
    fn args(&mut self) -> Option<Vec<Node>> {
        let mut args = Vec::new();
        if self.sign(")").is_some() {
            return Some(args);
        }
        loop {
            args.push(self.expression()?);
            if self.sign(",").is_none() {
                self.sign(")")?;
                return Some(args);
            }
        }
    }

    /// Expressions up to the bracket, and which of them may be absent.
    fn list(&mut self) -> Option<(Vec<Node>, Vec<bool>)> {
        let (mut items, mut optional) = (Vec::new(), Vec::new());
        if self.sign(",").is_some() {
            self.sign("]")?;
            return Some((items, optional));
        }
        while self.sign("]").is_none() {
            optional.push(self.sign("?").is_some());
            items.push(self.expression()?);
            if self.sign(",").is_none() {
                self.sign("]")?;
                break;
            }
        }
        Some((items, optional))
    }

    /// Pairs up to the bracket, and which of them may be absent.
    fn entries<K>(&mut self, key: impl Fn(&mut Self) -> Option<K>) -> Option<Vec<(K, Node, bool)>> {
        let mut entries = Vec::new();
        if self.sign(",").is_some() {
            self.sign("}")?;
            return Some(entries);
        }
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
        let Token { at, word } = self.tokens.get(self.next)?;
        self.next += 1;
        match word {
            Word::Name(name) if !WORDS.contains(&name.as_str()) => Some((*at, name.clone())),
            Word::Escaped(name) => Some((*at, name.clone())),
            _ => None,
        }
    }
}
