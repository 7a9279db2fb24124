use kopf_plugin_api::prelude::*;

#[kopf::subhandler]
fn outside() {}

fn mere_function() {
    #[kopf::subhandler(retries = 3)]
    fn inside_of_it() {}
}

#[kopf::on::event("pods")]
fn spy() {
    #[kopf::subhandler]
    fn inside_of_a_spy() {}
}

#[kopf::on::create("pods")]
fn create_fn(subs: Subhandlers) -> Outcome<()> {
    #[kopf::subhandler(id = "a/b")]
    fn child() {}

    subs.add("text", |name: String| Ok(()));
    subs.add_async("now", async { Ok::<_, kopf::Error>(()) });
    Ok(())
}

#[kopf::on::create("pods")]
fn wrong_argument() {
    #[kopf::subhandler]
    fn child(name: String) {}
}
