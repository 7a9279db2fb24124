//! Variables, and what is selected from them and from others: fields and places, one after another.
//!
//! All that is selected is one attribute: what may be absent is looked into where the chain begins, or where the chain itself
//! has come to something that may be absent, and each step costs one more, besides the attribute itself.

use std::sync::Arc;

use kube_cel::cel::Value;

use super::Run;
use crate::cel::eval::{
    Fault, Outcome,
    operators::{look_up, missing},
    values::{fault_of, of_go, opened, optional, sound, truth},
    work,
};
use crate::cel::syntax::{Kind, Node};

/// What is selected.
#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    At(&'a Node),
}

/// What is selected, and whether it need not be there.
#[derive(Clone, Copy)]
struct Selection<'a> {
    step: Step<'a>,
    optional: bool,
}

/// How something is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Value,
    Presence,
}

/// Whether a part is a variable, something selected, or one of two such.
pub(super) fn is_one(node: &Node) -> bool {
    match &node.kind {
        Kind::Name(_) | Kind::Field { .. } => true,
        Kind::Call { name, target: None, .. } => ["_[_]", "_[?_]", "_?._", "_?_:_"].contains(&name.as_str()),
        _ => false,
    }
}

fn is_choice(node: &Node) -> bool {
    matches!(&node.kind, Kind::Call { name, .. } if name == "_?_:_")
}

/// What is selected from what in a part, the first of it last.
fn selected<'a>(node: &'a Node) -> (&'a Node, Vec<Selection<'a>>, Asks) {
    let (mut base, mut selections, mut asks) = (node, Vec::new(), Asks::Value);
    loop {
        let (of, step, optional) = match &base.kind {
            Kind::Field { of, name, asks: has } => {
                if *has {
                    asks = Asks::Presence;
                }
                (&**of, Step::Field(name), false)
            }
            Kind::Call { name, target: None, args } => match (name.as_str(), &args[..]) {
                ("_[_]" | "_[?_]" | "_?._", [of, at]) => (of, Step::At(at), name != "_[_]"),
                _ => return (base, selections, asks),
            },
            _ => return (base, selections, asks),
        };
        selections.push(Selection { step, optional });
        base = of;
        // What is asked about is a value of its own.
        if matches!(&base.kind, Kind::Field { asks: true, .. }) {
            return (base, selections, asks);
        }
    }
}

impl<'a> Run<'a> {
    /// A variable, what is selected, or one of two such.
    pub(super) fn attribute(&mut self, node: &'a Node) -> Outcome {
        let (base, selections, asks) = selected(node);
        let outcome = self.resolve(base, &selections, asks);
        if outcome == Err(Fault::Limit) {
            return outcome;
        }
        match (is_choice(base), asks) {
            (true, Asks::Value) | (false, Asks::Presence) => {}
            // It is given back though it was never paid; below nothing there is more than any may cost.
            (true, Asks::Presence) => self.cost = self.cost.wrapping_sub(1),
            (false, Asks::Value) => self.spend(1)?,
        }
        self.spend(0).and(outcome)
    }

