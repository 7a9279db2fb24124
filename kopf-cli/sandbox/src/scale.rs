//! The subresource `/scale`: how many replicas an object wants and has, in one form for all kinds that count them.

use serde_json::{Map, Value, json};

use crate::{
    form::{at, pick, selector_in_words},
    printed,
    recognition::{self, Unfit},
    resources::View,
    schema::Part,
    status::{About, Cause, Status},
    strict::Strictness,
    tables::{self, Decoder},
};

pub(crate) const API_VERSION: &str = "autoscaling/v1";
/// The type of scales: group, version and kind.
const TYPE: (&str, &str, &str) = ("autoscaling", "v1", "Scale");

/// Where a kind keeps what its scale tells: paths of names with dots between them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    pub(crate) wanted: String,
    pub(crate) there: String,
    pub(crate) selector: Selector,
}

/// How a kind says which pods are its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Selector {
    None,
    /// A label selector.
    Object(&'static str),
    /// A selector in words.
    Text(String),
}

impl Scale {
    /// What built-in kinds have that count replicas.
    pub(crate) fn built_in() -> Self {
        Scale {
            wanted: "spec.replicas".to_owned(),
            there: "status.replicas".to_owned(),
            selector: Selector::Object("spec.selector"),
        }
    }

    /// What a definition says; `None` where it says nothing.
    pub(crate) fn custom(said: &Value) -> Option<Self> {
        let path = |name: &str| pick(said, name).trim_start_matches('.').to_owned();
        said.is_object().then(|| Scale {
            wanted: path("specReplicasPath"),
            there: path("statusReplicasPath"),
            selector: match path("labelSelectorPath") {
                none if none.is_empty() => Selector::None,
                path => Selector::Text(path),
            },
        })
    }

    /// The scale of an object; `None` where it does not say how many replicas it wants.
    pub(crate) fn of(&self, object: &Value, view: &View) -> Option<Value> {
        let wanted = at(object, &self.wanted).as_i64();
        if wanted.is_none() && view.resource.rules.custom { None } else { Some(self.show(object, wanted)) }
    }

    /// The refusal to tell of replicas that an object does not count.
    pub(crate) fn unset(&self) -> Status {
        let message = format!(
            "Internal error occurred: the spec replicas field {} does not exist",
            printed::quoted(self.dotted())
        );
        let cause = format!("the spec replicas field {} does not exist", printed::quoted(self.dotted()));
        let details = json!({ "causes": [{ "message": cause }] });
        Status { details: Some(Box::new(details)), ..Status::new(500, "InternalError", message) }
    }

    /// The refusal to leave open how many replicas are wanted.
    pub(crate) fn emptied(&self) -> Status {
        Status::bad_request(format!(
            "the spec replicas field {} cannot be empty",
            printed::quoted(self.dotted())
        ))
    }

    /// What in an object is no number of replicas, or no selector.
    pub(crate) fn faults(&self, object: &Value, part: Part) -> Vec<Cause> {
        let mut causes = Vec::new();
        if part == Part::Whole {
            causes.extend(number_fault(object, &self.wanted));
        }
        causes.extend(number_fault(object, &self.there));
        if let Selector::Text(path) = &self.selector {
            let fault = accessor_fault(object, path, "string", Value::is_string);
            causes.extend(fault.map(|why| Cause::invalid(format!(".{path}"), "", &why)));
        }
        causes
    }

    fn dotted(&self) -> String {
        format!(".{}", self.wanted)
    }

