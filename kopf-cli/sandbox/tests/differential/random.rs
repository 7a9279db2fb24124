//! Random sequences of writes by several owners: after each of them both servers have the same object and owners.
//!
//! A sequence follows from its seed. One that the servers disagree about is shortened as long as they do, and told with its
//! seed. `KOPF_RANDOM_SEQUENCES` is how many there are, `KOPF_RANDOM_SEED` the first seed.

use super::{answer, answer::Answer, ownership, request, sandbox};
use kopf_control_plane::client::namespace;
use kube::Client;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// What fits into the time that all tests have.
const SEQUENCES: u64 = 60;
const LONGEST: u64 = 9;

/// Numbers that follow from a seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap()]
    }

    /// A value of a schema; `odd` are explicit nulls, doubles and empty values.
    fn value(&mut self, schema: &Value, odd: bool) -> Value {
        if odd && self.one_in(20) {
            return Value::Null;
        }
        match schema["type"].as_str() {
            Some("integer") => self.below(3).into(),
            Some("boolean") => self.one_in(2).into(),
            Some("string") => self.one_of(&["a", "b", "c"]).into(),
            Some("array") => self.list(schema, odd),
            Some("object") => self.object(schema, odd),
            _ => match self.below(5) {
                0 => self.below(3).into(),
                1 => self.one_of(&["a", "b"]).into(),
                2 => json!([self.below(2)]),
                _ => self.free(odd),
            },
        }
    }

    fn free(&mut self, odd: bool) -> Value {
        let mut fields = Map::new();
        for name in ["a", "b"] {
            if self.one_in(2) {
                let value = match self.below(5) {
                    0 => self.free(odd),
                    1 => json!([self.below(2)]),
                    2 if odd => Value::Null,
                    3 => json!({}),
                    _ => self.below(3).into(),
                };
                fields.insert(name.to_owned(), value);
            }
        }
        fields.into()
    }

    fn object(&mut self, schema: &Value, odd: bool) -> Value {
        let mut fields = Map::new();
        if schema["x-kubernetes-preserve-unknown-fields"] == true {
            return self.free(odd);
        }
        if schema["additionalProperties"].is_object() {
            for name in ["a", "b", "c"] {
                if self.one_in(3) {
                    fields.insert(name.to_owned(), self.value(&schema["additionalProperties"], odd));
                }
            }
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str().into()) {
                fields.insert(name.clone(), self.value(property, false));
            } else if self.one_in(3) {
                fields.insert(name.clone(), self.value(property, odd));
            }
        }
        fields.into()
    }

    fn list(&mut self, schema: &Value, odd: bool) -> Value {
        let mut items: Vec<Value> = Vec::new();
        let keys = schema["x-kubernetes-list-map-keys"].as_array().cloned().unwrap_or_default();
        for _ in 0..self.below(4) {
            let item = self.value(&schema["items"], false);
            let key = |item: &Value| -> Vec<Value> {
                let default = |key: &str| schema["items"]["properties"][key]["default"].clone();
                let found = |key: &Value| {
                    let key = key.as_str().unwrap();
                    item.get(key).cloned().unwrap_or_else(|| default(key))
                };
                if keys.is_empty() { vec![item.clone()] } else { keys.iter().map(found).collect() }
            };
            let double = items.iter().any(|other| key(other) == key(&item));
            let unique = !keys.is_empty() || schema["x-kubernetes-list-type"] == "set";
            if !(unique && double) || (odd && self.one_in(10)) {
                items.push(item);
            }
        }
        items.into()
    }

    fn row(&mut self, schema: &Value) -> String {
        let beta = self.one_in(5);
        let version = if beta { "v1beta1" } else { "v1" };
        let manager = self.one_of(&["one", "two", "three"]);
        let (below, schema, part) = if self.one_in(5) {
            ("/status", &schema["status"], "status")
        } else {
            ("", &schema["spec"], "spec")
        };
        let path = format!("/apis/owned.kopf.test/{version}/namespaces/$ns/owned/$name{below}");
        let mut object = json!({
            "apiVersion": format!("owned.kopf.test/{version}"), "kind": "Owned", "metadata": { "name": "$name" },
        });
        let odd = self.one_in(3);
        let value = self.value(schema, odd);
        match self.below(10) {
            0..6 => {
                if !self.one_in(10) {
                    object[part] = value;
                }
                if self.one_in(4) {
                    object["metadata"]["labels"] = self.value(
                        &json!({ "type": "object", "additionalProperties": { "type": "string" } }),
                        false,
                    );
                }
                let force = if self.one_in(2) { "&force=true" } else { "" };
                format!("APPLY {path}?fieldManager={manager}{force} {object}")
            }
            6..9 => format!("MERGE {path}?fieldManager={manager} {}", json!({ part: value })),
            _ => {
                object[part] = value;
                object["metadata"]["resourceVersion"] = "$last".into();
                format!("PUT {path}?fieldManager={manager} {object}")
            }
        }
    }
}

