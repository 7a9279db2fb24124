//! The variable `authorizer`, by which expressions ask who may do what.

use std::sync::Arc;

use kube_cel::cel::{Context, ExecutionError, Value, extractors::This, objects::Opaque};

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

type Text = Arc<String>;
type Outcome = Result<Value, ExecutionError>;

pub(super) fn register(context: &mut Context<'_>) {
    context.add_function("path", |This(this): This<Value>, path: Text| {
        refine(&this, |question| question.what.path = Some(path.to_string()))
    });
    context.add_function("group", |This(this): This<Value>, group: Text| {
        refine(&this, |question| question.what.group = group.to_string())
    });
    context.add_function("serviceAccount", |This(this): This<Value>, namespace: Text, name: Text| {
        refine(&this, |question| question.user = User::service_account(&namespace, &name, ""))
    });
    context.add_function("resource", |This(this): This<Value>, resource: Text| {
        refine(&this, |question| question.what.resource = resource.to_string())
    });
    context.add_function("subresource", |This(this): This<Value>, subresource: Text| {
        refine(&this, |question| question.what.subresource = subresource.to_string())
    });
    context.add_function("namespace", |This(this): This<Value>, namespace: Text| {
        refine(&this, |question| question.what.namespace = namespace.to_string())
    });
    context.add_function("name", |This(this): This<Value>, name: Text| {
        refine(&this, |question| question.what.name = name.to_string())
    });
    // Roles do not know selectors.
    context.add_function("fieldSelector", |This(this): This<Value>, _: Text| refine(&this, |_| ()));
    context.add_function("labelSelector", |This(this): This<Value>, _: Text| refine(&this, |_| ()));
    context.add_function("check", |This(this): This<Value>, verb: Text| -> Outcome {
        let mut question = read::<Question>(&this)?.clone();
        question.what.verb = verb.to_string();
        let Question { rights, user, what } = &question;
        Ok(Value::Opaque(Arc::new(Decision(rights.allow(user, what)))))
    });
    context.add_function("allowed", |This(this): This<Value>| -> Outcome {
        Ok(Value::Bool(read::<Decision>(&this)?.0.is_ok()))
    });
    context.add_function("reason", |This(this): This<Value>| -> Outcome {
        let (Ok(reason) | Err(reason)) = &read::<Decision>(&this)?.0;
        Ok(text(reason.clone()))
    });
    // Nothing goes wrong where roles are at hand.
    context.add_function("errored", |This(this): This<Value>| -> Outcome {
        read::<Decision>(&this).map(|_| Value::Bool(false))
    });
    context.add_function("error", |This(this): This<Value>| -> Outcome {
        read::<Decision>(&this).map(|_| text(String::new()))
    });
}

fn text(text: String) -> Value {
    Value::String(Arc::new(text))
}

fn read<T: 'static>(value: &Value) -> Result<&T, ExecutionError> {
    let Value::Opaque(opaque) = value else { return Err(ExecutionError::NoSuchOverload) };
    opaque.downcast_ref::<T>().ok_or(ExecutionError::NoSuchOverload)
}

fn refine(value: &Value, change: impl FnOnce(&mut Question)) -> Outcome {
    let mut question = read::<Question>(value)?.clone();
    change(&mut question);
    Ok(Value::Opaque(Arc::new(question)))
}
