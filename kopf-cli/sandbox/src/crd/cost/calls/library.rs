//! Functions of the server's own libraries: addresses, quantities, versions, named formats.

use super::Call;
use crate::{
    cel::prices::{PATTERN, TEXT},
    crd::cost::parts::{Part, Type, times},
};

/// How long the patterns of named formats are taken to be.
const FORMAT_PATTERN: f64 = 128.0;

/// A call of a function of the libraries; `None` where it is of something else.
pub(super) fn priced<'a>(call: &Call<'a, '_>) -> Option<Part<'a>> {
    Some(match (call.name, call.target, call.args) {
        ("url", None, [text]) => call.part(text.times(TEXT), Type::Library).sized(text.known_size()),
        ("jsonpatch.escapeKey", None, [text]) => {
            call.part(text.times(TEXT), Type::Text).sized(text.known_size())
        }
        ("ip" | "cidr" | "quantity" | "semver", None, [text, ..]) => {
            call.part(text.times(TEXT), Type::Library)
        }
        ("isIP" | "isCIDR" | "isQuantity" | "isSemver", None, [text, ..]) => {
            call.part(text.times(TEXT), Type::Scalar)
        }
        ("ip.isCanonical", None, [text]) => call.part(text.times(2.0 * TEXT), Type::Scalar),
        ("containsIP", Some(_), [address]) => call.part(read(address).saturating_add(4), Type::Scalar),
        ("containsCIDR", Some(_), [range]) => call.part(read(range).saturating_add(7), Type::Scalar),
        ("validate", Some(_), [text]) => {
            let own = times(text.times(TEXT), FORMAT_PATTERN * PATTERN);
            call.part(own, Type::Optional(Box::new(Type::List(Box::new(Type::Text)))))
        }
        _ => return None,
    })
}

/// What it costs to read an address or a range, if it is still a text.
fn read(part: &Part<'_>) -> u64 {
    if part.may_be_text() { part.times(TEXT) } else { 0 }
}
