//! Reads off the Go modules of Kubernetes what Go calls the types of fields where a schema does not say it, and writes it down,
//! compressed.
//!
//! `cargo run -p kopf-sandbox --example generate-names -- $(go env GOMODCACHE)/k8s.io v0.37.2`, with the modules of the
//! release that the sandbox is to follow, after `generate-tables`: only the types that have schemas are looked at. What it
//! writes is checked in: `src/tables/names.deflate`. The form of the table is described where it is read, in
//! `src/tables/decode/names.rs`.
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
    io::Read as _,
    path::Path,
};

use flate2::read::DeflateDecoder;
use regex::Regex;

/// The folders of types, within `k8s.io`; those of `api` are all that there are.
const SHARED: [&str; 7] = [
    "apimachinery/pkg/apis/meta/v1",
    "apimachinery/pkg/types",
    "apimachinery/pkg/runtime",
    "apimachinery/pkg/util/intstr",
    "apimachinery/pkg/api/resource",
    "apiextensions-apiserver/pkg/apis/apiextensions/v1",
    "kube-aggregator/pkg/apis/apiregistration/v1",
];

/// What Go has by itself, and what a schema makes of it.
const SCALARS: [(&str, &str); 7] = [
    ("string", "string"),
    ("bool", "bool"),
    ("byte", "uint8"),
    ("int32", "int32"),
    ("int64", "int64"),
    ("float64", "float64"),
    ("interface{}", "interface {}"),
];

/// How the fields that say what an object is come to it.
const TYPE: &str = "TypeMeta.";

/// Structs of which a schema tells as of a text.
const TEXTS: [&str; 4] = ["resource.Quantity", "v1.Time", "v1.MicroTime", "v1.Duration"];

/// A type as Go reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    Scalar(&'static str),
    List(Box<Type>),
    Map(Box<Type>, Box<Type>),
    Pointer(Box<Type>),
    /// By its folder, like `apimachinery/pkg/types`, and its name.
    Named(String, String),
}

/// What a name is defined as.
enum Definition {
    Struct(Vec<Field>),
    Other(Type),
    Alias(Type),
}

struct Field {
    /// What it is called in JSON; `None` where its own fields stand among those around it.
    name: Option<String>,
    ty: Type,
}

type Definitions = BTreeMap<(String, String), Definition>;

fn main() {
    let [modules, release] =
        written::arguments("generate-names MODULES RELEASE, as in /go/pkg/mod/k8s.io v0.37.2");
    let mut definitions = Definitions::new();
    let mut read = |folder: &str| {
        let (module, rest) = folder.split_once('/').unwrap();
        let path = Path::new(&modules).join(format!("{module}@{release}")).join(rest);
        read_folder(&mut definitions, folder, &path);
    };
    SHARED.into_iter().for_each(&mut read);
    versions(&Path::new(&modules).join(format!("api@{release}"))).iter().for_each(|folder| read(folder));
    let text = print(&definitions, &schemas());
    written::write("tables/names", &text);
}

/// The names of the types that have schemas.
fn schemas() -> BTreeSet<String> {
    let compressed =
        fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tables/schemas.deflate")).unwrap();
    let mut text = String::new();
    DeflateDecoder::new(&*compressed).read_to_string(&mut text).unwrap();
    text.lines().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect()
}

