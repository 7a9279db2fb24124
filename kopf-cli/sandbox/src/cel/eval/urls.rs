//! Locators, as `url('https://example.com:80/path?key=value')` reads them, and their parts.

use std::{collections::HashMap, sync::Arc};

use kube_cel::cel::{
    Value,
    objects::{Key, Map, Opaque},
};

use super::{
    Fault, Outcome,
    values::{list, opaque, text, truth},
};
use crate::net::urls::{self, Url};

/// How many parameters there may be, beyond which none is read.
const MOST_PARAMETERS: usize = 10_000;

impl Opaque for Url {
    fn runtime_type_name(&self) -> &'static str {
        "kubernetes.URL"
    }
}

/// The outcome of a function of locators; `None` where it is none.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Outcome> {
    match (name, args) {
        ("isURL", [Value::String(said)]) => Some(truth(fault(said).is_none())),
        ("url", [Value::String(said)]) => Some(made(said)),
        (_, [one]) => part(name, opaque(one)?).map(Ok),
        _ => None,
    }
}

/// What is wrong with a text that has to be a locator.
pub(super) fn fault(said: &str) -> Option<String> {
    urls::read(said, true).err()
}

fn made(said: &str) -> Outcome {
    // What is behind a `#` is told apart only where it is read once more.
    let read = urls::read(said, true).and_then(|_| urls::with_fragment(said));
    read.map(|url| Value::Opaque(Arc::new(url)))
        .map_err(|why| Fault::new(format!("URL parse error during conversion from string: {why}")))
}

fn part(name: &str, url: &Url) -> Option<Value> {
    Some(match name {
        "getScheme" => text(&*url.scheme),
        "getHost" => text(String::from_utf8_lossy(&url.host)),
        "getHostname" => text(String::from_utf8_lossy(url.name_and_port().0)),
        "getPort" => text(String::from_utf8_lossy(url.name_and_port().1)),
        "getEscapedPath" => text(&*url.path),
        "getQuery" => Value::Map(Map { map: Arc::new(parameters(&url.query)) }),
        _ => return None,
    })
}

fn parameters(query: &str) -> HashMap<Key, Value> {
    let mut all: HashMap<String, Vec<Value>> = HashMap::new();
    if query.matches('&').count() < MOST_PARAMETERS {
        for pair in query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';')) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if let (Some(key), Some(value)) = (urls::parameter(key), urls::parameter(value)) {
                all.entry(key).or_default().push(text(value));
            }
        }
    }
    all.into_iter().map(|(key, values)| (Key::String(Arc::new(key)), list(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_gathered_by_their_keys() {
        let found = parameters("a=1&b=%20x+y&a=2&&c&d;e&f=%zz");
        let at = |key: &str| found.get(&Key::String(Arc::new(key.to_owned()))).cloned();
        assert_eq!(at("a"), Some(list(vec![text("1"), text("2")])));
        assert_eq!(at("b"), Some(list(vec![text(" x y")])));
        assert_eq!(at("c"), Some(list(vec![text("")])));
        assert_eq!(found.len(), 3);
        assert!(parameters(&"a&".repeat(10_000)).is_empty());
    }
}
