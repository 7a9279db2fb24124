//! Reads what a filter asks: literals, `present`, `absent`, functions, and what combines them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Error, Expr, ExprCall, Lit, LitStr, Token, UnOp, braced,
    parse::{ParseStream, Parser},
    punctuated::Punctuated,
    spanned::Spanned,
};

use crate::suggest::{is_slip, nearest};

/// What combines others.
const COMBINATORS: [&str; 4] = ["not", "all", "any", "none"];

/// What is asked of a value, or of an object.
#[derive(Debug, Clone)]
pub(crate) enum Match {
    /// An expression that is a `Value`.
    Is(TokenStream),
    Present,
    Absent,
    /// What the function of this number answers.
    Asked(u32),
    Not(Box<Match>),
    All(Vec<Match>),
    Any(Vec<Match>),
    None(Vec<Match>),
}

/// What a function is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A label or an annotation.
    Text,
    /// A field.
    Value,
    /// An object, by whatever a handler takes.
    Object,
    /// An object, by whatever a handler takes: how long to wait.
    Delay,
    /// A resource.
    Resource,
}

/// A function that an option asks.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) about: About,
    pub(crate) expression: Expr,
}

/// The functions that an attribute asks. The first is number one.
#[derive(Debug, Default)]
pub(crate) struct Functions(pub(crate) Vec<Function>);

impl Functions {
    /// Takes a function, and numbers it.
    pub(crate) fn add(&mut self, about: About, expression: Expr) -> u32 {
        self.0.push(Function { about, expression });
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

impl Match {
    /// Reads what stands behind the `=` of an option.
    pub(crate) fn parse(
        name: &str,
        about: About,
        tokens: TokenStream,
        functions: &mut Functions,
    ) -> Result<Match, Error> {
        let span = tokens.span();
        let written = tokens.to_string();
        let expression: Expr = syn::parse2(tokens)
            .map_err(|_| Error::new(span, format!("`{name}` is {}, found `{written}`", shape(about))))?;
        Reader { name, about, functions }.read(expression)
    }

    /// Reads `{ "key" = …, "key" = … }`.
    pub(crate) fn keyed(
        name: &str,
        tokens: TokenStream,
        functions: &mut Functions,
    ) -> Result<Vec<(String, Match)>, Error> {
        let span = tokens.span();
        let mut reader = Reader { name, about: About::Text, functions };
        let mut wrong = None;
        let parse = |input: ParseStream<'_>| {
            let inner;
            braced!(inner in input);
            let mut found: Vec<(String, Match)> = Vec::new();
            while !inner.is_empty() {
                let key: LitStr = inner.parse()?;
                inner.parse::<Token![=]>()?;
                let expression: Expr = inner.parse()?;
                let text = key.value();
                let problem = match () {
                    () if text.is_empty() => Some(format!("a key of `{name}` is empty")),
                    () if found.iter().any(|(known, _)| *known == text) => {
                        Some(format!("`{name}` has the key \"{text}\" twice"))
                    }
                    () => None,
                };
                match problem
                    .map_or_else(|| reader.read(expression), |text| Err(Error::new(key.span(), text)))
                {
                    Ok(asked) => found.push((text, asked)),
                    Err(error) => drop(wrong.get_or_insert(error)),
                }
                if !inner.is_empty() {
                    inner.parse::<Token![,]>()?;
                }
            }
            Ok(found)
        };
        let shape = format!(
            r#"`{name}` is written as `{name} = {{ "key" = "value", "key" = present, "key" = absent }}`"#
        );
        // What syn says about punctuation is true and helps nobody: the shape does.
        let found = parse.parse2(tokens).map_err(|_| Error::new(span, shape))?;
        wrong.map_or(Ok(found), Err)
    }
}

/// What may be written, for messages.
fn shape(about: About) -> &'static str {
    match about {
        About::Text => "text, present, absent, a function, or not(…), all(…), any(…), none(…) of these",
        About::Value => "a literal, present, absent, a function, or not(…), all(…), any(…), none(…) of these",
        About::Delay => "a span of time, or a function",
        About::Object => "a function, or not(…), all(…), any(…), none(…) of functions",
        About::Resource => "a function",
    }
}

struct Reader<'a> {
    name: &'a str,
    about: About,
    functions: &'a mut Functions,
}

