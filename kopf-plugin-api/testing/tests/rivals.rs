//! Two operators of one name that do not know of each other are told so; and whatever looks alike is not told of.

mod kit;

use std::time::Duration;

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::{Effect, Entry, Fault, Operator, Settings, peering::Mode};

use kit::EXAMPLES;

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
#[kopf::on::update("things.v1.example.org")]
#[kopf::on::update("things.v2.example.org")]
fn handle(name: Name) {
    info!("{name} is handled");
}

const NAME: &str = "kopf-plugin-testing";
const LINE: &str = "WARN [default/shared] Somebody else writes the annotations of this operator: another one seems to run under \
                    the name kopf-plugin-testing, so that handlers are called twice. Give one of them another --name, or have \
                    them meet in a peering";

fn alone() -> Settings {
    let mut settings = Settings::default();
    settings.peering.mode = Mode::Standalone;
    settings
}

/// An operator that has handled an object, and runs for a while.
fn operator() -> Operator {
    let mut operator = kit::operator();
    operator.apply(&kit::example("shared", &json!({}), &json!({ "n": 0 })).to_string());
    operator.advance(Duration::from_secs(10));
    operator
}

fn change(operator: &mut Operator, n: u64) {
    operator.patch(EXAMPLES, "default/shared", &json!({ "spec": { "n": n } }));
    operator.advance(Duration::from_secs(60));
}

fn told(operator: &Operator) -> usize {
    operator.log().iter().filter(|line| line.contains("another one seems to run")).count()
}

/// Patches the object as somebody who uses a client of their own.
fn patch_as_a_user(operator: &mut Operator, patch: &Value) {
    use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
    let kind = GroupVersionKind::gvk("zalando.org", "v1", "KopfExample");
    let resource = ApiResource::from_gvk_with_plural(&kind, "kopfexamples");
    let objects: Api<DynamicObject> = Api::namespaced_with(operator.client(), "default", &resource);
    let (params, patch) = (PatchParams::default(), Patch::Merge(patch));
    let sent = objects.patch("shared", &params, &patch);
    operator.sandbox().block_on(sent).expect("a user may do everything");
    operator.advance(Duration::from_secs(60));
}

fn note(operator: &Operator) -> Value {
    let key = format!("{NAME}.kopf.dev/last-handled-configuration");
    operator.get(EXAMPLES, "default/shared")["metadata"]["annotations"][key].clone()
}

#[test]
fn a_rivals_writes_are_told_of_once_though_no_write_meets_with_another() {
    let mut operator = operator();
    operator.start_beside(NAME, alone());
    operator.advance(Duration::from_secs(10));
    (1..30).for_each(|n| change(&mut operator, n));
    assert!(operator.log().iter().any(|line| line == LINE), "{:#?}", operator.log());
    // Each of the two tells it.
    assert!(told(&operator) <= 2, "{}", told(&operator));
}

#[test]
fn the_process_before_is_no_rival() {
    let mut operator = operator();
    for n in 1..5 {
        operator.kill();
        operator.patch(EXAMPLES, "default/shared", &json!({ "spec": { "n": n } }));
        operator.resume();
        change(&mut operator, n + 10);
    }
    assert_eq!(told(&operator), 0);
}

#[test]
fn a_lost_answer_and_a_conflict_are_no_rival() {
    let mut operator = operator();
    let patches = |entry: &Entry| entry.method == "PATCH" && entry.path.contains("/kopfexamples/");
    let effects = [Effect::LostAnswer, Effect::CutShort, Effect::Conflict, Effect::InternalError];
    for (effect, n) in effects.into_iter().zip(1..) {
        operator.sandbox().faults().add(Fault::new(effect).when(patches).times(2));
        change(&mut operator, n);
        operator.advance(Duration::from_secs(60));
    }
    assert_eq!(told(&operator), 0);
}

#[test]
fn a_user_who_takes_notes_away_or_restores_older_ones_is_no_rival() {
    let mut operator = operator();
    let first = note(&operator);
    change(&mut operator, 1);
    let key = format!("{NAME}.kopf.dev/last-handled-configuration");
    for value in [json!(null), first, json!("nonsense")] {
        patch_as_a_user(&mut operator, &json!({ "metadata": { "annotations": { &key: value } } }));
        change(&mut operator, 2);
    }
    assert_eq!(told(&operator), 0);
}

#[test]
fn a_list_after_a_watch_that_was_cut_tells_of_no_rival() {
    let mut operator = operator();
    let watches = |entry: &Entry| entry.is_watch() && entry.path.contains("kopfexamples");
    for n in 1..4 {
        operator.sandbox().faults().add(Fault::new(Effect::ExpiredWatch).when(watches).times(2));
        operator.advance(Duration::from_secs(120));
        change(&mut operator, n);
    }
    assert_eq!(told(&operator), 0);
}

/// Both versions are watched, and each sees what the other has noted.
#[test]
fn an_object_that_is_seen_in_two_versions_has_no_rivals() {
    let version = |name: &str| {
        let anything = json!({ "type": "object", "x-kubernetes-preserve-unknown-fields": true });
        json!({ "name": name, "served": true, "storage": name == "v1", "schema": { "openAPIV3Schema": anything } })
    };
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": { "name": "things.example.org" },
        "spec": {
            "group": "example.org", "scope": "Namespaced", "versions": [version("v1"), version("v2")],
            "names": { "plural": "things", "singular": "thing", "kind": "Thing" },
        },
    });
    let mut operator = kit::operator();
    operator.apply(&definition.to_string());
    operator.advance(Duration::from_secs(10));
    let metadata = json!({ "name": "shared", "namespace": "default" });
    let thing =
        json!({ "apiVersion": "example.org/v1", "kind": "Thing", "metadata": metadata, "spec": { "n": 0 } });
    operator.apply(&thing.to_string());
    for n in 1..5 {
        operator.patch("things.example.org", "default/shared", &json!({ "spec": { "n": n } }));
        operator.advance(Duration::from_secs(60));
    }
    assert_eq!(told(&operator), 0, "{:#?}", operator.log());
}
