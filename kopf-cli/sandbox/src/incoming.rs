//! Objects on their way in: read, typed, and checked against what the request's path says they are.

use serde_json::{Map, Value};

use crate::{
    builtin::{self, Empties},
    json, meta, object, printed,
    recognition::{self, Unfit},
    resources::View,
    status::{About, Cause, Status},
    strict::Strictness,
    tables::{self, Decoder},
};

/// What every object has, whatever its kind.
const META: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// The metadata of an object, and the rest of it.
pub(crate) type Halves<'a> = (&'a Map<String, Value>, &'a Map<String, Value>);

/// An object on its way in: its metadata, read and typed, and all its other fields.
pub(crate) struct Incoming {
    pub(crate) metadata: Map<String, Value>,
    pub(crate) rest: Map<String, Value>,
    /// What it says that it is, where that is something else than it is to be.
    pub(crate) other: Option<Other>,
    empties: Empties,
    /// It came without labels.
    pub(crate) unlabelled: bool,
}

/// What a custom resource may say that it is until it is known whether anybody minds.
pub(crate) struct Other {
    pub(crate) api_version: String,
    pub(crate) kind: String,
}

/// Why an object could not be decoded: what is wrong, and the refusal where the server has one of its own for it.
pub(crate) enum Refused {
    Because { said: String, kind: String, version: String, wanted: String },
    With(Status),
}

impl Refused {
    pub(crate) fn of_a_body(self) -> Status {
        match self {
            Refused::Because { said, kind, version, wanted } => Status::bad_request(format!(
                "{kind} in version {} cannot be handled as a {wanted}: {said}",
                printed::quoted(version)
            )),
            Refused::With(status) => status,
        }
    }

    /// The refusal shows what the patch made, or the patch.
    pub(crate) fn of_a_patch(self, shown: impl FnOnce() -> String) -> Status {
        match self {
            Refused::Because { said, .. } => {
                let nothing = About { kind: "", group: "", name: "" };
                Status::invalid(nothing, vec![Cause::invalid("patch", &shown(), &said)])
            }
            Refused::With(status) => status,
        }
    }
}

impl Other {
    /// Whether the kind is the expected one, in whatever version.
    fn is_alike(&self, view: &View) -> bool {
        let group = self.api_version.split_once('/').map_or("", |(group, _)| group);
        group == &*view.version().group && self.kind == view.resource.kind
    }
}

impl Incoming {
    /// Reads an object that is said to be of `view`: takes out what its schema does not know, fills in what it has defaults
    /// for, and turns it into the storage version.
    pub(crate) fn decode(
        mut value: Value,
        view: &View,
        decoder: Decoder,
        strictness: &mut Strictness,
    ) -> Result<Self, Refused> {
        let custom = view.resource.rules.custom;
        let (mut other, mut empties) = (None, Empties::default());
        // What is converted has been said to be of the kind before.
        if decoder == Decoder::Json {
            other = check_kind(&value, view)?;
        }
        let mut unknown = Vec::new();
        let read = if custom {
            meta::unknown_fields(&value["metadata"], "metadata", &mut unknown);
            // Metadata is read by its types, of numbers that have been written anew.
            value.get_mut("metadata").into_iter().for_each(json::settle_numbers);
            meta::read(value.get("metadata")).and_then(|metadata| {
                if let Value::Object(fields) = &mut value {
                    settle(fields, view, other.as_ref(), &mut unknown)?;
                }
                Ok(metadata)
            })
        } else {
            let settled = built_in(&mut value, view, decoder, &mut unknown);
            let read = settled.and_then(|said| {
                empties = said;
                meta::read(value.get("metadata"))
            });
            read.and_then(|metadata| {
                builtin::unreadable(&view.resource.key, &metadata).map_or(Ok(metadata), Err)
            })
        };
        let read = read.and_then(|metadata| {
            let judged = match decoder {
                Decoder::Json if custom => strictness.conclude_custom(unknown),
                Decoder::Json => strictness.conclude(unknown),
                Decoder::Converter => strictness.conclude_converted(unknown),
            };
            judged.map(|()| metadata)
        });
        let metadata = match read {
            Ok(metadata) => metadata,
            Err(said) => return Err(because(said, &view.version().name, &view.resource.kind, view)),
        };
        Ok(Incoming { other, empties, ..Incoming::of(value, metadata, view) })
    }

