//! What a server's library makes of expressions, and what that costs: row by row, as `rows.tsv` has it.
//!
//! The rows were written by cel-go 0.29.2 in the environment that a server of 1.37.2 has for new expressions, with
//! `document.json` as `self` and as `object`. A row is an expression, `= VALUE`, `! FAULT` or `? FAULT` where it is refused
//! before it runs, and its cost. Those of `typed.rs` know the types of what they name. The program in `tests/cel-oracle`
//! writes them, and more; `KOPF_CEL_ROWS` names a file of other rows.

use std::collections::BTreeMap;

use kube_cel::cel::Value;

use super::super::*;
use crate::{
    printed::{quoted, quoted_bytes},
    schema::dynamic,
};

struct Document(Value);

impl Document {
    fn variables() -> Declarations<'static> {
        NAMES.iter().fold(Declarations::default(), |all, name| all.with(name, Type::DYN))
    }
}

impl Names for Document {
    fn typing(&self, program: &Program) -> Typing {
        Typing::of(program, &Document::variables())
    }

    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "oldObject" => Some(Value::Null),
            name => NAMES.contains(&name).then(|| self.0.clone()),
        }
    }
}

const NAMES: [&str; 3] = ["self", "object", "oldObject"];

/// What an expression comes to, what that costs, and its tree, unless it is refused.
pub(super) fn verdict(
    source: &str,
    names: &dyn Names,
    variables: &Declarations<'_>,
) -> (String, String, Option<Program>) {
    let program = compile(source).and_then(|program| match check(&program, variables)?.unready {
        Some(why) => Err(why),
        None => Ok(program),
    });
    let program = match program {
        Ok(program) => program,
        Err(why) => {
            let why = why.strip_prefix("compilation failed: ").unwrap_or(&why).to_owned();
            return (format!("? {}", why.lines().next().unwrap_or_default()), String::new(), None);
        }
    };
    let (outcome, cost) = run(&program, names);
    let verdict = match outcome {
        Ok(value) => format!("= {}", shown(&value)),
        Err(fault) => format!("! {}", fault.told().replace('\n', "\\n")),
    };
    (verdict, cost.to_string(), Some(program))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(held) => held.to_string(),
        Value::Bytes(bytes) => format!("b{}", quoted_bytes(bytes)),
        Value::Duration(_) | Value::Timestamp(_) => {
            let (name, printed) = match value {
                Value::Duration(span) => ("duration", go_span(*span)),
                Value::Timestamp(moment) => ("timestamp", eval::print(moment.to_utc().fixed_offset())),
                _ => unreachable!(),
            };
            format!("{name}(\"{printed}\")")
        }
        Value::Float(number) => {
            let text = eval::general(*number);
            let plain = text.chars().all(|letter| letter.is_ascii_digit() || letter == '-');
            if plain { text + ".0" } else { text }
        }
        Value::Int(number) => number.to_string(),
        Value::UInt(number) => format!("{number}u"),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries: BTreeMap<String, String> =
                map.map.iter().map(|(key, value)| (shown(&key.into()), shown(value))).collect();
            let entries: Vec<String> =
                entries.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Null => "null".to_owned(),
        Value::String(text) => quoted(text.as_str()),
        other => match (eval::opened(other), eval::opaque::<eval::TypeName>(other)) {
            (Some(Some(value)), _) => format!("optional({})", shown(value)),
            (Some(None), _) => "optional.none".to_owned(),
            (_, Some(eval::TypeName(name))) => format!("type({name})"),
            _ => type_of(other).to_owned(),
        },
    }
}

fn go_span(span: chrono::Duration) -> String {
    let nanoseconds = span.num_nanoseconds().unwrap();
    let (sign, rest) = (if nanoseconds < 0 { "-" } else { "" }, nanoseconds.unsigned_abs());
    let with_point = |whole: u64, fraction: u64, digits: usize| {
        let fraction = format!("{fraction:0>digits$}");
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") }
    };
    let text = match rest {
        0 => "0s".to_owned(),
        1..1_000 => format!("{rest}ns"),
        1_000..1_000_000 => format!("{}µs", with_point(rest / 1_000, rest % 1_000, 3)),
        1_000_000..1_000_000_000 => format!("{}ms", with_point(rest / 1_000_000, rest % 1_000_000, 6)),
        _ => {
            let seconds = rest / 1_000_000_000;
            let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
            let seconds = with_point(seconds % 60, rest % 1_000_000_000, 9);
            match (hours, minutes) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{text}")
}

#[test]
fn expressions_come_to_what_they_come_to_on_a_server() {
    let document: serde_json::Value = serde_json::from_str(include_str!("document.json")).unwrap();
    let document = Document(dynamic(&document));
    compare("KOPF_CEL_ROWS", include_str!("rows.tsv"), |source| {
        let (verdict, cost, _) = verdict(source, &document, &Document::variables());
        vec![verdict, cost]
    });
}

/// Compares what is in rows behind their expressions; they are those of a file that a variable names, if one does.
#[track_caller]
pub(super) fn compare(variable: &str, otherwise: &str, found: impl Fn(&str) -> Vec<String>) {
    let of_others = std::env::var(variable).map(|file| std::fs::read_to_string(file).unwrap());
    assert!(of_others.is_ok() || otherwise.lines().count() > 1_000, "there are rows");
    let rows = of_others.unwrap_or_else(|_| otherwise.to_owned());
    let mut wrong = Vec::new();
    for row in rows.lines() {
        let (source, expected) = row.split_once('\t').unwrap_or_else(|| panic!("{row}"));
        let found = found(source).join("\t");
        if found != expected {
            wrong.push(format!("{source}\n  {found}\n  {expected}"));
        }
    }
    assert!(!rows.is_empty(), "there are rows");
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}
