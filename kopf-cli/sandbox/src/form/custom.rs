//! The columns that definitions of custom resources give them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ages, pick};
use crate::{
    jsonpath::{self, Path},
    times::{self, Exactness},
};

/// A column of a custom resource.
#[derive(Debug, Clone)]
pub(crate) struct Printed {
    header: Value,
    path: Path,
}

/// What definitions without columns show besides names.
const AGE: &str = ".metadata.creationTimestamp";

/// Reads `additionalPrinterColumns`. From a column on that cannot be read, there are none.
pub(crate) fn printed(columns: &Value) -> Vec<Printed> {
    let columns = columns.as_array().filter(|columns| !columns.is_empty());
    let Some(columns) = columns else {
        let age = json!({ "name": "Age", "type": "date", "jsonPath": AGE });
        let mut age = column(&age);
        // Nobody has described it.
        age.iter_mut().for_each(|age| age.header["description"] = "".into());
        return age.into_iter().collect();
    };
    columns.iter().map_while(column).collect()
}

fn column(column: &Value) -> Option<Printed> {
    let path = pick(column, "jsonPath");
    let description = match pick(column, "description") {
        "" => format!("Custom resource definition column (in JSONPath format): {path}"),
        said => said.to_owned(),
    };
    let header = json!({
        "name": pick(column, "name"),
        "type": pick(column, "type"),
        "format": pick(column, "format"),
        "description": description,
        "priority": column["priority"].as_i64().unwrap_or_default(),
    });
    Some(Printed { header, path: jsonpath::parse(path).ok()? })
}

pub(super) fn headers(columns: &[Printed]) -> Value {
    let name =
        json!({ "name": "Name", "type": "string", "format": "name", "description": "", "priority": 0 });
    std::iter::once(name).chain(columns.iter().map(|column| column.header.clone())).collect()
}

pub(super) fn cells(columns: &[Printed], object: &Value, now: Timestamp) -> Vec<Value> {
    let name = Value::from(pick(object, "metadata.name"));
    std::iter::once(name).chain(columns.iter().map(|column| column.cell(object, now))).collect()
}

impl Printed {
    fn cell(&self, object: &Value, now: Timestamp) -> Value {
        let Some(value) = self.path.first(object) else { return Value::Null };
        let whole = |number: f64| number.abs() < 9.2e18;
        match (pick(&self.header, "type"), value) {
            ("string", value) => jsonpath::print(value).into(),
            ("integer" | "number", Value::Number(number)) if number.is_i64() => value.clone(),
            #[expect(clippy::cast_possible_truncation, reason = "it was looked at whether it fits")]
            ("integer", Value::Number(number)) => {
                number.as_f64().filter(|number| whole(*number)).map(|number| number.trunc() as i64).into()
            }
            ("number", Value::Number(_)) | ("boolean", Value::Bool(_)) => value.clone(),
            ("date", Value::String(text)) => match text.as_str() {
                "" | "null" => "<unknown>".into(),
                text => match times::settle(text, Exactness::Seconds) {
                    Ok(moment) => ages::since(&moment, now).into(),
                    Err(_) => "<invalid>".into(),
                },
            },
            _ => Value::Null,
        }
    }
}
