//! What is wrong with the expressions of a policy by the types of the objects that it is for. A policy says it of itself, and is
//! in force nevertheless.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    declared::{self, OwnTypes},
    faults::text,
    policies::VARIABLES,
    rules::texts,
};
use crate::{
    cel::{self, Declarations, Program, Type},
    discovery,
    resources::{Catalog, View},
    schema::{self, Shape},
    tables,
};

/// The expressions are looked at for so many kinds.
const MOST: usize = 10;
/// What a report of faults begins with, which is not told here.
const HEAD: &str = "compilation failed: ";

/// A kind of objects, and the resource of it if the sandbox has that.
struct ObjectKind {
    group: String,
    version: String,
    kind: String,
    view: Option<View>,
}

/// What `status.typeChecking.expressionWarnings` of a policy says: for each expression that does not fit some kind of objects
/// that the policy names, where it stands and why.
pub(crate) fn warnings(spec: &Value, catalog: &Catalog) -> Vec<Value> {
    let items = |field: &str| spec[field].as_array().into_iter().flatten();
    let kinds = kinds(&spec["matchConstraints"]["resourceRules"], catalog);
    let params = spec["paramKind"].is_object().then(|| {
        let said = text(&spec["paramKind"], "apiVersion");
        let (group, version) = said.split_once('/').unwrap_or(("", said));
        ObjectKind::new(group, version, text(&spec["paramKind"], "kind"), catalog)
    });
    let own: Vec<(&str, Program)> = items(VARIABLES)
        .filter_map(|own| Some((text(own, "name"), cel::compile(text(own, "expression")).ok()?)))
        .collect();
    let known: Vec<(&ObjectKind, Declarations<'_>)> = kinds
        .iter()
        .filter_map(|kind| {
            let params = params.as_ref().map(|params| params.typed().unwrap_or(Type::DYN));
            Some((kind, variables(kind.typed()?, params, &own)))
        })
        .collect();
    let told = items("validations").enumerate().flat_map(|(index, validation)| {
        let told = ["expression", "messageExpression"].map(|field| {
            let warning = warning(text(validation, field), &known)?;
            Some(json!({ "fieldRef": format!("spec.validations[{index}].{field}"), "warning": warning }))
        });
        told.into_iter().flatten()
    });
    told.collect()
}

/// What is told of an expression, if anything.
fn warning(source: &str, known: &[(&ObjectKind, Declarations<'_>)]) -> Option<String> {
    let program = cel::compile(source).ok()?;
    let told = known.iter().filter_map(|(ObjectKind { group, version, kind, .. }, variables)| {
        let report = cel::with_room(|| cel::check(&program, variables)).err()?;
        let report = report.strip_prefix(HEAD).unwrap_or(&report);
        Some(format!("{group}/{version}, Kind={kind}: {report}\n"))
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join("\n"))
}

/// What the expressions of a policy may name where its objects and parameters are of these types.
fn variables<'a>(object: Type<'a>, params: Option<Type<'a>>, own: &[(&str, Program)]) -> Declarations<'a> {
    let mut known = declared::of_requests_about(object);
    if let Some(params) = params {
        known = known.with("params", params);
    }
    let composed = OwnTypes::default();
    if !own.is_empty() {
        known = known.with(VARIABLES, composed.typed());
    }
    let known = declared::with_rights(known);
    for (name, program) in own {
        let checked = cel::with_room(|| cel::check(program, &known));
        composed.add(name, checked.ok().map(|checked| checked.of));
    }
    known
}

/// The kinds that rules name, as far as they name them, in order.
fn kinds(rules: &Value, catalog: &Catalog) -> Vec<ObjectKind> {
    let mut found = BTreeSet::new();
    for rule in rules.as_array().into_iter().flatten() {
        let named = |field: &str| {
            let mut names = texts(&rule[field]);
            names.sort();
            names
        };
        let (groups, versions) = (named("apiGroups"), named("apiVersions"));
        if groups.iter().chain(&versions).any(|name| name.contains('*')) {
            continue;
        }
        let resources = named("resources");
        let resources = resources.iter().filter(|name| !name.contains(['*', '/']));
        let resources: Vec<String> = resources.map(|name| name.to_lowercase()).collect();
        for (group, version) in
            groups.iter().flat_map(|group| versions.iter().map(move |version| (group, version)))
        {
            for resource in &resources {
                let kinds = served(group, version, resource, catalog);
                found.extend(kinds.into_iter().take(MOST - found.len()));
            }
        }
    }
    found
        .into_iter()
        .map(|(group, version, kind)| ObjectKind::new(&group, &version, &kind, catalog))
        .collect()
}

/// The groups, versions and kinds of what is served by a name. Where no group is said, as is that of the core, any will do.
fn served(group: &str, version: &str, resource: &str, catalog: &Catalog) -> Vec<(String, String, String)> {
    let groups = match group {
        "" => [vec![String::new()], discovery::group_names(catalog)].concat(),
        group => vec![group.to_owned()],
    };
    let mut found = Vec::new();
    for group in groups {
        let served = discovery::served(catalog, &group, version);
        let named =
            served.iter().filter(|known| [&*known.resource, &known.singular_resource].contains(&resource));
        let kinds = named.map(|known| (group.clone(), version.to_owned(), known.response_kind.kind.clone()));
        found.extend(kinds);
    }
    found
}

impl ObjectKind {
    fn new(group: &str, version: &str, kind: &str, catalog: &Catalog) -> Self {
        let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
        let view = catalog.view_of_kind(&api_version, kind);
        ObjectKind { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned(), view }
    }

    fn shape(&self) -> Option<Shape<'_>> {
        match &self.view {
            Some(view) => view.resource.shape(view.version()),
            None => tables::shape(&self.group, &self.version, &self.kind),
        }
    }

    /// The type of such objects, if anything is known of them.
    fn typed(&self) -> Option<Type<'_>> {
        schema::resource_type(self.shape()?, &self.kind)
    }
}
