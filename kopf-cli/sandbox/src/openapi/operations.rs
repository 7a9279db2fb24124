//! What can be asked of each path, as the document of OpenAPI 2 tells it.

use serde_json::{Map, Value, json};

use super::{
    connections, group_version_kind, name_of,
    naming::{group_name, tag, valid_name},
    parameters::{CLEARING, DELETING, LISTING, LOGGING, PATCHING, WRITING, is_body, taken},
};
use crate::tables::{
    self,
    served::{Kind, Scope, Served},
};

pub(super) const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";
pub(super) const FORMS: &[&str] =
    &["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const WATCHED: &[&str] =
    &["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];
const PATCHES: &[&str] = &[
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
];

/// A resource and the definitions of what is asked with and answered with.
pub(super) struct Resource<'a> {
    pub(super) own: (&'a str, &'a str),
    pub(super) served: &'a Served,
    pub(super) custom: bool,
    /// The definition of its objects.
    pub(super) object: &'a str,
    /// The definition of lists of them.
    pub(super) list: &'a str,
    /// Whether DELETE answers with the object.
    pub(super) returns_deleted: bool,
}

/// What can be done at a path.
struct Operation {
    /// The verb of discovery.
    verb: &'static str,
    method: &'static str,
    action: &'static str,
    /// What its name begins with.
    word: &'static str,
    takes: &'static [&'static str],
    codes: &'static [&'static str],
    gives: Gives,
}

#[derive(Clone, Copy, PartialEq)]
enum Gives {
    Object,
    List,
    Deleted,
    Status,
    Event,
    Text,
}

const fn operation(
    (verb, method, action, word): (&'static str, &'static str, &'static str, &'static str),
    takes: &'static [&'static str],
    codes: &'static [&'static str],
    gives: Gives,
) -> Operation {
    Operation { verb, method, action, word, takes, codes, gives }
}

const LIST: Operation = operation(("list", "get", "list", "list"), LISTING, &["200"], Gives::List);
const CREATE: Operation =
    operation(("create", "post", "post", "create"), WRITING, &["200", "201", "202"], Gives::Object);
const CLEAR: Operation = operation(
    ("deletecollection", "delete", "deletecollection", "delete"),
    CLEARING,
    &["200"],
    Gives::Status,
);
const GET: Operation = operation(("get", "get", "get", "read"), &[], &["200"], Gives::Object);
const UPDATE: Operation =
    operation(("update", "put", "put", "replace"), WRITING, &["200", "201"], Gives::Object);
const DELETE: Operation =
    operation(("delete", "delete", "delete", "delete"), DELETING, &["200", "202"], Gives::Deleted);
const PATCH: Operation =
    operation(("patch", "patch", "patch", "patch"), PATCHING, &["200", "201"], Gives::Object);
const LOG: Operation = operation(("get", "get", "get", "read"), LOGGING, &["200"], Gives::Text);
const WATCH: Operation = operation(("watch", "get", "watch", "watch"), LISTING, &["200"], Gives::Event);
const WATCH_LIST: Operation =
    operation(("watch", "get", "watchlist", "watch"), LISTING, &["200"], Gives::Event);

/// What is at a path: the objects of a resource, or something below them.
struct Part<'a> {
    verbs: &'a [String],
    /// What the names of operations have behind the kind.
    suffix: String,
    kind: Value,
    object: &'a str,
}

/// The paths of a resource, with what can be asked of them.
pub(super) fn paths(resource: &Resource<'_>) -> Vec<(String, Value)> {
    let Resource { own, served, custom, object, .. } = *resource;
    let base = format!("/{}", name_of(own));
    let namespaced = served.scope == Scope::Namespaced;
    let place = if namespaced { "/namespaces/{namespace}" } else { "" };
    let plural = &served.resource;
    let kind = group_version_kind(own, &served.response_kind.kind);
    let whole = Part { verbs: &served.verbs, suffix: String::new(), kind, object };
    let (mut paths, mut connected) = (Vec::new(), Vec::new());
    let mut add = |path: String, part: &Part<'_>, operations: &[Operation]| {
        paths.extend(resource.at(&path, part, operations).map(|operations| (path, operations)));
    };
    let named = format!("{base}{place}/{plural}/{{name}}");
    add(format!("{base}{place}/{plural}"), &whole, &[LIST, CREATE, CLEAR]);
    add(named.clone(), &whole, &[GET, UPDATE, DELETE, PATCH]);
    if namespaced {
        add(format!("{base}/{plural}"), &whole, &[LIST]);
    }
    for below in &served.subresources {
        let name = &*below.subresource;
        if let Some(connections) = connections::paths(own, served, below, object) {
            connected.extend(connections);
            continue;
        }
        let (kind, object) = resource.below(&below.response_kind);
        let part = Part { verbs: &below.verbs, suffix: valid_name(name, true), kind, object };
        let get = if name == "log" { LOG } else { GET };
        add(format!("{named}/{name}"), &part, &[get, UPDATE, CREATE, PATCH]);
    }
    if !custom {
        add(format!("{base}/watch{place}/{plural}"), &whole, &[WATCH_LIST]);
        add(format!("{base}/watch{place}/{plural}/{{name}}"), &whole, &[WATCH]);
        if namespaced {
            add(format!("{base}/watch/{plural}"), &whole, &[WATCH_LIST]);
        }
    }
    paths.append(&mut connected);
    paths
}

