//! The webhooks and policies that the objects of the store name, read once for all requests until one of them changes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::{
    Document, Operation, Round, Stage, Subject,
    call::Address,
    expressions::Conditions,
    parameters::Kind,
    policies::Policy,
    review::Reviews,
    rules::{Rule, Rules},
    trust::Trust,
};
use crate::{object::LabelSet, resources::View, selectors::Labels, store::Store};

/// What the keys of such resources end with.
pub(crate) const GROUP: &str = ".admissionregistration.k8s.io";
const MUTATING: &str = "mutatingwebhookconfigurations.admissionregistration.k8s.io";
const VALIDATING: &str = "validatingwebhookconfigurations.admissionregistration.k8s.io";

/// All that is configured.
#[derive(Debug)]
pub(crate) struct Configured {
    mutating: Vec<Webhook>,
    validating: Vec<Webhook>,
    pub(super) policies: Vec<Policy>,
}

/// What a webhook or a policy is for, besides what its rules say.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) rules: Rules,
    excluded: Rules,
    namespaces: Labels,
    objects: Labels,
}

/// One webhook.
#[derive(Debug)]
pub(crate) struct Webhook {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    pub(crate) conditions: Conditions,
    pub(crate) address: Address,
    pub(crate) trust: Trust,
    /// Which reviews it is sent.
    pub(crate) reviews: Reviews,
    pub(crate) timeout: Duration,
    pub(crate) ignores_failures: bool,
    /// Whether it is called again after others have changed the object.
    pub(crate) again: bool,
}

impl Configured {
    /// To be called on a stack that the store's objects need.
    pub(crate) fn read(store: &Store) -> Option<Self> {
        let hooks = |key| {
            let configurations = store.list(key, None).into_iter().map(|object| object.value());
            let hooks = configurations.flat_map(|configuration| match &configuration["webhooks"] {
                Value::Array(hooks) => hooks.iter().map(Webhook::read).collect(),
                _ => Vec::new(),
            });
            hooks.collect::<Vec<_>>()
        };
        let configured = Configured {
            mutating: hooks(MUTATING),
            validating: hooks(VALIDATING),
            policies: Policy::all(store),
        };
        let Configured { mutating, validating, policies } = &configured;
        let nothing = mutating.is_empty() && validating.is_empty() && policies.is_empty();
        (!nothing).then_some(configured)
    }

    pub(super) fn hooks(&self, stage: Stage) -> &[Webhook] {
        match stage {
            Stage::Mutating => &self.mutating,
            Stage::Validating => &self.validating,
        }
    }

    /// Whether anybody could have a say about such a request.
    pub(super) fn concerns(&self, subject: &Subject) -> bool {
        let hooks = self.mutating.iter().chain(&self.validating).map(|hook| &hook.scope);
        let mut scopes = hooks.chain(self.policies.iter().map(|policy| &policy.scope));
        scopes.any(|scope| scope.rules.view(subject, None, "").is_some())
    }

    /// Whether any policy is bound with parameters of a kind.
    pub(crate) fn is_bound_with(&self, kind: &Kind) -> bool {
        self.policies.iter().any(|policy| policy.parameters.as_ref() == Some(kind))
    }

    /// Whether a webhook could be called in this round.
    pub(super) fn has_hooks(&self, subject: &Subject, round: &Round) -> bool {
        let fits =
            |hook: &Webhook| hook.scope.rules.view(subject, Some(round.operation), &round.name).is_some();
        self.hooks(round.stage).iter().any(fits)
    }
}

impl Scope {
    /// Reads what a webhook or the constraints of a policy say; `rules` is the field that has the rules.
    pub(crate) fn read(said: &Value, rules: &str) -> Self {
        let exact = said["matchPolicy"] == "Exact";
        Scope {
            rules: Rules { rules: Rule::all(&said[rules]), exact },
            excluded: Rules { rules: Rule::all(&said["excludeResourceRules"]), exact },
            namespaces: Labels::of(&said["namespaceSelector"]),
            objects: Labels::of(&said["objectSelector"]),
        }
    }

    /// The version in which it sees the request; `None` where it is not for it.
    pub(crate) fn view(&self, subject: &Subject, round: &Round, object: Option<&Document>) -> Option<View> {
        let view = self.rules.view(subject, Some(round.operation), &round.name)?;
        self.selects(subject, round, object).then_some(view)
    }

    /// Whether its selectors choose the request, and nothing excludes it.
    pub(crate) fn selects(&self, subject: &Subject, round: &Round, object: Option<&Document>) -> bool {
        let own = subject.is_a_namespace()
            && round.operation != Operation::Delete
            && subject.subresource.is_empty();
        let home = || match object.filter(|_| own) {
            Some(object) => Some(object.read(|object| LabelSet::of(&object))),
            None => round.labels.clone(),
        };
        let in_place = self.namespaces.is_everything()
            || !(subject.view.resource.namespaced || subject.is_a_namespace())
            || home().is_some_and(|labels| self.namespaces.match_all(&labels));
        let chosen = self.objects.is_everything()
            || [object, round.old.as_ref()]
                .into_iter()
                .flatten()
                .any(|object| self.objects.match_all(&object.read(|object| LabelSet::of(&object))));
        in_place && chosen && self.excluded.view(subject, Some(round.operation), &round.name).is_none()
    }
}

/// Completes a configuration beyond what the table of defaults says.
pub(crate) fn complete(key: &str, fields: &mut Map<String, Value>) {
    if fields.get("webhooks").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        fields.shift_remove("webhooks");
    }
    for hook in fields.get_mut("webhooks").and_then(Value::as_array_mut).into_iter().flatten() {
        if let (MUTATING, Value::Object(hook)) = (key, hook) {
            hook.entry("reinvocationPolicy").or_insert_with(|| "Never".into());
        }
    }
}

impl Webhook {
    fn read(hook: &Value) -> Self {
        let ca = hook["clientConfig"]["caBundle"].as_str().unwrap_or_default();
        Webhook {
            name: hook["name"].as_str().unwrap_or_default().to_owned(),
            scope: Scope::read(hook, "rules"),
            conditions: Conditions::read(&hook["matchConditions"], hook["failurePolicy"] == "Ignore"),
            address: Address::read(&hook["clientConfig"]),
            trust: Trust::read(&STANDARD.decode(ca).unwrap_or_default()),
            reviews: Reviews::of(&hook["admissionReviewVersions"]),
            timeout: Duration::from_secs(hook["timeoutSeconds"].as_u64().unwrap_or(10)),
            ignores_failures: hook["failurePolicy"] == "Ignore",
            again: hook["reinvocationPolicy"] == "IfNeeded",
        }
    }
}
