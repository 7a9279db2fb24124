//! What may be absent: a kind of value of its own, for of the evaluator's a copy no longer is one.
//!
//! Selections and places that may be absent are looked up by the evaluator, and what it comes to is made [`Maybe`] at once.

use std::{mem::take, sync::Arc};

use kube_cel::cel::{
    Context, ExecutionError, FunctionContext, IdedExpr, Value,
    common::ast::{CallExpr, EntryExpr, Expr, SelectExpr, operators},
    extractors::This,
    objects::{Key, Opaque, OptionalValue},
};

use super::fields::{How, text};

/// The function that makes what the evaluator has for absent, and for what is there, ours.
const OURS: &str = "@ours";
/// The function that makes what is looked into the evaluator's again: absent, where it has no fields and no places.
const INTO: &str = "@into";
/// The same of what need not be there to be looked into: also of a value that is there for itself.
const INTO_ANY: &str = "@intoAny";
/// The function that makes it the evaluator's again.
const THEIRS: &str = "@theirs";
/// The function that makes what was looked up by its name, or null, something that may be absent.
const KNOWN: &str = "@known";
/// The function that tells whether a field is there, of what may be absent itself.
const HAS: &str = "@has";
const HAS_VALUE: &str = "hasValue";
/// The variable whose fields are expressions.
const VARIABLES: &str = "variables";
/// Variables that are never what may be absent.
const PLAIN: [&str; 8] =
    ["self", "object", "oldObject", "request", "params", "namespaceObject", VARIABLES, "authorizer"];

/// The function whose refusal a server tells of as it is.
pub(super) const VALUE: &str = "value";

#[derive(Debug, PartialEq, Eq)]
struct Maybe(Option<Value>);

impl Opaque for Maybe {
    fn runtime_type_name(&self) -> &'static str {
        "kopf.Maybe"
    }
}

/// A value that may be absent, as expressions see it.
pub(crate) fn optional(value: Option<Value>) -> Value {
    Value::Opaque(maybe(value))
}

/// What may be absent; `None` where the value is nothing of that kind.
pub(super) fn opened(value: &Value) -> Option<Option<&Value>> {
    let Value::Opaque(opaque) = value else { return None };
    let of_evaluator = || <&OptionalValue>::try_from(value).ok().map(OptionalValue::value);
    opaque.downcast_ref::<Maybe>().map(|Maybe(inner)| inner.as_ref()).or_else(of_evaluator)
}

/// Has a call that looks up what may be absent, or looks into it, come to what is ours.
pub(super) fn look_up(expression: &mut IdedExpr, how: How) {
    let Expr::Call(call) = &mut expression.expr else { return };
    let asks = match call.func_name.as_str() {
        operators::OPT_SELECT => {
            operators::OPT_INDEX.clone_into(&mut call.func_name);
            true
        }
        operators::OPT_INDEX => true,
        operators::INDEX => false,
        "named" if call.target.as_ref().is_some_and(|of| of.expr == Expr::Ident("format".to_owned())) => {
            return wrap(expression, KNOWN);
        }
        "validate" if call.target.is_some() => return wrap(expression, OURS),
        _ => return,
    };
    let Some(from) = call.args.first_mut() else { return };
    let inside = match how {
        How::Indexing => unwrapped(from),
        How::Calling => {
            wrap(from, if asks { INTO_ANY } else { INTO });
            true
        }
    };
    if asks || inside {
        wrap(expression, OURS);
    }
}

/// Has a question whether there is a field be one that can be asked of what may be absent.
pub(super) fn ask(expression: &mut IdedExpr, how: How) {
    let Expr::Select(SelectExpr { operand, field, test: true }) = &mut expression.expr else { return };
    let may_be_absent = match &operand.expr {
        Expr::Call(CallExpr { func_name, args, .. }) => match args.first().map(|from| &from.expr) {
            Some(Expr::Ident(name)) if func_name == operators::INDEX => name == VARIABLES,
            _ => func_name != operators::INDEX,
        },
        Expr::Ident(name) => !PLAIN.contains(&name.as_str()),
        _ => false,
    };
    let name = match how {
        How::Calling => HAS,
        How::Indexing if may_be_absent => operators::OPT_INDEX,
        How::Indexing => return,
    };
    let args = vec![take(&mut **operand), text(expression.id, field)];
    expression.expr = Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args });
    if matches!(how, How::Indexing) {
        look_up(expression, how);
        let found = Box::new(take(expression));
        let (id, func_name) = (found.id, HAS_VALUE.to_owned());
        *expression =
            IdedExpr { id, expr: Expr::Call(CallExpr { func_name, target: Some(found), args: vec![] }) };
    }
}

/// Has entries that may be absent be what the evaluator knows to leave out.
pub(super) fn leave_out(expression: &mut Expr) {
    match expression {
        Expr::List(list) => {
            for place in &list.optional_indices {
                if let Some(element) = list.elements.get_mut(*place) {
                    wrap(element, THEIRS);
                }
            }
        }
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr
                    && entry.optional
                {
                    wrap(&mut entry.value, THEIRS);
                }
            }
        }
        _ => {}
    }
}

