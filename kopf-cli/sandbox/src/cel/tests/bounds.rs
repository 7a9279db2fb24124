//! What costs little, and takes long all the same, ends.

use std::{
    collections::HashMap,
    rc::Rc,
    time::{Duration, Instant},
};

use kube_cel::cel::Value;
use serde_json::json;

use super::super::*;
use crate::schema::{Schema, to_cel};

struct Large {
    known: HashMap<&'static str, Value>,
    described: Rc<Described>,
}

impl Large {
    fn new() -> Self {
        let keyed =
            |keys: Vec<String>| keys.into_iter().map(|key| (key, 1)).collect::<HashMap<String, i32>>();
        let long = "a".repeat(100_000);
        let texts: Vec<String> = (0..8).map(|index| format!("{index}{}", "a".repeat(25_000))).collect();
        let set = json!({
            "type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set",
        });
        let named = |what: &serde_json::Value| -> serde_json::Map<String, serde_json::Value> {
            (0..30_000).map(|index| (format!("n{index}"), what.clone())).collect()
        };
        let nullable = named(&json!({"type": "integer", "nullable": true}));
        let schema = json!({
            "type": "object",
            "properties": {"set": set, "nulls": {"type": "object", "properties": nullable}, "kept": {"x-kubernetes-preserve-unknown-fields": true}},
        });
        let nulls = named(&serde_json::Value::Null);
        let object = json!({"set": texts, "nulls": nulls, "kept": texts, "unknown": texts});
        let mut described = Described::default();
        let mut this = || to_cel(&object, Schema::custom(&schema).shape(), true, &mut described);
        let known = [
            ("many", keyed((0..40_000).map(|key| key.to_string()).collect()).into()),
            ("wordy", keyed((0..30).map(|key| "k".repeat(90_000 + key)).collect()).into()),
            ("few", keyed(vec!["a".to_owned()]).into()),
            ("texts", vec![Value::from(long.clone()); 8].into()),
            ("others", vec![Value::from(long.clone()); 8].into()),
            ("raw", vec![Value::Bytes(long.clone().into_bytes().into()); 8].into()),
            ("otherRaw", vec![Value::Bytes(long.into_bytes().into()); 8].into()),
            (
                "distinct",
                texts
                    .iter()
                    .map(|text| format!("{0}{0}{text}", "b".repeat(400_000)))
                    .collect::<Vec<_>>()
                    .into(),
            ),
            ("maybe", vec![optional(Some(Value::Int(1))); 100_000].into()),
            ("self", this()),
            ("oldSelf", this()),
        ];
        Large { known: known.into(), described: Rc::new(described) }
    }

    /// What comes of this often; it comes to something soon.
    fn all(&self, times: usize, what: &str) -> Result<Value, String> {
        let before = Instant::now();
        let program = compile(&format!("lists.range({times}).all(i, {what})")).unwrap();
        let (outcome, _) = run(&program, self);
        assert!(before.elapsed() < Duration::from_secs(20), "{what}: {:?}", before.elapsed());
        outcome.map_err(|fault| fault.told().to_owned())
    }
}

impl Names for Large {
    fn typing(&self, program: &Program) -> Typing {
        let names = self.known.keys();
        Typing::of(program, &names.fold(Declarations::default(), |all, name| all.with(name, Type::DYN)))
    }

    fn described(&self) -> Option<Rc<Described>> {
        Some(Rc::clone(&self.described))
    }

    fn get(&self, name: &str) -> Option<Value> {
        self.known.get(name).cloned()
    }
}

#[test]
fn maps_are_not_sorted_beyond_what_may_be_done() {
    check(&["many.exists(k, true)", "wordy.exists(k, true)", "dyn(self.nulls).exists(k, true)"]);
    let small = Large::new().all(20_000, "few.exists(k, true)");
    assert_eq!(small, Ok(Value::Bool(true)));
}

#[test]
fn lists_are_not_gone_through_beyond_what_may_be_done() {
    check(&["maybe.unwrapOpt().size() == 100000", "distinct.sort().size() == 8"]);
}

#[test]
fn texts_in_lists_and_maps_are_not_compared_beyond_what_may_be_done() {
    check(&[
        "texts == others",
        "raw == otherRaw",
        "{1: [texts]} == {1: [others]}",
        "wordy == wordy",
        "sets.contains(texts, others)",
        "texts.indexOf(others[0]) == 0",
        "self.set == oldSelf.set",
        "size(self.set + oldSelf.set) == 8",
        "self == oldSelf",
        "dyn(self).kept == dyn(oldSelf).kept",
    ]);
}

/// Each of these holds, but it can't be asked as often as its cost allows.
#[track_caller]
fn check(all: &[&str]) {
    let large = Large::new();
    for what in all {
        assert_eq!(large.all(9, what), Ok(Value::Bool(true)), "{what}");
        let refused = Err("operation cancelled: actual cost limit exceeded".to_owned());
        assert_eq!(large.all(30_000, what), refused, "{what}");
    }
}
