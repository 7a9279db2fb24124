//! Containers that have ended, by the status of a pod: they stay so, but for those that begin anew.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::{
    builtin::{checks::Causes, site::Site},
    status::Cause,
};

const OVER: &str = "may not be transitioned to non-terminated state";

/// What is wrong with a list of statuses, `containers` being the list in the spec that they are of.
pub(super) fn of(spec: &Site<'_>, statuses: &Site<'_>, containers: &str) -> Causes {
    let all = ["initContainers[]", "containers[]"].iter().flat_map(|list| spec.find(list));
    let mut actions = all.flat_map(|one| one.find("restartPolicyRules[].action"));
    if actions.any(|action| action.is("RestartAllContainers")) {
        return Vec::new();
    }
    let policy = spec.at("restartPolicy").text();
    let known = spec.at(containers);
    let known = known.each().map(|one| (one.at("name").text(), Anew::of(one.value, policy)));
    let known: HashMap<&str, Anew<'_>> = known.collect();
    stay_so(statuses, |name, exit| known.get(name).is_some_and(|anew| anew.after(exit)))
}

/// What is wrong with a list of statuses, where containers may begin anew after some exits.
pub(super) fn stay_so(list: &Site<'_>, begins_anew: impl Fn(&str, &Value) -> bool) -> Causes {
    let running = list.each().filter(|one| !one.at("state.terminated").is_given());
    let running: HashSet<&str> = running.map(|one| one.at("name").text()).collect();
    let before = list.before.and_then(Value::as_array).into_iter().flatten().enumerate();
    let wrong = before.filter(|(_, one)| {
        let name = one["name"].as_str().unwrap_or_default();
        let exit = &one["state"]["terminated"];
        !exit.is_null() && running.contains(name) && !begins_anew(name, exit)
    });
    wrong.map(|(at, _)| Cause::forbidden(format!("{}[{at}].state", list.place), OVER)).collect()
}

/// When a container that has ended begins anew.
struct Anew<'a> {
    policy: &'a str,
    rules: Vec<Rule>,
}

/// What is done after some exit codes.
struct Rule {
    codes: HashSet<i64>,
    is_of_others: bool,
    restarts: bool,
}

impl<'a> Anew<'a> {
    /// The policy is its own, or else that of its pod; it has rules beside one of its own alone.
    fn of(container: &'a Value, policy: &'a str) -> Self {
        let own = container["restartPolicy"].as_str();
        let rules = container["restartPolicyRules"].as_array().filter(|_| own.is_some());
        Anew {
            policy: own.unwrap_or(policy),
            rules: rules.into_iter().flatten().filter_map(Rule::of).collect(),
        }
    }

    fn after(&self, exit: &Value) -> bool {
        let code = exit["exitCode"].as_i64().unwrap_or_default();
        let rule = self.rules.iter().find(|rule| rule.codes.contains(&code) != rule.is_of_others);
        rule.is_some_and(|rule| rule.restarts)
            || match self.policy {
                "Never" => false,
                "OnFailure" => code != 0,
                _ => true,
            }
    }
}

impl Rule {
    fn of(rule: &Value) -> Option<Self> {
        let is_of_others = match rule["exitCodes"]["operator"].as_str()? {
            "In" => false,
            "NotIn" => true,
            _ => return None,
        };
        let codes = rule["exitCodes"]["values"].as_array().into_iter().flatten().filter_map(Value::as_i64);
        Some(Rule { codes: codes.collect(), is_of_others, restarts: rule["action"] == "Restart" })
    }
}
