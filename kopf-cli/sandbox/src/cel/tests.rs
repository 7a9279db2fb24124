//! What expressions come to, row by row.

use std::collections::HashMap;

use kube_cel::cel::Value;

use super::*;

mod bounds;
mod rows;
mod typed;

struct Known;

impl Names for Known {
    fn typing(&self, program: &Program) -> Typing {
        let variables = ["long", "none", "object"].into_iter();
        Typing::of(program, &variables.fold(Declarations::default(), |all, name| all.with(name, Type::DYN)))
    }

    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "long" => Some("a".repeat(1_400_000).into()),
            "none" => Some(Value::Null),
            "object" => Some(HashMap::from([("a", 1)]).into()),
            _ => None,
        }
    }
}

fn found(source: &str) -> Result<String, String> {
    let (outcome, _) = run(&compile(source)?, &Known);
    outcome.map_err(|fault| fault.told().to_owned()).map(|value| match value {
        Value::Bool(held) => held.to_string(),
        Value::Int(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

#[track_caller]
fn check_row(source: &str, expected: &str) {
    assert_eq!(found(source).as_deref(), Ok(expected), "{source}");
}

#[test]
fn patterns_that_go_takes_are_looked_for() {
    check_row("'a]'.matches('^[^[]+$')", "true");
    check_row("'a['.matches('^[^[]+$') || matches('a[', '[^[]$')", "false");
    check_row(r"'\n'.matches(r'^\012$')", "true");
    check_row("'a[b[c'.find('[[]b') == '[b'", "true");
    check_row("'a[b[c'.findAll('[[].') == ['[b', '[c'] && 'aaa'.findAll('a', 2).size() == 2", "true");
    check_row("'aaa'.findAll('a', -1).size() == 3", "true");
}

#[test]
fn what_the_evaluator_has_for_absent_is_what_may_be_absent() {
    check_row("!format.dns1123Label().validate('a').hasValue()", "true");
    check_row("format.dns1123Label().validate('A!').hasValue()", "true");
    check_row("format.dns1123Label().validate('a') == optional.none()", "true");
    check_row("format.dns1123Label().validate('A!')[0].orValue('') != ''", "true");
    check_row("format.dns1123Label().validate('A!').value().size() > 0", "true");
    check_row("format.named('dns1123Label').hasValue() && !format.named('x').hasValue()", "true");
    check_row("format.named('dns1123Label').value().validate('a').orValue(['x']) == ['x']", "true");
}

#[test]
fn fields_that_may_be_absent_are_absent_from_what_has_none() {
    check_row("none.?spec.?replicas.orValue(0)", "0");
    check_row("none.?spec.replicas.orValue(0)", "0");
    check_row("object.?a.?b.orValue(3) + object.?a.orValue(3)", "4");
    check_row("object.?a.b.orValue(3)", "3");
    check_row("dyn(1).?a.hasValue() || none[?'a'].hasValue() || none[?0].hasValue()", "false");
    check_row("[none, object].exists(x, x.?a.orValue(0) == 1)", "true");
    check_row("optional.of({'a': [1]}).a[0].orValue(2) + [1][?0].orValue(2)", "2");
    check_row("[none, object].map(x, x.?a) == [optional.none(), optional.of(1)]", "true");
}

#[test]
fn fields_are_asked_for_of_what_may_be_absent() {
    check_row("has(optional.of({'a': 1}).a)", "true");
    check_row("has(optional.of({'a': 1}).b) || has(optional.none().a)", "false");
    check_row("[optional.of({'a': 1})].all(x, has(x.a) && !has(x.b))", "true");
    check_row("[{'a': 1}, {'b': 1}].map(x, has(x.a)) == [true, false]", "true");
    check_row("has(object.a) && !has(object.b)", "true");
}

#[test]
fn types_have_names() {
    check_row("type(ip('1.2.3.4')) == net.IP && type(cidr('1.2.3.0/24')) == net.CIDR", "true");
    check_row("type(object.?a) == optional_type && type(1) != optional_type", "true");
}

#[test]
fn what_is_too_deep_or_too_long_is_refused_in_the_words_of_a_server() {
    let refused = |source: &str, why: &str| {
        let told = compile(source).map(|_| ()).unwrap_err();
        assert_eq!(told, format!("compilation failed: ERROR: <input>:-1:0: {why}"), "{source:.60}");
    };
    let read = |source: &str| assert!(compile(source).is_ok(), "{source:.60}");
    let around =
        |before: &str, times: usize, after: &str| format!("{}1{}", before.repeat(times), after.repeat(times));
    let (limit, most) = ("expression recursion limit exceeded: 250", "max recursion depth exceeded");
    for (before, after, deepest) in [
        ("(", ")", 249),
        ("[", "]", 249),
        ("a[", "]", 249),
        ("a.f(", ")", 249),
        ("f(a.b+", ")", 124),
        ("(1+", ")", 124),
        ("1==(", ")", 124),
        ("true?1:", "", 249),
        ("(true?", ":1)", 248),
    ] {
        read(&around(before, deepest, after));
        refused(&around(before, deepest + 1, after), limit);
    }
    for link in [".a", "[0]", "+1", "<1"] {
        read(&format!("a{}", link.repeat(250)));
        refused(&format!("a{}", link.repeat(251)), most);
    }
    read(&vec!["self.a.b.c == 1"; 1_000].join(" && "));
    read(&format!("'{}'", "x".repeat(LONGEST - 2)));
    let long = "expression code point size exceeds limit: size: 100001, limit 100000";
    refused(&format!("'{}'", "x".repeat(LONGEST - 1)), long);
}

#[test]
fn what_is_no_number_is_sorted_last() {
    let items: Vec<String> = (0..60)
        .map(|item| if item % 3 == 0 { "0.0 / 0.0".to_owned() } else { format!("{item}.0") })
        .collect();
    check_row(&format!("[{}].sort()[39] == 59.0", items.join(", ")), "true");
}

#[test]
fn a_list_is_not_looked_for_in_beyond_what_may_be_done() {
    let many = vec!["7"; 20_000].join(", ");
    let outcome = found(&format!("lists.range(2000).all(x, !(x + 100000 in [{many}]))"));
    assert_eq!(outcome, Err("operation cancelled: actual cost limit exceeded".to_owned()));
}

#[test]
fn what_is_made_side_by_side_is_bounded() {
    let limit = Err("operation cancelled: actual cost limit exceeded".to_owned());
    let long = format!("'{}'", "a".repeat(1_000));
    let longer = format!("'{}'", "b".repeat(16_000));
    assert_eq!(found(&format!("lists.range(60).map(i, {long}.replace('a', {longer})).size()")), limit);
    assert_eq!(found("lists.range(60).map(i, lists.range(60000) + lists.range(60000)).size()"), limit);
    assert_eq!(found(r"lists.range(3000).all(i, !'a'.matches('(?i)\\pL{99}x' + string(i)))"), limit);
}

#[test]
fn texts_are_not_gone_through_beyond_what_may_be_done() {
    let limit = Err("operation cancelled: actual cost limit exceeded".to_owned());
    for what in ["long.charAt(1399999) == 'x'", "size(long) < i", "{long: i}[long] < i"] {
        assert_eq!(found(&format!("lists.range(20000).all(i, {what} || true)")), limit, "{what}");
        check_row(&format!("lists.range(9).all(i, {what} || true)"), "true");
    }
}

#[test]
fn signs_undo_each_other() {
    check_row("!!true", "true");
    check_row("!!!true || ! ! false", "false");
    check_row("1 --1 - ---2", "4");
    check_row("--object.a", "1");
    let before = std::time::Instant::now();
    check_row(&format!("{}true{}", "!!(".repeat(30), ")".repeat(30)), "true");
    check_row(&format!("{}1{}", "--(".repeat(30), ")".repeat(30)), "1");
    assert!(found(&format!("{}true # {}", "!!(".repeat(30), ")".repeat(30))).is_err());
    assert!(before.elapsed().as_secs() < 5, "{:?}", before.elapsed());
}