/// The folders of all versions, like `api/core/v1`.
fn versions(api: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for group in fs::read_dir(api).unwrap_or_else(|why| panic!("{}: {why}", api.display())) {
        let group = group.unwrap().path();
        for version in fs::read_dir(&group).into_iter().flatten() {
            let version = version.unwrap();
            if version.path().join("register.go").exists() {
                let group = group.file_name().unwrap().to_str().unwrap();
                found.push(format!("api/{group}/{}", version.file_name().to_str().unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn read_folder(definitions: &mut Definitions, folder: &str, path: &Path) {
    let import = Regex::new(r#"^(?:import)?\s+(?:(\w+) )?"k8s\.io/(\S+)"$"#).unwrap();
    let begin = Regex::new(r"^type (\w+) struct ?\{").unwrap();
    let other = Regex::new(r"^type (\w+) (= )?([\w.\[\]*]+)$").unwrap();
    let field = Regex::new(r#"^\t(?:(\w+)\s+)?(\S+)\s+`.*json:"([^",]*)"#).unwrap();
    for file in fs::read_dir(path).unwrap_or_else(|why| panic!("{}: {why}", path.display())) {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if !name.ends_with(".go") || name.ends_with("_test.go") {
            continue;
        }
        let mut imports = BTreeMap::new();
        let mut inside = String::new();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let ty = |text: &str| parse(text, folder, &imports);
            if let Some(found) = import.captures(line) {
                let name =
                    found.get(1).map_or_else(|| found[2].rsplit('/').next().unwrap(), |name| name.as_str());
                imports.insert(name.to_owned(), found[2].to_owned());
            } else if let Some(found) = begin.captures(line) {
                found[1].clone_into(&mut inside);
                definitions.insert((folder.to_owned(), inside.clone()), Definition::Struct(Vec::new()));
            } else if let Some(found) = other.captures(line) {
                let definition = if found.get(2).is_some() { Definition::Alias } else { Definition::Other };
                definitions.insert((folder.to_owned(), found[1].to_owned()), definition(ty(&found[3])));
            } else if let Some(found) = field.captures(line).filter(|found| &found[3] != "-") {
                let name = Some(&found[3]).filter(|name| !name.is_empty()).map(str::to_owned);
                let Some(Definition::Struct(fields)) =
                    definitions.get_mut(&(folder.to_owned(), inside.clone()))
                else {
                    panic!("{}: {line} is in no struct", path.display());
                };
                fields.push(Field { name, ty: parse(&found[2], folder, &imports) });
            }
        }
    }
}

fn parse(text: &str, folder: &str, imports: &BTreeMap<String, String>) -> Type {
    let inner = |text: &str| Box::new(parse(text, folder, imports));
    if let Some(rest) = text.strip_prefix('*') {
        return Type::Pointer(inner(rest));
    }
    if let Some(rest) = text.strip_prefix("[]") {
        return Type::List(inner(rest));
    }
    if let Some((key, value)) = text.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return Type::Map(inner(key), inner(value));
    }
    if let Some((_, scalar)) = SCALARS.into_iter().find(|(name, _)| *name == text) {
        return Type::Scalar(scalar);
    }
    match text.split_once('.') {
        Some((package, name)) => {
            let folder = imports.get(package).map_or(package, String::as_str);
            Type::Named(folder.to_owned(), name.to_owned())
        }
        None => Type::Named(folder.to_owned(), text.to_owned()),
    }
}

/// A type as Go prints it.
fn printed(ty: &Type, definitions: &Definitions) -> String {
    let printed = |ty| printed(ty, definitions);
    match ty {
        Type::Scalar(name) => (*name).to_owned(),
        Type::List(item) => format!("[]{}", printed(item)),
        Type::Map(key, value) => format!("map[{}]{}", printed(key), printed(value)),
        Type::Pointer(target) => format!("*{}", printed(target)),
        Type::Named(folder, name) => match definitions.get(&(folder.clone(), name.clone())) {
            Some(Definition::Alias(ty)) => printed(ty),
            _ => format!("{}.{name}", folder.rsplit('/').next().unwrap()),
        },
    }
}

/// What a type is without a name of its own, unless it is a struct, and without what points to it.
fn bare<'a>(ty: &'a Type, definitions: &'a Definitions) -> &'a Type {
    match ty {
        Type::Pointer(target) => bare(target, definitions),
        Type::Named(folder, name) => match definitions.get(&(folder.clone(), name.clone())) {
            Some(Definition::Alias(ty) | Definition::Other(ty)) => bare(ty, definitions),
            Some(Definition::Struct(_)) => ty,
            None => panic!("{folder}.{name} is in none of the folders"),
        },
        ty => ty,
    }
}

/// A type as its schema tells of it.
fn schematic(ty: &Type, definitions: &Definitions) -> String {
    let schematic = |ty| schematic(ty, definitions);
    match bare(ty, definitions) {
        Type::List(item) => format!("[]{}", schematic(item)),
        Type::Map(_, value) => format!("map[string]{}", schematic(value)),
        ty => {
            let printed = printed(ty, definitions);
            if TEXTS.contains(&&*printed) { "string".to_owned() } else { printed }
        }
    }
}

/// How Go prints the type of a field, and the types of what is inside, as far as a schema does not tell.
fn names(ty: &Type, definitions: &Definitions) -> Vec<String> {
    let mut names = Vec::new();
    let mut known = 0;
    let mut inside = Some(ty);
    while let Some(mut ty) = inside {
        while let Type::Pointer(target) = ty {
            ty = target;
        }
        let printed = printed(ty, definitions);
        let tells = printed == schematic(ty, definitions) || TEXTS.contains(&&*printed);
        names.push(printed);
        if !tells {
            known = names.len();
        }
        inside = match bare(ty, definitions) {
            Type::List(item) | Type::Map(_, item) => Some(item),
            _ => None,
        };
    }
    names.truncate(known);
    names
}

/// The fields of a struct as they are found in JSON: each with the structs on the way to it, and its type.
fn fields<'a>(
    key: &(String, String),
    definitions: &'a Definitions,
    way: &str,
    found: &mut BTreeMap<String, (String, &'a Type)>,
) {
    let Some(Definition::Struct(all)) = definitions.get(key) else { panic!("{key:?} is no struct") };
    for field in all {
        if let Some(name) = &field.name {
            // A field of the struct itself hides what another brings along.
            found.entry(name.clone()).or_insert((way.to_owned(), &field.ty));
        }
    }
    for field in all.iter().filter(|field| field.name.is_none()) {
        if let Type::Named(folder, name) = bare(&field.ty, definitions) {
            fields(&(folder.clone(), name.clone()), definitions, &format!("{way}{name}."), found);
        }
    }
}

/// The structs that are parts of others. Of those that are not, and of the items of lists, it is asked what they are before they
/// are read.
fn parts(definitions: &Definitions, schemas: &BTreeSet<String>) -> BTreeSet<(String, String)> {
    let mut parts = BTreeSet::new();
    for (key, definition) in definitions {
        let Definition::Struct(fields) = definition else { continue };
        if key.1.ends_with("List") || !schemas.contains(&schema(key)) {
            continue;
        }
        for field in fields {
            let mut ty = bare(&field.ty, definitions);
            while let Type::List(inner) | Type::Map(_, inner) = ty {
                ty = bare(inner, definitions);
            }
            if let Type::Named(folder, name) = ty {
                parts.insert((folder.clone(), name.clone()));
            }
        }
    }
    parts
}

/// What the schema of a struct is called.
fn schema((folder, name): &(String, String)) -> String {
    format!("io.k8s.{}.{name}", folder.replace('/', "."))
}

fn print(definitions: &Definitions, schemas: &BTreeSet<String>) -> String {
    let mut text = String::new();
    let parts = parts(definitions, schemas);
    for (key, definition) in definitions {
        let schema = schema(key);
        if !matches!(definition, Definition::Struct(_)) || !schemas.contains(&schema) {
            continue;
        }
        let mut all = BTreeMap::new();
        fields(key, definitions, "", &mut all);
        if !parts.contains(key) {
            all.retain(|_, (way, _)| way != TYPE);
        }
        let mut lines = String::new();
        for (name, (way, ty)) in all {
            let names = names(ty, definitions);
            if way.is_empty() && names.is_empty() {
                continue;
            }
            write!(lines, " {name}").unwrap();
            let way = Some(way).filter(|way| !way.is_empty());
            way.into_iter().chain(names).for_each(|said| write!(lines, " {said}").unwrap());
            lines.push('\n');
        }
        if !lines.is_empty() {
            write!(text, "{schema}\n{lines}").unwrap();
        }
    }
    text
}
