//! What can be asked of each path, as the document of OpenAPI 2 tells it.

use serde_json::{Map, Value, json};

use super::{
    group_version_kind, name_of,
    parameters::{CLEARING, DELETING, LISTING, LOGGING, PATCHING, WRITING, is_body, taken},
};
use crate::tables::{
    self,
    served::{Kind, Scope, Served},
};

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";
const FORMS: &[&str] = &["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
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
    let mut paths = Vec::new();
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
        let (kind, object) = resource.below(&below.response_kind);
        let part = Part { verbs: &below.verbs, suffix: valid_name(name, true), kind, object };
        // What a connection is kept open by is done by no sandbox.
        if !below.response_kind.kind.ends_with("Options") {
            let get = if name == "log" { LOG } else { GET };
            add(format!("{named}/{name}"), &part, &[get, UPDATE, CREATE, PATCH]);
        }
    }
    if !custom {
        add(format!("{base}/watch{place}/{plural}"), &whole, &[WATCH_LIST]);
        add(format!("{base}/watch{place}/{plural}/{{name}}"), &whole, &[WATCH]);
        if namespaced {
            add(format!("{base}/watch/{plural}"), &whole, &[WATCH_LIST]);
        }
    }
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

/// The paths of the documents of discovery, of which groups that are built in alone have theirs told.
pub(super) fn of_discovery<'a>(
    groups: impl Iterator<Item = (&'a str, &'a [&'a str])>,
) -> Vec<(String, Value)> {
    let document = |path: String, tag: String, name: String, answer: &str, forms: &[&str]| {
        let get = json!({
            "consumes": forms,
            "produces": forms,
            "schemes": ["https"],
            "tags": [tag],
            "operationId": name,
            "responses": responses(&["200"], &reference(answer)),
        });
        (path, json!({ "get": get }))
    };
    let meta = |kind: &str| format!("{META}.{kind}");
    let (versions, groups_of_all) = ("getCoreAPIVersions".to_owned(), "getAPIVersions".to_owned());
    let version = ("getCodeVersion".to_owned(), "io.k8s.apimachinery.pkg.version.Info");
    let mut paths = vec![
        document("/api/".to_owned(), "core".to_owned(), versions, &meta("APIVersions"), FORMS),
        document("/apis/".to_owned(), "apis".to_owned(), groups_of_all, &meta("APIGroupList"), FORMS),
        document("/version/".to_owned(), "version".to_owned(), version.0, version.1, &FORMS[..1]),
    ];
    for (group, versions) in groups {
        let name = group_name(group, true);
        if !group.is_empty() {
            let path = format!("/apis/{group}/");
            let operation = format!("get{name}APIGroup");
            paths.push(document(path, group_name(group, false), operation, &meta("APIGroup"), FORMS));
        }
        for version in versions {
            let path = format!("/{}/", name_of((group, version)));
            let operation = format!("get{name}{}APIResources", valid_name(version, true));
            paths.push(document(path, tag((group, version)), operation, &meta("APIResourceList"), FORMS));
        }
    }
    paths
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

fn responses(codes: &[&str], schema: &Value) -> Value {
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

/// `rbacAuthorization_v1`
fn tag((group, version): (&str, &str)) -> String {
    format!("{}_{}", group_name(group, false), valid_name(version, false))
}

/// `RbacAuthorization`
fn group_name(group: &str, capital: bool) -> String {
    let group = if group.is_empty() { "core" } else { group };
    valid_name(group.strip_suffix(".k8s.io").unwrap_or(group), capital)
}

/// A text as the name of something in a program.
fn valid_name(text: &str, capital: bool) -> String {
    let (mut name, mut capital) = (String::new(), capital);
    for (at, letter) in text.char_indices() {
        if !(letter.is_alphabetic() || letter == '_' || (at > 0 && letter.is_numeric())) {
            capital = true;
        } else if std::mem::take(&mut capital) {
            name.extend(letter.to_uppercase());
        } else {
            name.push(letter);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_programs() {
        assert_eq!(tag(("rbac.authorization.k8s.io", "v1")), "rbacAuthorization_v1");
        assert_eq!(tag(("", "v1")), "core_v1");
        assert_eq!(group_name("my-group.example.org", true), "MyGroupExampleOrg");
    }
}