    /// Reads what a configuration has made of an object: its nulls are meant. `described` is how refusals tell of the
    /// configuration.
    pub(crate) fn of_applied(mut value: Value, view: &View, described: &str) -> Result<Self, Refused> {
        let read = if view.resource.rules.custom {
            meta::drop_malformed(&mut value["metadata"]);
            if let (Some(schema), Value::Object(fields)) = (&view.version().schema, &mut value) {
                schema.settle_applied(fields);
            }
            Ok(Empties::default())
        } else {
            built_in(&mut value, view, Decoder::Converter, &mut Vec::new())
        };
        let read = read.and_then(|empties| Ok((empties, meta::read(value.get("metadata"))?)));
        let (empties, metadata) = read.map_err(|why| {
            let (version, kind) = (view.version(), &view.resource.kind);
            let into = format!("{}/{}, Kind={kind}", version.group, version.name);
            Refused::With(Status::failure(format!(
                "failed to convert new object ({described}) to proper version: unable to convert unstructured \
                 object to {into}: {why}"
            )))
        })?;
        Ok(Incoming { empties, ..Incoming::of(value, metadata, view) })
    }

    /// An object of which nothing is only said.
    pub(crate) fn new(metadata: Map<String, Value>, rest: Map<String, Value>) -> Self {
        let labels = metadata.get("labels").and_then(Value::as_object);
        let unlabelled = labels.is_none_or(Map::is_empty);
        Incoming { metadata, rest, other: None, empties: Empties::default(), unlabelled }
    }

    fn of(mut value: Value, metadata: Map<String, Value>, view: &View) -> Self {
        object::unshow(&mut value, view);
        let mut rest = match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        for field in META {
            rest.shift_remove(field);
        }
        Incoming::new(metadata, rest)
    }

