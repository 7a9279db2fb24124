//! What functions and operators cost, and what they answer.

use super::{
    estimate::{Entries, Part, Type, UNKNOWN},
    lists,
    path::Path,
    sizes::Declared,
};
use crate::cel::prices::{PATTERN, TEXT};

/// How long the patterns of named formats are taken to be.
const FORMAT_PATTERN: f64 = 128.0;

/// A call with its arguments; `element` goes from the place of a list to that of its items.
pub(super) fn call<'a>(
    name: &str,
    target: Option<Part<'a>>,
    args: &[Part<'a>],
    element: impl Fn(&Path<'a>) -> Path<'a>,
) -> Part<'a> {
    let asked = args.iter().fold(0_u64, |sum, arg| sum.saturating_add(arg.cost));
    let of_target = target.as_ref().map_or(0, |target| target.cost);
    let before = asked.saturating_add(of_target);
    let part = |own: u64, kind: Type<'a>| Part::new(before.saturating_add(own), kind, Path::Nowhere, None);
    match (name, target, args) {
        ("dyn", None, [value]) => Part {
            cost: value.cost.saturating_add(1),
            kind: Type::Unknown,
            path: Path::Nowhere,
            ..value.clone()
        },
        ("_&&_" | "_||_", None, _) => part(0, Type::Scalar),
        ("_?_:_", None, [condition, yes, no]) => {
            let cost = condition.cost.saturating_add(yes.cost.max(no.cost));
            let kind = if matches!(yes.kind, Type::Other | Type::Unknown) { &no.kind } else { &yes.kind };
            let entries = yes.entries.zip(no.entries).map(|(yes, no)| yes.union(no));
            let size = yes.known_size().max(no.known_size());
            Part { entries, ..Part::new(cost, kind.clone(), Path::Nowhere, None).sized(size) }
        }
        ("_+_", None, [left, right]) => sum(left, right, &part),
        ("_==_" | "_!=_", None, [left, right]) => {
            let at_once = matches!((&left.kind, &right.kind), (Type::Library, Type::Library));
            let size = left.known_size().min(right.known_size());
            part(if at_once && name == "_==_" { 1 } else { by(size, TEXT) }, Type::Scalar)
        }
        ("_<_" | "_<=_" | "_>_" | "_>=_", None, [left, right]) => {
            let may = |part: &Part<'_>| {
                let kind = part.kind.plain();
                [matches!(kind, Type::Text | Type::Unknown), matches!(kind, Type::Bytes | Type::Unknown)]
            };
            let (one, other) = (may(left), may(right));
            let texts = one.iter().zip(other).any(|(one, other)| *one && other);
            // Where nothing is known, they may be something else that costs one.
            let least = u64::from(one == [true, true] && other == [true, true]);
            let size = left.known_size().min(right.known_size());
            part(if texts { by(size, TEXT).max(least) } else { 1 }, Type::Scalar)
        }
        ("@in", None, [_, all]) => match all.kind.plain() {
            Type::Map(_) => part(1, Type::Scalar),
            Type::Unknown => part(all.known_size().max(1), Type::Scalar),
            _ => part(all.known_size(), Type::Scalar),
        },
        ("_[_]", None, [whole, _]) => {
            let path = element(&whole.path);
            let kind = whole.kind.element();
            let cost = before.saturating_add(1);
            let found = Part::new(cost, kind, path, None);
            match whole.entries {
                Some(entries) => found.sized(entries.values),
                None => found,
            }
        }
        ("matches", Some(text), [pattern]) | ("find" | "findAll", Some(text), [pattern, ..]) => {
            let own = matching(&text, pattern);
            match name {
                "matches" => part(own, Type::Scalar),
                "find" => part(own, Type::Text).sized(text.known_size()),
                _ => part(own, Type::List(Box::new(Type::Text))).sized(text.known_size()),
            }
        }
        ("matches", None, [text, pattern]) => part(matching(text, pattern), Type::Scalar),
        ("contains", Some(text), [part_of_it]) => {
            let own = by(text.known_size(), TEXT).saturating_mul(by(part_of_it.known_size(), TEXT));
            part(own, Type::Scalar)
        }
        ("startsWith" | "endsWith", Some(_), [edge]) => part(by(edge.known_size(), TEXT), Type::Scalar),
        ("format", Some(text), _) => part(by(text.known_size(), TEXT), Type::Text),
        ("lowerAscii" | "upperAscii" | "substring" | "trim", Some(text), _) => {
            part(by(text.known_size(), TEXT), Type::Text).sized(text.known_size())
        }
        ("url" | "jsonpatch.escapeKey", None, [text]) => {
            let kind = if name == "url" { Type::Library } else { Type::Text };
            part(by(text.known_size(), TEXT), kind).sized(text.known_size())
        }
        ("replace", Some(text), [old, new, ..]) => {
            part(by(text.known_size(), 2.0 * TEXT), Type::Text).sized(replaced(&text, old, new))
        }
        ("split", Some(text), [_, rest @ ..]) => {
            let most = rest
                .first()
                .and_then(|most| most.literal)
                .map_or_else(|| text.known_size(), i64::cast_unsigned);
            part(by(text.known_size(), 2.0 * TEXT), Type::List(Box::new(Type::Text))).sized(most)
        }
        ("join", Some(list), between) => {
            let size = list.known_size().saturating_mul(element_size(&list));
            let gaps = list.known_size().saturating_sub(1);
            let between = between.first().map_or(0, |text| text.known_size().saturating_mul(gaps));
            let size = size.saturating_add(between);
            part(by(size, TEXT), Type::Text).sized(size)
        }
        ("isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes", Some(list), _) => {
            let kind = match name {
                "sum" | "max" | "min" => list.kind.element(),
                _ => Type::Scalar,
            };
            let own = match list.kind.plain() {
                Type::List(inner) => {
                    let texts = matches!(inner.plain(), Type::Text | Type::Bytes);
                    let each = if texts { by(element_size(&list), TEXT) } else { 0 };
                    list.known_size().saturating_mul(each.saturating_add(1))
                }
                _ if name == "includes" => list.known_size(),
                _ => by(list.known_size(), TEXT),
            };
            part(own, kind)
        }
        ("ip" | "cidr" | "quantity" | "semver", None, [text, ..]) => {
            part(by(text.known_size(), TEXT), Type::Library)
        }
        ("isIP" | "isCIDR" | "isQuantity" | "isSemver", None, [text, ..]) => {
            part(by(text.known_size(), TEXT), Type::Scalar)
        }
        ("ip.isCanonical", None, [text]) => part(by(text.known_size(), 2.0 * TEXT), Type::Scalar),
        ("containsIP", Some(_), [address]) => {
            let read = if is_text(address) { by(address.known_size(), TEXT) } else { 0 };
            part(read.saturating_add(4), Type::Scalar)
        }
        ("containsCIDR", Some(_), [range]) => {
            let read = if is_text(range) { by(range.known_size(), TEXT) } else { 0 };
            part(read.saturating_add(7), Type::Scalar)
        }
        ("validate", Some(_), [text]) => {
            let own = by(by(text.known_size(), TEXT), FORMAT_PATTERN * PATTERN);
            part(own, Type::Optional(Box::new(Type::List(Box::new(Type::Text)))))
        }
        ("sets.contains" | "sets.intersects" | "sets.equivalent", None, [one, other]) => {
            let pairs = one.known_size().saturating_mul(other.known_size());
            let times = if name == "sets.equivalent" { 2 } else { 1 };
            part(pairs.saturating_mul(times).saturating_add(1), Type::Scalar)
        }
        ("bytes", None, [text]) if is_text(text) => {
            part(by(text.known_size(), TEXT), Type::Bytes).sized(text.known_size().wrapping_mul(4))
        }
        ("string", None, [bytes]) if matches!(bytes.kind.plain(), Type::Bytes | Type::Unknown) => {
            part(by(bytes.known_size(), TEXT), Type::Text).sized(bytes.known_size())
        }
        ("strings.quote", None, [text]) => {
            // What is not known goes round, there and here.
            let size = text.known_size().wrapping_mul(2).wrapping_add(2);
            part(by(text.known_size(), TEXT), Type::Text).sized(size)
        }
        (_, target, args) => match lists::call(name, target.as_ref(), args) {
            Some((own, kind, size)) => part(own, kind).sized(size),
            None => part(1, answered(name, target.as_ref(), args)),
        },
    }
}

