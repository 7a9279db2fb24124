//! What an expression speaks of, and how much work it may make.

use kube_cel::cel::{
    IdedExpr,
    common::ast::{EntryExpr, Expr},
};

/// Whether a variable is mentioned anywhere.
pub(crate) fn mentions(expression: &IdedExpr, name: &str) -> bool {
    let mut found = false;
    visit(&expression.expr, &mut |inner| found |= matches!(inner, Expr::Ident(said) if said == name));
    found
}

/// How much work an expression may make, as far as it tells that by itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Work {
    /// How many loops stand inside of each other.
    loops: u32,
    /// How many values stand in lists and maps that are written out in it.
    written: u64,
}

impl Work {
    pub(crate) fn of(expression: &IdedExpr) -> Self {
        let mut written = 0;
        visit(&expression.expr, &mut |expression| {
            written += match expression {
                Expr::List(list) => list.elements.len() as u64,
                Expr::Map(map) => map.entries.len() as u64,
                _ => 0,
            };
        });
        Work { loops: loops(expression), written }
    }

    /// How many values it looks at at the most, where it is given so many.
    pub(crate) fn on(self, size: u64) -> u64 {
        size.saturating_add(self.written).saturating_pow(self.loops.max(1))
    }
}

fn loops(expression: &IdedExpr) -> u32 {
    let mut deepest = 0;
    for inner in children(&expression.expr) {
        deepest = deepest.max(loops(inner));
    }
    let goes_on = |range: &IdedExpr| !matches!(&range.expr, Expr::List(list) if list.elements.is_empty());
    deepest + u32::from(matches!(&expression.expr, Expr::Comprehension(inner) if goes_on(&inner.iter_range)))
}

fn visit<'a>(expression: &'a Expr, look: &mut impl FnMut(&'a Expr)) {
    look(expression);
    for inner in children(expression) {
        visit(&inner.expr, look);
    }
}

fn children(expression: &Expr) -> Vec<&IdedExpr> {
    match expression {
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).collect(),
        Expr::Comprehension(inner) => {
            vec![&inner.iter_range, &inner.accu_init, &inner.loop_cond, &inner.loop_step, &inner.result]
        }
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map
            .entries
            .iter()
            .flat_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                EntryExpr::StructField(field) => vec![&field.value],
            })
            .collect(),
        Expr::Select(select) => vec![&*select.operand],
        _ => Vec::new(),
    }
}
