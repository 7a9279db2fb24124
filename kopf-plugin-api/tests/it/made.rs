//! Handlers that macros have made: they stand in the order in which an author has written them.

use kopf_plugin_api::prelude::*;

use crate::host::start;

macro_rules! listed {
    ($($name:ident)*) => {$(
        #[kopf::on::create("made")]
        #[kopf::on::resume("made")]
        fn $name() {}
    )*};
}

#[rustfmt::skip]
listed! { zebra ant monkey
    bee }

macro_rules! fixed {
    () => {
        #[kopf::on::event("made")]
        fn yak() {}
        #[kopf::on::event("made")]
        fn cat() {}
    };
}

fixed!();

#[test]
fn handlers_that_one_macro_makes_stand_as_they_are_written() {
    let manifest = start().manifest.clone();
    let made = manifest.handlers.iter().filter(|handler| handler.selector == ["made"]);
    let made: Vec<String> = made.map(|handler| format!("{:?} {}", handler.on, handler.id)).collect();
    let expected = [
        "Create zebra",
        "Resume zebra",
        "Create ant",
        "Resume ant",
        "Create monkey",
        "Resume monkey",
        "Create bee",
        "Resume bee",
        "Event yak",
        "Event cat",
    ];
    assert_eq!(made, expected);
}
