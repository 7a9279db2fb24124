//! What a request asks for: pure functions from method, path, query and headers.

use std::num::{IntErrorKind, ParseIntError};

use serde_json::json;

use crate::{
    printed,
    status::{About, Cause, Status},
};

/// What a path names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Path {
    /// `/`
    Root,
    /// `/healthz` and its like, or one of the checks below it.
    Health {
        name: String,
        check: Option<String>,
    },
    Version,
    /// `/.well-known/openid-configuration`
    OpenId,
    /// `/openid/v1/jwks`
    Keys,
    /// `/openapi/v2`
    OpenApi2,
    /// `/openapi/v3`
    OpenApi,
    /// `/openapi/v3/NAME`, the name being what the document is about: `apis/GROUP/VERSION`, say.
    OpenApiOf(String),
    /// `/api`
    Core,
    /// `/apis`
    Groups,
    /// `/apis/GROUP`
    Group(String),
    /// `/api/v1` or `/apis/GROUP/VERSION`
    GroupVersion {
        group: String,
        version: String,
    },
    Resource(ResourcePath),
    /// A document that a real server has, and the sandbox has not.
    Undone(String),
    /// Nothing that the API has.
    Unknown,
}

/// A path below a group version.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ResourcePath {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) plural: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) subresource: Option<String>,
    /// The old form with `/watch/` in it.
    pub(crate) watch: bool,
}

/// What is to be done with the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Get,
    List,
    Watch,
    Create,
    Update,
    Patch,
    Delete,
    DeleteCollection,
}

/// The forms of patches that are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patching {
    Merge,
    Json,
    Strategic,
    /// Server-side apply.
    Apply,
}

impl Path {
    pub(crate) fn parse(path: &str) -> Path {
        let steps: Vec<String> = path.split('/').filter(|step| !step.is_empty()).map(unescape).collect();
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        match steps.as_slice() {
            [] => Path::Root,
            [name @ ("healthz" | "livez" | "readyz"), check @ ..] => {
                Path::Health { name: (*name).to_owned(), check: (!check.is_empty()).then(|| check.join("/")) }
            }
            ["version"] => Path::Version,
            ["metrics"] | ["metrics", "slis"] | ["debug", "pprof" | "flags", ..] | ["flagz" | "statusz"] => {
                Path::Undone(format!("/{}", steps.join("/")))
            }
            [".well-known", "openid-configuration"] => Path::OpenId,
            ["openid", "v1", "jwks"] => Path::Keys,
            ["openapi", "v2"] => Path::OpenApi2,
            ["openapi", "v3"] => Path::OpenApi,
            ["openapi", "v3", name @ ..] => Path::OpenApiOf(name.join("/")),
            ["api"] => Path::Core,
            ["apis"] => Path::Groups,
            ["apis", group] => Path::Group((*group).to_owned()),
            ["api", version] => group_version("", version),
            ["apis", group, version] => group_version(group, version),
            ["api", version, below @ ..] => resource("", version, below),
            ["apis", group, version, below @ ..] => resource(group, version, below),
            _ => Path::Unknown,
        }
    }
}

fn group_version(group: &str, version: &str) -> Path {
    Path::GroupVersion { group: group.to_owned(), version: version.to_owned() }
}

fn resource(group: &str, version: &str, below: &[&str]) -> Path {
    let (watch, below) = match below {
        ["watch", rest @ ..] if !rest.is_empty() => (true, rest),
        other => (false, other),
    };
    let (namespace, below) = match below {
        // `/namespaces/NAME/status` and `/finalize` are of the namespace itself.
        ["namespaces", _, "status" | "finalize"] => (None, below),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some((*namespace).to_owned()), rest),
        other => (None, other),
    };
    let (plural, name, subresource) = match below {
        [plural] => (plural, None, None),
        [plural, name] => (plural, Some(*name), None),
        [plural, name, rest @ ..] => (plural, Some(*name), Some(rest.join("/"))),
        [] => return Path::Unknown,
    };
    Path::Resource(ResourcePath {
        group: group.to_owned(),
        version: version.to_owned(),
        plural: (*plural).to_owned(),
        namespace,
        name: name.map(str::to_owned),
        subresource,
        watch,
    })
}

