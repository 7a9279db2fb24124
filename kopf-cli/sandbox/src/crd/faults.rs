//! What is wrong with a definition, in the server's words.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{defaults, open_api, said, structural};
use crate::{
    names::{letter_first_faults, name_faults},
    printed,
    resources::NameRule,
    schema::{Place, field_path},
    status::Cause,
};

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] =
    ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
/// What the root of a schema may say where the status is apart, as the server lists it.
const AT_ROOT: &str = "Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength \
    MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example \
    XPreserveUnknownFields XValidations";
/// What it may not say then.
const NOT_AT_ROOT: [&str; 15] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "enum",
    "maxProperties",
    "minProperties",
    "not",
    "nullable",
    "oneOf",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
];
/// How many fields of a version selectors may name.
const MOST_SELECTABLE: u64 = 8;

/// Everything that is wrong with a definition; `old` is the spec that it had, absent on creation.
pub(super) fn faults(name: &str, spec: &Value, old: Option<&Value>, established: bool) -> Vec<Cause> {
    let mut causes = Vec::new();
    let group = said(spec, "group");
    let plural = said(&spec["names"], "plural");
    if old.is_none() && name != format!("{plural}.{group}") {
        let why = "must be spec.names.plural+\".\"+spec.group";
        causes.push(Cause::invalid("metadata.name", name, why));
    }
    if group.is_empty() {
        causes.push(Cause::required("spec.group", ""));
    } else {
        let faults = name_faults(group, NameRule::Subdomain);
        if !faults.is_empty() {
            causes.push(Cause::invalid("spec.group", group, &faults.join(",")));
        } else if !group.contains('.') {
            causes.push(Cause::invalid("spec.group", group, "should be a domain with at least one dot"));
        }
    }
    match said(spec, "scope") {
        "Namespaced" | "Cluster" => {}
        "" => causes.push(Cause::required("spec.scope", "")),
        other => {
            causes.push(Cause::unsupported("spec.scope", &printed::quoted(other), &["Cluster", "Namespaced"]))
        }
    }
    let above = versions(spec, &mut causes);
    for field in ["plural", "singular", "kind", "listKind"] {
        if said(&spec["names"], field).is_empty() {
            causes.push(Cause::required(format!("spec.names.{field}"), ""));
        }
    }
    names(&spec["names"], "spec.names", &mut causes);
    causes.extend(above);
    let strategy = said(&spec["conversion"], "strategy");
    if !["None", "Webhook"].contains(&strategy) {
        let found = printed::quoted(strategy);
        causes.push(Cause::unsupported("spec.conversion.strategy", &found, &["None", "Webhook"]));
    }
    if let Some(old) = old {
        let fields: &[&str] = if established {
            &["scope", "names.kind", "group", "names.plural"]
        } else {
            &["group", "names.plural"]
        };
        for field in fields {
            let of = |spec: &Value| spec.pointer(&format!("/{}", field.replace('.', "/"))).cloned();
            let (now, before) = (of(spec).unwrap_or_default(), of(old).unwrap_or_default());
            if now != before {
                causes.push(Cause::invalid_value(format!("spec.{field}"), &now, "field is immutable"));
            }
        }
    }
    causes
}

/// What is wrong with versions; and, which is told later, with what all of them have.
fn versions(spec: &Value, causes: &mut Vec<Cause>) -> Vec<Cause> {
    let empty = Vec::new();
    let versions = spec["versions"].as_array().unwrap_or(&empty);
    // What is the same in all versions is told of as if it stood above them.
    let same = |field: &str| {
        let first = versions.first().map(|version| &version[field]);
        first.is_some_and(|first| !first.is_null() && versions.iter().all(|version| version[field] == *first))
    };
    let shared = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"].map(same);
    let [schemas, subresources, columns, selectable] = shared;
    for (index, version) in versions.iter().enumerate() {
        let place = format!("spec.versions[{index}]");
        if !version["schema"]["openAPIV3Schema"].is_object() {
            causes.push(Cause::required(format!("{place}.schema.openAPIV3Schema"), ""));
        }
    }
    let (mut of_first, mut of_all) = (None, Vec::new());
    for (index, version) in versions.iter().enumerate() {
        let place = format!("spec.versions[{index}]");
        let name = said(version, "name");
        let faults = letter_first_faults(name);
        if !faults.is_empty() {
            causes.push(Cause::invalid(format!("{place}.name"), name, &faults.join(",")));
            if index == 0 {
                // The first one is also the version of definitions that know but one.
                of_first = Some(Cause::invalid("spec.version", name, &faults.join(",")));
            }
        }
        deprecation(version, &place, causes);
        let first = index == 0;
        let above = |shared: bool, above: &str, below: &str| match shared {
            false => Some(format!("{place}.{below}")),
            true => first.then(|| format!("spec.{above}")),
        };
        if let Some(place) = above(schemas, "validation", "schema") {
            let status = version["subresources"]["status"].is_object();
            let causes = if schemas { &mut of_all } else { &mut *causes };
            schema(&version["schema"]["openAPIV3Schema"], &place, status, causes);
        }
        if let Some(place) = above(subresources, "subresources", "subresources") {
            let causes = if subresources { &mut of_all } else { &mut *causes };
            scale(&version["subresources"]["scale"], &place, causes);
        }
        if let Some(place) = above(columns, "additionalPrinterColumns", "additionalPrinterColumns") {
            for (index, column) in list(version, "additionalPrinterColumns").enumerate() {
                let causes = if columns { &mut of_all } else { &mut *causes };
                printer_column(column, &format!("{place}[{index}]"), causes);
            }
        }
        if let Some(place) = above(selectable, "selectableFields", "selectableFields") {
            let causes = if selectable { &mut of_all } else { &mut *causes };
            selectable_fields(version, &place, causes);
        }
    }
    let mut names = HashSet::new();
    if !versions.iter().all(|version| names.insert(said(version, "name"))) {
        let why = "must contain unique version names";
        causes.push(Cause::invalid_value("spec.versions", &spec["versions"], why));
    }
    let storages = versions.iter().filter(|version| version["storage"] == true).count();
    if storages != 1 {
        let why = "must have exactly one version marked as storage version";
        causes.push(Cause::invalid_value("spec.versions", &spec["versions"], why));
    }
    causes.extend(of_first);
    of_all
}

