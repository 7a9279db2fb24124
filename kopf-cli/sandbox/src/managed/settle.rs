//! Brings sets of fields up to what a schema says now.

use super::{
    set::{Node, Set},
    step::Step,
    typed::{Forms, Typed},
};

/// Adds the fields that are named by the schema and have others of the set below them.
pub(super) fn with_named(mut set: Set, typed: Typed<'_>) -> Set {
    add_named(&mut set, Some(typed));
    set
}

fn add_named(set: &mut Set, typed: Option<Typed<'_>>) {
    let forms = typed.map(Typed::forms);
    set.change(|step, node| {
        let below = match (step, forms) {
            (Step::Field(name), Some(Forms { map: Some(fields), .. })) => {
                let field = fields.field(name);
                node.member |= field.is_some_and(|(_, named)| named);
                field.map(|(typed, _)| typed)
            }
            (Step::Key(_), Some(Forms { list: Some(list), .. })) => Some(list.items),
            _ => None,
        };
        add_named(&mut node.below, below);
    });
}

/// Lets whoever owns something in a list or an object that is one value by now own it as a whole.
pub(super) fn settle(set: &mut Set, typed: Typed<'_>) {
    match typed.forms() {
        Forms { map: Some(fields), .. } if !fields.deduced() => set.change(|step, node| {
            let typed = match step {
                Step::Field(name) => fields.field(name).map(|(typed, _)| typed),
                _ => None,
            };
            if let Some(typed) = typed {
                settle_node(node, typed);
            }
        }),
        Forms { map: None, scalar: None, list: Some(list) } => {
            set.change(|_, node| settle_node(node, list.items));
        }
        Forms { .. } => {}
    }
}

fn settle_node(node: &mut Node, typed: Typed<'_>) {
    let one_value = match typed.forms() {
        Forms { map: Some(fields), .. } => fields.atomic && !fields.deduced(),
        Forms { scalar: None, list: Some(list), .. } => list.atomic,
        Forms { .. } => false,
    };
    if one_value && !node.below.is_empty() {
        *node = Node::member();
    } else {
        settle(&mut node.below, typed);
    }
}
