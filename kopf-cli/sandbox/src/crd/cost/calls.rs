//! What functions and operators cost, and what they answer.

mod library;
mod lists;
mod operators;
mod texts;

use super::{
    parts::{Part, Type},
    path::Path,
};

/// A call with its arguments.
struct Call<'a, 'c> {
    name: &'c str,
    target: Option<&'c Part<'a>>,
    args: &'c [Part<'a>],
    /// From the place of a list to that of its items.
    element: &'c dyn Fn(&Path<'a>) -> Path<'a>,
}

impl<'a> Call<'a, '_> {
    /// What it costs to work out what it is of.
    fn before(&self) -> u64 {
        self.target.into_iter().chain(self.args).fold(0, |sum, part| sum.saturating_add(part.cost))
    }

    /// What it answers, of a type and at a cost of its own.
    fn part(&self, own: u64, kind: Type<'a>) -> Part<'a> {
        Part::new(self.before().saturating_add(own), kind, Path::Nowhere, None)
    }
}

/// A call with its arguments; `element` goes from the place of a list to that of its items.
pub(super) fn call<'a>(
    name: &str,
    target: Option<&Part<'a>>,
    args: &[Part<'a>],
    element: &dyn Fn(&Path<'a>) -> Path<'a>,
) -> Part<'a> {
    let call = Call { name, target, args, element };
    let priced = [operators::priced, texts::priced, lists::priced, library::priced];
    let found = priced.iter().find_map(|priced| priced(&call));
    found.unwrap_or_else(|| call.part(1, answered(&call)))
}

/// The type of what functions answer that cost no more than to be called.
fn answered<'a>(call: &Call<'a, '_>) -> Type<'a> {
    let inner = || call.target.map_or(Type::Unknown, |target| target.kind.element());
    match call.name {
        "string" | "charAt" | "getScheme" | "getHostname" | "getHost" | "getPort" | "getEscapedPath" => {
            Type::Text
        }
        "getQuery" => Type::Map(Box::new(Type::List(Box::new(Type::Text)))),
        "value" | "orValue" => inner(),
        "optional.of" | "optional.ofNonZeroValue" => {
            Type::Optional(Box::new(call.args.first().map_or(Type::Unknown, |arg| arg.kind.clone())))
        }
        "masked" | "prefixLength" | "add" | "sub" | "ip" => Type::Library,
        "type" | "optional.none" | "format.named" => Type::Other,
        "_[?_]" => {
            let whole = call.args.first().map_or(Type::Unknown, |whole| whole.kind.unwrapped());
            Type::Optional(Box::new(whole.element()))
        }
        "first" | "last" => Type::Optional(Box::new(inner())),
        "or" => call.target.map_or(Type::Unknown, |target| target.kind.clone()),
        "_?._" | "optMap" | "optFlatMap" => Type::Optional(Box::new(Type::Unknown)),
        _ => Type::Scalar,
    }
}
