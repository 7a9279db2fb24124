//! Reads what stands behind an option's `=`.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprCall, Lit, LitStr};

use crate::suggest::nearest;

/// How long to wait between attempts, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Backoff {
    Fixed(f64),
    Exponential { first: f64, factor: f64, cap: f64, jitter: f64 },
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

/// The name of the variant of `Lifecycle`.
pub(crate) fn lifecycle(tokens: &TokenStream) -> Result<&'static str, String> {
    const LIFECYCLES: [(&str, &str); 5] = [
        ("all", "All"),
        ("asap", "Asap"),
        ("one-by-one", "OneByOne"),
        ("randomized", "Randomized"),
        ("shuffled", "Shuffled"),
    ];
    let found = match syn::parse2::<LitStr>(tokens.clone()) {
        Ok(text) => text.value(),
        Err(_) => tokens.to_string().replace(' ', "").replace('_', "-"),
    };
    if let Some((_, variant)) = LIFECYCLES.iter().find(|(name, _)| *name == found) {
        return Ok(variant);
    }
    let meant = match nearest(&found, LIFECYCLES.map(|(name, _)| name)) {
        Some(name) => format!(", did you mean \"{name}\"?"),
        None => String::new(),
    };
    Err(format!(
        "is \"all\", \"asap\", \"one-by-one\", \"randomized\" or \"shuffled\", found `{found}`{meant}"
    ))
}

/// A span of time, or `exponential("1s", factor = 2, cap = "10m", jitter = 0.5)`.
pub(crate) fn backoff(tokens: TokenStream) -> Result<Backoff, String> {
    let Ok(call) = syn::parse2::<ExprCall>(tokens.clone()) else {
        return seconds(tokens, true).map(Backoff::Fixed);
    };
    let shape = r#"is a span of time, or `exponential("1s", factor = 2, cap = "10m", jitter = 0.5)`"#;
    let unknown = |found: &dyn ToTokens| format!("{shape}, found `{}`", found.to_token_stream());
    if !call.func.to_token_stream().to_string().eq("exponential") {
        return Err(unknown(&call.func));
    }
    let mut arguments = call.args.iter();
    let first = arguments.next().ok_or_else(|| unknown(&call))?;
    let first = seconds(first.to_token_stream(), false)?;
    let (mut factor, mut cap, mut jitter) = (2.0, 600.0_f64.max(first), 1.0);
    for argument in arguments {
        let Expr::Assign(given) = argument else { return Err(unknown(argument)) };
        let value = given.right.to_token_stream();
        match given.left.to_token_stream().to_string().as_str() {
            "factor" => factor = number(value, "factor", 1.0, 1_000.0)?,
            "jitter" => jitter = number(value, "jitter", 0.0, 1.0)?,
            "cap" => cap = seconds(value, false).map_err(|message| format!("has a `cap` that {message}"))?,
            _ => return Err(unknown(argument)),
        }
    }
    if cap < first {
        return Err(format!("has a `cap` of {cap} seconds, less than its first wait of {first}"));
    }
    Ok(Backoff::Exponential { first, factor, cap, jitter })
}

fn number(tokens: TokenStream, name: &str, least: f64, most: f64) -> Result<f64, String> {
    let shown = tokens.to_string();
    let found = match syn::parse2::<Lit>(tokens) {
        Ok(Lit::Int(number)) => number.base10_parse().ok(),
        Ok(Lit::Float(number)) => number.base10_parse().ok(),
        _ => None,
    };
    found
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("has a `{name}` that is a number from {least} to {most}, found `{shown}`"))
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
