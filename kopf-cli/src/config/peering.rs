//! Who an operator is among its peers, and how it takes part.

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
};

use jiff::Timestamp;
use kopf_core::peering::DEV_PRIORITY;
use kopf_reactor::settings::Given;

use super::{
    Environment, Error,
    settings::{Chosen, Origin},
    text, value,
};
use crate::args;

/// Takes what the options and variables of peering say, which stand for several settings.
pub(super) fn choose(
    chosen: &mut Chosen,
    typed: args::Peering,
    environment: &Environment<'_>,
) -> Result<(), Error> {
    let is_typed = typed.peering.is_some() || typed.standalone;
    let option = |option, value: Option<String>| value.map(|value| (value, Origin::Option(option)));
    let variable = |variable: &'static str, key: &str| {
        let is_set = matches!(chosen.origin(key), Origin::Option(_));
        let found = if is_set { None } else { environment.or(None, variable, text)? };
        Ok::<_, Error>(found.map(|found| (found, Origin::Variable(variable.to_owned()))))
    };
    let switch = |name: &'static str, key: &str, stands_for: String| {
        let found = variable(name, key)?;
        let is_on = match &found {
            Some((found, _)) => value::switch(found.trim()).map_err(|expected| Error::Value {
                variable: name,
                found: found.clone(),
                expected,
            })?,
            None => false,
        };
        Ok::<_, Error>(found.filter(|_| is_on).map(|(_, origin)| (stands_for, origin)))
    };
    let mut name = option("--peering", typed.peering);
    let mut standalone = option("--standalone", typed.standalone.then(|| "standalone".to_owned()));
    if !is_typed {
        name = variable("KOPF_PEERING", "peering.name")?;
        standalone = switch("KOPF_STANDALONE", "peering.mode", "standalone".to_owned())?;
        if name.is_some() && standalone.is_some() {
            return Err(Error::Contradiction { first: "KOPF_PEERING", second: "KOPF_STANDALONE" });
        }
    }
    let mandatory = name.as_ref().map(|(_, origin)| ("mandatory".to_owned(), origin.clone()));
    let mut priority =
        option("--priority", typed.priority).or(option("--dev", typed.dev.then(|| DEV_PRIORITY.to_string())));
    if priority.is_none() {
        let dev = switch("KOPF_DEV", "peering.priority", DEV_PRIORITY.to_string())?;
        priority = dev.or(variable("KOPF_PRIORITY", "peering.priority")?);
    }
    let mut problems = vec![];
    let all =
        [("peering.name", name), ("peering.mode", mandatory.or(standalone)), ("peering.priority", priority)];
    for (key, (given, origin)) in all.into_iter().filter_map(|(key, given)| Some((key, given?))) {
        problems.extend(chosen.set(key, Given::Text(&given), origin));
    }
    if problems.is_empty() { Ok(()) } else { Err(Error::Settings(problems.join("\n"))) }
}

/// Who a command is that speaks in a peering and goes: the same each time, so that it can take back what it said.
pub fn lasting(environment: &dyn Fn(&str) -> Option<String>) -> String {
    let get = |variable: &str| environment(variable).filter(|text| !text.trim().is_empty());
    let user = || ["LOGNAME", "USER", "USERNAME"].iter().find_map(|variable| get(variable));
    get("POD_ID").unwrap_or_else(|| {
        let host = get("HOSTNAME").or_else(|| fs::read_to_string("/proc/sys/kernel/hostname").ok());
        let host = host.unwrap_or_default();
        let host = host.trim();
        let host = host.strip_suffix(".local").or(host.strip_suffix(".localdomain")).unwrap_or(host);
        let host = if host.is_empty() { "localhost" } else { host };
        format!("{}@{host}", user().unwrap_or_else(|| "kopf".to_owned()))
    })
}

/// Who a process is that takes part in a peering: `$POD_ID`, or a user, a host, a time and something random.
pub fn passing(environment: &dyn Fn(&str) -> Option<String>, now: Timestamp) -> String {
    let lasting = lasting(environment);
    if environment("POD_ID").is_some_and(|id| id == lasting) {
        return lasting;
    }
    let random = RandomState::new().build_hasher().finish();
    let letters = (0..3).map(|position| char::from(b'a' + ((random >> (8 * position)) % 26) as u8));
    format!("{lasting}/{}/{}", now.strftime("%Y%m%d%H%M%S"), letters.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(environment: &[(&str, &str)], expected: &str) {
        let get = |variable: &str| {
            environment.iter().find(|(name, _)| *name == variable).map(|(_, value)| (*value).to_owned())
        };
        let now = "2026-11-22T21:51:01Z".parse().unwrap();
        let found = passing(&get, now);
        let is_random = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_lowercase());
        let found = match found.rsplit_once('/') {
            Some((known, random)) if is_random(random) => format!("{known}/***"),
            _ => found,
        };
        assert_eq!((found.as_str(), lasting(&get).as_str()), (expected, expected.split('/').next().unwrap()));
    }

    #[test]
    fn an_operator_is_called_like_its_pod_or_else_by_user_host_time_and_chance() {
        check(&[("POD_ID", "pod-1"), ("USER", "root")], "pod-1");
        check(&[("USER", "root"), ("HOSTNAME", "vm")], "root@vm/20261122215101/***");
        check(&[("LOGNAME", "me"), ("USER", "root"), ("HOSTNAME", "vm.local")], "me@vm/20261122215101/***");
        check(&[("HOSTNAME", "vm")], "kopf@vm/20261122215101/***");
        check(&[("POD_ID", " "), ("HOSTNAME", "vm")], "kopf@vm/20261122215101/***");
    }
}
