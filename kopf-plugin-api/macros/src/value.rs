//! Reads what stands behind an option's `=`.

use proc_macro2::{Ident, Span, TokenStream};
use syn::{
    Error, Lit, LitStr, Token, braced,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

use crate::suggest::nearest;

/// What a label or an annotation must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match {
    Is(String),
    Present,
    Absent,
}

/// A span of time in seconds: a number, or text such as `"1m30s"`.
pub(crate) fn seconds(tokens: TokenStream, zero: bool) -> Result<f64, String> {
    let shown = tokens.to_string();
    let found = match syn::parse2::<Lit>(tokens) {
        Ok(Lit::Int(number)) => number.base10_parse::<u64>().ok().map(|number| number as f64),
        Ok(Lit::Float(number)) => number.base10_parse::<f64>().ok(),
        Ok(Lit::Str(text)) => {
            return units(&text.value()).and_then(|seconds| in_range(seconds, zero, &shown));
        }
        _ => None,
    };
    let wanted =
        "a span of time: a number of seconds, or text such as \"90s\", \"1m30s\", \"500ms\" or \"2h\"";
    found
        .ok_or_else(|| format!("is {wanted}, found `{shown}`"))
        .and_then(|found| in_range(found, zero, &shown))
}

fn in_range(seconds: f64, zero: bool, shown: &str) -> Result<f64, String> {
    // A century is beyond every use, and far within what a time stamp can hold.
    const CENTURY: f64 = 100.0 * 365.25 * 86_400.0;
    match seconds {
        0.0 if !zero => Err(format!("is more than zero, found `{shown}`")),
        0.0..=CENTURY => Ok(seconds),
        _ => Err(format!("is at most a hundred years, found `{shown}`")),
    }
}

/// Adds up numbers with units.
fn units(text: &str) -> Result<f64, String> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    if rest.is_empty() {
        return Err("is a span of time such as \"90s\", found empty text".into());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        let number: f64 =
            number.parse().map_err(|_| format!("is a span of time such as \"90s\", found \"{text}\""))?;
        seconds += number
            * match unit {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3_600.0,
                "d" => 86_400.0,
                "" => return Err(format!("needs a unit (ms, s, m, h, d) in \"{text}\"")),
                _ => return Err(format!("has the units ms, s, m, h and d, found `{unit}` in \"{text}\"")),
            };
        rest = tail.trim_start();
    }
    Ok(seconds)
}

/// A whole number from 1.
pub(crate) fn count(tokens: TokenStream) -> Result<u32, String> {
    let shown = tokens.to_string();
    let number = syn::parse2::<syn::LitInt>(tokens).ok().and_then(|number| number.base10_parse::<u32>().ok());
    number.filter(|number| *number > 0).ok_or_else(|| format!("is a whole number from 1, found `{shown}`"))
}

/// `true` or `false`.
pub(crate) fn flag(tokens: TokenStream) -> Result<bool, String> {
    let shown = tokens.to_string();
    syn::parse2::<syn::LitBool>(tokens)
        .map(|flag| flag.value)
        .map_err(|_| format!("is true or false, found `{shown}`"))
}

/// Text, not empty.
pub(crate) fn text(tokens: TokenStream) -> Result<String, String> {
    let shown = tokens.to_string();
    let text =
        syn::parse2::<LitStr>(tokens).map_err(|_| format!("is text in quotes, found `{shown}`"))?.value();
    if text.is_empty() { Err("is empty".into()) } else { Ok(text) }
}

/// A handler's id: text without spaces.
pub(crate) fn id(tokens: TokenStream) -> Result<String, String> {
    let text = text(tokens)?;
    match text.chars().find(|c| c.is_whitespace() || c.is_control()) {
        Some(found) => Err(format!("has no white space in it, found {found:?}")),
        None => Ok(text),
    }
}

/// The path of a field, with dots.
pub(crate) fn path(tokens: TokenStream) -> Result<String, String> {
    let text = text(tokens)?;
    if text.split('.').any(str::is_empty) {
        return Err(format!(
            "is a path of names with dots between them, such as \"spec.size\", found \"{text}\""
        ));
    }
    Ok(text)
}

