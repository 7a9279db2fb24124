//! Patterns that texts have to match, as Go reads them.

use regex::Regex;

use crate::patterns::translated;

/// A pattern as it was written, and as our engine looks for it.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) written: Box<str>,
    compiled: Regex,
}

impl Pattern {
    /// # Errors
    ///
    /// What the engine does not take.
    pub(crate) fn read(pattern: &str) -> Result<Self, regex::Error> {
        Ok(Pattern { written: pattern.into(), compiled: Regex::new(&translated(pattern))? })
    }

    pub(crate) fn fits(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }
}
