//! Reads paths.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::{End, Operator, Path, Step, unquote::unquote};
use crate::printed::is_printable;

/// How many brackets may stand in one another.
const DEEPEST: usize = 32;

/// Characters by their classes.
static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{L}$").expect("tests compile it"));
static DIGIT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").expect("tests compile it"));

/// Reads a path, as it stands between the braces of kubectl's templates.
///
/// # Errors
///
/// Why a server cannot, in its words.
pub(crate) fn parse(text: &str) -> Result<Path, String> {
    read(text, 0)
}

fn read(text: &str, depth: usize) -> Result<Path, String> {
    if depth > DEEPEST {
        return Err(format!("more than {DEEPEST} brackets in one another"));
    }
    let text = format!("{text}}}");
    let mut reader = Reader { rest: &text, depth };
    let path = reader.path()?;
    // What more braces bring is read, and not looked at.
    while let Some(brace) = reader.rest.find('{') {
        reader.skip(brace + 1);
        reader.path()?;
    }
    Ok(path)
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Reads on to behind the closing brace.
    fn path(&mut self) -> Result<Path, String> {
        let mut steps = Vec::new();
        while let Some(first) = self.rest.chars().next().filter(|first| !"\r\n".contains(*first)) {
            match first {
                '}' => {
                    self.skip(1);
                    return Ok(Path(steps));
                }
                ' ' | '@' | '$' => self.skip(1),
                '[' if self.rest.starts_with("[?(") => steps.push(self.filter()?),
                '[' => steps.extend(self.brackets()?),
                '.' if self.rest.starts_with("..") => {
                    if steps.last() == Some(&Step::Descend) {
                        return Err("invalid multiple recursive descent".to_owned());
                    }
                    self.skip(2);
                    steps.push(Step::Descend);
                    if self.rest.starts_with(begins_a_word) {
                        steps.push(self.field());
                    }
                }
                '.' => {
                    self.skip(1);
                    steps.push(self.field());
                }
                '"' | '\'' => steps.push(Step::Literal(self.quoted(first)?.into())),
                first if "+-".contains(first) || is_digit(first) => {
                    steps.push(Step::Literal(self.number()?));
                }
                first if begins_a_word(first) => {
                    steps.push(match self.take_while(|next| !ends_a_word(next)) {
                        "true" => Step::Literal(true.into()),
                        "false" => Step::Literal(false.into()),
                        _ => Step::Failing,
                    })
                }
                other => return Err(format!("unrecognized character in action: {}", called(other))),
            }
        }
        Err("unclosed action".to_owned())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        self.take(self.rest.find(|next| !belongs(next)).unwrap_or(self.rest.len()))
    }

    /// A name, in which a backslash takes its meaning from the next character.
    fn field(&mut self) -> Step {
        let mut escaped = false;
        let end = self.rest.find(|next| {
            let ends = !escaped && ends_a_word(next);
            escaped = !escaped && next == '\\';
            ends
        });
        let name = self.take(end.unwrap_or(self.rest.len()));
        if name == "*" { Step::Wildcard } else { Step::Field(name.replace('\\', "")) }
    }

    fn number(&mut self) -> Result<Value, String> {
        let sign = usize::from(self.rest.starts_with(['+', '-']));
        let digits = self.rest[sign..].find(|next: char| next != '.' && !is_digit(next));
        let text = self.take(digits.map_or(self.rest.len(), |end| end + sign));
        let whole = text.parse::<i64>().ok().map(Value::from);
        let number = || text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from);
        whole.or_else(number).ok_or_else(|| format!("cannot parse number {text}"))
    }

    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut before = quote;
        for (at, next) in self.rest.char_indices().skip(1) {
            match next {
                '\n' => break,
                next if next == quote && before != '\\' => {
                    let said = self.take(at + 1);
                    let meant = unquote(&said[1..at], quote);
                    return meant.ok_or_else(|| format!("unquote string {said} error invalid syntax"));
                }
                next => before = next,
            }
        }
        Err("unterminated quoted string".to_owned())
    }

    /// What stands in brackets that are no filter: a place, a slice, a name, or several of them.
    fn brackets(&mut self) -> Result<Vec<Step>, String> {
        let end = self.rest.find([']', '\n']).filter(|end| self.rest[*end..].starts_with(']'));
        let end = end.ok_or("unterminated array")?;
        let text = &self.take(end + 1)[1..end];
        if text.contains(',') {
            let parts = text.split(',').map(|part| self.inside(&format!("[{}]", part.trim_matches(' '))));
            return Ok(vec![Step::Union(parts.collect::<Result<_, _>>()?)]);
        }
        let name = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        if let Some(name) = name.filter(|name| !name.contains('\'')) {
            return Ok(self.inside(&format!(".{name}"))?.0);
        }
        slice(if text == "*" { ":" } else { text }).map(|step| vec![step])
    }

    fn inside(&self, text: &str) -> Result<Path, String> {
        read(text, self.depth + 1)
    }

    fn filter(&mut self) -> Result<Step, String> {
        self.skip(3);
        let (mut quote, mut closed, mut before, mut end) = (None, false, ' ', None);
        for (at, next) in self.rest.char_indices() {
            match next {
                '\n' => break,
                '"' | '\'' if quote.is_none() => quote = Some(next),
                '"' | '\'' => closed |= before != '\\' && quote == Some(next),
                ')' if quote.is_some() == closed => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
            before = next;
        }
        let text = self.take(end.ok_or("unterminated filter")?);
        self.rest = self.rest.strip_prefix(")]").ok_or("unclosed array expect ]")?;
        let Some((left, operator, right)) = comparison(text) else {
            return Ok(Step::Filter { left: self.inside(text)?, test: None });
        };
        let (left, right) = (self.inside(left)?, self.inside(right)?);
        let operator = match operator {
            "<" => Operator::Less,
            ">" => Operator::Greater,
            "==" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<=" => Operator::LessEqual,
            ">=" => Operator::GreaterEqual,
            _ => return Ok(Step::Failing),
        };
        Ok(Step::Filter { left, test: Some((operator, right)) })
    }
}

