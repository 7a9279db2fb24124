//! What is looked for by patterns, which are kept once they have been read.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use regex::{Regex, RegexBuilder};

use super::{
    Fault, Outcome,
    values::{list, text, truth},
};
use crate::patterns::{fault, translated};

/// What a pattern may take when it has been read. A server has no such limit; what takes more is refused.
const LARGEST: usize = 2 << 20;
/// So many are kept; then all are forgotten.
const MOST_KEPT: usize = 64;
/// The longest one that is kept.
const LONGEST_KEPT: usize = 1_024;

static KEPT: LazyLock<Mutex<HashMap<String, Arc<Regex>>>> = LazyLock::new(Mutex::default);

/// # Errors
///
/// Why it is no pattern, in the words of Go.
fn compiled(pattern: &str) -> Result<Arc<Regex>, String> {
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept().get(pattern) {
        return Ok(Arc::clone(known));
    }
    if let Some(why) = fault(pattern) {
        return Err(why);
    }
    let read = RegexBuilder::new(&translated(pattern)).size_limit(LARGEST).dfa_size_limit(LARGEST).build();
    let read = read.map(Arc::new).map_err(|why| match why {
        regex::Error::CompiledTooBig(_) => format!("error parsing regexp: expression too large: `{pattern}`"),
        why => why.to_string(),
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
    let pattern = compiled(pattern).map_err(Fault::new)?;
    truth(pattern.is_match(this))
}

fn looked_for(pattern: &str) -> Result<Arc<Regex>, Fault> {
    compiled(pattern).map_err(|why| Fault::new(format!("Illegal regex: {why}")))
}

pub(super) fn find(this: &str, pattern: &str) -> Outcome {
    let pattern = looked_for(pattern)?;
    Ok(text(pattern.find(this).map_or("", |found| found.as_str())))
}

/// No more than `most`, where it is not negative.
pub(super) fn find_all(this: &str, pattern: &str, most: i64) -> Outcome {
    let pattern = looked_for(pattern)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Ok(list(pattern.find_iter(this).take(most).map(|found| text(found.as_str())).collect()))
}
