//! Children of an object: they get an owner, a name, a namespace and labels before they are created.
//!
//! ```
//! use kopf_plugin_api::{hierarchies::{self, Options}, prelude::*};
//!
//! #[kopf::on::create("example.com", "v1", "sites")]
//! async fn create_fn(client: Client) -> Outcome<()> {
//!     let mut pod = json!({
//!         "apiVersion": "v1", "kind": "Pod",
//!         "spec": { "containers": [{ "name": "web", "image": "nginx" }] },
//!     });
//!     hierarchies::adopt(&mut pod, &Options::new())?;
//!     client.like(&pod)?.create(&pod).await?;
//!     Ok(())
//! }
//! ```
//!
//! The pod belongs to the site now, and goes with it; it lives in the site's namespace, has its labels, and a name that
//! begins with the site's.
//!
//! | function | does |
//! |---|---|
//! | [`append_owner_reference`] | adds the owner, unless it is one already |
//! | [`remove_owner_reference`] | takes the owner away |
//! | [`harmonize_naming`] | names what has no name after the owner: `generateName`, or with [`strict`](Options::strict) just that |
//! | [`adjust_namespace`] | puts what is in no namespace into the owner's |
//! | [`label`] | puts the owner's labels on, or [others](Options::labels), where there are none of these keys |
//! | [`adopt`] | all of that but the second |
//!
//! Each takes one object, or any nesting of them: a [`Value`] that is an object or an array, slices, `Vec`s, and types of
//! one's own by [`typed`]. The owner is the object that is being handled, unless [`Options::of`] names another.

mod objects;
mod options;

use std::fmt;

use serde_json::{Map, Value, json};

use self::options::Owner;
pub(crate) use self::options::handled;
pub use self::{
    objects::{Objects, Typed, typed},
    options::Options,
};

/// Why objects cannot be made somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No owner is named, and no object is being handled here.
    NoOwner,
    /// The owner does not have this, and it is needed.
    OwnerLacks(&'static str),
    /// The owner lives in a namespace, and the object in another: there the owner cannot be found.
    Elsewhere {
        /// The owner's namespace.
        owner: String,
        /// The object's.
        object: String,
    },
    /// What is to be changed is no object.
    NotAnObject(String),
    /// A type of one's own cannot be written as JSON, or read from it again.
    NotJson(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoOwner => f.write_str(
                "there is no owner, for no object is being handled here: name one with `Options::of`",
            ),
            Error::OwnerLacks(what) => {
                write!(f, "the owner has no `{what}`: an object that the API server knows has one")
            }
            Error::Elsewhere { owner, object } => write!(
                f,
                "the owner is in the namespace `{owner}` and the object in `{object}`, where the cluster would not find its \
                 owner and delete it: put it into `{owner}`, or give it no owner"
            ),
            Error::NotAnObject(found) => {
                write!(f, "objects are JSON objects, or lists of them, and this is none: {found}")
            }
            Error::NotJson(problem) => write!(f, "the object is not JSON: {problem}"),
        }
    }
}

impl std::error::Error for Error {}

/// Adds the owner to the owners of each object, unless one of these has its uid.
///
/// Such an object goes with its owner. It is the owner's to control, and holds up the owner's deletion in the foreground,
/// unless the options say otherwise.
///
/// # Errors
///
/// [`Error::NoOwner`]; [`Error::OwnerLacks`] an `apiVersion`, `kind`, `metadata.name` or `metadata.uid`;
/// [`Error::Elsewhere`] if the object says that it is; [`Error::NotAnObject`].
pub fn append_owner_reference(objects: &mut (impl Objects + ?Sized), options: &Options) -> Result<(), Error> {
    append(objects, &options.owner()?, options)
}

