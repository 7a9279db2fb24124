//! What calls stand for that are no calls: `has`, and loops of all kinds.

use std::sync::Arc;

use kube_cel::cel::Value;

use super::{
    parse::Making,
    tree::{Kind, Loop, Node},
};

/// What a loop has come to so far.
const RESULT: &str = "@result";
/// The same, in expressions of long ago.
const OLD_RESULT: &str = "__result__";
/// The variable of a loop that goes over nothing: it is there to give something a name.
const UNUSED: &str = "#unused";
const SORTED: &str = "@__sortBy_input__";

/// A call of a function without a target, or what it stands for.
pub(crate) fn call(making: &mut Making, at: usize, name: String, mut args: Vec<Node>) -> Node {
    if name != "has" || args.len() != 1 {
        return making.node(at, Kind::Call { name, target: None, args });
    }
    match args.pop() {
        Some(Node { kind: Kind::Field { of, name, .. }, .. }) => {
            making.node(at, Kind::Field { of, name, asks: true })
        }
        other => making.wrong(other.map_or(at, |arg| arg.at), "invalid argument to has() macro".to_owned()),
    }
}

/// A call of a function of something, or what it stands for.
pub(crate) fn member_call(
    making: &mut Making,
    at: usize,
    name: String,
    target: Node,
    args: Vec<Node>,
) -> Node {
    let (one, two) = match (name.as_str(), args.len()) {
        ("all" | "exists" | "exists_one" | "filter" | "optMap" | "optFlatMap" | "sortBy", 2)
        | ("map", 2 | 3) => (true, false),
        ("all" | "exists" | "exists_one" | "existsOne", 3)
        | ("transformList" | "transformMap" | "transformMapEntry", 3 | 4) => (false, true),
        _ => (false, false),
    };
    let wanted = match name.as_str() {
        "map" | "filter" | "sortBy" => "argument is not an identifier".to_owned(),
        "optMap" | "optFlatMap" => format!("{name}() variable name must be a simple identifier"),
        _ => "argument must be a simple name".to_owned(),
    };
    let mut making = At { making, at };
    match (one, two) {
        (true, _) => {
            let mut args = args.into_iter();
            let Some(first) = args.next() else { return making.wrong(at, wanted) };
            match making.variable(&first, wanted) {
                Err(wrong) => wrong,
                Ok(variable) => making.over_one(&name, target, (variable, first), args.collect()),
            }
        }
        (_, true) => {
            let mut args = args.into_iter();
            let (Some(first), Some(second)) = (args.next(), args.next()) else {
                return making.wrong(at, wanted);
            };
            let variables = making
                .variable(&first, wanted.clone())
                .and_then(|name| making.variable(&second, wanted).map(|other| (name, other)));
            match variables {
                Err(wrong) => wrong,
                Ok((one, other)) if one == other => {
                    making.wrong(second.at, format!("duplicate variable name: {one}"))
                }
                Ok(variables) => making.over_pairs(&name, target, variables, args.collect()),
            }
        }
        _ => {
            let joined = target.qualified().map(|prefix| format!("{prefix}.{name}"));
            let is_function = making.making.is_function;
            match joined.filter(|joined| is_function(joined.trim_start_matches('.'))) {
                Some(name) => making.node(Kind::Call { name, target: None, args }),
                None => making.node(Kind::Call { name, target: Some(Box::new(target)), args }),
            }
        }
    }
}

fn may_be_a_list(kind: &Kind) -> bool {
    matches!(kind, Kind::List { .. } | Kind::Field { .. } | Kind::Name(_) | Kind::Loop(_) | Kind::Call { .. })
}

/// Makes parts that are all told of at the same place.
struct At<'m> {
    making: &'m mut Making,
    at: usize,
}

