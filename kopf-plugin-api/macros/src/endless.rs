//! Finds daemons that would never end, for they loop and cannot hear that they are to stop.
//!
//! Only what cannot be otherwise is told of: a `loop` or a `while true` that is never left, in a function without a
//! `Stopped` argument, where it cannot be interrupted either: in a function that blocks, or in an asynchronous one
//! that does not wait for anything in the loop.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Error, ItemFn, Type};

/// What is wrong with a daemon that would never end.
pub(crate) fn check(function: &ItemFn, arguments: &[&Type]) -> Option<Error> {
    if arguments.iter().any(|argument| may_tell(argument)) {
        return None;
    }
    let found = endless(function.block.to_token_stream())?;
    let (keyword, wait) = match function.sig.asyncness {
        Some(_) => ("async fn", "wait(Duration::from_secs(60)).await"),
        None => ("fn", "wait_blocking(Duration::from_secs(60))"),
    };
    let name = &function.sig.ident;
    let message = format!(
        "the daemon `{name}` would never end, and hold its object for as long: take the flag, as in `{keyword} \
         {name}(stopped: Stopped)`, and write `while !stopped.{wait} {{ … }}` instead of the loop"
    );
    Some(Error::new(found, message))
}

/// Whether an argument may be what tells a daemon to stop: the flag itself, or a type of the author's own.
fn may_tell(argument: &Type) -> bool {
    const OTHERS: [&str; 27] = [
        "Annotations",
        "Body",
        "Client",
        "Context",
        "Diff",
        "Index",
        "Labels",
        "Latest",
        "Meta",
        "Name",
        "Namespace",
        "New",
        "Old",
        "Param",
        "Patch",
        "RawEvent",
        "Reason",
        "Results",
        "Retry",
        "Runtime",
        "Spec",
        "Started",
        "Status",
        "Typed",
        "TypedSpec",
        "TypedStatus",
        "Uid",
    ];
    let Type::Path(path) = argument else { return true };
    path.path.segments.last().is_none_or(|last| OTHERS.iter().all(|other| last.ident != other))
}

/// The keyword of the first loop that is never left.
///
/// Tokens are looked at, not what they mean, so that in doubt there is a way out. What is inside of a closure, an `async`
/// block, another function or a macro may run elsewhere, and is passed over.
fn endless(tokens: TokenStream) -> Option<Span> {
    // Behind `|` there may be a closure, up to the end of the statement or of the argument.
    let mut elsewhere = false;
    let mut last = String::new();
    let mut before = String::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                ';' | ',' => elsewhere = false,
                '|' => elsewhere = true,
                _ => {}
            },
            TokenTree::Ident(word) if word == "fn" || word == "async" => elsewhere = true,
            TokenTree::Group(group) => {
                let is_endless = last == "loop" || (last == "true" && before == "while");
                let body = group.stream();
                match () {
                    () if elsewhere => elsewhere = group.delimiter() != Delimiter::Brace,
                    () if last == "!" => {}
                    () if is_endless && !has_exit(body.clone()) => return Some(group.span_open()),
                    () => {
                        if let Some(found) = endless(body) {
                            return Some(found);
                        }
                    }
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => {}
        }
        before = std::mem::replace(&mut last, token.to_string());
    }
    None
}

/// Whether anything may leave the loop, or waits where it can be interrupted.
fn has_exit(tokens: TokenStream) -> bool {
    const EXITS: [&str; 6] = ["break", "return", "await", "exit", "abort", "resume_unwind"];
    /// Macros without a way out in them.
    const PLAIN: [&str; 10] =
        ["info", "warn", "error", "debug", "trace", "println", "eprintln", "format", "vec", "json"];
    let mut tokens = tokens.into_iter().peekable();
    let mut last = String::new();
    while let Some(token) = tokens.next() {
        let found = match &token {
            TokenTree::Ident(word) => EXITS.iter().any(|exit| word == exit),
            TokenTree::Punct(punct) => match punct.as_char() {
                '?' => true,
                // A macro, for what is not a group is only negated: `!done`.
                '!' => matches!(tokens.peek(), Some(TokenTree::Group(_))) && !PLAIN.contains(&&*last),
                _ => false,
            },
            TokenTree::Group(group) => has_exit(group.stream()),
            TokenTree::Literal(_) => false,
        };
        if found {
            return true;
        }
        last = token.to_string();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_fn(function: &str, endless: bool) {
        let function: ItemFn = syn::parse_str(function).unwrap();
        let arguments = crate::signature::arguments(&function, &mut vec![]);
        assert_eq!(check(&function, &arguments).is_some(), endless);
    }

    #[test]
    fn a_loop_that_is_never_left_is_endless_in_a_function_that_blocks() {
        check_fn("fn d(name: Name) { loop { work(); } }", true);
        check_fn("fn d() { setup()?; loop { std::thread::sleep(MINUTE); info!(\"tick\"); } }", true);
        check_fn("fn d(s: kopf::Spec) { if ready { while true { work() } } }", true);
        check_fn("fn d() { if a { loop { if !done() { work(); } } } }", true);
    }

    #[test]
    fn an_asynchronous_one_is_endless_where_it_cannot_be_interrupted() {
        check_fn("async fn d() { loop { work(); } }", true);
        check_fn("async fn d() { loop { work().await; } }", false);
    }

    #[test]
    fn sensible_code_raises_no_alarm() {
        check_fn("fn d(stopped: Stopped) { loop { work(); } }", false);
        check_fn("fn d(stopped: kopf::args::Stopped) { loop { work(); } }", false);
        check_fn("fn d(mine: Mine) { loop { work(); } }", false);
        check_fn("fn d() { loop { if done() { break; } } }", false);
        check_fn("fn d() { loop { if done() { return; } } }", false);
        check_fn("fn d() { loop { step()?; } }", false);
        check_fn("fn d() { loop { bail!(\"no\"); } }", false);
        check_fn("fn d() { while running() { work(); } }", false);
        check_fn("fn d() { for item in items() { work(item); } }", false);
        check_fn("fn d() { std::thread::spawn(|| loop { work(); }); }", false);
        check_fn("fn d() { std::thread::spawn(move |x| { loop { work(x); } }); }", false);
        check_fn("fn d() { fn other() { loop {} } }", false);
        check_fn("fn d() { spawn(async move { loop { work(); } }); }", false);
    }
}
