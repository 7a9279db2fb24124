//! The addresses that services are given, and of which families they are. Those of IPv4 alone there are, as in most clusters.

use serde_json::{Value, json};

use super::{Fields, Refusal, is_of, list, pool::Pool, text};
use crate::{
    builtin::{rules, site::Site},
    printed,
    status::Cause,
};

const FAMILIES: [&str; 2] = ["IPv4", "IPv6"];

/// Says of which families a service is, and gives it the address that it lacks; `old` is what it was.
pub(super) fn allot(
    spec: &mut Fields,
    old: Option<&Fields>,
    pool: &Pool<'_>,
    name: &str,
) -> Result<(), Refusal> {
    if is_of(spec, &["ExternalName"]) || old.is_some_and(|old| prefers_the_same(spec, old)) {
        return Ok(());
    }
    settle_families(spec, old)?;
    let was_none = old.is_none_or(|old| is_of(old, &["ExternalName"]));
    let addresses = list(spec, "clusterIPs");
    if !was_none || addresses.first().is_some_and(|first| first == "None") {
        return Ok(());
    }
    let address = match addresses.first().and_then(Value::as_str) {
        None => pool.next_address().map_err(|why| {
            Refusal::Internal(format!(
                "failed to allocate a serviceIP for Service {}: {why}",
                printed::quoted(name)
            ))
        })?,
        Some(asked) => {
            let parsed = asked.parse().map_err(|_| {
                Refusal::Internal(format!("failed to parse service IP {}", printed::quoted(asked)))
            })?;
            let refused = |why| {
                let why = format!("failed to allocate IP {asked}: {why}");
                invalid("clusterIPs", &addresses.clone().into(), &why)
            };
            pool.take_address(parsed).map_err(refused)?;
            asked.to_owned()
        }
    };
    spec.insert("clusterIPs".to_owned(), json!([address]));
    spec.insert("clusterIP".to_owned(), address.into());
    Ok(())
}

/// Whoever prefers to be of both families is not made to be of more than before.
fn prefers_the_same(spec: &Fields, old: &Fields) -> bool {
    let prefers = |spec: &Fields| text(spec.get("ipFamilyPolicy")) == "PreferDualStack";
    let same = |field: &str| list(spec, field) == list(old, field);
    spec.get("type") == old.get("type")
        && prefers(spec)
        && (prefers(old) || !old.contains_key("ipFamilyPolicy"))
        && same("clusterIPs")
        && same("ipFamilies")
}

