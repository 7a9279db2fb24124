//! Reads what is written in an attribute's parentheses, and says all that is wrong with it.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Error, Expr, Ident, LitStr, Token, ext::IdentExt, parse::Parser, spanned::Spanned};

use crate::{
    matching::{About, Functions, Match},
    options::{self, Kind, Known, OPTIONS, On},
    selector::{self, SelectBy},
    suggest::nearest,
    value::{self, Backoff},
};

/// What an attribute says.
#[derive(Debug, Default)]
pub(crate) struct Attribute {
    pub(crate) selector: Vec<LitStr>,
    pub(crate) select_by: SelectBy,
    pub(crate) id: Option<String>,
    pub(crate) retries: Option<u32>,
    pub(crate) timeout: Option<f64>,
    pub(crate) attempt_timeout: Option<f64>,
    pub(crate) backoff: Option<Backoff>,
    /// A variant of `Errors`.
    pub(crate) errors: Option<&'static str>,
    pub(crate) field: Option<String>,
    pub(crate) labels: Vec<(String, Match)>,
    pub(crate) annotations: Vec<(String, Match)>,
    pub(crate) value: Option<Match>,
    pub(crate) old: Option<Match>,
    pub(crate) new: Option<Match>,
    pub(crate) when: Option<Match>,
    /// A variant of `Lifecycle`.
    pub(crate) lifecycle: Option<&'static str>,
    pub(crate) group: Option<String>,
    pub(crate) optional: bool,
    pub(crate) deleted: bool,
    /// What a daemon or a timer says of its time.
    pub(crate) schedule: Schedule,
    pub(crate) param: Option<Expr>,
    /// The functions that all of these ask.
    pub(crate) functions: Functions,
}

/// How long to wait before the first call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Delay {
    /// So many seconds.
    Fixed(f64),
    /// As long as the function of this number answers.
    Asked(u32),
}

/// What a daemon or a timer says of its time, in seconds.
#[derive(Debug, Default)]
pub(crate) struct Schedule {
    pub(crate) interval: Option<f64>,
    pub(crate) sharp: bool,
    pub(crate) idle: Option<f64>,
    pub(crate) initial_delay: Option<Delay>,
    pub(crate) cancellation_backoff: Option<f64>,
    pub(crate) cancellation_timeout: Option<f64>,
    pub(crate) cancellation_polling: Option<f64>,
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
    errors.extend(match on {
        On::Subhandler => check_subhandler(&attribute),
        on if on.is_activity() => check_no_selector(on, &attribute.selector),
        on => selector::check(on, &attribute.selector, &attribute.select_by),
    });
    errors.extend(check_together(&given));
    if on == On::Field && !given.contains(&"field") {
        errors.push(Error::new(
            Span::call_site(),
            r#"`on::field` needs the path of a field: add `field = "spec.…"`"#,
        ));
    }
    attribute
}

