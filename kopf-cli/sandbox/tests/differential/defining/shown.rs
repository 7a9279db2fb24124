//! Custom resources as they are shown: by the schema of the version that they are asked for in, as it is now.

use super::check_definitions;

/// A version of a definition, whose objects have these fields in their spec.
fn version(name: &str, stored: bool, more: &str, fields: &str) -> String {
    format!(
        r#"{{"name":"{name}","served":true,"storage":{stored},{more}"schema":{{"openAPIV3Schema":{{"type":"object","properties":{{"spec":{{"type":"object",{fields}}},"status":{{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}}}}}}"#
    )
}

/// The only version of a definition.
fn only(more: &str, fields: &str) -> String {
    format!(r#""versions":[{}]"#, version("v1", true, more, fields))
}

/// Rows that make a definition of these versions, and wait for the last of them.
fn defined(plural: &str, kind: &str, versions: &str) -> String {
    let last = if versions.contains(r#""name":"v2""#) { "v2" } else { "v1" };
    format!(
        r#"POST   /apis/apiextensions.k8s.io/v1/customresourcedefinitions {{"metadata":{{"name":"{plural}.$ns.kopf.test"}},"spec":{{"group":"$ns.kopf.test","scope":"Namespaced","names":{{"plural":"{plural}","kind":"{kind}"}},{versions}}}}}
        UNTIL  own/{last} {plural}"#
    )
}

/// A definition of two versions, of which the second is stored: each knows a field that the other does not, and has a default of
/// its own.
fn two(plural: &str, kind: &str, more: &str) -> String {
    let first = r#""properties":{"a":{"type":"string","default":"one"},"only":{"type":"integer"}}"#;
    let second =
        r#""properties":{"a":{"type":"string"},"b":{"type":"string","default":"bee"},"n":{"type":"string"}}"#;
    let versions = [version("v1", false, more, first), version("v2", true, more, second)];
    defined(plural, kind, &format!(r#""versions":[{}]"#, versions.join(",")))
}

#[tokio::test]
async fn what_a_version_does_not_know_is_not_shown_in_it() {
    let first = r#""properties":{"a":{"type":"string","default":"one"}}"#;
    let second = r#""default":{},"properties":{"a":{"type":"string"},"b":{"type":"string","default":"bee"}}"#;
    let versions = [version("v1", false, "", first), version("v2", true, "", second)];
    let definition = defined("shown", "Shown", &format!(r#""versions":[{}]"#, versions.join(",")));
    check_definitions(&format!(
        r#"
        {definition}
        AWAIT 201 POST own/v2/namespaces/$ns/shown {{"kind":"Shown","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a"}},"spec":{{"a":"1","c":"2"}}}}
        GET    own/v2/namespaces/$ns/shown/a
        GET    own/v1/namespaces/$ns/shown/a
        GET    own/v1/namespaces/$ns/shown
        GET    own/v1/namespaces/$ns/shown?watch=1&timeoutSeconds=1
        MERGE  own/v1/namespaces/$ns/shown/a {{"metadata":{{"labels":{{"a":"b"}}}}}}
        GET    own/v2/namespaces/$ns/shown/a
        POST   own/v1/namespaces/$ns/shown {{"kind":"Shown","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}},"spec":{{}}}}
        GET    own/v2/namespaces/$ns/shown/b
        APPLY  own/v1/namespaces/$ns/shown/b?fieldManager=m {{"kind":"Shown","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}},"spec":{{"a":"3"}}}}
        MERGE  own/v1/namespaces/$ns/shown/b {{"apiVersion":"$ns.kopf.test/v2","spec":{{"c":"1","d":"2"}},"more":1}}
        MERGE  own/v2/namespaces/$ns/shown/b?fieldValidation=Strict {{"apiVersion":"$ns.kopf.test/v1","spec":{{"c":"1","d":"2"}},"more":1}}
        MERGE  own/v1/namespaces/$ns/shown/b {{"apiVersion":"$ns.kopf.test/v3","spec":{{"c":"1"}},"more":1}}
        GET    own/v1/namespaces/$ns/shown/b
        PUT    own/v1/namespaces/$ns/shown/b {{"kind":"Shown","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}},"spec":{{"a":"4"}}}}
        GET    own/v2/namespaces/$ns/shown/b
    "#
    ))
    .await;
}

#[tokio::test]
async fn defaults_that_come_later_are_shown_of_what_is_there() {
    let before = only("", r#""properties":{"a":{"type":"string"},"c":{"type":"string"}}"#);
    let after = only("", r#""properties":{"a":{"type":"string"},"b":{"type":"string","default":"bee"}}"#);
    let definition = defined("late", "Late", &before);
    check_definitions(&format!(
        r#"
        {definition}
        AWAIT 201 POST own/v1/namespaces/$ns/late {{"kind":"Late","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"a":"1","c":"2"}}}}
        MERGE  crds/late.$ns.kopf.test {{"spec":{{{after}}}}}
        AWAIT bee POST own/v1/namespaces/$ns/late?dryRun=All {{"kind":"Late","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"x"}},"spec":{{}}}}
        GET    own/v1/namespaces/$ns/late/a
        AWAIT 200 GET own/v1/namespaces/$ns/late
        GET    own/v1/namespaces/$ns/late?watch=1&timeoutSeconds=1
        MERGE  own/v1/namespaces/$ns/late/a {{"metadata":{{"labels":{{"a":"b"}}}}}}
        GET    own/v1/namespaces/$ns/late/a
    "#
    ))
    .await;
}

#[tokio::test]
async fn every_way_to_write_through_another_version_keeps_what_the_stored_one_knows() {
    let definition = two("ways", "Way", r#""subresources":{"status":{}},"#);
    check_definitions(&format!(
        r#"
        {definition}
        AWAIT 201 POST own/v1/namespaces/$ns/ways?fieldManager=m {{"kind":"Way","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a","finalizers":["kopf.test/hold"]}},"spec":{{"only":1}}}}
        GET    own/v1/namespaces/$ns/ways/a
        GET    own/v2/namespaces/$ns/ways/a
        MERGE  own/v2/namespaces/$ns/ways/a {{"spec":{{"n":"kept","b":"bar"}}}}
        GET    own/v1/namespaces/$ns/ways/a
        JSON   own/v1/namespaces/$ns/ways/a [{{"op":"add","path":"/spec/only","value":2}}]
        GET    own/v2/namespaces/$ns/ways/a
        MERGE  own/v1/namespaces/$ns/ways/a/status {{"status":{{"x":1}}}}
        GET    own/v2/namespaces/$ns/ways/a
        APPLY  own/v1/namespaces/$ns/ways/a?fieldManager=one {{"kind":"Way","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"a":"1","only":3}}}}
        GET    own/v2/namespaces/$ns/ways/a
        APPLY  own/v2/namespaces/$ns/ways/a?fieldManager=two {{"kind":"Way","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a"}},"spec":{{"a":"3"}}}}
        APPLY  own/v1/namespaces/$ns/ways/a?fieldManager=two&force=true {{"kind":"Way","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"a":"2"}}}}
        GET    own/v2/namespaces/$ns/ways/a
        MERGE  own/v2/namespaces/$ns/ways/a {{"spec":{{"n":"kept"}}}}
        DELETE own/v1/namespaces/$ns/ways/a
        GET    own/v2/namespaces/$ns/ways/a
        GET    own/v2/namespaces/$ns/ways?watch=1&timeoutSeconds=1
        MERGE  own/v1/namespaces/$ns/ways/a {{"metadata":{{"finalizers":null}}}}
        GET    own/v2/namespaces/$ns/ways/a
    "#
    ))
    .await;
}

#[tokio::test]
async fn what_is_said_again_through_another_version_may_be_a_write() {
    let definition = two("agains", "Again", "");
    check_definitions(&format!(
        r#"
        {definition}
        AWAIT 201 POST own/v2/namespaces/$ns/agains?fieldManager=m {{"kind":"Again","apiVersion":"$ns.kopf.test/v2","metadata":{{"name":"a"}},"spec":{{"a":"1"}}}}
        MERGE  own/v2/namespaces/$ns/agains/a?fieldManager=m {{"spec":{{"a":"1"}}}}
        MERGE  own/v1/namespaces/$ns/agains/a?fieldManager=m {{"spec":{{"a":"1"}}}}
        GET    own/v2/namespaces/$ns/agains/a
        MERGE  own/v1/namespaces/$ns/agains/a?fieldManager=m {{"spec":{{"a":"1"}}}}
        GET    own/v1/namespaces/$ns/agains/a
        MERGE  own/v2/namespaces/$ns/agains/a?fieldManager=m {{"spec":{{"n":"more"}}}}
        MERGE  own/v1/namespaces/$ns/agains/a?fieldManager=m&dryRun=All {{"spec":{{"a":"1"}}}}
        MERGE  own/v1/namespaces/$ns/agains/a?fieldManager=m {{"spec":{{"a":"1"}}}}
        GET    own/v2/namespaces/$ns/agains/a
    "#
    ))
    .await;
}

#[tokio::test]
async fn what_a_schema_no_longer_knows_is_there_until_it_is_written() {
    let with = only("", r#""properties":{"a":{"type":"string"},"c":{"type":"string","nullable":true}}"#);
    let without = only("", r#""properties":{"a":{"type":"string"}}"#);
    let again = only(
        r#""selectableFields":[{"jsonPath":".spec.c"}],"#,
        r#""properties":{"a":{"type":"string"},"c":{"type":"string","default":"sea"}}"#,
    );
    let definition = defined("fades", "Fade", &with);
    check_definitions(&format!(
        r#"
        {definition}
        AWAIT 201 POST own/v1/namespaces/$ns/fades {{"kind":"Fade","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"a"}},"spec":{{"a":"1","c":"2"}}}}
        POST   own/v1/namespaces/$ns/fades {{"kind":"Fade","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"b"}},"spec":{{"a":"1","c":"2"}}}}
        POST   own/v1/namespaces/$ns/fades {{"kind":"Fade","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"n"}},"spec":{{"a":"1","c":null}}}}
        POST   own/v1/namespaces/$ns/fades {{"kind":"Fade","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"g"}},"spec":{{"a":"1","c":"2"}}}}
        MERGE  crds/fades.$ns.kopf.test {{"spec":{{{without}}}}}
        AWAIT 400 POST own/v1/namespaces/$ns/fades?dryRun=All&fieldValidation=Strict {{"kind":"Fade","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"x"}},"spec":{{"c":"3"}}}}
        AWAIT 200 GET own/v1/namespaces/$ns/fades
        MERGE  own/v1/namespaces/$ns/fades/b {{"metadata":{{"labels":{{"a":"b"}}}}}}
        DELETE own/v1/namespaces/$ns/fades/g
        GET    own/v1/namespaces/$ns/fades?watch=1&timeoutSeconds=1
        MERGE  crds/fades.$ns.kopf.test {{"spec":{{{again}}}}}
        AWAIT sea POST own/v1/namespaces/$ns/fades?dryRun=All {{"kind":"Fade","apiVersion":"$ns.kopf.test/v1","metadata":{{"name":"x"}},"spec":{{}}}}
        AWAIT 200 GET own/v1/namespaces/$ns/fades
        GET    own/v1/namespaces/$ns/fades?fieldSelector=spec.c%3Dsea
        GET    own/v1/namespaces/$ns/fades?fieldSelector=spec.c%3D2
    "#
    ))
    .await;
}

#[tokio::test]
async fn what_was_before_a_definition_changed_is_watched_no_more() {
    check_definitions(
        r#"
        DEFINE pasts "singular":"past","kind":"Past"
        UNTIL  own/v1 pasts
        AWAIT 201 POST own/v1/namespaces/$ns/pasts {"kind":"Past","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"a"}}
        POST   own/v1/namespaces/$ns/pasts {"kind":"Past","apiVersion":"$ns.kopf.test/v1","metadata":{"name":"b"}}
        MERGE  crds/pasts.$ns.kopf.test {"spec":{"names":{"categories":["all"]}}}
        UNTIL  own/v1 categories
        AWAIT 200 GET own/v1/namespaces/$ns/pasts
        GET    own/v1/namespaces/$ns/pasts?watch=1&timeoutSeconds=2&resourceVersion=$3
        GET    own/v1/namespaces/$ns/pasts?watch=1&timeoutSeconds=2&resourceVersion=$4
        GET    own/v1/namespaces/$ns/pasts?watch=1&timeoutSeconds=2&resourceVersion=$7
        GET    own/v1/namespaces/$ns/pasts?resourceVersion=$3&resourceVersionMatch=Exact
    "#,
    )
    .await;
}

/// Rows about objects whose status has a default, and is a part of its own or not.
fn with_status(plural: &str, kind: &str, own: &str) -> String {
    let status = r#"{"type":"object","default":{"conditions":[{"type":"Ready","status":"Unknown"}]},"properties":{"n":{"type":"integer"},"conditions":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["type"],"items":{"type":"object","required":["type"],"properties":{"type":{"type":"string"},"status":{"type":"string"}}}}}}"#;
    let rule = r#""x-kubernetes-validations":[{"rule":"!has(self.spec) || !has(self.spec.bare) || !has(self.status)"}],"#;
    let spec = r#"{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{"bare":{"type":"boolean"}}}"#;
    let versions = format!(
        r#""versions":[{{"name":"v1","served":true,"storage":true,{own}"schema":{{"openAPIV3Schema":{{"type":"object",{rule}"properties":{{"spec":{spec},"status":{status}}}}}}}}}]"#
    );
    let head = format!(r#""kind":"{kind}","apiVersion":"$ns.kopf.test/v1""#);
    let (definition, at) = (defined(plural, kind, &versions), format!("own/v1/namespaces/$ns/{plural}"));
    format!(
        r#"
        {definition}
        AWAIT 201 POST {at} {{{head},"metadata":{{"name":"a"}},"spec":{{"x":1}}}}
        POST   {at} {{{head},"metadata":{{"name":"b"}},"spec":{{"bare":true}}}}
        POST   {at} {{{head},"metadata":{{"name":"c"}},"status":{{"n":1}}}}
        POST   {at}?dryRun=All {{{head},"metadata":{{"name":"d"}}}}
        GET    {at}/a
        GET    {at}
        MERGE  {at}/a {{"metadata":{{"labels":{{"a":"b"}}}}}}
        MERGE  {at}/a {{"spec":{{"x":2}}}}
        MERGE  {at}/a {{"status":null}}
        MERGE  {at}/a {{"status":{{"n":2}}}}
        MERGE  {at}/a/status {{"status":{{"n":3}}}}
        MERGE  {at}/a/status {{"status":null}}
        PUT    {at}/a {{{head},"metadata":{{"name":"a"}},"spec":{{"x":3}}}}
        PUT    {at}/a/status {{{head},"metadata":{{"name":"a"}}}}
        APPLY  {at}/a?fieldManager=m&force=true {{{head},"metadata":{{"name":"a"}},"spec":{{"x":4}}}}
        APPLY  {at}/e?fieldManager=m {{{head},"metadata":{{"name":"e"}},"spec":{{"x":5}}}}
        GET    {at}?watch=1&timeoutSeconds=1
    "#
    )
}

#[tokio::test]
async fn a_status_has_its_default_as_soon_as_it_is_stored() {
    let own = with_status("stated", "Stated", r#""subresources":{"status":{}},"#);
    check_definitions(&own).await;
    check_definitions(&with_status("merged", "Merged", "")).await;
}
