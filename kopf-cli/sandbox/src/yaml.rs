//! Bodies in YAML.

mod fault;
mod scanner;

use serde_json::Value;
use serde_saphyr::{Error, options::DuplicateKeyPolicy};

use crate::{json, strict::Strictness};

/// Parses a body; of keys that are there twice the last wins, and the first that is so is taken down.
///
/// # Errors
///
/// What is wrong and where, in the words of Go.
pub(crate) fn parse_yaml(body: &[u8], strictness: &mut Strictness) -> Result<Value, String> {
    let first = || fault::first_document(body).map_err(|fault| format!("yaml: {fault}"));
    // What is JSON is YAML, and needs no second look.
    let read = if body.trim_ascii_start().starts_with(b"{") {
        read(body, strictness).or_else(|_| read(first()?.as_bytes(), strictness))
    } else {
        read(first()?.as_bytes(), strictness)
    };
    let mut value = read?;
    json::settle_numbers(&mut value);
    Ok(value)
}

fn read(body: &[u8], strictness: &mut Strictness) -> Result<Value, String> {
    let read = match serde_saphyr::from_slice::<Value>(body) {
        Err(error) => match duplicate(&error) {
            Some(mistake) => {
                strictness.note(mistake);
                let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
                serde_saphyr::from_slice_with_options(body, options)
            }
            None => Err(error),
        },
        read => read,
    };
    read.map_err(|error| in_a_line(&error))
}

/// What Go has nothing against is told of in words of our own. The parser shows the place, too, in lines of its own.
fn in_a_line(error: &Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    format!("yaml: {}", line.strip_prefix("error: ").unwrap_or(line))
}

fn duplicate(error: &Error) -> Option<String> {
    match error.without_snippet() {
        Error::DuplicateMappingKey { key, location } => {
            let key = key.as_deref().unwrap_or_default();
            let line = location.line();
            Some(format!("yaml: unmarshal errors:\n  line {line}: key {key:?} already set in map"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_of_equal_keys_wins_and_is_told_of() {
        let mut strictness = Strictness::default();
        let value = parse_yaml(b"a: 1\nb:\n  c: 2\n  c: 3\n", &mut strictness).unwrap();
        assert_eq!(value, json!({ "a": 1, "b": { "c": 3 } }));
        strictness.conclude(Vec::new()).unwrap();
        let warnings: Vec<String> = strictness.headers().collect();
        assert_eq!(warnings, [r#"299 - "line 4: key \"c\" already set in map""#]);
        let fault = parse_yaml(b"a: [", &mut strictness).unwrap_err();
        assert_eq!(fault, "yaml: line 1: did not find expected node content");
    }
}
