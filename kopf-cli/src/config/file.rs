//! Reads settings from a TOML file, each with the line that it stands on.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use kopf_reactor::settings::KEYS;
use serde_json::{Number, Value};
use toml::de::{DeTable, DeValue};

/// The file that is read without being asked for, in the working directory.
pub(super) const NAME: &str = "kopf.toml";

/// A value in a file.
#[derive(Debug, PartialEq)]
pub(super) struct Entry {
    /// The setting, its groups with dots.
    pub(super) key: String,
    /// Its value.
    pub(super) value: Value,
    /// The line of the key, from 1.
    pub(super) line: usize,
}

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It is not there, or closed to us.
    #[error("cannot read the settings in {}: {error}; expected a file of TOML, which --config or KOPF_CONFIG can name", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no TOML.
    #[error("{}:{line}: `{found}` is no TOML here: {message}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What the parser says.
        message: String,
    },
}

/// Reads the file that was asked for; else the one of the usual [`NAME`], if it is there.
///
/// # Errors
///
/// When the file cannot be read, or is no TOML.
pub(super) fn read(asked: Option<&Path>) -> Result<Option<(PathBuf, Vec<Entry>)>, Error> {
    let path = asked.unwrap_or(Path::new(NAME)).to_owned();
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if asked.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::Unreadable { path, error }),
    };
    match parse(&text) {
        Ok(entries) => Ok(Some((path, entries))),
        Err((line, message)) => {
            let found = text.lines().nth(line - 1).unwrap_or_default().trim().chars().take(60).collect();
            Err(Error::Malformed { path, line, found, message })
        }
    }
}

/// The values in a text, line by line; or the line of a mistake, and what it is.
fn parse(text: &str) -> Result<Vec<Entry>, (usize, String)> {
    let line = |offset: usize| text[..offset.min(text.len())].matches('\n').count() + 1;
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(1, |span| line(span.start));
        (at, error.message().replace('\n', " "))
    })?;
    let mut entries = vec![];
    collect("", table.get_ref(), &line, &mut entries);
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn collect(prefix: &str, table: &DeTable<'_>, line: &dyn Fn(usize) -> usize, entries: &mut Vec<Entry>) {
    for (name, value) in table {
        let key = match prefix {
            "" => name.get_ref().to_string(),
            prefix => format!("{prefix}.{}", name.get_ref()),
        };
        match value.get_ref() {
            // Where a value is expected, a table is a wrong one; and an empty group that is none is a mistake too.
            DeValue::Table(inner) if !is_setting(&key) && (is_group(&key) || !inner.is_empty()) => {
                collect(&key, inner, line, entries);
            }
            leaf => entries.push(Entry { key, value: json(leaf), line: line(name.span().start) }),
        }
    }
}

fn is_setting(name: &str) -> bool {
    KEYS.iter().any(|key| key.name == name)
}

fn is_group(name: &str) -> bool {
    KEYS.iter().any(|key| key.name.split('.').next() == Some(name))
}

/// The value as JSON. What JSON does not have becomes its text.
fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => number.into(),
            Err(_) => number.as_str().into(),
        },
        DeValue::Float(number) => match number.as_str().parse().ok().and_then(Number::from_f64) {
            Some(number) => number.into(),
            None => number.as_str().into(),
        },
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(name, value)| (name.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of a text, a line for each value.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = match parse(text) {
            Ok(entries) => {
                let show = |entry: Entry| format!("{}: {} = {}", entry.line, entry.key, entry.value);
                entries.into_iter().map(show).collect()
            }
            Err((line, message)) => vec![format!("{line}: error: {message}")],
        };
        assert_eq!(found, expected, "of {text:?}");
    }

    #[test]
    fn groups_may_be_written_as_tables_or_with_dots() {
        check("", &[]);
        check(
            "[watching]\ninactivity_timeout = 30\n\n[posting]\nevents = \"none\"\n",
            &["2: watching.inactivity_timeout = 30", "5: posting.events = \"none\""],
        );
        check(
            "watching.page_size = 1_000\n\"watching.server_timeout\" = 0x10",
            &["1: watching.page_size = 1000", "2: watching.server_timeout = 16"],
        );
        check(
            "posting = { burst = 5,\n per_second = 1e1 }",
            &["1: posting.burst = 5", "2: posting.per_second = 10.0"],
        );
    }

    #[test]
    fn a_table_is_a_group_unless_it_stands_where_a_value_is_expected() {
        check("[watching]\n", &[]);
        check("[watching.page_size]\nx = 1", &[r#"1: watching.page_size = {"x":1}"#]);
        check("[watching.page_size]", &["1: watching.page_size = {}"]);
        check("[watchng]\n", &["1: watchng = {}"]);
        check("[watchng]\npage_size = 1", &["2: watchng.page_size = 1"]);
    }

    #[test]
    fn every_value_of_toml_is_one() {
        check(
            "a = [1, [\"b\", { c = true }]]\nd = 1979-05-27\ne = inf\nf = 99999999999999999999",
            &[
                r#"1: a = [1,["b",{"c":true}]]"#,
                r#"2: d = "1979-05-27""#,
                r#"3: e = "inf""#,
                r#"4: f = "99999999999999999999""#,
            ],
        );
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        check("a = 1\nb = \n", &["2: error: string values must be quoted, expected literal string"]);
        check("a = 1\n\na = 2\n", &["3: error: duplicate key"]);
        check("[a\n", &["1: error: unclosed table, expected `]`"]);
    }
}
