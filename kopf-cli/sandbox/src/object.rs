//! An object at rest: its bytes, a header for selectors, and how other versions show it.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    builtin::SERVICES,
    json, meta,
    protobuf::layout,
    reading,
    resources::{EVENTS_GROUP, Resource, Version, View, selectable},
};

/// An object as the store keeps it: serialized once, in its storage version.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) header: Header,
    pub(crate) bytes: Bytes,
}

/// What must be known of an object without parsing it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) revision: u64,
    /// The definition by whose schema the object is, as it is; 0 where it has to be read by it first.
    pub(crate) edition: u64,
    pub(crate) labels: LabelSet,
    /// The labels of the pods that a service leads to; none where it finds none by labels.
    pub(crate) selector: LabelSet,
    /// Values of the selectable fields that are set.
    pub(crate) fields: Vec<(String, String)>,
    /// Levels of nesting, as it is stored and as it is read.
    pub(crate) depth: usize,
    pub(crate) finalizers: Vec<String>,
    /// Whether it is on its way out.
    pub(crate) deleting: bool,
    pub(crate) owners: Vec<Owner>,
}

/// The key of an object, by which lists are in order: its namespace and name with a slash between them. A hyphen comes
/// before a slash: the objects of `a-b` come before those of `a`.
pub(crate) fn key_of<'a>(
    (namespace, name): (&'a str, &'a str),
) -> impl Iterator<Item = u8> + Clone + use<'a> {
    let home = namespace.bytes().chain((!namespace.is_empty()).then_some(b'/'));
    home.chain(name.bytes())
}

/// The labels of an object. A list: objects have few, and the smallest node of a map has room for eleven.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LabelSet(Box<[(Box<str>, Box<str>)]>);

impl LabelSet {
    /// The labels that an object has.
    pub(crate) fn of(object: &Value) -> Self {
        LabelSet::in_map(&object["metadata"]["labels"])
    }

