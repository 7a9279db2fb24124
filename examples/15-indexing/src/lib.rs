//! Indexes: what is wanted of all objects of a resource, at hand in every handler.

use kopf_plugin_api::prelude::*;

/// Called for each pod, before all other handlers. What it returns is kept with its types, until the pod changes or goes:
/// here the pod's name, under its team.
#[kopf::index("pods", labels = { "team" = present })]
fn pods_by_team(labels: Labels, name: Name) -> Option<(String, String)> {
    Some((labels.get("team")?.to_owned(), name.to_string()))
}

/// Several values of one object: each key of a config map, with the size of its text.
#[kopf::index("configmaps", labels = { "team" = present })]
fn config_keys(body: Body) -> Vec<(String, usize)> {
    let data = body["data"].as_object().into_iter().flatten();
    data.map(|(key, value)| (key.clone(), value.as_str().map_or(0, str::len))).collect()
}

/// Any handler may take an index. When the first one is called, all objects that are there are in it.
#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(pods: Index<pods_by_team>, keys: Index<config_keys>) -> Outcome<Value> {
    for pod in pods.get("shop") {
        info!("The shop has the pod {pod}");
    }
    let mut known = keys.keys();
    known.sort();
    let size: usize = keys.values().iter().map(|size| **size).sum();
    info!("The keys {} have {size} bytes", known.join(" and "));
    Ok(json!({ "message": format!("{} pods", pods.values().len()) }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_index_knows_what_is_there() {
        let mut operator = kopf_plugin_testing::start!();
        operator.apply(include_str!("../../crd.yaml"));
        operator.apply(include_str!("../../05-builtins/object.yaml"));
        // What comes while the operator runs is indexed when its own watch tells of it.
        operator.settle();
        operator.apply(include_str!("../../obj.yaml"));
        operator.settle();
        let object = operator.get("kopfexamples.zalando.org", "default/kopf-example-1");
        assert_eq!(object["status"]["create_fn"]["message"], "1 pods");
        assert!(operator.log().iter().any(|line| line.contains("The keys colour and size have 10 bytes")));
    }
}
