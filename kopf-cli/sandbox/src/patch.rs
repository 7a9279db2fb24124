//! JSON merge patches and JSON patches.
//!
//! JSON patches are done here and not by a crate, for the API's are not quite RFC 6902: `replace` of a member that is not
//! there adds it, `copy` of one is null, places in lists may count from the end, and the whole object is replaced only by `replace`.
//! And depth and size have to be watched, for a few `copy` operations can double them again and again.

pub(crate) mod strategic;

use serde_json::{Map, Value};

use crate::{
    json::{self, MAX_DEPTH},
    meta,
    status::Status,
};

/// How many operations a JSON patch may have.
const MAX_OPERATIONS: usize = 10_000;
/// How many bytes its `copy` operations may add together.
const MAX_COPIED: usize = 3 * 1024 * 1024;

/// How many elements and members operations may move that take out, or put in, what stands before them.
const MAX_MOVED: usize = 100_000_000;

/// What keeps operations from being applied.
#[derive(Debug, PartialEq)]
pub(crate) enum Stop<'o> {
    /// This one does not fit.
    Unfit(&'o Value),
    /// They would move too much.
    TooMuch,
}

/// Whether a patch is read for its faults before it is applied: not where all faults are to be ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    Careful,
    Careless,
}

/// Applies a merge patch to `target`.
///
/// # Errors
///
/// 400 where it is no object. A list is read as one only by whoever is careful; else it takes the place of the object.
pub(crate) fn apply_merge(target: &mut Value, patch: &Value, reading: Reading) -> Result<(), Status> {
    match (patch, reading) {
        (Value::Object(_), _) => {}
        (Value::Array(_), Reading::Careless) => *target = Value::Null,
        (Value::Null, _) | (_, Reading::Careless) => return Err(Status::bad_request("Invalid JSON Patch")),
        (other, Reading::Careful) => return Err(undecodable(other, "value of type map[string]interface {}")),
    }
    merge(target, patch);
    Ok(())
}

/// Merges a merge patch into `target`: RFC 7396, but for nulls inside of lists.
///
/// The standard keeps them. The server takes members that are null out of objects in lists too, unless the list comes in
/// the place of an object. What it has merged has its members in order: it is read in this order, and shown so where it is refused.
pub(crate) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        let was_object = target.is_object();
        target.clone_from(patch);
        if !was_object {
            drop_null_members(target);
        }
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    // At once: each by itself would move all that are behind it.
    fields.retain(|name, _| !changes.get(name).is_some_and(Value::is_null));
    for (name, change) in changes.iter().filter(|(_, change)| !change.is_null()) {
        merge(fields.entry(name.clone()).or_insert(Value::Null), change);
    }
    fields.sort_keys();
}

fn drop_null_members(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.sort_keys();
            fields.values_mut().for_each(drop_null_members);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_null_members),
        _ => {}
    }
}

/// How many levels `target` may have while a JSON patch is applied; the stack for [`apply`] has to hold so many.
pub(crate) fn reach(target: &Value, patch: &Value) -> usize {
    let operations = patch.as_array().map_or(&[][..], Vec::as_slice);
    reach_from(json::depth_of_value(target), operations)
}

/// The same of a target of which the levels are known.
pub(crate) fn reach_from(depth: usize, operations: &[Value]) -> usize {
    let reach = operations.iter().fold(depth, |depth, operation| {
        let doubles = matches!(operation["op"].as_str(), Some("copy" | "move"));
        let deeper = depth.saturating_add(json::depth_of_value(&operation["value"]));
        if doubles { deeper.saturating_mul(2) } else { deeper }
    });
    // Nothing is put deeper than the limit, and moves may double it once before the patch ends.
    reach.min(2 * MAX_DEPTH)
}

/// Applies a JSON patch to `target`, which is of no use where that fails.
///
/// # Errors
///
/// 400 where the patch cannot be read, 413 where it is too long, 422 where it does not fit, which a failed `test` is, and 501
/// where it moves too much.
pub(crate) fn apply(target: &mut Value, patch: &Value, reading: Reading) -> Result<(), Status> {
    let operations = operations(patch, reading)?;
    if operations.len() > MAX_OPERATIONS {
        let found = operations.len();
        let message =
            format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {found}");
        return Err(Status::new(413, "RequestEntityTooLarge", message));
    }
    apply_all(target, operations).map_err(|stop| match stop {
        Stop::Unfit(_) => Status::unfit_patch(),
        Stop::TooMuch => too_much(),
    })
}

