//! The options of a deletion, from a request's body and query.

use serde_json::{Map, Value, json};

use crate::{
    json as deep,
    media::{self, Format},
    protobuf,
    recognition::{self, UNREAD},
    request::{self, Query},
    status::{About, Cause, Status},
    tables::{self, Decoder},
    write::Preconditions,
};

/// What lets go of objects that cannot be read.
const UNREADABLE: &str = "ignoreStoreReadErrorWithClusterBreakingPotential";
/// The type of options: group, version and kind.
const TYPE: (&str, &str, &str) = ("", "v1", "DeleteOptions");

/// What is of no group, and may stand where options do.
const SHARED: [&str; 11] = [
    "Status",
    "CreateOptions",
    "UpdateOptions",
    "PatchOptions",
    "GetOptions",
    "ListOptions",
    "WatchEvent",
    "APIVersions",
    "APIGroup",
    "APIGroupList",
    "APIResourceList",
];

/// The finalizer of what goes after what belongs to it.
pub(crate) const FOREGROUND: &str = "foregroundDeletion";
/// The finalizer of what goes when nothing belongs to it any more.
pub(crate) const ORPHAN: &str = "orphan";

/// What becomes of objects that belong to the one that goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// They go after it.
    Background,
    /// They go before it, as far as it waits for them.
    Foreground,
    /// They stay, and belong to it no longer.
    Orphan,
}

/// How something is to be deleted.
#[derive(Debug)]
pub(crate) struct Deletion {
    pub(crate) preconditions: Preconditions,
    /// `None` where the object's finalizers say it.
    pub(crate) policy: Option<Propagation>,
    pub(crate) dry_run: bool,
    /// What is told to others of the options.
    pub(crate) told: Map<String, Value>,
}

impl Deletion {
    /// Reads the options; an empty body has none.
    ///
    /// # Errors
    ///
    /// 400 for what cannot be read, 415 for other media, 422 for what may not be asked.
    pub(crate) fn parse(body: &[u8], content_type: &str, query: &Query) -> Result<Self, Status> {
        let mut options = json!({});
        // A body is all that counts where there is one.
        let nothing = Query::default();
        let query = if body.is_empty() { query } else { &nothing };
        query.number("gracePeriodSeconds")?;
        query.dry_run("DeleteOptions")?;
        if !body.iter().all(u8::is_ascii_whitespace) {
            let format = media::format(content_type)?;
            if format == Format::Protobuf {
                let parsed = protobuf::parse(body, ("v1", "DeleteOptions"));
                options = parsed.map_err(|why| Status::bad_request(why.said()))?;
            } else {
                options = read(body).map_err(Status::bad_request)?;
            }
        }
        Deletion::of(&options, query)
    }

    /// The same of options that are read, and a query.
    pub(crate) fn of(options: &Value, query: &Query) -> Result<Self, Status> {
        let mut dry_run = query.dry_run("DeleteOptions")?;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(said) = options["dryRun"].as_array().filter(|said| !said.is_empty()) {
            let said: Vec<&str> = said.iter().map(|word| word.as_str().unwrap_or_default()).collect();
            dry_run |= request::is_dry_run("DeleteOptions", &said)?;
        }
        if options[UNREADABLE] == true || query.flag(UNREADABLE) {
            return Err(Status::not_implemented(&format!("deletions with {UNREADABLE}")));
        }
        let policy = text(&options["propagationPolicy"]).or_else(|| {
            let said = query.get("propagationPolicy");
            (!said.is_empty()).then(|| said.to_owned())
        });
        let orphan = options["orphanDependents"].as_bool();
        let orphan =
            orphan.or_else(|| query.optional("orphanDependents").map(|_| query.flag("orphanDependents")));
        let policy = propagation(policy.as_deref(), orphan)?;
        let demands = &options["preconditions"];
        let preconditions =
            Preconditions { uid: text(&demands["uid"]), resource_version: text(&demands["resourceVersion"]) };
        let told = told(options, query);
        Ok(Deletion { preconditions, policy, dry_run, told })
    }
}

