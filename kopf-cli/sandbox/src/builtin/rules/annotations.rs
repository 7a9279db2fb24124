//! What is wrong with annotations of pods that a server reads.

use serde_json::{Map, Value, json};

use super::placement;
use crate::{
    builtin::{
        checks::Causes,
        site::Site,
        texts,
        warnings::{APP_ARMOR, SECCOMP, SECCOMP_POD, containers, profile},
    },
    json as deep, meta,
    printed::quoted,
    status::Cause,
};

pub(super) const MIRROR: &str = "kubernetes.io/config.mirror";
const COST: &str = "controller.kubernetes.io/pod-deletion-cost";
const TOLERATIONS: &str = "scheduler.alpha.kubernetes.io/tolerations";
/// How long a node is tolerated, as Go calls it.
const SECONDS: &str = "TolerationSeconds";
const LOCALHOST: &str = "localhost/";

/// What is wrong with the annotations of a pod, or of a template, of this spec.
pub(super) fn faults(annotations: &Site<'_>, spec: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for (key, site) in annotations.entries() {
        let said = site.text();
        let say = |why: &str| vec![Cause::invalid(&*site.place, said, why)];
        causes.extend(match key {
            MIRROR if spec.at("nodeName").len() == 0 => {
                say("must set spec.nodeName if mirror pod annotation is set")
            }
            COST if !is_cost(said) => say("must be a 32bit integer"),
            TOLERATIONS if !said.is_empty() => tolerations(&annotations.place, said),
            _ => Vec::new(),
        });
        if key == SECCOMP_POD || key.starts_with(SECCOMP) {
            let place = format!("{}.{key}", annotations.place);
            causes.extend(seccomp(said).iter().map(|(said, why)| Cause::invalid(&*place, said, why)));
        }
        if let Some(name) = key.strip_prefix(APP_ARMOR) {
            if !containers(spec).iter().any(|container| container.at("name").is(name)) {
                causes.push(Cause::invalid(&*site.place, name, "container not found"));
            }
            let is_known =
                ["", "runtime/default", "unconfined"].contains(&said) || said.starts_with(LOCALHOST);
            let why = format!("invalid AppArmor profile name: {}", quoted(said));
            causes.extend((!is_known).then(|| Cause::invalid(&*site.place, said, &why)));
        }
    }
    causes
}

/// What is wrong with tolerations that stand in an annotation, as they once did.
fn tolerations(place: &str, said: &str) -> Causes {
    let read = deep::with_stack(deep::depth_of_text(said.as_bytes()), || {
        let value = deep::read(said.as_bytes())?;
        let items = match value {
            Value::Null => Vec::new(),
            Value::Array(items) => items,
            other => {
                let found = meta::kind_of(&other);
                return Err(format!(
                    "json: cannot unmarshal {found} into Go value of type []core.Toleration"
                ));
            }
        };
        items.iter().map(toleration).collect::<Result<Value, String>>()
    });
    match read {
        Err(why) => vec![Cause::invalid(place, TOLERATIONS, &why)],
        Ok(list) => {
            let list = Site::root(&list, None).moved(format!("{place}.{TOLERATIONS}"));
            list.each().flat_map(|site| placement::toleration(&site)).collect()
        }
    }
}

/// A toleration whose fields are called as Go calls them, in whatever case.
fn toleration(said: &Value) -> Result<Value, String> {
    const FIELDS: [(&str, &str); 4] =
        [("Key", "key"), ("Operator", "operator"), ("Value", "value"), ("Effect", "effect")];
    let unfit = |found: &str, field: &str, wanted: &str| {
        Err(format!(
            "json: cannot unmarshal {found} into Go struct field Toleration.{field} of type {wanted}"
        ))
    };
    let fields = match said {
        Value::Null => return Ok(json!({})),
        Value::Object(fields) => fields,
        other => {
            let found = meta::kind_of(other);
            return Err(format!("json: cannot unmarshal {found} into Go value of type core.Toleration"));
        }
    };
    let mut read = Map::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
        if name.eq_ignore_ascii_case(SECONDS) {
            match value {
                Value::Number(number) if number.is_i64() => {}
                Value::Number(number) => return unfit(&format!("number {number}"), SECONDS, "int64"),
                other => return unfit(meta::kind_of(other), SECONDS, "int64"),
            }
            read.insert("tolerationSeconds".to_owned(), value.clone());
        }
        let Some((go, name)) = FIELDS.iter().find(|(go, _)| name.eq_ignore_ascii_case(go)) else { continue };
        if !value.is_string() {
            let wanted = match *go {
                "Operator" => "core.TolerationOperator",
                "Effect" => "core.TaintEffect",
                _ => "string",
            };
            return unfit(meta::kind_of(value), go, wanted);
        }
        read.insert((*name).to_owned(), value.clone());
    }
    Ok(read.into())
}

