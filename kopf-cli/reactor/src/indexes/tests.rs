//! When handlers may be called.

use std::sync::Arc;

use kopf_core::handler::On;

use super::*;
use crate::fixtures;

fn source(number: u32, on: On) -> Arc<Source> {
    Source::new(number, fixtures::served(fixtures::handler(on)), None)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn nothing_is_waited_for_where_there_is_no_index() {
    let (indexes, plain) = (Indexes::default(), source(1, On::Create));
    indexes.join(&plain);
    assert!(!indexes.are_open(&plain), "others may still come");
    indexes.begin();
    assert!(indexes.are_open(&plain));
}

#[test]
fn every_indexed_source_of_the_start_is_waited_for_by_all() {
    let indexes = Indexes::default();
    let (first, second, plain) = (source(1, On::Index), source(2, On::Index), source(3, On::Create));
    [&first, &second, &plain].into_iter().for_each(|source| indexes.join(source));
    indexes.begin();
    indexes.leave(first.id);
    assert!(!indexes.are_open(&plain) && !indexes.are_open(&first));
    indexes.leave(second.id);
    assert!(indexes.are_open(&plain) && indexes.are_open(&first));
}

#[test]
fn a_source_that_comes_later_is_waited_for_by_itself_alone() {
    let (indexes, plain, late) = (Indexes::default(), source(1, On::Create), source(2, On::Index));
    indexes.begin();
    indexes.join(&late);
    assert!(indexes.are_open(&plain) && !indexes.are_open(&late));
    indexes.leave(late.id);
    assert!(indexes.are_open(&late));
}

#[test]
fn a_source_that_is_refused_is_waited_for_a_while() {
    let (indexes, denied) = (Indexes::default(), source(1, On::Index));
    indexes.join(&denied);
    indexes.begin();
    assert!(!indexes.refused(denied.id, at(100)) && !indexes.refused(denied.id, at(159)));
    assert!(!indexes.are_open(&denied));
    assert!(indexes.refused(denied.id, at(160)), "it is given up");
    assert!(indexes.are_open(&denied) && !indexes.refused(denied.id, at(161)), "and that is told once");
}
