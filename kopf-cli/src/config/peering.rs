//! Who an operator is among its peers, and how it takes part.

use std::{
    fs,
    hash::{BuildHasher, Hasher, RandomState},
};

use jiff::Timestamp;
use kopf_core::peering::DEV_PRIORITY;

use super::{Environment, Error, settings::Short};
use crate::args;

/// What the options of peering say, each of which stands for a setting or two.
pub(super) fn options(typed: &args::Peering) -> Vec<Short> {
    let args::Peering { peering, standalone, priority, dev } = typed;
    let mut words = vec![];
    if let Some(name) = peering {
        words.extend(met("--peering", name.clone()));
    }
    if *standalone {
        words.push(alone("--standalone"));
    }
    if let Some(priority) = priority {
        words.push(Short { key: "peering.priority", name: "--priority", text: priority.clone() });
    }
    if *dev {
        words.push(first("--dev"));
    }
    words
}

/// What the variables of peering say. An option that is typed silences those of what it excludes too.
pub(super) fn variables(typed: &args::Peering, environment: &Environment<'_>) -> Result<Vec<Short>, Error> {
    let mut words = vec![];
    if typed.peering.is_none() && !typed.standalone {
        if let Some(name) = environment.get("KOPF_PEERING") {
            words.extend(met("KOPF_PEERING", name));
        }
        if environment.switch("KOPF_STANDALONE")? {
            words.push(alone("KOPF_STANDALONE"));
        }
    }
    if typed.priority.is_none() && !typed.dev {
        if let Some(text) = environment.get("KOPF_PRIORITY") {
            words.push(Short { key: "peering.priority", name: "KOPF_PRIORITY", text });
        }
        if environment.switch("KOPF_DEV")? {
            words.push(first("KOPF_DEV"));
        }
    }
    Ok(words)
}

/// The peering object is named: nothing is done where there is none.
fn met(name: &'static str, object: String) -> [Short; 2] {
    let mandatory = "mandatory".to_owned();
    [Short { key: "peering.name", name, text: object }, Short { key: "peering.mode", name, text: mandatory }]
}

fn alone(name: &'static str) -> Short {
    Short { key: "peering.mode", name, text: "standalone".to_owned() }
}

fn first(name: &'static str) -> Short {
    Short { key: "peering.priority", name, text: DEV_PRIORITY.to_string() }
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
