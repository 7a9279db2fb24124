//! What the admission plugins do that a server has by default: they change what is written as a whole, and refuse it.

pub(crate) mod accounts;
mod classes;
mod limits;
mod pod_security;
pub(crate) mod priority;
mod runtime;
mod signing;
mod tolerations;

use serde_json::{Map, Value};

use crate::{kinds::PODS, resources::View, status::Status, store::Store};

type Fields = Map<String, Value>;

/// A write of a whole object, as plugins see it.
#[derive(Clone, Copy)]
pub(crate) struct Write<'a> {
    pub(crate) store: &'a Store,
    pub(crate) view: &'a View,
    pub(crate) namespace: &'a str,
    /// What the object is called, or is to be called by.
    pub(crate) name: &'a str,
}

impl Write<'_> {
    fn forbidden(&self, why: &str) -> Status {
        Status::forbidden(self.view.about(self.name), why)
    }
}

/// Changes an object before others may, or refuses it; `old` is absent on creation. `volume` is the name of the volume that
/// the tokens of a new pod are in; none where no service accounts are kept.
pub(crate) fn admit(
    write: &Write<'_>,
    metadata: &mut Fields,
    rest: &mut Fields,
    old: Option<&Value>,
    volume: Option<&str>,
) -> Result<(), Status> {
    match (&*write.view.resource.key, rest.get_mut("spec"), old) {
        (PODS, Some(Value::Object(spec)), None) => {
            limits::admit(write, metadata, spec);
            accounts::admit(write, metadata, spec, volume)?;
            priority::admit(write, spec)?;
            tolerations::admit(spec);
            runtime::admit(write, spec)
        }
        (PODS, Some(Value::Object(spec)), Some(old)) => {
            priority::keep(spec, old);
            tolerations::admit(spec);
            Ok(())
        }
        (_, _, None) => {
            classes::admit(write, metadata, rest);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Refuses an object that is otherwise as it has to be; `old` is absent on creation. The answer is what is to be warned of.
pub(crate) fn judge(write: &Write<'_>, object: &Value, old: Option<&Value>) -> Result<Vec<String>, Status> {
    let key = &*write.view.resource.key;
    limits::judge(write, object, old)?;
    if key == PODS && old.is_none() && write.store.duties.service_accounts {
        accounts::judge(write, object)?;
    }
    let warnings = pod_security::judge(write, object, old)?;
    match (key, old) {
        (PODS, None) => runtime::judge(write, object)?,
        (signing::REQUESTS, None) => signing::judge(write, object)?,
        (priority::CLASSES, old) => priority::judge(write, object, old)?,
        (classes::CLAIMS, Some(old)) => classes::judge_growth(write, object, old)?,
        _ => {}
    }
    Ok(warnings)
}
