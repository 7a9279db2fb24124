//! Limits of a namespace: containers that say nothing are given what it has for them, and what goes beyond is refused.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{Write, classes::CLAIMS};
use crate::{
    builtin::whole::{self, Amounts},
    kinds::PODS,
    quantity::{Quantity, Sum},
    resources::LIMIT_RANGES,
    status::Status,
};

type Fields = Map<String, Value>;

/// Where a pod says what it was given.
const GIVEN: &str = "kubernetes.io/limit-ranger";

/// What is asked for, and what it is limited to.
struct Demand<'a> {
    requests: Amounts<'a>,
    limits: Amounts<'a>,
}

/// Gives the containers of a new pod what they say nothing of, and has the pod tell it.
pub(super) fn admit(write: &Write<'_>, metadata: &mut Fields, spec: &mut Fields) {
    for range in ranges(write) {
        let mut given = Vec::new();
        for (which, called) in [("containers", "container"), ("initContainers", "init container")] {
            for container in spec.get_mut(which).and_then(Value::as_array_mut).into_iter().flatten() {
                for (of, list, amounts) in
                    [("request", "requests", "defaultRequest"), ("limit", "limits", "default")]
                {
                    let mut names = fill(container, list, defaults(&range, amounts));
                    names.sort_unstable();
                    if !names.is_empty() {
                        let name = container["name"].as_str().unwrap_or_default();
                        given.push(format!("{} {of} for {called} {name}", names.join(", ")));
                    }
                }
            }
        }
        if !given.is_empty() {
            let annotations = metadata.entry("annotations").or_insert(Value::Null);
            if !annotations.is_object() {
                *annotations = Fields::new().into();
            }
            annotations[GIVEN] = format!("LimitRanger plugin set: {}", given.join("; ")).into();
        }
    }
}

/// What containers have that say nothing, by the field that has it.
fn defaults<'a>(range: &'a Value, field: &'a str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let limits = limits(range).filter(|limit| limit["type"] == "Container");
    limits.filter_map(move |limit| limit[field].as_object()).flatten()
}

/// Puts amounts into a list of a container's where it has none; the answer is of which resources.
fn fill<'a>(
    container: &mut Value,
    list: &str,
    amounts: impl Iterator<Item = (&'a String, &'a Value)>,
) -> Vec<&'a str> {
    let mut names = Vec::new();
    for (name, amount) in amounts.filter(|(_, amount)| amount.is_string()) {
        if container["resources"][list].get(name).is_none() {
            container["resources"][list][name] = amount.clone();
            names.push(&**name);
        }
    }
    names
}

/// Refuses a pod or a claim that asks for too little or too much; what is on its way out is left alone.
pub(super) fn judge(write: &Write<'_>, object: &Value, old: Option<&Value>) -> Result<(), Status> {
    let key = &*write.view.resource.key;
    let Some(spec) = object["spec"].as_object().filter(|_| [PODS, CLAIMS].contains(&key)) else {
        return Ok(());
    };
    if old.is_some_and(|old| key == PODS || !old["metadata"]["deletionTimestamp"].is_null()) {
        return Ok(());
    }
    for range in ranges(write) {
        let mut faults = Vec::new();
        for limit in limits(&range) {
            match (key, limit["type"].as_str()) {
                (PODS, Some("Container")) => {
                    let lists =
                        ["containers", "initContainers"].into_iter().filter_map(|list| spec.get(list));
                    for container in lists.filter_map(Value::as_array).flatten() {
                        faults.extend(limit_faults(limit, &Demand::of(container)));
                    }
                }
                (PODS, Some("Pod")) => faults.extend(limit_faults(limit, &Demand::of_pod(spec))),
                (CLAIMS, Some("PersistentVolumeClaim")) => {
                    faults.extend(claim_faults(limit, &Demand::of_claim(&object["spec"])));
                }
                _ => {}
            }
        }
        if !faults.is_empty() {
            return Err(write.forbidden(&together(&faults)));
        }
    }
    Ok(())
}

fn ranges(write: &Write<'_>) -> impl Iterator<Item = Value> {
    write.store.list(LIMIT_RANGES, Some(write.namespace)).into_iter().map(|range| range.value())
}

fn limits(range: &Value) -> impl Iterator<Item = &Value> {
    range["spec"]["limits"].as_array().into_iter().flatten()
}

/// Errors as Go tells several of them at once.
fn together(faults: &[String]) -> String {
    let mut known = HashSet::new();
    let told: Vec<&str> = faults.iter().map(String::as_str).filter(|fault| known.insert(*fault)).collect();
    if let [only] = told[..] { only.to_owned() } else { format!("[{}]", told.join(", ")) }
}

impl<'a> Demand<'a> {
    fn of(container: &'a Value) -> Self {
        let amounts = |list| whole::amounts(container, list).collect();
        Demand { requests: amounts("requests"), limits: amounts("limits") }
    }

    /// That of a claim, whose limits do not count.
    fn of_claim(spec: &'a Value) -> Self {
        Demand { requests: whole::amounts(spec, "requests").collect(), limits: Amounts::new() }
    }

