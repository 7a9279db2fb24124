//! Lists: as they are now, as they were, and piece by piece.

mod position;

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use crate::{
    form::{Form, Sheet},
    json,
    names::name_faults,
    object::{Stored, key_of},
    options::{Matching, Options},
    printed,
    resources::{NameRule, View},
    status::Status,
    store::Store,
    stranded,
};
use position::Position;

/// A list, ready to be printed outside the store's lock.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) objects: Vec<Arc<Stored>>,
    revision: u64,
    continue_token: String,
    remaining: Option<usize>,
}

/// A resourceVersion that a read asked for.
///
/// # Errors
///
/// 400 where it is no number, 504 where the future is asked for.
pub(crate) fn revision_asked(text: &str, current: u64) -> Result<u64, Status> {
    let asked = parse_revision(text)
        .map_err(|why| Status::bad_request(format!("invalid resource version: resourceVersion: {why}")))?;
    if asked > current { Err(Status::too_new(asked, current)) } else { Ok(asked) }
}

/// A resourceVersion as a number; none is zero.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn parse_revision(text: &str) -> Result<u64, String> {
    parse_uint(text).map_err(|why| format!("Invalid value: {}: {why}", printed::quoted(text)))
}

/// Reads a number as Go does; nothing is zero.
///
/// # Errors
///
/// What is wrong with it.
pub(crate) fn parse_uint(text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let is_number = text.bytes().all(|letter| letter.is_ascii_digit());
    let why = if is_number { "value out of range" } else { "invalid syntax" };
    let read = text.parse().ok().filter(|_| is_number);
    read.ok_or_else(|| format!("strconv.ParseUint: parsing {}: {why}", printed::quoted(text)))
}

/// Finds what a list asks for.
///
/// # Errors
///
/// 400 for a bad version or token, 410 for a past that is forgotten, 504 for a future.
pub(crate) fn list(
    store: &Store,
    view: &View,
    namespace: Option<&str>,
    options: &Options,
    now: Timestamp,
) -> Result<Listing, Status> {
    let namespace = namespace.or_else(|| home(view, options));
    let single = single(view, namespace, options);
    let start = start(options, store.revision(), single)?;
    let objects = at(store, view, (namespace, single), start.revision);
    let mut objects = objects.ok_or_else(|| too_old(start.key.as_deref()))?;
    if let Some(key) = &start.key {
        let first = key_of((namespace.unwrap_or_default(), key));
        objects.retain(|object| key_of(object.place()).ge(first.clone()));
    }
    stranded::check_list(store, &view.resource, objects.iter().map(|object| &**object), options, now)?;
    let (objects, remaining) = piece(objects, options);
    let continue_token = match objects.last().filter(|_| remaining > 0) {
        Some(last) => {
            let (its_namespace, name) = last.place();
            let is_in_part = namespace.is_some() || !view.resource.namespaced;
            let key = if is_in_part { name.to_owned() } else { format!("{its_namespace}/{name}") };
            Position::behind(Some(start.revision), &key).token()
        }
        None => String::new(),
    };
    let remaining = (remaining > 0 && options.selection.is_everything()).then_some(remaining);
    Ok(Listing { objects, revision: start.revision, continue_token, remaining })
}

/// Where a list begins: at which version, and at which key if it goes on.
struct Start {
    revision: u64,
    key: Option<String>,
}

fn start(options: &Options, current: u64, single: Option<&str>) -> Result<Start, Status> {
    if options.continue_token.is_empty() {
        let asked = revision_asked(&options.resource_version, current)?;
        // A piece of a list from a version on is a piece of the list at that version.
        let is_in_pieces =
            options.matching == Matching::Unset && options.limit > 0 && asked > 0 && single.is_none();
        let exactly = is_in_pieces || options.matching == Matching::Exact;
        return Ok(Start { revision: if exactly { asked } else { current }, key: None });
    }
    let position = Position::parse(&options.continue_token).map_err(|why| {
        Status::bad_request(format!("invalid continue token: continue key is not valid{why}"))
    })?;
    if !matches!(options.resource_version.as_str(), "" | "0") {
        return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
    }
    let revision = position.revision.unwrap_or(current);
    if revision > current {
        return Err(Status::too_new(revision, current));
    }
    Ok(Start { revision, key: Some(position.key) })
}

/// The objects that there were at a version, in a namespace and of a name if they are given; none if that is forgotten.
fn at(
    store: &Store,
    view: &View,
    (namespace, single): (Option<&str>, Option<&str>),
    revision: u64,
) -> Option<Vec<Arc<Stored>>> {
    let key = &view.resource.key;
    match single {
        Some(name) if revision == store.revision() => {
            Some(store.get(key, namespace.unwrap_or_default(), name).cloned().into_iter().collect())
        }
        None if revision == store.revision() => Some(store.list(key, namespace)),
        _ => {
            let mut objects = store.list_at(key, namespace, revision)?;
            objects.retain(|object| single.is_none_or(|name| object.header.name == name));
            Some(objects)
        }
    }
}

