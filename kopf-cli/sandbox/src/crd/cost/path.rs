//! Where a value is by the schema, step by step from the root on, as a server notes it down while it walks a rule.
//!
//! A server notes places that begin alike in one piece of memory as long as there is room in it, and the last step of the one is then
//! overwritten by that of another: `c.env.all(e, e != c.name)` goes, to a server, through as many items as `c.name` has letters. The
//! estimate depends on that, and so it is done here too.

use std::{cell::RefCell, rc::Rc};

use super::sizes::Declared;
use crate::cel::RESERVED;

/// A place, or none. The size of what is nowhere is looked for at the root itself, once something is below it.
#[derive(Debug, Clone)]
pub(super) enum Path<'a> {
    Nowhere,
    At(Steps<'a>),
}

/// Steps of which the first are those of this place; the rest of them are of others.
#[derive(Debug, Clone)]
pub(super) struct Steps<'a> {
    root: Declared<'a>,
    noted: Rc<RefCell<Vec<Step<'a>>>>,
    count: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    Root,
    Field(&'a str),
    /// To the items of a list or the values of a map.
    Element,
    /// To the keys of a map.
    Key,
}

impl<'a> Path<'a> {
    pub(super) fn root(root: Declared<'a>) -> Self {
        Path::At(Steps { root, noted: Rc::new(RefCell::new(vec![Step::Root])), count: 1 })
    }

    pub(super) fn below(&self, root: Declared<'a>, step: Step<'a>) -> Self {
        match self {
            Path::Nowhere => Path::root(root),
            Path::At(steps) => Path::At(steps.below(step)),
        }
    }

    /// What is there, by what is noted by now.
    pub(super) fn found(&self) -> Option<Declared<'a>> {
        match self {
            Path::Nowhere => None,
            Path::At(steps) => steps.found(),
        }
    }
}

impl<'a> Steps<'a> {
    fn below(&self, step: Step<'a>) -> Self {
        let count = self.count + 1;
        // The room for them is doubled whenever it is full.
        if self.count.is_power_of_two() {
            let mut own = self.noted.borrow()[..self.count].to_vec();
            own.push(step);
            return Steps { noted: Rc::new(RefCell::new(own)), count, ..*self };
        }
        let mut noted = self.noted.borrow_mut();
        match noted.get_mut(self.count) {
            Some(of_another) => *of_another = step,
            None => noted.push(step),
        }
        Steps { noted: Rc::clone(&self.noted), count, ..*self }
    }

    fn found(&self) -> Option<Declared<'a>> {
        let noted = self.noted.borrow();
        noted.get(1..self.count)?.iter().try_fold(self.root, |declared, step| match step {
            Step::Root => None,
            // It is looked for by the name that rules have to give it elsewhere.
            Step::Field(name) => declared.field(name).filter(|_| !RESERVED.contains(name)),
            Step::Element => declared.element(),
            Step::Key => declared.is_map().then_some(Declared::Key),
        })
    }
}