fn settle_families(spec: &mut Fields, old: Option<&Fields>) -> Result<(), Refusal> {
    let selects = spec.get("selector").and_then(Value::as_object).is_some_and(|labels| !labels.is_empty());
    // Whoever has neither an address nor pods of its own may be of both families.
    let is_free = text(spec.get("clusterIP")) == "None" && !selects;
    if !spec.contains_key("ipFamilyPolicy") {
        let before = old.and_then(|old| old.get("ipFamilyPolicy").cloned());
        let usual = if is_free { "RequireDualStack" } else { "SingleStack" };
        spec.insert("ipFamilyPolicy".to_owned(), before.unwrap_or_else(|| usual.into()));
    }
    refuse(wrong(spec, old))?;
    let mut causes = Vec::new();
    let policy = spec.get("ipFamilyPolicy").cloned().unwrap_or_default();
    let (is_single, of_policy) = (policy == "SingleStack", |why: &str| cause("ipFamilyPolicy", &policy, why));
    let fields =
        [("clusterIPs", "cluster IP", "cluster IPs are"), ("ipFamilies", "IP family", "IP families are")];
    for (field, one, both) in fields {
        let (now, before) = (list(spec, field), old.map(|old| list(old, field)).unwrap_or_default());
        if old.is_some() && is_single && now == before && now.len() > 1 {
            spec.insert(field.to_owned(), json!([now[0]]));
        } else if old.is_some() && !is_single && !now.is_empty() && now.len() < before.len() {
            causes.push(of_policy(&format!("must be 'SingleStack' to release the secondary {one}")));
        } else if is_single && now.len() == 2 {
            let why = "must be 'RequireDualStack' or 'PreferDualStack' when multiple";
            causes.push(of_policy(&format!("{why} {both} specified")));
        }
    }
    let addresses = list(spec, "clusterIPs");
    let mut families = list(spec, "ipFamilies");
    for (at, address) in addresses.iter().enumerate().skip(families.len()) {
        match address.as_str() {
            Some("None") => break,
            Some(address) if address.contains(':') => {
                let why = "IPv6 is not configured on this cluster";
                causes.push(cause(&format!("clusterIPs[{at}]"), &addresses.clone().into(), why));
            }
            _ => families.push(FAMILIES[0].into()),
        }
    }
    refuse(causes)?;
    if families.is_empty() && is_free {
        families.push(FAMILIES[0].into());
    }
    if is_free && families.len() == 1 && !is_single {
        families.extend(FAMILIES.iter().map(|family| json!(family)).find(|family| *family != families[0]));
    } else if !is_free {
        let mut causes = Vec::new();
        if policy == "RequireDualStack" {
            causes.push(of_policy("this cluster is not configured for dual-stack services"));
        }
        for (at, family) in families.iter().enumerate().filter(|(_, family)| **family != FAMILIES[0]) {
            causes.push(cause(&format!("ipFamilies[{at}]"), family, "not configured on this cluster"));
        }
        refuse(causes)?;
        if families.is_empty() {
            families.push(FAMILIES[0].into());
        }
    }
    spec.insert("ipFamilies".to_owned(), families.into());
    Ok(())
}

/// What is wrong with the addresses and the families of a service by themselves.
fn wrong(spec: &Fields, old: Option<&Fields>) -> Vec<Cause> {
    let (spec, old) = (Value::from(spec.clone()), old.cloned().map(Value::from));
    rules::address_faults(&Site::root(&spec, old.as_ref()).moved("spec".to_owned()))
}

/// Leaves a service the address that it was given, where nothing is said of it, and reads one from the other of the two
/// fields that say it; `old` is what it was.
pub(super) fn keep(spec: &mut Fields, old: Option<&Fields>) {
    let address = |spec: &Fields| text(spec.get("clusterIP")).to_owned();
    let Some(old) = old else {
        if !address(spec).is_empty() && list(spec, "clusterIPs").is_empty() {
            spec.insert("clusterIPs".to_owned(), json!([address(spec)]));
        }
        return;
    };
    if !is_of(spec, &["ExternalName"]) && !is_of(old, &["ExternalName"]) {
        if address(spec).is_empty() {
            old.get("clusterIP").cloned().and_then(|given| spec.insert("clusterIP".to_owned(), given));
        }
        if list(spec, "clusterIPs").is_empty() {
            old.get("clusterIPs").cloned().and_then(|given| spec.insert("clusterIPs".to_owned(), given));
        }
    }
    let is_changed = address(spec) != address(old);
    if !is_changed && list(spec, "clusterIPs").is_empty() {
        old.get("clusterIPs").cloned().and_then(|given| spec.insert("clusterIPs".to_owned(), given));
    } else if is_changed && list(spec, "clusterIPs") == list(old, "clusterIPs") {
        match address(spec) {
            address if address.is_empty() => spec.shift_remove("clusterIPs"),
            address => spec.insert("clusterIPs".to_owned(), json!([address])),
        };
    }
}

fn refuse(causes: Vec<Cause>) -> Result<(), Refusal> {
    if causes.is_empty() { Ok(()) } else { Err(Refusal::Invalid(causes)) }
}

fn invalid(field: &str, value: &Value, why: &str) -> Refusal {
    Refusal::Invalid(vec![cause(field, value, why)])
}

fn cause(field: &str, value: &Value, why: &str) -> Cause {
    Cause::invalid_value(format!("spec.{field}"), value, why)
}
