//! The fields that a value has: what somebody owns who applies it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    set::{Node, Set},
    step::Step,
    typed::{Fields, Forms, List, Typed},
};

/// All fields of a value, and whether it is one itself.
pub(super) fn fields_of(typed: Typed<'_>, value: &Value) -> Node {
    match typed.forms().of(value) {
        Forms { map: Some(Fields { atomic: true, .. }), .. } => Node::member(),
        Forms { map: Some(fields), .. } => Node { member: false, below: below_object(&fields, value) },
        Forms { scalar: Some(_), .. } | Forms { list: Some(List { atomic: true, .. }), .. } => Node::member(),
        Forms { list: Some(list), .. } => Node { member: false, below: below_list(&list, value) },
        Forms { .. } => Node::default(),
    }
}

fn below_object(fields: &Fields<'_>, value: &Value) -> Set {
    let Value::Object(values) = value else { return Set::default() };
    let node = |(name, value): (&String, &Value)| {
        let (typed, named) = fields.field(name)?;
        let mut node = fields_of(typed, value);
        let empty = value.is_null() || value.as_object().is_some_and(|fields| fields.is_empty());
        node.member |= empty || !named;
        Some((Step::field(name), node))
    };
    values.iter().filter_map(node).collect()
}

fn below_list(list: &List<'_>, value: &Value) -> Set {
    let Value::Array(items) = value else { return Set::default() };
    let mut by_step: BTreeMap<Step, Option<&Value>> = BTreeMap::new();
    for item in items {
        // What nothing tells from others is something in the list all the same.
        let step = list.step(item).unwrap_or_else(|_| Step::Key(Box::default()));
        // Items that are there twice are one field, and nothing below them is.
        by_step.entry(step).and_modify(|found| *found = None).or_insert(Some(item));
    }
    let node = |(step, item): (Step, Option<&Value>)| {
        let below = item.map(|item| fields_of(list.items, item).below).unwrap_or_default();
        (step, Node { member: true, below })
    };
    by_step.into_iter().map(node).collect()
}