/// The type of what functions answer that cost no more than to be called.
fn answered<'a>(name: &str, target: Option<&Part<'a>>, args: &[Part<'a>]) -> Type<'a> {
    let inner = || target.map_or(Type::Unknown, |target| target.kind.element());
    match name {
        "string" | "charAt" | "getScheme" | "getHostname" | "getHost" | "getPort" | "getEscapedPath" => {
            Type::Text
        }
        "getQuery" => Type::Map(Box::new(Type::List(Box::new(Type::Text)))),
        "value" | "orValue" => inner(),
        "optional.of" | "optional.ofNonZeroValue" => {
            Type::Optional(Box::new(args.first().map_or(Type::Unknown, |arg| arg.kind.clone())))
        }
        "masked" | "prefixLength" | "add" | "sub" | "ip" => Type::Library,
        "type" | "optional.none" | "format.named" => Type::Other,
        "_?._" | "_[?_]" | "or" | "optMap" | "optFlatMap" => Type::Optional(Box::new(Type::Unknown)),
        _ => Type::Scalar,
    }
}

fn sum<'a>(left: &Part<'a>, right: &Part<'a>, part: &impl Fn(u64, Type<'a>) -> Part<'a>) -> Part<'a> {
    let (one, other) = (left.kind.plain(), right.kind.plain());
    let size = left.known_size().saturating_add(right.known_size());
    match (&one, &other) {
        (Type::List(inner), other) => {
            let known = !matches!(**inner, Type::Unknown);
            let kind = if known { one.clone() } else { other.clone() };
            let entries: Option<Entries> =
                left.entries.zip(right.entries).map(|(left, right)| left.union(right));
            Part { entries, ..part(1, kind).sized(size) }
        }
        (_, Type::List(_)) => part(1, other.clone()).sized(size),
        (Type::Text | Type::Bytes, _) => part(by(size, TEXT), one.clone()).sized(size),
        (_, Type::Text | Type::Bytes) => part(by(size, TEXT), other.clone()).sized(size),
        (Type::Unknown, Type::Unknown) => part(by(size, TEXT).max(1), Type::Unknown).sized(size),
        _ => part(1, Type::Scalar),
    }
}

fn matching(text: &Part<'_>, pattern: &Part<'_>) -> u64 {
    let text = by(text.known_size().saturating_add(1), TEXT);
    text.saturating_mul(by(pattern.known_size(), PATTERN))
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

/// How large the items of a list are.
fn element_size(list: &Part<'_>) -> u64 {
    list.path.found().and_then(Declared::element).map_or(UNKNOWN, Declared::most)
}

/// Whether something may be a text.
fn is_text(part: &Part<'_>) -> bool {
    matches!(part.kind.plain(), Type::Text | Type::Unknown)
}

/// A size times a factor, rounded up.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is reckoned as the server does, and a size is never negative"
)]
pub(super) fn by(size: u64, factor: f64) -> u64 {
    (size as f64 * factor).ceil() as u64
}
