//! What the sandbox has and has not, row by row, as its README tells it; each row is tied to what proves it.
//!
//! After a change of the rows: `UPDATE_EXPECT=1 cargo test -p kopf-sandbox --test differential features`.

mod done;
mod refused;

use std::{fmt::Write, path::Path};

use done::DONE;
use refused::REFUSED;

/// Where the tests of the sandbox are.
const FOLDERS: [&str; 4] = ["tests/differential", "tests/it", "tests/clients", "../tests/it"];

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn each_feature_is_held_up_by_tests_that_there_are() {
    for (_, features) in DONE {
        for (feature, proofs) in *features {
            assert!(!proofs.is_empty(), "{feature} is claimed and not proved");
            for proof in *proofs {
                let (file, name) = proof.split_once("::").expect("a proof is FILE::TEST");
                let is_there = FOLDERS.iter().any(|folder| {
                    let text = std::fs::read_to_string(home().join(folder).join(format!("{file}.rs")));
                    text.is_ok_and(|text| {
                        text.contains(&format!("fn {name}(")) || text.contains(&format!("    {name},"))
                    })
                });
                assert!(is_there, "{feature} is said to be proved by {proof}, which is nowhere");
            }
        }
    }
}

#[test]
fn the_readme_has_the_table() {
    const MARKS: [&str; 2] = ["<!-- made by tests/differential/features.rs: -->\n", "<!-- until here -->\n"];
    let path = home().join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(MARKS[0]).expect("the README has a mark where the table begins");
    let (_, after) = rest.split_once(MARKS[1]).expect("the README has a mark where the table ends");
    let expected = format!("{before}{}\n{}\n{}{after}", MARKS[0], table(), MARKS[1]);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let lines = text.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(
        text == expected || std::env::var_os("UPDATE_EXPECT").is_some(),
        "README.md is not what the rows of features.rs say: {lines:?}; UPDATE_EXPECT=1 rewrites it"
    );
}

fn table() -> String {
    let mut text = String::new();
    for (group, features) in DONE {
        writeln!(text, "| {group} | held to the real server by |\n|---|---|").unwrap();
        for (feature, proofs) in *features {
            let proofs: Vec<String> = proofs.iter().map(|proof| sentence(proof)).collect();
            writeln!(text, "| {feature} | {} |", proofs.join("; ")).unwrap();
        }
        text.push('\n');
    }
    writeln!(text, "| not there | asked for, it is answered with |\n|---|---|").unwrap();
    for refused in REFUSED {
        writeln!(text, "| {} | {}: {} |", refused.feature, refused.code, refused.words).unwrap();
    }
    text
}

/// A test's name, as what it is: a sentence.
fn sentence(proof: &str) -> String {
    let (file, name) = proof.split_once("::").expect("a proof is FILE::TEST");
    format!("*{file}*: {}", name.replace('_', " "))
}
