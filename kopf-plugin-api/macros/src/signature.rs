//! Says which functions can be handlers.

use quote::ToTokens;
use syn::{Error, FnArg, ItemFn, Pat, Type};

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
                    errors.push(Error::new_spanned(reference, by_value(&typed.pat, &reference.elem)));
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

/// What to write instead of a reference. Text is what many things of an object are, and so the type of none.
fn by_value(name: &Pat, referred: &Type) -> String {
    let name = name.to_token_stream().to_string();
    let referred = referred.to_token_stream().to_string();
    if referred != "str" && referred != "String" {
        return format!("a handler takes its arguments by value: write `{name}: {referred}` without the `&`");
    }
    let meant = match &*name {
        "namespace" => "namespace: Namespace",
        "uid" => "uid: Uid",
        _ => "name: Name",
    };
    format!(
        "a handler's arguments are told by their types, and `{referred}` is none of them: write `{meant}`, say"
    )
}
