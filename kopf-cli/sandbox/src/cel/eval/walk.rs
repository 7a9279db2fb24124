//! The way through the tree of an expression, and what it costs: which parts are worked out, in which order, up to which fault.

mod attributes;
mod loops;

use std::{collections::HashMap, sync::Arc};

use kube_cel::cel::{Value, objects::Map};

pub(in crate::cel) use self::attributes::check_place;
use super::{
    Fault, Names, Outcome, comparing, costs,
    functions::{function, is_of, misfit, misplaced},
    values::{self, key_of, list, opened},
    work,
};
use crate::{
    cel::{
        check::{Plain, Typing},
        prices,
        syntax::{Entry, Kind, Node},
    },
    json::with_room_to_recurse,
};

/// How much one run of an expression may cost.
const LIMIT: u64 = 1_000_000;

/// A run of an expression.
pub(in crate::cel) struct Run<'a> {
    names: &'a dyn Names,
    typing: &'a Typing,
    /// The variables of loops, innermost last.
    locals: Vec<(&'a str, Local<'a>)>,
    cost: u64,
}

/// A variable of a loop.
enum Local<'a> {
    Known(Outcome),
    /// What is worked out when it is first named.
    Later(&'a Node),
}

impl<'a> Run<'a> {
    pub(in crate::cel) fn new(names: &'a dyn Names, typing: &'a Typing) -> Self {
        Run { names, typing, locals: Vec::new(), cost: 0 }
    }

    /// What it has cost so far.
    pub(in crate::cel) fn cost(&self) -> u64 {
        self.cost
    }

