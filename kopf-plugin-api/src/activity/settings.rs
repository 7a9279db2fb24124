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
            state.changes.get(key).or_else(|| state.known.get(key)).cloned()
        };
        let unknown = || permanent(format!("there is no setting `{key}`; `kopf settings` lists all"));
        let value = value.ok_or_else(unknown)?;
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
