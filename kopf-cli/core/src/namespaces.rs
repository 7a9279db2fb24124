//! Which namespaces are served: names and patterns, as they are given with `-n`.

mod beside;

use std::fmt;

use thiserror::Error;

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// There is nothing between two commas.
    #[error(
        "`{0}` has an empty part; a pattern is names and globs (* ? [a-z]), separated by commas, with ! before what is left out"
    )]
    Empty(String),
    /// A part has a character that neither a namespace's name nor a glob has.
    #[error(
        "`{part}` has `{found}` in it, but a namespace's name is made of a-z, 0-9 and `-`, and a glob of * ? [a-z] besides"
    )]
    Character {
        /// The part.
        part: String,
        /// The first wrong character.
        found: char,
    },
    /// A bracket is open.
    #[error("`{0}` has a [ without a ]")]
    Bracket(String),
    /// A name that no namespace can have.
    #[error(
        "`{0}` is no namespace's name: that is 1 to 63 of a-z, 0-9 and dashes, with no dash at either end"
    )]
    Name(String),
    /// A part after a plain name, which alone can match already.
    #[error(
        "`{later}` adds nothing to `{first}`, for parts after the first only sort out what the first one matches; say -n once more for another namespace"
    )]
    Pointless {
        /// The first part.
        first: String,
        /// The later one.
        later: String,
    },
}

/// Patterns, of which a namespace has to match one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Patterns(Vec<Pattern>);

/// Globs, read from the left: the first says what matches at all, `!` takes out, and what follows takes back in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    text: String,
    /// `*` goes before a first part that leaves out.
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    glob: String,
    leaves_out: bool,
}

/// As they were written.
impl fmt::Debug for Patterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// As it was written.
impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl Patterns {
    /// Takes patterns, each once.
    pub fn new(patterns: impl IntoIterator<Item = Pattern>) -> Patterns {
        let mut patterns: Vec<_> = patterns.into_iter().collect();
        patterns.sort();
        patterns.dedup();
        Patterns(patterns)
    }

    /// Whether a namespace of this name is served.
    pub fn matches(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(name))
    }

    /// The plain names among them: those that are served even where nobody may say which namespaces there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(Pattern::name)
    }

    /// Whether they are plain names alone, so that nobody need ask which namespaces there are.
    pub fn are_names(&self) -> bool {
        self.0.iter().all(|pattern| pattern.name().is_some())
    }
}

impl Pattern {
    /// Reads a pattern: a name, or names and globs separated by commas, with `!` before what is left out.
    ///
    /// # Errors
    ///
    /// Where it can match nothing that there is, or says something that has no meaning.
    pub fn parse(text: &str) -> Result<Pattern, Error> {
        let mut parts = vec![];
        for written in text.split(',').map(str::trim) {
            let (glob, leaves_out) = match written.strip_prefix('!') {
                Some(rest) => (rest.trim_start(), true),
                None => (written, false),
            };
            check(text, glob)?;
            if leaves_out && parts.is_empty() {
                parts.push(Part { glob: "*".to_owned(), leaves_out: false });
            }
            parts.push(Part { glob: glob.to_owned(), leaves_out });
        }
        match parts.as_slice() {
            [first, later, ..] if !is_glob(&first.glob) => {
                let (first, later) = (first.glob.clone(), later.glob.clone());
                Err(Error::Pointless { first, later })
            }
            _ => Ok(Pattern { text: text.to_owned(), parts }),
        }
    }

    /// The name, if it is nothing but one.
    fn name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [only] if !is_glob(&only.glob) => Some(&only.glob),
            _ => None,
        }
    }

    fn matches(&self, name: &str) -> bool {
        let (first, rest) = match self.parts.split_first() {
            Some((first, rest)) => (fits(&first.glob, name), rest),
            None => return false,
        };
        first
            && rest
                .iter()
                .fold(true, |matched, part| if fits(&part.glob, name) { !part.leaves_out } else { matched })
    }
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// Whether a part may stand in a pattern.
fn check(text: &str, glob: &str) -> Result<(), Error> {
    if glob.is_empty() {
        return Err(Error::Empty(text.to_owned()));
    }
    let mut is_open = false;
    let mut before = ' ';
    for found in glob.chars() {
        match found {
            '[' if !is_open => is_open = true,
            ']' if is_open && before != '[' => is_open = false,
            'a'..='z' | '0'..='9' | '-' => {}
            '*' | '?' if !is_open => {}
            '!' if is_open && before == '[' => {}
            _ => return Err(Error::Character { part: glob.to_owned(), found }),
        }
        before = found;
    }
    if is_open {
        return Err(Error::Bracket(glob.to_owned()));
    }
    let is_name = glob.len() <= 63 && !glob.starts_with('-') && !glob.ends_with('-');
    if is_glob(glob) || is_name { Ok(()) } else { Err(Error::Name(glob.to_owned())) }
}

/// Whether a glob fits a whole name.
fn fits(glob: &str, name: &str) -> bool {
    // The last star, and what of the name was left when it was met: it takes one character more each time the rest fails.
    let (mut glob, mut name) = (glob, name);
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = glob.strip_prefix('*') {
            retry = Some((rest, name));
            glob = rest;
            continue;
        }
        let step = match (one(glob, name.chars().next()), glob.is_empty() && name.is_empty()) {
            (_, true) => return true,
            (Some(rest), _) => Some(rest),
            (None, _) => None,
        };
        match (step, retry) {
            (Some(rest), _) => {
                glob = rest;
                name = tail(name);
            }
            (None, Some((_, ""))) | (None, None) => return false,
            (None, Some((after_star, left))) => {
                glob = after_star;
                name = tail(left);
                retry = Some((after_star, name));
            }
        }
    }
}

/// The glob after its first element, if that fits the character.
fn one(glob: &str, found: Option<char>) -> Option<&str> {
    let found = found?;
    let wanted = glob.chars().next()?;
    match wanted {
        '?' => Some(tail(glob)),
        '[' => {
            let (set, rest) = glob.strip_prefix('[')?.split_once(']')?;
            let (set, inverse) = set.strip_prefix('!').map_or((set, false), |set| (set, true));
            (is_in(set, found) != inverse).then_some(rest)
        }
        _ => (wanted == found).then(|| tail(glob)),
    }
}

/// Whether a character is in a set such as `a-z09`.
fn is_in(set: &str, found: char) -> bool {
    let set: Vec<char> = set.chars().collect();
    let mut at = 0;
    while let Some(&from) = set.get(at) {
        match (set.get(at + 1), set.get(at + 2)) {
            (Some('-'), Some(&to)) => {
                if (from..=to).contains(&found) {
                    return true;
                }
                at += 3;
            }
            _ if from == found => return true,
            _ => at += 1,
        }
    }
    false
}

/// The text after its first character.
fn tail(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

#[cfg(test)]
mod tests;