impl Reader<'_> {
    fn read(&mut self, expression: Expr) -> Result<Match, Error> {
        match expression {
            Expr::Paren(inner) => self.read(*inner.expr),
            Expr::Group(inner) => self.read(*inner.expr),
            Expr::Closure(_) => Ok(Match::Asked(self.functions.add(self.about, expression))),
            Expr::Path(path) => match path.path.get_ident() {
                Some(word) if self.about != About::Object => self.word(&word.clone(), Expr::Path(path)),
                _ => Ok(Match::Asked(self.functions.add(self.about, Expr::Path(path)))),
            },
            Expr::Call(call) => self.combined(call),
            literal if self.about != About::Object => match number_or_text(self.about, &literal) {
                Some(value) => Ok(Match::Is(value)),
                None => Err(self.wrong(&literal)),
            },
            other => Err(self.wrong(&other)),
        }
    }

    /// A word that is no literal.
    fn word(&mut self, word: &Ident, path: Expr) -> Result<Match, Error> {
        let text = word.to_string();
        let slip = ["present", "absent"].into_iter().find(|meant| is_slip(&text, meant));
        match (text.as_str(), slip) {
            ("present", _) => Ok(Match::Present),
            ("absent", _) => Ok(Match::Absent),
            ("null" | "None", _) => {
                let message = format!("a value that is not there is absent: write `{} = absent`", self.name);
                Err(Error::new(word.span(), message))
            }
            (_, Some(meant)) => {
                let message = format!("`{}` is {}, did you mean `{meant}`?", self.name, shape(self.about));
                Err(Error::new(word.span(), message))
            }
            _ => Ok(Match::Asked(self.functions.add(self.about, path))),
        }
    }

    fn combined(&mut self, call: ExprCall) -> Result<Match, Error> {
        let combinator = call.func.to_token_stream().to_string();
        if !COMBINATORS.contains(&combinator.as_str()) {
            let meant = nearest(&combinator, COMBINATORS).map(|meant| format!(", did you mean `{meant}`?"));
            let message = format!(
                "`{}` is {}, found `{combinator}(…)`{}",
                self.name,
                shape(self.about),
                meant.unwrap_or_default()
            );
            return Err(Error::new(call.func.span(), message));
        }
        let span = call.func.span();
        let mut asked = self.each(call.args)?;
        match (combinator.as_str(), asked.len()) {
            ("not", 1) => Ok(Match::Not(Box::new(asked.remove(0)))),
            ("not", found) => {
                Err(Error::new(span, format!("`not(…)` takes one, found {found}: use none(…) for several")))
            }
            ("all", _) => Ok(Match::All(asked)),
            ("any", _) => Ok(Match::Any(asked)),
            _ => Ok(Match::None(asked)),
        }
    }

    fn each(&mut self, asked: Punctuated<Expr, Token![,]>) -> Result<Vec<Match>, Error> {
        asked.into_iter().map(|asked| self.read(asked)).collect()
    }

    fn wrong(&self, found: &Expr) -> Error {
        let message =
            format!("`{}` is {}, found `{}`", self.name, shape(self.about), found.to_token_stream());
        Error::new(found.span(), message)
    }
}

/// An expression that is a `Value`, of a literal.
fn number_or_text(about: About, literal: &Expr) -> Option<TokenStream> {
    let value = match (literal, about) {
        (Expr::Lit(found), About::Text) => match &found.lit {
            Lit::Str(text) => quote!(#text),
            _ => return None,
        },
        (Expr::Lit(found), _) => literal_value(&found.lit, false)?,
        (Expr::Unary(negated), About::Value) => match (&negated.op, &*negated.expr) {
            (UnOp::Neg(_), Expr::Lit(found)) => literal_value(&found.lit, true)?,
            _ => return None,
        },
        (Expr::Macro(found), About::Value) if found.mac.path.segments.last()?.ident == "json" => {
            quote!(#found)
        }
        _ => return None,
    };
    Some(quote!(__kopf::serde_json::Value::from(#value)))
}

fn literal_value(literal: &Lit, negative: bool) -> Option<TokenStream> {
    Some(match literal {
        Lit::Str(text) if !negative => quote!(#text),
        Lit::Bool(flag) if !negative => quote!(#flag),
        // With a type of its own, so that a large one is not taken for an `i32`.
        Lit::Int(number) if negative => {
            let number: i64 = format!("-{}", number.base10_digits()).parse().ok()?;
            quote!(#number)
        }
        Lit::Int(number) => {
            let number: u64 = number.base10_parse().ok()?;
            quote!(#number)
        }
        Lit::Float(number) => {
            let number: f64 = number.base10_parse().ok()?;
            let number = if negative { -number } else { number };
            quote!(#number)
        }
        _ => return None,
    })
}

impl ToTokens for Match {
    /// The `Match` of the boundary.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let made = match self {
            Match::Is(value) => quote!(Is(#value)),
            Match::Present => quote!(Present),
            Match::Absent => quote!(Absent),
            Match::Asked(number) => quote!(Asked(#number)),
            Match::Not(asked) => quote!(Not(::std::boxed::Box::new(#asked))),
            Match::All(asked) => quote!(All(::std::vec![#(#asked),*])),
            Match::Any(asked) => quote!(Any(::std::vec![#(#asked),*])),
            Match::None(asked) => quote!(None(::std::vec![#(#asked),*])),
        };
        tokens.extend(quote!(__kopf::Match::#made));
    }
}

impl Functions {
    /// The functions as a handler's registration has them.
    pub(crate) fn questions(&self) -> TokenStream {
        let questions = self.0.iter().map(|Function { about, expression }| {
            let ask = Ident::new(
                match about {
                    About::Text => "ask_text",
                    About::Value => "ask_value",
                    About::Object => "ask_object",
                    About::Delay => "ask_delay",
                    About::Resource => "ask_resource",
                },
                pointing_at(expression),
            );
            let by_reference = matches!(about, About::Object | About::Delay)
                .then(|| quote_spanned!(pointing_at(expression)=> &));
            quote!(|__kopf_call: &__kopf::Call| __kopf::#ask(__kopf_call, #by_reference #expression))
        });
        quote!(&[#(#questions),*])
    }

    /// What the functions that take arguments want.
    pub(crate) fn wants(&self) -> impl Iterator<Item = TokenStream> {
        self.0.iter().filter_map(|Function { about, expression }| {
            let wants = match about {
                About::Object => "wants_of",
                About::Delay => "delay_wants",
                About::Text | About::Value | About::Resource => return None,
            };
            let place = pointing_at(expression);
            let wants = Ident::new(wants, place);
            let reference = quote_spanned!(place=> &);
            Some(quote!(__kopf::#wants(#reference #expression)))
        })
    }
}

/// Errors about a function point at it.
fn pointing_at(expression: &impl Spanned) -> Span {
    Span::call_site().located_at(expression.span())
}
