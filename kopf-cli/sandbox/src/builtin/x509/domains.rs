//! Domains and mailboxes, about which Go is generous.

/// Whether bytes are a domain; those that constrain others may begin with a point.
pub(super) fn is_valid(domain: &[u8], constrains: bool) -> bool {
    let labels = match domain {
        [] => return true,
        [.., b'.'] => return false,
        [b'.', rest @ ..] if constrains => rest,
        all => all,
    };
    are_labels(labels)
}

fn are_labels(bytes: &[u8]) -> bool {
    let is_letter = |byte: &u8| (33..=126).contains(byte);
    bytes.split(|byte| *byte == b'.').all(|label| !label.is_empty() && label.iter().all(is_letter))
}

/// Whether ASCII is a mailbox, which may stand in quotes up to its `@`.
pub(super) fn is_mailbox(text: &[u8]) -> bool {
    let local = match text {
        [b'"', rest @ ..] => after_quotes(rest),
        text => after_atoms(text),
    };
    match local {
        Some([b'@', domain @ ..]) => domain.is_empty() || are_labels(domain),
        _ => false,
    }
}

fn after_quotes(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        text = match text {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', 1..=9 | 11 | 12 | 14..=127, rest @ ..] => rest,
            [b'\\', ..] => return None,
            [1..=8 | 11 | 12 | 14..=127, rest @ ..] => rest,
            _ => return None,
        }
    }
}

/// What is behind letters and what is escaped, among which no two points are neighbours, nor is one at an end.
fn after_atoms(mut text: &[u8]) -> Option<&[u8]> {
    let mut before = b'.';
    loop {
        let (letter, rest) = match text {
            [b'\\', letter, rest @ ..] => (letter, rest),
            [b'\\'] => return None,
            [letter, rest @ ..] if is_atom(*letter) => (letter, rest),
            rest => return Some(rest).filter(|_| before != b'.'),
        };
        if *letter == b'.' && before == b'.' {
            return None;
        }
        (before, text) = (*letter, rest);
    }
}

fn is_atom(letter: u8) -> bool {
    letter.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&letter)
}
