//! A sandbox's objects as text: kept in a file, they outlive its process.
//!
//! A line says what follows: how many objects, and the latest resourceVersion. Each object is a line more, definitions
//! first, for objects are of the resources that those define. So a text that was cut short is known as one.

use std::{
    io::{self, Write},
    sync::Arc,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::{
    json as deep, kinds, meta,
    object::Stored,
    resources::{DEFINITIONS, NAMESPACES},
    sandbox::Sandbox,
    status::Status,
    store::Store,
    stranded,
    tokens::Signer,
};

/// What the first line says that it is.
const API_VERSION: &str = "sandbox.kopf.dev/v1";
const KIND: &str = "State";
/// How many resourceVersions are passed over after an end that nobody saw: those that were given out after the last
/// text was written must not be given out again for something else.
const UNSEEN: u64 = 1_000_000;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Head {
    api_version: String,
    kind: String,
    /// The latest resourceVersion.
    revision: u64,
    /// How many objects follow.
    objects: usize,
    /// Whether nothing has happened after this was written.
    ended: bool,
    /// What tokens of service accounts are signed with: those that are out stay good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signing_key: Option<String>,
}

/// What a first line says that it is, whatever else there is in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    api_version: String,
    kind: String,
}

/// The text is not the state of a sandbox.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// It does not begin as one.
    #[error("it does not begin as the state of a sandbox does")]
    Headless,
    /// Another version of kopf has written it.
    #[error("it is of the form {found}, and {API_VERSION} is what is read here: use the kopf that wrote it")]
    Foreign {
        /// What it says that it is.
        found: String,
    },
    /// The key of tokens is none.
    #[error("line 1: its signingKey is no key")]
    Keyless,
    /// It ends too early.
    #[error("it is cut short: {found} of {expected} objects are there")]
    CutShort {
        /// How many objects are whole.
        found: usize,
        /// How many there were.
        expected: usize,
    },
    /// It goes on after its end.
    #[error("line {line} is one too many: there are {expected} objects before it")]
    TooLong {
        /// Its number, from 1 on.
        line: usize,
        /// How many objects there are.
        expected: usize,
    },
    /// A line is no object.
    #[error("line {line}: {why}")]
    Line {
        /// Its number, from 1 on.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// All objects of one moment, and the key that tokens of service accounts are signed with: whoever can read it can sign.
pub struct Snapshot {
    revision: u64,
    objects: Vec<(Arc<str>, Arc<Stored>)>,
    signing_key: Option<String>,
}

impl Sandbox {
    /// All objects as they are now. Takes no copies, and holds nobody up.
    pub fn snapshot(&self) -> Snapshot {
        let signer = self.api.access.signer().ok();
        let signing_key = signer.map(|signer| BASE64_STANDARD.encode(signer.secret()));
        let store = self.api.store();
        Snapshot { revision: store.revision(), objects: store.everything(), signing_key }
    }

    /// Does as a server does that is killed and comes back from its [`Snapshot`]: all objects are there, watches are cut,
    /// and nothing is known of the past, so that whoever has not seen the present gets a 410.
    ///
    /// # Panics
    ///
    /// Never: what was written here can be read.
    pub fn restart(&self) {
        let mut store = self.api.store();
        let (revision, objects) = (store.revision(), store.everything());
        let snapshot = Snapshot { revision, objects, signing_key: None };
        let mut text = Vec::new();
        snapshot.write(&mut text, true).expect("memory takes text");
        store.forget();
        restore(&mut store, &text, self.api.clock.now()).expect("what was written here can be read");
        drop(store);
        self.api.access.restart();
        self.faults().cut_watches();
    }
}

impl Snapshot {
    /// The resourceVersion of the latest change in it.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Writes it as text. `ended` says that nothing happens in the sandbox after this.
    ///
    /// # Errors
    ///
    /// Those of the writer.
    pub fn write(&self, into: &mut dyn Write, ended: bool) -> io::Result<()> {
        let head = Head {
            api_version: API_VERSION.to_owned(),
            kind: KIND.to_owned(),
            revision: self.revision,
            objects: self.objects.len(),
            ended,
            signing_key: self.signing_key.clone(),
        };
        serde_json::to_writer(&mut *into, &head)?;
        // A container comes before what is in it.
        for container in [true, false] {
            let here = |resource: &str| matches!(resource, DEFINITIONS | NAMESPACES) == container;
            for (resource, object) in self.objects.iter().filter(|(resource, _)| here(resource)) {
                write!(into, "\n{{\"resource\":{},\"object\":", Value::from(&**resource))?;
                into.write_all(&object.bytes)?;
                into.write_all(b"}")?;
            }
        }
        into.write_all(b"\n")
    }
}

/// One object, and where it belongs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    resource: String,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// Puts the objects of a text into a store that has none; gives the key in it, if there is one.
pub(crate) fn restore(store: &mut Store, text: &[u8], now: Timestamp) -> Result<Option<Signer>, StateError> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n').zip(1..);
    let first = lines.next().map_or(&[][..], |(line, _)| line);
    let head = read_head(first)?;
    let key = head.signing_key.as_ref().map(|key| BASE64_STANDARD.decode(key).ok());
    let signer =
        key.map(|key| key.as_deref().and_then(Signer::read).ok_or(StateError::Keyless)).transpose()?;
    let expected = head.objects;
    let mut found = 0;
    for (line, number) in lines {
        if found == expected {
            return Err(StateError::TooLong { line: number, expected });
        }
        if !line.ends_with(b"\n") {
            break;
        }
        deep::with_stack(deep::depth_of_text(line).min(deep::MAX_DEPTH), || {
            take(store, line, head.revision, now)
        })
        .map_err(|why| StateError::Line { line: number, why })?;
        found += 1;
    }
    if found < expected {
        return Err(StateError::CutShort { found, expected });
    }
    store.begin_at(head.revision.saturating_add(if head.ended { 0 } else { UNSEEN }));
    Ok(signer)
}

