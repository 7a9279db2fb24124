//! The attributes of kopf plugins: `#[kopf::on::create(…)]` and its like.
//!
//! Authors see them as `kopf::on::…` through `kopf-plugin-api`, whose documentation has the tour.
//!
//! - `attribute`: what is written in the parentheses.
//! - `options`: which options there are, and where each is valid.
//! - `value`, `matching`: what may stand behind an option's `=`.
//! - `selector`: what names a resource.
//! - `signature`: which functions can be handlers.
//! - `index`: the type that stands for an index function.
//! - `endless`: which daemons would never end.
//! - `expand`: from both to a registration.
//! - `subhandler`: the functions inside of a handler that are handlers too.

mod attribute;
mod endless;
mod expand;
mod index;
mod matching;
mod options;
mod selector;
mod signature;
mod subhandler;
mod suggest;
mod value;

use proc_macro::TokenStream;

use options::On;

macro_rules! attributes {
    ($($(#[$doc:meta])* $name:ident => $on:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// Takes one to three strings that select the resource, unless it is about no object, then options: see the
        /// table in the documentation of `kopf-plugin-api`.
        #[proc_macro_attribute]
        pub fn $name(attribute: TokenStream, item: TokenStream) -> TokenStream {
            let (mut tokens, errors) = expand::expand(On::$on, attribute.into(), item.into());
            tokens.extend(errors.iter().map(syn::Error::to_compile_error));
            tokens.into()
        }
    )*};
}

attributes! {
    /// Calls a function for every event of the watch, without retries and without a record.
    event => Event;
    /// Calls a function for an object that is seen for the first time.
    create => Create;
    /// Calls a function for a change of an object's essence.
    update => Update;
    /// Calls a function for an object that is to be deleted, and holds the object back until it has succeeded.
    delete => Delete;
    /// Calls a function for an object that was handled before, once after each start of the operator.
    resume => Resume;
    /// Calls a function for a change of one field, its appearance with the object included.
    field => Field;
    /// Runs a function for as long as an object is there, beside its handlers.
    daemon => Daemon;
    /// Calls a function again and again for as long as an object is there.
    timer => Timer;
    /// Calls a function when the operator starts, before anything is asked of the API server.
    startup => Startup;
    /// Calls a function when the operator ends, after everything has stopped.
    cleanup => Cleanup;
    /// Calls a function when somebody asks after the operator's health.
    probe => Probe;
    /// Calls a function when the operator needs credentials for the API server.
    login => Login;
    /// Keeps what a function returns for each object of a resource at hand for all handlers of the plugin.
    index => Index;
}

/// Makes a function inside of a handler a part of it that has an id, retries and a record of its own.
///
/// It stands in the body of the handler, or of another sub-handler, and takes options: see `subhandlers` in the
/// documentation of `kopf-plugin-api`.
#[proc_macro_attribute]
pub fn subhandler(_attribute: TokenStream, item: TokenStream) -> TokenStream {
    // The attribute of its handler takes this one away before it comes here.
    subhandler::outside(&item.into()).into()
}
