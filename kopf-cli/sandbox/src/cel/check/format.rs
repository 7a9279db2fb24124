//! What a text that `format` fills in asks for, beside what it is given.

use super::{
    super::syntax::{Entry, Fault, Kind, Node},
    types::{LIST, MAP, Plain, TYPE, Type},
};

/// A clause: its letters, the types that it is for, `composed` for lists, maps and types, and what is told of others.
struct Clause {
    letters: &'static str,
    of: &'static [Plain],
    composed: bool,
    otherwise: &'static str,
}

const INTEGERS: &[Plain] = &[Plain::Int, Plain::Uint];
const CLAUSES: [Clause; 7] = [
    Clause {
        letters: "s",
        of: &[
            Plain::Int,
            Plain::Uint,
            Plain::Double,
            Plain::Bool,
            Plain::String,
            Plain::Timestamp,
            Plain::Bytes,
            Plain::Duration,
            Plain::Null,
        ],
        composed: true,
        otherwise: "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, \
                    and timestamps",
    },
    Clause {
        letters: "d",
        of: INTEGERS,
        composed: false,
        otherwise: "decimal clause can only be used on integers",
    },
    Clause {
        letters: "f",
        of: &[Plain::Double, Plain::String],
        composed: false,
        otherwise: "fixed-point clause can only be used on doubles",
    },
    Clause {
        letters: "e",
        of: &[Plain::Double, Plain::String],
        composed: false,
        otherwise: "scientific clause can only be used on doubles",
    },
    Clause {
        letters: "b",
        of: &[Plain::Int, Plain::Uint, Plain::Bool],
        composed: false,
        otherwise: "only integers and bools can be formatted as binary",
    },
    Clause {
        letters: "xX",
        of: &[Plain::Int, Plain::Uint, Plain::String, Plain::Bytes],
        composed: false,
        otherwise: "only integers, byte buffers, and strings can be formatted as hex",
    },
    Clause {
        letters: "o",
        of: INTEGERS,
        composed: false,
        otherwise: "octal clause can only be used on integers",
    },
];

/// What is wrong with a text and what it is given, told of at `at` unless one item is to blame.
pub(super) fn fault(text: &str, items: &[Node], types: &[Type<'_>], at: usize) -> Option<Fault> {
    let mut rest = text;
    let mut used = 0;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(after) = after.strip_prefix('%') {
            rest = after;
            continue;
        }
        let outcome = match items.get(used) {
            _ if after.is_empty() => Err((at, "unexpected end of string".to_owned())),
            None => Err((at, format!("index {used} out of range"))),
            Some(item) => clause(after, item, types, at),
        };
        match outcome {
            Ok(after) => rest = after,
            Err((at, what)) => return Some(Fault { at, what }),
        }
        used += 1;
    }
    let given = items.len();
    let what = format!("too many arguments supplied to string.format (expected {used}, got {given})");
    (given > used).then_some(Fault { at, what })
}

/// Reads a clause for an item; what comes behind it.
fn clause<'t>(text: &'t str, item: &Node, types: &[Type<'_>], at: usize) -> Result<&'t str, (usize, String)> {
    let unread = |why: &str| (at, format!("could not parse formatting clause: {why}"));
    let text = match text.strip_prefix('.') {
        None => text,
        Some(digits) => {
            let end = digits.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(|| {
                unread("error while parsing precision: could not find end of precision specifier")
            })?;
            digits[..end].parse::<i64>().map_err(|_| {
                let why = if end == 0 { "invalid syntax" } else { "value out of range" };
                let (what, said) = ("error while converting precision to integer", &digits[..end]);
                unread(&format!(
                    "error while parsing precision: {what}: strconv.Atoi: parsing \"{said}\": {why}"
                ))
            })?;
            &digits[end..]
        }
    };
    // A letter of several bytes is told by the first of them.
    let letter = text.bytes().next().map_or(' ', char::from);
    let clause = CLAUSES.iter().find(|clause| clause.letters.contains(letter));
    let clause = clause.ok_or_else(|| unread(&format!("unrecognized formatting clause \"{letter}\"")))?;
    match misfit(clause, item, types) {
        None => Ok(&text[1..]),
        Some(item) => {
            let (otherwise, given) = (clause.otherwise, types[item.id].name());
            Err((item.at, format!("error during formatting: {otherwise}, was given {given}")))
        }
    }
}

/// The part that a clause is not for.
fn misfit<'n>(clause: &Clause, item: &'n Node, types: &[Type<'_>]) -> Option<&'n Node> {
    let fits = match &types[item.id] {
        Type::Plain(Plain::Dyn) => true,
        Type::Plain(plain) => clause.of.contains(plain),
        Type::Made(made) => clause.composed && [LIST, MAP, TYPE].contains(&made.name),
        Type::Param(_) | Type::Object(_) => false,
    };
    if !fits {
        return Some(item);
    }
    match &item.kind {
        _ if !clause.composed => None,
        Kind::List { items, .. } => items.iter().find_map(|item| misfit(clause, item, types)),
        Kind::Map(entries) => entries.iter().find_map(|Entry { key, value, .. }| {
            misfit(clause, key, types).or_else(|| misfit(clause, value, types))
        }),
        _ => None,
    }
}
