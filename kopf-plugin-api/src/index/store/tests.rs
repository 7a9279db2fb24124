//! What is held under which key, and what is taken out with an object.

use super::*;

/// Puts in rows of `object: key=value key=value`, and shows what is held then.
#[track_caller]
fn check(rows: &[&str], expected: &str) {
    let store = Store::<String, String>::default();
    for row in rows {
        let (uid, entries) = row.split_once(':').unwrap();
        if entries == " -" {
            store.forget(uid, None);
            continue;
        }
        let pair = |pair: &str| pair.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
        store.put(uid, 0, entries.split_whitespace().filter_map(pair).collect());
    }
    assert_eq!(shown(&store), expected);
}

fn shown(store: &Store<String, String>) -> String {
    let mut keys = store.keys();
    keys.sort();
    let values =
        |key: &String| store.get(key).iter().map(|value| (**value).clone()).collect::<Vec<_>>().join(",");
    let shown: Vec<String> = keys.iter().map(|key| format!("{key}={}", values(key))).collect();
    assert_eq!(store.len(), keys.len());
    shown.join(" ")
}

#[test]
fn values_of_several_objects_stand_under_one_key_in_the_order_of_the_objects() {
    check(&["a: k=1", "b: k=2 l=3", "c: k=4"], "k=1,2,4 l=3");
    check(&["a: k=1 k=2 k=1", "b: k=1"], "k=1,2,1,1");
}

#[test]
fn a_new_result_takes_the_place_of_the_last_one_of_its_object() {
    check(&["a: k=1", "b: k=2", "a: k=3"], "k=3,2");
    check(&["a: k=1 l=1", "b: k=2", "a: m=3"], "k=2 m=3");
    check(&["a: k=1", "b: k=2", "a:"], "k=2");
}

#[test]
fn what_is_taken_out_leaves_no_key_without_values() {
    check(&["a: k=1", "b: k=2 l=2", "b: -"], "k=1");
    check(&["a: k=1", "a: -", "a: -", "z: -"], "");
    check(&["a: k=1", "b: k=2", "a: -", "a: k=3"], "k=2,3");
}

#[test]
fn functions_that_share_an_index_do_not_take_each_others_values() {
    let store = Store::<String, String>::default();
    let put = |handler, value: &str| store.put("a", handler, vec![("k".to_owned(), value.to_owned())]);
    put(0, "zero");
    put(1, "one");
    put(0, "two");
    assert_eq!(shown(&store), "k=two,one");
    store.forget("a", Some(0));
    assert_eq!(shown(&store), "k=one");
    put(0, "three");
    store.forget("a", None);
    assert_eq!(shown(&store), "");
    assert!(store.read().objects.is_empty());
}

#[test]
fn what_was_answered_does_not_change_any_more() {
    let store = Store::<&str, u8>::default();
    store.put("a", 0, vec![("k", 1)]);
    let answered = store.get("k");
    store.put("a", 0, vec![("k", 2)]);
    assert_eq!((*answered[0], *store.get("k")[0], store.contains_key("l")), (1, 2, false));
    assert_eq!(store.values().len(), 1);
}

#[test]
fn a_value_may_use_the_index_while_it_is_dropped() {
    thread_local! {
        static STORE: &'static Store<u8, Curious> = Box::leak(Box::default());
    }

    struct Curious;

    impl Drop for Curious {
        fn drop(&mut self) {
            STORE.with(|store| assert!(store.len() <= 1));
        }
    }

    STORE.with(|store| {
        store.put("a", 0, vec![(1, Curious)]);
        store.put("a", 0, vec![(1, Curious)]);
        store.forget("a", None);
        assert_eq!(store.len(), 0);
    });
}
