//! What is wrong with the claims of devices that pods have, and with those of them that containers name.

use std::{
    cell::Cell,
    collections::{BTreeSet, HashMap},
};

use super::annotations::MIRROR;
use crate::{
    builtin::{
        checks::{Causes, LABEL, check},
        site::Site,
    },
    names::name_faults,
    resources::NameRule,
    status::Cause,
    tables,
};

/// What is wrong with the claims of a pod, which has no annotations in a template.
pub(super) fn of_pod(list: &Site<'_>, annotations: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let mut known = BTreeSet::new();
    for claim in list.each() {
        if annotations.value.get(MIRROR).is_some() {
            causes.push(Cause::forbidden("[]", "static pods do not support resource claims"));
            continue;
        }
        let name = claim.at("name");
        if name.len() == 0 {
            causes.push(name.required(""));
        } else if !known.insert(name.text()) {
            causes.push(name.duplicate());
        } else {
            causes.extend(check(&name, &[("", LABEL)]));
        }
        let said = ["resourceClaimName", "resourceClaimTemplateName"].map(|field| claim.at(field));
        let why = match said.iter().filter(|site| site.is_given()).count() {
            0 => Some("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"),
            1 => None,
            _ => Some("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"),
        };
        let told = || tables::inside("core.PodResourceClaim", claim.value);
        causes.extend(why.map(|why| Cause::invalid_value(&*claim.place, &told(), why)));
        for site in said.iter().filter(|site| site.is_given()) {
            causes.extend(site.against(name_faults(site.text(), NameRule::Subdomain)));
        }
    }
    causes
}

/// How much is told of the claims of a pod in all that is said against its containers.
const MOST_TOLD: usize = 4 * 1024 * 1024;

/// The claims of a pod, of which containers name some.
pub(super) struct Claims<'a> {
    names: BTreeSet<&'a str>,
    told: String,
    left: Cell<usize>,
}

impl<'a> Claims<'a> {
    pub(super) fn of(spec: &Site<'a>) -> Self {
        let names = spec.find("resourceClaims[].name").into_iter().map(|name| name.text());
        let names: BTreeSet<&str> = names.filter(|name| !name.is_empty()).collect();
        let list = names.iter().copied().collect::<Vec<_>>().join(", ");
        let told = if names.is_empty() { " which is empty".to_owned() } else { format!(": {list}") };
        Claims { names, told, left: Cell::new(MOST_TOLD) }
    }

    fn missing(&self, claim: &Site<'_>, name: &str) -> Cause {
        let mut cause = Cause::not_found(&*claim.place, name);
        let left = self.left.get().checked_sub(self.told.len());
        self.left.set(left.unwrap_or_default());
        let told = if left.is_some() { &*self.told } else { "" };
        cause.message += &format!(": must be one of the names in pod.spec.resourceClaims{told}");
        cause
    }

    /// What is wrong with those that a container names.
    pub(super) fn faults(&self, list: &Site<'_>) -> Causes {
        let mut causes = Vec::new();
        // What is named of each claim, the whole of it by an empty text.
        let mut named: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for claim in list.each() {
            let (name, request) = (claim.at("name"), claim.at("request"));
            if name.len() == 0 {
                causes.push(claim.required(""));
                continue;
            }
            let parts = named.entry(name.text()).or_default();
            let twice = |value: String| Cause::duplicate(&*claim.place, &value.into());
            if parts.contains("") {
                causes.push(twice(name.text().to_owned()));
            } else if request.len() == 0 {
                causes.extend(parts.iter().map(|_| twice(name.text().to_owned())));
                parts.insert("");
            } else {
                causes.extend(check(&request, &[("", LABEL)]));
                if !parts.insert(request.text()) {
                    causes.push(twice(format!("{}/{}", name.text(), request.text())));
                }
            }
            if !self.names.contains(name.text()) {
                causes.push(self.missing(&claim, name.text()));
            }
        }
        causes
    }
}
