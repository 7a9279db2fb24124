//! Writes at random, by several managers, all to one object: `$name` stands for its name, `$last` for its latest version.

use super::dice::Dice;
use super::schemas::{GROUP, OLDER, Resource, VERSION};
use super::values;
use serde_json::{Value, json};

const LONGEST: u64 = 9;

pub(super) fn sequence(dice: &mut Dice, resource: &Resource) -> Vec<String> {
    let many = 2 + dice.below(LONGEST - 1);
    let mut rows: Vec<String> = (0..many).map(|_| row(dice, resource)).collect();
    if dice.one_in(2) {
        rows.insert(0, creation(dice, resource));
    }
    rows
}

/// Where a row goes to, and what is written there.
struct Target<'a> {
    resource: &'a Resource,
    version: &'static str,
    /// `spec` or `status`, and whether the latter is written to by its own endpoint.
    part: &'static str,
    below: &'static str,
    odd: bool,
}

impl Target<'_> {
    fn new<'a>(dice: &mut Dice, resource: &'a Resource) -> Target<'a> {
        let version = if resource.has_older && dice.one_in(4) { OLDER } else { VERSION };
        let (part, below) = match dice.below(10) {
            0 if resource.has_status => ("status", "/status"),
            0 | 1 => ("status", ""),
            2 if resource.has_status => ("spec", "/status"),
            _ => ("spec", ""),
        };
        Target { resource, version, part, below, odd: dice.one_in(3) }
    }

    fn path(&self) -> String {
        format!("/apis/{GROUP}/{}/namespaces/$ns/{}", self.version, self.resource.plural)
    }

    fn schema(&self) -> &Value {
        &self.resource.schema["properties"][self.part]
    }

    fn value(&self, dice: &mut Dice) -> Value {
        let value = values::any(dice, self.schema(), self.odd);
        if !self.odd && dice.one_in(15) { values::with_unknown(dice, value) } else { value }
    }

    /// An object, with what is written to it unless it is `bare`.
    fn object(&self, dice: &mut Dice, bare: bool) -> Value {
        let mut object = json!({
            "apiVersion": format!("{GROUP}/{}", self.version), "kind": self.resource.kind,
            "metadata": { "name": "$name" },
        });
        if !bare {
            object[self.part] = self.value(dice);
        }
        for field in ["labels", "annotations"] {
            if dice.one_in(6) {
                object["metadata"][field] = values::labels(dice);
            }
        }
        object
    }
}

/// Who writes, and how strictly it is read.
fn options(dice: &mut Dice) -> String {
    let manager = dice.one_of(&["one", "two", "three"]);
    let strictness = match dice.below(12) {
        0 => "&fieldValidation=Strict",
        1 => "&fieldValidation=Ignore",
        _ => "",
    };
    let dry = if dice.one_in(20) { "&dryRun=All" } else { "" };
    format!("fieldManager={manager}{strictness}{dry}")
}

fn creation(dice: &mut Dice, resource: &Resource) -> String {
    let target = Target::new(dice, resource);
    let bare = dice.one_in(10);
    format!("POST {}?{} {}", target.path(), options(dice), target.object(dice, bare))
}

fn row(dice: &mut Dice, resource: &Resource) -> String {
    let target = Target::new(dice, resource);
    let path = format!("{}/$name{}", target.path(), target.below);
    let options = options(dice);
    match dice.below(40) {
        0..20 => {
            let force = if dice.one_in(2) { "&force=true" } else { "" };
            let bare = dice.one_in(10);
            format!("APPLY {path}?{options}{force} {}", target.object(dice, bare))
        }
        20..29 => {
            let patch = json!({ target.part: target.value(dice) });
            format!("MERGE {path}?{options} {patch}")
        }
        29..33 => {
            let patch: Vec<Value> = (0..=dice.below(2)).map(|_| operation(dice, &target)).collect();
            format!("JSON {path}?{options} {}", json!(patch))
        }
        33..37 => {
            let mut object = target.object(dice, false);
            if !dice.one_in(8) {
                object["metadata"]["resourceVersion"] = "$last".into();
            }
            format!("PUT {path}?{options} {object}")
        }
        37 => format!("MERGE {path}?{options} {}", json!({ "metadata": { "managedFields": [{}] } })),
        38 => creation(dice, resource),
        _ => format!("GET {path}"),
    }
}

fn operation(dice: &mut Dice, target: &Target<'_>) -> Value {
    let (path, value) = place(dice, target);
    match dice.below(10) {
        0..4 => json!({ "op": "add", "path": path, "value": value }),
        4..6 => json!({ "op": "replace", "path": path, "value": value }),
        6 => json!({ "op": "test", "path": path, "value": value }),
        7 => json!({ "op": *dice.one_of(&["copy", "move"]), "from": place(dice, target).0, "path": path }),
        _ => json!({ "op": "remove", "path": path }),
    }
}

/// A pointer to somewhere in an object, and a value for it.
fn place(dice: &mut Dice, target: &Target<'_>) -> (String, Value) {
    let mut pointer = format!("/{}", target.part);
    let mut schema = target.schema();
    while !dice.one_in(4) {
        let properties: Vec<(&String, &Value)> =
            schema["properties"].as_object().into_iter().flatten().collect();
        let step = if !properties.is_empty() {
            let (name, property) = *dice.one_of(&properties);
            schema = property;
            name
        } else if schema["type"] == "array" {
            schema = &schema["items"];
            *dice.one_of(&["0", "1", "-"])
        } else if schema["type"] == "object" {
            schema = &schema["additionalProperties"];
            *dice.one_of(&["a", "b"])
        } else {
            break;
        };
        pointer = format!("{pointer}/{step}");
    }
    (pointer, values::any(dice, schema, target.odd))
}
