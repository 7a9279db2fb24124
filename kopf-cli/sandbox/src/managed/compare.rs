//! In which fields two values differ.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    check::scalar_fault,
    set::{Node, Set},
    step::Step,
    typed::{Fields, Forms, List, Typed},
};

/// What is other in the second of two values.
#[derive(Debug, Clone, Default)]
pub(super) struct Difference {
    pub(super) removed: Set,
    pub(super) modified: Set,
    pub(super) added: Set,
}

impl Difference {
    /// What it is when some fields do not count.
    pub(super) fn without(self, fields: &Set) -> Self {
        Difference {
            removed: self.removed.without(fields),
            modified: self.modified.without(fields),
            added: self.added.without(fields),
        }
    }
}

/// Compares two values of one type.
pub(super) fn compare(typed: Typed<'_>, before: &Value, after: &Value) -> Difference {
    let found = Compared::values(typed, Some(before), Some(after));
    Difference { removed: found.removed.below, modified: found.modified.below, added: found.added.below }
}

#[derive(Default)]
struct Compared {
    removed: Node,
    modified: Node,
    added: Node,
    /// The values were compared as a whole.
    as_whole: bool,
}

/// Nodes below a value, as they are found.
#[derive(Default)]
struct Below {
    removed: Vec<(Step, Node)>,
    modified: Vec<(Step, Node)>,
    added: Vec<(Step, Node)>,
}

impl Below {
    fn add(&mut self, step: &Step, found: Compared) {
        let kept = [
            (found.removed, &mut self.removed),
            (found.modified, &mut self.modified),
            (found.added, &mut self.added),
        ];
        for (node, nodes) in kept {
            if !node.is_empty() {
                nodes.push((step.clone(), node));
            }
        }
    }
}

impl Compared {
    /// One of the two is there.
    fn values(typed: Typed<'_>, before: Option<&Value>, after: Option<&Value>) -> Self {
        let mut found = Compared::default();
        let forms = typed.forms();
        let of = |value: Option<&Value>| value.map(|value| forms.of(value));
        match (of(before), of(after)) {
            (Some(one), Some(other)) if !one.same(&other) => {
                found.add_as(one, before, after);
                found.as_whole = false;
                found.add_as(other, before, after);
            }
            (Some(one), None) => found.add_as(one, before, after),
            (_, other) => found.add_as(other.unwrap_or(forms), before, after),
        }
        if !found.as_whole {
            found.added.member |= before.is_none();
            found.removed.member |= before.is_some() && after.is_none();
        }
        found
    }

    fn add_as(&mut self, forms: Forms<'_>, before: Option<&Value>, after: Option<&Value>) {
        match forms {
            Forms { map: Some(fields), .. } => self.add_objects(fields, before, after),
            Forms { scalar: Some(scalar), .. } => {
                let wrong =
                    |value: Option<&Value>| value.is_some_and(|value| scalar_fault(scalar, value).is_some());
                if !(wrong(before) && wrong(after)) {
                    self.add_whole(before, after);
                }
            }
            Forms { list: Some(list), .. } => self.add_lists(list, before, after),
            Forms { .. } => {}
        }
    }

    fn add_whole(&mut self, before: Option<&Value>, after: Option<&Value>) {
        if std::mem::replace(&mut self.as_whole, true) {
            return;
        }
        self.added.member |= before.is_none();
        self.removed.member |= before.is_some() && after.is_none();
        self.modified.member |= before.is_some() && after.is_some() && before != after;
    }

    fn add_objects(&mut self, fields: Fields<'_>, before: Option<&Value>, after: Option<&Value>) {
        let one = before.and_then(Value::as_object).filter(|fields| !fields.is_empty());
        let other = after.and_then(Value::as_object).filter(|fields| !fields.is_empty());
        if fields.atomic || (one.is_none() && other.is_none()) {
            return self.add_whole(before, after);
        }
        let mut below = Below::default();
        for (name, before) in one.into_iter().flatten() {
            let Some((typed, _)) = fields.field(name) else { continue };
            let after = other.and_then(|other| other.get(name));
            below.add(&Step::field(name), Compared::values(typed, Some(before), after));
        }
        for (name, after) in other.into_iter().flatten() {
            if one.is_some_and(|one| one.contains_key(name)) {
                continue;
            }
            let Some((typed, _)) = fields.field(name) else { continue };
            below.add(&Step::field(name), Compared::values(typed, None, Some(after)));
        }
        self.take(below);
    }

    fn add_lists(&mut self, list: List<'_>, before: Option<&Value>, after: Option<&Value>) {
        let one = before.and_then(Value::as_array).filter(|items| !items.is_empty());
        let other = after.and_then(Value::as_array).filter(|items| !items.is_empty());
        if list.atomic || (one.is_none() && other.is_none()) {
            return self.add_whole(before, after);
        }
        let mut by_step: BTreeMap<Step, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for item in one.into_iter().flatten() {
            if let Ok(step) = list.step(item) {
                by_step.entry(step).or_default().0.push(item);
            }
        }
        for item in other.into_iter().flatten() {
            if let Ok(step) = list.step(item) {
                by_step.entry(step).or_default().1.push(item);
            }
        }
        let mut below = Below::default();
        for (step, (before, after)) in by_step {
            let (one, other) = (before.first().copied(), after.first().copied());
            let found = match (before.len(), after.len()) {
                (0 | 1, 0 | 1) => Compared::values(list.items, one, other),
                // Items that are there twice are one value together.
                (2.., 2..) => Compared {
                    modified: Node { member: before != after, ..Node::default() },
                    ..Compared::default()
                },
                (2.., count) => {
                    let mut found = Compared::default();
                    if count > 0 {
                        found = Compared::values(list.items, None, other);
                    }
                    found.removed.member = true;
                    found
                }
                (count, _) => {
                    let mut found = Compared::default();
                    if count > 0 {
                        found = Compared::values(list.items, one, None);
                    }
                    found.added.member = true;
                    found
                }
            };
            below.add(&step, found);
        }
        self.take(below);
    }

    fn take(&mut self, below: Below) {
        let join = |node: &mut Node, nodes: Vec<(Step, Node)>| {
            let set: Set = nodes.into_iter().collect();
            node.below = match std::mem::take(&mut node.below) {
                none if none.is_empty() => set,
                some => some.union(&set),
            };
        };
        join(&mut self.removed, below.removed);
        join(&mut self.modified, below.modified);
        join(&mut self.added, below.added);
    }
}
