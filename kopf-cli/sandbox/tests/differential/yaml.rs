//! Bodies in YAML mean what they mean to a real server: keys of all kinds, tags, aliases, levels by the thousand.

use crate::bad_input::{APPLY, Row, YAML, check};

const ROW: &str = "kind: Row\napiVersion: differential.kopf.test/v1\nmetadata: {name: r}\n";

/// Each text behind the beginning of an object, as an object and as a configuration.
async fn check_texts(texts: &[&str]) {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for text in texts {
        let body = format!("{ROW}{text}").into_bytes();
        rows.push((text, "POST rows?dryRun=All", YAML, body.clone()));
        rows.push((text, "POST rows?dryRun=All&fieldValidation=Strict", YAML, body.clone()));
        rows.push((text, "PATCH rows/r?fieldManager=m&dryRun=All", APPLY, body.clone()));
        rows.push((text, "PATCH rows/r?fieldManager=m&dryRun=All&fieldValidation=Strict", APPLY, body));
    }
    check(&rows).await;
}

#[tokio::test]
async fn keys_are_texts_in_the_end() {
    check_texts(&[
        "spec: {1: a, 1.5: b, true: c, yes: d, 0x10: e}\n",
        "spec: {1000000.0: a, 0.00001: b, 1e30: c, .inf: d, -.inf: e, .nan: f}\n",
        "spec: {1e99: g}\n",
        "spec: {null: a}\n",
        "spec: {~: {b: [1, x, null, 1.5, true]}}\n",
        "spec: {18446744073709551615: a}\n",
        "spec: {[a]: b}\n",
        "spec: {{a: 1}: b}\n",
        "spec:\n  ? [a, {b: c}]\n  : d\n",
        "spec:\n  ? {a: [1, null]}\n",
        "spec: {[]: b}\n",
        "spec: {a: 1, a: 2, b: {c: 1, c: 2}, a: 3}\n",
        "spec: {1: a, 1: b}\n",
        "spec:\n  ? [{10: a, 9: b, -1: c}, {b: 1, a: 2, B: 3}, {1.5: a, -2.5: b, .nan: c}, {yes: a, no: b}]\n",
        "spec:\n  ? [{1: a, b: c, 1.5: d, yes: e, null: f, 18446744073709551615: g}]\n",
        "spec:\n  w: &x {a: 1}\n  x: *x\n  u: {<<: *x, b: 2, a: 3}\n  z: {<<: [*x, {a: 4, c: 5}]}\n",
        "spec: {<<: 1}\n",
        "spec: {<<: [1]}\n",
        "spec: {\"<<\": {a: 1}}\n",
        "spec: {!!merge <<: {a: 1}}\n",
    ])
    .await;
}

#[tokio::test]
async fn tags_hold_or_are_contradicted() {
    check_texts(&[
        "spec: {a: !!int 5, b: !!str 5, c: !!float 5, d: !!bool yes, e: !!null ''}\n",
        "spec: {a: !!int x}\n",
        "spec: {a: !!int 1.5}\n",
        "spec: {a: !!int <<, b: 1}\n",
        "spec: {a: !!timestamp <<}\n",
        "spec: {a: !!str <<, b: <<, c: !!merge <<}\n",
        "spec: {a: !!int \"5\"}\n",
        "spec: {a: !!float x}\n",
        "spec: {a: !!bool 1}\n",
        "spec: {a: !!null x}\n",
        "spec: {a: !!timestamp x}\n",
        "spec: {a: !!timestamp 2001-02-30}\n",
        "spec: {a: !!timestamp 2001-02-03T04:05:06Z, b: 2001-02-03}\n",
        "spec: {a: !!binary aGVsbG8=}\n",
        "spec: {a: !!binary \"/w==\"}\n",
        "spec: {a: !!binary x}\n",
        "spec: {a: !!map x, b: !!seq {}, c: !local y, d: ! 5, e: !<x> 6}\n",
        "spec: {a: !!str}\n",
        "spec: {a: !!int}\n",
        "spec: {a: &x &y b}\n",
        "spec: {a: !!str !!str b}\n",
        "spec: {a: !a%zz b}\n",
        "spec: {a: !a%41%c3%a9 b}\n",
        "spec: {a: !<> b}\n",
        "spec: {a: !x!y b}\n",
        "spec:\n  a: |+-\n    b\n",
        "spec:\n  a: |10\n    b\n",
        "spec:\n  a: |2+ # c\n      b\n\n",
        "spec:\n  a: &x\n    - *x\n",
        "spec: {a: .nan}\n",
        "spec: {a: .inf}\n",
        "spec: {a: 017, b: 08, c: 0o17, d: 0b11, e: 1_000, f: +1, g: 1e3, h: 1e999, i: 2.0, j: 1e-7, k: 0b-1}\n",
        "spec: {a: on, b: Off, c: y, d: N, e: ~, f: '', g: \"\", h: Null}\n",
        "spec: {b: -9223372036854775808, c: 1e22, d: 123456789012345678901234567890}\n",
    ])
    .await;
    let texts = [
        "%TAG\n---\na: b\n",
        "%TAG !k\n---\na: b\n",
        "%TAG !k! \n---\na: b\n",
        "%TAG k x\n---\na: b\n",
        "%TAG !k! x y\n---\na: b\n",
        "%TAG !k! x\n%TAG !k! y\n---\na: b\n",
        "%TAG !! tag:yaml.org,2002:int\n---\na: !! b\n",
        "%TAG !k! x # c\n---\na: !k!y b\n",
        "%YAML 1.1\n%YAML 1.1\n---\na: b\n",
        "%YAML 1\n---\na: b\n",
        "%YAML 1.123\n---\na: b\n",
        "%YAML x\n---\na: b\n",
        "%YAML 1.1 x\n---\na: b\n",
    ];
    let rows: Vec<Row<'_>> = texts
        .iter()
        .map(|text| (*text, "POST configmaps?dryRun=All", YAML, text.as_bytes().to_vec()))
        .collect();
    check(&rows).await;
}

