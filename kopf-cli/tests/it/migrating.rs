//! The migration guide knows every name of the Python framework, as that is now, and every setting of ours.

use crate::support::python::Python;
use kopf_reactor::settings::KEYS;
use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../kopf-plugin-api/MIGRATING.md");

/// Names that nobody uses, for the framework calls the arguments of its command so.
const INSIDE: &[&str] = &["paths"];

#[tokio::test(flavor = "multi_thread")]
async fn every_name_of_the_framework_is_in_the_guide() {
    let Some(python) = Python::with_kopf().await else { return };
    let names = python.run(include_str!("migrating/names.py")).await;
    let known = words(GUIDE);
    let missing: Vec<&str> =
        names.lines().filter(|name| !known.contains(*name) && !INSIDE.contains(name)).collect();
    assert!(names.lines().count() > 100, "{names}");
    assert_eq!(missing, [""; 0], "MIGRATING.md has no row for these");
}

#[test]
fn every_setting_of_ours_is_in_the_guide_and_no_other() {
    let (_, rest) = GUIDE.split_once("\n## Settings\n").unwrap();
    let (section, _) = rest.split_once("\n## ").unwrap();
    let known = words(section);
    for key in KEYS {
        let last = key.name.rsplit('.').next().unwrap();
        assert!(known.contains(last), "MIGRATING.md has no row for {}", key.name);
    }
    let ours = section.lines().filter_map(|row| row.split(" | ").nth(1));
    let named = ours.flat_map(|column| column.split('`').skip(1).step_by(2));
    for name in named.filter(|name| {
        name.contains('.') && name.chars().all(|c| ".=_ \"".contains(c) || c.is_ascii_lowercase())
    }) {
        let name = name.split(" = ").next().unwrap();
        assert!(KEYS.iter().any(|key| key.name == name), "MIGRATING.md names {name}, which is no setting");
    }
}

/// What stands between anything that no name has in it.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').collect()
}
