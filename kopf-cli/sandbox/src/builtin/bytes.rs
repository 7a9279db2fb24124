//! Bytes in objects of built-in kinds: base64 in JSON, read and written as Go does it.

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::{Map, Value};

/// Where kinds have bytes, by the keys of their resources; a star is each item of a list, or each entry of a map.
const PLACES: &[(&str, &[&[&str]])] = &[
    ("secrets", &[&["data", "*"]]),
    ("configmaps", &[&["binaryData", "*"]]),
    ("certificatesigningrequests.certificates.k8s.io", &[&["spec", "request"], &["status", "certificate"]]),
    (
        "mutatingwebhookconfigurations.admissionregistration.k8s.io",
        &[&["webhooks", "*", "clientConfig", "caBundle"]],
    ),
    (
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        &[&["webhooks", "*", "clientConfig", "caBundle"]],
    ),
];

/// What a refusal of bytes begins with.
pub(crate) const ILLEGAL: &str = "illegal base64 data";

/// Has all bytes of an object be written in one way.
///
/// # Errors
///
/// The first text that is no base64, in the words of Go.
pub(crate) fn settle(key: &str, fields: &mut Map<String, Value>) -> Result<(), String> {
    let places = PLACES.iter().find(|(kind, _)| *kind == key).map_or(&[][..], |(_, places)| places);
    for place in places {
        if let Some((first, rest)) = place.split_first()
            && let Some(value) = fields.get_mut(*first)
        {
            settle_at(value, rest)?;
        }
    }
    Ok(())
}

fn settle_at(value: &mut Value, place: &[&str]) -> Result<(), String> {
    match (place, value) {
        ([], Value::String(text)) => {
            if let Some(at) = corrupt(text.as_bytes()) {
                return Err(format!("{ILLEGAL} at input byte {at}"));
            }
            let lenient = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
            let engine = GeneralPurpose::new(&STANDARD, lenient);
            let bytes: Vec<u8> = text.bytes().filter(|byte| !is_newline(*byte)).collect();
            // What is not corrupt decodes.
            *text = engine.encode(engine.decode(bytes).unwrap_or_default());
            Ok(())
        }
        (["*", rest @ ..], Value::Array(items)) => {
            items.iter_mut().try_for_each(|item| settle_at(item, rest))
        }
        (["*", rest @ ..], Value::Object(entries)) => {
            entries.values_mut().try_for_each(|entry| settle_at(entry, rest))
        }
        ([name, rest @ ..], Value::Object(fields)) => {
            fields.get_mut(*name).map_or(Ok(()), |value| settle_at(value, rest))
        }
        _ => Ok(()),
    }
}

fn is_newline(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where a text stops being base64, as Go tells of it: lines may be broken anywhere, and four letters belong together.
fn corrupt(text: &[u8]) -> Option<usize> {
    let skip = |mut at: usize| {
        while text.get(at).copied().is_some_and(is_newline) {
            at += 1;
        }
        at
    };
    let (mut at, mut letters) = (0, 0);
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => letters = (letters + 1) % 4,
            b'\n' | b'\r' => {}
            b'=' if letters >= 2 => {
                if letters == 2 {
                    at = skip(at);
                    match text.get(at) {
                        None => return Some(text.len()),
                        Some(b'=') => at += 1,
                        Some(_) => return Some(at - 1),
                    }
                }
                at = skip(at);
                return (at < text.len()).then_some(at);
            }
            _ => return Some(at - 1),
        }
    }
    (letters > 0).then(|| text.len() - letters)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let Value::Object(mut fields) = json!({ "data": { "k": text } }) else {
            unreachable!("it is an object")
        };
        let settled = settle("secrets", &mut fields);
        let said = settled.err().unwrap_or_else(|| fields["data"]["k"].as_str().unwrap().to_owned());
        assert_eq!(said, expected, "{text:?}");
    }

    #[test]
    fn bytes_are_written_in_one_way() {
        check("", "");
        check("AB==", "AA==");
        check("AAF=", "AAE=");
        check("A\nA=\r\n=\n", "AA==");
        check("dg==", "dg==");
    }

    #[test]
    fn what_is_no_base64_is_told_of_by_its_place() {
        check("A", "illegal base64 data at input byte 0");
        check("AAAAA", "illegal base64 data at input byte 4");
        check("AA=", "illegal base64 data at input byte 3");
        check("AA=A", "illegal base64 data at input byte 2");
        check("AA==A", "illegal base64 data at input byte 4");
        check("A===", "illegal base64 data at input byte 1");
        check("no base64!", "illegal base64 data at input byte 2");
    }
}
