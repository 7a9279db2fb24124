//! The expressions of webhooks and policies, and the variables that they see.

use kube_cel::cel::Value as Cel;
use serde_json::Value;

use super::{Document, Round, Subject, declared};
use crate::{
    cel::{self, BUDGET_OF_CONDITIONS, Names, Outcome, Program, Type, Typing},
    rbac::{Attributes, Rights},
    resources::View,
    schema::dynamic,
};

/// What is told where expressions have cost too much together.
pub(super) const OUT_OF_BUDGET: &str =
    "validation failed due to running out of cost budget, no further validation rules will be run";

/// The variable by which expressions ask who may do what.
pub(super) const AUTHORIZER: &str = "authorizer";

/// One expression, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Expression {
    program: Program,
}

/// What expressions see.
#[derive(Debug, Default)]
pub(crate) struct Variables(Vec<(&'static str, Cel)>);

impl Variables {
    /// What every expression sees of a request; `view` is what it sees it as.
    pub(crate) fn of(subject: &Subject, round: &Round, view: &View, object: Option<&Document>) -> Self {
        let mut variables = Variables::default();
        for (name, object) in [("object", object), ("oldObject", round.old.as_ref())] {
            variables.set(name, object);
        }
        variables.put("request", dynamic(&subject.request(round, view)));
        variables
    }

    /// Lets them see an object, or that there is none.
    pub(crate) fn set(&mut self, name: &'static str, object: Option<&Document>) {
        let value = object.map_or(Cel::Null, |object| object.read(|object| dynamic(&object)));
        self.put(name, value);
    }

    /// Lets them ask who may do what; the user of the request is whom they ask about where they do not say.
    pub(crate) fn ask(&mut self, subject: &Subject, round: &Round, rights: Rights) {
        let version = subject.view.version();
        let what = Attributes {
            group: version.group.clone(),
            resource: subject.view.resource.plural.clone(),
            subresource: subject.subresource.to_owned(),
            namespace: subject.home(&round.name).to_owned(),
            name: round.name.clone(),
            ..Attributes::default()
        };
        let user = &subject.user;
        let anything = cel::authorizer(rights.clone(), user.clone(), Attributes::default());
        self.put(AUTHORIZER, anything);
        self.put(cel::REQUEST_RESOURCE, cel::authorizer(rights, user.clone(), what));
    }

    /// The same for those who may not ask.
    pub(crate) fn without_rights(&self) -> Self {
        let known = self.0.iter().filter(|(name, _)| ![AUTHORIZER, cel::REQUEST_RESOURCE].contains(name));
        Variables(known.cloned().collect())
    }

    fn put(&mut self, name: &'static str, value: Cel) {
        self.0.retain(|(known, _)| *known != name);
        self.0.push((name, value));
    }
}

impl Names for Variables {
    fn typing(&self, program: &Program) -> Typing {
        Typing::of(program, &declared::with_rights(declared::of_requests()))
    }

    fn get(&self, name: &str) -> Option<Cel> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }
}

impl Expression {
    /// Reads one that has been checked.
    pub(crate) fn read(source: &str) -> Option<Self> {
        Some(Expression { program: cel::compile(source).ok()? })
    }

    pub(crate) fn mentions(&self, variable: &str) -> bool {
        self.program.mentions(variable)
    }

    /// The type of what it comes to, where variables are of these types.
    pub(crate) fn typed<'a>(&self, declarations: &cel::Declarations<'a>) -> Option<Type<'a>> {
        cel::check(&self.program, declarations).ok().map(|checked| checked.of)
    }

    /// How many parts of it are in each other.
    pub(crate) fn height(&self) -> usize {
        self.program.height()
    }

    /// What it comes to, and what that has cost.
    pub(crate) fn evaluate(&self, names: &dyn Names) -> (Outcome, u64) {
        cel::run(&self.program, names)
    }

    /// What is told where it comes to nothing.
    pub(crate) fn told(&self, why: &str) -> String {
        format!("expression '{}' resulted in error: {why}", self.source())
    }

    /// As it is written.
    pub(crate) fn source(&self) -> &str {
        self.program.source()
    }
}

/// What has to hold for a webhook or a policy to be for a request at all.
#[derive(Debug)]
pub(crate) struct Conditions {
    conditions: Vec<Expression>,
    ignores_failures: bool,
}

impl Conditions {
    /// Reads conditions that have been checked.
    pub(crate) fn read(conditions: &Value, ignores_failures: bool) -> Self {
        let all = conditions.as_array().into_iter().flatten();
        let expression = |condition: &Value| condition["expression"].as_str().map(str::to_owned);
        let conditions = all.filter_map(|condition| Expression::read(&expression(condition)?));
        Conditions { conditions: conditions.collect(), ignores_failures }
    }

    /// Whether any of them asks who may do what.
    pub(crate) fn ask(&self) -> bool {
        self.conditions.iter().any(|condition| condition.mentions(AUTHORIZER))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// # Errors
    ///
    /// Those of all that cannot be told, unless one does not hold, or failures are to be ignored.
    pub(crate) fn hold(&self, variables: &Variables) -> Result<bool, String> {
        let (mut errors, mut spent, mut one_does_not) = (Vec::new(), 0_u64, false);
        for condition in &self.conditions {
            let (outcome, cost) = condition.evaluate(variables);
            spent = spent.saturating_add(cost);
            if spent > BUDGET_OF_CONDITIONS {
                return if self.ignores_failures { Ok(false) } else { Err(OUT_OF_BUDGET.to_owned()) };
            }
            match outcome {
                Ok(Cel::Bool(true)) => {}
                Ok(Cel::Bool(false)) => one_does_not = true,
                Ok(_) => errors.push(condition.told("cel expression must evaluate to a bool")),
                Err(fault) => errors.push(condition.told(fault.told())),
            }
        }
        if one_does_not {
            return Ok(false);
        }
        match errors.as_slice() {
            [] => Ok(true),
            _ if self.ignores_failures => Ok(false),
            [only] => Err(only.clone()),
            several => Err(format!("[{}]", several.join(", "))),
        }
    }
}
