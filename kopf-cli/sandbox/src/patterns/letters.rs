//! Letters in patterns, and classes of them.

use super::Fault;

const ESCAPE: &str = "invalid escape sequence";
const RANGE: &str = "invalid character class range";

/// The names of classes of Unicode, in alphabetical order.
const CLASSES: &str = include_str!("classes.txt");
/// The names of classes of ASCII.
const ASCII: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space",
    "upper", "word", "xdigit",
];

/// Where the name of a class ends.
pub(super) const END_OF_NAME: &str = ":]";

/// What is behind a letter, a class, or an edge of the text; in the last `unnamed` bytes no name of a class ends.
pub(super) fn part(text: &str, unnamed: usize) -> Result<&str, Fault<'_>> {
    if text.starts_with('[') {
        return class(text, unnamed);
    }
    if !text.starts_with('\\') {
        return Ok(without_first(text));
    }
    if text[1..].starts_with(['A', 'b', 'B', 'z']) {
        return Ok(&text[2..]);
    }
    match named(text)? {
        Some(rest) => Ok(rest),
        None => Ok(escaped(text)?.1),
    }
}

fn without_first(text: &str) -> &str {
    let mut letters = text.chars();
    letters.next();
    letters.as_str()
}

/// What of a text stands before its rest.
fn before<'a>(text: &'a str, rest: &str) -> &'a str {
    &text[..text.len() - rest.len()]
}

/// What is behind a class that a letter, or a name, stands for; if it is one.
fn named(text: &str) -> Result<Option<&str>, Fault<'_>> {
    let Some(after) = text.strip_prefix('\\') else { return Ok(None) };
    if after.starts_with(['d', 'D', 's', 'S', 'w', 'W']) {
        return Ok(Some(&after[1..]));
    }
    let Some(after) = after.strip_prefix(['p', 'P']) else { return Ok(None) };
    let (name, rest) = match after.strip_prefix('{') {
        Some(within) => within.split_once('}').ok_or((RANGE, text))?,
        None => after.split_at(after.len() - without_first(after).len()),
    };
    if is_class(name.strip_prefix('^').unwrap_or(name)) {
        Ok(Some(rest))
    } else {
        Err((RANGE, before(text, rest)))
    }
}

fn is_class(name: &str) -> bool {
    let signs = name.chars().filter(|sign| !['_', '-', ' '].contains(sign));
    let mut plain: String = signs.map(|sign| sign.to_ascii_lowercase()).collect();
    if let Some(first) = plain.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    CLASSES.lines().any(|class| class == plain)
}

/// The letter that is written behind a backslash, and what is behind it.
fn escaped(text: &str) -> Result<(u32, &str), Fault<'_>> {
    let mut letters = text[1..].chars();
    let Some(first) = letters.next() else { return Err(("trailing backslash at end of expression", "")) };
    let rest = letters.as_str();
    if let Some(found) = octal(&text[1..]) {
        return Ok(found);
    }
    match first {
        'x' => return hexadecimal(text, rest),
        'a' => return Ok((7, rest)),
        't' => return Ok((9, rest)),
        'n' => return Ok((10, rest)),
        'v' => return Ok((11, rest)),
        'f' => return Ok((12, rest)),
        'r' => return Ok((13, rest)),
        sign if sign.is_ascii() && !sign.is_ascii_alphanumeric() => return Ok((sign.into(), rest)),
        _ => {}
    }
    Err((ESCAPE, before(text, rest)))
}

/// A letter by its number in up to three digits, and what is behind it. A single digit is a reference to a group, but for zero.
pub(super) fn octal(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) =
        text.split_at(text.bytes().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count());
    let code = u32::from_str_radix(digits, 8).ok()?;
    (digits.len() > 1 || code == 0).then_some((code, rest))
}

/// A letter by its number: of two digits, or of as many as stand in braces.
fn hexadecimal<'a>(text: &'a str, number: &'a str) -> Result<(u32, &'a str), Fault<'a>> {
    let (in_braces, number) = match number.strip_prefix('{') {
        Some(within) => (true, within),
        None => (false, number),
    };
    let mut letters = number.chars();
    let mut value = 0;
    let mut are_digits = true;
    for count in 0.. {
        let Some(letter) = letters.next() else { return Err((ESCAPE, text)) };
        if in_braces && letter == '}' {
            are_digits &= count > 0;
            break;
        }
        let digit = letter.to_digit(16);
        value = value * 16 + digit.unwrap_or_default();
        are_digits &= digit.is_some() && value <= u32::from(char::MAX);
        if in_braces && !are_digits || !in_braces && count == 1 {
            break;
        }
    }
    let rest = letters.as_str();
    if are_digits { Ok((value, rest)) } else { Err((ESCAPE, before(text, rest))) }
}

/// What is behind a class that is written out.
fn class(text: &str, unnamed: usize) -> Result<&str, Fault<'_>> {
    let within = &text[1..];
    let mut rest = within.strip_prefix('^').unwrap_or(within);
    let mut is_first = true;
    while is_first || !rest.starts_with(']') {
        is_first = false;
        let name = rest.strip_prefix("[:").filter(|name| name.len() > unnamed);
        if let Some((name, after)) = name.and_then(|name| name.split_once(END_OF_NAME)) {
            if !ASCII.contains(&name.strip_prefix('^').unwrap_or(name)) {
                return Err((RANGE, before(rest, after)));
            }
            rest = after;
        } else if let Some(after) = named(rest)? {
            rest = after;
        } else {
            let whole = rest;
            let (least, after) = letter_of_class(rest, text)?;
            rest = after;
            if let Some(last) =
                rest.strip_prefix('-').filter(|last| !last.is_empty() && !last.starts_with(']'))
            {
                let (most, after) = letter_of_class(last, text)?;
                rest = after;
                if most < least {
                    return Err((RANGE, before(whole, rest)));
                }
            }
        }
    }
    Ok(&rest[1..])
}

fn letter_of_class<'a>(text: &'a str, class: &'a str) -> Result<(u32, &'a str), Fault<'a>> {
    match text.chars().next() {
        None => Err(("missing closing ]", class)),
        Some('\\') => escaped(text),
        Some(letter) => Ok((letter.into(), without_first(text))),
    }
}
