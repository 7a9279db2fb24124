//! What is served, and what cannot be.

use expect_test::{Expect, expect};

use super::*;
use crate::{handler::tests::handler, selector::By};

fn resource(group: &str, plural: &str) -> Resource {
    Resource {
        group: group.to_owned(),
        version: "v1".to_owned(),
        plural: plural.to_owned(),
        kind: plural.to_owned(),
        singular: "kex".to_owned(),
        short_names: vec![],
        categories: vec![],
        namespaced: true,
        preferred: true,
        verbs: vec![],
        subresources: vec![],
    }
}

/// What is served of handlers of `kex`.
pub(crate) fn served(handlers: impl IntoIterator<Item = Handler>) -> Served {
    let mut served = Served::new(resource("zalando.org", "kexes"));
    handlers.into_iter().for_each(|handler| served.add(handler.into(), Dialect::Own));
    served
}

fn of(handler: Handler, selector: &str, function: &str) -> Handler {
    let selector: Vec<String> = selector.split(' ').map(str::to_owned).collect();
    Handler { selector: Selector::parse(&selector).unwrap(), function: function.to_owned(), ..handler }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check(handlers: impl IntoIterator<Item = Handler>, resources: &[Resource], expected: Expect) {
    let registry = match Registry::new(handlers) {
        Ok(registry) => registry,
        Err(errors) => {
            let lines: Vec<String> = errors.iter().map(|error| format!("error: {error}\n")).collect();
            return expected.assert_eq(&lines.concat());
        }
    };
    let mut chosen = Chosen::default();
    // The functions of these tests choose what has no namespace.
    for (handler, _, resource) in registry.questions(resources).filter(|(_, _, it)| !it.namespaced) {
        chosen.add(handler, resource);
    }
    let Assignment { served, unresolved, ambiguous, refused, unwatchable, unpatchable } =
        registry.assign(resources, &chosen);
    let mut lines: Vec<String> = vec![];
    for served in served {
        let ids: Vec<&str> = served.handlers.iter().map(|handler| handler.id.as_str()).collect();
        let paths =
            |fields: &[FieldPath]| fields.iter().map(FieldPath::to_string).collect::<Vec<_>>().join(" ");
        lines.push(format!(
            "{}: {} [{}] [{}]\n",
            served.resource.name(),
            ids.join(" "),
            paths(&served.fields),
            paths(&served.extra)
        ));
    }
    lines.extend(unresolved.iter().map(|selector| format!("unresolved: {selector}\n")));
    lines.extend(
        ambiguous.iter().map(|(selector, names)| format!("ambiguous: {selector}: {}\n", names.join(" "))),
    );
    lines.extend(unwatchable.iter().map(|name| format!("unwatchable: {name}\n")));
    lines.extend(unpatchable.iter().map(|(name, ids)| format!("unpatchable: {name}: {}\n", ids.join(" "))));
    lines.extend(refused.iter().map(|error| format!("refused: {error}\n")));
    expected.assert_eq(&lines.concat());
}

#[test]
fn handlers_are_served_by_resource_in_the_order_of_their_declaration() {
    let field = |on, id: &str, field: &str| Handler {
        field: Some(FieldPath::parse(field).unwrap()),
        ..handler(on, id)
    };
    let handlers = [
        of(handler(On::Update, "b"), "zalando.org v1 kexes", "b"),
        of(field(On::Field, "a/spec.x", "spec.x"), "kexes", "a"),
        of(field(On::Field, "a/status.x", "status.x"), "kexes", "a"),
        of(field(On::Event, "e/status.y", "status.y"), "kexes", "e"),
        of(handler(On::Create, "c"), "pods", "c"),
    ];
    let resources = [resource("", "pods"), resource("zalando.org", "kexes"), resource("apps", "unused")];
    check(
        handlers,
        &resources,
        expect![[r#"
        pods.v1: c [] []
        kexes.v1.zalando.org: b a/spec.x a/status.x e/status.y [spec.x status.x] [status.x]
    "#]],
    );
}

#[test]
fn selectors_that_mean_nothing_or_too_much_serve_nothing_and_are_told_once() {
    let handlers = [
        of(handler(On::Create, "a"), "nothing", "a"),
        of(handler(On::Update, "b"), "nothing", "b"),
        of(handler(On::Create, "c"), "kexes", "c"),
        of(handler(On::Update, "d"), "kexes", "d"),
    ];
    check(
        handlers,
        &[resource("one.org", "kexes"), resource("two.org", "kexes")],
        expect![[r#"
        unresolved: nothing
        ambiguous: kexes: kexes.v1.one.org kexes.v1.two.org
    "#]],
    );
}

#[test]
fn trap_14_an_id_on_two_functions_is_refused() {
    let other = Handler { plugin: 1, package: "other".to_owned(), ..handler(On::Create, "a") };
    check(
        [handler(On::Create, "a"), other],
        &[],
        expect![[r#"
        error: the id `a` is taken twice for kex: by a (minimal, lib.rs:1) and by a (other, lib.rs:1); give one of them another id = "…"
    "#]],
    );
    check(
        [of(handler(On::Create, "a"), "kexes", "one"), of(handler(On::Update, "a"), "kexes", "two")],
        &[],
        expect![[r#"
            error: the id `a` is taken twice for kexes: by one (minimal, lib.rs:1) and by two (minimal, lib.rs:1); give one of them another id = "…"
        "#]],
    );
}

#[test]
fn an_id_on_two_functions_is_refused_where_selectors_turn_out_to_mean_the_same() {
    check(
        [
            of(handler(On::Create, "a"), "kexes", "one"),
            of(handler(On::Update, "a"), "zalando.org kexes", "two"),
        ],
        &[resource("zalando.org", "kexes")],
        expect![[r#"
            kexes.v1.zalando.org: a [] []
            refused: the id `a` is taken twice for zalando.org/kexes: by one (minimal, lib.rs:1) and by two (minimal, lib.rs:1); give one of them another id = "…"
        "#]],
    );
}

#[test]
fn several_attributes_on_one_function_share_an_id() {
    check(
        [of(handler(On::Create, "a"), "kexes", "one"), of(handler(On::Update, "a"), "kexes", "one")],
        &[resource("zalando.org", "kexes")],
        expect![[r#"
            kexes.v1.zalando.org: a a [] []
        "#]],
    );
}

#[test]
fn secrets_are_those_of_the_core_group() {
    let served = |group| Served::new(Resource { kind: "Secret".to_owned(), ..resource(group, "secrets") });
    assert_eq!(["", "example.com"].map(|group| served(group).is_secret()), [true, false]);
}

#[test]
fn handlers_that_would_copy_secrets_in_clear_text_are_refused() {
    let check = |on, selector, dialect| {
        let registry = Registry::new([of(handler(on, "a"), selector, "one")]).unwrap();
        registry.speaking(dialect).map(|_| ()).map_err(|errors| errors[0].to_string())
    };
    let refused = Err(
        "one (minimal, lib.rs:1) is told of changes of Secrets, for which python-kopf keeps a copy of them \
                       in an annotation, as clear text; run it without --compat, or let it see every event \
                       (#[kopf::on::event])"
            .to_owned(),
    );
    assert_eq!(check(On::Create, "v1 secrets", Dialect::Python), refused);
    assert_eq!(check(On::Field, "secrets", Dialect::Python), refused);
    assert_eq!(check(On::Create, "secrets", Dialect::Own), Ok(()));
    assert_eq!(check(On::Create, "kexes", Dialect::Python), Ok(()));
    for harmless in [On::Event, On::Delete] {
        assert_eq!(check(harmless, "secrets", Dialect::Python), Ok(()));
    }
}

#[test]
fn what_a_resource_cannot_do_leaves_handlers_out() {
    let with_verbs = |plural: &str, verbs: &[&str]| Resource {
        verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
        ..resource("x.org", plural)
    };
    let resources = [
        with_verbs("all", &["get", "list", "watch", "patch"]),
        with_verbs("fixed", &["get", "list", "watch"]),
        with_verbs("going", &["delete", "deletecollection", "get", "list", "watch"]),
        with_verbs("reviews", &["create"]),
        resource("x.org", "unsaid"),
    ];
    let everything =
        |handler: Handler| Handler { selector: Selector::new(&[], By::Everything).unwrap(), ..handler };
    check(
        [everything(handler(On::Event, "spy")), everything(handler(On::Create, "create"))],
        &resources,
        expect![[r#"
            all.v1.x.org: spy create [] []
            fixed.v1.x.org: spy [] []
            going.v1.x.org: spy create [] []
            unsaid.v1.x.org: spy create [] []
            unwatchable: reviews.v1.x.org
            unpatchable: fixed.v1.x.org: create
        "#]],
    );
}

#[test]
fn a_function_chooses_resources_of_any_version_but_no_events() {
    let other = |group: &str, plural: &str, preferred| Resource {
        preferred,
        namespaced: false,
        ..resource(group, plural)
    };
    let resources = [
        other("x.org", "a", true),
        other("x.org", "b", false),
        other("", "events", true),
        other("events.k8s.io", "events", true),
        resource("x.org", "namespaced"),
    ];
    let chosen = |parts: &[&str]| {
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        Handler { selector: Selector::new(&parts, By::Asked(1)).unwrap(), ..handler(On::Event, "spy") }
    };
    check(
        [chosen(&[])],
        &resources,
        expect![[r#"
        a.v1.x.org: spy [] []
        b.v1.x.org: spy [] []
    "#]],
    );
    check(
        [chosen(&["y.org"])],
        &resources,
        expect![[r#"
        unresolved: y.org/resources=fn#1
    "#]],
    );
}