/// A number of 32 bits, as it is written without need.
fn is_cost(text: &str) -> bool {
    let fine = text == "0" || text.starts_with(|first: char| first == '-' || ('1'..='9').contains(&first));
    fine && text.parse::<i32>().is_ok()
}

/// What of a profile is wrong, and why.
fn seccomp(said: &str) -> Vec<(&str, String)> {
    match said.strip_prefix(LOCALHOST) {
        Some(path) => texts::descending(path).into_iter().map(|why| (path, why)).collect(),
        None if ["runtime/default", "docker/default", "unconfined"].contains(&said) => Vec::new(),
        None => vec![(said, "must be a valid seccomp profile".to_owned())],
    }
}

/// Profiles that are annotated, and others that are said in fields.
pub(super) fn contradictions(annotations: &Site<'_>, spec: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let said = |key: &str| annotations.value.get(key).and_then(Value::as_str);
    let of_pod = spec.at("securityContext.seccompProfile");
    causes.extend(said(SECCOMP_POD).and_then(|said| other(said, &of_pod, "seccomp", "docker/default")));
    let containers = containers(spec);
    for container in &containers {
        let field = container.at("securityContext.seccompProfile");
        let said = said(&format!("{SECCOMP}{}", container.at("name").text()));
        causes.extend(said.and_then(|said| other(said, &field, "seccomp", "docker/default")));
    }
    if spec.at("os.name").is("windows") {
        return causes;
    }
    let of_pod = spec.at("securityContext.appArmorProfile");
    for container in &containers {
        let own = container.at("securityContext.appArmorProfile");
        let place = own.place.clone();
        let field = if own.is_given() { own } else { of_pod.clone().moved(place) };
        let said = said(&format!("{APP_ARMOR}{}", container.at("name").text()));
        causes.extend(said.and_then(|said| other(said, &field, "apparmor", "runtime/default")));
    }
    causes
}

/// In what a profile in a field is another than the one that is annotated.
fn other(said: &str, field: &Site<'_>, what: &str, also: &str) -> Option<Cause> {
    let meant = profile(&said.into());
    let same_type = match field.at("type").text() {
        "Localhost" => said.starts_with(LOCALHOST),
        "RuntimeDefault" => ["runtime/default", also].contains(&said),
        "Unconfined" => said == "unconfined",
        _ => return None,
    };
    let path = field.at("localhostProfile");
    if !same_type {
        return Some(field.at("type").forbidden(&format!("{what} type in annotation and field must match")));
    }
    let same = !field.at("type").is("Localhost")
        || meant.is_some_and(|meant| meant["localhostProfile"] == *path.value);
    (!same).then(|| path.forbidden(&format!("{what} profile in annotation and field must match")))
}

/// What of the annotations of a pod is to stay as it was.
pub(super) fn kept(annotations: &Site<'_>) -> Causes {
    let nothing = Value::Null;
    let before = annotations.before.unwrap_or(&nothing);
    let told = |key: &str| match () {
        () if key.starts_with(APP_ARMOR) => Some("AppArmor annotations"),
        () if key == MIRROR => Some("mirror pod annotation"),
        () => None,
    };
    let place = |key: &str| format!("{}[{key}]", annotations.place);
    let mut causes = Vec::new();
    for (key, then) in before.as_object().into_iter().flatten() {
        if let Some(what) = told(key).filter(|_| annotations.value.get(key) != Some(then)) {
            causes.push(Cause::forbidden(place(key), &format!("may not remove or update {what}")));
        }
    }
    for (key, _) in annotations.entries().filter(|(key, _)| before.get(key).is_none()) {
        causes.extend(told(key).map(|what| Cause::forbidden(place(key), &format!("may not add {what}"))));
    }
    causes
}
