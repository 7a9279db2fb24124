//! From an attribute and its function to a registration.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Error, ItemFn, Type, ext::IdentExt, spanned::Spanned};

use crate::{
    attribute::{self, Attribute, Delay},
    endless, index,
    options::On,
    signature, subhandler,
    value::Backoff,
};

#[cfg(test)]
mod tests;

/// The function as it was, with its registration behind it; and all errors. With an error there is no registration.
pub(crate) fn expand(on: On, attribute: TokenStream, item: TokenStream) -> (TokenStream, Vec<Error>) {
    let mut errors = Vec::new();
    let attribute = attribute::parse(on, attribute, &mut errors);
    let Ok(mut function) = syn::parse2::<ItemFn>(item.clone()) else {
        let message = format!("`#[kopf::{}]` stands on a function", on.path());
        errors.push(Error::new(Span::call_site(), message));
        return (item, errors);
    };
    // Without sub-handlers the function stays as it was written.
    let item =
        if subhandler::take(on, &mut function, &mut errors) { function.to_token_stream() } else { item };
    let arguments = signature::arguments(&function, &mut errors);
    if on == On::Index {
        errors.extend(index::check(&function));
    }
    if on == On::Daemon {
        errors.extend(endless::check(&function, &arguments));
    }
    if errors.is_empty() {
        (with_registration(on, &attribute, &function, &arguments, &item), errors)
    } else {
        (item, errors)
    }
}

