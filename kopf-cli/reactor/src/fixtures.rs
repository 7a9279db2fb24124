//! What the tests of several modules are about: a resource, and a handler of it.

use std::sync::Arc;

use kopf_core::{
    background::Schedule,
    filter::Filter,
    handler::{Handler, Lifecycle, Limits, On, Wants},
    registry::Served,
    resource::Resource,
    selector::Selector,
};

/// A handler of the examples.
pub(crate) fn handler(on: On) -> Handler {
    Handler {
        plugin: 0,
        index: 0,
        id: "handler".to_owned(),
        on,
        selector: Selector::parse(&["kopfexamples".to_owned()]).unwrap(),
        filter: Filter::default(),
        field: None,
        asynchronous: true,
        limits: Limits::default(),
        optional: false,
        deleted: false,
        lifecycle: Lifecycle::All,
        group: None,
        schedule: Schedule::default(),
        wants: Wants::default(),
        param: None,
        function: "handler".to_owned(),
        package: String::new(),
        place: String::new(),
    }
}

/// The examples, served by a handler.
pub(crate) fn served(handler: Handler) -> Served {
    let resource = Resource {
        group: "zalando.org".to_owned(),
        version: "v1".to_owned(),
        plural: "kopfexamples".to_owned(),
        kind: "KopfExample".to_owned(),
        singular: String::new(),
        short_names: vec![],
        categories: vec![],
        namespaced: true,
        preferred: true,
        verbs: vec![],
        subresources: vec![],
    };
    Served { handlers: vec![Arc::new(handler)], ..Served::new(resource) }
}