impl Resource<'_> {
    /// The kind and the definition of what is below the objects. Of custom resources all is said to be of their kind.
    fn below(&self, kind: &Kind) -> (Value, &str) {
        let or = |said: &'_ str, own: &'_ str| if said.is_empty() { own.to_owned() } else { said.to_owned() };
        let (group, version) = (or(&kind.group, self.own.0), or(&kind.version, self.own.1));
        let object = tables::type_of(&group, &version, &kind.kind).unwrap_or(self.object);
        let said = if self.custom {
            group_version_kind(self.own, &self.served.response_kind.kind)
        } else {
            group_version_kind((&group, &version), &kind.kind)
        };
        (said, object)
    }

    /// What can be asked of a path; `None` where nothing can be.
    fn at(&self, path: &str, part: &Part<'_>, operations: &[Operation]) -> Option<Value> {
        let can = |operation: &&Operation| part.verbs.iter().any(|verb| verb == operation.verb);
        let operations: Vec<&Operation> = operations.iter().filter(can).collect();
        // What all take is told of once.
        let (first, others) = operations.split_first()?;
        let takes = |operation: &Operation, name: &&str| self.takes(operation).contains(name);
        let mut common: Vec<&str> = self.takes(first).to_vec();
        common.retain(|name| !is_body(name) && others.iter().all(|operation| takes(operation, name)));
        let mut item = Map::new();
        for operation in operations {
            let own = self.takes(operation).iter().filter(|name| !common.contains(name));
            let own: Vec<Value> = own.map(|name| taken(name, part.object)).collect();
            item.insert(operation.method.to_owned(), self.told(operation, part, path, own));
        }
        let of_path = ["name", "namespace"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
        common.extend(of_path);
        common.push("pretty");
        common.sort_unstable();
        let common = common.into_iter().map(|name| taken(name, part.object));
        item.insert("parameters".to_owned(), common.collect());
        Some(item.into())
    }

    fn takes(&self, operation: &Operation) -> &'static [&'static str] {
        match operation.action {
            "get" if self.custom => &["resourceVersion"],
            "deletecollection" if self.custom => LISTING,
            _ => operation.takes,
        }
    }

    fn told(&self, operation: &Operation, part: &Part<'_>, path: &str, parameters: Vec<Value>) -> Value {
        let known = if self.custom { &FORMS[..2] } else { FORMS };
        let mut told = json!({
            "consumes": match operation.action {
                "patch" if self.custom => PATCHES.iter().filter(|media| !media.contains("strategic")).collect(),
                "patch" => PATCHES.iter().collect(),
                _ if self.custom => known.iter().collect(),
                _ => Vec::from([&"*/*"]),
            },
            "produces": match operation.gives {
                Gives::Text => ["text/plain"].iter().chain(known).collect(),
                Gives::List | Gives::Event if !self.custom => known.iter().chain(WATCHED).collect(),
                _ => known.iter().collect::<Vec<_>>(),
            },
            "schemes": ["https"],
            "tags": [tag(self.own)],
            "operationId": self.name(operation, part, path),
        });
        if !parameters.is_empty() {
            told["parameters"] = parameters.into();
        }
        told["responses"] = self.responses(operation, part);
        told["x-kubernetes-action"] = operation.action.into();
        told["x-kubernetes-group-version-kind"] = part.kind.clone();
        told
    }

    fn responses(&self, operation: &Operation, part: &Part<'_>) -> Value {
        let schema = match operation.gives {
            Gives::Text => json!({ "type": "string" }),
            Gives::Object => reference(part.object),
            Gives::List => reference(self.list),
            Gives::Deleted if self.returns_deleted => reference(part.object),
            Gives::Deleted | Gives::Status => reference(&format!("{META}.Status")),
            Gives::Event => reference(&format!("{META}.WatchEvent")),
        };
        let codes = match operation.action {
            "patch" if self.custom => &operation.codes[..1],
            _ => operation.codes,
        };
        responses(codes, &schema)
    }

    /// The name of an operation, by which generated clients call it.
    fn name(&self, operation: &Operation, part: &Part<'_>, path: &str) -> String {
        let in_one = path.contains("{namespace}");
        let everywhere = self.served.scope == Scope::Namespaced && !in_one;
        let word = |said: bool, word: &'static str| if said { word } else { "" };
        let kind = [
            word(operation.action == "deletecollection", "Collection"),
            word(in_one, "Namespaced"),
            &self.served.response_kind.kind,
            &part.suffix,
            word(operation.action == "watchlist", "List"),
            word(everywhere, "ForAllNamespaces"),
        ];
        let kind = valid_name(&kind.concat(), true);
        format!("{}{}{}{kind}", operation.word, group_name(self.own.0, true), valid_name(self.own.1, true))
    }
}

pub(super) fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

pub(super) fn responses(codes: &[&str], schema: &Value) -> Value {
    let described = codes.iter().map(|code| {
        let description = match *code {
            "201" => "Created",
            "202" => "Accepted",
            _ => "OK",
        };
        ((*code).to_owned(), json!({ "description": description, "schema": schema }))
    });
    let refused = ("401".to_owned(), json!({ "description": "Unauthorized" }));
    described.chain([refused]).collect::<Map<_, _>>().into()
}
