//! Handlers as attributes without options make them, and what their records count for.

use super::*;

/// A handler of `kex`.
pub(crate) fn handler(on: On, id: &str) -> Handler {
    Handler {
        plugin: 0,
        index: 0,
        id: id.to_owned(),
        on,
        selector: Selector::parse(&["kex".to_owned()]).unwrap(),
        filter: Filter::default(),
        field: None,
        asynchronous: false,
        limits: Limits::default(),
        optional: false,
        deleted: false,
        lifecycle: Lifecycle::All,
        group: None,
        schedule: Schedule::default(),
        wants: Wants::default(),
        param: None,
        function: id.to_owned(),
        package: "minimal".to_owned(),
        place: "lib.rs:1".to_owned(),
    }
}

#[test]
fn a_record_of_another_cause_counts_for_resume_and_field_handlers_alone() {
    let keeps = |on: On, recorded, reason| on.keeps_record(recorded, reason);
    assert!(keeps(On::Update, Some(Reason::Update), Reason::Update));
    assert!(keeps(On::Update, None, Reason::Update));
    assert!(!keeps(On::Update, Some(Reason::Create), Reason::Update));
    assert!(!keeps(On::Delete, Some(Reason::Update), Reason::Delete));
    assert!(keeps(On::Resume, Some(Reason::Resume), Reason::Update));
    assert!(keeps(On::Field, Some(Reason::Create), Reason::Update));
}
