//! The types of what the expressions of webhooks and policies may name.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use super::expressions::AUTHORIZER;
use crate::cel::{Declarations, Fields, Plain, REQUEST_RESOURCE, Type};

/// A type that is known by its fields.
struct Known {
    name: &'static str,
    fields: &'static [(&'static str, Of)],
}

/// What a field is of.
#[derive(Clone, Copy)]
enum Of {
    One(Plain),
    Texts,
    TextByName,
    TextsByName,
    Object(&'static Known),
    Objects(&'static Known),
}

use Of::{Object, Objects, One, TextByName, Texts, TextsByName};
use Plain::{Bool, Dyn, Int, String as Text, Timestamp};

const KIND: Known = Known {
    name: "kubernetes.GroupVersionKind",
    fields: &[("group", One(Text)), ("version", One(Text)), ("kind", One(Text))],
};
const RESOURCE: Known = Known {
    name: "kubernetes.GroupVersionResource",
    fields: &[("group", One(Text)), ("version", One(Text)), ("resource", One(Text))],
};
const USER: Known = Known {
    name: "kubernetes.UserInfo",
    fields: &[("username", One(Text)), ("uid", One(Text)), ("groups", Texts), ("extra", TextsByName)],
};
const REQUEST: Known = Known {
    name: "kubernetes.AdmissionRequest",
    fields: &[
        ("kind", Object(&KIND)),
        ("resource", Object(&RESOURCE)),
        ("subResource", One(Text)),
        ("requestKind", Object(&KIND)),
        ("requestResource", Object(&RESOURCE)),
        ("requestSubResource", One(Text)),
        ("name", One(Text)),
        ("namespace", One(Text)),
        ("operation", One(Text)),
        ("userInfo", Object(&USER)),
        ("dryRun", One(Bool)),
        ("options", One(Dyn)),
    ],
};
const NAMESPACE_METADATA: Known = Known {
    name: "kubernetes.NamespaceMetadata",
    fields: &[
        ("name", One(Text)),
        ("generateName", One(Text)),
        ("namespace", One(Text)),
        ("labels", TextByName),
        ("annotations", TextByName),
        ("UID", One(Text)),
        ("creationTimestamp", One(Timestamp)),
        ("deletionGracePeriodSeconds", One(Int)),
        ("deletionTimestamp", One(Timestamp)),
        ("generation", One(Int)),
        ("resourceVersion", One(Text)),
        ("finalizers", Texts),
    ],
};
const NAMESPACE_CONDITION: Known = Known {
    name: "kubernetes.NamespaceCondition",
    fields: &[
        ("status", One(Text)),
        ("type", One(Text)),
        ("lastTransitionTime", One(Timestamp)),
        ("message", One(Text)),
        ("reason", One(Text)),
    ],
};
const NAMESPACE_SPEC: Known = Known { name: "kubernetes.NamespaceSpec", fields: &[("finalizers", Texts)] };
const NAMESPACE_STATUS: Known = Known {
    name: "kubernetes.NamespaceStatus",
    fields: &[("conditions", Objects(&NAMESPACE_CONDITION)), ("phase", One(Text))],
};
const NAMESPACE: Known = Known {
    name: "kubernetes.Namespace",
    fields: &[
        ("metadata", Object(&NAMESPACE_METADATA)),
        ("spec", Object(&NAMESPACE_SPEC)),
        ("status", Object(&NAMESPACE_STATUS)),
    ],
};

impl Known {
    fn typed<'a>(&'static self) -> Type<'a> {
        Type::object(self.name.to_owned(), Some(Rc::new(self)))
    }
}

impl<'a> Fields<'a> for &'static Known {
    fn field(&self, _: &str, name: &str) -> Option<Type<'a>> {
        let (_, of) = self.fields.iter().find(|(known, _)| *known == name)?;
        Some(match *of {
            One(plain) => Type::Plain(plain),
            Texts => Type::list(Type::STRING),
            TextByName => Type::map(Type::STRING, Type::STRING),
            TextsByName => Type::map(Type::STRING, Type::list(Type::STRING)),
            Object(known) => known.typed(),
            Objects(known) => Type::list(known.typed()),
        })
    }
}

/// What every expression may name but for the parameters, the policy's own variables, and who may do what.
pub(super) fn of_requests<'a>() -> Declarations<'a> {
    of_requests_about(Type::DYN)
}

/// The same where the objects that are asked about are of a type.
pub(super) fn of_requests_about(object: Type<'_>) -> Declarations<'_> {
    Declarations::default()
        .with("object", object.clone())
        .with("oldObject", object)
        .with("request", REQUEST.typed())
        .with("namespaceObject", NAMESPACE.typed())
}

/// The same, and who may do what.
pub(super) fn with_rights(variables: Declarations<'_>) -> Declarations<'_> {
    let of_rights = |name: &str| Type::object(format!("kubernetes.authorization.{name}"), None);
    variables.with(AUTHORIZER, of_rights("Authorizer")).with(REQUEST_RESOURCE, of_rights("ResourceCheck"))
}

/// The types of the variables that a policy has of its own, which are known one after the other.
#[derive(Clone, Default)]
pub(super) struct OwnTypes<'a>(Rc<RefCell<HashMap<String, Type<'a>>>>);

impl<'a> OwnTypes<'a> {
    pub(super) fn typed(&self) -> Type<'a> {
        Type::object("kubernetes.variables".to_owned(), Some(Rc::new(self.clone())))
    }

    /// Adds one; nothing is known of what could not be checked.
    pub(super) fn add(&self, name: &str, of: Option<Type<'a>>) {
        self.0.borrow_mut().insert(name.to_owned(), of.map_or(Type::DYN, |of| of.kept()));
    }
}

impl<'a> Fields<'a> for OwnTypes<'a> {
    fn field(&self, _: &str, name: &str) -> Option<Type<'a>> {
        self.0.borrow().get(name).cloned()
    }
}
