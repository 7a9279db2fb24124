//! Reads the protobuf messages of Kubernetes off its Go modules and writes them down, compressed: numbers, names, types.
//!
//! `cargo run -p kopf-sandbox --example generate-messages -- $(go env GOMODCACHE)/k8s.io v0.37.2`, with the modules of the
//! release that the sandbox is to follow. What it writes is checked in: `src/protobuf/messages.deflate`. The numbers and types are
//! those of `generated.proto`; which fields stand for their own fields, and which are left out where they are zero, is said only by
//! the tags of the Go types beside it. The form of the table is described where it is read, in `src/protobuf/messages.rs`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "it is run by hand, and fails by saying so"
)]

mod written;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use regex::Regex;

/// Where the messages are that are no group's own.
const SHARED: [&str; 4] = ["pkg/util/intstr", "pkg/runtime", "pkg/api/resource", "pkg/apis/meta/v1"];

/// What the tag of a Go field says of a message's field.
struct Tag {
    name: String,
    inline: bool,
    omits_zero: bool,
    omits_empty: bool,
    /// An absent one is `null`.
    pointing: bool,
}

#[derive(Default)]
struct Types {
    /// By the name of the struct and the field's number.
    tags: BTreeMap<(String, String), Tag>,
    lists: BTreeSet<String>,
}

/// A message: its lines in the table, and the messages that they name.
#[derive(Default)]
struct Message {
    lines: String,
    names: Vec<String>,
}

#[derive(Default)]
struct Read {
    groups: Vec<(String, String)>,
    messages: BTreeMap<String, Message>,
}

fn main() {
    let [modules, release] =
        written::arguments("generate-messages MODULES RELEASE, as in /go/pkg/mod/k8s.io v0.37.2");
    let module = |name: &str| Path::new(&modules).join(format!("{name}@{release}"));
    let mut read = Read::default();
    for shared in SHARED {
        read_folder(&mut read, &module("apimachinery").join(shared));
    }
    read_folder(&mut read, &module("apiextensions-apiserver").join("pkg/apis/apiextensions/v1"));
    read_folder(&mut read, &module("kube-aggregator").join("pkg/apis/apiregistration/v1"));
    for folder in versions(&module("api")) {
        read_folder(&mut read, &folder);
    }
    let text = print(&read);
    written::write("protobuf/messages", &text);
}

/// The folders of all versions.
fn versions(api: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for group in fs::read_dir(api).unwrap_or_else(|why| panic!("{}: {why}", api.display())) {
        let group = group.unwrap().path();
        for version in fs::read_dir(&group).into_iter().flatten() {
            let version = version.unwrap();
            if version.path().join("generated.proto").exists() {
                found.push(version.path());
            }
        }
    }
    found.sort();
    found
}

fn read_folder(read: &mut Read, folder: &Path) {
    let types = read_types(folder);
    let package = read_messages(read, folder, &types);
    let register = fs::read_to_string(folder.join("register.go")).unwrap_or_default();
    let group = Regex::new(r#"const GroupName = "(.*)""#).unwrap();
    if let Some(group) = group.captures(&register) {
        let version = folder.file_name().unwrap().to_str().unwrap();
        // A server serves no others unless it is told to. Their messages may be parts of those that it does.
        if version.contains("alpha") || version.contains("beta") {
            return;
        }
        let group = &group[1];
        let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        read.groups.push((name, package));
    }
}

fn read_types(folder: &Path) -> Types {
    let begin = Regex::new(r"^type (\w+) struct \{").unwrap();
    let list = Regex::new(r"^type (\w+) \[\]").unwrap();
    let field = Regex::new(r#"^\s+(?:(\w+)\s+)?(\S+)\s+`.*json:"([^"]*)".*protobuf:"\w+,(\d+)"#).unwrap();
    let mut types = Types::default();
    let mut inside = String::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "go") {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            if let Some(found) = begin.captures(line) {
                found[1].clone_into(&mut inside);
            } else if let Some(found) = list.captures(line) {
                types.lists.insert(found[1].to_owned());
            } else if let Some(found) = field.captures(line) {
                let mut said = found[3].split(',');
                let name = said.next().unwrap_or_default().to_owned();
                let options: Vec<&str> = said.collect();
                let omits_empty = options.contains(&"omitempty");
                let pointing = ["*", "[]", "map["].iter().any(|sign| found[2].starts_with(sign));
                let tag = Tag {
                    inline: name.is_empty() && found.get(1).is_none() || options.contains(&"inline"),
                    omits_zero: options.contains(&"omitzero"),
                    omits_empty,
                    pointing,
                    name,
                };
                types.tags.insert((inside.clone(), found[4].to_owned()), tag);
            }
        }
    }
    types
}