impl Action {
    /// # Errors
    ///
    /// 405 for a method that the path does not have, 400 where a custom resource wants a name for it.
    pub(crate) fn of(
        method: &http::Method,
        path: &ResourcePath,
        query: &Query,
        custom: bool,
    ) -> Result<Action, Status> {
        let named = path.name.is_some();
        match method.as_str() {
            // Nobody asks for the head of a built-in object.
            "HEAD" if !custom => Err(Status::method_not_allowed()),
            "GET" | "HEAD" if path.watch => Ok(Action::Watch),
            // A single object cannot be watched by its path: the parameter is ignored there.
            "GET" | "HEAD" if named => Ok(Action::Get),
            "GET" | "HEAD" if query.flag("watch") => Ok(Action::Watch),
            "GET" | "HEAD" => Ok(Action::List),
            // The name in the path of a custom resource is not looked at: the body's counts.
            "POST" if !named || custom => Ok(Action::Create),
            "PUT" | "PATCH" if !named && custom => Err(Status::bad_request("name must be provided")),
            "PUT" if named => Ok(Action::Update),
            "PATCH" if named => Ok(Action::Patch),
            "DELETE" if named => Ok(Action::Delete),
            "DELETE" => Ok(Action::DeleteCollection),
            _ => Err(Status::method_not_allowed()),
        }
    }
}

/// The parameters of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Query {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (unescape(&name.replace('+', " ")), unescape(&value.replace('+', " ")))
        });
        Query(pairs.collect())
    }

    /// The first value of a parameter; empty where it is absent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.optional(name).unwrap_or_default()
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A boolean as the API reads it: there, and neither `0` nor `false` in any case.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.optional(name).is_some_and(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// Whether nothing is to be written.
    ///
    /// # Errors
    ///
    /// 422 for a word that the API does not know; `kind` is that of the request's options.
    pub(crate) fn dry_run(&self, kind: &str) -> Result<bool, Status> {
        match self.get("dryRun") {
            "" => Ok(false),
            said => is_dry_run(kind, &[said]),
        }
    }

    /// # Errors
    ///
    /// 400 where the parameter is not a number.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, Status> {
        match self.optional(name) {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|error: ParseIntError| {
                let why = match error.kind() {
                    IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => "value out of range",
                    _ => "invalid syntax",
                };
                Status::bad_request(format!("strconv.ParseInt: parsing {}: {why}", printed::quoted(text)))
            }),
        }
    }
}

/// Whether nothing is to be written, by all the words that say so.
///
/// # Errors
///
/// 422 for a word that the API does not know; `kind` is that of the options it stands in.
pub(crate) fn is_dry_run(kind: &str, said: &[&str]) -> Result<bool, Status> {
    if said.iter().all(|word| *word == "All") {
        return Ok(true);
    }
    let about = About { kind, group: "meta.k8s.io", name: "" };
    let cause = Cause::unsupported("dryRun", &printed::json(&json!(said)), &["All"]);
    Err(Status::invalid(about, vec![cause]))
}

