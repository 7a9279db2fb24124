//! What an index function has beyond a handler: a type of its name, which arguments name the index by.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{Error, ItemFn, ReturnType, spanned::Spanned};

/// Checks that the function returns something.
pub(crate) fn check(function: &ItemFn) -> Option<Error> {
    matches!(function.sig.output, ReturnType::Default).then(|| {
        let message = "an index function returns what is held of the object: `(key, value)`, a `Vec` or a map of such \
                       pairs, or `Scalar(value)`; in an `Option` if there may be none";
        Error::new(function.sig.ident.span(), message)
    })
}

/// The type, beside the function: functions and types have names of their own.
pub(crate) fn definition(function: &ItemFn) -> TokenStream {
    let ReturnType::Type(_, returned) = &function.sig.output else { return TokenStream::new() };
    // Of several such attributes the last one that is expanded, and it alone, sees none besides itself.
    let is_index = |path: &syn::Path| path.segments.last().is_some_and(|last| last.ident == "index");
    if function.attrs.iter().any(|attribute| is_index(attribute.path())) {
        return TokenStream::new();
    }
    let conditions: Vec<_> =
        function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let (name, visibility) = (&function.sig.ident, &function.vis);
    let place = returned.span();
    let key = quote_spanned!(place=> <#returned as ::kopf_plugin_api::index::Entries>::Key);
    let value = quote_spanned!(place=> <#returned as ::kopf_plugin_api::index::Entries>::Value);
    quote! {
        #(#conditions)*
        /// The index of the function of this name.
        #[allow(non_camel_case_types, dead_code)]
        #visibility enum #name {}
        #(#conditions)*
        impl ::kopf_plugin_api::index::Definition for #name {
            type Key = #key;
            type Value = #value;
        }
    }
}

/// What the function returned, put into its index.
pub(crate) fn answer(name: &Ident, place: Span, returned: &TokenStream) -> TokenStream {
    quote_spanned! {place=> {
        #[allow(unused_imports)]
        use __kopf::{ByJson as _, BySize as _, ByText as _};
        let __kopf_returned = #returned;
        #[allow(clippy::needless_borrow)]
        let (__kopf_key, __kopf_value) = (
            (&&__kopf::Scales::<<#name as __kopf::Definition>::Key>(::core::marker::PhantomData)).weigh(),
            (&&__kopf::Scales::<<#name as __kopf::Definition>::Value>(::core::marker::PhantomData)).weigh(),
        );
        __kopf::file::<#name>(&__kopf_call, __kopf_returned, __kopf_key, __kopf_value)
    }}
}
