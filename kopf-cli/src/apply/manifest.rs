//! Reads the objects that files and folders of YAML and JSON hold.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use kopf_sandbox::yaml_documents;
use serde_json::{Map, Value};

/// Where an object was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Which of its documents it is, from 1.
    pub document: usize,
    /// Which item of a list it is, from 1.
    pub item: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, document {}", self.file.display(), self.document)?;
        self.item.map_or(Ok(()), |item| write!(f, ", item {item}"))
    }
}

/// An object, and where it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Where it was read.
    pub place: Place,
    /// Such as `apps/v1`.
    pub api_version: String,
    /// Such as `Deployment`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace, if it says so.
    pub namespace: Option<String>,
    /// All of it.
    pub body: Value,
}

/// Why objects cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What was in the way.
        source: io::Error,
    },
    /// A folder has no file to read.
    #[error("there is no .yaml, .yml or .json file in {}", .0.display())]
    EmptyFolder(PathBuf),
    /// Files have nothing in them but comments.
    #[error("there is no object in {}; expected at least one, with apiVersion, kind and metadata.name", names(.0))]
    NoObject(Vec<PathBuf>),
    /// A document is neither YAML nor JSON.
    #[error("{place}: {problem}")]
    Syntax {
        /// Which.
        place: Place,
        /// What is wrong, and where.
        problem: String,
    },
    /// A document is no Kubernetes object.
    #[error("{place}: this is no Kubernetes object: {problem}")]
    NotAnObject {
        /// Which.
        place: Place,
        /// What is missing or wrong.
        problem: &'static str,
    },
}

/// The objects of files and folders: those of a folder in the order of its files' names, its folders left aside; those
/// of a list (`kind: List`) one by one.
///
/// # Errors
///
/// The first one there is; then no object is returned, so that none is applied before all are read.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Manifest>, Error> {
    let mut manifests = vec![];
    for path in paths {
        for file in files(path)? {
            let text = fs::read_to_string(&file)
                .map_err(|source| Error::Unreadable { path: file.clone(), source })?;
            parse(&file, &text, &mut manifests)?;
        }
    }
    if manifests.is_empty() && !paths.is_empty() {
        return Err(Error::NoObject(paths.to_vec()));
    }
    Ok(manifests)
}

/// How several paths are named in a line.
fn names(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unreadable)?;
    let mut files: Vec<_> = (entries.into_iter().map(|entry| entry.path()))
        .filter(|file| {
            ["yaml", "yml", "json"].iter().any(|known| has_extension(file, known)) && file.is_file()
        })
        .collect();
    files.sort();
    if files.is_empty() { Err(Error::EmptyFolder(path.to_owned())) } else { Ok(files) }
}

fn has_extension(file: &Path, expected: &str) -> bool {
    file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(expected))
}

/// Adds the objects of one file, whose text is JSON if its name says so, else YAML.
pub(super) fn parse(file: &Path, text: &str, manifests: &mut Vec<Manifest>) -> Result<(), Error> {
    let place = |index: usize| Place { file: file.to_owned(), document: index + 1, item: None };
    if has_extension(file, "json") {
        for (index, document) in serde_json::Deserializer::from_str(text).into_iter().enumerate() {
            let problem =
                |error: serde_json::Error| Error::Syntax { place: place(index), problem: error.to_string() };
            add(place(index), document.map_err(problem)?, manifests)?;
        }
    } else {
        for (index, document) in yaml_documents(text).enumerate() {
            let document = document.map_err(|problem| Error::Syntax { place: place(index), problem })?;
            add(place(index), document, manifests)?;
        }
    }
    Ok(())
}

/// Adds a document: nothing for an empty one, the items of a list.
fn add(place: Place, document: Value, manifests: &mut Vec<Manifest>) -> Result<(), Error> {
    match document {
        Value::Null => Ok(()),
        Value::Object(mut list) if is_list(&list) => {
            let Some(Value::Array(items)) = list.remove("items") else { return Ok(()) };
            let of_all = of_items(&list);
            items.into_iter().zip(1..).try_for_each(|(mut item, number)| {
                if let (Value::Object(item), Some((api_version, kind))) = (&mut item, &of_all)
                    && !["apiVersion", "kind"].iter().any(|field| item.contains_key(*field))
                {
                    item.insert("apiVersion".to_owned(), api_version.clone());
                    item.insert("kind".to_owned(), kind.clone());
                }
                add(Place { item: Some(number), ..place.clone() }, item, manifests)
            })
        }
        body => {
            let manifest =
                manifest(place.clone(), body).map_err(|problem| Error::NotAnObject { place, problem })?;
            manifests.push(manifest);
            Ok(())
        }
    }
}

/// What the items of a list are that do not say so themselves: those of a `ConfigMapList` are of the kind `ConfigMap`. Those of
/// a `List` are of any.
fn of_items(list: &Map<String, Value>) -> Option<(Value, Value)> {
    let kind = list.get("kind")?.as_str()?.strip_suffix("List").filter(|kind| !kind.is_empty())?;
    Some((list.get("apiVersion")?.clone(), kind.into()))
}

fn is_list(object: &Map<String, Value>) -> bool {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    kind.ends_with("List") && object.get("items").is_some_and(Value::is_array)
}

/// An object, if the parts of it that lead to its path are there and can stand in one.
fn manifest(place: Place, body: Value) -> Result<Manifest, &'static str> {
    if !body.is_object() {
        return Err("it is no mapping");
    }
    let text = |pointer: &str, missing: &'static str| match body.pointer(pointer) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        _ => Err(missing),
    };
    let api_version = text("/apiVersion", "its apiVersion is missing, or no text")?;
    let kind = text("/kind", "its kind is missing, or no text")?;
    let name = text("/metadata/name", "its metadata.name is missing, or no text")?;
    let namespace = match body.pointer("/metadata/namespace") {
        None | Some(Value::Null) => None,
        Some(_) => Some(text("/metadata/namespace", "its metadata.namespace is no text")?),
    };
    if api_version.split('/').count() > 2 || !api_version.split('/').all(is_step) {
        return Err("its apiVersion is no version, such as v1 or apps/v1");
    }
    if !is_step(&name) || !namespace.as_deref().is_none_or(is_step) {
        return Err("its name or namespace has characters that no name has");
    }
    Ok(Manifest { place, api_version, kind, name, namespace, body })
}

/// Whether a text can be one step of a path as it is.
fn is_step(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
    !matches!(text, "" | "." | "..") && text.bytes().all(plain)
}

#[cfg(test)]
mod tests;
