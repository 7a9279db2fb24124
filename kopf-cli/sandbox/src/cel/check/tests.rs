//! Types, words and places, row by row; the words are a server's.

use super::{super::compile, *};

fn variables() -> Declarations<'static> {
    Declarations::default()
        .with("n", Type::INT)
        .with("s", Type::STRING)
        .with("list", Type::list(Type::INT))
        .with("map", Type::map(Type::STRING, Type::STRING))
        .with("maybe", Type::optional(Type::INT))
        .with("any", Type::DYN)
}

fn found(source: &str) -> String {
    match compile(source).and_then(|program| check(&program, &variables())) {
        Ok(checked) => checked.unready.unwrap_or_else(|| checked.of.to_string()),
        Err(why) => why.replace("compilation failed: ", "").replace("ERROR: <input>:", ""),
    }
}

/// The first line of each fault, or the type.
#[track_caller]
fn check_row(source: &str, expected: &str) {
    let found = found(source);
    let told: Vec<&str> = found.lines().filter(|line| !line.starts_with(" | ")).collect();
    assert_eq!(told.join("; "), expected, "{source}");
}

#[test]
fn expressions_are_of_types() {
    check_row("n + 1 > 2 ? s : 'x'", "string");
    check_row("list.map(x, [string(x)])", "list(list(string))");
    check_row("map.transformMap(k, v, v.size())", "map(string, int)");
    check_row("any.x.y", "dyn");
    check_row("n > 1 ? any : s", "dyn");
    check_row("[]", "list(dyn)");
    check_row("type(n)", "type(int)");
    check_row("maybe.optMap(x, string(x))", "optional_type(string)");
    check_row("list[?0].orValue(1) + -1", "int");
    check_row("list.sortBy(x, -x).first().value()", "int");
    check_row("ip('1.2.3.4')", "net.IP");
    check_row("type(ip('1.2.3.4')) == net.IP && type(any) == net.CIDR && type(any) == optional_type", "bool");
    check_row("net.IP", "type(net.IP)");
    check_row("!!!s", "1:1: found no matching overload for '!_' applied to '(string)'");
    check_row(
        "map.matches('x') || s.matches('^[^[]+$') && s.matches(r'\\012')",
        "1:12: found no matching overload for 'matches' applied to 'map(string, string).(string)'",
    );
    check_row("[n, any].filter(x, x == 1)", "1:5: expected type 'int' but found 'dyn'");
}

#[test]
fn faults_are_told_where_they_are() {
    check_row("n + 'a'", "1:3: found no matching overload for '_+_' applied to '(int, string)'");
    check_row("  s.size(1)", "1:9: found no matching overload for 'size' applied to 'string.(int)'");
    check_row(
        "n.x || list.y",
        "1:2: type 'int' does not support field selection; 1:12: type 'list(int)' does not support field selection",
    );
    check_row(
        "a.b(c)",
        "1:1: undeclared reference to 'a' (in container ''); 1:4: undeclared reference to 'b' (in container ''); 1:5: undeclared reference to 'c' (in container '')",
    );
    check_row(
        "n > 1 &&\n  'é' + 1 == s",
        "2:7: found no matching overload for '_+_' applied to '(string, int)'",
    );
    check_row("list.all(x, x)", "1:13: expected type 'bool' but found 'int'");
    check_row(
        "n.all(x, x)",
        "1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    );
    check_row(
        "x.optMap(y, y)",
        "1:1: undeclared reference to 'x' (in container ''); 1:1: undeclared reference to 'x' (in container '')",
    );
    check_row("list.all(1, true)", "1:10: argument must be a simple name");
    check_row(
        "'%d %s'.format([s, 1])",
        "1:17: error during formatting: decimal clause can only be used on integers, was given string",
    );
    check_row("duration('x') > duration('1h')", "1:10: invalid duration argument");
    check_row(
        "s.find('[') == ''",
        "program instantiation failed: error parsing regexp: missing closing ]: `[`",
    );
    assert_eq!(found("s.x"), "1:2: type 'string' does not support field selection\n | s.x\n | .^");
}

#[test]
fn whatever_is_written_is_checked_soon() {
    let doubled = format!("[1]{} == 1", ".map(x, {x: x})".repeat(60));
    assert!(
        found(&doubled).starts_with("1:905: found no matching overload for '_==_' applied to '(list(map(")
    );
    let absent = format!("nothing{}", ".optMap(x, x)".repeat(60));
    assert!(found(&absent).ends_with(" more errors were truncated"));
    let many = vec!["n == 'a'"; 5_000].join(" || ");
    assert_eq!(found(&many).lines().count(), 101);
    let long = format!("{{{}}} + 1", "'a': o");
    let wide = variables().with("o", Type::object("o".repeat(20_000), None));
    let Err(why) = check(&compile(&long).unwrap(), &wide) else { panic!("{long}") };
    assert!(why.len() < 20_000 && why.contains("…"), "{} bytes", why.len());
    let empties = vec!["[] == [[]]"; 3_000].join(" && ");
    check_row(&empties, "bool");
}
