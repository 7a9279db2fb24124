//! Makes the core's filters of what attributes ask, and refuses what no object could answer.

use kopf_core::{
    filter::{Filter, Match},
    handler::On,
};
use kopf_plugin_abi::wire;
use serde_json::Value;

/// The filter of a handler.
pub(super) fn filter(on: On, options: &wire::Options) -> Result<Filter, String> {
    let wire::Options { field, value, old, new, labels, annotations, when, .. } = options;
    for (name, asked) in [("value", value), ("old", old), ("new", new)] {
        if asked.is_some() && field.is_none() {
            return Err(format!("`{name}` is about a field and there is none; add field = \"spec.…\""));
        }
    }
    if (old.is_some() || new.is_some()) && !matches!(on, On::Update | On::Field) {
        return Err(
            "`old` and `new` are about a change, which on::update and on::field alone are called for; \
                    use value"
                .to_owned(),
        );
    }
    if value.is_some() && (old.is_some() || new.is_some()) {
        return Err("`value` looks at both states, and `old` and `new` at one each; use either".to_owned());
    }
    let of_field = |name: &str, asked: &Option<wire::Match>| {
        asked.as_ref().map(|asked| convert(name, asked, About::Field)).transpose()
    };
    Ok(Filter {
        labels: texts("labels", labels)?,
        annotations: texts("annotations", annotations)?,
        value: of_field("value", value)?,
        old: of_field("old", old)?,
        new: of_field("new", new)?,
        when: when.as_ref().map(|asked| convert("when", asked, About::Object)).transpose()?,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Text,
    Field,
    Object,
}

fn texts(name: &str, asked: &[(String, wire::Match)]) -> Result<Vec<(String, Match)>, String> {
    let each = asked.iter().map(|(key, asked)| match key.as_str() {
        "" => Err("a label or annotation has an empty key; name one".to_owned()),
        key => Ok((key.to_owned(), convert(&format!("{name} {key}"), asked, About::Text)?)),
    });
    each.collect()
}

fn convert(name: &str, asked: &wire::Match, about: About) -> Result<Match, String> {
    let each = |asked: &wire::Match| convert(name, asked, about);
    let all = |asked: &[wire::Match]| asked.iter().map(each).collect::<Result<Vec<_>, _>>();
    Ok(match asked {
        wire::Match::Is(_) | wire::Match::Present | wire::Match::Absent if about == About::Object => {
            return Err(format!("`{name}` takes functions alone, which look at the object"));
        }
        wire::Match::Is(Value::Null) => {
            return Err(format!("`{name}` is never null, which is absent; write absent"));
        }
        wire::Match::Is(value) if about == About::Text && !value.is_string() => {
            return Err(format!("`{name}` is a text, found {value}; write it in quotes"));
        }
        wire::Match::Is(value) => Match::is(value.clone()),
        wire::Match::Present => Match::Present,
        wire::Match::Absent => Match::Absent,
        wire::Match::Asked(0) => {
            return Err(format!("`{name}` asks question 0, and questions are numbered from 1"));
        }
        wire::Match::Asked(number) => Match::Asked(*number),
        wire::Match::Not(asked) => Match::Not(Box::new(each(asked)?)),
        wire::Match::All(asked) => Match::All(all(asked)?),
        wire::Match::Any(asked) => Match::Any(all(asked)?),
        wire::Match::None(asked) => Match::None(all(asked)?),
        other => {
            return Err(format!("this host does not know the match {other:?} of `{name}`; use a newer kopf"));
        }
    })
}
