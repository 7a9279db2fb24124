//! `ValidatingAdmissionPolicy` and its bindings: what their expressions make of a write.

use kube_cel::cel::Value as Cel;
use serde_json::Value;

use super::{
    Document, Round, Subject,
    configured::Scope,
    expressions::{AUTHORIZER, Conditions, Expression, OUT_OF_BUDGET, Variables},
    own_variables::OwnVariables,
    parameters::{Kind, Seen, Wanted},
    rules::texts,
};
use crate::{
    cel::{self, BUDGET},
    json::with_stack,
    rbac::Rights,
    resources::{NAMESPACES, View},
    status::Status,
    store::Store,
};

/// The resource key of policies.
pub(crate) const POLICIES: &str = "validatingadmissionpolicies.admissionregistration.k8s.io";
pub(super) const BINDINGS: &str = "validatingadmissionpolicybindings.admissionregistration.k8s.io";
/// The variable whose fields are the policy's own.
pub(super) const VARIABLES: &str = "variables";

/// A policy, with its bindings.
#[derive(Debug)]
pub(crate) struct Policy {
    name: String,
    pub(crate) scope: Scope,
    conditions: Conditions,
    variables: Vec<(String, Expression)>,
    validations: Vec<Validation>,
    /// What the audit log would be told.
    annotations: Vec<Expression>,
    ignores_failures: bool,
    /// Whether any expression asks who may do what.
    asks: bool,
    pub(super) parameters: Option<Kind>,
    bindings: Vec<Binding>,
}

#[derive(Debug)]
struct Validation {
    expression: Expression,
    message: Option<String>,
    message_expression: Option<Expression>,
    reason: String,
}

#[derive(Debug)]
struct Binding {
    name: String,
    scope: Option<Scope>,
    actions: Vec<String>,
    parameters: Option<Wanted>,
}

/// A refusal by one validation.
struct Refused {
    message: String,
    reason: String,
    /// Whether it counts whatever a binding makes of refusals.
    always: bool,
}

impl Policy {
    /// Those that are bound: nobody asks the others.
    pub(super) fn all(store: &Store) -> Vec<Self> {
        let bindings: Vec<Value> = store.list(BINDINGS, None).iter().map(|binding| binding.value()).collect();
        let policies = store.list(POLICIES, None).into_iter().map(|policy| policy.value());
        let policies = policies.map(|policy| Policy::read(&policy, &bindings));
        policies.filter(|policy| !policy.bindings.is_empty()).collect()
    }

    fn read(policy: &Value, bindings: &[Value]) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let spec = &policy["spec"];
        let name = text(&policy["metadata"]["name"]);
        let ignores_failures = spec["failurePolicy"] == "Ignore";
        let list = |field: &str| spec[field].as_array().cloned().unwrap_or_default();
        let expression = |value: &Value| Expression::read(value.as_str().unwrap_or_default());
        let validations = list("validations").into_iter().filter_map(|validation| {
            Some(Validation {
                expression: expression(&validation["expression"])?,
                message: validation["message"].as_str().map(|message| message.trim().to_owned()),
                message_expression: validation["messageExpression"]
                    .as_str()
                    .and_then(|_| expression(&validation["messageExpression"])),
                reason: validation["reason"].as_str().unwrap_or("Invalid").to_owned(),
            })
        });
        let variables = list("variables");
        let variables = variables
            .iter()
            .filter_map(|variable| Some((text(&variable["name"]), expression(&variable["expression"])?)));
        let (validations, variables): (Vec<_>, Vec<_>) = (validations.collect(), variables.collect());
        let annotations = list("auditAnnotations");
        let annotations =
            annotations.iter().filter_map(|annotation| expression(&annotation["valueExpression"]));
        let conditions = Conditions::read(&spec["matchConditions"], ignores_failures);
        let judging = validations.iter().map(|validation| &validation.expression);
        let asking = judging.chain(variables.iter().map(|(_, expression)| expression));
        let bindings = bindings.iter().filter(|binding| binding["spec"]["policyName"] == name.as_str());
        let kind = &spec["paramKind"];
        Policy {
            scope: Scope::read(&spec["matchConstraints"], "resourceRules"),
            asks: conditions.ask() || asking.into_iter().any(|expression| expression.mentions(AUTHORIZER)),
            conditions,
            variables,
            validations,
            annotations: annotations.collect(),
            ignores_failures,
            parameters: kind.is_object().then(|| (text(&kind["apiVersion"]), text(&kind["kind"]))),
            bindings: bindings.map(Binding::read).collect(),
            name,
        }
    }
}