fn list<'a>(version: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    version.get(field).and_then(Value::as_array).into_iter().flatten()
}

fn deprecation(version: &Value, place: &str, causes: &mut Vec<Cause>) {
    let Some(warning) = version["deprecationWarning"].as_str() else { return };
    // A text that may be absent is told as JSON.
    let told = printed::json(&version["deprecationWarning"]);
    let mut fault = |why: &str| {
        let field = format!("{place}.deprecationWarning");
        causes.push(Cause::invalid_without_value(field, &format!("{told}: {why}")));
    };
    if version["deprecated"] != true {
        return fault("can only be set for deprecated versions");
    }
    if warning.len() > 256 {
        fault("must be <= 256 characters long");
    }
    if warning.is_empty() {
        fault("must not be an empty string");
    }
    if let Some((at, _)) = warning.char_indices().find(|(_, letter)| !printed::is_printable(*letter)) {
        let why = "must only contain printable UTF-8 characters; non-printable character found at index";
        fault(&format!("{why} {at}"));
    }
}

fn schema(schema: &Value, place: &str, status: bool, causes: &mut Vec<Cause>) {
    let Value::Object(fields) = schema else { return };
    let of_schema = Place::ROOT.field(place);
    let place = of_schema.field("openAPIV3Schema");
    if status {
        at_root(fields, schema, &place, causes);
    }
    if schema["nullable"] == true {
        causes.push(Cause::forbidden(
            place.field("nullable").to_string(),
            "nullable cannot be true at the root",
        ));
    }
    let mut faults = structural::faults(schema, &place);
    if faults.is_empty() {
        faults = defaults::faults(schema, &place);
    }
    let structural = faults.is_empty();
    causes.extend(faults);
    causes.extend(open_api::faults(schema, &place, structural));
}

fn at_root(fields: &Map<String, Value>, schema: &Value, place: &Place<'_>, causes: &mut Vec<Cause>) {
    let kind = said(schema, "type");
    if !kind.is_empty() && kind != "object" {
        let why = "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        causes.push(Cause::invalid(place.field("type").to_string(), kind, why));
    } else if fields.keys().any(|name| NOT_AT_ROOT.contains(&name.as_str())) {
        let why = format!(
            "only [{AT_ROOT}] fields are allowed at the root of the schema if the status subresource is enabled"
        );
        causes.push(Cause::invalid_value(place.to_string(), schema, &why));
    }
}

fn scale(scale: &Value, place: &str, causes: &mut Vec<Cause>) {
    if !scale.is_object() {
        return;
    }
    for (field, prefixes, why) in [
        ("specReplicasPath", &[".spec."][..], "should be a json path under .spec"),
        ("statusReplicasPath", &[".status."], "should be a json path under .status"),
        ("labelSelectorPath", &[".spec.", ".status."], "should be a json path under either .spec or .status"),
    ] {
        let (path, at) = (said(scale, field), format!("{place}.scale.{field}"));
        match path {
            "" if field == "labelSelectorPath" => {}
            "" => causes.push(Cause::required(at, "")),
            path if !path.starts_with('.') => {
                causes.push(Cause::invalid(at, path, "must be a simple json path starting with ."));
            }
            path if !prefixes.iter().any(|prefix| path.starts_with(prefix)) => {
                causes.push(Cause::invalid(at, path, why));
            }
            _ => {}
        }
    }
}

