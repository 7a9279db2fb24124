//! What MIGRATING.md has on the right is Rust: each piece of it stands in a program that compiles.

#![allow(clippy::unwrap_used, clippy::panic, reason = "it is all tests, and a program that is not run")]

mod program;

const GUIDE: &str = include_str!("../../MIGRATING.md");
const PROGRAM: &str = include_str!("program.rs");

/// The chapters that have Rust on the right; in the others it is settings and commands.
const CHAPTERS: &[&str] = &[
    "Decorators",
    "Resources",
    "Filters",
    "Errors and retries",
    "Arguments",
    "What a handler returns and changes",
    "Daemons and timers",
    "What it remembers",
    "Objects of the cluster",
    "Lifecycles",
];

/// How far the parts of a piece may be from each other where the guide has `…` between them.
const LEFT_OUT: usize = 120;

#[test]
fn each_piece_of_rust_in_the_guide_compiles() {
    let program = packed(PROGRAM);
    let mut found = 0;
    for chapter in CHAPTERS {
        let (_, rest) =
            GUIDE.split_once(&format!("\n## {chapter}\n")).unwrap_or_else(|| panic!("no {chapter}"));
        let (rows, _) = rest.split_once("\n## ").unwrap();
        for piece in rows.lines().filter_map(right).flat_map(|cell| pieces(&cell)) {
            assert!(
                is_in(&program, &piece),
                "program.rs has no {piece}, which {chapter} of MIGRATING.md names"
            );
            found += 1;
        }
    }
    assert!(found > 150, "{found} pieces");
}

/// The second column of a row.
fn right(row: &str) -> Option<String> {
    let row = row.strip_prefix("| ")?.replace("\\|", "\u{1}");
    row.split(" | ").nth(1).map(|cell| cell.replace('\u{1}', "|"))
}

/// What stands between back quotes.
fn pieces(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether the program has the parts of a piece, one after the other.
fn is_in(program: &str, piece: &str) -> bool {
    let piece = packed(piece);
    let mut parts = piece.split('…').filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default();
    let parts: Vec<&str> = parts.collect();
    program.match_indices(first).any(|(at, _)| {
        let mut rest = &program[at + first.len()..];
        parts.iter().all(|part| match rest.find(part) {
            Some(at) if at <= LEFT_OUT => {
                rest = &rest[at + part.len()..];
                true
            }
            _ => false,
        })
    })
}

#[test]
fn what_the_program_does_not_have_is_missed() {
    let program = packed("patch.set_metadata(\"a\", json!(1));");
    assert!(is_in(&program, "patch.set_metadata(\"a\", …)"));
    assert!(!is_in(&program, "patch.set_metadata(\"b\", …)"));
    assert!(!is_in(&program, "patch.set_spec(…)"));
}
