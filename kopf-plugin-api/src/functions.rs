//! The functions that handlers have put into their patches, kept until the host needs them no more.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kopf_plugin_abi::wire::{Failure, FailureKind};
use serde_json::Value;

use crate::panics::catch;

/// A function of a patch.
pub(crate) type Function = Box<dyn Fn(&mut Value) + Send + Sync>;

/// The functions of a plugin, by the host's number for the attempt that they are of.
#[derive(Default)]
pub(crate) struct Functions(Mutex<HashMap<u64, Arc<Vec<Function>>>>);

impl Functions {
    fn all(&self) -> MutexGuard<'_, HashMap<u64, Arc<Vec<Function>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what there is; answers whether there is any.
    pub(crate) fn keep(&self, span: u64, functions: Vec<Function>) -> bool {
        let any = !functions.is_empty();
        if any {
            self.all().insert(span, Arc::new(functions));
        }
        any
    }

    /// Runs an attempt's functions, in order, on an object.
    pub(crate) fn run(&self, span: u64, mut object: Value) -> Result<Value, Box<Failure>> {
        let functions = self.all().get(&span).cloned();
        let functions = functions.ok_or_else(|| {
            let message = format!("no function of attempt {span} is kept");
            Box::new(Failure { kind: FailureKind::Permanent, message, ..Failure::default() })
        })?;
        catch(move || {
            functions.iter().for_each(|function| function(&mut object));
            object
        })
    }

    /// Lets go of an attempt's functions.
    pub(crate) fn let_go(&self, span: u64) {
        let functions = self.all().remove(&span);
        // What they hold is dropped outside of the lock.
        drop(functions);
    }
}
