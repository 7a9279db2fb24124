//! The parameters of operations: those that many operations have are described once, and referred to by name.

use serde_json::{Value, json};

/// The parameters that are described once. A real server tells those of a name apart by a digest of their prose, which clients see
/// in references alone; so it is kept though the prose is not.
const SHARED: [(&str, &str); 47] = [
    ("allowWatchBookmarks-HC2hJt-J", "boolean"),
    (OPTIONS_OF_DELETION, "object"),
    (A_PATCH, "object"),
    ("command-Py3eQybp", "string"),
    ("container-1GeXxFDC", "string"),
    ("container-_Q-EJ3nR", "string"),
    ("container-i5dOmRiM", "string"),
    ("continue-QfD61s0i", "string"),
    ("fieldManager-Qy4HdaTW", "string"),
    (MANAGER_OF_A_PATCH, "string"),
    ("fieldSelector-xIcQKXFG", "string"),
    ("follow-9OIXh_2R", "boolean"),
    ("force-tOGGb0Yi", "boolean"),
    ("gracePeriodSeconds--K5HaBOS", "integer"),
    ("ignoreStoreReadErrorWithClusterBreakingPotential-QbNkfIqj", "boolean"),
    ("insecureSkipTLSVerifyBackend-gM00jVbe", "boolean"),
    ("labelSelector-5Zw57w4C", "string"),
    ("limit-1NfNmdNH", "integer"),
    ("limitBytes-zwd1RXuc", "integer"),
    ("namespace-vgWSWtn3", "string"),
    ("orphanDependents-uRB25kX5", "boolean"),
    ("path-QCf0eosM", "string"),
    ("path-oPbzgLUj", "string"),
    ("path-rFDtV0x9", "string"),
    (BELOW, "string"),
    ("ports-91KROJmm", "integer"),
    ("pretty-tJGM1-ng", "string"),
    ("previous-1jxDPu3y", "boolean"),
    ("propagationPolicy-6jk3prlO", "string"),
    ("resourceVersion-5WAnf1kx", "string"),
    ("resourceVersionMatch-t8XhRHeC", "string"),
    ("sendInitialEvents-rLXlEK_k", "boolean"),
    ("shardSelector-Kgyki_3_", "string"),
    ("sinceSeconds-vE2NLdnP", "integer"),
    ("stderr-26jJhFUR", "boolean"),
    ("stderr-W_1TNlWc", "boolean"),
    ("stdin-PSzNhyUC", "boolean"),
    ("stdin-sEFnN3IS", "boolean"),
    ("stdout--EZLRwV1", "boolean"),
    ("stdout-005YMKE6", "boolean"),
    ("stream-l-48cgXv", "string"),
    ("tailLines-9xQLWHMV", "integer"),
    ("timeoutSeconds-yvYezaOC", "integer"),
    ("timestamps-c17fW1w_", "boolean"),
    ("tty-g7MlET_l", "boolean"),
    ("tty-s0flW37O", "boolean"),
    ("watch-XNNPZGbK", "boolean"),
];
/// What leads to one of them begins with this.
const PLACE: &str = "#/parameters/";
/// What stands behind a name: a hyphen and the digest.
const DIGEST: usize = "-xIcQKXFG".len();

const OPTIONS_OF_DELETION: &str = "body-2Y1dVQaQ";
const A_PATCH: &str = "body-78PwaGsr";
const MANAGER_OF_A_PATCH: &str = "fieldManager-7c6nTn1T";
/// What is asked of whom a request is passed on to.
pub(super) const BELOW: &str = "path-z6Ciiujn";
/// The object itself, in a body.
pub(super) const OBJECT: &str = "body";

/// What operations take, in the order of the names.
pub(super) const LISTING: &[&str] = &[
    "allowWatchBookmarks",
    "continue",
    "fieldSelector",
    "labelSelector",
    "limit",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "shardSelector",
    "timeoutSeconds",
    "watch",
];
pub(super) const WRITING: &[&str] = &[OBJECT, "dryRun", "fieldManager", "fieldValidation"];
pub(super) const PATCHING: &[&str] = &[A_PATCH, "dryRun", MANAGER_OF_A_PATCH, "fieldValidation", "force"];
pub(super) const DELETING: &[&str] = &[
    OPTIONS_OF_DELETION,
    "dryRun",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "orphanDependents",
    "propagationPolicy",
];
pub(super) const CLEARING: &[&str] = &[
    OPTIONS_OF_DELETION,
    "continue",
    "dryRun",
    "fieldSelector",
    "gracePeriodSeconds",
    "ignoreStoreReadErrorWithClusterBreakingPotential",
    "labelSelector",
    "limit",
    "orphanDependents",
    "propagationPolicy",
    "resourceVersion",
    "resourceVersionMatch",
    "sendInitialEvents",
    "shardSelector",
    "timeoutSeconds",
];
pub(super) const LOGGING: &[&str] = &[
    "container",
    "follow",
    "insecureSkipTLSVerifyBackend",
    "limitBytes",
    "previous",
    "sinceSeconds",
    "stream",
    "tailLines",
    "timestamps",
];

/// Whether it is a body, which no two operations have in common.
pub(super) fn is_body(name: &str) -> bool {
    [OBJECT, OPTIONS_OF_DELETION, A_PATCH].contains(&name)
}

/// A parameter where it is taken; `object` is the definition of what a body holds.
pub(super) fn taken(name: &str, object: &str) -> Value {
    let of_name = |shared: &&str| *shared == name || plain(shared) == name;
    match SHARED.iter().map(|(shared, _)| *shared).find(of_name) {
        Some(shared) if name != OBJECT => json!({ "$ref": format!("{PLACE}{shared}") }),
        _ if name == OBJECT => body(object, true),
        _ => value(name, "string"),
    }
}

/// Those that are described once, by what they go by.
pub(super) fn shared() -> impl Iterator<Item = (&'static str, Value)> {
    SHARED.into_iter().map(|(shared, kind)| (shared, described(shared, kind)))
}

/// The one that a reference leads to.
pub(super) fn at(place: &str) -> Value {
    let mut known = SHARED.into_iter().filter(|(shared, _)| place.strip_prefix(PLACE) == Some(*shared));
    known.next().map(|(shared, kind)| described(shared, kind)).unwrap_or_default()
}

fn described(shared: &str, kind: &str) -> Value {
    match shared {
        OPTIONS_OF_DELETION => body("io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", false),
        A_PATCH => body("io.k8s.apimachinery.pkg.apis.meta.v1.Patch", true),
        BELOW => in_path(plain(shared), kind),
        _ => value(plain(shared), kind),
    }
}

/// What a parameter is called that may be known by a digest, too.
pub(super) fn plain_name(name: &str) -> &str {
    if SHARED.iter().any(|(shared, _)| *shared == name) { plain(name) } else { name }
}

fn plain(shared: &str) -> &str {
    shared.get(..shared.len().saturating_sub(DIGEST)).unwrap_or_default()
}

fn body(object: &str, required: bool) -> Value {
    let schema = json!({ "$ref": format!("#/definitions/{object}") });
    let mut body = json!({ "name": "body", "in": "body", "schema": schema });
    if required {
        body["required"] = true.into();
    }
    body
}

fn value(name: &str, kind: &str) -> Value {
    match name {
        "name" | "namespace" => in_path(name, kind),
        _ => json!({ "uniqueItems": true, "type": kind, "name": name, "in": "query" }),
    }
}

fn in_path(name: &str, kind: &str) -> Value {
    json!({ "uniqueItems": true, "type": kind, "name": name, "in": "path", "required": true })
}