    /// One of two parts of which only what is selected costs something.
    fn part(&mut self, node: &'a Node, more: &[Selection<'a>], asks: Asks) -> Outcome {
        if !is_one(node) {
            let value = self.eval(node)?;
            return self.select(value, more, asks);
        }
        let (base, selections, own) = selected(node);
        if own == Asks::Presence {
            let value = self.eval(node)?;
            return self.select(value, more, asks);
        }
        let all: Vec<Selection<'a>> = more.iter().chain(&selections).copied().collect();
        self.resolve(base, &all, asks)
    }

    fn resolve(&mut self, base: &'a Node, selections: &[Selection<'a>], asks: Asks) -> Outcome {
        match &base.kind {
            Kind::Name(name) => {
                if let Some(local) = self.local(name) {
                    return self.select(local?, selections, asks);
                }
                self.variable(name.trim_start_matches('.'), selections, asks)
            }
            Kind::Call { name, args, .. } if name == "_?_:_" => match (self.eval(&args[0])?, &args[..]) {
                (Value::Bool(true), [_, holds, _]) => self.part(holds, selections, asks),
                (Value::Bool(false), [_, _, fails]) => self.part(fails, selections, asks),
                _ => Err(Fault::no_overload()),
            },
            _ => {
                let value = self.eval(base)?;
                self.select(value, selections, asks)
            }
        }
    }

    /// What is selected from a variable that is none of a loop; its name may have a dot in it.
    fn variable(&mut self, name: &str, selections: &[Selection<'a>], asks: Asks) -> Outcome {
        if let Some((Selection { step: Step::Field(field), .. }, rest)) = selections.split_last() {
            if let Some(outcome) = self.names.field(name, field) {
                self.spend(1)?;
                return match (rest, asks) {
                    ([], Asks::Presence) => truth(true),
                    _ => self.select(outcome?, rest, asks),
                };
            }
            let joined = format!("{name}.{field}");
            if let Some(value) = self.names.get(&joined) {
                return self.select(value, rest, asks);
            }
        }
        let value =
            self.names.get(name).ok_or_else(|| Fault::new(format!("no such attribute(s): {name}")))?;
        self.select(sound(value)?, selections, asks)
    }

    /// Goes from a value to what is selected, the last of which is the first to be looked for.
    fn select(&mut self, value: Value, selections: &[Selection<'a>], asks: Asks) -> Outcome {
        let (mut value, mut is_optional) = match opened(&value) {
            _ if selections.is_empty() => return Ok(value),
            None => (value, false),
            Some(Some(inner)) => (inner.clone(), true),
            Some(None) => return if asks == Asks::Presence { truth(false) } else { Ok(value) },
        };
        for (index, selection) in selections.iter().enumerate().rev() {
            is_optional |= selection.optional;
            let at = match selection.step {
                Step::Field(name) => Value::String(Arc::new(name.to_owned())),
                Step::At(Node { kind: Kind::Literal(value), .. }) => value.clone(),
                Step::At(node) => match self.part(node, &[], Asks::Value) {
                    Ok(at) => at,
                    Err(fault) => return self.spend(u64::from(!is_optional)).and(Err(fault)),
                },
            };
            if let Err(fault) = check_place(&at) {
                return self.spend(u64::from(!is_optional)).and(Err(fault));
            }
            if let Some(fault) = fault_of(&value) {
                return self.spend(u64::from(!is_optional)).and(Err(fault));
            }
            work::through(&at)?;
            let asked = asks == Asks::Presence && index == 0;
            let found = look_up(&value, &at);
            match found {
                Ok(Some(found)) => {
                    // A list hands out what is no value, too, for whoever uses it to see.
                    let fault = fault_of(&found).filter(|_| !matches!(value, Value::List(_)));
                    self.spend(u64::from(fault.is_none() || !is_optional))?;
                    value = fault.map_or(Ok(found), Err)?;
                }
                _ if asked => {
                    self.spend(u64::from(!is_optional))?;
                    return found.and_then(|_| truth(false));
                }
                Ok(None) if is_optional && asks == Asks::Presence => return truth(false),
                Ok(None) if is_optional => return Ok(optional(None)),
                Err(fault) if is_optional => return Err(fault),
                outcome => {
                    self.spend(1)?;
                    outcome?;
                    return Err(missing(&value, &at));
                }
            }
        }
        match asks {
            Asks::Presence => truth(true),
            Asks::Value if is_optional => Ok(optional(Some(value))),
            Asks::Value => sound(value),
        }
    }
}

/// # Errors
///
/// That nothing can be looked up by such a value.
pub(in crate::cel) fn check_place(at: &Value) -> Result<(), Fault> {
    let kind = match at {
        Value::Bool(_) | Value::Float(_) | Value::Int(_) | Value::String(_) | Value::UInt(_) => return Ok(()),
        other => of_go(other),
    };
    Err(Fault::new(format!("invalid qualifier type: {kind}")))
}