/// The name of the variant of `Errors`.
pub(crate) fn errors(tokens: &TokenStream) -> Result<&'static str, String> {
    const MODES: [(&str, &str); 3] =
        [("ignored", "Ignored"), ("temporary", "Temporary"), ("permanent", "Permanent")];
    let found = match syn::parse2::<LitStr>(tokens.clone()) {
        Ok(text) => text.value(),
        Err(_) => tokens.to_string(),
    };
    if let Some((_, variant)) = MODES.iter().find(|(name, _)| *name == found) {
        return Ok(variant);
    }
    let meant = match nearest(&found, MODES.map(|(name, _)| name)) {
        Some(name) => format!(", did you mean `{name}`?"),
        None => String::new(),
    };
    Err(format!("is ignored, temporary or permanent, found `{found}`{meant}"))
}

/// `{ "key" = "value", "key" = present, "key" = absent }`; `name` is the option's, for messages.
pub(crate) fn matches(name: &str, tokens: TokenStream, span: Span) -> Result<Vec<(String, Match)>, Error> {
    let shape = format!(
        r#"`{name}` is written as `{name} = {{ "key" = "value", "key" = present, "key" = absent }}`"#
    );
    let parse = |input: ParseStream<'_>| {
        let inner;
        braced!(inner in input);
        let mut found: Vec<(String, Match)> = Vec::new();
        while !inner.is_empty() {
            let key: LitStr = inner.parse()?;
            if key.value().is_empty() {
                return Err(Error::new(key.span(), format!("a key of `{name}` is empty")));
            }
            if found.iter().any(|(known, _)| *known == key.value()) {
                return Err(Error::new(
                    key.span(),
                    format!("`{name}` has the key \"{}\" twice", key.value()),
                ));
            }
            inner.parse::<Token![=]>()?;
            found.push((key.value(), value(name, &inner)?));
            if !inner.is_empty() {
                inner.parse::<Token![,]>()?;
            }
        }
        Ok(found)
    };
    let ours = format!("`{name}`");
    parse.parse2(tokens).map_err(|error| {
        // What syn says about punctuation is true and helps nobody: the shape does.
        let message = error.to_string();
        if message.contains(&ours) { error } else { Error::new(span, &shape) }
    })
}

fn value(name: &str, input: ParseStream<'_>) -> syn::Result<Match> {
    if input.peek(LitStr) {
        return Ok(Match::Is(input.parse::<LitStr>()?.value()));
    }
    let word: Ident = input.call(Ident::parse_any)?;
    match word.to_string().as_str() {
        "present" => Ok(Match::Present),
        "absent" => Ok(Match::Absent),
        other => {
            let message = match nearest(other, ["present", "absent"]) {
                Some(meant) => {
                    format!("a value of `{name}` is text, present or absent, did you mean `{meant}`?")
                }
                None => format!("a value of `{name}` is text, present or absent, found `{other}`"),
            };
            Err(Error::new(word.span(), message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tokens: &str, expected: Result<f64, &str>) {
        assert_eq!(seconds(tokens.parse().unwrap(), true), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_span_of_time_is_a_number_of_seconds_or_text_with_units() {
        check("90", Ok(90.0));
        check("0.5", Ok(0.5));
        check("0", Ok(0.0));
        check(r#""90s""#, Ok(90.0));
        check(r#""1m30s""#, Ok(90.0));
        check(r#""1m 30s""#, Ok(90.0));
        check(r#""500ms""#, Ok(0.5));
        check(r#""2h""#, Ok(7200.0));
        check(r#""1.5h""#, Ok(5400.0));
        check(r#""1d""#, Ok(86_400.0));
    }

    #[test]
    fn what_is_no_span_of_time_is_said() {
        check(r#""90""#, Err(r#"needs a unit (ms, s, m, h, d) in "90""#));
        check(r#""""#, Err(r#"is a span of time such as "90s", found empty text"#));
        check(r#""soon""#, Err(r#"is a span of time such as "90s", found "soon""#));
        check(r#""1.2.3s""#, Err(r#"is a span of time such as "90s", found "1.2.3s""#));
        check(r#""5 min""#, Err(r#"needs a unit (ms, s, m, h, d) in "5 min""#));
        check(r#""5min""#, Err(r#"has the units ms, s, m, h and d, found `min` in "5min""#));
        check(r#""999999999d""#, Err(r#"is at most a hundred years, found `"999999999d"`"#));
        let expected = "is a span of time: a number of seconds, or text such as \"90s\", \"1m30s\", \"500ms\" or \
                        \"2h\", found `- 5`";
        check("-5", Err(expected));
        assert_eq!(seconds("0".parse().unwrap(), false), Err("is more than zero, found `0`".to_owned()));
    }
}
