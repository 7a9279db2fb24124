//! What is read out of peering objects, who waits for whom, and for how long.

use super::*;

fn now() -> Timestamp {
    "2026-11-22T21:15:00Z".parse().unwrap()
}

/// The bytes of a peering object of this status.
fn whole(status: &Value) -> Vec<u8> {
    json!({ "status": status }).to_string().into_bytes()
}

/// The peers in a status, and what is no peer.
#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "rows read better without ampersands")]
fn check_read(status: Value, expected: &[&str]) {
    let found = read(&whole(&status), now());
    let peer =
        |peer: &Peer| format!("{} {} {}s {}", peer.id, peer.priority, peer.lifetime.as_secs(), peer.lastseen);
    let garbage = found.garbage.iter().map(|key| format!("no record: {key}"));
    let lines: Vec<String> = found.peers.iter().map(peer).chain(garbage).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_record_of_the_python_framework_is_read() {
    check_read(
        json!({ "root@vm/20261122215101/seo": {
            "priority": 666, "lifetime": 60, "lastseen": "2026-11-22T21:15:01.123456+00:00", "other": [] } }),
        &["root@vm/20261122215101/seo 666 60s 2026-11-22T21:15:01.123456Z"],
    );
    check_read(json!({ "a": {} }), &["a 0 60s 2026-11-22T21:15:00Z"]);
    check_read(
        json!({ "a": { "priority": "7", "lifetime": 5.9, "lastseen": "2026-11-22T22:15:01" } }),
        &["a 7 5s 2026-11-22T22:15:01Z"],
    );
    check_read(
        json!({ "a": { "lifetime": -5, "lastseen": "2026-11-22T22:15:01+01:00" } }),
        &["a 0 0s 2026-11-22T21:15:01Z"],
    );
}

#[test]
fn garbage_is_named_and_counts_for_nothing() {
    check_read(json!("what"), &["no record: status"]);
    check_read(json!([{ "a": {} }]), &["no record: status"]);
    check_read(json!(null), &[]);
    check_read(
        json!({ "a": 1, "b": [], "c": "x", "d": null, "e": { "priority": {} }, "f": { "lastseen": "soon" }, "g": {} }),
        &[
            "g 0 60s 2026-11-22T21:15:00Z",
            "no record: status.a",
            "no record: status.b",
            "no record: status.c",
            "no record: status.e",
            "no record: status.f",
        ],
    );
    check_read(json!({ "a": { "lastseen": 5 } }), &["no record: status.a"]);
}

#[test]
fn garbage_of_any_depth_hides_nobody() {
    let deep = format!("{}{}", "[".repeat(9_000), "]".repeat(9_000));
    let body =
        format!(r#"{{"spec":{deep},"status":{{"a":{deep},"b":{{"x":{deep}}},"c":{{"priority":1}}}}}}"#);
    let found = read(body.as_bytes(), now());
    let peers: Vec<&str> = found.peers.iter().map(|peer| peer.id.as_str()).collect();
    assert_eq!(peers, ["c"]);
    assert_eq!(found.garbage.into_iter().collect::<Vec<_>>(), ["status.a", "status.b"]);
}

#[test]
fn a_lifetime_beyond_all_time_never_ends() {
    let found = read(&whole(&json!({ "a": { "lifetime": i64::MAX } })), now());
    assert_eq!(found.peers[0].deadline(), Timestamp::MAX);
    check_read(json!({ "a": { "lifetime": 1e300 } }), &["a 0 9223372036854775807s 2026-11-22T21:15:00Z"]);
}

#[test]
fn a_record_is_written_as_the_python_framework_writes_it() {
    let lastseen = "2026-11-22T21:15:01.123456Z".parse().unwrap();
    let peer = Peer { id: "a".to_owned(), priority: 0, lifetime: LIFETIME, lastseen, message: None };
    assert_eq!(
        peer.record(),
        json!({ "priority": 0, "lifetime": 60, "lastseen": "2026-11-22T21:15:01.123456+00:00" })
    );
    assert_eq!(super::peer("a", peer.record().as_object().unwrap(), now()), Some(peer));
}

/// What is judged for `me`, of priority 0, beside peers of which each is a priority and the seconds until its death.
#[track_caller]
fn check_judge(others: &[(&str, i64, i64)], expected: &str) {
    let lastseen = |seconds| now() + SignedDuration::from_secs(seconds - 60);
    let peer = |&(id, priority, seconds): &(&str, i64, i64)| Peer {
        id: id.to_owned(),
        priority,
        lifetime: LIFETIME,
        lastseen: lastseen(seconds),
        message: None,
    };
    let peers: Vec<Peer> = others.iter().map(peer).collect();
    let Judgement { verdict, again_at, dead } = judge(&peers, "me", 0, now());
    let wait = again_at.map(|at| at.duration_since(now()).as_secs());
    assert_eq!(format!("{verdict:?} {wait:?} {dead:?}"), expected);
}

#[test]
fn the_higher_priority_goes_first() {
    check_judge(&[], "Go None []");
    check_judge(&[("me", 0, 60), ("low", -1, 60)], "Go None []");
    check_judge(&[("high", 1, 50), ("me", 0, 60)], r#"Yield(["high"]) Some(50) []"#);
    check_judge(&[("a", 9, 50), ("b", 1, 40), ("c", 0, 30)], r#"Yield(["a", "b"]) Some(40) []"#);
}

#[test]
fn the_same_priority_stops_both() {
    check_judge(&[("a", 0, 50), ("b", 0, 40), ("c", -1, 30)], r#"Conflict(["a", "b"]) Some(40) []"#);
}

#[test]
fn the_dead_are_before_nobody() {
    check_judge(&[("high", 1, 0), ("b", 0, -1), ("me", 0, -5)], r#"Go None ["high", "b"]"#);
}

#[test]
fn a_word_is_given_anew_before_it_ends() {
    let seconds = |lifetime, chance| period(Duration::from_secs(lifetime), chance).as_secs_f64();
    assert_eq!([seconds(60, 0.0), seconds(60, 1.0), seconds(60, 0.5)], [55.0, 50.0, 52.5]);
    assert_eq!([seconds(5, 0.0), seconds(1, 1.0), seconds(0, 0.0), seconds(11, 0.9)], [1.0, 1.0, 1.0, 1.5]);
}

#[track_caller]
fn check_pause(everywhere: bool, namespaces: &[&str], expected: [bool; 3]) {
    let namespaces = namespaces.iter().map(|name| (*name).to_owned()).collect();
    let pause = Pause { everywhere, namespaces };
    assert_eq!([pause.holds(Some("a")), pause.holds(Some("b")), pause.holds(None)], expected);
}

/// Trap 17: a conflict in one namespace paused all.
#[test]
fn a_pause_of_one_namespace_is_none_of_the_others() {
    check_pause(false, &[], [false, false, false]);
    check_pause(false, &["a"], [true, false, true]);
    check_pause(true, &[], [true, true, true]);
}

/// Trap 17: the message of `freeze` was taken and not used.
#[test]
fn why_somebody_has_us_wait_is_told() {
    let status = json!({ "me@vm": { "priority": 100, "message": "we\u{7} migrate\nnow" } });
    let peers = read(&whole(&status), now()).peers;
    assert_eq!(judge(&peers, "me", 0, now()).verdict, Verdict::Yield(vec!["me@vm: we migrate".to_owned()]));
    assert_eq!(peers[0].record()["message"], "we migrate");
}
