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
/// the place of an object.
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
    for (name, change) in changes {
        if change.is_null() {
            fields.shift_remove(name);
        } else {
            merge(fields.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}

fn drop_null_members(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
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
/// 400 where the patch cannot be read, 413 where it is too long, 422 where it does not fit, which a failed `test` is.
pub(crate) fn apply(target: &mut Value, patch: &Value, reading: Reading) -> Result<(), Status> {
    let operations = operations(patch, reading)?;
    if operations.len() > MAX_OPERATIONS {
        let found = operations.len();
        let message =
            format!("The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {found}");
        return Err(Status::new(413, "RequestEntityTooLarge", message));
    }
    apply_all(target, operations).map_err(|_| Status::unfit_patch())
}

/// Applies the operations of a JSON patch one after another.
///
/// # Errors
///
/// The operation that does not fit.
pub(crate) fn apply_all<'o>(target: &mut Value, operations: &'o [Value]) -> Result<(), &'o Value> {
    let mut progress = Progress { copied: 0, deepest: json::depth_of_value(target) };
    for operation in operations {
        progress.step(target, operation).ok_or(operation)?;
    }
    match operations.last() {
        Some(last) if progress.deepest > MAX_DEPTH && json::depth_of_value(target) > MAX_DEPTH => Err(last),
        _ => Ok(()),
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
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn merged(target: Value, patch: Value, expected: Value) {
        let mut result = target;
        merge(&mut result, &patch);
        assert_eq!(result, expected);
    }

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(target: Value, patch: Value, expected: Result<Value, u16>) {
        let mut result = target;
        let outcome =
            apply(&mut result, &patch, Reading::Careful).map(|()| result).map_err(|status| status.code);
        assert_eq!(outcome, expected);
    }

    #[test]
    fn a_merge_patch_sets_nests_and_removes() {
        merged(
            json!({ "a": { "b": 1, "c": 2 } }),
            json!({ "a": { "b": null, "d": 3 } }),
            json!({ "a": { "c": 2, "d": 3 } }),
        );
        merged(json!({ "a": 1 }), json!({ "a": { "b": null, "c": {} } }), json!({ "a": { "c": {} } }));
        merged(json!({ "a": [1, 2] }), json!({ "a": [3] }), json!({ "a": [3] }));
    }

    #[test]
    fn a_merge_patch_takes_null_members_out_of_lists_but_not_nulls() {
        let list = || json!([null, { "b": null, "c": [{ "d": null }] }]);
        merged(json!({}), json!({ "a": list() }), json!({ "a": [null, { "c": [{}] }] }));
        merged(json!({ "a": [1] }), json!({ "a": list() }), json!({ "a": [null, { "c": [{}] }] }));
        merged(json!({ "a": {} }), json!({ "a": list() }), json!({ "a": list() }));
    }

    #[test]
    fn a_json_patch_does_its_steps_in_order() {
        check(
            json!({ "a": [1], "b/c": 1 }),
            json!([
                { "op": "test", "path": "/a/0", "value": 1 },
                { "op": "add", "path": "/a/-", "value": 2 },
                { "op": "add", "path": "/a/0", "value": 0 },
                { "op": "move", "from": "/b~1c", "path": "/d" },
                { "op": "copy", "from": "/a/2", "path": "/e" },
                { "op": "remove", "path": "/a/1" },
            ]),
            Ok(json!({ "a": [0, 2], "d": 1, "e": 2 })),
        );
    }

    #[test]
    fn what_does_not_fit_is_422() {
        let target = || json!({ "a": 1, "list": [] });
        check(target(), json!([{ "op": "test", "path": "/a", "value": 2 }]), Err(422));
        check(target(), json!([{ "op": "remove", "path": "/nope" }]), Err(422));
        check(target(), json!([{ "op": "add", "path": "/no/pe", "value": 1 }]), Err(422));
        check(target(), json!([{ "op": "add", "path": "/list/7", "value": 1 }]), Err(422));
        check(target(), json!([{ "op": "bogus", "path": "/a" }]), Err(422));
        check(target(), json!({ "op": "test" }), Err(400));
    }

    #[test]
    fn what_the_server_does_beyond_the_standard() {
        check(json!({}), json!([{ "op": "replace", "path": "/a", "value": 1 }]), Ok(json!({ "a": 1 })));
        check(json!({}), json!([{ "op": "copy", "from": "/a", "path": "/b" }]), Ok(json!({ "b": null })));
        check(json!({}), json!([{ "op": "add", "path": "/a" }]), Ok(json!({ "a": null })));
        check(json!({}), json!([{ "op": "test", "path": "/a" }]), Ok(json!({})));
        check(json!({}), json!([{ "op": "test", "path": "/a/b" }]), Err(422));
        check(json!({}), json!([{ "op": "move", "from": "/a", "path": "/b" }]), Err(422));
        check(json!({ "l": [1, 2] }), json!([{ "op": "remove", "path": "/l/-1" }]), Ok(json!({ "l": [1] })));
        check(
            json!({ "l": [1, 2] }),
            json!([{ "op": "add", "path": "/l/01", "value": 9 }]),
            Ok(json!({ "l": [1, 9, 2] })),
        );
        check(
            json!({ "l": [{}, {}] }),
            json!([{ "op": "add", "path": "/l/-1/a", "value": 1 }, { "op": "add", "path": "/l/00/b", "value": 2 }]),
            Ok(json!({ "l": [{ "b": 2 }, { "a": 1 }] })),
        );
        check(json!({ "l": [{}] }), json!([{ "op": "add", "path": "/l/-2/a", "value": 1 }]), Err(422));
        check(json!({}), json!([{ "op": "add", "path": "", "value": 1 }]), Err(422));
        check(json!({}), json!(null), Ok(json!({})));
        check(json!({}), json!([5]), Err(400));
        check(json!({}), json!([{ "op": 5 }]), Err(400));
    }

    #[test]
    fn copies_cannot_pile_up() {
        let text = "x".repeat(1024 * 1024);
        let copies = |count: usize| {
            let copy = |to: usize| json!({ "op": "copy", "from": "/a", "path": format!("/{to}") });
            (0..count).map(copy).collect::<Value>()
        };
        let mut target = json!({ "a": text });
        assert!(apply(&mut target, &copies(2), Reading::Careful).is_ok());
        check(json!({ "a": text }), copies(3), Err(422));
        let there_and_back = [("/a", "/b/-"), ("/b", "/a/-")];
        let doubling: Value = there_and_back
            .repeat(40)
            .into_iter()
            .map(|(from, to)| json!({ "op": "copy", "from": from, "path": to }))
            .collect();
        check(json!({ "a": ["x"], "b": ["y"] }), doubling, Err(422));
    }

    #[test]
    fn copies_cannot_dig_a_hole() {
        let doubling: Value = (0..16)
            .map(|step| {
                let end = "/a".repeat(10 * (1 << step.min(12)));
                json!({ "op": "copy", "from": "/a", "path": end })
            })
            .collect();
        let patch = json!([{ "op": "copy", "from": "/a", "path": "/a/a/a" }]);
        check(json!({ "a": { "a": {} } }), patch, Ok(json!({ "a": { "a": { "a": { "a": {} } } } })));
        json::with_stack(2 * MAX_DEPTH, || {
            let mut target = json!({ "a": 1 });
            for _ in 0..9 {
                target = json!({ "a": target });
            }
            assert_eq!(
                apply(&mut target, &doubling, Reading::Careful).map_err(|status| status.code),
                Err(422)
            );
        });
    }
}
