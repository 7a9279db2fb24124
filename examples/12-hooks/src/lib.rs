//! Hooks: what is done when the operator starts and ends, when it needs credentials, and when somebody asks how it is.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use kopf_plugin_api::prelude::*;

/// What all handlers have in common: it is shared by the startup handler.
struct Greeter {
    salutation: String,
    greeted: AtomicU64,
}

/// Before anything is asked of the API server: settings, and what is made once. A startup handler that fails is tried
/// again; if it fails for good, the operator ends.
#[kopf::on::startup(retries = 3)]
fn startup_fn(settings: Settings, Retry(retry): Retry) -> Outcome<()> {
    if retry == 0 {
        return Err(kopf::temporary("the greeter is not up yet", 1));
    }
    settings.set("posting.events", "warnings")?;
    settings.set("watching.inactivity_timeout", Duration::from_secs(60))?;
    kopf::share(Greeter { salutation: "Hello".to_owned(), greeted: AtomicU64::new(0) });
    info!("The greeter is up, at attempt {}", retry + 1);
    Ok(())
}

/// Credentials of one's own, where the kubeconfig will not do. It is asked again before they expire, and when the server
/// refuses them; not at all with `--sandbox`, `--kubeconfig` or `--context`, for those say whose they are.
#[kopf::on::login(retries = 3)]
async fn login_fn() -> Outcome<Credentials> {
    let server = variable("HOOKS_SERVER", "the address of the API server")?;
    let file = variable("HOOKS_TOKEN_FILE", "the file that has the token")?;
    let expires = kopf::time::now() + Duration::from_secs(3600);
    let credentials = Credentials::new(&server).token(read(&file)?.trim()).expires_at(expires);
    // Most clusters have an authority of their own for certificates, which no machine knows beforehand.
    match std::env::var("HOOKS_CA_FILE") {
        Ok(file) => Ok(credentials.ca(read(&file)?)),
        Err(_) => Ok(credentials),
    }
}

fn read(file: &str) -> Outcome<String> {
    std::fs::read_to_string(file).map_err(|error| kopf::temporary(format!("{file}: {error}"), 1))
}

fn variable(name: &str, what: &str) -> Outcome<String> {
    std::env::var(name).map_err(|_| kopf::permanent(format!("{name} is not set: set it to {what}")))
}

/// In the answer of `/healthz`, under its id.
#[kopf::on::probe]
fn greeted(greeter: Shared<Greeter>) -> Outcome<u64> {
    Ok(greeter.greeted.load(Ordering::Relaxed))
}

#[kopf::on::create("zalando.org", "v1", "kopfexamples")]
fn create_fn(greeter: Shared<Greeter>, name: Name) {
    greeter.greeted.fetch_add(1, Ordering::Relaxed);
    info!("{}, {name}!", greeter.salutation);
}

/// After everything has stopped.
#[kopf::on::cleanup]
async fn cleanup_fn(greeter: Shared<Greeter>) {
    info!("The greeter has greeted {} and goes", greeter.greeted.load(Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_tells_what_handlers_have_done_with_what_the_startup_has_shared() {
        let mut operator = kopf_plugin_testing::start!();
        operator.advance(Duration::from_secs(1));
        assert_eq!(operator.probe(), Ok(json!({ "greeted": 0 })));

        operator.apply(include_str!("../../crd.yaml"));
        operator.apply(include_str!("../../obj.yaml"));
        operator.advance(Duration::from_secs(10));
        assert_eq!(operator.probe(), Ok(json!({ "greeted": 1 })));

        operator.stop();
        let last =
            operator.log().into_iter().find(|line| line.contains("The greeter has greeted 1 and goes"));
        assert!(last.is_some(), "{:#?}", operator.log());
    }
}
