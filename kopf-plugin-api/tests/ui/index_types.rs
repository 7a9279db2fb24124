use kopf_plugin_api::prelude::*;

#[kopf::index("pods")]
fn by_number(name: Name) -> (u64, String) {
    (0, name.to_string())
}

#[kopf::index("pods")]
fn nothing(name: Name) {}

#[kopf::index("pods")]
fn alone(name: Name) -> String {
    name.to_string()
}

#[kopf::on::event("pods")]
fn wrong_key(index: Index<by_number>) {
    index.get("five");
}
