//! Paths of documents: those of discovery, and those by which others check tokens.

use serde_json::{Value, json};

use super::{
    group_version,
    naming::{group_name, tag, valid_name},
    operations::{FORMS, META, reference, responses},
};

/// Those that are of no group.
pub(super) const NAMES: [&str; 5] = [CONFIGURATION, "api", "apis", KEYS, "version"];
const CONFIGURATION: &str = ".well-known/openid-configuration";
const KEYS: &str = "openid/v1/jwks";

/// What a document is said to be.
struct Told {
    tag: String,
    operation: String,
    schema: Value,
    takes: &'static [&'static str],
    gives: &'static [&'static str],
}

/// The path of the document of that name.
pub(super) fn path(name: &str) -> (String, Value) {
    let told = told(name);
    let mut get = json!({
        "produces": told.gives,
        "schemes": ["https"],
        "tags": [told.tag],
        "operationId": told.operation,
        "responses": responses(&["200"], &told.schema),
    });
    if !told.takes.is_empty() {
        get["consumes"] = told.takes.into();
    }
    (format!("/{name}/"), json!({ "get": get }))
}

fn told(name: &str) -> Told {
    let of = |tag: &str, operation: &str, schema: &str| Told {
        tag: tag.to_owned(),
        operation: operation.to_owned(),
        schema: reference(&format!("{META}.{schema}")),
        takes: FORMS,
        gives: FORMS,
    };
    let openid = |tag: &str, document: &str, gives| Told {
        schema: json!({ "type": "string" }),
        takes: &[],
        gives,
        ..of(tag, &format!("getServiceAccountIssuerOpenID{document}"), "")
    };
    match name {
        CONFIGURATION => openid("WellKnown", "Configuration", &FORMS[..1]),
        KEYS => openid("openid", "Keyset", &["application/jwk-set+json"]),
        "api" => of("core", "getCoreAPIVersions", "APIVersions"),
        "apis" => of("apis", "getAPIVersions", "APIGroupList"),
        "version" => Told {
            schema: reference("io.k8s.apimachinery.pkg.version.Info"),
            takes: &FORMS[..1],
            gives: &FORMS[..1],
            ..of("version", "getCodeVersion", "")
        },
        _ => match group_version(name) {
            Some((group, version)) => {
                let names = format!("{}{}", group_name(group, true), valid_name(version, true));
                of(&tag((group, version)), &format!("get{names}APIResources"), "APIResourceList")
            }
            None => {
                let group = name.strip_prefix("apis/").unwrap_or(name);
                of(&group_name(group, false), &format!("get{}APIGroup", group_name(group, true)), "APIGroup")
            }
        },
    }
}
