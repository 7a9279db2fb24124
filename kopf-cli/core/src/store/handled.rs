//! What was handled last on an object, as it is kept in an annotation, and what differs from it now.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::diff::{self, Change, Diff, Operation};
use crate::essence::{is_inherent, narrowed};
use crate::field::FieldPath;
use crate::store::digest::{Digest, digest};

/// The longest text that is kept as it is; a longer one is compressed.
const PLAIN_LIMIT: usize = 32 * 1024;

/// The longest essence that is unpacked. No object is that big, so what is longer is not ours.
const UNPACKED_LIMIT: u64 = 4 * 1024 * 1024;

/// What was handled last.
#[derive(Debug, Clone, PartialEq)]
pub struct Handled {
    /// The essence, or what stands for it.
    pub state: State,
    /// The fields that were watched when it was written, sorted. Those inside of members that every essence holds
    /// matter for digests alone.
    pub fields: Vec<FieldPath>,
    /// Whether it is of a creation that has begun and not ended.
    pub pending: bool,
}

/// How much of an essence is known.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// All of it; where that is what it is now, the same value.
    Whole(Arc<Value>),
    /// Whether it is still the same: a digest for each top-level member, for labels and annotations, and for each
    /// watched field, by its path as text. What was absent has none.
    Digests(BTreeMap<String, Digest>),
}

/// What a field was when it was handled last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Was<'a> {
    /// It was not there.
    Absent,
    /// It had this value.
    Value(&'a Value),
    /// It had a value, of which this is all that is known.
    Digest(Digest),
}

/// What differs from what was handled last.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// What differs. Where the old essence is not known, this names whole members, and their old values are null.
    pub diff: Arc<Diff>,
    /// The old essence, if it is known.
    pub old: Option<&'a Arc<Value>>,
    /// Whether the old essence is known.
    pub known: bool,
    /// With digests alone: every field that differs, also those inside of members that `diff` names.
    fields: Vec<Change>,
}

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    essence: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zlib: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digests: Option<BTreeMap<String, Digest>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldPath>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pending: bool,
}

impl Handled {
    /// The record of an essence in which `fields` were watched.
    pub fn new(essence: impl Into<Arc<Value>>, fields: Vec<FieldPath>, pending: bool) -> Handled {
        Handled { state: State::Whole(essence.into()), fields: sorted(fields), pending }
    }

    /// The record of an essence that is too big or too secret to be kept itself; `uid` is its object's.
    pub fn digested(essence: &Value, fields: &[FieldPath], uid: &str) -> Handled {
        let fields = sorted(fields.to_vec());
        Handled { state: State::Digests(digests(essence, &fields, uid)), fields, pending: false }
    }

    /// The record that an annotation of the object `uid` holds, whose essence is `now`.
    ///
    /// `None` if it is of another object, or cannot be read. A record without a uid is of any object.
    pub fn read(annotation: &str, uid: &str, now: &Arc<Value>) -> Option<Handled> {
        let record: Record<'_> = serde_json::from_str(annotation).ok()?;
        if record.uid.is_some_and(|of| of != uid) {
            return None;
        }
        let state = match (record.essence, record.zlib, record.digests) {
            (Some(essence), None, None) => State::Whole(parse(essence.get(), now)?),
            (None, Some(packed), None) => State::Whole(parse(&unpack(&packed)?, now)?),
            (None, None, Some(digests)) => State::Digests(digests),
            _ => return None,
        };
        Some(Handled { state, fields: sorted(record.fields), pending: record.pending })
    }

    /// The annotation for the object `uid`; an empty uid is left out. An essence of more than 32 KiB is compressed.
    pub fn write(&self, uid: &str) -> String {
        let mut record = Record {
            uid: (!uid.is_empty()).then(|| uid.to_owned()),
            essence: None,
            zlib: None,
            digests: None,
            fields: self.fields.clone(),
            pending: self.pending,
        };
        let plain;
        match &self.state {
            State::Whole(essence) => {
                plain =
                    serde_json::value::to_raw_value(essence).expect("a JSON value has only texts for keys");
                if plain.get().len() > PLAIN_LIMIT {
                    record.zlib = Some(pack(plain.get()));
                } else {
                    record.essence = Some(&plain);
                }
            }
            State::Digests(digests) => record.digests = Some(digests.clone()),
        }
        serde_json::to_string(&record).expect("a record is made of texts, numbers and booleans")
    }

