//! What fields an object may have, and of what types: one form for built-in kinds and for custom ones.
//!
//! [`Types`] is an arena of [nodes](Node) that refer to each other by number, so that recursive types need nothing special. A
//! [`Shape`] is a place in it, as cheap to pass on as a reference; those who walk an object walk a shape beside it.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::status::Cause;

mod cel_values;
mod custom;
mod declared;
mod defaults;
mod embedded;
pub(crate) mod field_path;
mod judging;
mod lists;
mod node;
mod numbers;
mod parts;
mod patterns;
mod place;
mod prune;
mod rules;
mod shape;
mod sizes;
mod texts;
mod types;
mod visiting;

#[cfg(test)]
pub(crate) use cel_values::to_cel;
pub(crate) use cel_values::{dynamic, named_so};
use custom::Purpose;
pub(crate) use custom::takes_format;
pub(crate) use declared::{resource as resource_type, tells_all, variables as rule_variables};
pub(crate) use node::{Additional, Kind, Limits, ListType, Node, Strategy, TypeId, Types};
pub(crate) use patterns::Pattern;
pub(crate) use place::Place;
pub(crate) use rules::Rule;
pub(crate) use shape::Shape;
pub(crate) use sizes::Sizes;

/// The schema of one kind in one version.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    types: Arc<Types>,
    root: TypeId,
}

impl Schema {
    pub(crate) fn new(types: Arc<Types>, root: TypeId) -> Self {
        Schema { types, root }
    }

    /// The schema of a custom resource, whose definition has been found valid.
    pub(crate) fn custom(open_api: &Value) -> Self {
        Schema::read(open_api, Purpose::Objects)
    }

    /// The same for the types of the defaults that are in it.
    pub(crate) fn of_defaults(open_api: &Value) -> Self {
        Schema::read(open_api, Purpose::Defaults)
    }

    fn read(open_api: &Value, purpose: Purpose) -> Self {
        let mut types = Types::default();
        let root = custom::read(&mut types, open_api, purpose);
        Schema::new(Arc::new(types), root)
    }

