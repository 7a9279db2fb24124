//! Functions of texts, and of bytes.

use super::Call;
use crate::{
    cel::prices::{PATTERN, TEXT},
    crd::cost::parts::{Part, Type, times},
};

/// A call of a function of texts; `None` where it is of something else.
pub(super) fn priced<'a>(call: &Call<'a, '_>) -> Option<Part<'a>> {
    Some(match (call.name, call.target, call.args) {
        ("matches", Some(text), [pattern]) | ("matches", None, [text, pattern]) => {
            call.part(matching(text, pattern), Type::Scalar)
        }
        ("find", Some(text), [pattern, ..]) => {
            call.part(matching(text, pattern), Type::Text).sized(text.known_size())
        }
        ("findAll", Some(text), [pattern, ..]) => {
            call.part(matching(text, pattern), texts()).sized(text.known_size())
        }
        ("contains", Some(text), [part_of_it]) => {
            call.part(text.times(TEXT).saturating_mul(part_of_it.times(TEXT)), Type::Scalar)
        }
        ("startsWith" | "endsWith", Some(_), [edge]) => call.part(edge.times(TEXT), Type::Scalar),
        ("format", Some(text), _) => call.part(text.times(TEXT), Type::Text),
        ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(text), _) => {
            call.part(text.times(TEXT), Type::Text).sized(text.known_size())
        }
        ("replace", Some(text), [old, new, ..]) => {
            call.part(text.times(2.0 * TEXT), Type::Text).sized(replaced(text, old, new))
        }
        ("split", Some(text), [_, rest @ ..]) => {
            let most = rest.first().and_then(|most| most.literal);
            let most = most.map_or_else(|| text.known_size(), i64::cast_unsigned);
            call.part(text.times(2.0 * TEXT), texts()).sized(most)
        }
        ("bytes", None, [text]) if text.may_be_text() => {
            call.part(text.times(TEXT), Type::Bytes).sized(text.known_size().wrapping_mul(4))
        }
        ("string", None, [bytes]) if matches!(bytes.kind.plain(), Type::Bytes | Type::Unknown) => {
            // What is not known may be something else, of which it costs one.
            let least = u64::from(matches!(bytes.kind.plain(), Type::Unknown));
            call.part(bytes.times(TEXT).max(least), Type::Text).sized(bytes.known_size())
        }
        ("strings.quote", None, [text]) => {
            // What is not known goes round, there and here.
            let size = text.known_size().wrapping_mul(2).wrapping_add(2);
            call.part(text.times(TEXT), Type::Text).sized(size)
        }
        _ => return None,
    })
}

fn texts<'a>() -> Type<'a> {
    Type::List(Box::new(Type::Text))
}

fn matching(text: &Part<'_>, pattern: &Part<'_>) -> u64 {
    let text = times(text.known_size().saturating_add(1), TEXT);
    text.saturating_mul(pattern.times(PATTERN))
}

/// How long a text may be after a replacement.
fn replaced(text: &Part<'_>, old: &Part<'_>, new: &Part<'_>) -> u64 {
    let (size, most) = (text.known_size(), new.known_size());
    match old.literal.unwrap_or_default().cast_unsigned() {
        // What replaces nothing comes between all letters.
        0 => size.saturating_add(1).saturating_mul(most).saturating_add(size),
        least if most <= least => size,
        least => size.div_ceil(least).saturating_mul(most),
    }
}