fn printer_column(column: &Value, place: &str, causes: &mut Vec<Cause>) {
    let at = |field: &str| format!("{place}.{field}");
    if said(column, "name").is_empty() {
        causes.push(Cause::required(at("name"), ""));
    }
    let types = format!("must be one of {}", COLUMN_TYPES.join(","));
    match said(column, "type") {
        "" => causes.push(Cause::required(at("type"), &types)),
        kind if !COLUMN_TYPES.contains(&kind) => causes.push(Cause::invalid(at("type"), kind, &types)),
        _ => {}
    }
    let format = said(column, "format");
    if !format.is_empty() && !COLUMN_FORMATS.contains(&format) {
        let why = format!("must be one of {}", COLUMN_FORMATS.join(","));
        causes.push(Cause::invalid(at("format"), format, &why));
    }
    match said(column, "jsonPath") {
        "" => causes.push(Cause::required(at("JSONPath"), "")),
        path if !path.starts_with('.') => {
            causes.push(Cause::invalid(at("JSONPath"), path, "must be a simple json path starting with ."));
        }
        _ => {}
    }
}

fn selectable_fields(version: &Value, place: &str, causes: &mut Vec<Cause>) {
    let mut seen = Vec::new();
    for (index, field) in list(version, "selectableFields").enumerate() {
        let (at, path) = (format!("{place}[{index}].jsonPath"), said(field, "jsonPath"));
        if path.is_empty() {
            causes.push(Cause::required(at, ""));
            continue;
        }
        let found = match path.contains('[') {
            true => Err("array notation is not allowed".to_owned()),
            false => field_path::find(&version["schema"]["openAPIV3Schema"], path),
        };
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                causes.push(Cause::invalid(at, path, &format!("is an invalid path: {why}")));
                continue;
            }
        };
        if path.starts_with(".metadata") {
            causes.push(Cause::invalid(&at, path, "must not point to fields in metadata"));
        }
        if !["string", "boolean", "integer"].contains(&said(found.schema, "type")) {
            let why = "must point to a field of type string, boolean or integer. Enum string fields and strings with \
                       formats are allowed.";
            causes.push(Cause::invalid(&at, path, why));
        }
        if seen.contains(&path) {
            causes.push(Cause::duplicate(at, &path.into()));
        } else {
            seen.push(path);
        }
    }
    if seen.len() as u64 > MOST_SELECTABLE {
        causes.push(Cause::too_many(place, seen.len() as u64, MOST_SELECTABLE));
    }
}

/// Everything that is wrong with what a definition says of itself.
pub(super) fn of_status(status: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    names(&status["acceptedNames"], "status.acceptedNames", &mut causes);
    causes
}

/// Whether a definition has the versions that its objects are stored in.
pub(super) fn of_stored_versions(spec: &Value, status: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    let at = "status.storedVersions";
    let stored: Vec<&str> = list(status, "storedVersions").filter_map(Value::as_str).collect();
    if stored.is_empty() {
        causes.push(Cause::invalid_value(at, &Value::Null, "must have at least one stored version"));
        return causes;
    }
    for version in list(spec, "versions").filter(|version| version["storage"] == true) {
        let name = said(version, "name");
        if !stored.contains(&name) {
            let why = format!("must have the storage version {name}");
            causes.push(Cause::invalid_value(at, &status["storedVersions"], &why));
        }
    }
    for (index, name) in stored.iter().enumerate() {
        if !list(spec, "versions").any(|version| said(version, "name") == *name) {
            let why = format!(
                "missing from spec.versions; {name} was previously a storage version, and must remain in spec.versions \
                 until a storage migration ensures no data remains persisted in {name} and removes {name} from \
                 status.storedVersions"
            );
            causes.push(Cause::invalid(format!("{at}[{index}]"), name, &why));
        }
    }
    causes
}

fn names(names: &Value, place: &str, causes: &mut Vec<Cause>) {
    let mut check = |field: String, word: &str, mixed: bool| {
        let faults = letter_first_faults(&if mixed { word.to_lowercase() } else { word.to_owned() });
        if word.is_empty() || faults.is_empty() {
            return;
        }
        let but = if mixed { "may have mixed case, but should otherwise match: " } else { "" };
        causes.push(Cause::invalid(field, word, &format!("{but}{}", faults.join(","))));
    };
    for (field, mixed) in [("plural", false), ("singular", false), ("kind", true), ("listKind", true)] {
        check(format!("{place}.{field}"), said(names, field), mixed);
    }
    for field in ["shortNames", "categories"] {
        for (index, word) in list(names, field).enumerate() {
            check(format!("{place}.{field}[{index}]"), word.as_str().unwrap_or_default(), false);
        }
    }
    let kind = said(names, "kind");
    if !kind.is_empty() && kind == said(names, "listKind") {
        let why = "kind and listKind may not be the same";
        causes.push(Cause::invalid(format!("{place}.listKind"), kind, why));
    }
}