fn sequence(seed: u64) -> Vec<String> {
    let mut dice = Dice::new(seed);
    let schema = ownership::properties();
    (0..2 + dice.below(LONGEST - 1)).map(|_| dice.row(&schema)).collect()
}

/// Sends the rows to a server, all to one object of that name.
async fn run(client: &Client, namespace: &str, name: &str, rows: &[String]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::new();
    for row in rows {
        let written = answers.iter().rev().find_map(|answer| answer.metadata("resourceVersion"));
        let row = row.replace("$name", name).replace("$last", written.unwrap_or("1"));
        answers
            .push(request::parse(&row, namespace, &[]).send(client, Duration::ZERO).await.without(namespace));
    }
    answers
}

/// The first row that the servers disagree about, and how.
async fn difference(servers: &Servers, name: &str, rows: &[String]) -> Option<(usize, String)> {
    let expected = run(&servers.real, &servers.real_namespace, name, rows).await;
    let found = run(&servers.sandbox, &servers.sandbox_namespace, name, rows).await;
    let first = expected.iter().zip(&found).position(|(expected, found)| expected != found)?;
    Some((first, answer::difference(&expected[first], &found[first])))
}

struct Servers {
    real: Client,
    real_namespace: String,
    sandbox: Client,
    sandbox_namespace: String,
}

/// Leaves rows out as long as the servers disagree about the rest.
async fn shortest(
    servers: &Servers,
    name: &str,
    mut rows: Vec<String>,
    mut how: String,
) -> (Vec<String>, String) {
    let mut attempt = 0;
    let mut at = 0;
    while at < rows.len() {
        let mut fewer = rows.clone();
        fewer.remove(at);
        attempt += 1;
        match difference(servers, &format!("{name}-{attempt}"), &fewer).await {
            Some((first, told)) => {
                fewer.truncate(first + 1);
                (rows, how) = (fewer, told);
            }
            None => at += 1,
        }
    }
    (rows, how)
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[tokio::test]
async fn owners_who_write_at_random_own_the_same() {
    let Some(real) = kopf_control_plane::get().await else { return };
    let real = kopf_control_plane::connect(&real.kubeconfig).await;
    let (sandbox, _serving) = sandbox().await;
    for client in [&real, &sandbox] {
        ownership::OWNED.register_as(client, &ownership::definition()).await;
    }
    let (real_namespace, sandbox_namespace) = (namespace(&real).await, namespace(&sandbox).await);
    let servers = Servers { real, real_namespace, sandbox, sandbox_namespace };
    let first = number("KOPF_RANDOM_SEED").unwrap_or(1);
    for seed in first..first + number("KOPF_RANDOM_SEQUENCES").unwrap_or(SEQUENCES) {
        let mut rows = sequence(seed);
        let name = format!("s{seed}");
        if let Some((at, how)) = difference(&servers, &name, &rows).await {
            rows.truncate(at + 1);
            let (rows, how) = shortest(&servers, &name, rows, how).await;
            panic!("seed {seed}: the servers disagree after\n{}\n\n{how}", rows.join("\n"));
        }
    }
}