/// Reads the first line.
fn read_head(line: &[u8]) -> Result<Head, StateError> {
    let Said { api_version, kind } = serde_json::from_slice(line).map_err(|_| StateError::Headless)?;
    let (group, _) = API_VERSION.split_once('/').unwrap_or_default();
    if kind != KIND || api_version.split('/').next() != Some(group) {
        return Err(StateError::Headless);
    }
    if api_version != API_VERSION {
        return Err(StateError::Foreign { found: api_version });
    }
    serde_json::from_slice(line).map_err(|error| StateError::Line { line: 1, why: in_line(&error) })
}

/// What is wrong with a line: it takes itself for the first one of a text, which is told by whoever knows better.
fn in_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let column = error.column();
    match text.strip_suffix(&format!(" at line {} column {column}", error.line())) {
        Some(why) => format!("{why} at column {column}"),
        None => text,
    }
}

/// Puts in the object of one line.
fn take(store: &mut Store, line: &[u8], latest: u64, now: Timestamp) -> Result<(), String> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let Line { resource: key, object } = serde_json::from_slice(line).map_err(|error| in_line(&error))?;
    let resource = store.catalog.get(&key).cloned();
    let resource = resource.ok_or_else(|| format!("no definition before it defines {key}"))?;
    let object = deep::parse(object.get().as_bytes())?;
    let metadata = object.as_object().map(|object| meta::read(object.get("metadata")));
    let metadata = metadata.ok_or("it is no object")??;
    let said = |field: &str| meta::text(&metadata, field).to_owned();
    let revision = said("resourceVersion").parse().ok().filter(|revision| *revision <= latest);
    let revision = revision.ok_or_else(|| format!("its resourceVersion is none up to {latest}"))?;
    let (namespace, name) = (said("namespace"), said("name"));
    if name.is_empty() || said("uid").is_empty() || namespace.is_empty() == resource.namespaced {
        let or_none = if resource.namespaced { "a namespace" } else { "no namespace" };
        return Err(format!("it is not as all {key} are: each has a name, a uid and {or_none}"));
    }
    if store.get(&key, &namespace, &name).is_some() {
        return Err(format!("{key} {name} is there already"));
    }
    let stored = store.restore(&resource, &object, revision);
    if stranded::is_stranded(&resource, &stored) {
        store.unreadable.insert(Arc::clone(&resource.key), now);
    }
    kinds::after_write(store, &resource, &stored, None, now).map_err(|Status { message, .. }| message)
}
