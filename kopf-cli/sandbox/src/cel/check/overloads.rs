//! What functions there are, of what, and what they come to: the rows of `overloads.txt`.
//!
//! A row is `name(types) -> type`; a dot in front says that the first type is what the function is called of. A single letter is
//! any type, the same wherever it stands in a row.

use std::{collections::HashMap, sync::LazyLock};

use super::{
    types::{self, Plain, Type},
    unify::Bindings,
};

/// One row.
pub(super) struct Overload {
    pub(super) of_target: bool,
    args: Vec<Form>,
    result: Form,
    /// The letters that are in it.
    letters: Vec<char>,
}

/// A type as it is written in a row.
enum Form {
    Letter(usize),
    Plain(Plain),
    Object(&'static str),
    Made(&'static str, Vec<Form>),
}

/// All rows of a function; `None` if there is no such function.
pub(super) fn overloads(name: &str) -> Option<&'static [Overload]> {
    TABLE.get(name).map(Vec::as_slice)
}

static TABLE: LazyLock<HashMap<&'static str, Vec<Overload>>> = LazyLock::new(|| {
    let mut table: HashMap<&str, Vec<Overload>> = HashMap::new();
    for (name, overload) in include_str!("overloads.txt").lines().filter_map(row) {
        table.entry(name).or_default().push(overload);
    }
    table
});

impl Overload {
    /// The types of its arguments and of its result, with types that are not known yet for its letters.
    pub(super) fn opened<'a>(&self, bindings: &mut Bindings<'a>) -> (Vec<Type<'a>>, Type<'a>) {
        let letters: Vec<Type<'a>> = self.letters.iter().map(|_| bindings.fresh()).collect();
        (self.args.iter().map(|form| form.opened(&letters)).collect(), self.result.opened(&letters))
    }
}

impl Form {
    fn opened<'a>(&self, letters: &[Type<'a>]) -> Type<'a> {
        match self {
            Form::Letter(index) => letters[*index].clone(),
            Form::Plain(plain) => Type::Plain(*plain),
            Form::Object(name) => Type::object((*name).to_owned(), None),
            Form::Made(name, of) => Type::made(name, of.iter().map(|form| form.opened(letters)).collect()),
        }
    }
}

fn row(row: &'static str) -> Option<(&'static str, Overload)> {
    let (left, result) = row.split_once(" -> ")?;
    let (name, args) = left.strip_suffix(')')?.split_once('(')?;
    let mut letters = Vec::new();
    let args = forms(args, &mut letters);
    let result = form(result, &mut letters);
    let of_target = name.starts_with('.');
    Some((name.trim_start_matches('.'), Overload { of_target, args, result, letters }))
}

/// Types that are parted by commas.
fn forms(text: &'static str, letters: &mut Vec<char>) -> Vec<Form> {
    let (mut depth, mut from, mut found) = (0_usize, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(form(text[from..at].trim(), letters));
                from = at + 1;
            }
            _ => {}
        }
    }
    let last = text[from..].trim();
    found.extend((!last.is_empty()).then(|| form(last, letters)));
    found
}

fn form(text: &'static str, letters: &mut Vec<char>) -> Form {
    if let Some((name, of)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        return Form::Made(name, forms(of, letters));
    }
    let mut all = text.chars();
    if let (Some(letter), None) = (all.next(), all.next()) {
        let known = letters.iter().position(|known| *known == letter);
        return Form::Letter(known.unwrap_or_else(|| {
            letters.push(letter);
            letters.len() - 1
        }));
    }
    match (plain(text), text) {
        (Some(plain), _) => Form::Plain(plain),
        (None, "net.IP" | "net.CIDR" | types::TYPE) => Form::Made(text, Vec::new()),
        (None, name) => Form::Object(name),
    }
}

/// The type that is called so.
pub(super) fn plain(name: &str) -> Option<Plain> {
    Some(match name {
        "bool" => Plain::Bool,
        "bytes" => Plain::Bytes,
        "double" => Plain::Double,
        "duration" | "google.protobuf.Duration" => Plain::Duration,
        "dyn" => Plain::Dyn,
        "int" => Plain::Int,
        "null_type" => Plain::Null,
        "string" => Plain::String,
        "timestamp" | "google.protobuf.Timestamp" => Plain::Timestamp,
        "uint" => Plain::Uint,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = include_str!("overloads.txt").lines().count();
        assert_eq!(TABLE.values().map(Vec::len).sum::<usize>(), rows);
        let sorted: Vec<&Overload> = TABLE["@sortByAssociatedKeys"].iter().collect();
        assert!(sorted.iter().all(|overload| overload.of_target && overload.args.len() == 2));
        assert_eq!(TABLE["_[?_]"][3].letters, ['K', 'V']);
    }
}
