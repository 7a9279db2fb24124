//! What is wrong with a selector in an object.

use serde_json::Value;

use super::text;
use crate::{
    names::{key_faults, label_value_faults},
    status::Cause,
};

pub(super) fn faults(selector: &Value, at: &str, causes: &mut Vec<Cause>) {
    for (key, value) in selector["matchLabels"].as_object().into_iter().flatten() {
        let at = format!("{at}.matchLabels");
        causes.extend(key_faults(key).iter().map(|why| Cause::invalid(&*at, key, why)));
        let value = value.as_str().unwrap_or_default();
        causes.extend(label_value_faults(value).iter().map(|why| Cause::invalid(&*at, value, why)));
    }
    for (index, expression) in selector["matchExpressions"].as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}.matchExpressions[{index}]");
        let some = expression["values"].as_array().is_some_and(|values| !values.is_empty());
        match (text(expression, "operator"), some) {
            ("In" | "NotIn", false) => {
                let why = "must be specified when `operator` is 'In' or 'NotIn'";
                causes.push(Cause::required(format!("{at}.values"), why));
            }
            ("Exists" | "DoesNotExist", true) => {
                let why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
                causes.push(Cause::forbidden(format!("{at}.values"), why));
            }
            ("In" | "NotIn" | "Exists" | "DoesNotExist", _) => {}
            (other, _) => {
                causes.push(Cause::invalid(format!("{at}.operator"), other, "not a valid selector operator"))
            }
        }
        for (index, value) in expression["values"].as_array().into_iter().flatten().enumerate() {
            let (at, value) = (format!("{at}.values[{index}]"), value.as_str().unwrap_or_default());
            causes.extend(label_value_faults(value).iter().map(|why| Cause::invalid(&*at, value, why)));
        }
        let key = text(expression, "key");
        causes.extend(key_faults(key).iter().map(|why| Cause::invalid(format!("{at}.key"), key, why)));
    }
}
