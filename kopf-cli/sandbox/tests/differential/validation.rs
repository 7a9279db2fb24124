//! What is wrong with objects of built-in kinds, in the words of a real server; and that nothing is wrong with those that it
//! takes.
//!
//! Objects are sent without being kept, but for those that change. A row gives what an object has beside its name.

mod allotted;
mod certificates;
mod data;
mod drivers;
mod dropped;
mod empties;
mod given;
mod insides;
mod jobs;
mod kept;
mod networking;
mod odd;
mod others;
mod pods;
mod services;
mod slices;
mod specless;
mod statuses;
mod storage;
mod updated;
mod valid;
mod volumes;
mod whole;
mod words;
mod workloads;

use super::{check, check_as, check_warnings};

/// Creates objects at a path, each with these fields, and keeps none.
async fn try_all(path: &str, rows: &[&str]) {
    // What pods are given to ask the server with is compared elsewhere.
    let mute = |fields: &str| match path {
        "pods" => fields.replacen(r#""spec":{"#, r#""spec":{"automountServiceAccountToken":false,"#, 1),
        _ => fields.to_owned(),
    };
    let rows = rows.iter().map(|fields| creation(path, &mute(fields).replace("false,}", "false}")));
    check(&rows.collect::<String>()).await;
}

/// A row that creates an object with these fields, and keeps none.
fn creation(path: &str, fields: &str) -> String {
    let comma = if fields.is_empty() { "" } else { "," };
    format!("POST {path}?dryRun=All {{\"metadata\":{{\"name\":\"a\"}}{comma}{fields}}}\n")
}

/// The path of a resource that is not of the core group.
fn of_group(version: &str, plural: &str) -> String {
    format!("/apis/{version}/namespaces/$ns/{plural}")
}