fn with_registration(
    on: On,
    attribute: &Attribute,
    function: &ItemFn,
    arguments: &[&Type],
    item: &TokenStream,
) -> TokenStream {
    // What removes the function removes its registration.
    let conditions = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let name = function.sig.ident.unraw().to_string();
    let id = attribute.id.as_ref().unwrap_or(&name);
    let Attribute { selector, select_by, functions, .. } = attribute;
    let (asked, questions) = (functions.wants(), functions.questions());
    let definition = (on == On::Index).then(|| index::definition(function));
    let options = options(attribute);
    // What is about no object wants nothing of one.
    let wants = arguments.iter().filter(|_| !on.is_activity());
    let wants = wants.map(|argument| quote!(<#argument as __kopf::FromCall>::WANTS));
    let (run, kind) = run(on, function, arguments);
    let variant_of_on = variant(on.variant());
    let order = [place(function.sig.ident.span()), place(Span::call_site())].concat();
    quote! {
        // What the arguments are and whether it waits is between the handler and its host.
        #[allow(clippy::needless_pass_by_value, clippy::unused_async)]
        #item
        #definition
        #(#conditions)*
        const _: () = {
            use ::kopf_plugin_api::__private as __kopf;
            #run
            __kopf::inventory::submit! {
                __kopf::Registration {
                    package: ::core::env!("CARGO_PKG_NAME"),
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    function: ::core::concat!(::core::module_path!(), "::", #name),
                    file: ::core::file!(),
                    line: ::core::line!(),
                    column: ::core::column!(),
                    order: [#(#order),*],
                    id: #id,
                    on: __kopf::On::#variant_of_on,
                    selector: &[#(#selector),*],
                    select_by: #select_by,
                    wants: __kopf::wants(&[#(#wants,)* #(#asked),*]),
                    options: #options,
                    questions: #questions,
                    run: __kopf::Run::#kind(__kopf_run),
                }
            }
        };
    }
}

/// The line and the column at which something is written. Of what a macro has made, that is where its parts come from, and
/// no other than theirs: for `line!()` all of it stands where the macro is called.
fn place(span: Span) -> Vec<u32> {
    let written = proc_macro::is_available().then(|| span.unwrap());
    let (line, column) = written.map_or((0, 0), |written| (written.line(), written.column()));
    [line, column].map(|number| u32::try_from(number).unwrap_or(u32::MAX)).to_vec()
}

/// The function that takes a call apart and puts the answer together, and the variant of `Run` that it is.
pub(crate) fn run(on: On, function: &ItemFn, arguments: &[&Type]) -> (TokenStream, Ident) {
    let name = &function.sig.ident;
    let values: Vec<TokenStream> = arguments
        .iter()
        .map(|argument| match on.is_activity() {
            true => quote_spanned!(argument.span()=> <#argument as __kopf::FromActivity>::from_activity(&__kopf_call)?),
            false => quote_spanned!(argument.span()=> <#argument as __kopf::FromCall>::from_call(&__kopf_call)?),
        })
        .collect();
    // Errors about the answer point at its type.
    let place = match &function.sig.output {
        syn::ReturnType::Default => name.span(),
        syn::ReturnType::Type(_, answer) => answer.span(),
    };
    let answer = |returned: TokenStream| match on {
        On::Index => index::answer(name, place, &returned),
        On::Login => quote_spanned!(place=> __kopf::login(#returned)),
        _ => quote_spanned!(place=> __kopf::answer(#returned)),
    };
    if function.sig.asyncness.is_some() {
        let answered = answer(quote_spanned!(place=> #name(#(#values),*).await));
        let run = quote! {
            #[allow(unused_qualifications)]
            fn __kopf_run(__kopf_call: __kopf::Call) -> __kopf::Answering {
                ::std::boxed::Box::pin(async move { #answered })
            }
        };
        (run, variant("Async"))
    } else {
        let answered = answer(quote_spanned!(place=> #name(#(#values),*)));
        let run = quote! {
            #[allow(unused_qualifications)]
            fn __kopf_run(__kopf_call: &__kopf::Call) -> __kopf::Answer { #answered }
        };
        (run, variant("Sync"))
    }
}

/// A closure that makes the options; only what was given is named.
pub(crate) fn options(attribute: &Attribute) -> TokenStream {
    let mut fields = Vec::new();
    let mut give = |name: &str, value: TokenStream| {
        let name = variant(name);
        fields.push(quote!(#name: #value));
    };
    let some = |value: &dyn ToTokens| quote!(::core::option::Option::Some(#value));
    if let Some(retries) = attribute.retries {
        give("retries", some(&retries));
    }
    for (name, span) in [("timeout", attribute.timeout), ("attempt_timeout", attribute.attempt_timeout)] {
        if let Some(span) = span {
            give(name, some(&span));
        }
    }
    if let Some(backoff) = attribute.backoff {
        let backoff = match backoff {
            Backoff::Fixed(span) => quote!(Fixed(#span)),
            Backoff::Exponential { first, factor, cap, jitter } => {
                quote!(Exponential { first: #first, factor: #factor, cap: #cap, jitter: #jitter })
            }
        };
        give("backoff", some(&quote!(__kopf::Backoff::#backoff)));
    }
    if let Some(errors) = attribute.errors {
        let errors = variant(errors);
        give("errors", some(&quote!(__kopf::Errors::#errors)));
    }
    if let Some(field) = &attribute.field {
        give("field", some(&quote!(::std::string::String::from(#field))));
    }
    for (name, found) in [("labels", &attribute.labels), ("annotations", &attribute.annotations)] {
        if !found.is_empty() {
            let pairs = found.iter().map(|(key, asked)| quote!((::std::string::String::from(#key), #asked)));
            give(name, quote!(::std::vec![#(#pairs),*]));
        }
    }
    let Attribute { value, old, new, when, .. } = attribute;
    for (name, asked) in [("value", value), ("old", old), ("new", new), ("when", when)] {
        if let Some(asked) = asked {
            give(name, some(asked));
        }
    }
    if let Some(lifecycle) = attribute.lifecycle {
        let lifecycle = variant(lifecycle);
        give("lifecycle", some(&quote!(__kopf::Lifecycle::#lifecycle)));
    }
    if let Some(group) = &attribute.group {
        give("group", some(&quote!(::std::string::String::from(#group))));
    }
    for (name, flag) in [("optional", attribute.optional), ("deleted", attribute.deleted)] {
        if flag {
            give(name, quote!(true));
        }
    }
    let schedule = &attribute.schedule;
    let spans = [
        ("interval", schedule.interval),
        ("idle", schedule.idle),
        ("cancellation_backoff", schedule.cancellation_backoff),
        ("cancellation_timeout", schedule.cancellation_timeout),
        ("cancellation_polling", schedule.cancellation_polling),
    ];
    for (name, span) in spans {
        if let Some(span) = span {
            give(name, some(&span));
        }
    }
    if schedule.sharp {
        give("sharp", quote!(true));
    }
    match schedule.initial_delay {
        Some(Delay::Fixed(delay)) => give("initial_delay", some(&quote!(__kopf::Delay::Fixed(#delay)))),
        Some(Delay::Asked(asked)) => {
            give("initial_delay", some(&quote!(__kopf::Delay::Asked { asked: #asked })));
        }
        None => {}
    }
    if let Some(param) = &attribute.param {
        give("param", quote_spanned!(param.span()=> ::core::option::Option::Some(__kopf::param(#param))));
    }
    quote!(|| __kopf::Options { #(#fields,)* ..::core::default::Default::default() })
}

fn variant(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}
