//! What policies see as their parameters: what a server keeps in mind of a kind from the moment on at which somebody is bound
//! with it. Where the kind cannot be listed any more, because it is defined otherwise, that stays as it was last.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use super::{Document, Subject};
use crate::{object::Stored, resources::View, selectors::Labels, store::Store, stranded};

/// The apiVersion and the kind of parameters.
pub(crate) type Kind = (String, String);

/// What is still in mind of kinds that cannot be listed any more.
pub(crate) type Remembered = HashMap<Kind, Memory>;

/// The objects of a kind as they were, and as who looked at them saw them.
#[derive(Debug)]
pub(crate) struct Memory {
    view: View,
    objects: Vec<Arc<Stored>>,
}

/// Defines a resource otherwise, and keeps in mind what policies see of its objects where they cannot be listed any more; to be
/// called on a stack that the store's objects need.
pub(crate) fn keep_across<T>(store: &mut Store, key: &str, redefine: impl FnOnce(&mut Store) -> T) -> T {
    let mut remembered = in_mind(store, key);
    let outcome = redefine(store);
    remembered.extend(std::mem::take(&mut store.remembered));
    remembered.retain(|kind, _| listed(store, kind).is_none());
    store.remembered = remembered;
    outcome
}

/// What is in mind of the kinds of a resource that policies are bound with.
fn in_mind(store: &mut Store, key: &str) -> Remembered {
    let Some(configured) = store.admission() else { return Remembered::new() };
    let kinds = configured.policies.iter().filter_map(|policy| policy.parameters.as_ref());
    let kinds = kinds.filter_map(|kind| {
        let view = listed(store, kind).filter(|view| *view.resource.key == *key)?;
        Some((kind.clone(), Memory { view, objects: store.list(key, None) }))
    });
    kinds.collect()
}

/// A kind, if its objects can be listed.
fn listed(store: &Store, (api_version, kind): &Kind) -> Option<View> {
    let view = store.catalog.view_of_kind(api_version, kind);
    view.filter(|view| !store.unreadable.contains_key(&view.resource.key))
}

/// The parameters of a kind.
pub(super) enum Seen<'a> {
    Now(View),
    Once(&'a Memory),
    /// They cannot be listed, and could not be since somebody was bound with them.
    Never(View),
}

/// Which parameters a binding is with.
#[derive(Debug)]
pub(super) struct Wanted {
    name: String,
    namespace: Option<String>,
    labels: Labels,
    may_be_absent: bool,
}

impl Wanted {
    /// Reads a `paramRef`; `None` where there is none.
    pub(super) fn read(reference: &Value) -> Option<Self> {
        let text = |field: &str| reference[field].as_str().unwrap_or_default().to_owned();
        reference.is_object().then(|| Wanted {
            name: text("name"),
            namespace: Some(text("namespace")).filter(|namespace| !namespace.is_empty()),
            labels: Labels::of(&reference["selector"]),
            may_be_absent: reference["parameterNotFoundAction"] == "Allow",
        })
    }
}

impl<'a> Seen<'a> {
    /// # Errors
    ///
    /// That there is no such kind.
    pub(super) fn of(kind: &Kind, store: &'a Store) -> Result<Self, String> {
        if let Some(memory) = store.remembered.get(kind) {
            return Ok(Seen::Once(memory));
        }
        if let Some(view) = listed(store, kind) {
            return Ok(Seen::Now(view));
        }
        let (version, name) = kind;
        let (group, bare) = version.split_once('/').unwrap_or(("", version));
        let missing =
            || format!("failed to find resource referenced by paramKind: '{group}/{bare}, Kind={name}'");
        store.catalog.view_of_kind(version, name).map(Seen::Never).ok_or_else(missing)
    }

    /// The version in which they are seen.
    fn view(&self) -> &View {
        match self {
            Seen::Now(view) | Seen::Never(view) => view,
            Seen::Once(memory) => &memory.view,
        }
    }

    /// The parameters that a binding is with, for a request about an object of that name.
    ///
    /// # Errors
    ///
    /// Why that cannot be told.
    pub(super) fn find(
        &self,
        wanted: &Wanted,
        store: &Store,
        subject: &Subject,
        name: &str,
    ) -> Result<Vec<Option<Document>>, String> {
        let view = self.view();
        let namespace = match (&wanted.namespace, subject.home(name)) {
            _ if !view.resource.namespaced => "",
            (Some(namespace), _) => namespace,
            (None, "") => {
                return Err(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
                        .to_owned(),
                );
            }
            (None, home) => home,
        };
        if let Seen::Never(view) = self {
            let (version, kind) = (view.api_version(), &view.resource.kind);
            return Err(format!(
                "paramKind kind `&ParamKind{{APIVersion:{version},Kind:{kind},}}` not yet synced to use for admission"
            ));
        }
        if !view.resource.namespaced && wanted.namespace.is_some() {
            return Err("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned());
        }
        let found: Vec<Option<Document>> = if wanted.name.is_empty() {
            let all = self.all(store, namespace).into_iter();
            let chosen = all.filter(|object| wanted.labels.match_all(&object.header.labels));
            chosen.map(|object| Some(document(&object, view))).collect()
        } else {
            self.named(store, namespace, &wanted.name)?.into_iter().map(Some).collect()
        };
        if found.is_empty() && !wanted.may_be_absent {
            return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
        }
        Ok(found)
    }

    fn all(&self, store: &Store, namespace: &str) -> Vec<Arc<Stored>> {
        match self {
            Seen::Once(memory) => memory.of(namespace).cloned().collect(),
            Seen::Now(view) | Seen::Never(view) => store.list(&view.resource.key, Some(namespace)),
        }
    }

    /// One that is not in mind is asked for.
    fn named(&self, store: &Store, namespace: &str, name: &str) -> Result<Option<Document>, String> {
        let view = self.view();
        if let Seen::Once(memory) = self
            && let Some(object) = memory.of(namespace).find(|object| object.header.name == *name)
        {
            return Ok(Some(document(object, view)));
        }
        let view = store.catalog.view_of_kind(&view.api_version(), &view.resource.kind);
        let Some(view) = view else { return Ok(None) };
        let Some(object) = store.get(&view.resource.key, namespace, name) else { return Ok(None) };
        stranded::check_read(&view, object).map_err(|refused| refused.message)?;
        Ok(Some(document(object, &view)))
    }
}

impl Memory {
    fn of(&self, namespace: &str) -> impl Iterator<Item = &Arc<Stored>> {
        self.objects.iter().filter(move |object| object.header.namespace == *namespace)
    }
}

fn document(object: &Stored, view: &View) -> Document {
    Document::of_text(object.shown(view), object.depth(view))
}
