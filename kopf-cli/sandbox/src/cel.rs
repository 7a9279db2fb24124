//! Expressions in CEL, whoever has them: compiled once, and evaluated with variables of their own.

use std::{
    cell::RefCell,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use fields::How;
use kube_cel::{
    KubeCelExt,
    cel::{self, Context, ExecutionError, IdedExpr, parser::Parser},
};

use crate::{json::with_stack, schema::from_cel};

mod authorizer;
mod check;
mod fields;
mod go_patterns;
mod loops;
mod naming;
mod nesting;
mod optionals;
mod pairs;
mod told;

#[cfg(test)]
mod tests;

pub(crate) use authorizer::{REQUEST_RESOURCE, authorizer};
pub(crate) use check::{Fields, Plain, Type, Variables, check};
pub(crate) use go_patterns::translated;
pub(crate) use optionals::optional;
use told::told;

/// What a stack has to hold for any expression that is not too deep, in levels of values.
const LEVELS: usize = 2_000;

/// What the evaluator takes of a stack for an expression in another one, at the most: it is not frugal in unoptimized builds.
const STACK_PER_EXPRESSION: usize = 48 * 1024;
const STACK_AT_LEAST: usize = 256 * 1024;

/// How much work the expressions of one request may make, in values that they look at.
pub(crate) const BUDGET: u64 = 10_000_000;

/// An expression that has been compiled.
#[derive(Debug)]
pub(crate) struct Program {
    written: IdedExpr,
    run: IdedExpr,
    /// How many expressions are in each other.
    depth: usize,
}

impl Program {
    /// The expression as it was written.
    pub(crate) fn expression(&self) -> &IdedExpr {
        &self.written
    }

    fn execute(&self, context: &Context<'_>) -> Result<cel::Value, ExecutionError> {
        match cel::Value::resolve(&self.run, context) {
            // It may be that a field of nothing was asked for: then the error names the field.
            Err(ExecutionError::NoSuchOverload) => {
                let slowly = fields::without_selections(self.written.clone(), How::Calling);
                cel::Value::resolve(&slowly, context)
            }
            outcome => outcome,
        }
    }
}

/// # Errors
///
/// Why it is no expression, in the server's words as far as they are known.
pub(crate) fn compile(source: &str) -> Result<Program, String> {
    nesting::check(source).map_err(|why| format!("compilation failed: {why}"))?;
    with_room(|| parse(source))
}

/// Works on an expression that has been compiled, with room for any that is not too deep.
pub(crate) fn with_room<T>(work: impl FnOnce() -> T) -> T {
    with_stack(LEVELS, work)
}

fn parse(source: &str) -> Result<Program, String> {
    // The parser is not ours: should it ever give up, the rule is refused, not the server ended.
    let parser = || Parser::default().enable_optional_syntax(true);
    let parsed = catch_unwind(AssertUnwindSafe(|| parser().parse(&check::without_pairs(source))));
    match parsed {
        Ok(Ok(mut written)) => {
            if let Err(why) = pairs::expand(&mut written) {
                return Err(check::misused_macros(source).unwrap_or(why));
            }
            let run = fields::without_selections(written.clone(), How::Indexing);
            // It is the deeper one.
            let mut slowly = fields::without_selections(written.clone(), How::Calling);
            Ok(Program { depth: depth(&mut slowly), written, run })
        }
        Ok(Err(errors)) => {
            // The parser tells less of macros than a server does.
            if let Some(why) = check::misused_macros(source) {
                return Err(why);
            }
            let place = |number: isize| usize::try_from(number).unwrap_or_default();
            let all = errors.errors.iter();
            let all = all.map(|fault| told(source, place(fault.pos.0), place(fault.pos.1 - 1), &fault.msg));
            Err(format!("compilation failed: {}", all.collect::<Vec<_>>().join("\n")))
        }
        Err(_) => Err("compilation failed: the expression cannot be parsed".to_owned()),
    }
}

fn depth(expression: &mut IdedExpr) -> usize {
    let inner = fields::children(&mut expression.expr).into_iter();
    1 + inner.map(depth).max().unwrap_or_default()
}

/// Evaluates an expression with the variables that `bind` gives it.
///
/// # Errors
///
/// What the evaluator says, in the server's words.
pub(crate) fn run(
    program: &Program,
    bind: impl FnOnce(&mut Context<'_>) -> Result<(), ExecutionError>,
) -> Result<cel::Value, String> {
    let evaluate = |functions: &Context<'static>| {
        let mut context = functions.new_inner_scope();
        bind(&mut context)?;
        program.execute(&context)
    };
    // As of the parser: what the evaluator cannot do is a refusal of the object.
    let stack = STACK_AT_LEAST + program.depth * STACK_PER_EXPRESSION;
    let evaluated = stacker::maybe_grow(stack, stack, || {
        catch_unwind(AssertUnwindSafe(|| FUNCTIONS.with_borrow(evaluate)))
    });
    match evaluated {
        Ok(outcome) => outcome.map_err(|error| explain(&error)),
        Err(_) => Err("the rule could not be evaluated".to_owned()),
    }
}

thread_local! {
    /// All functions that rules may call; to register them takes longer than most rules do.
    static FUNCTIONS: RefCell<Context<'static>> = RefCell::new(functions());
}

fn functions() -> Context<'static> {
    let mut context = Context::default().with_all();
    context.add_function("type", |value: cel::Value| type_of(&value).to_owned());
    context.add_function("dyn", |value: cel::Value| Ok::<_, ExecutionError>(value));
    context.add_function(fields::SELECT, |value: cel::Value, name: Arc<String>| fields::select(&value, name));
    authorizer::register(&mut context);
    go_patterns::register(&mut context);
    loops::register(&mut context);
    naming::register(&mut context);
    optionals::register(&mut context);
    pairs::register(&mut context);
    for name in TYPES {
        context.add_variable_from_value(name, name);
    }
    context.add_variable_from_value("net", HashMap::from([("IP", IP), ("CIDR", CIDR)]));
    context
}

