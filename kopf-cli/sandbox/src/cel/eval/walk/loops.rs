//! Loops, over lists and maps, with one variable or two.

use std::sync::Arc;

use kube_cel::cel::{
    Value,
    objects::{Key, Map},
};

use super::{Local, Run};
use crate::cel::{
    eval::{
        Fault, Outcome, described, operators,
        values::{of_go, of_key, sound, wrong},
        work,
    },
    prices,
    syntax::{Kind, Loop, Node},
};

/// The keys of a map with their values, in order, so that the same is always found first; fields that are null have none. To sort
/// them counts whole, however soon a loop ends.
///
/// # Errors
///
/// That more has been looked at than may be.
fn in_order(map: &Map) -> Result<Vec<(Key, Option<&Value>)>, Fault> {
    let told = described::particulars(map);
    let nulls = told.as_ref().map_or(&[][..], |told| &told.nulls);
    let times = work::rounds(map.map.len() + nulls.len());
    map.map.keys().try_for_each(|key| work::add(times * work::of_key(key)))?;
    nulls.iter().try_for_each(|name| work::add(times * work::hashed(name.len())))?;
    let nulls = nulls.iter().map(|name| (Key::String(Arc::clone(name)), None));
    let entries = map.map.iter().map(|(key, value)| (key.clone(), Some(value)));
    let mut entries: Vec<(Key, Option<&Value>)> = entries.chain(nulls).collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(entries)
}

impl<'a> Run<'a> {
    pub(super) fn a_loop(&mut self, inner: &'a Loop) -> Outcome {
        let range = self.eval(&inner.range)?;
        let init = match &inner.init.kind {
            Kind::Literal(value) => Local::Known(Ok(value.clone())),
            _ => Local::Later(&inner.init),
        };
        let before = self.locals.len();
        self.locals.push((&inner.so_far, init));
        let outcome = self.go_through(inner, &range).and_then(|()| self.eval(&inner.result));
        self.locals.truncate(before);
        outcome
    }

    fn go_through(&mut self, inner: &'a Loop, range: &Value) -> Result<(), Fault> {
        match range {
            Value::List(items) => {
                for (place, item) in items.iter().enumerate() {
                    let place = || Value::Int(place.try_into().unwrap_or(i64::MAX));
                    let pair = match inner.second {
                        Some(_) => (place(), Some(item.clone())),
                        None => (item.clone(), None),
                    };
                    if !self.once(inner, pair)? {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                for (key, value) in in_order(map)? {
                    let key = of_key(&key);
                    let value = match (&inner.second, value) {
                        (None, _) => None,
                        (Some(_), Some(value)) => Some(value.clone()),
                        (Some(_), None) => Some(wrong(operators::missing(range, &key).told().to_owned())),
                    };
                    if !self.once(inner, (key, value))? {
                        break;
                    }
                }
            }
            _ => {
                let of = of_go(range);
                return Err(Fault::new(match inner.second {
                    Some(_) => format!("unsupported comprehension range type: {of}"),
                    None => format!("got '{of}', expected iterable type"),
                }));
            }
        }
        Ok(())
    }

    /// Goes through a loop once; whether it goes on.
    fn once(&mut self, inner: &'a Loop, (first, second): (Value, Option<Value>)) -> Result<bool, Fault> {
        let before = self.locals.len();
        self.locals.push((&inner.first, Local::Known(sound(first))));
        if let Some((name, value)) = inner.second.as_deref().zip(second) {
            self.locals.push((name, Local::Known(sound(value))));
        }
        let goes_on = match self.eval(&inner.condition) {
            Err(Fault::Limit) => return Err(Fault::Limit),
            outcome => outcome == Ok(Value::Bool(true)),
        };
        if goes_on {
            let step = self.step(inner, before - 1);
            if step == Err(Fault::Limit) {
                return Err(Fault::Limit);
            }
            self.locals[before - 1].1 = Local::Known(step);
        }
        self.locals.truncate(before);
        Ok(goes_on)
    }

    /// What the loop has come to after one more. What it makes is taken and added to, not copied.
    fn step(&mut self, inner: &'a Loop, so_far: usize) -> Outcome {
        let is_so_far = |node: &Node| matches!(&node.kind, Kind::Name(name) if *name == inner.so_far);
        let grown = match &inner.step.kind {
            Kind::Call { name, args, .. } if name == "_?_:_" && is_so_far(&args[2]) => {
                match self.eval(&args[0])? {
                    Value::Bool(true) => &args[1],
                    Value::Bool(false) => return self.take(so_far),
                    _ => return Err(Fault::no_overload()),
                }
            }
            _ => &inner.step,
        };
        let Kind::Call { name, args, target: None } = &grown.kind else { return self.eval(grown) };
        let [first, rest @ ..] = &args[..] else { return self.eval(grown) };
        if !is_so_far(first) {
            return self.eval(grown);
        }
        match (name.as_str(), rest) {
            ("_+_", [one]) => self.appended(so_far, one),
            ("cel.@mapInsert", what) => self.inserted(so_far, what),
            _ => self.eval(grown),
        }
    }

    /// What the loop has come to with what is added to it: one item mostly.
    fn appended(&mut self, so_far: usize, one: &'a Node) -> Outcome {
        self.spend(1)?;
        let item = match &one.kind {
            Kind::List { items, optional } if items.len() == 1 && !optional.contains(&true) => {
                let item = self.eval(&items[0]);
                self.spend(prices::LIST)?;
                item
            }
            Kind::Literal(Value::List(items)) if items.len() == 1 => Ok(items[0].clone()),
            _ => {
                let one = self.eval(one)?;
                self.spend(1)?;
                return operators::sum(&self.take(so_far)?, &one);
            }
        };
        if item == Err(Fault::Limit) {
            return item;
        }
        self.spend(1)?;
        match self.take(so_far)? {
            Value::List(mut all) => {
                Arc::make_mut(&mut all).push(item?);
                Ok(Value::List(all))
            }
            _ => Err(Fault::no_overload()),
        }
    }

    /// What the loop has come to with an entry, or those of another map.
    fn inserted(&mut self, so_far: usize, what: &'a [Node]) -> Outcome {
        self.spend(1)?;
        let into = self.take(so_far);
        if what.len() > 1 && into.is_err() {
            return into;
        }
        let mut values = Vec::with_capacity(what.len());
        for (index, arg) in what.iter().enumerate() {
            match self.eval(arg) {
                Ok(value) => values.push(value),
                Err(Fault::Limit) => return Err(Fault::Limit),
                Err(fault) => {
                    self.spend(u64::from(index + 1 == what.len()))?;
                    return Err(into.err().unwrap_or(fault));
                }
            }
        }
        self.spend(1)?;
        operators::insert(into?, &values)
    }

    fn take(&mut self, local: usize) -> Outcome {
        match std::mem::replace(&mut self.locals[local].1, Local::Known(Ok(Value::Null))) {
            Local::Known(outcome) => outcome,
            Local::Later(node) => self.eval(node),
        }
    }
}
