//! Fields of what has none: the evaluator takes them for `false`, a server for an error.

use std::{mem::take, sync::Arc};

use kube_cel::cel::{
    ExecutionError, IdedExpr, Value,
    common::{
        ast::{CallExpr, EntryExpr, Expr, LiteralValue, SelectExpr, operators},
        types::CelString,
    },
    objects::{Key, Map},
};

use super::{REQUEST_RESOURCE, loops, optionals, pairs};

/// The function that selects, where it has to be told why nothing can be.
pub(super) const SELECT: &str = "@select";

/// How fields are selected instead.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    /// As elements: fast, and an error that does not name the field.
    Indexing,
    /// By [`SELECT`], which copies the value whose field it is.
    Calling,
}

/// The same expression without selections, but for those that ask whether there is a field.
pub(super) fn without_selections(mut expression: IdedExpr, how: How) -> IdedExpr {
    replace(&mut expression, how);
    expression
}

fn replace(expression: &mut IdedExpr, how: How) {
    for inner in children(&mut expression.expr) {
        replace(inner, how);
    }
    if let Expr::Comprehension(inner) = &mut expression.expr {
        loops::tolerate(inner);
        if let Some(call) = pairs::call(inner) {
            expression.expr = call;
        }
    }
    optionals::leave_out(&mut expression.expr);
    if let Expr::Select(SelectExpr { operand, field, test: false }) = &mut expression.expr {
        let name = if let Expr::Ident(name) = &operand.expr { name.as_str() } else { "" };
        if REQUEST_RESOURCE.split_once('.') == Some((name, field)) {
            expression.expr = Expr::Ident(REQUEST_RESOURCE.to_owned());
            return;
        }
        let args = vec![take(&mut **operand), text(expression.id, field)];
        let func_name = match how {
            How::Indexing => operators::INDEX,
            How::Calling => SELECT,
        };
        expression.expr = Expr::Call(CallExpr { func_name: func_name.to_owned(), target: None, args });
    }
    optionals::look_up(expression, how);
    optionals::ask(expression, how);
}

pub(super) fn text(id: u64, text: &str) -> IdedExpr {
    IdedExpr { id, expr: Expr::Literal(LiteralValue::String(CelString::from(text))) }
}

pub(super) fn children(expression: &mut Expr) -> Vec<&mut IdedExpr> {
    match expression {
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).collect(),
        Expr::Comprehension(inner) => vec![
            &mut inner.iter_range,
            &mut inner.accu_init,
            &mut inner.loop_cond,
            &mut inner.loop_step,
            &mut inner.result,
        ],
        Expr::List(list) => list.elements.iter_mut().collect(),
        Expr::Map(map) => map.entries.iter_mut().flat_map(|entry| entry_parts(&mut entry.expr)).collect(),
        Expr::Struct(all) => all.entries.iter_mut().flat_map(|entry| entry_parts(&mut entry.expr)).collect(),
        Expr::Select(select) => vec![&mut *select.operand],
        Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => Vec::new(),
    }
}

fn entry_parts(entry: &mut EntryExpr) -> Vec<&mut IdedExpr> {
    match entry {
        EntryExpr::MapEntry(entry) => vec![&mut entry.key, &mut entry.value],
        EntryExpr::StructField(field) => vec![&mut field.value],
    }
}

/// [`SELECT`]
pub(super) fn select(value: &Value, name: Arc<String>) -> Result<Value, ExecutionError> {
    let field = |map: &Map| map.map.get(&Key::String(Arc::clone(&name))).cloned();
    match (optionals::opened(value), value) {
        (Some(Some(Value::Map(map))), _) => return Ok(optionals::optional(field(map))),
        (Some(_), _) => return Ok(optionals::optional(None)),
        // What else is no plain value has functions of its own.
        (None, Value::Opaque(_)) => return Err(ExecutionError::NoSuchOverload),
        (None, Value::Map(map)) => field(map),
        _ => None,
    }
    .ok_or(ExecutionError::NoSuchKey(name))
}