#[tokio::test]
async fn bytes_are_read_piece_by_piece() {
    let filled = |letters: usize, end: &[u8]| [&vec![b'#'; letters][..], b"\na: b: c\n", end].concat();
    let mut rows: Vec<Row<'_>> = Vec::new();
    for letters in [0, 100, 490, 495, 500, 503, 505, 507, 510, 512, 600, 1010, 1020, 1024] {
        for end in [&b"\xff"[..], b"\xc3", b"\xe2\x82", b"\x01", b"\xc0\x80", b"\xed\xa0\x80"] {
            rows.push(("a fault before", "POST configmaps?dryRun=All", YAML, filled(letters, end)));
            let valid = [&b"a: "[..], &vec![b'b'; letters], b"\n", end].concat();
            rows.push(("a fault in the end", "POST configmaps?dryRun=All", YAML, valid));
        }
    }
    let wide: Vec<u16> = "\u{feff}metadata: {name: \u{1f600}}\n".encode_utf16().collect();
    rows.push((
        "little ends",
        "POST configmaps",
        YAML,
        wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
    ));
    rows.push((
        "big ends",
        "POST configmaps",
        YAML,
        wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
    ));
    check(&rows).await;
}

#[tokio::test]
async fn levels_and_aliases_have_their_bounds() {
    let row = |spec: String| format!("{ROW}spec:\n  a: {spec}\n").into_bytes();
    let lists = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let blocks = |levels: usize| format!("\n  {}", "- ".repeat(levels));
    let both = || row(blocks(6_000) + &lists(6_000));
    // What is unknown is read and not shown.
    let unknown = |value: String| format!("metadata: {{name: r}}\nunknown: {value}\n").into_bytes();
    // Each list has ten times what the one before has.
    let aliases = |count: usize| {
        let list = |n: usize| format!("  x{n}: &x{n} [{}]\n", format!("*x{}, ", n - 1).repeat(10));
        let lists: String = (1..count).map(list).collect();
        format!("{ROW}spec:\n  x0: &x0 [1]\n{lists}").into_bytes()
    };
    let (objects, configurations) = ("POST rows?dryRun=All", "PATCH rows/r?fieldManager=m&dryRun=All");
    let (maps, scales) = ("POST configmaps?dryRun=All", "PUT replicationcontrollers/r/scale");
    check(&[
        ("a hundred levels", objects, YAML, row(lists(100))),
        ("nine thousand levels", maps, YAML, unknown(lists(9_000))),
        ("eleven thousand levels", objects, YAML, row(lists(11_000))),
        ("a hundred levels in blocks", objects, YAML, row(blocks(100) + "1")),
        ("nine thousand levels in blocks", maps, YAML, unknown(blocks(9_000) + "1")),
        ("eleven thousand levels in blocks", objects, YAML, row(blocks(11_000) + "1")),
        ("ten thousand levels of both", objects, YAML, both()),
        ("ten thousand levels of both in a configuration", configurations, APPLY, both()),
        ("some aliases", objects, YAML, aliases(3)),
        ("many aliases", maps, YAML, aliases(5)),
        ("very many aliases", objects, YAML, aliases(12)),
        ("very many aliases in a configuration", configurations, APPLY, aliases(12)),
        ("levels of a scale", scales, YAML, unknown(blocks(500) + "1")),
        ("eleven thousand levels of a scale", scales, YAML, unknown(blocks(11_000) + "1")),
        ("300,000 values", maps, YAML, unknown(format!("[{}]", "1, ".repeat(300_000)))),
    ])
    .await;
}
