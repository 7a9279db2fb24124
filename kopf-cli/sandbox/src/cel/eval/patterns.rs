//! What is looked for by patterns, which are kept once they have been read.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use regex::{Regex, RegexBuilder};

use super::{
    Fault, Outcome,
    values::{list, text, truth},
    work,
};
use crate::patterns::{fault, translated};

/// What a pattern may take when it has been read. A server has no such limit; what takes more is refused.
const LARGEST: usize = 2 << 20;
/// So many are kept; then all are forgotten.
const MOST_KEPT: usize = 64;
/// The longest one that is kept.
const LONGEST_KEPT: usize = 16 * 1_024;

static KEPT: LazyLock<Mutex<HashMap<String, Arc<Regex>>>> = LazyLock::new(Mutex::default);

/// Why a pattern cannot be looked for.
enum Unread {
    /// In the words of Go.
    NoPattern(String),
    TooMuch(Fault),
}

/// How many parts of values could be looked at while a pattern is read, about: classes of Unicode and repetitions take long.
fn weight(pattern: &str) -> u64 {
    let classes = pattern.matches(r"\p").count() + pattern.matches(r"\P").count();
    let repetitions = pattern.matches('{').count();
    1_000 + 50 * pattern.len() as u64 + 15_000 * classes as u64 + 200_000 * repetitions as u64
}

/// # Errors
///
/// Why it cannot be.
fn compiled(pattern: &str) -> Result<Arc<Regex>, Unread> {
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().get(pattern) {
        return Ok(Arc::clone(known));
    }
    if let Some(why) = fault(pattern) {
        return Err(Unread::NoPattern(why));
    }
    work::add(weight(pattern)).map_err(Unread::TooMuch)?;
    let read = RegexBuilder::new(&translated(pattern)).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    let read = read.map(Arc::new).map_err(|why| {
        Unread::NoPattern(match why {
            regex::Error::CompiledTooBig(_) => {
                format!("error parsing regexp: expression too large: `{pattern}`")
            }
            why => why.to_string(),
        })
    })?;
    if pattern.len() <= LONGEST_KEPT {
        let mut kept = kept();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(pattern.to_owned(), Arc::clone(&read));
    }
    Ok(read)
}

pub(super) fn matches(this: &str, pattern: &str) -> Outcome {
    truth(looked_for(pattern, "")?.is_match(this))
}

fn looked_for(pattern: &str, before: &str) -> Result<Arc<Regex>, Fault> {
    compiled(pattern).map_err(|why| match why {
        Unread::NoPattern(why) => Fault::new(format!("{before}{why}")),
        Unread::TooMuch(fault) => fault,
    })
}

pub(super) fn find(this: &str, pattern: &str) -> Outcome {
    let pattern = looked_for(pattern, "Illegal regex: ")?;
    Ok(text(pattern.find(this).map_or("", |found| found.as_str())))
}

/// No more than `most`, where it is not negative.
pub(super) fn find_all(this: &str, pattern: &str, most: i64) -> Outcome {
    let pattern = looked_for(pattern, "Illegal regex: ")?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let found = pattern.find_iter(this).take(most).map(|found| text(found.as_str()));
    Ok(list(work::gathered(found)?))
}