/// Options that need one another, or do not go together.
fn check_together(given: &[&'static str]) -> Vec<Error> {
    let is_given = |name: &str| given.contains(&name);
    let error = |message: String| Error::new(Span::call_site(), message);
    let mut errors = Vec::new();
    for name in ["value", "old", "new"].into_iter().filter(|name| is_given(name) && !is_given("field")) {
        errors.push(error(format!(r#"`{name}` is about a field: add `field = "spec.…"`"#)));
    }
    for name in ["old", "new"].into_iter().filter(|name| is_given(name) && is_given("value")) {
        errors.push(error(format!(
            "`value` looks at the field before and after a change, `{name}` at one of both: write `value`, or `old` and `new`"
        )));
    }
    if is_given("group") && !is_given("lifecycle") {
        errors.push(error(
            r#"`group` is of the handlers among which a lifecycle chooses: add `lifecycle = "asap"` or another"#.to_owned(),
        ));
    }
    if is_given("sharp") && !is_given("interval") {
        errors.push(error(r#"`sharp` is about an interval: add `interval = "10s"`"#.to_owned()));
    }
    errors
}

/// Splits at commas. Commas in brackets are inside of one token tree, so they do not count; nor do those between the
/// bars of a closure.
fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![TokenStream::new()];
    let (mut before, mut in_bars) = (None, false);
    for token in tokens {
        let mark = match &token {
            TokenTree::Punct(punct) => Some(punct.as_char()),
            _ => None,
        };
        if mark == Some('|') {
            in_bars = !in_bars && before == Some('=');
        }
        before = mark;
        match parts.last_mut() {
            _ if mark == Some(',') && !in_bars => parts.push(TokenStream::new()),
            Some(part) => part.extend([token]),
            None => {}
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
            Kind::Backoff => value::backoff(tokens).map(|backoff| self.backoff = Some(backoff)),
            Kind::Lifecycle => value::lifecycle(&tokens).map(|lifecycle| self.lifecycle = Some(lifecycle)),
            Kind::Text => value::text(tokens).map(|group| self.group = Some(group)),
            Kind::Wait | Kind::Limit => {
                let span = value::seconds(tokens, known.kind == Kind::Wait);
                span.map(|span| *self.span(name) = Some(span))
            }
            Kind::Delay => match syn::parse2::<Expr>(tokens.clone()) {
                Ok(asked @ (Expr::Path(_) | Expr::Closure(_))) => {
                    let number = self.functions.add(About::Delay, asked);
                    self.schedule.initial_delay = Some(Delay::Asked(number));
                    Ok(())
                }
                _ => value::seconds(tokens, true)
                    .map(|delay| self.schedule.initial_delay = Some(Delay::Fixed(delay))),
            },
            Kind::Errors => value::errors(&tokens).map(|mode| self.errors = Some(mode)),
            Kind::Path => value::path(tokens).map(|path| self.field = Some(path)),
            Kind::Matches => {
                let found = Match::keyed(name, tokens, &mut self.functions)?;
                match name {
                    "labels" => self.labels = found,
                    _ => self.annotations = found,
                }
                Ok(())
            }
            Kind::Match => {
                let found = Some(Match::parse(name, About::Value, tokens, &mut self.functions)?);
                match name {
                    "value" => self.value = found,
                    "old" => self.old = found,
                    _ => self.new = found,
                }
                Ok(())
            }
            Kind::Condition => {
                self.when = Some(Match::parse(name, About::Object, tokens, &mut self.functions)?);
                Ok(())
            }
            Kind::Named => value::text(tokens)
                .and_then(|text| self.select_by.name(name, LitStr::new(&text, span), &mut self.selector)),
            Kind::Chosen => {
                let function: Expr = syn::parse2(tokens)?;
                let number = self.functions.add(About::Resource, function);
                self.select_by.set(SelectBy::Asked(number))
            }
            Kind::Flag => value::flag(tokens).and_then(|flag| {
                match name {
                    "everything" if flag => return self.select_by.set(SelectBy::Everything),
                    "everything" => {}
                    "deleted" => self.deleted = flag,
                    "sharp" => self.schedule.sharp = flag,
                    _ => self.optional = flag,
                }
                Ok(())
            }),
            Kind::Expression => {
                self.param = Some(syn::parse2(tokens)?);
                Ok(())
            }
        };
        result.map_err(|message| Error::new(span, format!("`{name}` {message}")))
    }

    /// Where the span of time of this name is kept.
    fn span(&mut self, name: &str) -> &mut Option<f64> {
        let schedule = &mut self.schedule;
        match name {
            "timeout" => &mut self.timeout,
            "attempt_timeout" => &mut self.attempt_timeout,
            "interval" => &mut schedule.interval,
            "idle" => &mut schedule.idle,
            "cancellation_backoff" => &mut schedule.cancellation_backoff,
            "cancellation_timeout" => &mut schedule.cancellation_timeout,
            _ => &mut schedule.cancellation_polling,
        }
    }
}

/// The option of this name, if the attribute takes it.
fn known(on: On, name: &Ident) -> Result<&'static Known, Error> {
    let written = name.to_string();
    let elsewhere = |known: &Known| format!("is an option of {}, not of `{}`", known.places(), on.path());
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
                format!("unknown option `{name}`, `{}` takes {}", on.path(), names.join(", "))
            }
        },
    };
    Err(Error::new(name.span(), message))
}

/// A sub-handler is for the objects of its handler, and its id is put together with that one's.
fn check_subhandler(attribute: &Attribute) -> Vec<Error> {
    let mut errors = Vec::new();
    if let Some(text) = attribute.selector.first() {
        errors.push(Error::new(
            text.span(),
            "a sub-handler names no resource, for it is for the objects of its handler: take it away",
        ));
    }
    if let Some(id) = attribute.id.as_ref().filter(|id| id.contains('/')) {
        errors.push(Error::new(
            Span::call_site(),
            format!("the id of a sub-handler has no `/` in it, as that stands between ids: found \"{id}\""),
        ));
    }
    errors
}

/// An activity names no resource.
fn check_no_selector(on: On, selector: &[LitStr]) -> Vec<Error> {
    let message = format!("`{}` is about no object, so it names no resource: take this away", on.path());
    selector.iter().map(|text| Error::new(text.span(), &message)).collect()
}
