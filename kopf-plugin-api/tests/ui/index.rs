use kopf_plugin_api::prelude::*;

#[kopf::index("pods")]
fn by_node(name: Name) -> (String, String) {
    (String::new(), name.to_string())
}

#[kopf::on::event("pods")]
fn wrong_name(index: Index<by_nod>) {}
