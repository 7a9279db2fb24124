//! Says which functions can be handlers.

use quote::ToTokens;
use syn::{Error, FnArg, ItemFn, Type};

/// The types of the arguments, in their order.
pub(crate) fn arguments<'a>(function: &'a ItemFn, errors: &mut Vec<Error>) -> Vec<&'a Type> {
    let signature = &function.sig;
    if let Some(parameter) = signature.generics.params.first() {
        errors.push(Error::new_spanned(
            parameter,
            "a handler has no generic parameters: write the types themselves",
        ));
    }
    if let Some(unsafety) = &signature.unsafety {
        errors.push(Error::new_spanned(unsafety, "a handler is a safe function: take `unsafe` away"));
    }
    let mut types = Vec::new();
    for argument in &signature.inputs {
        match argument {
            FnArg::Receiver(receiver) => {
                errors.push(Error::new_spanned(receiver, "a handler is a free function: take `self` away"));
            }
            FnArg::Typed(typed) => match &*typed.ty {
                Type::Reference(reference) => {
                    let name = typed.pat.to_token_stream();
                    let inner = reference.elem.to_token_stream();
                    let message = format!(
                        "a handler takes its arguments by value: write `{name}: {inner}` without the `&`"
                    );
                    errors.push(Error::new_spanned(reference, message));
                }
                Type::ImplTrait(found) => {
                    errors.push(Error::new_spanned(
                        found,
                        "a handler has arguments of named types, such as `Spec`",
                    ));
                }
                named => types.push(named),
            },
        }
    }
    types
}
