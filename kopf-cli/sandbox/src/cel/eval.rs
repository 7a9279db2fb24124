//! What an expression comes to: goes through its tree, and stops where that costs too much.

mod addresses;
mod amounts;
mod attributes;
mod conversions;
mod costs;
mod format;
mod formats;
mod library;
mod lists;
mod loops;
mod net_texts;
mod operators;
mod optionals;
mod patterns;
mod quantities;
mod texts;
mod times;
mod url_texts;
mod urls;
mod values;
mod versions;
mod work;

use std::sync::Arc;

use kube_cel::cel::{Value, objects::Map};

use self::values::{as_key, list, opened, size};
pub(crate) use self::values::{optional, type_of};
pub(crate) use self::work::together;
pub(super) use self::{attributes::check_place, values::list as list_of, work::alone};
use super::{
    Plain, Program, authorizer,
    check::Typing,
    syntax::{Entry, Kind, Node},
};
use crate::json::with_room_to_recurse;

/// How much one run of an expression may cost.
const LIMIT: u64 = 1_000_000;

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    Of(Arc<str>),
    /// It cost too much: nothing makes up for that.
    Limit,
}

pub(crate) type Outcome = Result<Value, Fault>;

impl Fault {
    pub(crate) fn new(why: impl AsRef<str>) -> Self {
        Fault::Of(why.as_ref().into())
    }

    pub(super) fn no_overload() -> Self {
        Fault::new("no such overload")
    }

    /// In the words of a server.
    pub(crate) fn told(&self) -> &str {
        match self {
            Fault::Of(why) => why,
            Fault::Limit => "operation cancelled: actual cost limit exceeded",
        }
    }
}

/// What expressions can name.
pub(crate) trait Names {
    /// What is known of an expression from the types of what it names.
    fn typing(&self, program: &Program) -> Typing;

    /// The value of a variable.
    fn get(&self, name: &str) -> Option<Value>;

    /// The value of a field of a variable that is no value as a whole, and is told field by field.
    fn field(&self, _of: &str, _name: &str) -> Option<Outcome> {
        None
    }
}

/// A run of an expression.
pub(super) struct Run<'a> {
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
    pub(super) fn new(names: &'a dyn Names, typing: &'a Typing) -> Self {
        Run { names, typing, locals: Vec::new(), cost: 0 }
    }

    /// What it has cost so far.
    pub(super) fn cost(&self) -> u64 {
        self.cost
    }

    fn spend(&mut self, cost: u64) -> Result<(), Fault> {
        self.cost = self.cost.saturating_add(cost);
        if self.cost > LIMIT { Err(Fault::Limit) } else { Ok(()) }
    }

    pub(super) fn eval(&mut self, node: &'a Node) -> Outcome {
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
                let found = items.iter().any(|item| values::equal(item, &wanted));
                work::check()?;
                values::truth(found)
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
            [_, pattern] if name == "matches" => matches!(pattern.kind, Kind::Literal(_)),
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
            _ => function(name, &values),
        };
        work::check()?;
        self.spend(costs::of_result(name, outcome.as_ref().ok(), is_decided))?;
        outcome
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
        self.spend(costs::LIST).and(made)
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
        self.spend(costs::MAP).and(made)
    }

    fn entries(&mut self, entries: &'a [Entry]) -> Outcome {
        let mut all = std::collections::HashMap::with_capacity(entries.len());
        for Entry { key, value, optional } in entries {
            let (key, value) = (self.eval(key)?, self.eval(value)?);
            let Some(place) = as_key(&key) else {
                return Err(Fault::new(format!("unsupported key type: {}", type_of(&key))));
            };
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

/// What a function comes to.
pub(super) fn function(name: &str, args: &[Value]) -> Outcome {
    let found = library::unknown(name, args)
        .or_else(|| operators::call(name, args))
        .or_else(|| sized(name, args))
        .or_else(|| texts::call(name, args))
        .or_else(|| lists::call(name, args))
        .or_else(|| optionals::call(name, args))
        .or_else(|| times::call(name, args))
        .or_else(|| match args {
            [value] => conversions::call(name, value),
            _ => None,
        })
        .or_else(|| authorizer::call(name, args))
        .or_else(|| library::call(name, args));
    found.unwrap_or_else(|| Err(misfit(name, args)))
}

/// What a function that is called like a type makes of a value; `None` where it is none, or takes no such value.
pub(super) fn conversion(name: &str, value: &Value) -> Option<Outcome> {
    conversions::call(name, value)
}

/// # Errors
///
/// That something is no key.
pub(super) fn map_of(pairs: Vec<(Value, Value)>) -> Outcome {
    let entry = |(key, value): (Value, Value)| {
        let place =
            as_key(&key).ok_or_else(|| Fault::new(format!("unsupported key type: {}", type_of(&key))))?;
        Ok((place, value))
    };
    let all = pairs.into_iter().map(entry).collect::<Result<_, _>>()?;
    Ok(Value::Map(Map { map: Arc::new(all) }))
}

#[cfg(test)]
pub(super) use self::{conversions::general, times::print};

/// A value that is none of JSON's, for those who look at it.
#[cfg(test)]
pub(super) fn shown(value: &Value, inner: fn(&Value) -> String) -> String {
    match (opened(value), values::opaque::<values::TypeName>(value)) {
        (Some(Some(value)), _) => format!("optional({})", inner(value)),
        (Some(None), _) => "optional.none".to_owned(),
        (_, Some(values::TypeName(name))) => format!("type({name})"),
        _ => type_of(value).to_owned(),
    }
}

/// What is told of a function that is given what it is not for.
fn misfit(name: &str, args: &[Value]) -> Fault {
    // Where types have functions of their own, they do not say of what.
    const PLAINLY: [&str; 3] = ["contains", "endsWith", "startsWith"];
    const OF_LISTS: [&str; 2] = ["sort", "@sortByAssociatedKeys"];
    match args {
        [first] if name == "size" => operators::unsuited(name, first),
        [first, ..] if OF_LISTS.contains(&name) && !matches!(first, Value::List(_)) => {
            operators::unsuited(name, first)
        }
        _ if PLAINLY.contains(&name) => Fault::no_overload(),
        [_, Value::String(_), ..] if ["find", "findAll", "matches"].contains(&name) => Fault::no_overload(),
        [Value::String(_), _] if name == "matches" => Fault::no_overload(),
        [_, _] if name == "matches" => Fault::new("no such overload: matches"),
        _ => {
            let of: Vec<&str> = args.iter().map(type_of).collect();
            Fault::new(format!("no such overload: {name}({})", of.join(", ")))
        }
    }
}

fn sized(name: &str, args: &[Value]) -> Option<Outcome> {
    match (name, args) {
        ("size", [value @ (Value::Bytes(_) | Value::List(_) | Value::Map(_) | Value::String(_))]) => {
            Some(Ok(Value::Int(size(value).cast_signed())))
        }
        _ => None,
    }
}

/// The type that a name stands for.
pub(super) fn type_named(name: &str) -> Option<Value> {
    const TYPES: [&str; 17] = [
        "bool",
        "bytes",
        "double",
        "google.protobuf.Duration",
        "google.protobuf.Timestamp",
        "int",
        "kubernetes.NamedFormat",
        "kubernetes.Quantity",
        "list",
        "map",
        "net.CIDR",
        "net.IP",
        "null_type",
        "optional_type",
        "string",
        "type",
        "uint",
    ];
    TYPES.contains(&name).then(|| values::type_named(name))
}
