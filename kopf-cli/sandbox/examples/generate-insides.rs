//! Reads off the Go modules of Kubernetes what a server has of pods, claims and volumes inside, which it prints where it tells of
//! changes, and writes it down, compressed.
//!
//! `cargo run -p kopf-sandbox --example generate-insides -- $(go env GOMODCACHE)/k8s.io v1.37.2 v0.37.2`, with the module
//! `kubernetes` of the release that the sandbox is to follow, and `apimachinery` of the same. What it writes is checked in:
//! `src/tables/insides.deflate`. The form of the table is described where it is read, in `src/tables/insides.rs`.
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
    path::Path,
};

use regex::Regex;

/// What is printed.
const ROOTS: [&str; 9] = [
    "core.PodTemplateSpec",
    "core.PersistentVolumeClaim",
    "core.PersistentVolumeSource",
    "apps.DeploymentStrategy",
    "apps.DaemonSetUpdateStrategy",
    "apps.StatefulSetUpdateStrategy",
    "batch.PodFailurePolicy",
    "batch.SuccessPolicy",
    "storage.CSINodeDriver",
];

/// What Go has by itself, and what stands for it in the table.
const SCALARS: [(&str, &str); 10] = [
    ("string", "\""),
    ("bool", "!"),
    ("int32", "0"),
    ("int64", "0"),
    ("[]byte", "?"),
    ("resource.Quantity", "q"),
    ("intstr.IntOrString", "0"),
    ("metav1.Time", "?"),
    ("metav1.FieldsV1", "?"),
    ("types.UID", "\""),
];

/// Metadata stands among the fields of what it is of, and elsewhere in the API.
const METADATA: &str = "metav1.ObjectMeta";
/// What an object is is not kept in it.
const TYPE: &str = "metav1.TypeMeta";

enum Definition {
    Struct(Vec<Field>),
    Other(String),
}

struct Field {
    /// Empty where the fields of its type stand among those around it.
    name: String,
    omitted: bool,
    ty: String,
}

type Definitions = BTreeMap<String, Definition>;

fn main() {
    let [modules, release, shared] = written::arguments(
        "generate-insides MODULES RELEASE SHARED, as in /go/pkg/mod/k8s.io v1.37.2 v0.37.2",
    );
    let mut definitions = Definitions::new();
    for (package, path) in [
        ("core", format!("kubernetes@{release}/pkg/apis/core/types.go")),
        ("apps", format!("kubernetes@{release}/pkg/apis/apps/types.go")),
        ("batch", format!("kubernetes@{release}/pkg/apis/batch/types.go")),
        ("storage", format!("kubernetes@{release}/pkg/apis/storage/types.go")),
        ("metav1", format!("apimachinery@{shared}/pkg/apis/meta/v1/types.go")),
    ] {
        read(&mut definitions, package, &Path::new(&modules).join(path));
    }
    let text = print(&definitions);
    written::write("tables/insides", &text);
}

fn read(definitions: &mut Definitions, package: &str, path: &Path) {
    let begin = Regex::new(r"^type (\w+) struct ?\{").unwrap();
    let other = Regex::new(r"^type (\w+) =? ?([\w.\[\]*]+)$").unwrap();
    let field =
        Regex::new(r#"^\t(?:(\w+)\s+)?([\w.\[\]*]+)(?:\s+`.*json:"([^",]*)([^"]*)".*)?(?:\s*//.*)?$"#);
    let field = field.unwrap();
    let mut inside: Option<String> = None;
    for line in fs::read_to_string(path).unwrap().lines() {
        if let Some(found) = begin.captures(line) {
            let name = format!("{package}.{}", &found[1]);
            definitions.insert(name.clone(), Definition::Struct(Vec::new()));
            inside = Some(name).filter(|_| !line.ends_with('}'));
        } else if let Some(found) = other.captures(line) {
            let name = format!("{package}.{}", &found[1]);
            definitions.insert(name, Definition::Other(qualified(&found[2], package)));
        } else if line == "}" {
            inside = None;
        } else if let (Some(inside), Some(found)) = (&inside, field.captures(line)) {
            let Some(Definition::Struct(fields)) = definitions.get_mut(inside) else { panic!("{inside}?") };
            let said = |group: usize| found.get(group).map_or("", |said| said.as_str());
            let name = if said(3).is_empty() { said(1) } else { said(3) };
            let ty = qualified(said(2), package);
            fields.push(Field { name: name.to_owned(), omitted: said(4).contains("omitempty"), ty });
        }
    }
}

/// A type with the package that it is of.
fn qualified(ty: &str, package: &str) -> String {
    if SCALARS.iter().any(|(name, _)| *name == ty) {
        return ty.to_owned();
    }
    if let Some(rest) = ty.strip_prefix('*') {
        return format!("*{}", qualified(rest, package));
    }
    if let Some(rest) = ty.strip_prefix("[]") {
        return format!("[]{}", qualified(rest, package));
    }
    if let Some((_, value)) = ty.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return format!("map[]{}", qualified(value, package));
    }
    match ty.strip_prefix("api.") {
        Some(name) => format!("core.{name}"),
        None if ty.contains('.') => ty.to_owned(),
        None => format!("{package}.{ty}"),
    }
}

/// A type as it stands in the table; structs that are met are told of.
fn printed(ty: &str, definitions: &Definitions, met: &mut dyn FnMut(&str)) -> String {
    if let Some((_, sign)) = SCALARS.iter().find(|(name, _)| *name == ty) {
        return (*sign).to_owned();
    }
    for (prefix, sign) in [("*", '*'), ("[]", '['), ("map[]", '{')] {
        if let Some(rest) = ty.strip_prefix(prefix) {
            return format!("{sign}{}", printed(rest, definitions, met));
        }
    }
    match definitions.get(ty) {
        Some(Definition::Struct(_)) => {
            met(ty);
            ty.to_owned()
        }
        Some(Definition::Other(ty)) => printed(ty, definitions, met),
        None => panic!("{ty} is in none of the files"),
    }
}

fn print(definitions: &Definitions) -> String {
    let mut text = String::new();
    let mut done = BTreeSet::new();
    let mut open: Vec<String> = ROOTS.map(str::to_owned).to_vec();
    while let Some(name) = open.pop() {
        if !done.insert(name.clone()) {
            continue;
        }
        writeln!(text, "{name}").unwrap();
        lines(&name, "", definitions, &mut text, &mut |met| open.push(met.to_owned()));
    }
    text
}

fn lines(name: &str, way: &str, definitions: &Definitions, text: &mut String, met: &mut dyn FnMut(&str)) {
    let Some(Definition::Struct(fields)) = definitions.get(name) else { panic!("{name} is no struct") };
    for Field { name, omitted, ty } in fields.iter().filter(|field| field.ty != TYPE) {
        if name.is_empty() {
            let way = if ty == METADATA { "metadata/" } else { way };
            lines(ty, way, definitions, text, met);
        } else {
            let sign = if *omitted { "-" } else { "" };
            writeln!(text, " {way}{sign}{name} {}", printed(ty, definitions, met)).unwrap();
        }
    }
}
