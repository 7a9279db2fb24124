//! What a deployment says of itself: how it comes along, whether enough of its pods are there, and why some are not.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::write::seconds;

const PROGRESS: &str = "Progressing";
/// The longest deadline, which stands for none.
const NEVER: i64 = i32::MAX as i64;

/// The conditions of a deployment, which are being changed.
pub(super) struct Conditions {
    all: Vec<Value>,
    /// Whether it is to make progress in some time; of others nobody tells how they come along.
    has_deadline: bool,
    now: String,
}

impl Conditions {
    pub(super) fn of(deployment: &Value, now: Timestamp) -> Self {
        let deadline = deployment["spec"]["progressDeadlineSeconds"].as_i64();
        Conditions {
            all: deployment["status"]["conditions"].as_array().cloned().unwrap_or_default(),
            has_deadline: deadline.is_some_and(|deadline| deadline != NEVER),
            now: seconds(now),
        }
    }

    pub(super) fn into_value(self) -> Value {
        self.all.into()
    }

    /// Says whether enough pods are there.
    pub(super) fn available(&mut self, is_available: bool) {
        let said = match is_available {
            true => ["True", "MinimumReplicasAvailable", "Deployment has minimum availability."],
            false => {
                ["False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."]
            }
        };
        self.say("Available", said);
    }

    /// Says that it goes no further; what is said of one without a deadline stays as it is.
    pub(super) fn paused(&mut self) {
        if self.has_deadline {
            self.say(PROGRESS, ["Unknown", "DeploymentPaused", "Deployment is paused"]);
        }
    }

    /// Says that a rollout to a set has begun, unless something is said of that set.
    pub(super) fn begun(&mut self, set: &str) {
        let set = format!("\"{set}\"");
        let is_about_set =
            |known: &Value| known["message"].as_str().is_some_and(|message| message.contains(&set));
        if !self.has_deadline {
            self.take_back(PROGRESS);
        } else if !self.find(PROGRESS).is_some_and(is_about_set) {
            let message = format!("Created new replica set {set}");
            self.say(PROGRESS, ["True", "NewReplicaSetCreated", &message]);
        }
    }

    /// Says that a rollout to a set has come to its end.
    pub(super) fn complete(&mut self, set: &str) {
        // That of another set has the same status and reason, and would stay.
        self.begun(set);
        if self.has_deadline {
            let message = format!("ReplicaSet \"{set}\" has successfully progressed.");
            self.say(PROGRESS, ["True", "NewReplicaSetAvailable", &message]);
        }
    }

    fn say(&mut self, kind: &str, [status, reason, message]: [&str; 3]) {
        self.put(json!({
            "type": kind, "status": status, "lastUpdateTime": self.now, "lastTransitionTime": self.now,
            "reason": reason, "message": message,
        }));
    }

    /// Takes a condition in, unless one of its status and reason is there; `lastTransitionTime` tells since when the status is
    /// what it is.
    pub(super) fn put(&mut self, mut condition: Value) {
        let kind = condition["type"].as_str().unwrap_or_default().to_owned();
        if let Some(known) = self.find(&kind).filter(|known| known["status"] == condition["status"]) {
            if known["reason"] == condition["reason"] {
                return;
            }
            condition["lastTransitionTime"] = known["lastTransitionTime"].clone();
        }
        self.take_back(&kind);
        self.all.push(condition);
    }

    pub(super) fn take_back(&mut self, kind: &str) {
        self.all.retain(|condition| condition["type"] != kind);
    }

    fn find(&self, kind: &str) -> Option<&Value> {
        self.all.iter().find(|condition| condition["type"] == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done, and what of progress is said after it.
    type Step<'a> = (fn(&mut Conditions), &'a str);

    /// What of progress is said after each of these steps, a second from each other, and since which second its status is so.
    #[track_caller]
    fn check(deadline: i64, steps: &[Step<'_>]) {
        let mut deployment = json!({ "spec": { "progressDeadlineSeconds": deadline } });
        for (second, (step, expected)) in (0..).zip(steps) {
            let now = Timestamp::from_second(second).unwrap();
            let mut conditions = Conditions::of(&deployment, now);
            step(&mut conditions);
            let said = conditions.find(PROGRESS).map_or_else(String::new, |condition| {
                let text = |field: &str| condition[field].as_str().unwrap().to_owned();
                let second = |field: &str| text(field).parse::<Timestamp>().unwrap().as_second();
                let (updated, since) = (second("lastUpdateTime"), second("lastTransitionTime"));
                let quoted = text("message").split('"').nth(1).unwrap_or_default().to_owned();
                format!("{} {} {quoted} {updated} {since}", text("status"), text("reason"))
            });
            assert_eq!(said, *expected, "step {second}");
            deployment["status"] = json!({ "conditions": conditions.into_value() });
        }
    }

    #[test]
    fn what_is_said_stays_until_another_status_or_reason_is() {
        check(
            600,
            &[
                (|said| said.begun("a"), "True NewReplicaSetCreated a 0 0"),
                (|said| said.begun("a"), "True NewReplicaSetCreated a 0 0"),
                (|said| said.complete("a"), "True NewReplicaSetAvailable a 2 0"),
                (|said| said.complete("a"), "True NewReplicaSetAvailable a 2 0"),
                (|said| said.complete("b"), "True NewReplicaSetAvailable b 4 0"),
                (Conditions::paused, "Unknown DeploymentPaused  5 5"),
                (Conditions::paused, "Unknown DeploymentPaused  5 5"),
                (|said| said.complete("b"), "True NewReplicaSetAvailable b 7 7"),
            ],
        );
    }

    #[test]
    fn nothing_is_said_of_the_progress_of_one_without_a_deadline() {
        check(
            NEVER,
            &[(|said| said.begun("a"), ""), (Conditions::paused, ""), (|said| said.complete("a"), "")],
        );
    }

    #[test]
    fn a_failure_has_the_moments_that_its_set_tells() {
        let failure = |status: &str, at: &str| json!({ "type": "ReplicaFailure", "status": status, "lastTransitionTime": at });
        let mut conditions = Conditions::of(&Value::Null, Timestamp::UNIX_EPOCH);
        conditions.put(failure("True", "1"));
        conditions.put(failure("True", "2"));
        assert_eq!(conditions.find("ReplicaFailure"), Some(&failure("True", "1")));
        conditions.put(failure("False", "3"));
        assert_eq!(conditions.into_value(), json!([failure("False", "3")]));
    }
}
