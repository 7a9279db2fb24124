//! Works out what of the handlers' filters the API server can apply itself, so that it sends nothing that nobody wants.

use std::{collections::BTreeSet, fmt, fmt::Write};

use crate::{filter::Match, handler::Handler};

/// What the API server is asked to leave out of lists and watches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSide {
    /// A label selector; empty for all.
    pub labels: String,
    /// A field selector; empty for all.
    pub fields: String,
}

impl ServerSide {
    /// What the filters of all of these handlers have in common, as far as selectors can say it.
    ///
    /// `None` where that is nothing; where a handler holds objects back from deletion, for a held object that leaves a
    /// selector would never be let go; and where a plugin remembers objects, for what it remembers of one that has left
    /// would be lost, or kept for ever.
    pub fn of<'a>(handlers: impl IntoIterator<Item = &'a Handler>) -> Option<ServerSide> {
        let mut common: Option<(BTreeSet<String>, BTreeSet<String>)> = None;
        for handler in handlers {
            if handler.holds_back() || handler.wants.memo {
                return None;
            }
            let (labels, fields) = (labels(handler), fields(handler));
            common = Some(match common {
                None => (labels, fields),
                Some((a, b)) => (&a & &labels, &b & &fields),
            });
        }
        let (labels, fields) = common?;
        let join = |terms: BTreeSet<String>| terms.into_iter().collect::<Vec<_>>().join(",");
        let selection = ServerSide { labels: join(labels), fields: join(fields) };
        (selection != ServerSide::default()).then_some(selection)
    }

    /// The members of a query, each with `&` before it.
    pub fn query(&self) -> String {
        let mut query = String::new();
        for (name, selector) in [("labelSelector", &self.labels), ("fieldSelector", &self.fields)] {
            if !selector.is_empty() {
                // Writing into a String does not fail.
                let _ = write!(query, "&{name}=");
                for byte in selector.bytes() {
                    if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                        query.push(char::from(byte));
                    } else {
                        let _ = write!(query, "%{byte:02X}");
                    }
                }
            }
        }
        query
    }
}

impl fmt::Display for ServerSide {
    /// Such as `labels app=web,tier` or `fields metadata.name=a`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [("labels", &self.labels), ("fields", &self.fields)];
        let words = words.into_iter().filter(|(_, selector)| !selector.is_empty());
        let words: Vec<String> = words.map(|(name, selector)| format!("{name} {selector}")).collect();
        f.write_str(&words.join(" and "))
    }
}

fn labels(handler: &Handler) -> BTreeSet<String> {
    let terms = |(key, asked): &(String, Match)| if is_key(key) { terms(key, asked) } else { vec![] };
    handler.filter.labels.iter().flat_map(terms).collect()
}

