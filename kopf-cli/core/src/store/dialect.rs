//! The two forms of state on objects, and where each is read from and written to: our own, and the Python framework's.
//!
//! Which of them an operator speaks is chosen once, with its [`Identity`](crate::identity::Identity); the cycle asks
//! for what it needs and is told the same things in either.

use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;
use serde_json::Value;

use super::{STATE_LIMIT, handled::Handled, keys::Keys, progress::Progress, python};
use crate::{
    essence::essence,
    handler::On,
    object::{self, Object},
    registry::Served,
};

/// Whose form the state on objects has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Ours.
    #[default]
    Own,
    /// That of the Python framework of the same name, so that it and we can take objects over from each other.
    Python,
}

/// Where one operator keeps its state on objects, and in which form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    keys: Keys,
    dialect: Dialect,
}

impl Dialect {
    /// What handlers react to on an object.
    pub fn essence(self, body: &Value, served: &Served) -> Value {
        match self {
            Dialect::Own => essence(body, &served.extra),
            Dialect::Python => python::essence(body, &served.fields),
        }
    }

    /// Whether the field of such a handler is a part of the essence that all handlers react to.
    pub fn watches_field_of(self, on: On) -> bool {
        match self {
            // Spies, indexes, daemons and timers look at the object itself: what they watch is no part of what others
            // react to.
            Dialect::Own => !matches!(on, On::Event | On::Index) && !on.is_background(),
            Dialect::Python => true,
        }
    }

    /// Whether a record tells on which state its handler has ended.
    pub fn tells_what_was_seen(self) -> bool {
        self == Dialect::Own
    }
}

impl Store {
    /// Our own form, under `prefix`, which has no slash and is a DNS subdomain.
    pub fn own(prefix: &str) -> Store {
        Store { keys: Keys::new(prefix), dialect: Dialect::Own }
    }

    /// The Python framework's form, under its own prefix.
    pub fn python() -> Store {
        Store { keys: Keys::new(python::PREFIX), dialect: Dialect::Python }
    }

    /// Whose form it is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// What stands before the slash in the keys of all annotations of the operator.
    pub fn prefix(&self) -> &str {
        self.keys.prefix()
    }

    /// What was handled last on the object, of which the essence is `now`.
    ///
    /// What cannot be read, or is of another object as far as the form tells, counts as absent.
    pub fn handled(&self, object: &Object, served: &Served, now: &Arc<Value>) -> Option<Handled> {
        let text = |key: &str| object::annotation(&object.body, key);
        match self.dialect {
            Dialect::Own => Handled::read(text(&self.keys.handled(&object.body))?, &object.header.uid, now),
            Dialect::Python => {
                let [essence, fields] = python::handled_keys(&object.body);
                python::handled(text(&essence)?, text(&fields), &served.extra, now)
            }
        }
    }

    /// A handler's record on the object. What cannot be read, or is of another object, counts as absent.
    pub fn record(&self, id: &str, object: &Object, now: Timestamp) -> Option<Progress> {
        match self.dialect {
            Dialect::Own => {
                let text = object::annotation(&object.body, &self.keys.handler(id, &object.body))?;
                Progress::read(text, &object.header.uid)
            }
            Dialect::Python => python::record(id, &object.body, now),
        }
    }

    /// All records of this operator's handlers on the object.
    pub fn records(&self, object: &Object, served: &Served, now: Timestamp) -> Vec<Progress> {
        match self.dialect {
            Dialect::Own => {
                let texts = self.keys.records(&object.body);
                let texts = texts.filter_map(|key| object::annotation(&object.body, key));
                texts.filter_map(|text| Progress::read(text, &object.header.uid)).collect()
            }
            Dialect::Python => python::records(&object.body, served, now),
        }
    }

    /// Whether there are any such records.
    pub fn has_records(&self, body: &Value, served: &Served) -> bool {
        match self.dialect {
            Dialect::Own => self.keys.records(body).next().is_some(),
            Dialect::Python => {
                !python::present(body, served).is_empty() || self.legacy(body, served).is_some()
            }
        }
    }

    /// The keys of the annotations that are such records, or are in the place of one.
    pub(crate) fn present(&self, body: &Value, served: &Served) -> Vec<String> {
        match self.dialect {
            Dialect::Own => self.keys.records(body).map(str::to_owned).collect(),
            Dialect::Python => python::present(body, served),
        }
    }

    /// The keys under which what was handled last is kept, whether they are there or not.
    pub(crate) fn handled_keys(&self, body: &Value) -> Vec<String> {
        match self.dialect {
            Dialect::Own => vec![self.keys.handled(body)],
            Dialect::Python => python::handled_keys(body).into(),
        }
    }

    /// The keys of the record of a handler.
    pub(crate) fn record_keys(&self, id: &str, body: &Value) -> Vec<String> {
        match self.dialect {
            Dialect::Own => vec![self.keys.handler(id, body)],
            Dialect::Python => python::keys(id, body),
        }
    }

    /// The text of a record on an object.
    pub(crate) fn record_text(&self, record: &Progress, uid: &str) -> String {
        match self.dialect {
            Dialect::Own => record.write(uid),
            Dialect::Python => python::record_text(record),
        }
    }

    /// The annotations that hold what was handled last, and what they hold: no more than `max` bytes of value if it
    /// can be shortened so far. None where the form has no place for it, so that it can be kept in memory only.
    pub(crate) fn handled_texts<'a>(
        &self,
        handled: &'a Handled,
        object: &Object,
        max: usize,
    ) -> (Cow<'a, Handled>, Vec<(String, String)>) {
        match self.dialect {
            Dialect::Own => {
                let key = self.keys.handled(&object.body);
                let (fitted, text) =
                    super::handled::fit(handled, &object.header.uid, max.saturating_sub(key.len()));
                (fitted, vec![(key, text)])
            }
            Dialect::Python => {
                let keys = python::handled_keys(&object.body);
                (Cow::Borrowed(handled), keys.into_iter().zip(python::handled_texts(handled)).collect())
            }
        }
    }

    /// The annotation that declares the prefix to be an operator's, where that is not known of it anyway.
    pub(crate) fn mark(&self) -> Option<String> {
        (self.dialect == Dialect::Own).then(|| self.keys.mark())
    }

    /// The most bytes of annotations that are ours, whatever room others leave.
    pub(crate) fn limit(&self) -> usize {
        match self.dialect {
            Dialect::Own => STATE_LIMIT,
            // What the other framework has written must not be lost for being large.
            Dialect::Python => super::ANNOTATIONS_LIMIT,
        }
    }

    /// An annotation that only ever served to wake the operator, and goes with whatever is written next.
    pub(crate) fn touched(&self, body: &Value) -> Option<String> {
        match self.dialect {
            Dialect::Own => None,
            Dialect::Python => python::touched(body),
        }
    }

    /// The merge patch that takes away records in a place that is read and no longer written to.
    pub(crate) fn legacy(&self, body: &Value, served: &Served) -> Option<Value> {
        match self.dialect {
            Dialect::Own => None,
            Dialect::Python => python::legacy(body, served),
        }
    }
}
