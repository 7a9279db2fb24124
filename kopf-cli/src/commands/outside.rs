//! What commands share that work on a cluster without running an operator.

use kopf_reactor::cluster::kube::{self, KubeCluster};

use super::{Failure, environment, run, variables};
use crate::{
    args,
    config::{
        self,
        outside::{Place, Reads},
    },
};

/// Where a command is to work, and what it reads of the settings.
pub(super) fn place(
    typed: args::outside::Place,
    peering: Option<String>,
    reads: Reads,
) -> Result<Place, Failure> {
    config::settings::check_variables(variables()).map_err(Failure::usage)?;
    Place::new(typed, peering, reads, &environment()).map_err(Failure::usage)
}

/// The API server.
pub(super) async fn connect(place: &Place) -> Result<KubeCluster, Failure> {
    let access = run::of_cluster(place.kubeconfig.clone(), place.context.clone());
    kube::connect(access, &place.settings.networking).await.map_err(Failure::failed)
}
