//! Which objects get a turn, and with what.

use kopf_core::handler::On;

use super::*;
use crate::fixtures;

/// A table with one source, whose events are taken as text and whose turns are told as text.
struct Table {
    slots: Slots,
    source: Arc<Source>,
}

impl Table {
    fn new(on: On) -> Table {
        let served = fixtures::served(fixtures::handler(on));
        let mut table = Table { slots: Slots::new(8 << 20), source: Source::new(1, served, None) };
        table.slots.begin_list(&table.source);
        table
    }

    /// Offers an event of `name` at a version; answers whether the object became ready.
    fn offer(&mut self, sight: Sight, name: &str, version: u64) -> bool {
        let raw = format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"default","uid":"{name}","resourceVersion":"{version}"}}}}"#
        );
        let header = Header::read(raw.as_bytes()).unwrap();
        self.slots.offer(&self.source, header, sight, Bytes::from(raw))
    }

    fn take(&mut self) -> Option<(Key, String)> {
        let turn = self.slots.take()?;
        let events = turn.pending.iter().map(|pending| match &pending.raw {
            Some(raw) => format!("{:?} {}", pending.sight, Header::read(raw).unwrap().version),
            None => format!("{:?}", pending.sight),
        });
        let events: Vec<String> = events.collect();
        Some((turn.key, format!("{} [{}]", turn.place, events.join(", "))))
    }

    #[track_caller]
    fn expect(&mut self, expected: &str) -> Key {
        let (key, found) = self.take().expect("a turn");
        assert_eq!(found, expected);
        key
    }

    fn rest(&mut self, key: Key, newest: u64, wake_at: Option<Timestamp>) -> bool {
        let memory = Memory { newest: Some(Version::Number(newest)), ..Memory::default() };
        self.slots.rest(key, Rest::Until(wake_at, memory)).ready > 0
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn of_several_events_the_last_one_is_enough_for_all_but_spies() {
    for (on, expected) in
        [(On::Create, "default/a [Modified 2]"), (On::Event, "default/a [Added 1, Modified 2]")]
    {
        let mut table = Table::new(on);
        assert!(table.offer(Sight::Added, "a", 1));
        assert!(!table.offer(Sight::Modified, "a", 2), "it is ready already");
        table.expect(expected);
        assert!(table.take().is_none());
    }
}

#[test]
fn an_object_has_one_worker_at_a_time_and_its_turn_again_if_something_happened_meanwhile() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let key = table.expect("default/a [Added 1]");
    assert!(!table.offer(Sight::Modified, "a", 3));
    assert!(table.take().is_none());
    assert!(table.rest(key, 2, None));
    table.expect("default/a [Modified 3]");
}

#[test]
fn the_echo_of_a_turns_own_write_is_no_turn_for_any_but_spies() {
    for (on, has_turn) in [(On::Create, false), (On::Event, true)] {
        let mut table = Table::new(on);
        table.offer(Sight::Added, "a", 1);
        let key = table.expect("default/a [Added 1]");
        table.offer(Sight::Modified, "a", 2);
        assert_eq!(table.rest(key, 2, None), has_turn);
        assert_eq!(table.slots.bytes > 0, has_turn, "what is let go of is not counted");
    }
}

#[test]
fn who_is_roused_in_a_turn_has_another_one() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let key = table.expect("default/a [Added 1]");
    assert!(!table.slots.rouse(&key));
    table.offer(Sight::Modified, "a", 2);
    assert!(table.rest(key, 2, None));
    table.expect("default/a [Modified 2]");
}

