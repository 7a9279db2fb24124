//! Bodies in protobuf, turned into the JSON that they stand for, and answers turned into what they are in protobuf.
//!
//! Clients of typed objects send and want them so. What the messages of Kubernetes are is a table ([`messages`]); what is
//! decoded by it ([`decode`]) is what a server would show of the object, and is encoded by it again ([`encode`]); and it says in which
//! order a server shows it ([`layout`]).

pub(crate) mod answer;
mod backwards;
mod complete;
mod decode;
mod encode;
pub(crate) mod layout;
mod messages;
pub(crate) mod open_api;
mod wire;

use serde_json::Value;

use crate::recognition::unregistered;

pub(crate) use complete::{Empties, complete, forget_zeros, zero};
use decode::Decoder;
use messages::Table;
use wire::Fields;

/// What every body begins with.
const PREFIX: &[u8] = b"k8s\0";

/// What is still read of a version that is not served any more, and has the fields of the one that is.
const OLDER: (&str, &str) = ("policy/v1beta1", "Eviction");

/// Why a body is none.
#[derive(Debug, PartialEq)]
pub(crate) enum Error {
    /// It does not even say what it is of.
    Unrecognized(String),
    /// What it says it is of, and what is wrong with it.
    Wrong { api_version: String, kind: String, said: String },
}

impl Error {
    /// What is wrong, for people.
    pub(crate) fn said(self) -> String {
        match self {
            Error::Unrecognized(said) | Error::Wrong { said, .. } => said,
        }
    }
}

/// An object of the `expected` version and kind; the version is as the body names it, where it names one.
///
/// # Errors
///
/// Whatever is wrong with the bytes; they are never more than that.
pub(crate) fn parse(body: &[u8], expected: (&str, &str)) -> Result<Value, Error> {
    let envelope = Envelope::read(body).map_err(Error::Unrecognized)?;
    let or = |said, expected| if str::is_empty(said) { expected } else { said };
    let (api_version, kind) = (or(envelope.api_version, expected.0), or(envelope.kind, expected.1));
    let decode = || {
        let table = Table::get();
        let is_older = (api_version, kind) == OLDER && kind == expected.1;
        let known = if is_older { expected.0 } else { api_version };
        let message = table.of_kind(known, kind).ok_or_else(|| unregistered(kind, api_version))?;
        // Only what is asked for is decoded, for only of that it is known how much room it takes.
        if kind != expected.1 {
            return Err("wrong kind".to_owned());
        }
        Decoder::new(table).message(message, envelope.raw)
    };
    let mut value = decode().map_err(|said| Error::Wrong {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        said,
    })?;
    if let Value::Object(fields) = &mut value {
        fields.insert("apiVersion".to_owned(), api_version.into());
        fields.insert("kind".to_owned(), kind.into());
    }
    Ok(value)
}

/// The beginning of a body, as it is told of.
pub(crate) fn start_of(body: &[u8]) -> String {
    const TOLD: usize = 30;
    if body.is_empty() {
        return "<empty>".to_owned();
    }
    let digits: String = body.iter().take(TOLD).map(|byte| format!("{byte:02x}")).collect();
    if body.len() > TOLD { digits + " ..." } else { digits }
}

/// What stands around an object: `runtime.Unknown`.
#[derive(Default)]
struct Envelope<'a> {
    api_version: &'a str,
    kind: &'a str,
    raw: &'a [u8],
}

impl<'a> Envelope<'a> {
    fn read(body: &'a [u8]) -> Result<Self, String> {
        if body.is_empty() {
            return Err("empty data".to_owned());
        }
        let bytes = body.strip_prefix(PREFIX).ok_or(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]",
        )?;
        let mut envelope = Envelope::default();
        for field in Fields::of(bytes) {
            let (number, value) = field?;
            match number {
                1 => {
                    for field in Fields::of(value.bytes()?) {
                        match field? {
                            (1, value) => envelope.api_version = value.text()?,
                            (2, value) => envelope.kind = value.text()?,
                            _ => {}
                        }
                    }
                }
                2 => envelope.raw = value.bytes()?,
                3 if !value.bytes()?.is_empty() => {
                    return Err("an object in an encoding of its own".to_owned());
                }
                _ => {}
            }
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests;