/// Reads the options of a body, which are all that is left of it.
fn read(body: &[u8]) -> Result<Value, String> {
    deep::with_stack(deep::depth_of_text(body).min(deep::MAX_DEPTH), || {
        let mut options = deep::read(body).map_err(|why| format!("{UNREAD}{why}"))?;
        recognition::check(&options)?;
        let said = |name: &str| options[name].as_str().filter(|said| !said.is_empty());
        if let Some(kind) = said("kind").filter(|kind| *kind != TYPE.2) {
            let of_all = matches!(said("apiVersion"), None | Some("v1" | "meta.k8s.io/v1"));
            if of_all && SHARED.contains(&kind) {
                return Err(format!("converting (v1.{kind}) to (v1.{}): unknown conversion", TYPE.2));
            }
            return Err(recognition::unregistered(kind, said("apiVersion").unwrap_or("meta.k8s.io/v1")));
        }
        if let Value::Object(fields) = &mut options {
            tables::decode(fields, TYPE, Decoder::Json, &mut Vec::new())?;
        }
        Ok(options)
    })
}

/// The options that say something, from the body or, where there is none, from the query.
fn told(options: &Value, query: &Query) -> Map<String, Value> {
    let mut told = Map::new();
    for field in ["gracePeriodSeconds", "preconditions", "orphanDependents", "propagationPolicy"] {
        let said = query.optional(field).map(|said| match said.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) if field == "orphanDependents" => query.flag(field).into(),
            Err(_) => Value::from(said),
        });
        if let Some(value) = options.get(field).filter(|value| !value.is_null()).cloned().or(said) {
            told.insert(field.to_owned(), value);
        }
    }
    told
}

fn propagation(policy: Option<&str>, orphan: Option<bool>) -> Result<Option<Propagation>, Status> {
    let about = About { kind: "DeleteOptions", group: "meta.k8s.io", name: "" };
    match (policy, orphan) {
        (Some(policy), Some(_)) => {
            let why = "orphanDependents and deletionPropagation cannot be both set";
            Err(Status::invalid(about, vec![Cause::invalid("propagationPolicy", policy, why)]))
        }
        (None, None) => Ok(None),
        (None, Some(true)) | (Some("Orphan"), None) => Ok(Some(Propagation::Orphan)),
        (None, Some(false)) | (Some("Background"), None) => Ok(Some(Propagation::Background)),
        (Some("Foreground"), None) => Ok(Some(Propagation::Foreground)),
        (Some(other), None) => {
            let known = ["Foreground", "Background", "Orphan", "nil"];
            let cause = Cause::unsupported_word("propagationPolicy", other, &known);
            Err(Status::invalid(about, vec![cause]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(query: &str, body: &str, expected: Result<bool, u16>) {
        let deletion = Deletion::parse(body.as_bytes(), "application/json", &Query::parse(query));
        let found = deletion.map(|deletion| deletion.dry_run).map_err(|status| status.code);
        assert_eq!(found, expected, "{query} {body}");
    }

    #[test]
    fn what_becomes_of_dependents_is_said_in_two_ways() {
        use Propagation::{Background, Foreground, Orphan};
        let check = |query: &str, body: &str, expected| {
            let deletion =
                Deletion::parse(body.as_bytes(), "application/json", &Query::parse(query)).unwrap();
            assert_eq!(deletion.policy, expected, "{query} {body}");
        };
        check("", "", None);
        check("", r#"{"propagationPolicy":"Background"}"#, Some(Background));
        check("", r#"{"propagationPolicy":"Foreground"}"#, Some(Foreground));
        check("propagationPolicy=Orphan", "", Some(Orphan));
        check("", r#"{"orphanDependents":true}"#, Some(Orphan));
        check("orphanDependents=false", "", Some(Background));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        check("", r#"{"propagationPolicy":"Sideways"}"#, Err(422));
        check("", r#"{"propagationPolicy":"Background","orphanDependents":false}"#, Err(422));
        check("", r#"{"kind":"Pod","apiVersion":"v1"}"#, Err(400));
        check("", "nonsense", Err(400));
    }

    #[test]
    fn options_come_in_protobuf_too() {
        let parse = |body: &[u8]| {
            let deletion = Deletion::parse(body, "application/vnd.kubernetes.protobuf", &Query::default());
            deletion.map(|deletion| deletion.policy).map_err(|status| status.code)
        };
        assert_eq!(parse(b"k8s\0\x12\x0c\x22\x0aForeground"), Ok(Some(Propagation::Foreground)));
        assert_eq!(parse(b"k8s\0\x0a\x09\x0a\x02v1\x12\x03Pod"), Err(400));
        assert_eq!(parse(b"{}"), Err(400));
    }

    #[test]
    fn a_dry_run_is_asked_for_in_either_place() {
        check("dryRun=All", "", Ok(true));
        check("", r#"{"dryRun":["All"]}"#, Ok(true));
        check("", r#"{"dryRun":["Some"]}"#, Err(422));
        check("dryRun=Some", "", Err(422));
    }
}
