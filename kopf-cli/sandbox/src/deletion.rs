//! The options of a deletion, from a request's body and query.

use serde_json::{Value, json};

use crate::{
    json as deep, media,
    request::{self, Query},
    status::{About, Cause, Status},
    write::Preconditions,
};

/// How deep the options may be nested; those that there are have two levels.
const MAX_DEPTH: usize = 32;

/// How something is to be deleted.
#[derive(Debug)]
pub(crate) struct Deletion {
    pub(crate) preconditions: Preconditions,
    pub(crate) dry_run: bool,
}

impl Deletion {
    /// Reads the options; an empty body has none.
    ///
    /// # Errors
    ///
    /// 400 for what cannot be read, 415 for other media, 422 for what may not be asked, 501 for what needs a garbage
    /// collector.
    pub(crate) fn parse(body: &[u8], content_type: &str, query: &Query) -> Result<Self, Status> {
        let mut dry_run = query.dry_run("DeleteOptions")?;
        let mut options = json!({});
        if !body.iter().all(u8::is_ascii_whitespace) {
            media::format(content_type)?;
            if deep::depth_of_text(body) > MAX_DEPTH {
                return Err(Status::bad_request("json parse error: exceeded max depth"));
            }
            options = deep::parse(body).map_err(|why| {
                Status::bad_request(format!("couldn't get version/kind; json parse error: {why}"))
            })?;
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(kind) =
            text(&options["kind"]).filter(|kind| !["", "DeleteOptions"].contains(&kind.as_str()))
        {
            return Err(Status::bad_request(format!("{kind} cannot be handled as DeleteOptions")));
        }
        if let Some(said) = options["dryRun"].as_array().filter(|said| !said.is_empty()) {
            let said: Vec<&str> = said.iter().map(|word| word.as_str().unwrap_or_default()).collect();
            dry_run |= request::is_dry_run("DeleteOptions", &said)?;
        }
        let policy = text(&options["propagationPolicy"]).or_else(|| {
            let said = query.get("propagationPolicy");
            (!said.is_empty()).then(|| said.to_owned())
        });
        check_propagation(policy.as_deref(), &options["orphanDependents"])?;
        let demands = &options["preconditions"];
        let preconditions =
            Preconditions { uid: text(&demands["uid"]), resource_version: text(&demands["resourceVersion"]) };
        Ok(Deletion { preconditions, dry_run })
    }
}

/// Nothing here follows owners, so that dependents can neither be waited for nor let go of.
fn check_propagation(policy: Option<&str>, orphan: &Value) -> Result<(), Status> {
    let about = About { kind: "DeleteOptions", group: "meta.k8s.io", name: "" };
    let orphan = orphan.as_bool();
    match policy {
        Some(policy) if orphan.is_some() => {
            let why = "orphanDependents and deletionPropagation cannot be both set";
            Err(Status::invalid(about, vec![Cause::invalid("propagationPolicy", policy, why)]))
        }
        None if orphan == Some(true) => Err(Status::not_implemented("the orphaning of dependents")),
        None | Some("Background") => Ok(()),
        Some(policy @ ("Foreground" | "Orphan")) => {
            Err(Status::not_implemented(&format!("the propagationPolicy {policy}")))
        }
        Some(other) => {
            let known = ["Foreground", "Background", "Orphan", "nil"];
            let cause = Cause::unsupported("propagationPolicy", &format!("{other:?}"), &known);
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
    fn what_needs_a_garbage_collector_is_not_done() {
        check("", "", Ok(false));
        check("", r#"{"propagationPolicy":"Background"}"#, Ok(false));
        check("", r#"{"orphanDependents":false}"#, Ok(false));
        check("", r#"{"propagationPolicy":"Foreground"}"#, Err(501));
        check("propagationPolicy=Orphan", "", Err(501));
        check("", r#"{"orphanDependents":true}"#, Err(501));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        check("", r#"{"propagationPolicy":"Sideways"}"#, Err(422));
        check("", r#"{"propagationPolicy":"Background","orphanDependents":false}"#, Err(422));
        check("", r#"{"kind":"Pod","apiVersion":"v1"}"#, Err(400));
        check("", "nonsense", Err(400));
    }

    #[test]
    fn a_dry_run_is_asked_for_in_either_place() {
        check("dryRun=All", "", Ok(true));
        check("", r#"{"dryRun":["All"]}"#, Ok(true));
        check("", r#"{"dryRun":["Some"]}"#, Err(422));
        check("dryRun=Some", "", Err(422));
    }
}