    /// What the field was. Of digests only fields that were watched when they were taken are known; others count as
    /// absent.
    pub fn at(&self, field: &FieldPath) -> Was<'_> {
        match &self.state {
            State::Whole(old) => {
                field.get(old).filter(|value| !value.is_null()).map_or(Was::Absent, Was::Value)
            }
            State::Digests(old) => old.get(&field.to_string()).copied().map_or(Was::Absent, Was::Digest),
        }
    }

    /// The record with a change of our own in it, by which the essence `before` became `after` on the object `uid`.
    ///
    /// What others have changed since the record was taken stays a difference. Where only digests are known, it stays
    /// one for all of the member that it is in.
    #[must_use]
    pub fn absorb(self, before: &Value, after: &Value, uid: &str) -> Handled {
        let state = match self.state {
            State::Whole(old) => State::Whole(Arc::new(diff::diff(before, after).apply(&old))),
            State::Digests(mut old) => {
                let [before, after] = [before, after].map(|essence| digests(essence, &self.fields, uid));
                for place in before.keys().chain(after.keys()) {
                    if old.get(place) == before.get(place) {
                        match after.get(place) {
                            Some(digest) => old.insert(place.clone(), *digest),
                            None => old.remove(place),
                        };
                    }
                }
                State::Digests(old)
            }
        };
        Handled { state, ..self }
    }

    /// What differs `now`, an essence in which the fields `watched` are looked at, on the object `uid`.
    ///
    /// Of the fields that no essence holds by itself, those that were not watched when the record was written, or no
    /// longer are, are not compared: handlers that come or go with a deploy change no object.
    pub fn compare(&self, now: &Value, watched: &[FieldPath], uid: &str) -> Comparison<'_> {
        match &self.state {
            State::Whole(old) => {
                let (before, watched) = (extra(&self.fields), extra(watched));
                let diff = if before == watched {
                    diff::diff(old, now)
                } else {
                    let common = common(&before, &watched);
                    diff::diff(&narrowed(old, &common), &narrowed(now, &common))
                };
                Comparison { diff: diff.into(), old: Some(old), known: true, fields: Vec::new() }
            }
            State::Digests(old) => {
                let fields = differing(old, &self.fields, now, watched, uid);
                Comparison { diff: outermost(&fields).into(), old: None, known: false, fields }
            }
        }
    }
}

impl Comparison<'_> {
    /// Whether [`Comparison::narrow`] has something to say.
    pub fn touches(&self, field: &FieldPath) -> bool {
        if self.known { self.diff.touches(field) } else { !self.narrow(field).is_empty() }
    }

    /// What differs at and below a field, with paths that begin at the field.
    ///
    /// Where only digests are known, this is exact for fields that were watched when they were taken; others that lie
    /// inside of a member are adopted as they are now.
    pub fn narrow(&self, field: &FieldPath) -> Diff {
        if self.known {
            return self.diff.narrow(field);
        }
        let inside = self.fields.iter().filter_map(|change| {
            let path = change.path.strip_prefix(field.steps())?.to_vec();
            Some(Change { path, ..change.clone() })
        });
        outermost(&inside.collect::<Vec<_>>())
    }
}

/// The record and its annotation of at most `max` bytes: the essence as a whole if it fits, else digests of it.
///
/// Digests are as short as it gets: that their text fits is for the caller to see.
pub fn fit<'a>(handled: &'a Handled, uid: &str, max: usize) -> (Cow<'a, Handled>, String) {
    let text = handled.write(uid);
    match &handled.state {
        State::Whole(essence) if text.len() > max => {
            let digested =
                Handled { pending: handled.pending, ..Handled::digested(essence, &handled.fields, uid) };
            let text = digested.write(uid);
            (Cow::Owned(digested), text)
        }
        _ => (Cow::Borrowed(handled), text),
    }
}

