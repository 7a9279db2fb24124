//! Reads what is written in an attribute's parentheses, and says all that is wrong with it.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Error, Expr, Ident, LitStr, Token, ext::IdentExt, parse::Parser, spanned::Spanned};

use crate::{
    options::{self, Kind, Known, OPTIONS, On},
    suggest::nearest,
    value::{self, Match},
};

/// What an attribute says.
#[derive(Debug, Default)]
pub(crate) struct Attribute {
    pub(crate) selector: Vec<LitStr>,
    pub(crate) id: Option<String>,
    pub(crate) retries: Option<u32>,
    pub(crate) timeout: Option<f64>,
    pub(crate) attempt_timeout: Option<f64>,
    pub(crate) backoff: Option<f64>,
    /// A variant of `Errors`.
    pub(crate) errors: Option<&'static str>,
    pub(crate) field: Option<String>,
    pub(crate) labels: Vec<(String, Match)>,
    pub(crate) annotations: Vec<(String, Match)>,
    pub(crate) optional: bool,
    pub(crate) param: Option<Expr>,
}

/// Reads all of it, past every error.
pub(crate) fn parse(on: On, tokens: TokenStream, errors: &mut Vec<Error>) -> Attribute {
    let mut attribute = Attribute::default();
    let mut given: Vec<&'static str> = Vec::new();
    for part in split(tokens) {
        if let Err(error) = attribute.take(on, &part, &mut given) {
            errors.push(error);
        }
    }
    errors.extend(check_selector(on, &attribute.selector));
    if on == On::Field && !given.contains(&"field") {
        errors.push(Error::new(
            Span::call_site(),
            r#"`on::field` needs the path of a field: add `field = "spec.…"`"#,
        ));
    }
    attribute
}

/// Splits at commas. Commas in brackets are inside of one token tree, so they do not count.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            (_, Some(part)) => part.extend([token]),
            (_, None) => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

impl Attribute {
    fn take(&mut self, on: On, part: &TokenStream, given: &mut Vec<&'static str>) -> Result<(), Error> {
        if let Ok(text) = syn::parse2::<LitStr>(part.clone()) {
            if !given.is_empty() {
                return Err(Error::new(
                    text.span(),
                    "the strings that select the resource come before the options",
                ));
            }
            self.selector.push(text);
            return Ok(());
        }
        let name_and_value = |input: syn::parse::ParseStream<'_>| {
            let name = input.call(Ident::parse_any)?;
            if input.is_empty() {
                return Ok((name, None));
            }
            input.parse::<Token![=]>()?;
            Ok((name, Some(input.parse::<TokenStream>()?)))
        };
        let Ok((name, value)) = name_and_value.parse2(part.clone()) else {
            return Err(Error::new(
                part.span(),
                format!("expected a string that selects the resource, or `option = value`, found `{part}`"),
            ));
        };
        let known = known(on, &name)?;
        if given.contains(&known.name) {
            return Err(Error::new(name.span(), format!("`{name}` is given twice")));
        }
        given.push(known.name);
        let value = match value {
            Some(value) if !value.is_empty() => value,
            None if known.kind == Kind::Flag => quote::quote!(true),
            _ => {
                let message = format!("`{name}` needs a value, as in `{}`", known.example);
                return Err(Error::new(name.span(), message));
            }
        };
        self.set(known, value)
    }

    fn set(&mut self, known: &Known, tokens: TokenStream) -> Result<(), Error> {
        let span = tokens.span();
        let name = known.name;
        let result = match known.kind {
            Kind::Id => value::id(tokens).map(|id| self.id = Some(id)),
            Kind::Count => value::count(tokens).map(|count| self.retries = Some(count)),
            Kind::Wait => value::seconds(tokens, true).map(|wait| self.backoff = Some(wait)),
            Kind::Limit => value::seconds(tokens, false).map(|limit| match name {
                "timeout" => self.timeout = Some(limit),
                _ => self.attempt_timeout = Some(limit),
            }),
            Kind::Errors => value::errors(&tokens).map(|mode| self.errors = Some(mode)),
            Kind::Path => value::path(tokens).map(|path| self.field = Some(path)),
            Kind::Matches => {
                let found = value::matches(name, tokens, span)?;
                match name {
                    "labels" => self.labels = found,
                    _ => self.annotations = found,
                }
                Ok(())
            }
            Kind::Flag => value::flag(tokens).map(|flag| self.optional = flag),
            Kind::Expression => {
                self.param = Some(syn::parse2(tokens)?);
                Ok(())
            }
        };
        result.map_err(|message| Error::new(span, format!("`{name}` {message}")))
    }
}

/// The option of this name, if the attribute takes it.
fn known(on: On, name: &Ident) -> Result<&'static Known, Error> {
    let written = name.to_string();
    let elsewhere = |known: &Known| format!("is an option of {}, not of `on::{}`", known.places(), on.name());
    let meant = || nearest(&written, OPTIONS.iter().map(|known| known.name)).and_then(options::find);
    let message = match options::find(&written) {
        Some(known) if known.on.contains(&on) => return Ok(known),
        Some(known) => format!("`{name}` {}", elsewhere(known)),
        None => match meant() {
            Some(meant) if meant.on.contains(&on) => {
                format!("unknown option `{name}`, did you mean `{}`?", meant.name)
            }
            Some(meant) => format!("unknown option `{name}`, and `{}` {}", meant.name, elsewhere(meant)),
            None => {
                let names: Vec<&str> = options::names(on).collect();
                format!("unknown option `{name}`, `on::{}` takes {}", on.name(), names.join(", "))
            }
        },
    };
    Err(Error::new(name.span(), message))
}

/// Checks the number of the strings and their letters. What they name is for the host to find out.
fn check_selector(on: On, selector: &[LitStr]) -> Vec<Error> {
    let on = on.name();
    let shape = format!(r#"`#[kopf::on::{on}("group", "version", "plural")]`"#);
    let mut errors = Vec::new();
    match selector {
        [] => {
            let message = format!("name the resource: {shape} or `#[kopf::on::{on}(\"pods\")]`");
            errors.push(Error::new(Span::call_site(), message));
        }
        [_, _, _, fourth, ..] => {
            let message = format!("a resource is named by one to three strings: {shape}");
            errors.push(Error::new(fourth.span(), message));
        }
        _ => {}
    }
    for (place, text) in selector.iter().enumerate() {
        let value = text.value();
        // The group of the core resources is empty: ("", "v1", "pods").
        let core = place == 0 && selector.len() == 3;
        if value.is_empty() && !core {
            errors.push(Error::new(text.span(), "a string that selects the resource is empty"));
        }
        let group_and_version = place == 0 && selector.len() == 2;
        let allowed =
            |c: char| c.is_ascii_alphanumeric() || "-.".contains(c) || (c == '/' && group_and_version);
        if let Some(found) = value.chars().find(|c| !allowed(*c)) {
            let message =
                format!("the name of a resource has letters, digits, `-` and `.` in it, found {found:?}");
            errors.push(Error::new(text.span(), message));
        }
    }
    errors
}
