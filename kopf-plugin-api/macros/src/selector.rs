//! Says which strings and options name a resource.

use proc_macro2::Span;
use quote::{ToTokens, quote};
use syn::{Error, LitStr};

use crate::options::On;

/// What the last string of a selector names, or what stands in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum SelectBy {
    /// A kind, a plural, a singular or a short name.
    #[default]
    Name,
    Kind,
    Plural,
    Singular,
    ShortName,
    Category,
    Everything,
    /// The function of this number.
    Asked(u32),
}

impl SelectBy {
    /// Takes an option that names the resource; its text comes last.
    pub(crate) fn name(
        &mut self,
        option: &str,
        text: LitStr,
        selector: &mut Vec<LitStr>,
    ) -> Result<(), String> {
        self.set(match option {
            "kind" => SelectBy::Kind,
            "plural" => SelectBy::Plural,
            "singular" => SelectBy::Singular,
            "short_name" => SelectBy::ShortName,
            _ => SelectBy::Category,
        })?;
        selector.push(text);
        Ok(())
    }

    /// Takes what names the resource.
    pub(crate) fn set(&mut self, by: SelectBy) -> Result<(), String> {
        if *self != SelectBy::Name {
            return Err(
                "and another option both say which resource is meant: one of them is enough".to_owned()
            );
        }
        *self = by;
        Ok(())
    }

    /// How many strings there may be, the name included.
    fn counts(&self) -> std::ops::RangeInclusive<usize> {
        match self {
            SelectBy::Everything | SelectBy::Asked(_) => 0..=2,
            _ => 1..=3,
        }
    }
}

impl ToTokens for SelectBy {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        let variant = match self {
            SelectBy::Name => quote!(Name),
            SelectBy::Kind => quote!(Kind),
            SelectBy::Plural => quote!(Plural),
            SelectBy::Singular => quote!(Singular),
            SelectBy::ShortName => quote!(ShortName),
            SelectBy::Category => quote!(Category),
            SelectBy::Everything => quote!(Everything),
            SelectBy::Asked(number) => quote!(Asked(#number)),
        };
        tokens.extend(quote!(__kopf::SelectBy::#variant));
    }
}

/// Checks the number of the strings and their letters. What they name is for the host to find out.
pub(crate) fn check(on: On, selector: &[LitStr], by: &SelectBy) -> Vec<Error> {
    let on = on.path();
    let shape = format!(r#"`#[kopf::{on}("group", "version", "plural")]`"#);
    let mut errors = Vec::new();
    match selector {
        [] if *by == SelectBy::Name => {
            let message = format!("name the resource: {shape} or `#[kopf::{on}(\"pods\")]`");
            errors.push(Error::new(Span::call_site(), message));
        }
        [.., last] if selector.len() > *by.counts().end() => {
            let message = match by {
                SelectBy::Name => format!("a resource is named by one to three strings: {shape}"),
                _ => "with an option that says which resource is meant, the strings are its group and its version"
                    .to_owned(),
            };
            errors.push(Error::new(last.span(), message));
        }
        _ => {}
    }
    for (place, text) in selector.iter().enumerate() {
        let value = text.value();
        // The group of the core resources is empty: ("", "v1", "pods").
        let core = place == 0 && selector.len() == *by.counts().end();
        if value.is_empty() && !core {
            errors.push(Error::new(text.span(), "a string that selects the resource is empty"));
        }
        let group_and_version = place == 0 && selector.len() + 1 == *by.counts().end();
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