fn read_messages(read: &mut Read, folder: &Path, types: &Types) -> String {
    let path = folder.join("generated.proto");
    let text = fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let package = Regex::new(r"(?m)^package (\S+);").unwrap().captures(&text).unwrap()[1].to_owned();
    let begin = Regex::new(r"^message (\w+) \{").unwrap();
    let field = Regex::new(r"^  (optional|repeated|map<string, )\s*([\w.]+)>? (\w+) = (\d+);").unwrap();
    let mut name = String::new();
    for line in text.lines() {
        if let Some(found) = begin.captures(line) {
            found[1].clone_into(&mut name);
            let mut message = Message::default();
            let list = if types.lists.contains(&name) { " list" } else { "" };
            writeln!(message.lines, "m {package}.{name}{list}").unwrap();
            read.messages.insert(format!("{package}.{name}"), message);
        } else if let Some(found) = field.captures(line) {
            let message = read.messages.get_mut(&format!("{package}.{name}")).unwrap();
            let sign = match &found[1] {
                "optional" => "",
                "repeated" => "*",
                _ => "%",
            };
            let ty = match &found[2] {
                scalar @ ("string" | "bytes" | "bool" | "int32" | "int64" | "double") => scalar.to_owned(),
                unknown @ ("uint32" | "uint64" | "float") => panic!("{unknown} is new in {package}.{name}"),
                named => {
                    let whole = named.strip_prefix('.').map(str::to_owned);
                    let whole = whole.unwrap_or_else(|| format!("{package}.{named}"));
                    message.names.push(whole.clone());
                    whole
                }
            };
            let tag = types.tags.get(&(name.clone(), found[4].to_owned()));
            let json = tag.map(|tag| &*tag.name).filter(|name| !name.is_empty()).unwrap_or(&found[3]);
            let zero = match tag {
                Some(Tag { inline: true, .. }) => "^",
                Some(Tag { pointing: true, omits_empty: false, .. }) => "!",
                Some(Tag { omits_zero: true, pointing: false, .. }) => "0",
                Some(Tag { omits_empty: true, pointing: false, .. }) => "-",
                Some(Tag { pointing: false, .. }) => "=",
                _ => "",
            };
            writeln!(message.lines, "{} {json} {zero}{sign}{ty}", &found[4]).unwrap();
        } else {
            // The license comes before the package's messages, and is indented.
            let known = name.is_empty() || !line.starts_with("  ") || line.trim_start().starts_with("//");
            assert!(known, "{package}.{name}: {line}");
        }
    }
    package
}

/// The groups, then by name all messages of theirs and those that they name.
fn print(read: &Read) -> String {
    let mut text = String::new();
    for (group, package) in &read.groups {
        writeln!(text, "g {group} {package}").unwrap();
    }
    let in_a_group = |name: &str| {
        let package = name.rsplit_once('.').unwrap().0;
        read.groups.iter().any(|(_, known)| known == package)
    };
    let mut wanted: Vec<&str> =
        read.messages.keys().map(String::as_str).filter(|name| in_a_group(name)).collect();
    let mut printed = BTreeSet::new();
    while let Some(name) = wanted.pop() {
        if printed.insert(name) {
            let message =
                read.messages.get(name).unwrap_or_else(|| panic!("{name} is in none of the folders"));
            wanted.extend(message.names.iter().map(String::as_str));
        }
    }
    for name in printed {
        text.push_str(&read.messages[name].lines);
    }
    text
}
