//! Paths as OpenAPI 3 tells them: what is sent and what is answered has a schema for each form that it may have.

use serde_json::{Map, Value, json};

use super::{REFERENCE, definitions::DEFINITIONS, parameters};

/// A path of OpenAPI 2 as one of OpenAPI 3.
pub(super) fn third(item: &Value) -> Value {
    let members = item.as_object().into_iter().flatten();
    let members = members.map(|(name, value)| {
        let told = if name == "parameters" { taken(value).collect() } else { operation(value) };
        (name.clone(), told)
    });
    members.collect::<Map<_, _>>().into()
}

fn operation(operation: &Value) -> Value {
    let mut told = Map::new();
    for (name, value) in operation.as_object().into_iter().flatten() {
        match name.as_str() {
            "consumes" | "produces" | "schemes" => {}
            "parameters" => {
                let others: Vec<Value> = taken(value).collect();
                if !others.is_empty() {
                    told.insert(name.clone(), others.into());
                }
                if let Some(body) = described(value).find(is_body) {
                    let mut sent = json!({ "content": content(&operation["consumes"], &body["schema"]) });
                    if body["required"] == true {
                        sent["required"] = true.into();
                    }
                    told.insert("requestBody".to_owned(), sent);
                }
            }
            "responses" => {
                let responses = value.as_object().into_iter().flatten();
                let responses = responses.map(|(code, response)| {
                    let mut told = json!({ "description": response["description"] });
                    if response["schema"].is_object() {
                        told["content"] = content(&operation["produces"], &response["schema"]);
                    }
                    (code.clone(), told)
                });
                told.insert(name.clone(), responses.collect::<Map<_, _>>().into());
            }
            _ => {
                told.insert(name.clone(), value.clone());
            }
        }
    }
    told.into()
}

/// The schema of something in each form.
fn content(forms: &Value, schema: &Value) -> Value {
    let schema = match &schema["$ref"] {
        Value::String(name) => json!({ "$ref": name.replacen(DEFINITIONS, REFERENCE, 1) }),
        _ => schema.clone(),
    };
    let forms = forms.as_array().into_iter().flatten().filter_map(Value::as_str);
    forms.map(|form| (form.to_owned(), json!({ "schema": schema }))).collect::<Map<_, _>>().into()
}

/// Parameters, each as it is described where it is not described here.
fn described(parameters: &Value) -> impl Iterator<Item = Value> {
    let parameters = parameters.as_array().into_iter().flatten();
    parameters.map(|parameter| match &parameter["$ref"] {
        Value::String(place) => parameters::at(place),
        _ => parameter.clone(),
    })
}

fn is_body(parameter: &Value) -> bool {
    parameter["in"] == "body"
}

fn taken(parameters: &Value) -> impl Iterator<Item = Value> {
    described(parameters).filter(|parameter| !is_body(parameter)).map(|parameter| {
        let schema = json!({ "type": parameter["type"], "uniqueItems": parameter["uniqueItems"] });
        let mut told = json!({ "name": parameter["name"], "in": parameter["in"], "schema": schema });
        if parameter["required"] == true {
            told["required"] = true.into();
        }
        told
    })
}