    pub(crate) fn shape(&self) -> Shape<'_> {
        self.types.shape(self.root)
    }

    /// Brings an object, but for what all objects have, into the form of the schema: what is unknown goes, and is told of
    /// in `unknown`; what has a default is filled in.
    ///
    /// # Errors
    ///
    /// What cannot be read, and why.
    pub(crate) fn settle(
        &self,
        fields: &mut Map<String, Value>,
        unknown: &mut Vec<String>,
    ) -> Result<(), Cause> {
        let shape = self.shape();
        let mut pruned = Vec::new();
        prune::prune(fields, shape, &mut pruned);
        pruned.sort();
        unknown.append(&mut pruned);
        prune::fields_without_nulls(fields, shape);
        embedded::read(fields, shape, &mut pruned)?;
        pruned.sort();
        unknown.append(&mut pruned);
        defaults::default_fields(fields, shape);
        Ok(())
    }

    /// Takes out what the schema does not know, and the nulls that it does not allow.
    pub(crate) fn prune(&self, fields: &mut Map<String, Value>) {
        prune::prune(fields, self.shape(), &mut Vec::new());
        prune::fields_without_nulls(fields, self.shape());
    }

    /// Fills in what the schema has defaults for, and leaves all else as it is.
    pub(crate) fn fill_in(&self, fields: &mut Map<String, Value>) {
        defaults::default_fields(fields, self.shape());
    }

    /// Brings into form what a configuration has made of an object, whose nulls are meant. What cannot be read is left to be
    /// found at fault.
    pub(crate) fn settle_applied(&self, fields: &mut Map<String, Value>) {
        let (shape, mut unknown) = (self.shape(), Vec::new());
        self.fill_in(fields);
        prune::prune(fields, shape, &mut unknown);
        let _unreadable = embedded::read(fields, shape, &mut unknown);
    }

    /// Reads the metadata of all objects inside of a part of one. What cannot be read stays as it is.
    pub(crate) fn read_embedded(&self, part: &mut Value) {
        let _unreadable = embedded::read_part(part, self.shape());
    }

    /// What is wrong with the objects that are in a part of one: with what cannot be read, or else with all that they say of
    /// themselves.
    pub(crate) fn faults_of_embedded(&self, part: &Value, place: &Place<'_>) -> Vec<Cause> {
        embedded::faults_of_part(part, self.shape(), place)
    }

    /// Whether a value has fields that the schema does not know.
    pub(crate) fn prunes(&self, value: &Value) -> bool {
        let (mut value, mut unknown) = (value.clone(), Vec::new());
        prune::prune_value(&mut value, self.shape(), &mut unknown);
        !unknown.is_empty()
    }

    /// Everything in which a part of an object, at the place `within`, is not as its schema says.
    pub(crate) fn faults_of_a_part(&self, value: &Value, within: &str) -> Vec<Cause> {
        types::type_faults(value, None, self.shape(), Some(within))
    }

    /// Everything in which a part of an object breaks rules: by staying as it is, or else by being new.
    pub(crate) fn broken_rules_of_a_part(&self, value: &Value, place: &Place<'_>) -> Vec<Cause> {
        let judge = |old| judging::judge_part(value, old, self.shape(), place);
        let kept = judge(Some(value));
        if kept.is_empty() { judge(None) } else { kept }
    }

    /// Adds to `causes` everything in which a whole object is not as its schema says.
    ///
    /// What was wrong before and has not been changed is left alone, but for the warnings that this answers with; `old` is
    /// absent on creation. `of_scale` is what is wrong for its scale, which comes behind what is wrong with types.
    pub(crate) fn check(
        &self,
        object: &Value,
        old: Option<&Value>,
        part: Part,
        of_scale: Vec<Cause>,
        causes: &mut Vec<Cause>,
    ) -> Vec<String> {
        let shape = self.shape();
        match part {
            Part::Whole => causes.extend(types::type_faults(object, old, shape, None)),
            Part::Status | Part::Approval => {
                if let Some((status, shape)) = object.get("status").zip(shape.property("status")) {
                    let old = old.and_then(|old| old.get("status"));
                    causes.extend(types::type_faults(status, old, shape, Some("status")));
                }
            }
        }
        causes.extend(of_scale);
        let Value::Object(fields) = object else { return Vec::new() };
        if part == Part::Whole {
            causes.extend(embedded::faults(fields, shape));
        }
        let doubled = lists::list_faults(fields, shape);
        let was_doubled = || {
            let old = old.and_then(Value::as_object);
            old.is_some_and(|old| !lists::list_faults(old, shape).is_empty())
        };
        if !doubled.is_empty() && !was_doubled() {
            causes.extend(doubled);
        }
        if !self.types.have_rules() {
            return Vec::new();
        }
        if causes.iter().any(|cause| BLOCKING.contains(&cause.reason)) {
            let why = "some validation rules were not checked because the object was invalid; correct the existing \
                       errors to complete validation";
            causes.push(Cause::invalid_value(Place::ROOT.to_string(), &Value::Null, why));
            return Vec::new();
        }
        let judged = judging::judge(object, old, shape);
        causes.extend(judged.causes);
        judged.warnings
    }
}

/// Faults that make a value other than rules may expect.
const BLOCKING: [&str; 5] = [
    "FieldValueNotSupported",
    "FieldValueRequired",
    "FieldValueTooLong",
    "FieldValueTooMany",
    "FieldValueTypeInvalid",
];

/// What of an object is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Status,
    /// The conditions of a status that say whether something is granted.
    Approval,
}

impl Part {
    /// What its path has behind the name of the object.
    pub(crate) fn subresource(self) -> &'static str {
        match self {
            Part::Whole => "",
            Part::Status => "status",
            Part::Approval => "approval",
        }
    }
}

#[cfg(test)]
mod random;
#[cfg(test)]
mod tests;
