//! The expressions of webhooks and policies, and the variables that they see.

use kube_cel::cel::Value as Cel;
use serde_json::Value;

use super::{Document, Round, Subject};
use crate::{
    cel::{self, BUDGET, Program},
    rbac::{Attributes, Rights},
    resources::View,
    schema::{self, Work, dynamic},
};

/// The variable by which expressions ask who may do what.
pub(super) const AUTHORIZER: &str = "authorizer";

/// One expression, ready to be evaluated.
#[derive(Debug)]
pub(crate) struct Expression {
    program: Program,
    pub(crate) source: String,
    work: Work,
}

/// What expressions see.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    values: Vec<(&'static str, Cel)>,
    size: u64,
    spent: u64,
}

impl Variables {
    /// What every expression sees of a request; `view` is what it sees it as.
    pub(crate) fn of(subject: &Subject, round: &Round, view: &View, object: Option<&Document>) -> Self {
        let mut variables = Variables::default();
        for (name, object) in [("object", object), ("oldObject", round.old.as_ref())] {
            variables.set(name, object);
        }
        variables.put("request", &subject.request(round, view));
        variables
    }

    /// Lets them see an object, or that there is none.
    pub(crate) fn set(&mut self, name: &'static str, object: Option<&Document>) {
        match object {
            Some(object) => object.read(|object| self.put(name, &object)),
            None => self.put(name, &Value::Null),
        }
    }

    fn put(&mut self, name: &'static str, value: &Value) {
        let (value, size) = dynamic(value);
        self.size = self.size.saturating_add(size);
        self.put_cel(name, value);
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
        self.put_cel(AUTHORIZER, anything);
        self.put_cel(cel::REQUEST_RESOURCE, cel::authorizer(rights, user.clone(), what));
    }

    pub(crate) fn put_cel(&mut self, name: &'static str, value: Cel) {
        self.values.retain(|(known, _)| *known != name);
        self.values.push((name, value));
    }
}

impl Expression {
    /// Reads one that has been checked.
    pub(crate) fn read(source: &str) -> Option<Self> {
        let source = source.trim().to_owned();
        cel::with_room(|| {
            let program = cel::compile(&source).ok()?;
            Some(Expression { work: Work::of(program.expression()), source, program })
        })
    }

    pub(crate) fn mentions(&self, variable: &str) -> bool {
        schema::mentions(self.program.expression(), variable)
    }

    /// # Errors
    ///
    /// What the evaluator says.
    pub(crate) fn evaluate(&self, variables: &mut Variables) -> Result<Cel, String> {
        // What it costs is bounded before it runs, since nothing could stop it.
        variables.spent = variables.spent.saturating_add(self.work.on(variables.size));
        if variables.spent > BUDGET {
            return Err("operation cancelled: actual cost limit exceeded".to_owned());
        }
        cel::run(&self.program, |context| {
            for (name, value) in &variables.values {
                context.add_variable_from_value(*name, value.clone());
            }
            Ok(())
        })
    }

    /// The same of one that has to be true or false, with the expression named in the error.
    pub(crate) fn holds(&self, variables: &mut Variables) -> Result<bool, String> {
        let why = match self.evaluate(variables) {
            Ok(Cel::Bool(holds)) => return Ok(holds),
            Ok(_) => "cel expression must evaluate to a bool".to_owned(),
            Err(why) => why,
        };
        Err(format!("expression '{}' resulted in error: {why}", self.source))
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
    pub(crate) fn hold(&self, variables: &mut Variables) -> Result<bool, String> {
        let mut errors = Vec::new();
        for condition in &self.conditions {
            match condition.holds(variables) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => errors.push(why),
            }
        }
        match errors.as_slice() {
            [] => Ok(true),
            _ if self.ignores_failures => Ok(false),
            [only] => Err(only.clone()),
            several => Err(format!("[{}]", several.join(", "))),
        }
    }
}