fn append(objects: &mut (impl Objects + ?Sized), owner: &Owner, options: &Options) -> Result<(), Error> {
    let uid = owner.text("/metadata/uid")?.to_owned();
    owner.text("/metadata/name")?;
    owner.text("/apiVersion")?;
    owner.text("/kind")?;
    let (reference, namespace) = (build_owner_reference(owner.value(), options), owner.namespace());
    objects.each(&mut |object| {
        let metadata = metadata(object)?;
        let own = metadata.get("namespace").and_then(Value::as_str).filter(|own| !own.is_empty());
        if let (Some(owner), Some(object)) = (&namespace, own)
            && owner != object
        {
            return Err(Error::Elsewhere { owner: owner.clone(), object: object.to_owned() });
        }
        let references = list(metadata, "ownerReferences");
        if !references.iter().any(|found| found["uid"] == *uid) {
            references.push(reference.clone());
        }
        Ok(())
    })
}

/// Takes the owner away from the owners of each object.
///
/// # Errors
///
/// As [`append_owner_reference`], for the uid alone.
pub fn remove_owner_reference(objects: &mut (impl Objects + ?Sized), options: &Options) -> Result<(), Error> {
    let owner = options.owner()?;
    let uid = owner.text("/metadata/uid")?;
    objects.each(&mut |object| {
        list(metadata(object)?, "ownerReferences").retain(|found| found["uid"] != *uid);
        Ok(())
    })
}

/// Puts labels on each object, and on the templates in it that [`Options::nested`] names, where they are: the owner's
/// labels, or [others](Options::labels). A label that is there already stays, unless it is [`forced`](Options::forced).
///
/// # Errors
///
/// [`Error::NoOwner`] without labels of one's own; [`Error::NotAnObject`].
pub fn label(objects: &mut (impl Objects + ?Sized), options: &Options) -> Result<(), Error> {
    let labels = match options.own_labels() {
        Some(labels) => labels.clone(),
        None => options.owner()?.labels(),
    };
    put_labels(objects, &labels, options)
}

fn put_labels(
    objects: &mut (impl Objects + ?Sized),
    labels: &Map<String, Value>,
    options: &Options,
) -> Result<(), Error> {
    let put = |object: &mut Value| {
        let found = members(metadata(object)?, "labels");
        for (key, value) in labels {
            if options.is_forced() || !found.contains_key(key) {
                found.insert(key.clone(), value.clone());
            }
        }
        Ok(())
    };
    objects.each(&mut |object| {
        put(object)?;
        for pointer in options.templates() {
            match object.pointer_mut(pointer) {
                Some(Value::Array(templates)) => templates.iter_mut().try_for_each(put)?,
                Some(template) if template.is_object() => put(template)?,
                _ => {}
            }
        }
        Ok(())
    })
}

/// Names each object after its owner, if it has neither `name` nor `generateName`, or if that is
/// [`forced`](Options::forced): with `generateName`, so that there can be many, or with [`strict`](Options::strict)
/// with the very name.
///
/// # Errors
///
/// [`Error::NoOwner`] without a [name](Options::name) of one's own; [`Error::OwnerLacks`] a name;
/// [`Error::NotAnObject`].
pub fn harmonize_naming(objects: &mut (impl Objects + ?Sized), options: &Options) -> Result<(), Error> {
    let name = match options.own_name() {
        Some(name) => name.to_owned(),
        None => options.owner()?.text("/metadata/name")?.to_owned(),
    };
    name_after(objects, &name, options)
}

fn name_after(objects: &mut (impl Objects + ?Sized), name: &str, options: &Options) -> Result<(), Error> {
    let is_there =
        |metadata: &Map<String, Value>, key: &str| metadata.get(key).is_some_and(|it| !it.is_null());
    objects.each(&mut |object| {
        let metadata = metadata(object)?;
        let is_named = is_there(metadata, "name") || is_there(metadata, "generateName");
        if options.is_forced() || !is_named {
            let (set, value, unset) = match options.is_strict() {
                true => ("name", name.to_owned(), "generateName"),
                false => ("generateName", format!("{name}-"), "name"),
            };
            metadata.insert(set.to_owned(), value.into());
            metadata.shift_remove(unset);
        }
        Ok(())
    })
}