/// What servers have an index for in every resource.
fn fields(handler: &Handler) -> BTreeSet<String> {
    let Some(field) = handler.field.as_ref().map(ToString::to_string) else { return BTreeSet::new() };
    match &handler.filter.value {
        Some(Match::Is(value)) if ["metadata.name", "metadata.namespace"].contains(&field.as_str()) => value
            .as_str()
            .filter(|name| is_name(name))
            .map(|name| format!("{field}={name}"))
            .into_iter()
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// The terms of a selector that hold wherever the match does. What cannot be said is left out: the server may send more
/// than is wanted, and never less.
fn terms(key: &str, asked: &Match) -> Vec<String> {
    let all = |asked: &[Match], terms: &dyn Fn(&Match) -> Vec<String>| asked.iter().flat_map(terms).collect();
    match asked {
        Match::Is(value) => text(value).map(|text| format!("{key}={text}")).into_iter().collect(),
        Match::Present => vec![key.to_owned()],
        Match::Absent => vec![format!("!{key}")],
        Match::Not(asked) => terms_against(key, asked),
        Match::All(asked) => all(asked, &|asked| terms(key, asked)),
        Match::None(asked) => all(asked, &|asked| terms_against(key, asked)),
        Match::Any(asked) => {
            let values: Option<BTreeSet<&str>> = asked
                .iter()
                .map(|asked| match asked {
                    Match::Is(value) => text(value),
                    _ => None,
                })
                .collect();
            let values = values.filter(|values| !values.is_empty());
            let listed = values.map(|values| values.into_iter().collect::<Vec<_>>().join(","));
            listed.map(|listed| format!("{key} in ({listed})")).into_iter().collect()
        }
        Match::Asked(_) => vec![],
    }
}

/// The terms that hold wherever the match does not.
fn terms_against(key: &str, asked: &Match) -> Vec<String> {
    match asked {
        Match::Is(value) => text(value).map(|text| format!("{key}!={text}")).into_iter().collect(),
        Match::Present => vec![format!("!{key}")],
        Match::Absent => vec![key.to_owned()],
        Match::Not(asked) => terms(key, asked),
        Match::Any(asked) => asked.iter().flat_map(|asked| terms_against(key, asked)).collect(),
        Match::None(_) | Match::All(_) | Match::Asked(_) => vec![],
    }
}

/// A text that may be a label's value: a selector with another one would be refused.
fn text(value: &serde_json::Value) -> Option<&str> {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    value.as_str().filter(|text| {
        let ends = [text.bytes().next(), text.bytes().last()];
        text.len() <= 63
            && text.bytes().all(is_inner)
            && ends.into_iter().flatten().all(|byte| byte.is_ascii_alphanumeric())
    })
}

fn is_key(key: &str) -> bool {
    let (prefix, name) = key.split_once('/').unwrap_or(("a", key));
    is_name(prefix) && !name.is_empty() && text(&name.into()).is_some()
}

/// Whether it may be the name of an object, as far as a selector is concerned.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 253
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handler::{On, tests::handler};

    fn is(text: &str) -> Match {
        Match::is(text)
    }

    fn labelled(labels: &[(&str, Match)]) -> Handler {
        let mut handler = handler(On::Event, "fn");
        handler.filter.labels =
            labels.iter().map(|(key, asked)| ((*key).to_owned(), asked.clone())).collect();
        handler
    }

    #[track_caller]
    fn check(handlers: &[Handler], expected: &str) {
        let found = ServerSide::of(handlers);
        assert_eq!(found.map(|found| found.to_string()).unwrap_or_default(), expected);
    }

    #[track_caller]
    fn check_label(asked: Match, expected: &str) {
        check(&[labelled(&[("k", asked)])], expected);
    }

    #[test]
    fn literal_labels_are_selected_by_the_server() {
        check_label(is("web"), "labels k=web");
        check_label(is(""), "labels k=");
        check_label(Match::Present, "labels k");
        check_label(Match::Absent, "labels !k");
        check_label(Match::Any(vec![is("b"), is("a")]), "labels k in (a,b)");
        check_label(Match::Not(Box::new(is("a"))), "labels k!=a");
        check_label(Match::Not(Box::new(Match::Present)), "labels !k");
        check_label(Match::Not(Box::new(Match::Not(Box::new(is("a"))))), "labels k=a");
        check_label(Match::None(vec![is("a"), Match::Absent]), "labels k,k!=a");
        check_label(Match::All(vec![Match::Present, Match::Asked(1)]), "labels k");
    }

    #[test]
    fn what_a_selector_cannot_say_is_left_to_the_operator() {
        check_label(Match::Asked(1), "");
        check_label(Match::Any(vec![is("a"), Match::Asked(1)]), "");
        check_label(Match::Any(vec![]), "");
        check_label(Match::Not(Box::new(Match::All(vec![is("a")]))), "");
        check_label(is("no label value"), "");
        check_label(is("-a"), "");
        check(&[labelled(&[("odd key", Match::Present)])], "");
        check(&[labelled(&[("a/b/c", Match::Present)])], "");
    }

    #[test]
    fn what_all_handlers_have_in_common_is_selected() {
        let a = labelled(&[("app", is("web")), ("tier", Match::Present)]);
        let b = labelled(&[("app", is("web"))]);
        check(std::slice::from_ref(&a), "labels app=web,tier");
        check(&[a.clone(), b.clone()], "labels app=web");
        check(&[a, b, labelled(&[])], "");
        check(&[], "");
    }

    #[test]
    fn where_objects_are_held_back_nothing_is_left_out() {
        let held = |optional| Handler { on: On::Delete, optional, ..labelled(&[("app", is("web"))]) };
        check(&[held(false)], "");
        check(&[held(true)], "labels app=web");
    }

    #[test]
    fn an_object_of_one_name_is_selected_by_it() {
        let named = |field: &str, name: &str| {
            let mut handler = Handler { field: Some(field.parse().unwrap()), ..handler(On::Update, "fn") };
            handler.filter.value = Some(is(name));
            handler
        };
        check(&[named("metadata.name", "settings")], "fields metadata.name=settings");
        check(&[named("metadata.name", "a,b")], "");
        check(&[named("spec.name", "settings")], "");
    }

    #[test]
    fn a_query_has_nothing_in_it_that_would_end_it() {
        let selection =
            ServerSide { labels: "a/b in (c,d),!e".to_owned(), fields: "metadata.name=x".to_owned() };
        let expected = "&labelSelector=a%2Fb%20in%20%28c%2Cd%29%2C%21e&fieldSelector=metadata.name%3Dx";
        assert_eq!(selection.query(), expected);
    }
}
