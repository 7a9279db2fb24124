//! Which objects selectors select, and which selectors are none.

use super::*;
use crate::resources::Catalog;

fn header(labels: &[(&str, &str)]) -> Header {
    Header {
        namespace: "default".to_owned(),
        name: "x".to_owned(),
        labels: labels.iter().copied().collect(),
        fields: vec![("status.phase".to_owned(), "Running".to_owned())],
        ..Header::default()
    }
}

fn pods() -> View {
    Catalog::built_in().view("", "v1", "pods").unwrap()
}

fn parse(labels: &str, fields: &str, view: &View) -> Result<Selection, Status> {
    Said::parse(labels, fields)?.of(view)
}

#[track_caller]
fn check(selector: &str, labels: &[(&str, &str)], expected: bool) {
    let selection = parse(selector, "", &pods()).unwrap();
    assert_eq!(selection.matches(&header(labels)), expected, "{selector} on {labels:?}");
}

#[track_caller]
fn refused(labels: &str, fields: &str, expected: &str) {
    let view = Catalog::built_in().view("", "v1", "configmaps").unwrap();
    let status = parse(labels, fields, &view).unwrap_err();
    assert_eq!((status.code, status.message.as_str()), (400, expected));
}

#[test]
fn equality_and_sets() {
    check("a=1", &[("a", "1")], true);
    check("a==1", &[("a", "2")], false);
    check("a!=1", &[], true);
    check("a!=1", &[("a", "1")], false);
    check("a in (1, 2),b notin (3)", &[("a", "2")], true);
    check("a in (1,2)", &[], false);
    check("a=", &[("a", "")], true);
    check("", &[], true);
}

#[test]
fn existence_and_order() {
    check("a", &[("a", "")], true);
    check("!a", &[("a", "")], false);
    check("a,!b", &[("a", "")], true);
    check("a>5", &[("a", "6")], true);
    check("a<5", &[("a", "6")], false);
}

#[test]
fn fields_of_the_resource_and_no_others() {
    let matches = |fields: &str| parse("", fields, &pods()).map(|selection| selection.matches(&header(&[])));
    assert_eq!(matches("metadata.name=x,metadata.namespace=default"), Ok(true));
    assert_eq!(matches("status.phase!=Running"), Ok(false));
    assert_eq!(matches("spec.nodeName="), Ok(true));
    assert_eq!(matches("spec.hostNetwork=false,status.podIPs="), Ok(true));
    assert_eq!(matches("foo=1").unwrap_err().message, "field label not supported: foo");
}

#[test]
fn mistakes_are_worded_as_the_server_words_them() {
    refused("a=b=c", "", "found '=', expected: ',' or 'end of string'");
    refused("n in (1,2", "", "unable to parse requirement: found '', expected: ',' or ')'");
    refused("", "metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'");
    refused(
        "",
        "data=1",
        "\"data\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
    );
}
