//! The options of lists and watches, and which of them may stand together.

use crate::{
    request::Query,
    resources::View,
    selectors::{Said, Selection},
    status::{About, Cause, Status},
};

/// How a list's resourceVersion is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    /// Not said.
    Unset,
    Exact,
    NotOlderThan,
}

/// What a list or a watch was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) selection: Selection,
    /// At most so many objects in one answer; zero and below mean all.
    pub(crate) limit: i64,
    pub(crate) continue_token: String,
    pub(crate) resource_version: String,
    pub(crate) matching: Matching,
    /// A watch that begins with what there is.
    pub(crate) initial_events: bool,
    pub(crate) bookmarks: bool,
    pub(crate) timeout_seconds: Option<i64>,
}

impl Options {
    /// # Errors
    ///
    /// 400 for what cannot be read, 422 for what may not stand together.
    pub(crate) fn parse(query: &Query, view: &View, watch: bool) -> Result<Self, Status> {
        let limit = query.number("limit")?.unwrap_or_default();
        let timeout_seconds = query.number("timeoutSeconds")?.filter(|seconds| *seconds > 0);
        let said = Said::parse(query.get("labelSelector"), query.get("fieldSelector"))?;
        let resource_version = query.get("resourceVersion").to_owned();
        let continue_token = query.get("continue").to_owned();
        let from_any = matches!(resource_version.as_str(), "" | "0");
        let mut said_matching = query.get("resourceVersionMatch");
        let mut initial = query.optional("sendInitialEvents").map(|_| query.flag("sendInitialEvents"));
        if watch && from_any && initial.is_none() && said_matching.is_empty() {
            // What watches without a version have always begun with is spelled out, as the server does.
            (initial, said_matching) = (Some(true), "NotOlderThan");
        }
        let causes = faults(watch, initial, said_matching, &resource_version, &continue_token);
        if !causes.is_empty() {
            let about = About { kind: "ListOptions", group: "meta.k8s.io", name: "" };
            return Err(Status::invalid(about, causes));
        }
        let matching = match said_matching {
            "Exact" => Matching::Exact,
            "NotOlderThan" => Matching::NotOlderThan,
            _ => Matching::Unset,
        };
        Ok(Options {
            selection: said.of(view)?,
            limit,
            continue_token,
            resource_version,
            matching,
            initial_events: initial.unwrap_or_default(),
            bookmarks: query.flag("allowWatchBookmarks"),
            timeout_seconds,
        })
    }
}

fn faults(watch: bool, initial: Option<bool>, matching: &str, version: &str, token: &str) -> Vec<Cause> {
    const FIELD: &str = "resourceVersionMatch";
    let mut causes = Vec::new();
    if watch {
        if initial.is_some() && matching != "NotOlderThan" {
            let why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
            causes.push(Cause::forbidden(FIELD, why));
        }
        if !matching.is_empty() {
            if initial.is_none() {
                let why = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
                causes.push(Cause::forbidden(FIELD, why));
            }
            if matching != "NotOlderThan" {
                causes.push(Cause::unsupported_word(FIELD, matching, &["NotOlderThan"]));
            }
            if !token.is_empty() {
                let why = "resourceVersionMatch is forbidden when continue is provided";
                causes.push(Cause::forbidden(FIELD, why));
            }
        }
        return causes;
    }
    if !matching.is_empty() {
        if version.is_empty() {
            let why = "resourceVersionMatch is forbidden unless resourceVersion is provided";
            causes.push(Cause::forbidden(FIELD, why));
        }
        if !token.is_empty() {
            let why = "resourceVersionMatch is forbidden when continue is provided";
            causes.push(Cause::forbidden(FIELD, why));
        }
        if !["Exact", "NotOlderThan"].contains(&matching) {
            causes.push(Cause::unsupported_word(FIELD, matching, &["Exact", "NotOlderThan", ""]));
        }
        if matching == "Exact" && version == "0" {
            let why = "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"";
            causes.push(Cause::forbidden(FIELD, why));
        }
    }
    if initial.is_some() {
        causes.push(Cause::forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Catalog;

    #[track_caller]
    fn check(watch: bool, query: &str, expected: Result<bool, &str>) {
        let view = Catalog::built_in().view("", "v1", "pods").unwrap();
        let options = Options::parse(&Query::parse(query), &view, watch);
        let said = options.map(|options| options.initial_events).map_err(|status| status.message);
        assert_eq!(said.as_ref().map(|said| *said).map_err(String::as_str), expected, "{query}");
    }

    #[test]
    fn a_watch_from_anywhere_begins_with_what_there_is() {
        check(true, "", Ok(true));
        check(true, "resourceVersion=0", Ok(true));
        check(true, "resourceVersion=5", Ok(false));
        check(true, "resourceVersion=5&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", Ok(true));
    }

    #[test]
    fn what_may_not_stand_together_is_refused() {
        check(
            true,
            "sendInitialEvents=true",
            Err(
                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires \
                 setting resourceVersionMatch to NotOlderThan",
            ),
        );
        check(
            false,
            "sendInitialEvents=true",
            Err(
                "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden \
                 for list",
            ),
        );
        check(
            false,
            "resourceVersionMatch=Bogus&resourceVersion=1",
            Err(
                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"Bogus\": supported \
                 values: \"Exact\", \"NotOlderThan\", \"\"",
            ),
        );
    }
}