impl At<'_> {
    fn node(&mut self, kind: Kind) -> Node {
        self.making.node(self.at, kind)
    }

    fn literal(&mut self, value: Value) -> Node {
        self.making.literal(self.at, value)
    }

    fn wrong(&mut self, at: usize, what: String) -> Node {
        self.making.wrong(at, what)
    }

    fn call<const N: usize>(&mut self, name: &str, args: [Node; N]) -> Node {
        self.making.call(self.at, name, args.into())
    }

    fn call_of<const N: usize>(&mut self, name: &str, target: Node, args: [Node; N]) -> Node {
        let (name, target) = (name.to_owned(), Some(Box::new(target)));
        self.node(Kind::Call { name, target, args: args.into() })
    }

    fn name(&mut self, name: &str) -> Node {
        self.node(Kind::Name(name.to_owned()))
    }

    fn result(&mut self) -> Node {
        self.name(RESULT)
    }

    fn number(&mut self, number: i64) -> Node {
        self.literal(Value::Int(number))
    }

    fn list(&mut self, items: Vec<Node>) -> Node {
        self.node(Kind::List { items, optional: Vec::new() })
    }

    fn a_loop(&mut self, over: (Node, String, Option<String>), parts: [Node; 4]) -> Node {
        let (range, first, second) = over;
        let [init, condition, step, result] = parts;
        let so_far = RESULT.to_owned();
        self.node(Kind::Loop(Box::new(Loop { range, first, second, so_far, init, condition, step, result })))
    }

    /// Gives something a name within an expression.
    fn naming(&mut self, name: &str, what: Node, within: Node) -> Node {
        let (range, condition, step) =
            (self.list(Vec::new()), self.literal(Value::Bool(false)), self.name(name));
        let (first, so_far) = (UNUSED.to_owned(), name.to_owned());
        let inner = Loop { range, first, second: None, so_far, init: what, condition, step, result: within };
        self.node(Kind::Loop(Box::new(inner)))
    }

    fn variable(&mut self, arg: &Node, wanted: String) -> Result<String, Node> {
        match &arg.kind {
            Kind::Name(name) if name != RESULT && name != OLD_RESULT => Ok(name.clone()),
            Kind::Name(_) => {
                Err(self.wrong(arg.at, "iteration variable overwrites accumulator variable".to_owned()))
            }
            _ => Err(self.wrong(arg.at, wanted)),
        }
    }

    fn chosen(&mut self, filter: Option<Node>, step: Node) -> Node {
        match filter {
            None => step,
            Some(filter) => {
                let result = self.result();
                self.call("_?_:_", [filter, step, result])
            }
        }
    }

    /// What begins, goes on, and ends `all`, `exists` and the like.
    fn judging(&mut self, name: &str, what: Node) -> [Node; 4] {
        let (so_far, result) = (self.result(), self.result());
        match name {
            "all" => {
                let condition = self.result();
                let condition = self.call("@not_strictly_false", [condition]);
                [self.literal(Value::Bool(true)), condition, self.call("_&&_", [so_far, what]), result]
            }
            "exists" => {
                let condition = self.result();
                let condition = self.call("!_", [condition]);
                let condition = self.call("@not_strictly_false", [condition]);
                [self.literal(Value::Bool(false)), condition, self.call("_||_", [so_far, what]), result]
            }
            _ => {
                let (one, only) = (self.number(1), self.number(1));
                let one_more = self.call("_+_", [so_far, one]);
                let step = self.chosen(Some(what), one_more);
                [self.number(0), self.literal(Value::Bool(true)), step, self.call("_==_", [result, only])]
            }
        }
    }

    /// What begins, goes on, and ends a loop that makes a list.
    fn gathering(&mut self, filter: Option<Node>, item: Node) -> [Node; 4] {
        let (so_far, item) = (self.result(), self.list(vec![item]));
        let step = self.call("_+_", [so_far, item]);
        let step = self.chosen(filter, step);
        [self.list(Vec::new()), self.literal(Value::Bool(true)), step, self.result()]
    }

    fn over_one(
        &mut self,
        name: &str,
        target: Node,
        (variable, first): (String, Node),
        mut args: Vec<Node>,
    ) -> Node {
        let Some(what) = args.pop() else { return self.literal(Value::Null) };
        let filter = args.pop();
        match name {
            "map" => {
                let parts = self.gathering(filter, what);
                self.a_loop((target, variable, None), parts)
            }
            "filter" => {
                let parts = self.gathering(Some(what), first);
                self.a_loop((target, variable, None), parts)
            }
            "optMap" | "optFlatMap" => {
                let (at, node) = (target.at, Arc::new(target));
                let again = self.making.node(at, Kind::Shared { node: Arc::clone(&node), again: true });
                let target = self.making.node(at, Kind::Shared { node, again: false });
                let there = self.call_of("hasValue", target, []);
                let value = self.call_of("value", again, []);
                let inner = self.naming(&variable, value, what);
                let some = if name == "optMap" { self.call("optional.of", [inner]) } else { inner };
                let none = self.call("optional.none", []);
                self.call("_?_:_", [there, some, none])
            }
            "sortBy" if !may_be_a_list(&target.kind) => {
                let what = "sortBy can only be applied to a list, identifier, comprehension, call or select expression";
                self.wrong(target.at, what.to_owned())
            }
            "sortBy" => {
                let (range, sorted) = (self.name(SORTED), self.name(SORTED));
                let parts = self.gathering(None, what);
                let keys = self.a_loop((range, variable, None), parts);
                let sorted = self.call_of("@sortByAssociatedKeys", sorted, [keys]);
                self.naming(SORTED, target, sorted)
            }
            _ => {
                let parts = self.judging(name, what);
                self.a_loop((target, variable, None), parts)
            }
        }
    }

    fn over_pairs(
        &mut self,
        name: &str,
        target: Node,
        variables: (String, String),
        mut args: Vec<Node>,
    ) -> Node {
        let Some(what) = args.pop() else { return self.literal(Value::Null) };
        let filter = args.pop();
        let parts = match name {
            "transformList" => self.gathering(filter, what),
            "transformMap" | "transformMapEntry" => {
                let so_far = self.result();
                let step = if name == "transformMap" {
                    let key = self.name(&variables.0);
                    self.call("cel.@mapInsert", [so_far, key, what])
                } else {
                    self.call("cel.@mapInsert", [so_far, what])
                };
                let step = self.chosen(filter, step);
                [self.node(Kind::Map(Vec::new())), self.literal(Value::Bool(true)), step, self.result()]
            }
            _ => self.judging(name, what),
        };
        self.a_loop((target, variables.0, Some(variables.1)), parts)
    }
}
