//! Holds together types that stand on either side of the boundary: a member that one of them gains is missed here.

use kopf_core::resource::Resource;
use kopf_plugin_abi::wire;
use kopf_reactor::cluster::kube::Credentials;

use crate::attempt;

#[test]
fn credentials_that_a_login_handler_brings_are_the_reactors_to_the_last_member() {
    let some = |text: &str| Some(text.to_owned());
    let brought = wire::Credentials {
        server: "https://a:6443".to_owned(),
        ca: some("ca"),
        insecure: true,
        token: some("token"),
        username: some("username"),
        password: some("password"),
        client_certificate: some("certificate"),
        client_key: some("key"),
        namespace: some("namespace"),
        proxy: some("proxy"),
        expires: some("2026-01-02T03:04:05Z"),
        priority: 7,
    };
    let expected = Credentials {
        server: "https://a:6443".to_owned(),
        ca: some("ca"),
        insecure: true,
        token: some("token"),
        username: some("username"),
        password: some("password"),
        client_certificate: some("certificate"),
        client_key: some("key"),
        namespace: some("namespace"),
        proxy: some("proxy"),
        expires: "2026-01-02T03:04:05Z".parse().ok(),
        priority: 7,
    };
    let read: Credentials = serde_json::from_value(serde_json::to_value(&brought).unwrap()).unwrap();
    assert!(read == expected, "{read:?} is not {expected:?}, in a member that is not shown");
}

#[test]
fn a_resource_that_a_selectors_function_is_asked_about_is_the_cores_to_the_last_member() {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let resource = Resource {
        group: "zalando.org".to_owned(),
        version: "v1".to_owned(),
        plural: "kopfexamples".to_owned(),
        kind: "KopfExample".to_owned(),
        singular: "kopfexample".to_owned(),
        short_names: texts(&["kex"]),
        categories: texts(&["all"]),
        namespaced: true,
        preferred: true,
        verbs: texts(&["list", "watch"]),
        subresources: texts(&["status"]),
    };
    let expected = wire::Resource {
        group: "zalando.org".to_owned(),
        version: "v1".to_owned(),
        plural: "kopfexamples".to_owned(),
        kind: "KopfExample".to_owned(),
        singular: "kopfexample".to_owned(),
        short_names: texts(&["kex"]),
        categories: texts(&["all"]),
        namespaced: true,
        preferred: true,
        verbs: texts(&["list", "watch"]),
        subresources: texts(&["status"]),
    };
    assert_eq!(attempt::described(&resource), expected);
}
