//! Texts in PEM, read as Go reads them.

use crate::encoded::{Letters, decode};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(crate) struct Block {
    pub(crate) kind: String,
    pub(crate) has_headers: bool,
    pub(crate) bytes: Vec<u8>,
}

/// The parts of a text; what is between them, and what is none, is passed over.
pub(crate) fn blocks(text: &[u8]) -> impl Iterator<Item = Block> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let end = find(rest, END)?;
            let begin = rest[..end].windows(BEGIN.len()).rposition(|part| part == BEGIN);
            let begin = begin.filter(|begin| *begin == 0 || rest[begin - 1] == b'\n');
            let Some(begin) = begin else {
                rest = &rest[end + END.len()..];
                continue;
            };
            let (first, inside) = line(&rest[begin + BEGIN.len()..]);
            // A part without anything in it ends where its first line does.
            let left = rest[end + 1..].len();
            let inside = if inside.len() > left { &inside[..inside.len() - left] } else { b"" };
            let after = &rest[end + END.len()..];
            rest = after;
            let Some(kind) = first.strip_suffix(DASHES) else { continue };
            let (last, further) = line(after);
            if last.strip_suffix(DASHES) != Some(kind) {
                continue;
            }
            let Some(block) = block(kind, inside) else { continue };
            rest = further;
            return Some(block);
        }
    })
}

fn block(kind: &[u8], mut inside: &[u8]) -> Option<Block> {
    let mut has_headers = false;
    loop {
        let (header, below) = line(inside);
        if !header.contains(&b':') {
            break;
        }
        has_headers = true;
        inside = below;
    }
    // Behind headers there is at least an empty line.
    if has_headers && inside.is_empty() {
        return None;
    }
    let text: Vec<u8> = inside.iter().copied().filter(|byte| !b" \t".contains(byte)).collect();
    Some(Block {
        kind: String::from_utf8_lossy(kind).into_owned(),
        has_headers,
        bytes: decode(&text, Letters::Standard).ok()?,
    })
}

/// The first line, without what is blank at its end, and what is below.
fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (first, below) = match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], &text[end + 1..]),
        None => (text, &b""[..]),
    };
    (first.trim_ascii_end(), below)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &[u8])]) {
        let found: Vec<Block> = blocks(text.as_bytes()).collect();
        let found: Vec<(&str, &[u8])> = found.iter().map(|block| (&*block.kind, &*block.bytes)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn parts_stand_between_lines_of_their_kind() {
        check("-----BEGIN A-----\neA==\n-----END A-----\n", &[("A", b"x")]);
        check("words\n-----BEGIN A-----\r\neA\t= =\r\n-----END A-----  \nmore", &[("A", b"x")]);
        check("-----BEGIN A-----\nX: y\n\neA==\n-----END A-----", &[("A", b"x")]);
        check("-----BEGIN A-----\n-----END A-----", &[("A", b"")]);
        check("words -----BEGIN A-----\neA==\n-----END A-----", &[]);
        check("-----BEGIN A-----\neA==\n-----END B-----", &[]);
        check(
            "-----BEGIN A-----\ne\n-----END A-----\n-----BEGIN B-----\neA==\n-----END B-----",
            &[("B", b"x")],
        );
        check("-----BEGIN A-----\n-----BEGIN B-----\neA==\n-----END B-----", &[("B", b"x")]);
        check("-----BEGIN A-----", &[]);
        check("-----BEGIN A-----\nX: y\n-----END A-----", &[]);
        check("-----BEGIN A-----\neB==\n-----END A-----", &[("A", b"x")]);
    }
}
