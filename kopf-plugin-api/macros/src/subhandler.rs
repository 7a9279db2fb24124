//! Takes sub-handlers out of the body of their handler, and puts what declares them in their place.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Block, Error, Item, ItemFn, Meta, Stmt, Type,
    ext::IdentExt,
    parse_quote,
    visit_mut::{self, VisitMut},
};

use crate::{attribute, expand, options::On, signature};

/// What is said of a sub-handler that no handler has taken out of its body.
pub(crate) const OUTSIDE: &str = "a sub-handler stands inside of a handler: move this function into the body of one, \
                                  such as `#[kopf::on::create(\"pods\")] fn create_fn() { … }`";

/// Puts declarations in the place of the sub-handlers in the body of a function; answers whether there were any.
pub(crate) fn take(on: On, function: &mut ItemFn, errors: &mut Vec<Error>) -> bool {
    let handler = function.sig.ident.unraw().to_string();
    // Of several attributes of the handler the first one takes them, for all of them.
    let others = function.attrs.iter().filter_map(|attribute| attribute.path().segments.last());
    let has_changes = matches!(on, On::Update | On::Field)
        || others.map(|other| &other.ident).any(|other| other == "update" || other == "field");
    let mut taking = Taking { on, has_changes, handler, errors, found: false };
    taking.visit_block_mut(&mut function.block);
    taking.found
}

struct Taking<'a> {
    on: On,
    /// Whether the handler is called for changes, of which there is a state before.
    has_changes: bool,
    /// The name of the handler's function.
    handler: String,
    errors: &'a mut Vec<Error>,
    found: bool,
}

impl VisitMut for Taking<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        for mut statement in std::mem::take(&mut block.stmts) {
            let declaration = match &mut statement {
                Stmt::Item(Item::Fn(function)) => take_attribute(function).map(|attribute| {
                    self.found = true;
                    self.declaration(&attribute, function)
                }),
                _ => None,
            };
            // What it has inside is of its own.
            visit_mut::visit_stmt_mut(self, &mut statement);
            block.stmts.push(statement);
            block.stmts.extend(declaration.flatten());
        }
    }
}

impl Taking<'_> {
    /// The statement that declares a sub-handler, unless something is wrong with it.
    fn declaration(&mut self, attribute: &Attribute, function: &ItemFn) -> Option<Stmt> {
        let known = self.errors.len();
        if !self.on.is_changing() {
            self.errors.push(Error::new_spanned(
                attribute,
                format!(
                    "`{}` has no sub-handlers: those of changes have, such as `on::create`",
                    self.on.path()
                ),
            ));
        }
        let tokens = match &attribute.meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
        };
        let said = attribute::parse(On::Subhandler, tokens, self.errors);
        if self.on.is_changing() && !self.has_changes && (said.old.is_some() || said.new.is_some()) {
            self.errors.push(Error::new_spanned(
                attribute,
                "`old` and `new` are about a change, which `on::update` and `on::field` alone are called for, and this \
                 sub-handler is in none of them: write `value`",
            ));
        }
        let arguments = signature::arguments(function, self.errors);
        (self.errors.len() == known).then(|| {
            let name = function.sig.ident.unraw().to_string();
            self.statement(said.id.as_ref().unwrap_or(&name), &said, function, &arguments)
        })
    }

    fn statement(
        &self,
        id: &str,
        said: &attribute::Attribute,
        function: &ItemFn,
        arguments: &[&Type],
    ) -> Stmt {
        // What removes the function removes its declaration.
        let conditions = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let handler = &self.handler;
        let (asked, questions) = (said.functions.wants(), said.functions.questions());
        let options = expand::options(said);
        let (run, kind) = expand::run(On::Subhandler, function, arguments);
        parse_quote! {
            #(#conditions)*
            {
                use ::kopf_plugin_api::__private as __kopf;
                #run
                __kopf::inventory::submit! {
                    __kopf::Inner {
                        handler: ::core::concat!(::core::module_path!(), "::", #handler),
                        wants: __kopf::wants(&[
                            #(<#arguments as __kopf::FromCall>::WANTS,)*
                            #(#asked),*
                        ]),
                    }
                }
                const __KOPF_QUESTIONS: &[fn(&__kopf::Call) -> __kopf::Answer] = #questions;
                __kopf::Subhandler {
                    id: #id,
                    options: #options,
                    questions: __KOPF_QUESTIONS,
                    run: __kopf::Run::#kind(__kopf_run),
                }
                .declare();
            }
        }
    }
}

/// Takes `#[kopf::subhandler]` off a function.
fn take_attribute(function: &mut ItemFn) -> Option<Attribute> {
    let is_ours = |attribute: &Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == "subhandler")
    };
    let place = function.attrs.iter().position(is_ours)?;
    Some(function.attrs.remove(place))
}

/// What the attribute makes of a function that is in no handler: itself, and an error.
pub(crate) fn outside(item: &TokenStream) -> TokenStream {
    let error = Error::new(Span::call_site(), OUTSIDE).to_compile_error();
    quote!(#item #error).into_token_stream()
}

#[cfg(test)]
mod tests;