/// Puts each object that names no namespace into the owner's, or into [another](Options::namespace); with
/// [`forced`](Options::forced), each. The owner may live in none: then so do they.
///
/// # Errors
///
/// [`Error::NoOwner`] without a namespace of one's own; [`Error::NotAnObject`].
pub fn adjust_namespace(objects: &mut (impl Objects + ?Sized), options: &Options) -> Result<(), Error> {
    let namespace = match options.own_namespace() {
        Some(namespace) => namespace.clone(),
        None => options.owner()?.namespace(),
    };
    put_into(objects, namespace.as_deref(), options)
}

fn put_into(
    objects: &mut (impl Objects + ?Sized),
    namespace: Option<&str>,
    options: &Options,
) -> Result<(), Error> {
    objects.each(&mut |object| {
        let metadata = metadata(object)?;
        if options.is_forced() || metadata.get("namespace").is_none_or(Value::is_null) {
            match namespace {
                Some(namespace) => metadata.insert("namespace".to_owned(), namespace.into()),
                None => metadata.shift_remove("namespace"),
            };
        }
        Ok(())
    })
}

/// Makes each object the owner's: [`append_owner_reference`], [`harmonize_naming`], [`adjust_namespace`] and [`label`], all
/// with the same options.
///
/// # Errors
///
/// As those. Then some objects may have been changed.
pub fn adopt(objects: &mut (impl Objects + ?Sized), options: &Options) -> Result<(), Error> {
    let owner = options.owner()?;
    let name = match options.own_name() {
        Some(name) => name.to_owned(),
        None => owner.text("/metadata/name")?.to_owned(),
    };
    let namespace = options.own_namespace().clone().unwrap_or_else(|| owner.namespace());
    let labels = options.own_labels().clone().unwrap_or_else(|| owner.labels());
    name_after(objects, &name, options)?;
    put_into(objects, namespace.as_deref(), options)?;
    append(objects, &owner, options)?;
    put_labels(objects, &labels, options)
}

/// How an Event, say, names an object: `apiVersion`, `kind`, `name`, `uid`, `namespace`, as far as it has them.
pub fn build_object_reference(object: &Value) -> Value {
    reference(object, &["apiVersion", "kind"], &["name", "uid", "namespace"])
}

/// How an object names its owner: `controller`, `blockOwnerDeletion`, `apiVersion`, `kind`, `name`, `uid`, as far as the
/// owner has them. The first two are as the options say.
pub fn build_owner_reference(owner: &Value, options: &Options) -> Value {
    let mut built =
        json!({ "controller": options.is_controller(), "blockOwnerDeletion": options.is_blocking() });
    if let (Value::Object(built), Value::Object(more)) =
        (&mut built, reference(owner, &["apiVersion", "kind"], &["name", "uid"]))
    {
        built.extend(more);
    }
    built
}

fn reference(object: &Value, own: &[&str], of_metadata: &[&str]) -> Value {
    let known = |of: &Value, key: &str| {
        let text = of.get(key)?.as_str().filter(|text| !text.is_empty())?;
        Some((key.to_owned(), Value::from(text)))
    };
    let own = own.iter().filter_map(|key| known(object, key));
    let of_metadata = of_metadata.iter().filter_map(|key| known(object.get("metadata")?, key));
    Value::Object(own.chain(of_metadata).collect())
}

/// The metadata of an object, made if need be.
fn metadata(object: &mut Value) -> Result<&mut Map<String, Value>, Error> {
    let found = kind_of(object);
    match object {
        Value::Object(object) => Ok(members(object, "metadata")),
        _ => Err(Error::NotAnObject(found.to_owned())),
    }
}

/// A member that is an object, made if need be: what else is there was none that the API server takes.
fn members<'a>(object: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let member = object.entry(key).or_insert_with(|| json!({}));
    if !member.is_object() {
        *member = json!({});
    }
    match member {
        Value::Object(members) => members,
        _ => unreachable!("it was made an object"),
    }
}

/// A member that is a list, made if need be.
fn list<'a>(object: &'a mut Map<String, Value>, key: &str) -> &'a mut Vec<Value> {
    let member = object.entry(key).or_insert_with(|| json!([]));
    if !member.is_array() {
        *member = json!([]);
    }
    match member {
        Value::Array(items) => items,
        _ => unreachable!("it was made a list"),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
