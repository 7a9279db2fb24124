//! How expressions are written: their words, their tree, and how deep they may go.

mod escapes;
mod macros;
mod parse;
mod tokens;
mod tree;

pub(crate) use parse::RESERVED;
pub(super) use parse::{DEEPEST, Parsed, Unread, parse};
pub(crate) use tree::{Entry, Fault, Kind, Loop, Node};
