//! Filters of sub-handlers: which of them are for an object is asked of functions, as it is for handlers.

mod kit;

use kopf_plugin_api::prelude::*;
use kopf_plugin_testing::Operator;

use kit::{EXAMPLES, operator, place};

fn is_short(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.len() < 5)
}

fn is_large(size: Option<&Value>) -> bool {
    size.and_then(Value::as_i64).is_some_and(|size| size > 100)
}

#[expect(clippy::needless_pass_by_value, clippy::panic, reason = "it is asked, and breaks")]
fn breaks(spec: Spec) -> Outcome<bool> {
    match spec["size"].as_i64() {
        Some(1) => Err(kopf::Error::msg("it cannot say")),
        Some(2) => panic!("it cannot say either"),
        _ => Ok(true),
    }
}

#[kopf::on::update("zalando.org", "v1", "kopfexamples")]
async fn parent() -> Outcome<()> {
    #[kopf::subhandler(labels = { "tier" = is_short }, annotations = { "note" = not(is_short) })]
    fn noted() -> Outcome<bool> {
        Ok(true)
    }
    #[kopf::subhandler(field = "spec.size", value = is_large)]
    async fn large() -> Outcome<bool> {
        Ok(true)
    }
    #[kopf::subhandler(field = "spec.size", old = not(is_large), new = is_large)]
    fn grown(old: Old, new: New) -> Outcome<Value> {
        Ok(json!([old.get(), new.get()]))
    }
    #[kopf::subhandler(when = all(|spec: Spec| spec["size"] == 200, |param: Param| *param == 7), param = 7)]
    fn outer() -> Outcome<bool> {
        #[kopf::subhandler(when = |old: Old, _name: Name| old.get().is_some_and(|old| old["spec"]["size"] == 5))]
        fn inner() -> Outcome<bool> {
            Ok(true)
        }
        Ok(true)
    }
    #[kopf::subhandler(when = breaks)]
    fn sound() -> Outcome<bool> {
        Ok(true)
    }
    Ok(())
}

/// Changes the size of an object, and answers which sub-handlers were called for that.
fn called(operator: &mut Operator, name: &str, from: i64, to: i64) -> Value {
    let mut object = kit::example(name, &json!({ "tier": "web" }), &json!({ "size": from }));
    object["metadata"]["annotations"] = json!({ "note": "it is long" });
    operator.apply(&object.to_string());
    operator.settle();
    operator.patch(EXAMPLES, &place(name), &json!({ "spec": { "size": to } }));
    operator.settle();
    operator.find(EXAMPLES, &place(name)).map(|object| object["status"].clone()).unwrap_or_default()
}

#[test]
fn functions_in_filters_of_sub_handlers_say_which_are_for_the_object() {
    let mut operator = operator();
    assert_eq!(
        called(&mut operator, "grows", 5, 200),
        json!({
            "parent/noted": true, "parent/large": true, "parent/grown": [5, 200], "parent/outer": true,
            "parent/outer/inner": true, "parent/sound": true,
        })
    );
    assert_eq!(
        called(&mut operator, "shrinks", 200, 6),
        json!({ "parent/noted": true, "parent/large": true, "parent/sound": true })
    );
    assert_eq!(called(&mut operator, "small", 6, 7), json!({ "parent/noted": true, "parent/sound": true }));
}

#[test]
fn a_function_that_fails_or_panics_says_no_and_is_told_of() {
    let mut operator = operator();
    for size in [1, 2] {
        let name = format!("breaks-{size}");
        assert_eq!(called(&mut operator, &name, 6, size), json!({ "parent/noted": true }));
        let line = format!(
            "WARN [default/{name}] A filter of handler parent/sound fails, so it is not for the object: it cannot say"
        );
        let log = operator.log();
        assert_eq!(log.iter().filter(|told| told.starts_with(&line)).count(), 1, "{log:#?}");
    }
}
