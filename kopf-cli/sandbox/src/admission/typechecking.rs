//! What is wrong with the expressions of a policy by the types of the objects that it is for. A policy says it of itself, and is
//! in force nevertheless.

mod kinds;

use serde_json::{Value, json};

use super::{
    declared::{self, OwnTypes},
    faults::text,
    policies::VARIABLES,
};
use crate::{
    cel::{self, Declarations, Program, Type},
    resources::{Catalog, View},
    schema::{self, Shape},
    tables,
};

/// How much text is looked at, kind by kind, in bytes: beyond that kinds are left out. A server, which looks at them when there is
/// time, has no such bound.
const LARGEST: usize = 16 * 1024 * 1024;
/// How much is told, in bytes. What is longer is no status: no object may be so large.
const LONGEST: usize = 2 * 1024 * 1024;
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
    let params = spec["paramKind"].is_object().then(|| {
        let said = text(&spec["paramKind"], "apiVersion");
        let (group, version) = said.split_once('/').unwrap_or(("", said));
        ObjectKind::new(
            (group.to_owned(), version.to_owned(), text(&spec["paramKind"], "kind").to_owned()),
            catalog,
        )
    });
    let own: Vec<(&str, Program)> = items(VARIABLES)
        .filter_map(|own| Some((text(own, "name"), cel::compile(text(own, "expression")).ok()?)))
        .collect();
    let places = items("validations").enumerate().flat_map(|(index, validation)| {
        ["expression", "messageExpression"]
            .map(|field| (format!("spec.validations[{index}].{field}"), text(validation, field)))
    });
    let places: Vec<(String, &str)> = places.collect();
    let size = own
        .iter()
        .map(|(_, program)| program.source().len())
        .chain(places.iter().map(|(_, text)| text.len()));
    let most = LARGEST / size.sum::<usize>().max(1);
    let kinds = kinds::named(&spec["matchConstraints"]["resourceRules"], catalog).into_iter().take(most);
    let kinds: Vec<ObjectKind> = kinds.map(|kind| ObjectKind::new(kind, catalog)).collect();
    let known: Vec<(&ObjectKind, Declarations<'_>)> = kinds
        .iter()
        .filter_map(|kind| {
            let params = params.as_ref().map(|params| params.typed().unwrap_or(Type::DYN));
            Some((kind, declarations(kind.typed()?, params, &own)))
        })
        .collect();
    let mut left = LONGEST;
    let told = places.into_iter().filter_map(|(place, source)| {
        let warning = warning(source, &known, &mut left)?;
        Some(json!({ "fieldRef": place, "warning": warning }))
    });
    told.collect()
}

/// What is told of an expression, if anything; no more than is `left`.
fn warning(source: &str, known: &[(&ObjectKind, Declarations<'_>)], left: &mut usize) -> Option<String> {
    let program = cel::compile(source).ok()?;
    let mut told = Vec::new();
    for (ObjectKind { group, version, kind, .. }, declarations) in known {
        if *left == 0 {
            break;
        }
        if let Err(report) = cel::with_room(|| cel::check(&program, declarations)) {
            let report = report.strip_prefix(HEAD).unwrap_or(&report);
            told.push(format!("{group}/{version}, Kind={kind}: {report}\n"));
            *left = left.saturating_sub(report.len());
        }
    }
    (!told.is_empty()).then(|| told.join("\n"))
}

/// What the expressions of a policy may name where its objects and parameters are of these types.
fn declarations<'a>(object: Type<'a>, params: Option<Type<'a>>, own: &[(&str, Program)]) -> Declarations<'a> {
    let mut known = declared::of_requests_about(object);
    if let Some(params) = params {
        known = known.with("params", params);
    }
    let own_types = OwnTypes::default();
    if !own.is_empty() {
        known = known.with(VARIABLES, own_types.typed());
    }
    let known = declared::with_rights(known);
    for (name, program) in own {
        let checked = cel::with_room(|| cel::check(program, &known));
        own_types.add(name, checked.ok().map(|checked| checked.of));
    }
    known
}

impl ObjectKind {
    fn new((group, version, kind): kinds::Named, catalog: &Catalog) -> Self {
        let api_version = if group.is_empty() { version.clone() } else { format!("{group}/{version}") };
        let view = catalog.view_of_kind(&api_version, &kind);
        ObjectKind { group, version, kind, view }
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
