//! Sorts out objects by their labels, their annotations, a field, and whatever functions of the plugin say.

use serde_json::{Map, Value};

use crate::{
    diff::same,
    field::FieldPath,
    handler::Handler,
    question::{About, Answers, Decision, Of, Question, all, any},
    store::{
        digest::{Digest, digest},
        handled::{Handled, Was},
    },
};

/// What is asked of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// It is equal to this. Labels and annotations are texts.
    Is(Box<Value>),
    /// It is there, with any value, the empty one too.
    Present,
    /// It is not there.
    Absent,
    /// What the handler's question of this number answers.
    Asked(u32),
    /// This does not hold.
    Not(Box<Match>),
    /// All of these hold; of none, they do.
    All(Vec<Match>),
    /// Any of these holds; of none, none does.
    Any(Vec<Match>),
    /// None of these holds.
    None(Vec<Match>),
}

impl Match {
    /// It is equal to this.
    pub fn is(value: impl Into<Value>) -> Match {
        Match::Is(Box::new(value.into()))
    }
}

/// What is asked of an object. All of it must hold; nothing asked holds for every object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// What is asked of labels, by key.
    pub labels: Vec<(String, Match)>,
    /// What is asked of annotations, by key.
    pub annotations: Vec<(String, Match)>,
    /// What is asked of the handler's field, now or in the state that was handled last.
    pub value: Option<Match>,
    /// What is asked of the field in the state that was handled last.
    pub old: Option<Match>,
    /// What is asked of the field now.
    pub new: Option<Match>,
    /// What is asked of the object as a whole: questions, and what combines them.
    pub when: Option<Match>,
}

/// An object as filters look at it.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    uid: &'a str,
    labels: Option<&'a Map<String, Value>>,
    annotations: Option<&'a Map<String, Value>>,
    now: &'a Value,
    before: Option<&'a Handled>,
}

impl<'a> View<'a> {
    /// A whole object; `now` is where the field is looked for, its essence or itself, and `before` what was handled last.
    pub fn new(body: &'a Value, now: &'a Value, before: Option<&'a Handled>) -> View<'a> {
        let metadata = &body["metadata"];
        View {
            uid: metadata["uid"].as_str().unwrap_or_default(),
            labels: metadata["labels"].as_object(),
            annotations: metadata["annotations"].as_object(),
            now,
            before,
        }
    }

    /// An object of which nothing is known but how it is now.
    pub fn of(body: &'a Value) -> View<'a> {
        View::new(body, body, None)
    }

    fn field_now(&self, field: &FieldPath) -> Seen<'a> {
        field.get(self.now).filter(|value| !value.is_null()).map_or(Seen::Absent, Seen::Value)
    }

    /// The field as it was handled last, if anything was.
    fn field_before(&self, field: &FieldPath) -> Option<Seen<'a>> {
        Some(match self.before?.at(field) {
            Was::Absent => Seen::Absent,
            Was::Value(value) => Seen::Value(value),
            Was::Digest(digest) => Seen::Digest(digest, self.uid),
        })
    }
}

/// What is looked at, as far as it is known.
#[derive(Debug, Clone, Copy)]
enum Seen<'a> {
    /// A value that is not there.
    Absent,
    Value(&'a Value),
    /// A value that is there, and of which no more than its digest is known, with this salt.
    Digest(Digest, &'a str),
    /// The whole object.
    Object,
}

/// Who asks, and what was answered so far.
#[derive(Clone, Copy)]
struct Asker<'a> {
    handler: &'a Handler,
    answers: &'a Answers,
}

impl Handler {
    /// Whether it is for this object by all but change: labels, annotations, its field, and what functions say.
    ///
    /// The field is looked for in what is now, and in what was handled last: that it was taken away concerns its handler
    /// too. A handler that matches makes the object one of ours; whether it is called now is another question.
    ///
    /// # Errors
    ///
    /// The question that must be answered first. The most costly is asked last: `when`, of an object for which all
    /// else holds.
    pub fn is_for(&self, view: View<'_>, answers: &Answers) -> Decision {
        let asker = Asker { handler: self, answers };
        let field = self.field.as_ref().map(|field| asker.field(field, view));
        all(asker.metadata(view).chain(field).chain(asker.object()))
    }

    /// Whether it still is for an object whose change it has begun to handle, though its field be gone by now.
    ///
    /// # Errors
    ///
    /// As [`Handler::is_for`].
    pub(crate) fn is_still_for(&self, view: View<'_>, answers: &Answers) -> Decision {
        let asker = Asker { handler: self, answers };
        let field = self.field.as_ref().filter(|_| self.filter.value.is_some());
        let field = field.map(|field| asker.field(field, view));
        all(asker.metadata(view).chain(field).chain(asker.change(view)).chain(asker.object()))
    }