    fn spend(&mut self, cost: u64) -> Result<(), Fault> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > LIMIT { Err(Fault::Limit) } else { Ok(()) }
    }

    pub(in crate::cel) fn eval(&mut self, node: &'a Node) -> Outcome {
        match &node.kind {
            Kind::Literal(value) => Ok(value.clone()),
            _ if attributes::is_one(node) => with_room_to_recurse(|| self.attribute(node)),
            Kind::Call { name, target, args } => {
                with_room_to_recurse(|| self.call(node, name, target.as_deref(), args))
            }
            Kind::List { items, optional } => with_room_to_recurse(|| self.list(items, optional)),
            Kind::Map(entries) => with_room_to_recurse(|| self.map(entries)),
            Kind::Loop(inner) => with_room_to_recurse(|| self.a_loop(inner)),
            Kind::Shared { node, .. } => self.eval(node),
            // Messages are taken unchecked.
            Kind::Struct { name, .. } => Err(Fault::new(format!("unknown type: '{name}'"))),
            Kind::Field { .. } | Kind::Name(_) => Err(Fault::no_overload()),
        }
    }

    fn call(&mut self, node: &'a Node, name: &'a str, target: Option<&'a Node>, args: &'a [Node]) -> Outcome {
        match (name, target, args) {
            ("_&&_", None, terms) => self.joined(terms, false),
            ("_||_", None, terms) => self.joined(terms, true),
            ("@not_strictly_false", None, [inner]) => {
                let outcome = self.eval(inner);
                if outcome == Err(Fault::Limit) {
                    return outcome;
                }
                self.spend(1)?;
                values::truth(outcome != Ok(Value::Bool(false)))
            }
            ("or" | "orValue", Some(target), [otherwise]) => self.or(name, target, otherwise),
            ("@in", None, [wanted, Node { kind: Kind::Literal(Value::List(items)), .. }])
                if self.typing.is_decided(node.id) && items.iter().all(values::is_plain) =>
            {
                let wanted = self.eval(wanted)?;
                comparing::has(items, &wanted).map(Value::Bool)
            }
            _ => self.strictly(node, name, target.into_iter().chain(args)),
        }
    }

    /// A call of a function that needs all that it is given.
    fn strictly(&mut self, node: &'a Node, name: &str, args: impl Iterator<Item = &'a Node>) -> Outcome {
        let args: Vec<&'a Node> = args.collect();
        let is_decided = self.typing.is_decided(node.id);
        // Of these, arguments are evaluated one by one, up to the first fault.
        let stops = match &args[..] {
            [_, pattern] if ["matches", "find", "findAll"].contains(&name) => {
                matches!(pattern.kind, Kind::Literal(_))
            }
            [_, _] => name == "format" || !is_decided && costs::GATHERED.contains(&name),
            [] | [_] => false,
            _ => true,
        };
        let (mut values, mut fault) = (Vec::with_capacity(args.len()), None);
        for arg in &args {
            match self.eval(arg) {
                Ok(value) => values.push(value),
                Err(Fault::Limit) => return Err(Fault::Limit),
                Err(other) => {
                    fault.get_or_insert(other);
                    // It is as large as what has no size.
                    values.push(Value::Null);
                    if stops {
                        break;
                    }
                }
            }
        }
        values.iter().try_for_each(work::through)?;
        if values.len() == args.len() {
            self.spend(costs::of_call(name, &values, is_decided))?;
        }
        if let Some(fault) = fault {
            if values.len() == args.len() {
                self.spend(costs::of_result(name, None, is_decided))?;
            }
            return Err(fault);
        }
        let outcome = match (name, &values[..]) {
            ("sum", [Value::List(items)]) if items.is_empty() => Ok(zero(self.typing.zero(node.id))),
            (_, [Value::List(items)]) if self.is_of_others(node.id, items) => Err(misfit(name, &values)),
            _ => match misplaced(name, &values, matches!(node.kind, Kind::Call { target: Some(_), .. })) {
                Some(fault) => Err(fault),
                None => function(name, &values),
            },
        };
        work::check()?;
        self.spend(costs::of_result(name, outcome.as_ref().ok(), is_decided))?;
        outcome.and_then(values::sound)
    }

    /// Whether a list holds something else than what a call goes through.
    fn is_of_others(&self, call: usize, items: &[Value]) -> bool {
        let (item, first) = (self.typing.item(call), items.first());
        item.zip(first).is_some_and(|(item, first)| !is_of(first, item))
    }

    /// Terms of which one that is `decisive` decides, whatever is wrong with others.
    fn joined(&mut self, terms: &'a [Node], decisive: bool) -> Outcome {
        let mut fault = None;
        for term in terms {
            match self.eval(term) {
                Ok(Value::Bool(held)) if held == decisive => return Ok(Value::Bool(decisive)),
                Ok(Value::Bool(_)) => {}
                Ok(_) => {
                    fault.get_or_insert_with(Fault::no_overload);
                }
                Err(Fault::Limit) => return Err(Fault::Limit),
                Err(other) => {
                    fault.get_or_insert(other);
                }
            }
        }
        fault.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    /// What may be absent, or what stands in for it, which is not asked before.
    fn or(&mut self, name: &str, target: &'a Node, otherwise: &'a Node) -> Outcome {
        let value = self.eval(target)?;
        match (name, opened(&value)) {
            (_, None) => Err(Fault::no_overload()),
            ("or", Some(Some(_))) => Ok(value),
            (_, Some(Some(inner))) => Ok(inner.clone()),
            (_, Some(None)) => self.eval(otherwise),
        }
    }

    fn list(&mut self, items: &'a [Node], optional: &[bool]) -> Outcome {
        let made = self.items(items, optional);
        self.spend(prices::LIST).and(made)
    }

    fn items(&mut self, items: &'a [Node], optional: &[bool]) -> Outcome {
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let value = self.eval(item)?;
            match (optional.get(index), opened(&value)) {
                (Some(true), Some(inner)) => all.extend(inner.cloned()),
                (Some(true), None) => {
                    let shown = values::named(&value);
                    let why =
                        format!("cannot initialize optional list element from non-optional value {shown}");
                    return Err(Fault::new(why));
                }
                _ => all.push(value),
            }
        }
        Ok(list(all))
    }

    fn map(&mut self, entries: &'a [Entry]) -> Outcome {
        let made = self.entries(entries);
        self.spend(prices::MAP).and(made)
    }

    fn entries(&mut self, entries: &'a [Entry]) -> Outcome {
        let mut all = HashMap::with_capacity(entries.len());
        for Entry { key, value, optional } in entries {
            let (key, value) = (self.eval(key)?, self.eval(value)?);
            work::through(&key)?;
            let place = key_of(&key)?;
            match (optional, opened(&value)) {
                (true, Some(None)) => {
                    all.remove(&place);
                }
                (true, Some(Some(inner))) => {
                    all.insert(place, inner.clone());
                }
                (true, None) => {
                    let (key, shown) = (values::named(&key), values::named(&value));
                    let why =
                        format!("cannot initialize optional entry '{key}' from non-optional value {shown}");
                    return Err(Fault::new(why));
                }
                (false, _) => {
                    all.insert(place, value);
                }
            }
        }
        Ok(Value::Map(Map { map: Arc::new(all) }))
    }

    /// A variable of a loop; `None` if there is none of this name.
    fn local(&mut self, name: &str) -> Option<Outcome> {
        let index = self.locals.iter().rposition(|(known, _)| *known == name)?;
        match &self.locals[index].1 {
            Local::Known(outcome) => Some(outcome.clone()),
            Local::Later(node) => {
                let node = *node;
                // It sees what is around the loop.
                let inner = self.locals.split_off(index);
                let outcome = self.eval(node);
                self.locals.extend(inner);
                self.locals[index].1 = Local::Known(outcome.clone());
                Some(outcome)
            }
        }
    }
}

/// What a sum of nothing is.
fn zero(of: Plain) -> Value {
    match of {
        Plain::Double => Value::Float(0.0),
        Plain::Duration => Value::Duration(chrono::Duration::zero()),
        Plain::Uint => Value::UInt(0),
        _ => Value::Int(0),
    }
}