/// Applies the operations of a JSON patch one after another.
///
/// # Errors
///
/// The operation that does not fit, or that they do too much.
pub(crate) fn apply_all<'o>(target: &mut Value, operations: &'o [Value]) -> Result<(), Stop<'o>> {
    let mut progress = Progress { copied: 0, deepest: json::depth_of_value(target) };
    let mut moved = 0;
    for operation in operations {
        moved += moved_by(target, operation);
        if moved > MAX_MOVED {
            return Err(Stop::TooMuch);
        }
        progress.step(target, operation).ok_or(Stop::Unfit(operation))?;
    }
    if let (Value::Object(fields), false) = (&mut *target, operations.is_empty()) {
        fields.sort_keys();
    }
    match operations.last() {
        Some(last) if progress.deepest > MAX_DEPTH && json::depth_of_value(target) > MAX_DEPTH => {
            Err(Stop::Unfit(last))
        }
        _ => Ok(()),
    }
}

/// The refusal of operations that move too much.
pub(crate) fn too_much() -> Status {
    Status::not_implemented(&format!(
        "JSON patches that move more than {MAX_MOVED} elements of lists or members of objects"
    ))
}

/// How many elements and members stand behind the places at which an operation takes something out or puts it in.
fn moved_by(target: &mut Value, operation: &Value) -> usize {
    let path = |field: &str| operation[field].as_str().unwrap_or_default();
    match path("op") {
        "add" | "copy" => behind(target, path("path"), Value::is_array),
        "remove" => behind(target, path("path"), |_| true),
        "move" => behind(target, path("from"), |_| true) + behind(target, path("path"), Value::is_array),
        _ => 0,
    }
}

fn behind(target: &mut Value, path: &str, is_moved: impl Fn(&Value) -> bool) -> usize {
    match parent(target, path) {
        Some((holder, _)) if !is_moved(holder) => 0,
        Some((Value::Array(items), name)) => index(&name, items.len()).map_or(0, |place| items.len() - place),
        Some((Value::Object(fields), _)) => fields.len(),
        _ => 0,
    }
}

fn operations(patch: &Value, reading: Reading) -> Result<&[Value], Status> {
    let wrong = |found: &Value, careful: &str, careless: &str| match reading {
        Reading::Careful => undecodable(found, &format!("value of type {careful}")),
        Reading::Careless => Status::bad_request(unread(found, &format!("value of type {careless}"))),
    };
    let operations = match patch {
        Value::Array(operations) => operations.as_slice(),
        Value::Null => &[],
        other => return Err(wrong(other, "[]handlers.jsonPatchOp", "jsonpatch.Patch")),
    };
    for operation in operations {
        let Value::Object(fields) = operation else {
            if operation.is_null() {
                continue;
            }
            return Err(wrong(operation, "handlers.jsonPatchOp", "jsonpatch.Operation"));
        };
        if reading == Reading::Careless {
            continue;
        }
        for name in ["op", "path", "from"] {
            if let Some(field) = fields.get(name).filter(|field| !field.is_string() && !field.is_null()) {
                return Err(undecodable(field, &format!("struct field jsonPatchOp.{name} of type string")));
            }
        }
    }
    Ok(operations)
}

fn undecodable(found: &Value, wanted: &str) -> Status {
    Status::bad_request(format!("error decoding patch: {}", unread(found, wanted)))
}

fn unread(found: &Value, wanted: &str) -> String {
    format!("json: cannot unmarshal {} into Go {wanted}", meta::kind_of(found))
}

/// How far a patch has come.
struct Progress {
    /// How many bytes `copy` operations have added together.
    copied: usize,
    /// The target has no more levels than this; to count them after each operation would take too long.
    deepest: usize,
}

