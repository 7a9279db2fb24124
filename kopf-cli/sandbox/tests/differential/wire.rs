//! Answers in protobuf as trees of numbered fields, by a reader that knows no message: it is not the sandbox's own.
//!
//! What a field of bytes holds is told by how it looks: text, a message, or else neither. Both servers are read alike.

use serde_json::{Map, Value, json};

/// What every document begins with.
const PREFIX: &[u8] = b"k8s\0";
/// Where seconds since 1970 are told from smaller numbers.
const RECENT: u64 = 1_000_000_000;

/// A document with its envelope.
pub(super) fn document(body: &[u8]) -> Value {
    let message = body.strip_prefix(PREFIX).and_then(message);
    message.unwrap_or_else(|| json!(body.escape_ascii().to_string()))
}

/// The events of a watch, each with its length before it.
pub(super) fn frames(mut body: &[u8]) -> Vec<Value> {
    let mut events = Vec::new();
    while let Some((length, rest)) = body.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let (frame, rest) = rest.split_at_checked(length).expect("a frame is as long as it says");
        events.push(message(frame).expect("a frame is a message"));
        body = rest;
    }
    events
}

fn message(mut bytes: &[u8]) -> Option<Value> {
    let mut fields = Map::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let value = match tag & 7 {
            0 => number(varint(&mut bytes)?),
            1 => {
                let (value, rest) = bytes.split_first_chunk()?;
                bytes = rest;
                json!(f64::from_le_bytes(*value))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (value, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                content(value)
            }
            _ => return None,
        };
        // No message of Kubernetes has many fields.
        let number = (tag >> 3).to_string();
        if !(1..1_000).contains(&(tag >> 3)) {
            return None;
        }
        match fields.entry(number).or_insert_with(|| json!([])) {
            Value::Array(values) => values.push(value),
            _ => return None,
        }
    }
    // Who owns which fields is compared where answers are JSON.
    let owners = fields.get("17").is_some_and(|owners| owners[0]["6"][0] == "FieldsV1");
    fields.retain(|number, _| !owners || number != "17");
    Some(fields.into())
}

fn content(bytes: &[u8]) -> Value {
    if let Some(inner) = bytes.strip_prefix(PREFIX) {
        return message(inner).unwrap_or_else(|| json!(bytes.escape_ascii().to_string()));
    }
    let is_text = |byte: &u8| (b' '..=b'~').contains(byte) || *byte == b'\n' && bytes.len() > 12;
    if !bytes.is_empty() && bytes.iter().all(is_text) {
        return text(&String::from_utf8_lossy(bytes));
    }
    message(bytes).unwrap_or_else(|| json!(bytes.escape_ascii().to_string()))
}

/// A text; of versions, uids and the JSON of owners, what may differ is masked.
fn text(text: &str) -> Value {
    let is_uid = text.len() == 36 && text.matches('-').count() == 4;
    let is_version = text.len() < 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match serde_json::from_str::<Value>(text) {
        Ok(owned @ Value::Object(_)) => owned,
        _ if is_uid || is_version => json!("SET"),
        _ => json!(text),
    }
}

fn number(value: u64) -> Value {
    if (RECENT..RECENT * 10).contains(&value) { json!("SET") } else { json!(value) }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