    /// The scale of an object that wants so many replicas.
    pub(crate) fn show(&self, object: &Value, wanted: Option<i64>) -> Value {
        let mut metadata = Map::new();
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            if let Some(value) = object["metadata"].get(field) {
                metadata.insert(field.to_owned(), value.clone());
            }
        }
        let selector = match &self.selector {
            Selector::None => String::new(),
            // What is older than selectors has nothing but labels.
            Selector::Object(path) if object["kind"] == "ReplicationController" => {
                selector_in_words(&json!({ "matchLabels": at(object, path) }))
            }
            Selector::Object(path) => selector_in_words(at(object, path)),
            Selector::Text(path) => pick(object, path).to_owned(),
        };
        let mut scale = json!({
            "kind": "Scale",
            "apiVersion": API_VERSION,
            "metadata": metadata,
            "spec": {},
            "status": { "replicas": at(object, &self.there).as_i64().unwrap_or_default() },
        });
        if let Some(wanted) = wanted.filter(|wanted| *wanted != 0) {
            scale["spec"]["replicas"] = wanted.into();
        }
        if !selector.is_empty() {
            scale["status"]["selector"] = selector.into();
        }
        scale
    }

    /// How many replicas a scale asks for that is said to be of the object of this name.
    ///
    /// # Errors
    ///
    /// 400 where it is of another kind or name, or what it asks for is no number; or for mistakes that are to be refused.
    pub(crate) fn asked(scale: &Value, name: &str, strictness: &mut Strictness) -> Result<i32, Status> {
        match recognition::unfit(scale, TYPE) {
            None => {}
            Some(Unfit::Version(said)) => return Err(Status::bad_request(said)),
            Some(Unfit::Kind(said)) => {
                let kind = Some(pick(scale, "kind")).filter(|kind| !kind.is_empty()).unwrap_or(TYPE.2);
                let version = pick(scale, "apiVersion").rsplit('/').next().filter(|said| !said.is_empty());
                return Err(unfit(kind, version.unwrap_or(TYPE.1), &said));
            }
        }
        let mut fields = scale.as_object().cloned().unwrap_or_default();
        let mut unknown = Vec::new();
        tables::decode(&mut fields, TYPE, Decoder::Json, &mut unknown)
            .and_then(|()| strictness.conclude(unknown))
            .map_err(|why| unfit(TYPE.2, TYPE.1, &why))?;
        match pick(scale, "metadata.name") {
            said if said == name => {}
            "" => {
                return Err(Status::bad_request(format!(
                    "the name of the object ({name} based on URL) was undeterminable: name must be provided"
                )));
            }
            said => {
                return Err(Status::bad_request(format!(
                    "the name of the object ({said}) does not match the name on the URL ({name})"
                )));
            }
        }
        let wanted = fields.get("spec").and_then(|spec| spec["replicas"].as_i64());
        Ok(wanted.and_then(|wanted| i32::try_from(wanted).ok()).unwrap_or_default())
    }

    /// Reads a scale.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub(crate) fn read(mut scale: Value, strictness: &mut Strictness) -> Result<Value, String> {
        recognition::check(&scale)?;
        if let Some(Unfit::Version(said) | Unfit::Kind(said)) = recognition::unfit(&scale, TYPE) {
            return Err(said);
        }
        if let Value::Object(fields) = &mut scale {
            let mut unknown = Vec::new();
            tables::decode(fields, TYPE, Decoder::Json, &mut unknown)?;
            strictness.conclude(unknown)?;
        }
        Ok(if scale.is_null() { json!({}) } else { scale })
    }

    /// Turns a scale that is asked for into a merge patch of its object.
    ///
    /// # Errors
    ///
    /// 400 where it cannot be [read](Scale::asked) as one of the object, 422 for fewer than no replicas.
    pub(crate) fn change(&self, scale: &Value, object: &Value, view: &View) -> Result<Value, Status> {
        let name = pick(object, "metadata.name");
        let wanted = Scale::asked(scale, name, &mut Strictness::silent())?;
        if wanted < 0 && !view.resource.rules.custom {
            let about = About { kind: "Scale", group: "autoscaling", name };
            let cause =
                Cause::invalid_value("spec.replicas", &wanted.into(), "must be greater than or equal to 0");
            return Err(Status::invalid(about, vec![cause]));
        }
        let steps = self.wanted.rsplit('.');
        let mut change = steps.fold(Value::from(wanted), |inner, step| json!({ step: inner }));
        let version = pick(scale, "metadata.resourceVersion");
        if !version.is_empty() {
            change["metadata"]["resourceVersion"] = version.into();
        }
        Ok(change)
    }
}

/// The refusal of what cannot be read as a scale.
fn unfit(kind: &str, version: &str, said: &str) -> Status {
    Status::bad_request(format!(
        "{kind} in version {} cannot be handled as a Scale: {said}",
        printed::quoted(version)
    ))
}

fn number_fault(object: &Value, path: &str) -> Option<Cause> {
    let fault = |number: i64, why: &str| Some(Cause::invalid_value(format!(".{path}"), &number.into(), why));
    if let Some(why) = accessor_fault(object, path, "int64", Value::is_i64) {
        return fault(0, &why);
    }
    match at(object, path).as_i64() {
        Some(number) if number < 0 => fault(number, "should be a non-negative integer"),
        Some(number) if number > i32::MAX.into() => {
            fault(number, &format!("should be less than or equal to {}", i32::MAX))
        }
        _ => None,
    }
}

/// Why what is at a path cannot be read as what it should be; what is not there can.
fn accessor_fault(object: &Value, path: &str, wanted: &str, fits: fn(&Value) -> bool) -> Option<String> {
    let fault = |end: usize, found: &Value, wanted: &str| {
        let (found, kind) = (printed::plain(found), printed::type_of(found));
        Some(format!(".{} accessor error: {found} is of the type {kind}, expected {wanted}", &path[..end]))
    };
    let mut value = object;
    let mut end = 0_usize;
    for step in path.split('.') {
        end += step.len();
        let Value::Object(fields) = value else { return fault(end, value, "map[string]interface{}") };
        value = fields.get(step)?;
        end += ".".len();
    }
    if fits(value) { None } else { fault(path.len(), value, wanted) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Catalog;

    fn deployment() -> Value {
        json!({
            "metadata": { "name": "d", "uid": "u", "labels": { "x": "y" } },
            "spec": { "replicas": 2, "selector": { "matchLabels": { "a": "b" } } },
        })
    }

    #[expect(clippy::needless_pass_by_value, reason = "rows are written in place")]
    #[track_caller]
    fn check(scale: &Value, expected: Result<Value, u16>) {
        let view = Catalog::built_in().view("apps", "v1", "deployments").unwrap();
        let change = Scale::built_in().change(scale, &deployment(), &view);
        assert_eq!(change.map_err(|status| status.code), expected);
    }

    #[test]
    fn a_scale_tells_how_many_there_are_and_whose() {
        let view = Catalog::built_in().view("apps", "v1", "deployments").unwrap();
        let scale = Scale::built_in().of(&deployment(), &view).unwrap();
        assert_eq!(scale["metadata"], json!({ "name": "d", "uid": "u" }));
        assert_eq!(scale["spec"], json!({ "replicas": 2 }));
        assert_eq!(scale["status"], json!({ "replicas": 0, "selector": "a=b" }));
    }

    #[test]
    fn a_scale_changes_nothing_but_the_replicas() {
        let scale = |spec: Value| json!({ "metadata": { "name": "d" }, "spec": spec });
        check(&scale(json!({ "replicas": 5, "other": 1 })), Ok(json!({ "spec": { "replicas": 5 } })));
        check(&scale(json!({})), Ok(json!({ "spec": { "replicas": 0 } })));
        check(&scale(json!({ "replicas": -1 })), Err(422));
        check(&scale(json!({ "replicas": "many" })), Err(400));
        check(&json!({ "metadata": { "name": "other" } }), Err(400));
    }
}
