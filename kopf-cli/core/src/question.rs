//! What must be asked of a plugin's function before it is known whether a handler is for an object.
//!
//! The core asks nobody. Where a decision depends on a function it says what is to be asked, and decides anew with the
//! answer: one question after the other, each only where nothing else has decided already.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::handler::Handler;

/// Which state of the object a value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Of {
    /// The state now.
    Now,
    /// The state that was handled last.
    Before,
}

/// One question that a handler's options ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its number among those of the handler, from 1.
    pub number: u32,
    /// Which state of the object its value is of.
    pub of: Of,
    /// What it is about.
    pub about: About,
}

/// What a question is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// The object, and why the handler would be called.
    Object,
    /// A value of the object; `None` where the object does not have it.
    Value(Option<Value>),
}

/// Yes, no, or what must be asked first.
pub type Decision = Result<bool, Question>;

/// What was answered about one object as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<(usize, u32, u32, Of), bool>);

impl Answers {
    /// Takes the answer to a handler's question.
    pub fn note(&mut self, handler: &Handler, question: &Question, answer: bool) {
        self.put(handler, question.number, question.of, answer);
    }

    /// Takes the answer to the question of this number.
    pub(crate) fn put(&mut self, handler: &Handler, number: u32, of: Of, answer: bool) {
        self.0.insert((handler.plugin, handler.index, number, of), answer);
    }

    /// What was answered to a handler's question, if it was asked.
    pub(crate) fn of(&self, handler: &Handler, number: u32, of: Of) -> Option<bool> {
        self.0.get(&(handler.plugin, handler.index, number, of)).copied()
    }
}

/// Whether all hold. One that does not decides, whatever is to be asked about the others.
pub(crate) fn all(decisions: impl IntoIterator<Item = Decision>) -> Decision {
    decide(decisions, false)
}

/// Whether any holds. One that does decides, whatever is to be asked about the others.
pub(crate) fn any(decisions: impl IntoIterator<Item = Decision>) -> Decision {
    decide(decisions, true)
}

fn decide(decisions: impl IntoIterator<Item = Decision>, decisive: bool) -> Decision {
    let mut open = None;
    for decision in decisions {
        match decision {
            Ok(answer) if answer == decisive => return Ok(decisive),
            Ok(_) => {}
            // What comes first is asked first: `all(is_there, is_large)` may rely on it.
            Err(question) => drop(open.get_or_insert(question)),
        }
    }
    open.map_or(Ok(!decisive), Err)
}