    fn in_map(map: &Value) -> Self {
        let labels = map.as_object().into_iter().flatten();
        labels.map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default())).collect()
    }

    /// The labels that an object is to have which a service leads to.
    fn led_to(resource: &Resource, service: &Value) -> Self {
        let spec = &service["spec"];
        let leads = &*resource.key == SERVICES && spec["type"] != "ExternalName";
        if leads { LabelSet::in_map(&spec["selector"]) } else { LabelSet::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all labels are among others.
    pub(crate) fn are_among(&self, others: &LabelSet) -> bool {
        self.0.iter().all(|(key, value)| others.get(key) == Some(value))
    }

    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| **known == *key).map(|(_, value)| &**value)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for LabelSet {
    fn from_iter<T: IntoIterator<Item = (&'a str, &'a str)>>(labels: T) -> Self {
        LabelSet(labels.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// What an object belongs to, by its own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    /// Whether the owner is to wait for the object where it goes last.
    pub(crate) blocks: bool,
    /// Whether the owner is the one that has made the object, and looks after it.
    pub(crate) controls: bool,
}

impl Header {
    /// The value that a field selector compares; empty where there is none.
    pub(crate) fn field(&self, path: &str) -> &str {
        match path {
            "metadata.name" => &self.name,
            "metadata.namespace" => &self.namespace,
            _ => self.fields.iter().find(|(name, _)| name == path).map_or("", |(_, value)| value),
        }
    }
}

impl Stored {
    /// Serializes an object whose metadata is complete, as it is sent in the version that is stored; to be called on a stack
    /// that its depth needs.
    pub(crate) fn new(resource: &Resource, value: &Value, revision: u64) -> Self {
        Stored::by(resource, value, None, revision)
    }

    /// The same of an object that is sent in the version of `view`.
    pub(crate) fn sent(view: &View, mut value: Value, revision: u64) -> Self {
        if !reading::may_be_otherwise(&value, &view.resource)
            && (view.version().storage || !view.resource.rules.custom)
        {
            return Stored::new(&view.resource, &value, revision);
        }
        reading::write(&mut value, view);
        Stored::found(&view.resource, &value, revision)
    }

    /// The same of an object that may have been stored by another definition.
    pub(crate) fn found(resource: &Resource, value: &Value, revision: u64) -> Self {
        json::with_stack(json::depth_of_value(value) + resource.reach, || {
            Stored::by(resource, value, reading::otherwise(value, resource).as_ref(), revision)
        })
    }

    fn by(resource: &Resource, value: &Value, read: Option<&Value>, revision: u64) -> Self {
        let empty = Map::new();
        let metadata = value["metadata"].as_object().unwrap_or(&empty);
        let header = Header {
            namespace: meta::text(metadata, "namespace").to_owned(),
            name: meta::text(metadata, "name").to_owned(),
            uid: meta::text(metadata, "uid").to_owned(),
            revision,
            edition: edition(resource, read),
            labels: LabelSet::of(value),
            selector: LabelSet::led_to(resource, value),
            fields: selectable_values(resource, read.unwrap_or(value)),
            depth: json::depth_of_value(value).max(read.map_or(0, json::depth_of_value)),
            finalizers: meta::finalizers(metadata).into_iter().map(str::to_owned).collect(),
            deleting: meta::deleting(metadata),
            owners: owners(metadata),
        };
        // Text grows by doubling: what it does not need is given back.
        Stored { header, bytes: Bytes::from(text(resource, value).into_bytes().into_boxed_slice()) }
    }

    /// The same object as of another revision.
    pub(crate) fn at(&self, resource: &Resource, revision: u64) -> Self {
        let mut value = self.value();
        value["metadata"]["resourceVersion"] = revision.to_string().into();
        let bytes = Bytes::from(text(resource, &value).into_bytes().into_boxed_slice());
        Stored { header: Header { revision, ..self.header.clone() }, bytes }
    }

    /// The same object where its resource is defined otherwise.
    pub(crate) fn redefined(&self, resource: &Resource) -> Self {
        let (edition, fields, depth) = json::with_stack(self.header.depth + resource.reach, || {
            let value = self.value();
            let read = reading::otherwise(&value, resource);
            let edition = edition(resource, read.as_ref());
            let read = read.as_ref().unwrap_or(&value);
            let depth = json::depth_of_value(read).max(self.header.depth);
            (edition, selectable_values(resource, read), depth)
        });
        Stored { header: Header { edition, fields, depth, ..self.header.clone() }, bytes: self.bytes.clone() }
    }

    /// The same object where its resource is defined otherwise, and objects are read as they were.
    pub(crate) fn renumbered(&self, before: u64, now: u64) -> Self {
        let edition = if self.header.edition == before { now } else { self.header.edition };
        Stored { header: Header { edition, ..self.header.clone() }, bytes: self.bytes.clone() }
    }

    /// Whether its bytes have this text, as JSON has it.
    pub(crate) fn has(&self, text: &str) -> bool {
        std::str::from_utf8(&self.bytes).is_ok_and(|bytes| bytes.contains(text))
    }

    /// Its namespace and name.
    pub(crate) fn place(&self) -> (&str, &str) {
        (&self.header.namespace, &self.header.name)
    }

    /// The object as it is stored; to be called, and its result dropped, on a stack that its depth needs.
    pub(crate) fn value(&self) -> Value {
        parse_own(&self.bytes)
    }

    /// The object with the fields that it has in `view`, called as they are stored; on such a stack, too.
    pub(crate) fn read(&self, view: &View) -> Value {
        let mut value = self.value();
        reading::read(&mut value, self.header.edition, &view.resource, view.version());
        value
    }

    /// The object as `view` shows it.
    pub(crate) fn shown(&self, view: &View) -> Bytes {
        self.kept().shown(view)
    }

    /// How deep it is as `view` shows it, at most.
    pub(crate) fn depth(&self, view: &View) -> usize {
        self.kept().depth(view)
    }

    /// The object without its header.
    pub(crate) fn kept(&self) -> Kept {
        Kept { bytes: self.bytes.clone(), depth: self.header.depth, edition: self.header.edition }
    }
}

/// The bytes of an object, and what must be known to show them.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    bytes: Bytes,
    depth: usize,
    edition: u64,
}

impl Kept {
    /// How deep it is as `view` shows it, at most.
    pub(crate) fn depth(&self, view: &View) -> usize {
        let is_read = self.edition == view.resource.edition;
        self.depth + if is_read { 0 } else { view.resource.reach }
    }

    /// The object as `view` shows it.
    pub(crate) fn shown(&self, view: &View) -> Bytes {
        let (resource, version) = (&view.resource, view.version());
        if reading::is_as_read(self.edition, resource, version) {
            return self.bytes.clone();
        }
        json::with_stack(self.depth(view), || {
            let mut value = parse_own(&self.bytes);
            reading::read(&mut value, self.edition, resource, version);
            show(&mut value, view);
            Bytes::from(text(resource, &value))
        })
    }
}

/// The definition by whose schema an object is as it is; none (0) where it is read otherwise.
fn edition(resource: &Resource, otherwise: Option<&Value>) -> u64 {
    if otherwise.is_none() { resource.edition } else { 0 }
}

/// An object as it is shown: a custom resource with its members in order, what is built in as its types have them.
fn text(resource: &Resource, value: &Value) -> String {
    if resource.rules.custom { json::sorted(value) } else { layout::text(value) }
}

fn owners(metadata: &Map<String, Value>) -> Vec<Owner> {
    let owners = metadata.get("ownerReferences").and_then(Value::as_array).into_iter().flatten();
    owners
        .map(|owner| {
            let said = |field: &str| owner[field].as_str().unwrap_or_default().to_owned();
            Owner {
                api_version: said("apiVersion"),
                kind: said("kind"),
                name: said("name"),
                uid: said("uid"),
                blocks: owner["blockOwnerDeletion"] == true,
                controls: owner["controller"] == true,
            }
        })
        .collect()
}

/// Parses what this crate has serialized.
fn parse_own(bytes: &[u8]) -> Value {
    json::parse(bytes).expect("what the store serialized parses")
}

/// Whether a custom resource was stored in a version, as it says first: a definition may have had another one stored since.
pub(crate) fn is_stored_so(bytes: &Bytes, version: &Version) -> bool {
    ["{\"apiVersion\":\"", &version.group, "/", &version.name, "\""]
        .into_iter()
        .try_fold(&bytes[..], |rest, part| rest.strip_prefix(part.as_bytes()))
        .is_some()
}

/// Turns an object of the storage version into the version of `view`.
pub(crate) fn show(value: &mut Value, view: &View) {
    convert(value, view, view.api_version(), |stored, shown| (stored, shown));
}

/// Turns an object of the version of `view` into the storage version.
pub(crate) fn unshow(value: &mut Value, view: &View) {
    convert(value, view, view.resource.storage().api_version(), |stored, shown| (shown, stored));
}

/// How the fields of an event are called in the core group, and in the group of its own.
const EVENT_NAMES: [(&str, &str); 7] = [
    ("count", "deprecatedCount"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("involvedObject", "regarding"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
];

fn convert(
    value: &mut Value,
    view: &View,
    api_version: String,
    direction: fn(&'static str, &'static str) -> (&'static str, &'static str),
) {
    let Value::Object(fields) = value else { return };
    fields.insert("apiVersion".to_owned(), api_version.into());
    let version = view.version();
    if version.group != EVENTS_GROUP || version.storage {
        return;
    }
    for (stored, shown) in EVENT_NAMES {
        let (from, to) = direction(stored, shown);
        if let Some(field) = fields.shift_remove(from) {
            fields.insert(to.to_owned(), field);
        }
    }
    // The newer group says how often even where that is never.
    let newer = fields.get("apiVersion").is_some_and(|said| *said == view.api_version());
    if let Some(Value::Object(series)) = fields.get_mut("series").filter(|_| newer) {
        series.entry("count").or_insert_with(|| 0.into());
    }
    // Who tells of it is left out where that is nobody.
    for field in ["reportingController", "reportingInstance"] {
        if newer && fields.get(field).is_some_and(|said| said == "") {
            fields.shift_remove(field);
        }
    }
}

/// The same object, said to be of another moment: what leaves a selector is told in its old form with the new version.
pub(crate) fn with_revision(stored: &Stored, revision: u64, view: &View) -> Bytes {
    json::with_stack(stored.depth(view), || {
        let mut value = stored.read(view);
        value["metadata"]["resourceVersion"] = revision.to_string().into();
        show(&mut value, view);
        Bytes::from(text(&view.resource, &value))
    })
}

fn selectable_values(resource: &Resource, value: &Value) -> Vec<(String, String)> {
    if !resource.rules.custom {
        return selectable::values(resource, value);
    }
    let paths = resource.versions.iter().flat_map(|version| &version.selectable);
    let mut values: Vec<(String, String)> = Vec::new();
    for path in paths {
        let found = selectable::value_at(value, path);
        if let Some(text) = found.filter(|_| !values.iter().any(|(known, _)| known == path)) {
            values.push((path.clone(), text));
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resources::Catalog;

    #[test]
    fn an_event_reads_in_the_words_of_either_group() {
        let own = Catalog::built_in().view("events.k8s.io", "v1", "events").unwrap();
        let said = json!({ "apiVersion": "events.k8s.io/v1", "kind": "Event", "note": "n", "regarding": { "name": "x" } });
        let mut value = said.clone();
        unshow(&mut value, &own);
        let stored =
            json!({ "apiVersion": "v1", "kind": "Event", "message": "n", "involvedObject": { "name": "x" } });
        assert_eq!(value, stored);
        show(&mut value, &own);
        assert_eq!(value, said);
    }

    #[test]
    fn the_header_knows_what_selectors_ask_for() {
        let view = Catalog::built_in().view("", "v1", "pods").unwrap();
        let pod = json!({
            "metadata": { "name": "p", "namespace": "n", "labels": { "a": "1" } },
            "status": { "phase": "Running" },
        });
        let header = Stored::new(&view.resource, &pod, 7).header;
        assert_eq!(header.field("metadata.name"), "p");
        assert_eq!(header.field("status.phase"), "Running");
        assert_eq!(header.field("spec.nodeName"), "");
        assert_eq!(header.labels.get("a"), Some("1"));
    }
}
