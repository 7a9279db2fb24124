//! Answers in protobuf: what would be sent as JSON, for clients that want it so.

use bytes::Bytes;
use serde_json::Value;

use super::{PREFIX, encode, messages::Table};
use crate::json as deep;

/// A document in its envelope; `None` where its kind has no message.
pub(crate) fn document(text: &[u8]) -> Option<Bytes> {
    deep::with_stack(deep::depth_of_text(text), || envelope(&deep::parse(text).ok()?)).map(Bytes::from)
}

/// A line of a watch as a frame; `None` where the kind of its object has no message.
pub(crate) fn frame(line: &[u8]) -> Option<Bytes> {
    let event = deep::with_stack(deep::depth_of_text(line), || {
        let event = deep::parse(line).ok()?;
        let mut object = Vec::new();
        encode::put_bytes(&mut object, 1, &envelope(&event["object"])?);
        let mut message = Vec::new();
        encode::put_bytes(&mut message, 1, event["type"].as_str().unwrap_or_default().as_bytes());
        encode::put_bytes(&mut message, 2, &object);
        Some(message)
    })?;
    let mut frame = u32::try_from(event.len()).ok()?.to_be_bytes().to_vec();
    frame.extend_from_slice(&event);
    Some(frame.into())
}

/// `runtime.Unknown`, and what every body begins with.
fn envelope(value: &Value) -> Option<Vec<u8>> {
    let (api_version, kind) = (value["apiVersion"].as_str().unwrap_or_default(), value["kind"].as_str()?);
    let table = Table::get();
    let message = encode::message(table, table.of_answer(api_version, kind)?, value);
    let mut types = Vec::new();
    encode::put_bytes(&mut types, 1, api_version.as_bytes());
    encode::put_bytes(&mut types, 2, kind.as_bytes());
    let mut bytes = PREFIX.to_vec();
    encode::put_bytes(&mut bytes, 1, &types);
    encode::put_bytes(&mut bytes, 2, &message);
    // An encoding and a media type of the message's own, of which it has none.
    encode::put_bytes(&mut bytes, 3, b"");
    encode::put_bytes(&mut bytes, 4, b"");
    Some(bytes)
}
