//! Loops with two variables: over the keys and values of a map, over the places and items of a list.
//!
//! The parser takes them for calls of functions that nobody has, and the evaluator binds one variable. So such a call becomes
//! the loop that it is on a server ([`expand`]), and to be run the loop becomes a call ([`call`]), which binds both.

use std::{mem::take, sync::Arc};

use kube_cel::cel::{
    Context, ExecutionError, FunctionContext, IdedExpr, Value,
    common::ast::{CallExpr, ComprehensionExpr, Expr, ListExpr, LiteralValue, MapExpr, operators},
    objects::Key,
};

use super::{fields::children, naming};

/// What a loop has come to so far.
const RESULT: &str = "@result";
/// The function that goes through pairs.
const EACH: &str = "@each";
/// The function that adds to a map, by the name that a server has for it.
pub(super) const INSERT: &str = "cel.@mapInsert";

/// Has calls that stand for a loop with two variables be that loop.
///
/// # Errors
///
/// Which is none, though it is called like one.
pub(super) fn expand(expression: &mut IdedExpr) -> Result<(), String> {
    for inner in children(&mut expression.expr) {
        expand(inner)?;
    }
    let id = expression.id;
    let Expr::Call(call) = &mut expression.expr else { return Ok(()) };
    if let Some(named) = naming::expanded(id, call) {
        expression.expr = named;
        return Ok(());
    }
    let known = match call.func_name.as_str() {
        "all" | "exists" | "existsOne" | "exists_one" => call.args.len() == 3,
        "transformList" | "transformMap" | "transformMapEntry" => matches!(call.args.len(), 3 | 4),
        _ => false,
    };
    let Some(range) = call.target.take_if(|_| known) else { return Ok(()) };
    let mut args = take(&mut call.args).into_iter();
    let mut variable = || match args.next() {
        Some(IdedExpr { expr: Expr::Ident(name), .. }) => Ok(name),
        _ => Err("argument must be a simple name".to_owned()),
    };
    let (first, second) = (variable()?, variable()?);
    if first == second {
        return Err(format!("duplicate variable name: {first}"));
    }
    let name = take(&mut call.func_name);
    let making = Making(expression.id);
    expression.expr = making.a_loop(&name, *range, (first, second), args.collect());
    Ok(())
}

/// Makes expressions that stand where a call did.
struct Making(u64);

impl Making {
    fn of(&self, expr: Expr) -> IdedExpr {
        IdedExpr { id: self.0, expr }
    }

    fn call<const N: usize>(&self, name: &str, args: [IdedExpr; N]) -> IdedExpr {
        self.of(Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args: args.into() }))
    }

    fn name(&self, name: &str) -> IdedExpr {
        self.of(Expr::Ident(name.to_owned()))
    }

    fn a_loop(
        &self,
        name: &str,
        range: IdedExpr,
        variables: (String, String),
        mut args: Vec<IdedExpr>,
    ) -> Expr {
        let boolean = |value: bool| self.of(Expr::Literal(LiteralValue::Boolean(value.into())));
        let number = |value: i64| self.of(Expr::Literal(LiteralValue::Int(value.into())));
        let result = || self.name(RESULT);
        let until = |decided: IdedExpr| self.call(operators::NOT_STRICTLY_FALSE, [decided]);
        let what = args.pop().unwrap_or_else(|| boolean(true));
        let chosen = |filter: Option<IdedExpr>, step: IdedExpr| match filter {
            Some(filter) => self.call(operators::CONDITIONAL, [filter, step, result()]),
            None => step,
        };
        let (init, condition, step, result) = match name {
            "all" => {
                let step = self.call(operators::LOGICAL_AND, [result(), what]);
                (boolean(true), until(result()), step, result())
            }
            "exists" => {
                let none_yet = self.call(operators::LOGICAL_NOT, [result()]);
                let step = self.call(operators::LOGICAL_OR, [result(), what]);
                (boolean(false), until(none_yet), step, result())
            }
            "transformList" => {
                let step =
                    self.call(operators::ADD, [result(), self.of(Expr::List(ListExpr::new(vec![what])))]);
                (self.of(Expr::List(ListExpr::default())), boolean(true), chosen(args.pop(), step), result())
            }
            "transformMap" => {
                let step = self.call(INSERT, [result(), self.name(&variables.0), what]);
                (self.of(Expr::Map(MapExpr::default())), boolean(true), chosen(args.pop(), step), result())
            }
            "transformMapEntry" => {
                let step = self.call(INSERT, [result(), what]);
                (self.of(Expr::Map(MapExpr::default())), boolean(true), chosen(args.pop(), step), result())
            }
            _ => {
                let one_more = self.call(operators::ADD, [result(), number(1)]);
                let is_one = self.call(operators::EQUALS, [result(), number(1)]);
                (number(0), boolean(true), chosen(Some(what), one_more), is_one)
            }
        };
        Expr::Comprehension(Box::new(ComprehensionExpr {
            iter_range: range,
            iter_var: variables.0,
            iter_var2: Some(variables.1),
            accu_var: RESULT.to_owned(),
            accu_init: init,
            loop_cond: condition,
            loop_step: step,
            result,
        }))
    }
}