    /// Whether the field has changed as `old` and `new` ask.
    ///
    /// # Errors
    ///
    /// As [`Handler::is_for`].
    pub(crate) fn is_for_change(&self, view: View<'_>, answers: &Answers) -> Decision {
        all(Asker { handler: self, answers }.change(view))
    }
}

impl<'a> Asker<'a> {
    /// Whether labels and annotations are as asked.
    fn metadata(self, view: View<'a>) -> impl Iterator<Item = Decision> {
        let Filter { labels, annotations, .. } = &self.handler.filter;
        let each = |texts: Option<&'a Map<String, Value>>, asked: &'a [(String, Match)]| {
            asked.iter().map(move |(key, asked)| {
                let text = texts.and_then(|texts| texts.get(key)).filter(|value| value.is_string());
                self.decide(asked, text.map_or(Seen::Absent, Seen::Value), Of::Now)
            })
        };
        each(view.labels, labels).chain(each(view.annotations, annotations))
    }

    /// Whether the field is as asked, now or in the state that was handled last.
    fn field(self, field: &FieldPath, view: View<'_>) -> Decision {
        let asked = self.handler.filter.value.as_ref().unwrap_or(&Match::Present);
        let before = view.field_before(field).map(|before| (before, Of::Before));
        let states = [(view.field_now(field), Of::Now)].into_iter().chain(before);
        any(states.map(|(seen, of)| self.decide(asked, seen, of)))
    }

    /// Whether the field is as asked on either side of its change.
    fn change(self, view: View<'a>) -> impl Iterator<Item = Decision> {
        let Filter { old, new, .. } = &self.handler.filter;
        let field = self.handler.field.iter();
        field.flat_map(move |field| {
            let new = new.as_ref().map(|asked| self.decide(asked, view.field_now(field), Of::Now));
            let before = || view.field_before(field).unwrap_or(Seen::Absent);
            let old = old.as_ref().map(|asked| self.decide(asked, before(), Of::Before));
            new.into_iter().chain(old)
        })
    }

    /// Whether the functions that look at the whole object agree.
    fn object(self) -> Option<Decision> {
        self.handler.filter.when.as_ref().map(|asked| self.decide(asked, Seen::Object, Of::Now))
    }

    fn decide(self, asked: &Match, seen: Seen<'_>, of: Of) -> Decision {
        let about = || match seen {
            Seen::Object => About::Object,
            Seen::Value(value) => About::Value(Some(value.clone())),
            Seen::Absent | Seen::Digest(..) => About::Value(None),
        };
        // A function cannot be asked about a value that is not known, so what depends on one does not hold.
        if matches!(seen, Seen::Digest(..)) && asked.asks() {
            return Ok(false);
        }
        asked.holds(seen, &|number| {
            let answer = self.answers.of(self.handler, number, of);
            answer.ok_or_else(|| Question { number, of, about: about() })
        })
    }
}

impl Filter {
    /// Whether it asks functions.
    pub fn asks(&self) -> bool {
        let pairs = self.labels.iter().chain(&self.annotations).map(|(_, asked)| asked);
        let others = [&self.value, &self.old, &self.new, &self.when];
        pairs.chain(others.into_iter().flatten()).any(Match::asks)
    }
}

impl Match {
    fn asks(&self) -> bool {
        match self {
            Match::Is(_) | Match::Present | Match::Absent => false,
            Match::Asked(_) => true,
            Match::Not(asked) => asked.asks(),
            Match::All(asked) | Match::Any(asked) | Match::None(asked) => asked.iter().any(Match::asks),
        }
    }

    fn holds(&self, seen: Seen<'_>, answer: &dyn Fn(u32) -> Decision) -> Decision {
        let each = |asked: &Match| asked.holds(seen, answer);
        match self {
            Match::Is(expected) => Ok(match seen {
                Seen::Value(value) => same(value, expected),
                Seen::Digest(known, salt) => digest(salt, expected) == known,
                Seen::Absent | Seen::Object => false,
            }),
            Match::Present => Ok(!matches!(seen, Seen::Absent)),
            Match::Absent => Ok(matches!(seen, Seen::Absent)),
            Match::Asked(number) => answer(*number),
            Match::Not(asked) => each(asked).map(|held| !held),
            Match::All(asked) => all(asked.iter().map(each)),
            Match::Any(asked) => any(asked.iter().map(each)),
            Match::None(asked) => any(asked.iter().map(each)).map(|held| !held),
        }
    }
}

#[cfg(test)]
mod tests;
