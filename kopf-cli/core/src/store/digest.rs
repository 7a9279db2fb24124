//! Stands for a value where the value itself is too big or too secret to be kept.

use std::fmt;
use std::str::FromStr;

use blake2::digest::consts::U8;
use blake2::{Blake2b, Digest as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use thiserror::Error;

use crate::diff::Amount;

/// Sixteen hexadecimal digits were expected.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{found}` is no digest: 16 hexadecimal digits are expected")]
pub struct Error {
    /// What is there instead.
    pub found: String,
}

/// 64 bits of a value's hash; 16 hexadecimal digits as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(u64);

/// The digest of a value.
///
/// Values that [`crate::diff::same`] calls the same have the same digest, however their keys are ordered and their
/// numbers are written. The salt, an object's uid, keeps digests of different objects from being compared with each
/// other; it is no secret, so a digest hides a value only as well as the value is hard to guess.
pub fn digest(salt: &str, value: &Value) -> Digest {
    let mut hasher = Blake2b::<U8>::new();
    feed_text(&mut hasher, salt);
    feed(&mut hasher, value);
    Digest(u64::from_be_bytes(hasher.finalize().into()))
}

/// Feeds a value to the hasher, each part with its type and length before it so that no two values read alike.
fn feed(hasher: &mut Blake2b<U8>, value: &Value) {
    match value {
        Value::Null => hasher.update(b"n"),
        Value::Bool(false) => hasher.update(b"f"),
        Value::Bool(true) => hasher.update(b"t"),
        Value::Number(number) => match Amount::of(number) {
            Amount::Whole(whole) => {
                hasher.update(b"i");
                hasher.update(whole.to_be_bytes());
            }
            Amount::Bits(bits) => {
                hasher.update(b"d");
                hasher.update(bits.to_be_bytes());
            }
        },
        Value::String(text) => {
            hasher.update(b"s");
            feed_text(hasher, text);
        }
        Value::Array(items) => {
            hasher.update(b"[");
            for item in items {
                feed(hasher, item);
            }
            hasher.update(b"]");
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
            members.sort_unstable_by_key(|(key, _)| *key);
            hasher.update(b"{");
            for (key, value) in members {
                hasher.update(b"k");
                feed_text(hasher, key);
                feed(hasher, value);
            }
            hasher.update(b"}");
        }
    }
}

fn feed_text(hasher: &mut Blake2b<U8>, text: &str) {
    hasher.update((text.len() as u64).to_be_bytes());
    hasher.update(text);
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Digest, Error> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hex.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Digest).ok_or_else(|| Error { found: text.to_owned() })
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(a: &Value, b: &Value, same: bool) {
        assert_eq!(digest("u", a) == digest("u", b), same, "{a} {b}");
        assert_eq!(crate::diff::same(a, b), same, "the digest and the comparison of {a} and {b} agree");
    }

    #[test]
    fn order_nulls_and_spelling_of_numbers_do_not_count() {
        check(&json!({"a": 1, "b": 2}), &json!({"b": 2.0, "a": 1, "c": null}), true);
        check(&json!([{"a": null}]), &json!([{}]), true);
        check(&json!(-0.0), &json!(0), true);
        check(&json!(18_446_744_073_709_551_615_u64), &json!(18_446_744_073_709_551_615_u64), true);
    }

    #[test]
    fn everything_else_counts() {
        check(&json!(1), &json!(true), false);
        check(&json!(1), &json!("1"), false);
        check(&json!(1), &json!(1.5), false);
        check(&json!([1, 2]), &json!([2, 1]), false);
        check(&json!([[1], 2]), &json!([[1, 2]]), false);
        check(&json!([null]), &json!([]), false);
        check(&json!({"a": {}}), &json!({}), false);
        check(&json!({"a": {"b": 1}}), &json!({"a": {}, "b": 1}), false);
    }

    #[test]
    fn each_object_has_digests_of_its_own() {
        assert_ne!(digest("u", &json!(1)), digest("v", &json!(1)));
    }

    #[test]
    fn text_is_sixteen_digits_and_nothing_else() {
        let known = digest("u", &json!({"a": [1, "x"]}));
        assert_eq!(known.to_string().parse(), Ok(known));
        for wrong in ["", "12", "+123456789abcdef", "123456789abcdefg", "0123456789abcdef0"] {
            assert_eq!(wrong.parse::<Digest>(), Err(Error { found: wrong.to_owned() }));
        }
    }
}