/// Undoes percent escapes; what is no escape stays as it is.
pub(crate) fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        if let Some(byte) = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            plain.push(byte);
            at += 3;
        } else {
            plain.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(method: &str, uri: &str, expected: &str) {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let said = match Path::parse(path) {
            Path::Resource(path) => {
                let method = http::Method::from_bytes(method.as_bytes()).unwrap();
                let custom = path.group.ends_with(".org");
                let action = match Action::of(&method, &path, &Query::parse(query), custom) {
                    Ok(action) => format!("{action:?}"),
                    Err(status) => status.code.to_string(),
                };
                let or_dash = |part: &Option<String>| part.clone().unwrap_or("-".to_owned());
                format!(
                    "{action} {}/{} {} {} {} {}",
                    path.group,
                    path.version,
                    path.plural,
                    or_dash(&path.namespace),
                    or_dash(&path.name),
                    or_dash(&path.subresource),
                )
            }
            other => format!("{other:?}"),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_path_names_a_resource_a_namespace_and_a_name() {
        check("GET", "/api/v1/pods", "List /v1 pods - - -");
        check("GET", "/api/v1/namespaces/n/pods/p/log", "Get /v1 pods n p log");
        check(
            "PATCH",
            "/apis/zalando.org/v1/namespaces/n/kopfexamples/x/status",
            "Patch zalando.org/v1 kopfexamples n x status",
        );
        check(
            "DELETE",
            "/apis/zalando.org/v1/namespaces/n/kopfexamples",
            "DeleteCollection zalando.org/v1 kopfexamples n - -",
        );
        check("PUT", "/apis/zalando.org/v1/plains/a%2Fb", "Update zalando.org/v1 plains - a/b -");
    }

    #[test]
    fn a_namespace_is_a_resource_too() {
        check("GET", "/api/v1/namespaces", "List /v1 namespaces - - -");
        check("GET", "/api/v1/namespaces/n", "Get /v1 namespaces - n -");
        check("PUT", "/api/v1/namespaces/n/status", "Update /v1 namespaces - n status");
        check("POST", "/api/v1/namespaces/n/configmaps", "Create /v1 configmaps n - -");
    }

    #[test]
    fn a_watch_is_asked_for_in_the_ways_of_go() {
        for asked in ["watch=1", "watch=true", "watch=True", "watch=", "watch", "watch=maybe"] {
            check("GET", &format!("/api/v1/pods?{asked}"), "Watch /v1 pods - - -");
        }
        for not_asked in ["watch=0", "watch=false", "watch=False", ""] {
            check("GET", &format!("/api/v1/pods?{not_asked}"), "List /v1 pods - - -");
        }
        check("GET", "/api/v1/watch/namespaces/n/pods", "Watch /v1 pods n - -");
    }

    #[test]
    fn methods_that_a_path_does_not_have_are_refused() {
        check("POST", "/api/v1/namespaces/n/pods/p", "405 /v1 pods n p -");
        check("PUT", "/api/v1/pods", "405 /v1 pods - - -");
        check("OPTIONS", "/api/v1/pods", "405 /v1 pods - - -");
        check("PUT", "/apis/zalando.org/v1/plains", "400 zalando.org/v1 plains - - -");
        check("PATCH", "/apis/zalando.org/v1/plains", "400 zalando.org/v1 plains - - -");
        check("POST", "/apis/zalando.org/v1/plains/a", "Create zalando.org/v1 plains - a -");
    }

    #[test]
    fn other_paths_are_known_or_not() {
        check("GET", "/", "Root");
        check("GET", "/version", "Version");
        check("GET", "/livez", "Health { name: \"livez\", check: None }");
        check("GET", "/readyz/ping", "Health { name: \"readyz\", check: Some(\"ping\") }");
        check("GET", "/api", "Core");
        check("GET", "/apis/", "Groups");
        check("GET", "/apis/apps", "Group(\"apps\")");
        check("GET", "/apis/apps/v1", "GroupVersion { group: \"apps\", version: \"v1\" }");
        check("GET", "/openapi/v3", "OpenApi");
        check("GET", "/openapi/v3/apis/apps/v1", "OpenApiOf(\"apis/apps/v1\")");
        check("GET", "/openapi/v2", "OpenApi2");
        check("GET", "/metrics/slis", "Undone(\"/metrics/slis\")");
        check("GET", "/debug/pprof", "Undone(\"/debug/pprof\")");
        check("GET", "/logs", "Unknown");
        check("GET", "/openapi/v1", "Unknown");
    }

    #[test]
    fn parameters_are_unescaped() {
        let query = Query::parse("labelSelector=a%3D1%2Cb+in+(c)&limit=5&bad=%zz");
        assert_eq!(query.get("labelSelector"), "a=1,b in (c)");
        assert_eq!(query.number("limit"), Ok(Some(5)));
        assert_eq!(query.get("bad"), "%zz");
        assert_eq!(query.number("bad").unwrap_err().code, 400);
    }
}
