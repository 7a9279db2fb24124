//! Paths of connections: what a container does or hears, and what is passed on to others.

use serde_json::{Map, Value, json};

use super::{
    group_version_kind, name_of,
    naming::{group_name, tag, valid_name},
    operations::responses,
    parameters::{BELOW, plain_name, taken},
};
use crate::tables::served::{Scope, Served, Subresource};

const ANY: [&str; 1] = ["*/*"];
const OF_STREAMS: &[&str] = &["get", "post"];
const OF_PROXIES: &[&str] = &["delete", "get", "head", "options", "patch", "post", "put"];

/// What connections of a kind take; `None` where it is the kind of none.
fn takes(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "PodExecOptions" => &[
            "command-Py3eQybp",
            "container-i5dOmRiM",
            "stderr-W_1TNlWc",
            "stdin-PSzNhyUC",
            "stdout--EZLRwV1",
            "tty-s0flW37O",
        ],
        "PodAttachOptions" => {
            &["container-_Q-EJ3nR", "stderr-26jJhFUR", "stdin-sEFnN3IS", "stdout-005YMKE6", "tty-g7MlET_l"]
        }
        "PodPortForwardOptions" => &["ports-91KROJmm"],
        "PodProxyOptions" => &["path-oPbzgLUj"],
        "ServiceProxyOptions" => &["path-QCf0eosM"],
        "NodeProxyOptions" => &["path-rFDtV0x9"],
        _ => return None,
    })
}

/// The paths of a connection, below the path of an object; `None` where it is none.
pub(super) fn paths(
    own: (&str, &str),
    served: &Served,
    below: &Subresource,
    object: &str,
) -> Option<Vec<(String, Value)>> {
    let takes = takes(&below.response_kind.kind)?;
    let name = &below.subresource;
    let is_proxy = name == "proxy";
    let path = |path: String, with_path: bool| {
        let common = ["name", "namespace"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
        let mut common: Vec<&str> = common.chain(takes.iter().copied()).collect();
        if with_path {
            common.push(BELOW);
        }
        // Of two that have one name, what is in the path comes first.
        common.sort_by_key(|name| (plain_name(name), *name != BELOW));
        let methods = if is_proxy { OF_PROXIES } else { OF_STREAMS };
        let mut item: Map<String, Value> = methods
            .iter()
            .map(|method| {
                let suffix = if with_path { "WithPath" } else { "" };
                let place = if served.scope == Scope::Namespaced { "Namespaced" } else { "" };
                let of = &served.response_kind.kind;
                let words = [&valid_name(method, true), place, of, &valid_name(name, true), suffix];
                ((*method).to_owned(), told(own, &below.response_kind.kind, &words.concat()))
            })
            .collect();
        item.insert("parameters".to_owned(), common.into_iter().map(|name| taken(name, object)).collect());
        (path, Value::from(item))
    };
    let place = if served.scope == Scope::Namespaced { "/namespaces/{namespace}" } else { "" };
    let plain = format!("/{}{place}/{}/{{name}}/{name}", name_of(own), served.resource);
    let mut paths = vec![path(plain.clone(), false)];
    if is_proxy {
        paths.push(path(format!("{plain}/{{path}}"), true));
    }
    Some(paths)
}

fn told(own: (&str, &str), kind: &str, words: &str) -> Value {
    json!({
        "consumes": ANY,
        "produces": ANY,
        "schemes": ["https"],
        "tags": [tag(own)],
        "operationId": format!("connect{}{}{words}", group_name(own.0, true), valid_name(own.1, true)),
        "responses": responses(&["200"], &json!({ "type": "string" })),
        "x-kubernetes-action": "connect",
        "x-kubernetes-group-version-kind": group_version_kind(own, kind),
    })
}
