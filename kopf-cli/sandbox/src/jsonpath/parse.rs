//! Reads paths.

use serde_json::Value;

use super::{End, Operator, Path, Step};

/// How many brackets may stand in one another.
const DEEPEST: usize = 32;

/// Reads a path, as it stands between the braces of kubectl's templates; `None` where the server cannot.
pub(crate) fn parse(text: &str) -> Option<Path> {
    let mut reader = Reader { rest: text, depth: 0 };
    reader.path()
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn path(&mut self) -> Option<Path> {
        let mut steps = Vec::new();
        while let Some(first) = self.rest.chars().next() {
            match first {
                // What a second pair of braces brings is not looked at.
                '}' => break,
                ' ' | '@' | '$' => self.skip(1),
                '[' if self.rest.starts_with("[?(") => steps.push(self.filter()?),
                '[' => steps.extend(self.brackets()?),
                '.' if self.rest.starts_with("..") => {
                    if steps.last() == Some(&Step::Descend) {
                        return None;
                    }
                    self.skip(2);
                    steps.push(Step::Descend);
                    if self.rest.starts_with(|next: char| next == '_' || next.is_alphanumeric()) {
                        steps.push(self.field());
                    }
                }
                '.' => {
                    self.skip(1);
                    steps.push(self.field());
                }
                '"' | '\'' => steps.push(Step::Literal(self.quoted(first)?.into())),
                '+' | '-' | '0'..='9' => steps.push(Step::Literal(self.number()?)),
                'a'..='z' | 'A'..='Z' | '_' => match self.take_while(|next| !ends_a_word(next)) {
                    "true" => steps.push(Step::Literal(true.into())),
                    "false" => steps.push(Step::Literal(false.into())),
                    // These make no sense in a column.
                    "range" | "end" => return None,
                    _ => steps.push(Step::Failing),
                },
                _ => return None,
            }
        }
        Some(Path(steps))
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|next| !belongs(next)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// A name, in which a backslash takes its meaning from the next character.
    fn field(&mut self) -> Step {
        let mut escaped = false;
        let end = self.rest.find(|next| {
            let ends = !escaped && ends_a_word(next);
            escaped = !escaped && next == '\\';
            ends
        });
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        if name == "*" { Step::Wildcard } else { Step::Field(name.replace('\\', "")) }
    }

    fn number(&mut self) -> Option<Value> {
        let sign = self.rest.starts_with(['+', '-']);
        let digits = self.rest[usize::from(sign)..].find(|next: char| next != '.' && !next.is_ascii_digit());
        let end = digits.map_or(self.rest.len(), |end| end + usize::from(sign));
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let text = text.trim_start_matches('+');
        let whole = text.parse::<i64>().ok().map(Value::from);
        whole.or_else(|| text.parse::<f64>().ok().map(Value::from))
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest.char_indices().skip(1);
        while let Some((at, next)) = characters.next() {
            match next {
                '\n' => return None,
                '\\' => text.push(match characters.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    same @ ('\\' | '"' | '\'') => same,
                    _ => return None,
                }),
                next if next == quote => {
                    self.skip(at + 1);
                    return Some(text);
                }
                next => text.push(next),
            }
        }
        None
    }

    /// What stands in brackets that are no filter: a place, a slice, a name, or several of them.
    fn brackets(&mut self) -> Option<Vec<Step>> {
        let end = self.rest.find([']', '\n']).filter(|end| self.rest[*end..].starts_with(']'))?;
        let text = &self.rest[1..end];
        self.skip(end + 1);
        if text.contains(',') {
            let parts: Option<Vec<Path>> =
                text.split(',').map(|part| self.inside(&format!("[{}]", part.trim()))).collect();
            return Some(vec![Step::Union(parts?)]);
        }
        let name = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        if let Some(name) = name.filter(|name| !name.contains('\'')) {
            return Some(self.inside(&format!(".{name}"))?.0);
        }
        slice(if text == "*" { ":" } else { text }).map(|step| vec![step])
    }

    fn inside(&self, text: &str) -> Option<Path> {
        let depth = self.depth + 1;
        if depth > DEEPEST { None } else { Reader { rest: text, depth }.path() }
    }

    fn filter(&mut self) -> Option<Step> {
        self.skip(3);
        let (mut quote, mut closed, mut before) = (None, false, ' ');
        let end = self.rest.char_indices().find_map(|(at, next)| {
            match next {
                '"' | '\'' if quote.is_none() => quote = Some(next),
                '"' | '\'' if before != '\\' && quote == Some(next) => closed = true,
                ')' if quote.is_some() == closed => return Some(at),
                _ => {}
            }
            before = next;
            None
        })?;
        let text = &self.rest[..end];
        self.rest = self.rest[end + 1..].strip_prefix(']')?;
        let sign = |next: char| "!<>=".contains(next);
        let Some(at) = text.find(sign).filter(|at| *at > 0) else {
            return Some(Step::Filter { left: self.inside(text)?, test: None });
        };
        let (left, rest) = text.split_at(at);
        let operand = rest.trim_start_matches(sign);
        if operand.is_empty() {
            return None;
        }
        let operator = match &rest[..rest.len() - operand.len()] {
            "<" => Operator::Less,
            ">" => Operator::Greater,
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<=" => Operator::LessEqual,
            ">=" => Operator::GreaterEqual,
            _ => return self.inside(left).and(self.inside(operand)).map(|_| Step::Failing),
        };
        Some(Step::Filter { left: self.inside(left)?, test: Some((operator, self.inside(operand)?)) })
    }
}

/// `3`, `1:3`, `-2:` or `::2`
fn slice(text: &str) -> Option<Step> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |part: &&str| match *part {
        "" => Some(None),
        digits if digits.starts_with('+') => None,
        digits => digits.parse::<i64>().ok().map(Some),
    };
    let numbers: Vec<Option<i64>> = parts.iter().map(number).collect::<Option<_>>()?;
    match numbers[..] {
        [from] => Some(Step::Slice { from, to: End::Single, step: None }),
        [from, to] => Some(Step::Slice { from, to: to.map_or(End::Open, End::At), step: None }),
        [from, to, step] => Some(Step::Slice { from, to: to.map_or(End::Open, End::At), step }),
        _ => None,
    }
}

fn ends_a_word(next: char) -> bool {
    " \t\r\n.,[]$@{}".contains(next)
}
