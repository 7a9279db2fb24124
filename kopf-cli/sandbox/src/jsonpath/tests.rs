//! Paths and what they lead to, in rows.

use serde_json::json;

use super::*;

#[track_caller]
fn check(path: &str, expected: Option<&str>) {
    let object = json!({
        "a": { "b": 1, "dotted.name": "d", "text": "<&>" },
        "list": [
            { "type": "Ready", "status": "True", "n": 1 },
            { "type": "Other", "status": "False", "n": 2, "half": 0.5 },
            { "type": "Last", "n": 3 },
        ],
        "null": null,
        "big": 1e21,
        "flag": true,
    });
    let parsed = parse(path);
    let found = parsed.as_ref().ok().and_then(|path| path.first(&object)).map(print);
    assert_eq!(found.as_deref(), expected, "{path}");
}

#[test]
fn steps_lead_to_fields_and_places() {
    check(".a.b", Some("1"));
    check("$.a.b", Some("1"));
    check(".a['b']", Some("1"));
    check(r".a.dotted\.name", Some("d"));
    check(".a.*", Some("1"));
    check(".list[1].n", Some("2"));
    check(".list[-1].n", Some("3"));
    check(".list[1:].n", Some("2"));
    check(".list[::2].n", Some("1"));
    check(".list[2,0].n", Some("3"));
    check(".list[*].half", Some("0.5"));
    check("..half", Some("0.5"));
}

#[test]
fn what_is_missing_is_nothing() {
    check(".missing", None);
    check(".a.b.c", None);
    check(".null.c", None);
    check(".list[7].n", None);
    check(".a[0]", None);
}

#[test]
fn filters_compare_like_with_like() {
    check(r#".list[?(@.type=="Other")].n"#, Some("2"));
    check(".list[?(@.type=='Other')].n", Some("2"));
    check(".list[?(@.n>1)].n", Some("2"));
    check(".list[?(@.n>=3)].type", Some("Last"));
    check(".list[?(@.status)].n", Some("1"));
    check(".list[?(@.status!=\"True\")].n", Some("2"));
    check(".list[?(@.n==\"1\")].n", None);
    check(".a[?(@.b==1)]", None);
}

#[test]
fn what_no_path_is_leads_nowhere() {
    for (text, expected) in [
        ("-", "cannot parse number -"),
        (".a[", "unterminated array"),
        (".a[x]", "invalid array index x"),
        (".a[-]", "array index - is not a number"),
        (".a[1:2:3:4]", "invalid array index 1:2:3:4"),
        ("....", "invalid multiple recursive descent"),
        (".a[?(@.b==1]", "unterminated filter"),
        (".a[?(@.b==1)", "unclosed array expect ]"),
        (".a[?(@.b==)]", "unrecognized character in action: U+003D '='"),
        (".a\\", "unclosed action"),
        ("'a", "unterminated quoted string"),
        (r"'\q'", r"unquote string '\q' error invalid syntax"),
        ("\u{1}", "unrecognized character in action: U+0001"),
        (".a}{%", "unrecognized character in action: U+0025 '%'"),
    ] {
        assert_eq!(parse(text).unwrap_err(), expected, "{text}");
    }
    check("range .list", None);
    check(".a[?(@.b=)]", None);
}

#[test]
fn values_are_printed_as_go_prints_them() {
    check(".a.text", Some("<&>"));
    check(".a", Some(r#"{"b":1,"dotted.name":"d","text":"\u003c\u0026\u003e"}"#));
    check(".null", Some("<no value>"));
    check(".big", Some("1e+21"));
    check(".flag", Some("true"));
    check("\"said\"", Some("said"));
}
