//! What is read of files, and how it is told that they are wrong.

use expect_test::expect;

use super::*;

/// The objects of one file with this name and text: where each was read, and what it is.
#[track_caller]
fn check(file: &str, text: &str, expected: &[&str]) {
    let mut manifests = vec![];
    let found = match parse(Path::new(file), text, &mut manifests) {
        Ok(()) => manifests.iter().map(show).collect(),
        Err(error) => vec![format!("error: {error}")],
    };
    assert_eq!(found, expected);
}

fn show(manifest: &Manifest) -> String {
    let Manifest { place, api_version, kind, name, namespace, .. } = manifest;
    let namespace = namespace.as_deref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
    format!("{place}: {api_version} {kind} {namespace}{name}")
}

#[test]
fn documents_are_numbered_and_empty_ones_pass() {
    check(
        "a.yaml",
        "# A comment.\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ns}\n---\n\n--- # again\n\
         apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n  annotations:\n    text: |\n      ---\n      no\n...\n---\n",
        &["a.yaml, document 1: v1 Pod ns/p", "a.yaml, document 3: apps/v1 Deployment d"],
    );
    check("a.yaml", "", &[]);
    check("a.yaml", "---\n---\n# nothing\n", &[]);
}

#[test]
fn json_may_hold_several_objects_too() {
    check(
        "a.json",
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}} {"apiVersion":"v1","kind":"Pod","metadata":{"name":"q"}}"#,
        &["a.json, document 1: v1 Pod p", "a.json, document 2: v1 Pod q"],
    );
}

#[test]
fn a_list_is_its_items() {
    check(
        "a.yml",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n\
         - {apiVersion: v1, kind: Pod, metadata: {name: q}}\n",
        &["a.yml, document 1, item 1: v1 Pod p", "a.yml, document 1, item 2: v1 Pod q"],
    );
    check(
        "a.yml",
        "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: p}}, {apiVersion: v2, kind: Pot, metadata: {name: q}}]\n",
        &["a.yml, document 1, item 1: v1 Pod p", "a.yml, document 1, item 2: v2 Pot q"],
    );
    let missing = "this is no Kubernetes object: its apiVersion is missing, or no text";
    for (kind, item) in [("List", "metadata: {name: p}"), ("PodList", "kind: Pod, metadata: {name: p}")] {
        let text = format!("apiVersion: v1\nkind: {kind}\nitems: [{{{item}}}]\n");
        check("a.yml", &text, &[&format!("error: a.yml, document 1, item 1: {missing}")]);
    }
}

#[test]
fn what_is_no_object_is_told_what_it_lacks() {
    for (text, problem) in [
        ("just text", "it is no mapping"),
        ("kind: Pod", "its apiVersion is missing, or no text"),
        ("apiVersion: 1", "its apiVersion is missing, or no text"),
        ("apiVersion: v1", "its kind is missing, or no text"),
        (
            "{apiVersion: v1, kind: Pod, metadata: {generateName: p-}}",
            "its metadata.name is missing, or no text",
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: 1}}",
            "its metadata.namespace is no text",
        ),
        (
            "{apiVersion: a/b/c, kind: Pod, metadata: {name: p}}",
            "its apiVersion is no version, such as v1 or apps/v1",
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: ..}}",
            "its name or namespace has characters that no name has",
        ),
        (
            "{apiVersion: v1, kind: Pod, metadata: {name: \"a?b\"}}",
            "its name or namespace has characters that no name has",
        ),
    ] {
        check(
            "a.yaml",
            text,
            &[&format!("error: a.yaml, document 1: this is no Kubernetes object: {problem}")],
        );
    }
}

#[test]
fn a_syntax_error_has_file_document_and_line() {
    let check = |file: &str, text: &str, expected: expect_test::Expect| {
        expected.assert_eq(&parse(Path::new(file), text, &mut vec![]).unwrap_err().to_string());
    };
    check(
        "a.yaml",
        "---\n---\nkind: [\n",
        expect!["a.yaml, document 2: line 3: did not find expected node content"],
    );
    check("a.yaml", "a: 1\na: 2\n", expect!["a.yaml, document 1: line 2: key \"a\" already set in map"]);
    check("a.json", "null {", expect!["a.json, document 2: EOF while parsing an object at line 1 column 6"]);
}

#[test]
fn numbers_and_switches_are_read_as_kubectl_reads_them() {
    let mut manifests = vec![];
    let text = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {mode: 0644, on: yes, time: 2026-01-01, version: \"1.0\"}}";
    parse(Path::new("a.yaml"), text, &mut manifests).unwrap();
    let expected = serde_json::json!({ "mode": 420, "true": true, "time": "2026-01-01", "version": "1.0" });
    assert_eq!(manifests[0].body["spec"], expected);
}

#[test]
fn a_folder_is_its_files_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let pod = |name: &str| format!(r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}"}}}}"#);
    for name in ["b.yaml", "a.json", "c.YML", "README.md"] {
        fs::write(folder.path().join(name), pod(&name.to_lowercase())).unwrap();
    }
    fs::write(folder.path().join("e.yaml"), "# nothing yet").unwrap();
    fs::create_dir(folder.path().join("d.yaml")).unwrap();
    let names: Vec<_> =
        read(&[folder.path().to_owned()]).unwrap().into_iter().map(|manifest| manifest.name).collect();
    assert_eq!(names, ["a.json", "b.yaml", "c.yml"]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let found = |path: PathBuf| {
        read(&[path]).unwrap_err().to_string().replace(&folder.path().display().to_string(), "DIR")
    };
    assert_eq!(found(folder.path().to_owned()), "there is no .yaml, .yml or .json file in DIR");
    assert_eq!(found(folder.path().join("no")), "cannot read DIR/no: No such file or directory (os error 2)");
    let none = |path: &str| {
        format!(
            "there is no object in {path}; expected at least one, with apiVersion, kind and metadata.name"
        )
    };
    for text in ["# nothing yet\n---\n", "{apiVersion: v1, kind: List, items: []}"] {
        fs::write(folder.path().join("a.yaml"), text).unwrap();
        assert_eq!(found(folder.path().to_owned()), none("DIR"));
        assert_eq!(found(folder.path().join("a.yaml")), none("DIR/a.yaml"));
    }
}

#[test]
fn one_object_in_all_files_together_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let [empty, other, pod] = ["empty.yaml", "other.yaml", "pod.yaml"].map(|name| folder.path().join(name));
    for file in [&empty, &other] {
        fs::write(file, "# nothing yet").unwrap();
    }
    fs::write(&pod, "{apiVersion: v1, kind: Pod, metadata: {name: p}}").unwrap();
    for paths in [[empty.clone(), pod.clone()], [pod, empty.clone()]] {
        assert_eq!(read(&paths).map(|manifests| manifests.len()).ok(), Some(1), "of {paths:?}");
    }
    assert_eq!(read(&[]).unwrap(), []);
    let said = read(&[empty, other]).unwrap_err().to_string();
    let said = said.replace(&folder.path().display().to_string(), "DIR");
    assert_eq!(
        said,
        "there is no object in DIR/empty.yaml, DIR/other.yaml; expected at least one, with apiVersion, kind and metadata.name"
    );
}
