//! What is wrong with config maps and secrets.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use crate::{
    builtin::{checks::Causes, site::Site, texts},
    status::Cause,
};

/// How many bytes all values together may have.
const MOST: u64 = 1 << 20;
const IMMUTABLE: &str = "field is immutable when `immutable` is set";

/// What is wrong with a config map.
pub(super) fn config_map(root: &Site<'_>) -> Causes {
    let mut causes = locked(root, &["immutable", "data", "binaryData"]);
    let (texts, bytes) = (root.at("data"), root.at("binaryData"));
    for (key, site) in texts.entries() {
        causes.extend(key_faults(key, &site.place));
        if bytes.value.get(key).is_some() {
            causes.push(Cause::invalid(site.place, key, "duplicate of key present in binaryData"));
        }
    }
    causes.extend(bytes.entries().flat_map(|(key, site)| key_faults(key, &site.place)));
    let size = texts.entries().map(|(_, site)| site.len() as u64).sum::<u64>() + size_of(&bytes);
    if size > MOST {
        causes.push(Cause::too_long("[]", MOST));
    }
    causes
}

/// What is wrong with a secret.
pub(super) fn secret(root: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let kind = root.at("type");
    causes.extend(kind.is_changed().then(|| kind.invalid("field is immutable")));
    causes.extend(locked(root, &["immutable", "data"]));
    let data = root.at("data");
    causes.extend(data.entries().flat_map(|(key, site)| key_faults(key, &site.place)));
    if size_of(&data) > MOST {
        causes.push(Cause::too_long("data", MOST));
    }
    let has = |key: &str| data.value.get(key).is_some();
    let missing = |key: &str| Cause::required(format!("data[{key}]"), "");
    match kind.text() {
        "kubernetes.io/dockercfg" => causes.extend(document(&data, ".dockercfg")),
        "kubernetes.io/dockerconfigjson" => causes.extend(document(&data, ".dockerconfigjson")),
        "kubernetes.io/basic-auth" if !has("username") && !has("password") => {
            causes.extend(["username", "password"].map(missing));
        }
        "kubernetes.io/ssh-auth" if data.value["ssh-privatekey"].as_str().is_none_or(str::is_empty) => {
            causes.push(missing("ssh-privatekey"));
        }
        "kubernetes.io/tls" => {
            causes.extend(["tls.crt", "tls.key"].into_iter().filter(|key| !has(key)).map(missing));
        }
        _ => {}
    }
    causes
}

/// What is wrong with a secret by what its annotations say.
pub(super) fn token(object: &Value) -> Causes {
    const ACCOUNT: &str = "kubernetes.io/service-account.name";
    let is_token = object["type"] == "kubernetes.io/service-account-token";
    let named = object["metadata"]["annotations"][ACCOUNT].as_str();
    if !is_token || named.is_some_and(|name| !name.is_empty()) {
        return Vec::new();
    }
    vec![Cause::required(format!("metadata.annotations[{ACCOUNT}]"), "")]
}

fn key_faults(key: &str, place: &str) -> Causes {
    texts::config_key(key).iter().map(|why| Cause::invalid(place, key, why)).collect()
}

/// What has been locked stays locked, and as it is.
fn locked(root: &Site<'_>, fields: &[&str]) -> Causes {
    let Some(before) = root.before.filter(|before| before["immutable"] == true) else { return Vec::new() };
    let nothing = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    let changed = fields.iter().map(|field| root.at(field)).filter(|site| {
        let then = &before[site.place.as_str()];
        site.value != then && !(nothing(site.value) && nothing(then))
    });
    changed.map(|site| site.forbidden(IMMUTABLE)).collect()
}

/// How many bytes are behind what stands for them in texts.
fn size_of(data: &Site<'_>) -> u64 {
    let size = |site: &Site<'_>| {
        let padding = site.text().bytes().rev().take_while(|byte| *byte == b'=').count();
        (site.len() / 4 * 3).saturating_sub(padding) as u64
    };
    data.entries().map(|(_, site)| size(&site)).sum()
}

/// What has to be there, and a document in JSON.
fn document(data: &Site<'_>, key: &str) -> Option<Cause> {
    let place = format!("data[{key}]");
    let Some(said) = data.value.get(key) else { return Some(Cause::required(place, "")) };
    let bytes = STANDARD.decode(said.as_str().unwrap_or_default()).unwrap_or_default();
    match serde_json::from_slice::<Option<Map<String, Value>>>(&bytes) {
        Ok(_) => None,
        Err(_) if bytes.is_empty() => {
            Some(Cause::invalid(place, "<secret contents redacted>", "unexpected end of JSON input"))
        }
        Err(_) => Some(Cause::invalid(place, "<secret contents redacted>", &stumble(&bytes))),
    }
}

/// What Go's reader of JSON says of what is none, as far as its first byte tells.
fn stumble(bytes: &[u8]) -> String {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) => {
            let kind = match value {
                Value::Array(_) => "array",
                Value::String(_) => "string",
                Value::Bool(_) => "bool",
                _ => "number",
            };
            format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")
        }
        Err(error) if error.is_eof() => "unexpected end of JSON input".to_owned(),
        Err(_) => {
            let letter = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).copied().unwrap_or_default();
            format!("invalid character '{}' looking for beginning of value", char::from(letter))
        }
    }
}
