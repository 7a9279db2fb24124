//! Calls that give what they are called of a name within themselves: `optMap`, `optFlatMap` and `sortBy`.
//!
//! As loops with two variables they are no functions: such a call becomes a loop over nothing, which the evaluator runs for the
//! name alone.

use std::cmp::Ordering;

use kube_cel::cel::{
    Context, ExecutionError, IdedExpr, Value,
    common::ast::{CallExpr, ComprehensionExpr, Expr, ListExpr, LiteralValue, operators},
    extractors::This,
};

/// What a call is of.
const TARGET: &str = "@target";
const RESULT: &str = "@result";
const UNUSED: &str = "#unused";
/// The function that sorts a list by keys that stand in another one.
const SORT: &str = "@sortByAssociatedKeys";

/// What such a call is; `None` where it is another one, or names nothing.
pub(super) fn expanded(id: u64, call: &CallExpr) -> Option<Expr> {
    let making = Making(id);
    let (Some(target), [IdedExpr { expr: Expr::Ident(name), .. }, what]) = (&call.target, &call.args[..])
    else {
        return None;
    };
    let within = match call.func_name.as_str() {
        "optMap" | "optFlatMap" => {
            let value = making.call("value", Some(TARGET), vec![]);
            let inner = making.naming(name, value, what.clone());
            let some = match call.func_name.as_str() {
                "optMap" => making.call("of", Some("optional"), vec![inner]),
                _ => inner,
            };
            let there = making.call("hasValue", Some(TARGET), vec![]);
            let none = making.call("none", Some("optional"), vec![]);
            making.call(operators::CONDITIONAL, None, vec![there, some, none])
        }
        "sortBy" => {
            let keys = making.mapped(name, what.clone());
            making.call(SORT, Some(TARGET), vec![keys])
        }
        _ => return None,
    };
    Some(making.naming(TARGET, (**target).clone(), within).expr)
}

/// Makes expressions that stand where a call did.
struct Making(u64);

impl Making {
    fn of(&self, expr: Expr) -> IdedExpr {
        IdedExpr { id: self.0, expr }
    }

    fn name(&self, name: &str) -> IdedExpr {
        self.of(Expr::Ident(name.to_owned()))
    }

    fn list(&self, items: Vec<IdedExpr>) -> IdedExpr {
        self.of(Expr::List(ListExpr::new(items)))
    }

    fn boolean(&self, value: bool) -> IdedExpr {
        self.of(Expr::Literal(LiteralValue::Boolean(value.into())))
    }

    fn call(&self, name: &str, target: Option<&str>, args: Vec<IdedExpr>) -> IdedExpr {
        let target = target.map(|target| Box::new(self.name(target)));
        self.of(Expr::Call(CallExpr { func_name: name.to_owned(), target, args }))
    }

    fn naming(&self, name: &str, what: IdedExpr, within: IdedExpr) -> IdedExpr {
        self.of(Expr::Comprehension(Box::new(ComprehensionExpr {
            iter_range: self.list(vec![]),
            iter_var: UNUSED.to_owned(),
            iter_var2: None,
            accu_var: name.to_owned(),
            accu_init: what,
            loop_cond: self.boolean(false),
            loop_step: self.name(name),
            result: within,
        })))
    }

    /// A list with what becomes of each item of the target.
    fn mapped(&self, name: &str, what: IdedExpr) -> IdedExpr {
        let one = self.list(vec![what]);
        self.of(Expr::Comprehension(Box::new(ComprehensionExpr {
            iter_range: self.name(TARGET),
            iter_var: name.to_owned(),
            iter_var2: None,
            accu_var: RESULT.to_owned(),
            accu_init: self.list(vec![]),
            loop_cond: self.boolean(true),
            loop_step: self.call(operators::ADD, None, vec![self.name(RESULT), one]),
            result: self.name(RESULT),
        })))
    }
}

pub(super) fn register(context: &mut Context<'_>) {
    context.add_function(SORT, |This(list): This<Value>, keys: Value| sorted(&list, &keys));
}

/// [`SORT`]
fn sorted(list: &Value, keys: &Value) -> Result<Value, ExecutionError> {
    let (Value::List(items), Value::List(keys)) = (list, keys) else {
        return Err(ExecutionError::NoSuchOverload);
    };
    let mut pairs: Vec<(&Value, &Value)> = keys.iter().zip(items.iter()).collect();
    let comparable = |pair: &[(&Value, &Value)]| pair[0].0.partial_cmp(pair[1].0).is_some();
    if !pairs.windows(2).all(comparable) {
        return Err(ExecutionError::NoSuchOverload);
    }
    pairs.sort_by(|(one, _), (other, _)| one.partial_cmp(other).unwrap_or(Ordering::Equal));
    let items: Vec<Value> = pairs.into_iter().map(|(_, item)| item.clone()).collect();
    Ok(Value::List(items.into()))
}