impl Binding {
    fn read(binding: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let spec = &binding["spec"];
        let resources = &spec["matchResources"];
        Binding {
            name: text(&binding["metadata"]["name"]).unwrap_or_default(),
            scope: resources.is_object().then(|| Scope::read(resources, "resourceRules")),
            actions: texts(&spec["validationActions"]),
            parameters: Wanted::read(&spec["paramRef"]),
        }
    }

    fn is_for(&self, subject: &Subject, round: &Round) -> bool {
        let object = round.object.as_ref();
        self.scope.as_ref().is_none_or(|scope| {
            let any = scope.rules.rules.is_empty();
            if any {
                scope.selects(subject, round, object)
            } else {
                scope.view(subject, round, object).is_some()
            }
        })
    }
}

/// What policies are to judge: those that a request is for, with what they look at besides it, as it is when they are asked.
#[derive(Debug, Default)]
pub(super) struct Cases {
    cases: Vec<Case>,
    /// The namespace that the object is in.
    home: Option<Document>,
    /// Who may do what, where an expression asks.
    rights: Option<Rights>,
}

#[derive(Debug)]
struct Case {
    /// Which of the policies.
    policy: usize,
    /// The version in which it sees the request.
    view: View,
    /// Which of its bindings, and with which parameters; or why that cannot be told.
    bindings: Result<Vec<(usize, Parametrized)>, String>,
}

/// The parameters that a binding is with; one that is absent where it has none.
type Parametrized = Result<Vec<Option<Document>>, String>;