    /// That of a pod: what it says as a whole, and else what its containers come to together.
    fn of_pod(spec: &'a Fields) -> Self {
        let amounts = |list: &'static str| {
            let mut amounts = whole::of_containers(spec, list);
            let said = spec.get("resources").and_then(|whole| whole[list].as_object());
            let said = said.into_iter().flatten().filter(|(name, _)| ["cpu", "memory"].contains(&&***name));
            amounts.extend(said.map(|(name, amount)| (&**name, Sum::of(amount))));
            amounts
        };
        Demand { requests: amounts("requests"), limits: amounts("limits") }
    }
}

/// A limit of one resource: what it is of, which resource, and how much.
struct Bound<'a> {
    kind: &'a str,
    name: &'a str,
    amount: &'a Value,
}

impl<'a> Bound<'a> {
    fn all(limit: &'a Value, field: &str) -> impl Iterator<Item = Bound<'a>> {
        let kind = limit["type"].as_str().unwrap_or_default();
        let amounts = limit[field].as_object().into_iter().flatten();
        amounts.map(move |(name, amount)| Bound { kind, name, amount })
    }

    fn fault(&self, which: &str, but: &str) -> String {
        let amount = text(self.amount);
        format!("{which} {} usage per {} is {amount}{but}", self.name, self.kind)
    }

    /// What the amount is, and what a request and a limit are, to be compared.
    fn beside(&self, request: Option<&Sum<'_>>, limit: Option<&Sum<'_>>) -> [i64; 3] {
        let quantity = |sum: Option<&Sum<'_>>| sum.map_or(Quantity::ZERO, |sum| sum.quantity());
        Quantity::comparable([Quantity::of(self.amount), quantity(request), quantity(limit)])
    }

    fn least(&self, demand: &Demand<'_>) -> Option<String> {
        let (request, limit) = (demand.requests.get(self.name), demand.limits.get(self.name));
        let [least, asked, limited] = self.beside(request, limit);
        let fault = |but: &str| Some(self.fault("minimum", but));
        match (request, limit) {
            (None, _) => fault(".  No request is specified"),
            (Some(request), _) if asked < least => fault(&format!(", but request is {}", shown(request))),
            (_, Some(limit)) if limited < least => fault(&format!(", but limit is {}", shown(limit))),
            _ => None,
        }
    }

    fn most(&self, demand: &Demand<'_>) -> Option<String> {
        let (request, limit) = (demand.requests.get(self.name), demand.limits.get(self.name));
        let [most, asked, limited] = self.beside(request, limit);
        let fault = |but: &str| Some(self.fault("maximum", but));
        match (limit, request) {
            (None, _) => fault(".  No limit is specified"),
            (Some(limit), _) if limited > most => fault(&format!(", but limit is {}", shown(limit))),
            (_, Some(request)) if asked > most => fault(&format!(", but request is {}", shown(request))),
            _ => None,
        }
    }

    /// The most that may be asked for where nothing is limited.
    fn most_asked(&self, demand: &Demand<'_>) -> Option<String> {
        let request = demand.requests.get(self.name);
        let [most, asked, _] = self.beside(request, None);
        let fault = |but: &str| Some(self.fault("maximum", but));
        match request {
            None => fault(".  No request is specified"),
            Some(request) if asked > most => fault(&format!(", but request is {}", shown(request))),
            Some(_) => None,
        }
    }

    /// How often the request may be in the limit.
    fn ratio(&self, demand: &Demand<'_>) -> Option<String> {
        let [_, asked, limited] = self.beside(demand.requests.get(self.name), demand.limits.get(self.name));
        let amount = text(self.amount);
        let fault = |but: &str| {
            let Bound { kind, name, .. } = self;
            Some(format!("{name} max limit to request ratio per {kind} is {amount}, but {but}"))
        };
        if asked == 0 {
            return fault("no request is specified or request is 0");
        }
        if limited == 0 {
            return fault("no limit is specified or limit is 0");
        }
        let [most, one] = Quantity::comparable([Quantity::of(self.amount), Quantity::ONE]);
        let ratio = limited as f64 / asked as f64;
        if ratio * one as f64 > most as f64 { fault(&format!("provided ratio is {ratio:.6}")) } else { None }
    }
}

fn limit_faults(limit: &Value, demand: &Demand<'_>) -> Vec<String> {
    let least = Bound::all(limit, "min").filter_map(|bound| bound.least(demand));
    let most = Bound::all(limit, "max").filter_map(|bound| bound.most(demand));
    let ratios = Bound::all(limit, "maxLimitRequestRatio").filter_map(|bound| bound.ratio(demand));
    least.chain(most).chain(ratios).collect()
}

fn claim_faults(limit: &Value, demand: &Demand<'_>) -> Vec<String> {
    let least = Bound::all(limit, "min").filter_map(|bound| bound.least(demand));
    least.chain(Bound::all(limit, "max").filter_map(|bound| bound.most_asked(demand))).collect()
}

fn text(amount: &Value) -> &str {
    amount.as_str().unwrap_or_default()
}

fn shown(amount: &Sum<'_>) -> String {
    text(&amount.shown()).to_owned()
}