#[test]
fn an_object_that_two_sources_have_has_one_worker_at_a_time() {
    for is_forgotten in [true, false] {
        let mut table = Table::new(On::Create);
        table.offer(Sight::Added, "a", 1);
        let key = table.expect("default/a [Added 1]");
        // Another source lists it while its handler runs.
        let (first, served) = (table.source.clone(), fixtures::served(fixtures::handler(On::Create)));
        table.source = Source::new(2, served, None);
        table.slots.begin_list(&table.source);
        if is_forgotten {
            table.slots.forget(&first);
        }
        assert!(table.offer(Sight::Listed, "a", 1));
        assert!(table.offer(Sight::Listed, "b", 1));
        assert!(table.take().is_none(), "it waits");
        table.expect("default/b [Listed 1]");

        assert!(table.rest(key, 2, None));
        let turn = table.slots.take().unwrap();
        assert_eq!(turn.source.id, 2);
        assert!(turn.memory.doubted, "what was seen before the other turn ended may be old");
        table.rest(turn.key, 2, None);
        assert!(table.take().is_none());
    }
}

#[test]
fn a_source_that_is_forgotten_while_it_waits_for_the_turn_of_another_gets_none() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let key = table.expect("default/a [Added 1]");
    table.source = Source::new(2, fixtures::served(fixtures::handler(On::Create)), None);
    table.slots.begin_list(&table.source);
    table.offer(Sight::Listed, "a", 1);
    assert!(table.take().is_none(), "it waits");
    table.slots.forget(&table.source.clone());
    assert!(!table.rest(key, 2, None));
    assert!(table.take().is_none());
}

#[test]
fn the_echo_of_our_own_write_is_news_to_spies_alone() {
    for (on, news) in [(On::Create, false), (On::Event, true)] {
        let mut table = Table::new(on);
        table.offer(Sight::Added, "a", 1);
        let (key, _) = table.take().unwrap();
        table.rest(key, 2, None);
        assert_eq!(table.offer(Sight::Modified, "a", 2), news);
    }
}

#[test]
fn a_second_list_tells_of_what_changed_and_of_what_vanished() {
    let mut table = Table::new(On::Event);
    for name in ["a", "b", "c"] {
        table.offer(Sight::Listed, name, 1);
        let (key, _) = table.take().unwrap();
        table.rest(key, 1, None);
    }
    table.slots.begin_list(&table.source);
    assert!(!table.offer(Sight::Listed, "a", 1));
    assert!(table.offer(Sight::Listed, "b", 5));
    assert_eq!(table.slots.complete_list(&table.source), 1);
    table.expect("default/b [Listed 5]");
    table.expect("default/c [Deleted]");
}

#[test]
fn a_retry_comes_at_its_time_even_if_something_else_happens_before() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let (key, _) = table.take().unwrap();
    table.rest(key, 1, Some(at(100)));
    assert_eq!((table.slots.wake(at(99)), table.slots.next_wake()), (0, Some(at(100))));
    table.offer(Sight::Modified, "a", 2);
    let turn = table.slots.take().unwrap();
    assert_eq!(turn.wake_at, Some(at(100)));
    assert_eq!(table.slots.next_wake(), None);
    table.rest(turn.key, 2, turn.wake_at);
    assert_eq!(table.slots.wake(at(100)), 1);
    table.expect("default/a []");
}

#[test]
fn a_retry_whose_time_comes_while_an_event_waits_is_not_lost() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let (key, _) = table.take().unwrap();
    table.rest(key, 1, Some(at(100)));
    table.offer(Sight::Modified, "a", 2);
    assert_eq!(table.slots.wake(at(101)), 0, "it is ready already");
    assert_eq!(table.slots.take().unwrap().wake_at, Some(at(100)));
}

#[test]
fn an_object_is_looked_at_when_its_daemon_ends_even_if_an_event_waits_that_is_no_news() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let (key, _) = table.take().unwrap();
    assert!(!table.slots.rouse(&key), "it has its turn");
    table.offer(Sight::Modified, "a", 2);
    assert!(table.rest(key, 2, None));
    assert!(table.slots.take().unwrap().roused);
}

#[test]
fn past_the_budget_bytes_are_let_go_where_the_object_can_be_fetched() {
    for (on, kept) in [(On::Create, false), (On::Event, true)] {
        let mut table = Table::new(on);
        table.slots.bytes = 8 << 20;
        assert!(table.slots.is_full());
        table.offer(Sight::Added, "a", 1);
        let turn = table.slots.take().unwrap();
        assert_eq!(turn.pending[0].raw.is_some(), kept);
    }
}

