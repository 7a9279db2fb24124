//! Why a text is no expression: what a parser says that was made from the same grammar as a server's.

mod nesting;

use std::panic::{AssertUnwindSafe, catch_unwind};

use kube_cel::cel::parser::Parser;

use nesting::is_too_deep;

use super::told;

/// All that is wrong with a text that could not be read.
pub(super) fn why(source: &str) -> String {
    if is_too_deep(source) {
        return "compilation failed: the expression cannot be parsed".to_owned();
    }
    // The parser is not ours: should it ever give up, the text is refused all the same.
    let parser = || Parser::default().enable_optional_syntax(true);
    let parsed = catch_unwind(AssertUnwindSafe(|| parser().parse(&without_pairs(source))));
    let Ok(Err(errors)) = parsed else {
        return "compilation failed: the expression cannot be parsed".to_owned();
    };
    let place = |number: isize| usize::try_from(number).unwrap_or_default();
    let all = errors.errors.iter();
    let all = all.map(|fault| told(source, place(fault.pos.0), place(fault.pos.1 - 1), &fault.msg));
    format!("compilation failed: {}", all.collect::<Vec<_>>().join("\n"))
}

/// The same text, as long as it was, with blanks for signs that stand after the same one: the parser reads what they are before
/// twice.
fn without_pairs(source: &str) -> String {
    let (mut plain, mut last) = (String::with_capacity(source.len()), None);
    for letter in source.chars() {
        let is_again = matches!(letter, '!' | '-') && last == Some(letter);
        plain.push(if is_again { ' ' } else { letter });
        if !letter.is_ascii_whitespace() {
            last = Some(letter);
        }
    }
    plain
}