/// As many of the objects as are selected and asked for, and how many are behind them, which is not to say that any of those
/// will be selected.
fn piece(objects: Vec<Arc<Stored>>, options: &Options) -> (Vec<Arc<Stored>>, usize) {
    // From any version on (`0`), the server answers out of its cache, with all that is left.
    let limited = options.limit > 0 && options.resource_version != "0";
    let limit = if limited { usize::try_from(options.limit).unwrap_or(usize::MAX) } else { usize::MAX };
    let mut objects = objects.into_iter();
    let selected = objects.by_ref().filter(|object| options.selection.matches(&object.header)).take(limit);
    let selected = selected.collect();
    (selected, objects.len())
}

/// The only namespace that a list over all can have objects of.
fn home<'a>(view: &View, options: &'a Options) -> Option<&'a str> {
    let name = options.selection.exactly("metadata.namespace");
    name.filter(|_| options.continue_token.is_empty() && view.resource.namespaced)
        .filter(|name| name_faults(name, NameRule::Label).is_empty())
}

/// The only object that a list can have: who asks for it by its name is told of no rest.
fn single<'a>(view: &View, namespace: Option<&str>, options: &'a Options) -> Option<&'a str> {
    let is_placed = namespace.is_some() || !view.resource.namespaced;
    let name = options.selection.exactly("metadata.name").filter(|_| options.continue_token.is_empty())?;
    Some(name)
        .filter(|name| is_placed && !name.is_empty() && name_faults(name, NameRule::PathSegment).is_empty())
}

fn too_old(from: Option<&str>) -> Status {
    let Some(key) = from else {
        return Status::expired("The resourceVersion for the provided list is too old.");
    };
    let message = "The provided continue parameter is too old to display a consistent list result. You can start a new \
                   list without the continue parameter, or use the continue token in this response to retrieve the \
                   remainder of the results. Continuing with the provided token results in an inconsistent list - objects \
                   that were created, modified, or deleted between the time the first chunk was returned and now may show \
                   up in the list.";
    let token = Position { revision: None, key: key.to_owned() }.token();
    Status { continue_token: Some(token), ..Status::expired(message) }
}

impl Listing {
    /// The list as it goes over the wire.
    pub(crate) fn print(&self, view: &View, form: Form, sheet: Sheet<'_>) -> Vec<u8> {
        let custom = view.resource.rules.custom;
        let mut metadata = json!({ "resourceVersion": self.revision.to_string() });
        // Whole lists of custom resources say even that nothing is left.
        if !self.continue_token.is_empty() || custom && form == Form::Whole {
            metadata["continue"] = self.continue_token.as_str().into();
        }
        if let Some(remaining) = self.remaining {
            metadata["remainingItemCount"] = remaining.into();
        }
        if form != Form::Whole {
            let objects = self.objects.iter().map(|object| (object.shown(view), object.depth(view)));
            return form.list(&metadata, objects, sheet);
        }
        let (kind, api_version) = (&view.resource.list_kind, view.api_version());
        // Lists of custom resources have their members in order, as all of them have.
        let (head, tail) = if custom {
            let head = json!({ "apiVersion": api_version }).to_string();
            (head, json::sorted(&json!({ "kind": kind, "metadata": metadata })).replacen('{', ",", 1))
        } else {
            let head = json!({ "kind": kind, "apiVersion": api_version, "metadata": metadata });
            (head.to_string(), "}".to_owned())
        };
        let size: usize = self.objects.iter().map(|object| object.bytes.len() + 1).sum();
        let mut printed = Vec::with_capacity(head.len() + size + tail.len() + 16);
        printed.extend_from_slice(head.strip_suffix('}').unwrap_or(&head).as_bytes());
        printed.extend_from_slice(br#","items":["#);
        // In lists of built-in resources no item says what it is; the list does.
        let own_kind = (!custom).then(|| {
            let own_kind = json!({ "kind": view.resource.kind, "apiVersion": api_version });
            own_kind.to_string().trim_end_matches('}').to_owned() + ","
        });
        for (index, object) in self.objects.iter().enumerate() {
            if index > 0 {
                printed.push(b',');
            }
            let shown = object.shown(view);
            match own_kind.as_deref().and_then(|own_kind| shown.strip_prefix(own_kind.as_bytes())) {
                Some(rest) => {
                    printed.push(b'{');
                    printed.extend_from_slice(rest);
                }
                None => printed.extend_from_slice(&shown),
            }
        }
        printed.push(b']');
        printed.extend_from_slice(tail.as_bytes());
        printed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_future_cannot_be_listed() {
        assert_eq!(revision_asked("", 5), Ok(0));
        assert_eq!(revision_asked("5", 5), Ok(5));
        assert_eq!(revision_asked("6", 5).unwrap_err().code, 504);
        assert_eq!(revision_asked("abc", 5).unwrap_err().code, 400);
    }
}