#[test]
fn what_comes_while_an_object_goes_is_neither_lost_nor_counted_for_ever() {
    let mut table = Table::new(On::Event);
    table.offer(Sight::Added, "a", 1);
    let (key, _) = table.take().unwrap();
    table.offer(Sight::Modified, "a", 2);
    assert_eq!(table.slots.rest(key, Rest::Gone).ready, 1);
    let key = table.expect("default/a [Modified 2]");
    assert_eq!(table.slots.rest(key, Rest::Gone), After::default());
    assert_eq!((table.slots.slots.len(), table.slots.bytes), (0, 0));
}

#[test]
fn what_is_news_is_asked_of_the_server_where_it_cannot_be_known() {
    let check = |newest: Option<&str>, doubted, version: &str, expected| {
        let memory = Memory { newest: newest.map(Version::new), doubted, ..Memory::default() };
        assert_eq!(memory.is_news(&Version::new(version)), expected, "{newest:?} {doubted} {version}");
    };
    check(None, false, "7", Some(true));
    check(Some("6"), false, "7", Some(true));
    check(Some("7"), false, "7", Some(false));
    check(Some("text"), false, "text", Some(false));
    check(Some("text"), false, "other", None);
    // The server has said that the object is gone.
    check(None, true, "7", None);
    check(Some("6"), true, "7", None);
    check(Some("7"), true, "7", Some(false));
}

#[test]
fn what_is_doubted_stays_so_until_the_next_turn() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let (key, _) = table.take().unwrap();
    table.slots.rest(key, Rest::Until(None, Memory { doubted: true, ..Memory::default() }));
    table.offer(Sight::Modified, "a", 2);
    assert!(table.slots.take().unwrap().memory.doubted);
}

#[test]
fn nothing_is_left_of_a_source_that_is_forgotten() {
    let mut table = Table::new(On::Create);
    table.offer(Sight::Added, "a", 1);
    let (key, _) = table.take().unwrap();
    table.offer(Sight::Added, "b", 1);
    table.rest(key.clone(), 1, Some(at(1)));
    let mut forgotten = table.slots.forget(&table.source.clone());
    forgotten.sort();
    assert_eq!(forgotten, ["a".into(), "b".into()]);
    assert_eq!((table.slots.slots.len(), table.slots.bytes, table.slots.next_wake()), (0, 0, None));
    assert!(table.take().is_none());
    let after = table.slots.rest(key, Rest::Until(None, Memory::default()));
    assert!(after.is_unknown, "a turn that was under way ends without harm, and is told so");
}

#[test]
fn however_little_room_there_is_one_event_can_wait() {
    let mut table = Table::new(On::Event);
    table.slots.limit = 0;
    assert!(!table.slots.is_full());
    table.offer(Sight::Added, "a", 1);
    assert!(table.slots.is_full());
    table.take().unwrap();
    assert!(!table.slots.is_full());
}

#[test]
fn what_the_watch_of_a_forgotten_source_has_in_hand_still_is_nobodys() {
    let mut table = Table::new(On::Event);
    table.slots.forget(&table.source.clone());
    assert!(!table.offer(Sight::Listed, "a", 1));
    table.slots.begin_list(&table.source.clone());
    assert!(!table.offer(Sight::Listed, "b", 1));
    assert_eq!((table.slots.slots.len(), table.slots.bytes, table.slots.sources.len()), (0, 0, 0));
}

#[test]
fn an_object_at_rest_costs_less_than_400_bytes() {
    let uid = "5ee74367-475f-4aa4-a15d-f2dcc2d4738e".len();
    let name = "a-name-of-the-usual-length".len();
    // A hash table is at most 7/8 full, and at least half of that; allocations are rounded up by 16 bytes at most.
    let entry = 16 * (size_of::<Key>() + size_of::<Slot>() + 1) / 7;
    assert!(entry + uid + name + 2 * 16 <= 400, "{} bytes", entry + uid + name + 2 * 16);
}