impl Cases {
    pub(super) fn gather(policies: &[Policy], store: &Store, subject: &Subject, round: &Round) -> Self {
        let mut gathered = Cases::default();
        for (index, policy) in policies.iter().enumerate() {
            let Some(view) = policy.scope.view(subject, round, round.object.as_ref()) else { continue };
            let seen = policy.parameters.as_ref().map(|kind| Seen::of(kind, store)).transpose();
            let bindings = seen.map(|seen| {
                let bindings = policy.bindings.iter().enumerate();
                let bindings = bindings.filter(|(_, binding)| binding.is_for(subject, round));
                let parameters = |binding: &Binding| match (&seen, &binding.parameters) {
                    (Some(seen), Some(wanted)) => seen.find(wanted, store, subject, &round.name),
                    _ => Ok(vec![None]),
                };
                bindings.map(|(index, binding)| (index, parameters(binding))).collect()
            });
            if policy.asks && gathered.rights.is_none() {
                gathered.rights = Some(subject.rights(store));
            }
            gathered.cases.push(Case { policy: index, view, bindings });
        }
        if !gathered.is_empty() {
            let home = store.get(NAMESPACES, "", subject.home(&round.name));
            gathered.home = home.map(|home| Document::of_text(home.bytes.clone(), home.header.depth));
        }
        gathered
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// How deep what expressions see of a round is nested.
    pub(super) fn depth(&self, round: &Round) -> usize {
        let parameters = self.cases.iter().flat_map(|case| &case.bindings).flatten();
        let parameters =
            parameters.filter_map(|(_, parameters)| parameters.as_ref().ok()).flatten().flatten();
        let seen = [&round.object, &round.old, &self.home].into_iter().flatten().chain(parameters);
        seen.map(|document| document.depth).max().unwrap_or_default()
    }

    /// Refuses what a policy denies, and warns of what one warns of.
    pub(super) fn judge(
        &self,
        policies: &[Policy],
        subject: &Subject,
        round: &Round,
        warnings: &mut Vec<String>,
    ) -> Result<(), Status> {
        let mut denied: Option<Status> = None;
        for case in &self.cases {
            let policy = &policies[case.policy];
            let deny = |by: &str, refused: Refused| {
                let message = format!(
                    "ValidatingAdmissionPolicy '{}'{by} denied request: {}",
                    policy.name, refused.message
                );
                refuse(subject, round, &message, refused.reason)
            };
            let bindings = match &case.bindings {
                Ok(bindings) => bindings,
                Err(_) if policy.ignores_failures => continue,
                Err(why) => {
                    denied.get_or_insert_with(|| {
                        deny("", failure(format!("failed to configure policy: {why}")))
                    });
                    continue;
                }
            };
            for (index, parameters) in bindings {
                let binding = &policy.bindings[*index];
                let refusals = match parameters {
                    Ok(parameters) => {
                        let each = parameters.iter();
                        each.flat_map(|params| {
                            self.refusals(policy, subject, round, (&case.view, params.as_ref()))
                        })
                        .collect()
                    }
                    Err(_) if policy.ignores_failures => Vec::new(),
                    Err(why) => vec![failure(format!("failed to configure binding: {why}"))],
                };
                for refused in refusals {
                    let of = format!(" with binding '{}'", binding.name);
                    if !refused.always && binding.actions.iter().any(|action| action == "Warn") {
                        let (policy, said) = (&policy.name, &refused.message);
                        warnings.push(format!(
                            "Validation failed for ValidatingAdmissionPolicy '{policy}'{of}: {said}"
                        ));
                    }
                    if refused.always || binding.actions.iter().any(|action| action == "Deny") {
                        denied.get_or_insert_with(|| deny(&of, refused));
                    }
                }
            }
        }
        denied.map_or(Ok(()), Err)
    }

    /// What a policy has against the request, seen in a version and with parameters.
    fn refusals(
        &self,
        policy: &Policy,
        subject: &Subject,
        round: &Round,
        (view, params): (&View, Option<&Document>),
    ) -> Vec<Refused> {
        let translated = round.object.as_ref().map(|object| super::chain::translate(object, subject, view));
        let mut variables = Variables::of(subject, round, view, translated.as_ref());
        if let Some(rights) = self.rights.as_ref().filter(|_| policy.asks) {
            variables.ask(subject, round, rights.clone());
        }
        if policy.parameters.is_some() {
            variables.set("params", params);
        }
        policy.refusals(&mut variables, self.home.as_ref())
    }
}

fn failure(message: String) -> Refused {
    Refused { message, reason: "Invalid".to_owned(), always: false }
}

fn refuse(subject: &Subject, round: &Round, message: &str, reason: String) -> Status {
    let mut status = Status::forbidden(subject.about(round), message);
    status.code = match &*reason {
        "Forbidden" => 403,
        "Unauthorized" => 401,
        "RequestEntityTooLarge" => 413,
        _ => 422,
    };
    status.reason = reason.into();
    if let Some(details) = &mut status.details {
        details["causes"] = serde_json::json!([{ "message": message }]);
    }
    status
}

impl Policy {
    /// What the policy has against what expressions see. Conditions do not see the namespace.
    fn refusals(&self, variables: &mut Variables, home: Option<&Document>) -> Vec<Refused> {
        variables.set("namespaceObject", None);
        match self.conditions.hold(variables) {
            Ok(true) => {}
            Ok(false) => return Vec::new(),
            Err(why) => return vec![failure(why)],
        }
        variables.set("namespaceObject", home);
        // Variables may be made of each other, and so may what they come to.
        let height = self.variables.iter().map(|(_, expression)| expression.height()).sum();
        with_stack(height, || cel::together(|| self.broken(variables)))
    }

