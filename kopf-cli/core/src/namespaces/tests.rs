//! Which names match which patterns, and which patterns are refused.

use super::*;

/// Which of the names a pattern matches.
#[track_caller]
fn check_matches(pattern: &str, names: &str, expected: &str) {
    let patterns = Patterns::new([Pattern::parse(pattern).unwrap()]);
    let found: Vec<_> = names.split_whitespace().filter(|name| patterns.matches(name)).collect();
    assert_eq!(found.join(" "), expected, "of {pattern}");
}

#[test]
fn a_glob_fits_whole_names() {
    check_matches("ns1", "ns1 ns2 ns11 xns1", "ns1");
    check_matches("ns*", "ns ns1 xns", "ns ns1");
    check_matches("*-pr-*", "a-pr-1 a-pr -pr- pr", "a-pr-1 -pr-");
    check_matches("ns?", "ns ns1 ns12", "ns1");
    check_matches("ns[1-3x]", "ns1 ns3 nsx ns4 ns", "ns1 ns3 nsx");
    check_matches("ns[!1-3]", "ns1 ns4 nsx ns", "ns4 nsx");
    check_matches("*a*b*", "ab xaxbx ba aab abb b", "ab xaxbx aab abb");
    check_matches("**", "a b", "a b");
    check_matches("*aab", "aaab aab ab caaab", "aaab aab caaab");
}

#[test]
fn parts_take_out_and_take_back_in_from_left_to_right() {
    check_matches(
        "myapp-*,!*-pr-*,*-pr-123",
        "myapp-a myapp-pr-1 myapp-pr-123 other-pr-123",
        "myapp-a myapp-pr-123",
    );
    check_matches("!kube-*", "kube-system default", "default");
    check_matches("! kube-* , !default", "kube-system default a", "a");
    check_matches("*, !a, a", "a b", "a b");
    check_matches("a*,!ab*,!b*", "a ab b ac", "a ac");
}

#[test]
fn one_of_several_patterns_is_enough() {
    let patterns = ["b", "a*,!ab", "b"].map(|text| Pattern::parse(text).unwrap());
    let patterns = Patterns::new(patterns);
    assert_eq!(["a", "ab", "b", "c"].map(|name| patterns.matches(name)), [true, false, true, false]);
    assert_eq!(patterns.names().collect::<Vec<_>>(), ["b"]);
    assert!(!patterns.are_names());
    assert!(Patterns::new([Pattern::parse("b").unwrap()]).are_names());
}

#[track_caller]
fn check_refused(pattern: &str, expected: &str) {
    assert_eq!(Pattern::parse(pattern).unwrap_err().to_string(), expected);
}

#[test]
fn what_can_match_nothing_is_refused_with_the_way_out() {
    let parts =
        "a pattern is names and globs (* ? [a-z]), separated by commas, with ! before what is left out";
    check_refused("", &format!("`` has an empty part; {parts}"));
    check_refused("a*,,b", &format!("`a*,,b` has an empty part; {parts}"));
    check_refused("!", &format!("`!` has an empty part; {parts}"));
    let characters = "but a namespace's name is made of a-z, 0-9 and `-`, and a glob of * ? [a-z] besides";
    check_refused("A", &format!("`A` has `A` in it, {characters}"));
    check_refused("a.b", &format!("`a.b` has `.` in it, {characters}"));
    check_refused("a!b", &format!("`a!b` has `!` in it, {characters}"));
    check_refused("a]", &format!("`a]` has `]` in it, {characters}"));
    check_refused("a[]b", &format!("`a[]b` has `]` in it, {characters}"));
    check_refused("a[b", "`a[b` has a [ without a ]");
    let name = "is no namespace's name: that is 1 to 63 of a-z, 0-9 and dashes, with no dash at either end";
    check_refused("-a", &format!("`-a` {name}"));
    let long = "x".repeat(64);
    check_refused(&long, &format!("`{long}` {name}"));
    check_refused(
        "ns1,ns2",
        "`ns2` adds nothing to `ns1`, for parts after the first only sort out what the first one matches; say -n once more \
         for another namespace",
    );
}