    /// Refuses a body that says that it is of another version.
    pub(crate) fn check_version(&self, view: &View) -> Result<(), Status> {
        let expected = view.api_version();
        match &self.other {
            Some(Other { api_version, .. }) if *api_version != expected => Err(Status::bad_request(format!(
                "the API version in the data ({api_version}) does not match the expected API version ({expected})"
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses an object of no version, which no kind can be found for.
    pub(crate) fn check_versioned(&self) -> Result<(), Status> {
        let why = "Object 'apiVersion' is missing in 'object has no apiVersion field'";
        let is_versioned = self.other.as_ref().is_none_or(|other| !other.api_version.is_empty());
        if is_versioned { Ok(()) } else { Err(Status::internal_error(why)) }
    }

    /// Refuses an object that says that it is of another version or kind.
    pub(crate) fn check_kind(&self, view: &View, name: &str) -> Result<(), Status> {
        let Some(Other { api_version, kind }) = &self.other else { return Ok(()) };
        let (wanted, version) = (&view.resource.kind, view.api_version());
        let said = [("kind", kind, wanted), ("apiVersion", api_version, &version)];
        let wrong = said.into_iter().filter(|(_, said, wanted)| said != wanted);
        let causes =
            wrong.map(|(field, said, wanted)| Cause::invalid(field, said, &format!("must be {wanted}")));
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Err(Status::invalid(About { kind, group, name }, causes.collect()))
    }

    pub(crate) fn settle_namespace(&mut self, view: &View, namespace: &str) -> Result<(), Status> {
        let said = meta::text(&self.metadata, "namespace");
        if !view.resource.namespaced {
            self.metadata.remove("namespace");
        } else if said.is_empty() {
            self.metadata.insert("namespace".to_owned(), namespace.into());
        } else if said != namespace {
            let message =
                "the namespace of the provided object does not match the namespace sent on the request";
            return Err(Status::bad_request(message));
        }
        Ok(())
    }

    pub(crate) fn check_name(&self, name: &str) -> Result<(), Status> {
        match meta::text(&self.metadata, "name") {
            said if said == name => Ok(()),
            "" => Err(Status::bad_request(format!(
                "the name of the object ({name} based on URL) was undeterminable: name must be provided"
            ))),
            said => Err(Status::bad_request(format!(
                "the name of the object ({said}) does not match the name on the URL ({name})"
            ))),
        }
    }

    /// Shows the object as a whole, as `view` has it, for as long as `work` lasts.
    pub(crate) fn as_whole<T>(&mut self, view: &View, work: impl FnOnce(&Value) -> T) -> T {
        let mut whole = std::mem::take(&mut self.rest);
        whole.insert("apiVersion".to_owned(), view.api_version().into());
        whole.insert("kind".to_owned(), view.resource.kind.as_str().into());
        whole.insert("metadata".to_owned(), std::mem::take(&mut self.metadata).into());
        let mut whole = Value::Object(whole);
        let outcome = work(&whole);
        if let Value::Object(fields) = &mut whole {
            self.rest = std::mem::take(fields);
        }
        // In the opposite order, so that nothing has to move.
        if let Some(Value::Object(metadata)) = self.rest.shift_remove("metadata") {
            self.metadata = metadata;
        }
        self.rest.shift_remove("kind");
        self.rest.shift_remove("apiVersion");
        outcome
    }

    /// Has the object be as it was sent for as long as `work` lasts: with what is said to be empty, of which it is told besides.
    pub(crate) fn as_sent<T>(&mut self, work: impl FnOnce(&mut Incoming, &Empties) -> T) -> T {
        let empties = std::mem::take(&mut self.empties);
        empties.put_into(&mut self.rest);
        let outcome = work(self, &empties);
        empties.take_from(&mut self.rest);
        self.empties = empties;
        outcome
    }

    /// The object in its storage version, with fields in the order in which the API prints them.
    pub(crate) fn whole(mut self, view: &View) -> Value {
        self.metadata.sort_keys();
        let mut whole = Map::new();
        whole.insert("apiVersion".to_owned(), view.resource.storage().api_version().into());
        whole.insert("kind".to_owned(), view.resource.kind.as_str().into());
        whole.insert("metadata".to_owned(), self.metadata.into());
        whole.extend(self.rest);
        let mut whole = whole.into();
        if view.resource.rules.custom {
            json::settle_numbers(&mut whole);
        }
        whole
    }
}

/// Reads a custom resource by the schema of the version that it says: of a version that there is not, nothing is known.
fn settle(
    fields: &mut Map<String, Value>,
    view: &View,
    other: Option<&Other>,
    unknown: &mut Vec<String>,
) -> Result<(), String> {
    let alike = other.filter(|other| other.is_alike(view));
    let Some(said) = alike.map_or_else(|| Some(view.clone()), |other| view.in_version(&other.api_version))
    else {
        let named = |name: &str| META.contains(&name);
        let mut names: Vec<String> = fields.keys().filter(|name| !named(name)).cloned().collect();
        names.sort();
        unknown.append(&mut names);
        fields.retain(|name, _| named(name));
        return Ok(());
    };
    let Some(schema) = &said.version().schema else { return Ok(()) };
    let mut elsewhere = Vec::new();
    let is_known = other.is_none() || alike.is_some();
    let settled = schema.settle(fields, if is_known { unknown } else { &mut elsewhere });
    settled.map_err(|cause| format!("{}: {}", cause.field, cause.message))
}

/// Reads an object of a built-in kind, and fills in what it has defaults for.
fn built_in(
    value: &mut Value,
    view: &View,
    decoder: Decoder,
    unknown: &mut Vec<String>,
) -> Result<Empties, String> {
    let Value::Object(fields) = value else { return Ok(Empties::default()) };
    let version = view.version();
    let kind = (&*version.group, &*version.name, &*view.resource.kind);
    tables::decode(fields, kind, decoder, unknown)?;
    Ok(builtin::complete(&view.resource.key, version, &view.resource.kind, fields))
}

/// Checks that an object is what it is to be, by what it says; what it says otherwise, where that does no harm yet.
fn check_kind(value: &Value, view: &View) -> Result<Option<Other>, Refused> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (kind, api_version) = (text(&value["kind"]), text(&value["apiVersion"]));
    let (expected, wanted) = (view.api_version(), &view.resource.kind);
    let refused = |said| because(said, "", "", view);
    recognition::check(value).map_err(refused)?;
    if view.resource.rules.custom {
        if kind.is_empty() {
            let mut shown = value.clone();
            shown.sort_all_objects();
            return Err(refused(format!("Object 'Kind' is missing in '{shown}'")));
        }
        let is_other = (&api_version, &kind) != (&expected, wanted);
        return Ok(is_other.then_some(Other { api_version, kind }));
    }
    match recognition::unfit(value, (&view.version().group, &view.version().name, wanted)) {
        None => Ok(None),
        Some(Unfit::Version(said)) => Err(Refused::With(Status::bad_request(said))),
        Some(Unfit::Kind(said)) => {
            let version = if api_version.is_empty() { &expected } else { &api_version };
            let version = version.rsplit('/').next().unwrap_or_default();
            let kind = if kind.is_empty() { wanted } else { &kind };
            Err(because(said, version, kind, view))
        }
    }
}

/// The refusal of an object that says it is of this version and kind.
pub(crate) fn because(said: String, version: &str, kind: &str, view: &View) -> Refused {
    Refused::Because {
        said,
        kind: kind.to_owned(),
        version: version.to_owned(),
        wanted: view.resource.kind.clone(),
    }
}

/// An object that a patch made, as a refusal shows it.
pub(crate) fn shown(mut object: Value, view: &View) -> String {
    if view.resource.rules.custom {
        object.sort_all_objects();
    }
    let mut text = Vec::new();
    json::write_unread(&object, &mut text);
    json::in_text(text)
}

/// An object's metadata, and all its fields but those that say what it is.
pub(crate) fn take_apart(value: &Value) -> (Map<String, Value>, Map<String, Value>) {
    let mut rest = value.as_object().cloned().unwrap_or_default();
    let metadata = match rest.shift_remove("metadata") {
        Some(Value::Object(metadata)) => metadata,
        _ => Map::new(),
    };
    rest.shift_remove("apiVersion");
    rest.shift_remove("kind");
    (metadata, rest)
}
