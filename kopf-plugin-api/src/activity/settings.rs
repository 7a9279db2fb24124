//! The operator's settings, as a startup handler reads and changes them.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kopf_plugin_abi::wire::On;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::FromActivity;
use crate::{Call, Outcome, permanent};

/// The operator's settings. `kopf settings` lists them, with what each takes and does.
///
/// A startup handler may change them, and goes before files, the environment and the command line. What it has set
/// counts when it has succeeded. Other handlers may read them.
#[derive(Debug, Clone, Default)]
pub struct Settings(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    known: Map<String, Value>,
    may_change: bool,
    changes: Map<String, Value>,
}

impl Settings {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in there panics between two steps that belong together.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a setting is. Spans of time are numbers of seconds.
    ///
    /// # Errors
    ///
    /// A permanent one, if there is no such setting, or it is no `T`.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Outcome<T> {
        let value = {
            let state = self.state();
            let value = state.changes.get(key).or_else(|| state.known.get(key)).cloned();
            value.ok_or_else(|| permanent(unknown(key, &state.known)))?
        };
        serde_json::from_value(value)
            .map_err(|error| permanent(format!("the setting {key} is another type: {error}")))
    }

    /// Sets a setting: to a number, text, true or false, or a `Duration`.
    ///
    /// # Errors
    ///
    /// A permanent one in a handler of anything but the startup. Whether there is such a setting, and whether it takes
    /// the value, is found out when the handler has returned: if not, it has failed for good.
    pub fn set(&self, key: &str, value: impl Into<SettingValue>) -> Outcome<()> {
        let mut state = self.state();
        if !state.may_change {
            return Err(permanent(format!(
                "only a startup handler changes settings, and this one sets {key}"
            )));
        }
        state.changes.insert(key.to_owned(), value.into().0);
        Ok(())
    }

    /// What was set, if anything was.
    pub(crate) fn changes(&self) -> Option<Value> {
        let changes = std::mem::take(&mut self.state().changes);
        (!changes.is_empty()).then_some(Value::Object(changes))
    }
}

/// What is said of a name that none of the settings has, with the one that was probably meant.
fn unknown(found: &str, known: &Map<String, Value>) -> String {
    let nearest = known.keys().map(|name| (distance(found, name), name)).min();
    // More than a third of the letters are another word.
    match nearest.filter(|(slips, name)| slips * 3 <= name.len()) {
        Some((_, meant)) => format!("there is no setting `{found}`, did you mean `{meant}`?"),
        None => format!("there is no setting `{found}`; `kopf settings` lists all"),
    }
}

/// How many letters must be put in, taken out or replaced to make the one of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, against) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(letter != against);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

impl FromActivity for Settings {
    fn from_activity(call: &Call) -> Outcome<Self> {
        let settings = call.settings().clone();
        let sent = call.context()?.settings.as_ref();
        let known = sent.map(|sent| serde_json::from_str(sent.get())).transpose()?.unwrap_or_default();
        *settings.state() = State { known, may_change: call.on() == On::Startup, changes: Map::new() };
        Ok(settings)
    }
}

/// A value for a setting.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingValue(Value);

macro_rules! values {
    ($($Type:ty),+) => {$(
        impl From<$Type> for SettingValue {
            fn from(value: $Type) -> SettingValue {
                SettingValue(value.into())
            }
        }
    )+};
}

values!(bool, i32, u32, u64, usize, f64, &str, String, Value);

impl From<Duration> for SettingValue {
    fn from(span: Duration) -> SettingValue {
        SettingValue(span.as_secs_f64().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_answered_with_the_one_that_was_meant() {
        let known = ["watching.page_size", "watching.server_timeout", "process.grace"];
        let known = known.map(|name| (name.to_owned(), Value::Null)).into_iter().collect();
        let check = |name: &str, expected: &str| assert_eq!(unknown(name, &known), expected);
        check(
            "watching.page_sise",
            "there is no setting `watching.page_sise`, did you mean `watching.page_size`?",
        );
        check("proces.grac", "there is no setting `proces.grac`, did you mean `process.grace`?");
        check("colour", "there is no setting `colour`; `kopf settings` lists all");
        check("", "there is no setting ``; `kopf settings` lists all");
    }
}
