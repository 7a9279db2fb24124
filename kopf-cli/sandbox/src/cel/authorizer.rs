//! The variable `authorizer`, by which expressions ask who may do what.

use std::sync::Arc;

use kube_cel::cel::{Value, objects::Opaque};

use super::Outcome;
use crate::{
    rbac::{Attributes, Rights, Verdict},
    user::User,
};

/// The variable that stands for the object of the request; written as if it were a field.
pub(crate) const REQUEST_RESOURCE: &str = "authorizer.requestResource";

/// A question, as far as it has been put.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    rights: Rights,
    user: User,
    what: Attributes,
}

/// Its answer: whether somebody may do something, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Decision(Verdict);

impl Opaque for Question {
    fn runtime_type_name(&self) -> &'static str {
        "kubernetes.authorization.Authorizer"
    }
}

impl Opaque for Decision {
    fn runtime_type_name(&self) -> &'static str {
        "kubernetes.authorization.Decision"
    }
}

/// What a user asks about, beginning with `what` is known already.
pub(crate) fn authorizer(rights: Rights, user: User, what: Attributes) -> Value {
    Value::Opaque(Arc::new(Question { rights, user, what }))
}

/// The outcome of a function by which expressions ask; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    let [Value::Opaque(this), rest @ ..] = args else { return None };
    if let Some(question) = this.downcast_ref::<Question>() {
        return refined(name, question, rest).map(Ok);
    }
    let Decision(verdict) = this.downcast_ref()?;
    Some(Ok(match (name, rest) {
        ("allowed", []) => Value::Bool(verdict.is_ok()),
        ("reason", []) => {
            let (Ok(reason) | Err(reason)) = verdict;
            Value::String(Arc::new(reason.clone()))
        }
        // Nothing goes wrong where roles are at hand.
        ("errored", []) => Value::Bool(false),
        ("error", []) => Value::String(Arc::default()),
        _ => return None,
    }))
}

/// A question with more said, or its answer.
fn refined(name: &str, question: &Question, args: &[Value]) -> Option<Value> {
    let mut question = question.clone();
    let what = &mut question.what;
    match (name, args) {
        ("path", [Value::String(path)]) => what.path = Some(path.to_string()),
        ("group", [Value::String(group)]) => what.group = group.to_string(),
        ("resource", [Value::String(resource)]) => what.resource = resource.to_string(),
        ("subresource", [Value::String(subresource)]) => what.subresource = subresource.to_string(),
        ("namespace", [Value::String(namespace)]) => what.namespace = namespace.to_string(),
        ("name", [Value::String(name)]) => what.name = name.to_string(),
        ("serviceAccount", [Value::String(namespace), Value::String(name)]) => {
            question.user = User::service_account(namespace, name, "");
        }
        // Roles do not know selectors.
        ("fieldSelector" | "labelSelector", [Value::String(_)]) => {}
        ("check", [Value::String(verb)]) => {
            what.verb = verb.to_string();
            let Question { rights, user, what } = &question;
            return Some(Value::Opaque(Arc::new(Decision(rights.allow(user, what)))));
        }
        _ => return None,
    }
    Some(Value::Opaque(Arc::new(question)))
}
