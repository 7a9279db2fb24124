//! Functions of texts: parts of them, what is in them, and texts made of others.

use std::sync::Arc;

use kube_cel::cel::Value;

use super::{
    Fault, Outcome, format, patterns,
    values::{list, text, truth},
    work,
};

/// The outcome of a function of a text; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    let [Value::String(this), rest @ ..] = args else { return joined(name, args) };
    Some(match (name, rest) {
        ("startsWith", [Value::String(part)]) => truth(this.starts_with(part.as_str())),
        ("endsWith", [Value::String(part)]) => truth(this.ends_with(part.as_str())),
        ("contains", [Value::String(part)]) => truth(this.contains(part.as_str())),
        ("matches", [Value::String(pattern)]) => patterns::matches(this, pattern),
        ("find", [Value::String(pattern)]) => patterns::find(this, pattern),
        ("findAll", [Value::String(pattern)]) => patterns::find_all(this, pattern, -1),
        ("findAll", [Value::String(pattern), Value::Int(most)]) => patterns::find_all(this, pattern, *most),
        ("format", [Value::List(items)]) => format::format(this, items),
        ("strings.quote", []) => work::text(this.len()).map(|()| text(quoted(this))),
        ("charAt", [Value::Int(place)]) => char_at(this, *place),
        ("indexOf", [Value::String(part)]) => index_of(this, part, 0),
        ("indexOf", [Value::String(part), Value::Int(from)]) => index_of(this, part, *from),
        ("lastIndexOf", [Value::String(part)]) => last_index_of(this, part, None),
        ("lastIndexOf", [Value::String(part), Value::Int(from)]) => last_index_of(this, part, Some(*from)),
        ("lowerAscii", []) => Ok(text(this.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(text(this.to_ascii_uppercase())),
        ("trim", []) => Ok(text(this.trim())),
        ("replace", [Value::String(old), Value::String(new)]) => replace(this, old, new, -1),
        ("replace", [Value::String(old), Value::String(new), Value::Int(most)]) => {
            replace(this, old, new, *most)
        }
        ("split", [Value::String(by)]) => split(this, by, -1),
        ("split", [Value::String(by), Value::Int(most)]) => split(this, by, *most),
        ("substring", [Value::Int(from)]) => substring(this, *from, None),
        ("substring", [Value::Int(from), Value::Int(to)]) => substring(this, *from, Some(*to)),
        _ => return None,
    })
}

fn out_of_range(place: i64) -> Fault {
    Fault::new(format!("index out of range: {place}"))
}

/// A place in a text of so many letters; its end is one, too.
fn within(place: i64, length: usize) -> Result<usize, Fault> {
    usize::try_from(place).ok().filter(|place| *place <= length).ok_or_else(|| out_of_range(place))
}

/// A text of so many letters from one of them on.
fn from(this: &str, place: usize, length: usize) -> &str {
    let start = if length == this.len() {
        Some(place)
    } else {
        this.char_indices().nth(place).map(|(start, _)| start)
    };
    start.and_then(|start| this.get(start..)).unwrap_or_default()
}

fn char_at(this: &str, place: i64) -> Outcome {
    let length = this.chars().count();
    let place = within(place, length)?;
    Ok(text(from(this, place, length).chars().next().map(String::from).unwrap_or_default()))
}

fn substring(this: &str, from: i64, to: Option<i64>) -> Outcome {
    let length = this.chars().count();
    if let Some(to) = to.filter(|to| from > *to) {
        return Err(Fault::new(format!("invalid substring range. start: {from}, end: {to}")));
    }
    let from = within(from, length)?;
    let to = to.map_or(Ok(length), |to| within(to, length))?;
    Ok(text(this.chars().skip(from).take(to - from).collect::<String>()))
}

fn index_of(this: &str, part: &str, from: i64) -> Outcome {
    let start = usize::try_from(from).map_err(|_| out_of_range(from))?;
    let length = this.chars().count();
    if part.is_empty() {
        return Ok(count(start.min(length)));
    }
    let Some((at, _)) = this.char_indices().nth(start) else { return Ok(Value::Int(-1)) };
    let found = this[at..].find(part).map(|found| start + this[at..at + found].chars().count());
    Ok(found.map_or(Value::Int(-1), count))
}

fn last_index_of(this: &str, part: &str, from: Option<i64>) -> Outcome {
    let length = this.chars().count();
    let start = match from {
        Some(from) => usize::try_from(from).map_err(|_| out_of_range(from))?,
        None if part.is_empty() => return Ok(count(length)),
        None if length == 0 => return Ok(Value::Int(-1)),
        None => length - 1,
    };
    if part.is_empty() {
        return Ok(count(start.min(length)));
    }
    if start >= length {
        return Ok(Value::Int(-1));
    }
    // The part may begin at the start, and go on behind it.
    let end = this.char_indices().nth(start + part.chars().count()).map_or(this.len(), |(at, _)| at);
    Ok(this[..end].rfind(part).map_or(Value::Int(-1), |found| count(this[..found].chars().count())))
}

/// No more than `most`, where it is not negative.
fn replace(this: &str, old: &str, new: &str, most: i64) -> Outcome {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let times = this.matches(old).take(most).count();
    work::text(this.len().saturating_add(times.saturating_mul(new.len())))?;
    Ok(text(this.replacen(old, new, most)))
}

fn count(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The parts between `by`, of which there are no more than `most`, where it is not negative; between nothing, all letters.
fn split(this: &str, by: &str, most: i64) -> Outcome {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(list(match (most, by) {
        (0, _) => Vec::new(),
        (most, "") => {
            let mut letters = this.char_indices();
            let mut parts = work::gathered(letters.by_ref().take(most - 1).map(|(_, letter)| text(letter)))?;
            parts.extend(letters.next().map(|(at, _)| text(&this[at..])));
            parts
        }
        (most, by) => work::gathered(this.splitn(most, by).map(text))?,
    }))
}

/// A text in quotes, as expressions write it.
fn quoted(this: &str) -> String {
    let mut quoted = String::with_capacity(this.len() + 2);
    quoted.push('"');
    for letter in this.chars() {
        let escaped = match letter {
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\u{b}' => 'v',
            '\\' | '"' => letter,
            plain => {
                quoted.push(plain);
                continue;
            }
        };
        quoted.extend(['\\', escaped]);
    }
    quoted + "\""
}

/// A value that is no text as Go prints it.
fn printed(value: &Value) -> String {
    match value {
        Value::Null => "0".to_owned(),
        Value::List(items) => format!("[{}]", items.iter().map(printed).collect::<Vec<_>>().join(", ")),
        other => super::values::named(other),
    }
}

fn joined(name: &str, args: &[Value]) -> Option<Outcome> {
    let (items, by) = match args {
        [Value::List(items), ..] if items.first().is_some_and(|first| !matches!(first, Value::String(_))) => {
            return None;
        }
        [Value::List(items)] => (items, ""),
        [Value::List(items), Value::String(by)] => (items, by.as_str()),
        _ => return None,
    };
    (name == "join").then(|| {
        let part = |item: &Value| match item {
            Value::String(part) => Ok(Arc::clone(part)),
            other => Err(Fault::new(format!("join: invalid input: {}", printed(other)))),
        };
        let parts: Vec<Arc<String>> = items.iter().map(part).collect::<Result<_, _>>()?;
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
        let length = parts.iter().map(|part| part.len() + by.len()).fold(0, usize::saturating_add);
        work::text(length)?;
        Ok(text(parts.join(by)))
    })
}
