//! Patterns that are written out, and are none.

use crate::{
    cel::syntax::{Kind, Node},
    patterns::fault,
};

/// Why an expression cannot be made ready to run: a pattern in it that is none.
pub(super) fn unready(node: &Node) -> Option<String> {
    let inner = node.parts().into_iter().find_map(unready);
    let Kind::Call { name, target, args } = &node.kind else { return inner };
    let pattern = match (name.as_str(), target, args.as_slice()) {
        ("find" | "findAll" | "matches", Some(_), [pattern, ..]) | ("matches", None, [_, pattern]) => pattern,
        _ => return inner,
    };
    inner.or_else(|| Some(format!("program instantiation failed: {}", fault(pattern.text()?)?)))
}