/// The types that rules may compare with; each is its name.
const TYPES: [&str; 10] =
    ["bool", "bytes", "double", "int", "list", "map", "null_type", OPTIONAL, "string", "uint"];
const OPTIONAL: &str = "optional_type";
const IP: &str = "net.IP";
const CIDR: &str = "net.CIDR";

pub(crate) fn type_of(value: &cel::Value) -> &'static str {
    match value {
        cel::Value::Bool(_) => "bool",
        cel::Value::Bytes(_) => "bytes",
        cel::Value::Float(_) => "double",
        cel::Value::Int(_) => "int",
        cel::Value::List(_) => "list",
        cel::Value::Map(_) => "map",
        cel::Value::Null => "null_type",
        cel::Value::String(_) => "string",
        cel::Value::UInt(_) => "uint",
        cel::Value::Opaque(_) if optionals::opened(value).is_some() => OPTIONAL,
        cel::Value::Opaque(opaque) if opaque.runtime_type_name() == IP => IP,
        cel::Value::Opaque(opaque) if opaque.runtime_type_name() == CIDR => CIDR,
        _ => "opaque",
    }
}

/// An error in the words of the server's evaluator.
fn explain(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::IndexOutOfBounds(index) => {
            format!("index out of bounds: {}", from_cel(index).unwrap_or_default())
        }
        ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
        ExecutionError::FunctionError { function, message }
            if [pairs::INSERT, optionals::VALUE].contains(&function.as_str()) =>
        {
            message.clone()
        }
        ExecutionError::NoSuchOverload
        | ExecutionError::UnsupportedBinaryOperator(..)
        | ExecutionError::UnsupportedUnaryOperator(..)
        | ExecutionError::ValuesNotComparable(..)
        | ExecutionError::UnexpectedType { .. }
        | ExecutionError::UnsupportedTargetType { .. } => "no such overload".to_owned(),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
        }
    }
}
