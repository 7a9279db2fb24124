//! Paths such as `.spec['a'].b`, by which definitions name a field of their schema: read as apiextensions-apiserver does in
//! `ValidFieldPath`.

use serde_json::Value;

const END: &str = "unexpected end of JSON path";
const NO_FIELD: &str = "does not refer to a valid field";

/// What a path names, and how a server writes it: names behind dots, keys of maps in brackets.
#[derive(Debug)]
pub(crate) struct Found<'a> {
    pub(crate) schema: &'a Value,
    pub(crate) written: String,
}

/// Follows a path through a schema.
///
/// # Errors
///
/// Why the path names nothing, in the server's words.
pub(crate) fn find<'a>(schema: &'a Value, path: &str) -> Result<Found<'a>, String> {
    let mut found = Found { schema, written: String::new() };
    let mut rest = path;
    while let Some(token) = next(&mut rest) {
        match token {
            "." => found.enter(next(&mut rest).ok_or(END)?)?,
            "[" => {
                let quoted = next(&mut rest).ok_or(END)?;
                let inner = quoted.strip_prefix('\'').and_then(|quoted| quoted.strip_suffix('\''));
                let inner = inner.ok_or_else(|| format!("expected single quoted string but got {quoted}"))?;
                found.enter(&unescaped(inner)?)?;
                match next(&mut rest).ok_or(END)? {
                    "]" => {}
                    other => return Err(format!("expected ] but got {other}")),
                }
            }
            other => return Err(format!("expected [ or . but got: {other}")),
        }
    }
    Ok(found)
}

impl Found<'_> {
    /// Goes on to a field, or to what all values of a map are.
    fn enter(&mut self, name: &str) -> Result<(), String> {
        if let Some(properties) = self.schema["properties"].as_object() {
            self.schema = properties.get(name).ok_or(NO_FIELD)?;
            let dot = if self.written.is_empty() { "" } else { "." };
            self.written += &format!("{dot}{name}");
        } else {
            self.schema =
                Some(&self.schema["additionalProperties"]).filter(|all| all.is_object()).ok_or(NO_FIELD)?;
            self.written += &format!("[{name}]");
        }
        Ok(())
    }
}

/// Takes the next token: a dot, a bracket, a text in quotation marks with them, or what is between these.
fn next<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = *rest;
    let end = match text.chars().next()? {
        '.' | '[' | ']' => 1,
        '\'' => {
            let ends = |(at, letter): &(usize, char)| *letter == '\'' && !text[..*at].ends_with('\\');
            text.char_indices().skip(1).find(ends).map_or(text.len(), |(at, _)| at + 1)
        }
        _ => text.find(['.', '[', ']']).unwrap_or(text.len()),
    };
    let (token, after) = text.split_at(end);
    *rest = after;
    Some(token)
}

/// What stands between quotation marks.
fn unescaped(text: &str) -> Result<String, String> {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        // One at the end, or before the end of a line, stands for itself.
        let escaped = (letter == '\\').then(|| letters.clone().next()).flatten().filter(|next| *next != '\n');
        let Some(escaped) = escaped else {
            plain.push(letter);
            continue;
        };
        letters.next();
        plain.push(match escaped {
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '\'' | '\\' => escaped,
            _ => return Err(format!("invalid string literal: invalid escape char \\{escaped}")),
        });
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Result<&str, &str>) {
        let whole = json!({ "type": "integer" });
        let schema = json!({ "properties": {
            "a": { "properties": { "b": whole, "q'q": whole, "t\t": whole } },
            "m": { "additionalProperties": { "properties": { "x": whole } } },
            "open": { "x-kubernetes-preserve-unknown-fields": true },
        } });
        let found = find(&schema, path).map(|found| found.written);
        assert_eq!(found.as_deref().map_err(String::as_str), expected, "{path}");
    }

    #[test]
    fn fields_stand_behind_dots_and_keys_of_maps_in_brackets() {
        for path in [".a.b", ".a['b']", "['a']['b']", "['a'].b"] {
            check(path, Ok("a.b"));
        }
        check("", Ok(""));
        check(".a['q\\'q']", Ok("a.q'q"));
        check(".a['t\\t']", Ok("a.t\t"));
        for path in [".m.k.x", ".m['k'].x", ".m['k']['x']"] {
            check(path, Ok("m[k].x"));
        }
        check(".m['k.]\\'\\\\.']", Ok("m[k.]'\\.]"));
        check(".m['']", Ok("m[]"));
    }

    #[test]
    fn a_path_that_names_nothing_says_why() {
        check(".", Err(END));
        check(".a[", Err(END));
        check(".a['b'", Err(END));
        check(".c", Err(NO_FIELD));
        check(".a.b.c", Err(NO_FIELD));
        check(".open.c", Err(NO_FIELD));
        check("..a", Err(NO_FIELD));
        check("a", Err("expected [ or . but got: a"));
        check("é", Err("expected [ or . but got: é"));
        check(".a[b]", Err("expected single quoted string but got b"));
        check(".a['b'c]", Err("expected ] but got c"));
        check(".m['é\\']", Err("expected single quoted string but got 'é\\']"));
        check(".a['\\q']", Err("invalid string literal: invalid escape char \\q"));
    }
}