/// An essence out of its text. Most objects are as they were left, and then nothing needs to be made of it.
fn parse(text: &str, now: &Arc<Value>) -> Option<Arc<Value>> {
    let mut rest = Rest(text.as_bytes());
    if serde_json::to_writer(&mut rest, now).is_ok() && rest.0.is_empty() {
        return Some(Arc::clone(now));
    }
    serde_json::from_str(text).ok().map(Arc::new)
}

/// What is left of a text, from which what is written is taken away, as long as it is the same.
struct Rest<'a>(&'a [u8]);

impl Write for Rest<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn sorted(mut fields: Vec<FieldPath>) -> Vec<FieldPath> {
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The fields that an essence holds only where they are asked for.
fn extra(fields: &[FieldPath]) -> Vec<FieldPath> {
    sorted(fields.iter().filter(|field| !is_inherent(field)).cloned().collect())
}

/// The fields that lie in both sets, each with all that is below it.
fn common(before: &[FieldPath], now: &[FieldPath]) -> Vec<FieldPath> {
    let within = |fields: &[FieldPath], others: &[FieldPath]| {
        let covered = |field: &&FieldPath| others.iter().any(|other| other.covers(field));
        fields.iter().filter(covered).cloned().collect::<Vec<_>>()
    };
    sorted([within(before, now), within(now, before)].concat())
}

/// The members of an essence that are there without being asked for, and the extra fields.
fn places(essence: &Value, fields: &[FieldPath]) -> Vec<FieldPath> {
    let members = essence.as_object().into_iter().flatten().map(|(key, _)| vec![key.clone()]);
    let metadata = ["labels", "annotations"].map(|key| vec!["metadata".to_owned(), key.to_owned()]);
    let inherent = members.chain(metadata).map(FieldPath::from).filter(is_inherent);
    sorted(inherent.chain(fields.iter().cloned()).collect())
}

fn digests(essence: &Value, fields: &[FieldPath], uid: &str) -> BTreeMap<String, Digest> {
    let there = places(essence, fields).into_iter().filter_map(|path| {
        let value = path.get(essence).filter(|value| !value.is_null())?;
        Some((path.to_string(), digest(uid, value)))
    });
    there.collect()
}

/// The places whose digests differ, sorted by path; those that were not or are not looked at left out.
fn differing(
    old: &BTreeMap<String, Digest>,
    fields: &[FieldPath],
    now: &Value,
    watched: &[FieldPath],
    uid: &str,
) -> Vec<Change> {
    let kept: Vec<FieldPath> = fields.iter().filter(|field| watched.contains(field)).cloned().collect();
    let gone = old.keys().filter_map(|key| FieldPath::parse(key).ok());
    // A member that is gone is known by its digest alone; a field whose digest we have but nobody watches is skipped.
    let gone = gone.filter(|path| is_inherent(path) && !fields.contains(path));
    let paths = sorted(places(now, &kept).into_iter().chain(gone).collect());
    let changes = paths.into_iter().filter_map(|path| {
        let new = path.get(now).unwrap_or(&Value::Null);
        let before = old.get(&path.to_string());
        if before.copied() == (!new.is_null()).then(|| digest(uid, new)) {
            return None;
        }
        let operation = Operation::between(before.is_some(), !new.is_null())?;
        Some(Change { operation, path: path.steps().to_vec(), old: Value::Null, new: new.clone() })
    });
    changes.collect()
}

/// The changes that lie within no other.
fn outermost(changes: &[Change]) -> Diff {
    let is_inner = |change: &Change| {
        changes
            .iter()
            .any(|other| other.path.len() < change.path.len() && change.path.starts_with(&other.path))
    };
    Diff(changes.iter().filter(|change| !is_inner(change)).cloned().collect())
}

fn pack(text: &str) -> String {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    STANDARD.encode(packed.expect("writing into memory does not fail"))
}

fn unpack(packed: &str) -> Option<String> {
    let bytes = STANDARD.decode(packed).ok()?;
    let mut text = String::new();
    ZlibDecoder::new(bytes.as_slice()).take(UNPACKED_LIMIT + 1).read_to_string(&mut text).ok()?;
    (text.len() as u64 <= UNPACKED_LIMIT).then_some(text)
}

#[cfg(test)]
mod tests;
