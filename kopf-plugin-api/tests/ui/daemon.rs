use kopf_plugin_api::prelude::*;

#[kopf::daemon("pods")]
fn endless(name: Name, client: Client, status: TypedStatus<Value>) {
    loop {
        info!("{name}");
    }
}

#[kopf::daemon("pods", interval = "10s")]
async fn spinning() {
    loop {
        std::thread::yield_now();
    }
}

#[kopf::timer("pods", sharp)]
fn sharp_without_interval() {}

#[kopf::timer("pods",
    interval = 10,
    initial_delay = says_no_span)]
fn delayed() {}

fn says_no_span(_spec: Spec) -> String {
    String::new()
}