/// Takes [`OURS`] off, if it is there: what is looked into at once need not be copied.
fn unwrapped(expression: &mut IdedExpr) -> bool {
    let Expr::Call(call) = &mut expression.expr else { return false };
    let inner = if call.func_name == OURS { call.args.pop() } else { None };
    inner.map(|inner| *expression = inner).is_some()
}

fn wrap(expression: &mut IdedExpr, name: &str) {
    let id = expression.id;
    let args = vec![take(expression)];
    let call = CallExpr { func_name: name.to_owned(), target: None, args };
    *expression = IdedExpr { id, expr: Expr::Call(call) };
}

pub(super) fn register(context: &mut Context<'_>) {
    context.add_function(OURS, |value: Value| Ok::<_, ExecutionError>(ours(value)));
    context.add_function(THEIRS, |value: Value| Ok::<_, ExecutionError>(theirs(value)));
    context.add_function(INTO, |value: Value| Ok::<_, ExecutionError>(into(value)));
    context.add_function(INTO_ANY, |value: Value| {
        Ok::<_, ExecutionError>(into(if opened(&value).is_some() { value } else { optional(Some(value)) }))
    });
    context.add_function(KNOWN, |value: Value| {
        Ok::<_, ExecutionError>(optional(Some(value).filter(|value| *value != Value::Null)))
    });
    context.add_function(HAS, |value: Value, name: Arc<String>| has(&value, name));
    context.add_function("optional.none", |_: &FunctionContext<'_, '_>| maybe(None));
    context.add_function("optional.of", |value: Value| maybe(Some(value)));
    context.add_function("optional.ofNonZeroValue", |value: Value| {
        maybe(Some(value).filter(|value| !value.is_zero()))
    });
    context.add_function("optional.unwrap", |items: Arc<Vec<Value>>| unwrap(&items));
    context.add_function("unwrapOpt", |This(items): This<Arc<Vec<Value>>>| unwrap(&items));
    context.add_function("first", |This(items): This<Arc<Vec<Value>>>| maybe(items.first().cloned()));
    context.add_function("last", |This(items): This<Arc<Vec<Value>>>| maybe(items.last().cloned()));
    context.add_function(HAS_VALUE, |This(this): This<Value>| known(&this).map(|inner| inner.is_some()));
    context.add_function(VALUE, |This(this): This<Value>| {
        known(&this)?
            .cloned()
            .ok_or_else(|| ExecutionError::function_error(VALUE, "optional.none() dereference"))
    });
    context.add_function("or", |call: &FunctionContext<'_, '_>, This(this): This<Value>| {
        match known(&this)? {
            Some(_) => Ok(this),
            None => otherwise(call),
        }
    });
    context.add_function("orValue", |call: &FunctionContext<'_, '_>, This(this): This<Value>| {
        known(&this)?.cloned().map_or_else(|| otherwise(call), Ok)
    });
}

fn maybe(value: Option<Value>) -> Arc<dyn Opaque> {
    Arc::new(Maybe(value))
}

/// [`OURS`]
fn ours(value: Value) -> Value {
    match <&OptionalValue>::try_from(&value) {
        Ok(theirs) => optional(theirs.value().cloned()),
        Err(_) => value,
    }
}

/// [`THEIRS`]
fn theirs(value: Value) -> Value {
    match opened(&value) {
        Some(inner) => {
            let theirs = inner.cloned().map_or_else(OptionalValue::none, OptionalValue::of);
            Value::Opaque(Arc::new(theirs))
        }
        None => value,
    }
}

/// [`INTO`]
fn into(value: Value) -> Value {
    match opened(&value) {
        Some(Some(Value::Map(_) | Value::List(_))) => theirs(value),
        Some(_) => theirs(optional(None)),
        None => value,
    }
}

/// [`HAS`]
fn has(value: &Value, name: Arc<String>) -> bool {
    let there = opened(value).unwrap_or(Some(value));
    matches!(there, Some(Value::Map(map)) if map.map.contains_key(&Key::String(name)))
}

fn known(value: &Value) -> Result<Option<&Value>, ExecutionError> {
    opened(value).ok_or(ExecutionError::NoSuchOverload)
}

/// What stands in for what is absent; it is not asked before.
fn otherwise(call: &FunctionContext<'_, '_>) -> Result<Value, ExecutionError> {
    Value::resolve(call.args.first().ok_or(ExecutionError::NoSuchOverload)?, call.ptx)
}

fn unwrap(items: &[Value]) -> Result<Value, ExecutionError> {
    let there: Vec<Option<&Value>> = items.iter().map(known).collect::<Result<_, _>>()?;
    Ok(Value::List(Arc::new(there.into_iter().flatten().cloned().collect())))
}
