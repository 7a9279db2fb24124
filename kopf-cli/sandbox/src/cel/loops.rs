//! Loops that one error does not decide: what holds for some is not refused for others that cannot be told.
//!
//! `all` and `exists` go on after an error, and it counts only where nothing after it decides. The evaluator ends with the
//! first error; so here an error is kept as if it were a value, until the loop has ended.

use std::sync::Arc;

use kube_cel::cel::{
    Context, ExecutionError, FunctionContext, IdedExpr, Value,
    common::ast::{CallExpr, ComprehensionExpr, Expr, operators},
    extractors::This,
    objects::Opaque,
};

const AND: &str = "@and";
const OR: &str = "@or";
const SETTLE: &str = "@settle";

/// An error that is to be forgotten if something decides yet.
#[derive(Debug)]
struct Kept(ExecutionError);

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Kept {}

impl Opaque for Kept {
    fn runtime_type_name(&self) -> &'static str {
        "kopf.Kept"
    }
}

/// Has a loop go on after errors, if it is `all` or `exists`.
pub(super) fn tolerate(inner: &mut ComprehensionExpr) {
    let Expr::Call(step) = &mut inner.loop_step.expr else { return };
    let gathers =
        matches!(step.args.first().map(|arg| &arg.expr), Some(Expr::Ident(name)) if *name == inner.accu_var);
    let name = match step.func_name.as_str() {
        operators::LOGICAL_AND if gathers => AND,
        operators::LOGICAL_OR if gathers => OR,
        _ => return,
    };
    name.clone_into(&mut step.func_name);
    let result = std::mem::take(&mut inner.result);
    let id = result.id;
    let settle = CallExpr { func_name: SETTLE.to_owned(), target: None, args: vec![result] };
    inner.result = IdedExpr { id, expr: Expr::Call(settle) };
}

pub(super) fn register(context: &mut Context<'_>) {
    context.add_function(AND, |call: &FunctionContext<'_, '_>| Ok::<_, ExecutionError>(gather(call, false)));
    context.add_function(OR, |call: &FunctionContext<'_, '_>| Ok::<_, ExecutionError>(gather(call, true)));
    context.add_function(SETTLE, |This(found): This<Value>| match kept(&found) {
        Some(error) => Err(error),
        None => Ok(found),
    });
}

/// What is known after one more, where `decisive` decides.
fn gather(call: &FunctionContext<'_, '_>, decisive: bool) -> Value {
    let found = |index: usize| call.args.get(index).map(|arg| Value::resolve(arg, call.ptx));
    match (found(0), found(1)) {
        (Some(Ok(Value::Bool(known))), _) if known == decisive => Value::Bool(decisive),
        (_, Some(Ok(Value::Bool(one)))) if one == decisive => Value::Bool(decisive),
        (Some(Ok(known)), Some(Ok(Value::Bool(_)))) => known,
        (Some(Ok(known)), _) if kept(&known).is_some() => known,
        (_, Some(Err(error))) | (Some(Err(error)), _) => Value::Opaque(Arc::new(Kept(error))),
        _ => Value::Opaque(Arc::new(Kept(ExecutionError::NoSuchOverload))),
    }
}

fn kept(value: &Value) -> Option<ExecutionError> {
    let Value::Opaque(opaque) = value else { return None };
    opaque.downcast_ref::<Kept>().map(|Kept(error)| error.clone())
}
