//! Where a watch goes on after each way in which a stream ends.

use super::*;
use crate::cluster::Status;

#[track_caller]
fn check(end: &End, progressed: bool, expected: (&str, bool)) {
    check_after(end, progressed, u32::from(!progressed), expected);
}

#[track_caller]
fn check_after(end: &End, progressed: bool, fruitless: u32, expected: (&str, bool)) {
    let (position, wait) = after(Position::After("7".into()), end, progressed, fruitless);
    let position = match position {
        Position::List => "list".to_owned(),
        Position::After(version) => version,
    };
    assert_eq!((position.as_str(), wait), expected);
}

fn refused(code: u16) -> End {
    End::Failed(Error::Refused(Status { code, ..Status::default() }))
}

#[test]
fn trap_18_a_stream_that_is_closed_goes_on_at_once_unless_it_brought_nothing() {
    check(&End::Closed, true, ("7", false));
    check(&End::Closed, false, ("7", true));
}

#[test]
fn an_expired_version_means_a_new_list_in_either_form() {
    check(&End::Expired, true, ("list", false));
    check(&End::Expired, false, ("list", true));
    check(&refused(410), false, ("list", true));
}

#[test]
fn a_version_that_is_refused_is_not_asked_for_twice() {
    check(&refused(400), false, ("list", true));
    check(&refused(422), false, ("list", true));
}

#[test]
fn any_other_trouble_keeps_the_position_and_waits() {
    check(&refused(403), true, ("7", true));
    check(&refused(500), true, ("7", true));
    check(&End::Failed(Error::Unreachable("cut".into())), true, ("7", true));
}

#[test]
fn what_cannot_be_read_again_and_again_is_listed_anew() {
    let garbled = End::Failed(Error::Malformed("a line".into()));
    check_after(&garbled, true, 0, ("7", true));
    check_after(&garbled, false, 2, ("7", true));
    check_after(&garbled, false, 3, ("list", true));
}

#[test]
fn an_error_event_is_told_from_its_code() {
    let event = |text: &str| error_event(text.as_bytes());
    assert!(matches!(event(r#"{"code":410,"reason":"Expired"}"#), End::Expired));
    assert!(matches!(event(r#"{"code":500}"#), End::Failed(Error::Refused(_))));
    assert!(matches!(event("7"), End::Failed(Error::Refused(_))));
}