/// What is compared, and how; the right side may be the last sign of what would be the operator.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_sign = |next: char| "!<>=".contains(next);
    let (left, rest) = text.split_at(text.find(is_sign).filter(|at| *at > 0)?);
    let signs = rest.len() - rest.trim_start_matches(is_sign).len();
    let length = if signs == rest.len() { signs - 1 } else { signs };
    let (operator, right) = rest.split_at(length);
    (!operator.is_empty()).then_some((left, operator, right))
}

/// `3`, `1:3`, `-2:` or `::2`
fn slice(text: &str) -> Result<Step, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_one =
        |part: &&str| part.strip_prefix('-').unwrap_or(part).bytes().all(|digit| digit.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(is_one) {
        return Err(format!("invalid array index {text}"));
    }
    let number = |part: &&str| match *part {
        "" => Ok(None),
        digits => digits.parse().map(Some).map_err(|_| format!("array index {digits} is not a number")),
    };
    let numbers: Vec<Option<i64>> = parts.iter().map(number).collect::<Result<_, _>>()?;
    let [from, to, step] = [0, 1, 2].map(|at| numbers.get(at).copied());
    let to = to.map_or(End::Single, |to| to.map_or(End::Open, End::At));
    Ok(Step::Slice { from: from.flatten(), to, step: step.flatten() })
}

fn ends_a_word(next: char) -> bool {
    " \t\r\n.,[]$@{}".contains(next)
}

fn begins_a_word(next: char) -> bool {
    next == '_' || next.is_ascii_alphanumeric() || is_of(&LETTER, next) || is_digit(next)
}

fn is_digit(next: char) -> bool {
    next.is_ascii_digit() || is_of(&DIGIT, next)
}

/// A character by its number, and itself where it can be seen.
fn called(letter: char) -> String {
    let shown = if is_printable(letter) { format!(" '{letter}'") } else { String::new() };
    format!("U+{:04X}{shown}", u32::from(letter))
}

fn is_of(class: &Regex, letter: char) -> bool {
    class.is_match(letter.encode_utf8(&mut [0; 4]))
}