impl Progress {
    fn step(&mut self, target: &mut Value, operation: &Value) -> Option<()> {
        let path = operation["path"].as_str()?;
        // A value that is not given is null.
        let value = &operation["value"];
        match operation["op"].as_str()? {
            "add" => self.holds(path, value).and_then(|()| add(target, path, value.clone())),
            "remove" => remove(target, path).map(drop),
            // Of all that may be done to it, the whole can be replaced and tested.
            "replace" if path.is_empty() => {
                self.holds(path, value)?;
                let is_whole = value.is_object() || value.is_array();
                is_whole.then(|| target.clone_from(value))
            }
            "test" if path.is_empty() => (target == value).then_some(()),
            "replace" => self.holds(path, value).and_then(|()| replace(target, path, value.clone())),
            "move" => {
                let from = operation["from"].as_str()?;
                self.sinks(target, levels(path).saturating_sub(levels(from)))?;
                let moved = remove(target, from)?;
                add(target, path, moved)
            }
            "copy" => {
                let copy = find(target, operation["from"].as_str()?)?.clone();
                self.copied += copy.to_string().len();
                if self.copied > MAX_COPIED {
                    return None;
                }
                self.holds(path, &copy)?;
                add(target, path, copy)
            }
            "test" => (find(target, path)? == value).then_some(()),
            _ => None,
        }
    }

    /// Whether a value may come to a path.
    fn holds(&mut self, path: &str, value: &Value) -> Option<()> {
        let levels = levels(path) + json::depth_of_value(value);
        self.deepest = self.deepest.max(levels);
        (levels <= MAX_DEPTH).then_some(())
    }

    /// Whether something in `target` may come to stand so many levels deeper.
    ///
    /// Its levels are counted only where moves alone may have made too many of them, and at the end.
    fn sinks(&mut self, target: &Value, levels: usize) -> Option<()> {
        self.deepest = self.deepest.saturating_add(levels);
        if self.deepest > 2 * MAX_DEPTH {
            let found = json::depth_of_value(target);
            self.deepest = found.saturating_add(levels).min(2 * MAX_DEPTH);
            return (found <= MAX_DEPTH).then_some(());
        }
        Some(())
    }
}

/// How many steps a path has.
fn levels(path: &str) -> usize {
    path.matches('/').count()
}

/// What holds the last step of a path, and that step unescaped. What stands before the first slash is not looked at.
fn parent<'a>(target: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let (above, last) = path.rsplit_once('/')?;
    let holder = above.split('/').skip(1).try_fold(target, |holder, step| match holder {
        Value::Object(fields) => fields.get_mut(&unescaped(step)),
        Value::Array(items) => index(step, items.len()).and_then(|place| items.get_mut(place)),
        _ => None,
    })?;
    Some((holder, unescaped(last)))
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// A place in a list of `length`; negative ones count from its end.
fn index(name: &str, length: usize) -> Option<usize> {
    let place: i64 = name.parse().ok()?;
    let place = if place < 0 { place + i64::try_from(length).ok()? } else { place };
    usize::try_from(place).ok().filter(|place| *place < length)
}

/// What stands at a path; a member that an object lacks is null.
fn find<'a>(target: &'a mut Value, path: &str) -> Option<&'a Value> {
    match parent(target, path)? {
        (Value::Object(fields), name) => Some(fields.get(&name).unwrap_or(&Value::Null)),
        (Value::Array(items), name) => index(&name, items.len()).and_then(|place| items.get(place)),
        _ => None,
    }
}

fn add(target: &mut Value, path: &str, value: Value) -> Option<()> {
    match parent(target, path)? {
        (Value::Object(fields), name) => {
            fields.insert(name, value);
        }
        (Value::Array(items), name) => {
            let place = if name == "-" { items.len() } else { index(&name, items.len() + 1)? };
            items.insert(place, value);
        }
        _ => return None,
    }
    Some(())
}

fn replace(target: &mut Value, path: &str, value: Value) -> Option<()> {
    match parent(target, path)? {
        (Value::Object(fields), name) => {
            fields.insert(name, value);
        }
        (Value::Array(items), name) => {
            let place = index(&name, items.len())?;
            items[place] = value;
        }
        _ => return None,
    }
    Some(())
}

fn remove(target: &mut Value, path: &str) -> Option<Value> {
    match parent(target, path)? {
        (Value::Object(fields), name) => fields.shift_remove(&name),
        (Value::Array(items), name) => index(&name, items.len()).map(|place| items.remove(place)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
