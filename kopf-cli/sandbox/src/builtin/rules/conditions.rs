//! What is wrong with conditions that are of the type which kinds have in common.

use std::collections::HashSet;

use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check},
        site::Site,
    },
    names::key_faults,
    status::Cause,
};

use Check::{By, OneOf, Required, Text};

const CONDITION: &[Rule] = &[
    ("type", Required("is required")),
    ("type", Text(key_faults)),
    ("status", Required("")),
    ("status", By(status)),
    ("observedGeneration", By(generation)),
    ("lastTransitionTime", Required("")),
    ("reason", Required("")),
    ("reason", Text(reason)),
    ("reason", By(|site| longest(site, 1024))),
    ("message", By(|site| longest(site, 32_768))),
];
const REASON: &str = "a condition reason must start with alphabetic character, optionally followed by a string of \
    alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  \
    or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is \
    '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')";

/// What is wrong with the conditions of a status.
pub(super) fn faults(list: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = HashSet::new();
    for condition in list.each() {
        let kind = condition.at("type");
        if !known.insert(kind.text()) {
            causes.push(Cause::duplicate(&*condition.place, &kind.text().into()));
        }
        causes.extend(check(&condition, CONDITION));
    }
    causes
}

fn status(site: &Site<'_>) -> Causes {
    check(site, &[("", OneOf(&["False", "True", "Unknown"]))])
        .into_iter()
        .filter(|_| site.len() > 0)
        .collect()
}

fn generation(site: &Site<'_>) -> Causes {
    let wrong = site.number().is_some_and(|number| number < 0);
    wrong.then(|| site.invalid("must be greater than or equal to zero")).into_iter().collect()
}

fn reason(text: &str) -> Vec<String> {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fine = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().last().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || b",:".contains(&byte));
    if fine { Vec::new() } else { vec![REASON.to_owned()] }
}

fn longest(site: &Site<'_>, most: u64) -> Causes {
    let wrong = site.len() as u64 > most;
    wrong.then(|| Cause::too_long(&*site.place, most)).into_iter().collect()
}