    /// What does not hold, or comes to nothing.
    fn broken(&self, variables: &Variables) -> Vec<Refused> {
        // Only what judges may ask who may do what.
        let unasked = variables.without_rights();
        let unheld = self.unheld(variables, &unasked);
        let all = unheld.and_then(|refused| Ok(refused.into_iter().chain(self.untold(&unasked)?).collect()));
        all.unwrap_or_else(|why| self.failed(why.to_owned()).into_iter().collect())
    }

    /// # Errors
    ///
    /// That validations cost too much together.
    fn unheld(&self, variables: &Variables, unasked: &Variables) -> Result<Vec<Refused>, &'static str> {
        let names = OwnVariables::new(variables, &self.variables);
        let mut spent = 0_u64;
        let mut outcomes = Vec::with_capacity(self.validations.len());
        for validation in &self.validations {
            outcomes.push(names.evaluate(&validation.expression, &mut spent));
            if spent > BUDGET {
                return Err(OUT_OF_BUDGET);
            }
        }
        // Variables are worked out anew for messages, and cost again.
        let messages = self.messages(&OwnVariables::new(unasked, &self.variables), spent);
        let refused =
            self.validations.iter().zip(outcomes).enumerate().filter_map(|(index, (one, outcome))| {
                match (outcome, &messages) {
                    (Err(fault), _) => self.failed(one.expression.told(fault.told())),
                    (Ok(_), Err(why)) => self.failed(format!("failed messageExpression: {why}")),
                    (Ok(Cel::Bool(true)), _) => None,
                    (Ok(_), Ok(messages)) => Some(one.refused(messages.get(index).and_then(Option::as_ref))),
                }
            });
        Ok(refused.collect())
    }

    /// What the audit log could not be told. There is no log here; but where something fails it is refused.
    ///
    /// # Errors
    ///
    /// That annotations cost too much together.
    fn untold(&self, unasked: &Variables) -> Result<Vec<Refused>, &'static str> {
        let names = OwnVariables::new(unasked, &self.variables);
        let (mut spent, mut refused) = (0_u64, Vec::new());
        for annotation in &self.annotations {
            let outcome = names.evaluate(annotation, &mut spent);
            if spent > BUDGET {
                return Err(OUT_OF_BUDGET);
            }
            let why = match outcome {
                Ok(Cel::String(_) | Cel::Null) => continue,
                Err(_) if self.ignores_failures => continue,
                Err(fault) => annotation.told(fault.told()),
                Ok(other) => format!(
                    "valueExpression '{}' resulted in unsupported return type: {}. Return type must be either string or null.",
                    annotation.source(),
                    cel::type_of(&other)
                ),
            };
            refused.push(Refused { always: true, ..failure(why) });
        }
        Ok(refused)
    }

    /// A refusal by what has failed, unless failures are to be ignored.
    fn failed(&self, message: String) -> Option<Refused> {
        (!self.ignores_failures).then(|| failure(message))
    }

    /// The messages that expressions come to, whether they are told or not.
    ///
    /// # Errors
    ///
    /// That they cost too much.
    fn messages(&self, names: &OwnVariables<'_>, mut spent: u64) -> Result<Vec<Option<Cel>>, &'static str> {
        let mut messages = Vec::with_capacity(self.validations.len());
        for validation in &self.validations {
            let expression = validation.message_expression.as_ref();
            messages.push(expression.and_then(|expression| names.evaluate(expression, &mut spent).ok()));
            if spent > BUDGET {
                return Err(OUT_OF_BUDGET);
            }
        }
        Ok(messages)
    }
}

impl Validation {
    fn refused(&self, said: Option<&Cel>) -> Refused {
        let said = said.and_then(cel::message);
        let message = said.or_else(|| self.message.clone().filter(|message| !message.is_empty()));
        let message =
            message.unwrap_or_else(|| format!("failed expression: {}", self.expression.source().trim()));
        Refused { message, reason: self.reason.clone(), always: false }
    }
}
