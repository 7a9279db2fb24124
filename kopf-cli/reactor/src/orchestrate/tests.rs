//! What becomes of resources whose group does not answer, and of watches whose selection changes.

mod race;

use kopf_core::handler::On;

use super::*;
use crate::fixtures;

#[track_caller]
fn check(silent: &[&str], expected: usize) {
    let served = Arc::new(fixtures::served(fixtures::handler(On::Create)));
    let silent = silent.iter().map(|path| ((*path).to_owned(), "down".to_owned())).collect();
    let mut discovered = Discovered { resources: vec![], silent };
    retain_silent(std::iter::once(served), &mut discovered);
    assert_eq!(discovered.resources.len(), expected);
}

#[test]
fn what_is_served_of_a_silent_group_is_served_still() {
    check(&[], 0);
    check(&["/apis/zalando.org/v1"], 1);
    check(&["/apis/zalando.org/v2", "/apis/zalando.org.example/v1"], 0);
}