/// The call that a loop with two variables becomes; `None` for another.
pub(super) fn call(inner: &mut ComprehensionExpr) -> Option<Expr> {
    let second = inner.iter_var2.take()?;
    let making = Making(inner.iter_range.id);
    let args = vec![
        take(&mut inner.iter_range),
        making.name(&inner.iter_var),
        making.name(&second),
        take(&mut inner.accu_init),
        take(&mut inner.loop_cond),
        take(&mut inner.loop_step),
        take(&mut inner.result),
    ];
    Some(Expr::Call(CallExpr { func_name: EACH.to_owned(), target: None, args }))
}

pub(super) fn register(context: &mut Context<'_>) {
    context.add_function(EACH, |call: &FunctionContext<'_, '_>| each(call));
    context.add_function(INSERT, |call: &FunctionContext<'_, '_>| insert(call));
}

/// [`EACH`]
fn each(call: &FunctionContext<'_, '_>) -> Result<Value, ExecutionError> {
    let [range, first, second, init, condition, step, result] = call.args else {
        return Err(ExecutionError::NoSuchOverload);
    };
    let (Expr::Ident(first), Expr::Ident(second)) = (&first.expr, &second.expr) else {
        return Err(ExecutionError::NoSuchOverload);
    };
    let pairs = pairs(&Value::resolve(range, call.ptx)?)?;
    let init = Value::resolve(init, call.ptx)?;
    let mut context = call.ptx.new_inner_scope();
    context.add_variable_from_value(RESULT, init);
    for (key, value) in pairs {
        if Value::resolve(condition, &context)? != Value::Bool(true) {
            break;
        }
        context.add_variable_from_value(first, key);
        context.add_variable_from_value(second, value);
        let so_far = Value::resolve(step, &context)?;
        context.add_variable_from_value(RESULT, so_far);
    }
    Value::resolve(result, &context)
}

/// What a loop goes over; a map in the order of its keys, so that the same is always found first.
fn pairs(range: &Value) -> Result<Vec<(Value, Value)>, ExecutionError> {
    match range {
        Value::List(items) => {
            let places = (0_i64..).map(Value::Int);
            Ok(places.zip(items.iter().cloned()).collect())
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            Ok(entries.into_iter().map(|(key, value)| (of_key(key), value.clone())).collect())
        }
        _ => Err(ExecutionError::NoSuchOverload),
    }
}

fn of_key(key: &Key) -> Value {
    match key {
        Key::Int(number) => Value::Int(*number),
        Key::Uint(number) => Value::UInt(*number),
        Key::Bool(value) => Value::Bool(*value),
        Key::String(text) => Value::String(Arc::clone(text)),
    }
}

/// [`INSERT`]: of a key and a value, or of all that are in another map.
fn insert(call: &FunctionContext<'_, '_>) -> Result<Value, ExecutionError> {
    let mut args = call.args.iter().map(|arg| Value::resolve(arg, call.ptx));
    let (Some(into), Some(what), value) = (args.next(), args.next(), args.next()) else {
        return Err(ExecutionError::NoSuchOverload);
    };
    let Value::Map(mut into) = into? else { return Err(ExecutionError::NoSuchOverload) };
    let entries = match (what?, value) {
        (key, Some(value)) => vec![(key.try_into().map_err(ExecutionError::UnsupportedKeyType)?, value?)],
        (Value::Map(map), None) => map.map.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        _ => return Err(ExecutionError::NoSuchOverload),
    };
    let map = Arc::make_mut(&mut into.map);
    for (key, value) in entries {
        if map.contains_key(&key) {
            return Err(ExecutionError::function_error(
                INSERT,
                format!("insert failed: key {key} already exists"),
            ));
        }
        map.insert(key, value);
    }
    Ok(Value::Map(into))
}

#[cfg(test)]
mod tests {
    use super::super::compile;

    #[track_caller]
    fn check_refused(source: &str, why: &str) {
        let told = compile(source).unwrap_err();
        assert!(told.starts_with("compilation failed: ERROR: <input>:1:") && told.contains(why), "{told}");
    }

    #[test]
    fn variables_are_two_names() {
        check_refused("self.all(k, k, k > 1)", "duplicate variable name: k");
        check_refused("self.transformList(k, 1, k).size() > 1", "argument must be a simple name");
    }
}
