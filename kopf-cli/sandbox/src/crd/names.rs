//! Whose the names of definitions are: in a group, each belongs to whoever had it first.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{
    conditions::{self, Condition, ESTABLISHED, NAMES_ACCEPTED},
    said,
};
use crate::printed;

/// The names that the definitions of a group have.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Plurals, singulars and short names, which all name resources.
    resources: HashSet<String>,
    kinds: HashSet<String>,
}

impl Taken {
    /// Adds the names that a definition has by now.
    pub(crate) fn add(&mut self, definition: &Value) {
        let has = &definition["status"]["acceptedNames"];
        self.resources.extend(["plural", "singular"].map(|field| said(has, field).to_owned()));
        self.resources.extend(words(has, "shortNames").map(str::to_owned));
        self.kinds.extend(["kind", "listKind"].map(|field| said(has, field).to_owned()));
    }
}

/// Gives a definition those names that it asks for and nobody has, and writes into it what has come of that.
pub(crate) fn accept(definition: &mut Value, taken: &Taken, now: Timestamp) {
    let asked = definition["spec"]["names"].clone();
    let has = definition["status"]["acceptedNames"].clone();
    if same(&asked, &has) {
        return;
    }
    let mut names = Map::new();
    // The conflict that is told of is the last.
    let mut conflict: Option<(&str, String)> = None;
    names.extend(asked.get("categories").map(|categories| ("categories".to_owned(), categories.clone())));
    for (field, reason, taken) in [
        ("plural", "PluralConflict", &taken.resources),
        ("singular", "SingularConflict", &taken.resources),
        ("shortNames", "ShortNamesConflict", &taken.resources),
        ("kind", "KindConflict", &taken.kinds),
        ("listKind", "ListKindConflict", &taken.kinds),
    ] {
        let known: Vec<&str> = words(&has, field).collect();
        let others = |word: &&str| !known.contains(word) && taken.contains(*word);
        let not_ours: Vec<&str> = words(&asked, field).filter(others).collect();
        let given = if not_ours.is_empty() { &asked } else { &has };
        names.extend(given.get(field).map(|value| (field.to_owned(), value.clone())));
        if !not_ours.is_empty() {
            conflict = Some((reason, in_use(&not_ours)));
        }
    }
    for field in ["kind", "plural"] {
        names.entry(field).or_insert_with(|| "".into());
    }
    names.sort_keys();
    let was_established = conditions::find(definition, ESTABLISHED).is_some();
    let accepted = conflict.is_none();
    let (reason, message) = conflict.unwrap_or(("NoConflicts", "no conflicts found".to_owned()));
    let condition = Condition { kind: NAMES_ACCEPTED, holds: accepted, reason, message: &message };
    conditions::set(definition, &condition, now);
    definition["status"]["acceptedNames"] = names.into();
    let (reason, message) = match accepted {
        _ if conditions::holds(definition, ESTABLISHED) => return,
        true => ("Installing", "the initial names have been accepted"),
        false if was_established => return,
        false => ("NotAccepted", "not all names are accepted"),
    };
    conditions::set(definition, &Condition { kind: ESTABLISHED, holds: false, reason, message }, now);
}

/// Whether a definition has all the names that it asks for.
fn same(asked: &Value, has: &Value) -> bool {
    ["plural", "singular", "kind", "listKind"].iter().all(|field| said(asked, field) == said(has, field))
        && ["shortNames", "categories"].iter().all(|field| words(asked, field).eq(words(has, field)))
}

/// The texts of a field, of which there is one or a list.
fn words<'a>(names: &'a Value, field: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let value = names.get(field);
    let one = value.and_then(Value::as_str);
    one.into_iter().chain(value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str))
}

/// What a conflict is told in: one sentence for each name, in brackets where there are several.
fn in_use(words: &[&str]) -> String {
    let mut sentences: Vec<String> = Vec::new();
    for sentence in words.iter().map(|word| format!("{} is already in use", printed::quoted(word))) {
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    match sentences.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}
