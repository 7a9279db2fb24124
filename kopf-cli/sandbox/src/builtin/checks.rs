//! The checks that rules of built-in kinds are made of.

use serde_json::Value;

use super::{site::Site, texts};
use crate::{
    names::{key_faults, label_value_faults, name_faults},
    resources::NameRule,
    status::{Cause, told},
    tables,
};

/// What is checked at a path below a place.
pub(super) type Rule = (&'static str, Check);
pub(super) type Causes = Vec<Cause>;

pub(super) const LABEL: Check = Check::Text(|text| name_faults(text, NameRule::Label));
pub(super) const SUBDOMAIN: Check = Check::Text(|text| name_faults(text, NameRule::Subdomain));

/// What can be wrong with a value. But for those that ask for it, none is wrong with a value that is missing.
#[derive(Debug, Clone, Copy)]
pub(super) enum Check {
    /// Nothing is said, or nothing but an empty text or list; why it has to be.
    Required(&'static str),
    AtLeast(i64),
    MoreThan(i64),
    /// A number is one of these, the last included.
    Within(i64, i64),
    /// A text is one of these, told in this order.
    OneOf(&'static [&'static str]),
    /// A text that is not empty has a form.
    Text(fn(&str) -> Vec<String>),
    /// A text has a form, be it empty.
    Said(fn(&str) -> Vec<String>),
    Port,
    /// A number of a port, or a name of one.
    PortOrName,
    /// A number, or a share in percent.
    Share,
    /// An object is labels.
    Labels,
    /// An object is a label selector.
    Selector,
    /// The value stays as it was.
    Immutable,
    /// The same, of a type that the server prints as it has it inside.
    Kept(&'static str),
    /// What no row can say.
    By(fn(&Site<'_>) -> Causes),
}

/// What is wrong below a place by some rules, in their order.
pub(super) fn check(site: &Site<'_>, rules: &[Rule]) -> Causes {
    let found =
        rules.iter().flat_map(|(path, check)| site.find(path).into_iter().map(move |site| (site, check)));
    told(found.flat_map(|(site, check)| check.faults(&site)))
}

impl Check {
    fn faults(self, site: &Site<'_>) -> Causes {
        let outside = |wrong: bool, why: String| if wrong { vec![site.invalid(&why)] } else { Vec::new() };
        match (self, site.number()) {
            (Check::Required(why), None) if site.len() == 0 && !site.value.is_boolean() => {
                vec![site.required(why)]
            }
            (Check::AtLeast(least), Some(number)) => {
                outside(number < least, format!("must be greater than or equal to {least}"))
            }
            (Check::MoreThan(least), Some(number)) => {
                outside(number <= least, format!("must be greater than {least}"))
            }
            (Check::Within(least, most), Some(number)) => {
                let why = format!("must be between {least} and {most}, inclusive");
                outside(!(least..=most).contains(&number), why)
            }
            (Check::Port | Check::PortOrName, Some(_)) => Check::Within(1, 65_535).faults(site),
            (Check::PortOrName, None) if site.value.is_string() => {
                site.against(texts::port_name(site.text()))
            }
            (Check::Share, Some(_)) => Check::AtLeast(0).faults(site),
            (Check::Share, None) if site.value.is_string() => {
                let faults = texts::percent(site.text());
                faults.iter().map(|why| site.invalid_as_json(why)).collect()
            }
            (Check::OneOf(known), _) if site.value.is_string() && !known.contains(&site.text()) => {
                vec![site.unsupported(known)]
            }
            (Check::Text(form), _) if !site.text().is_empty() => site.against(form(site.text())),
            (Check::Said(form), _) if site.is_given() => site.against(form(site.text())),
            (Check::Labels, _) => label_faults(site),
            (Check::Selector, _) => selector_faults(site),
            (Check::Immutable, _) if site.is_changed() => vec![site.invalid("field is immutable")],
            (Check::Kept(ty), _) if site.is_changed() => vec![changed(site, ty)],
            (Check::By(faults), _) => faults(site),
            _ => Vec::new(),
        }
    }
}

/// That a value of a type that the server prints as it has it inside is not as it was.
pub(super) fn changed(site: &Site<'_>, ty: &str) -> Cause {
    Cause::invalid_value(&*site.place, &tables::inside(ty, site.value), "field is immutable")
}

pub(super) fn label_faults(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for (key, value) in site.value.as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        causes.extend(key_faults(key).iter().map(|why| Cause::invalid(&*site.place, key, why)));
        causes.extend(label_value_faults(value).iter().map(|why| Cause::invalid(&*site.place, value, why)));
    }
    causes
}

/// What is wrong with the keys of annotations; capitals are fine in them.
pub(super) fn annotation_faults(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for (key, _) in site.entries() {
        let why = key_faults(&key.to_lowercase());
        causes.extend(why.iter().map(|why| Cause::invalid(&*site.place, key, why)));
    }
    causes
}

pub(super) fn selector_faults(site: &Site<'_>) -> Causes {
    let mut causes = label_faults(&site.at("matchLabels"));
    for expression in site.at("matchExpressions").each() {
        causes.extend(expression_faults(&expression));
        for value in expression.at("values").each() {
            causes.extend(value.against(label_value_faults(value.text())));
        }
    }
    causes
}

fn expression_faults(expression: &Site<'_>) -> Causes {
    let (operator, values, key) = (expression.at("operator"), expression.at("values"), expression.at("key"));
    let mut causes = Vec::new();
    match operator.text() {
        "In" | "NotIn" if values.len() == 0 => {
            causes.push(values.required("must be specified when `operator` is 'In' or 'NotIn'"));
        }
        "Exists" | "DoesNotExist" if values.len() > 0 => {
            causes
                .push(values.forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
        _ => causes.push(operator.invalid_word("not a valid selector operator")),
    }
    causes.extend(key.against(key_faults(key.text())));
    causes
}

/// Whether a selector selects labels; `None` where it is none.
pub(super) fn selects(selector: &Value, labels: &Value) -> Option<bool> {
    let mut selected = true;
    for (key, value) in selector["matchLabels"].as_object().into_iter().flatten() {
        selected &= labels.get(key) == Some(value);
        if !key_faults(key).is_empty() || !label_value_faults(value.as_str().unwrap_or_default()).is_empty() {
            return None;
        }
    }
    for expression in selector["matchExpressions"].as_array().into_iter().flatten() {
        let found = expression["key"].as_str().and_then(|key| labels.get(key));
        let values = expression["values"].as_array().map_or(&[][..], Vec::as_slice);
        let unfit = |value: &Value| !label_value_faults(value.as_str().unwrap_or_default()).is_empty();
        if !expression_faults(&Site::root(expression, None)).is_empty() || values.iter().any(unfit) {
            return None;
        }
        selected &= match expression["operator"].as_str()? {
            "In" => found.is_some_and(|found| values.contains(found)),
            "NotIn" => !found.is_some_and(|found| values.contains(found)),
            "Exists" => found.is_some(),
            _ => found.is_none(),
        };
    }
    Some(selected)
}

/// Whether a selector that is there selects nothing in particular.
pub(super) fn is_empty_selector(selector: &Value) -> bool {
    let is_empty = |field: &str| match &selector[field] {
        Value::Object(labels) => labels.is_empty(),
        Value::Array(expressions) => expressions.is_empty(),
        _ => true,
    };
    is_empty("matchLabels") && is_empty("matchExpressions")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_absent_is_wrong_only_where_it_is_required() {
        let nothing = Site::root(&Value::Null, None);
        let checks = [
            Check::AtLeast(0),
            Check::Within(1, 2),
            Check::OneOf(&["x"]),
            Check::Port,
            Check::PortOrName,
            Check::Share,
            LABEL,
            Check::Labels,
            Check::Selector,
            Check::Immutable,
        ];
        for check in checks {
            assert!(check.faults(&nothing).is_empty(), "{check:?}");
        }
        assert_eq!(Check::Required("").faults(&nothing).len(), 1);
    }

    #[test]
    fn a_selector_selects_by_labels_and_by_expressions() {
        let selector = json!({
            "matchLabels": { "a": "b" },
            "matchExpressions": [{ "key": "c", "operator": "In", "values": ["d", "e"] }],
        });
        assert_eq!(selects(&selector, &json!({ "a": "b", "c": "e" })), Some(true));
        assert_eq!(selects(&selector, &json!({ "a": "b" })), Some(false));
        assert_eq!(
            selects(&json!({ "matchExpressions": [{ "key": "c", "operator": "Is" }] }), &json!({})),
            None
        );
        assert_eq!(selects(&json!({}), &json!({})), Some(true));
    }
}
