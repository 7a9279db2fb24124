//! `kopf sandbox`: an API server in memory, for whatever client.

use std::{convert::Infallible, path, sync::Arc, time::Duration};

use kopf_reactor::{
    Settings, SystemClock,
    cluster::kube::{self, Access},
};
use tokio::time::{self, MissedTickBehavior};

use crate::{
    apply::{
        self,
        manifest::{self, Manifest},
    },
    args,
    commands::{Failure, environment, listen, print, run},
    config, sandbox,
    sandbox::Served,
    telemetry,
};

/// How often objects that have changed are written into the file that keeps them.
const KEEP_EVERY: Duration = Duration::from_secs(5);

/// Serves a sandbox until a signal stops it, and returns the code to exit with.
///
/// # Errors
///
/// When it cannot begin, or its objects cannot be kept.
pub fn sandbox(typed: args::sandbox::Sandbox) -> Result<u8, Failure> {
    let config = config::sandbox::Sandbox::new(typed, &environment()).map_err(Failure::usage)?;
    let manifests = manifest::read(&config.manifests).map_err(Failure::failed)?;
    run::block_on(async {
        let mut signals = listen()?;
        let served = sandbox::start(config).await.map_err(Failure::failed)?;
        tokio::select! {
            ended = serve(&served, &manifests) => match ended? {},
            _ = signals.next() => {}
        }
        tokio::select! {
            ended = end(served) => ended.map(|()| 0),
            signal = signals.next() => Ok(signal.exit_code()),
        }
    })
}

/// Brings the objects of files, says how to use the server, and keeps the objects for as long as it is awaited.
async fn serve(served: &Served, manifests: &[Manifest]) -> Result<Infallible, Failure> {
    if !manifests.is_empty() {
        let access = Access::Kubeconfig { file: served.kubeconfig().to_owned(), context: None };
        let cluster = kube::connect(access, &Settings::default().networking).await;
        let cluster = Arc::new(cluster.map_err(Failure::failed)?);
        let applied = apply::apply(cluster.as_ref(), &SystemClock, manifests).await;
        applied.map_err(Failure::failed)?.iter().for_each(|warning| telemetry::warn(warning));
    }
    if let Some(warning) = served.warning() {
        telemetry::warn(&warning);
    }
    print(&served.instructions());
    let mut ticks = time::interval(KEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = false;
    loop {
        ticks.tick().await;
        match served.keep().await {
            Ok(()) => told = false,
            // It is tried again, and told of once.
            Err(error) if !told => {
                telemetry::complain(&error.to_string());
                told = true;
            }
            Err(_) => {}
        }
    }
}

/// Lets requests end, and keeps what they did.
async fn end(served: Served) -> Result<(), Failure> {
    if let Some(file) = served.shut_down().await.map_err(Failure::failed)? {
        let file = path::absolute(&file).unwrap_or(file);
        print(&format!("The objects are kept in {}.", file.display()));
    }
    Ok(())
}
