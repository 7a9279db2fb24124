//! Speaks in peerings for somebody who is no operator: `kopf freeze` and `kopf resume`.

use kopf_core::peering::Peer;
use serde_json::{Value, json};

use super::Spot;
use crate::{
    cluster::{self, Cluster},
    discover,
};

/// Why nobody has heard it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The cluster has no definition of peerings.
    #[error("the cluster has no definition of peerings; kubectl apply -f examples/peering.yaml creates it")]
    Undefined,
    /// There is no object of this name.
    #[error(
        "there is no peering object {name} ({place}); create one, as in examples/peering.yaml, or name another with --peering"
    )]
    Missing {
        /// The name.
        name: String,
        /// Where it was looked for.
        place: String,
    },
    /// The server refuses, or does not answer.
    #[error("cannot write to the peering {name} ({place}): {source}")]
    Refused {
        /// The name.
        name: String,
        /// Where it is.
        place: String,
        /// Why.
        source: cluster::Error,
    },
}

/// Writes a record into the peering objects of this name in a namespace, or of the whole cluster (`None`); or takes the
/// record of an identity away, where there is no `peer`. Answers where that was.
///
/// # Errors
///
/// If it was done nowhere.
pub async fn speak(
    cluster: &dyn Cluster,
    name: &str,
    namespace: &Option<String>,
    id: &str,
    peer: Option<&Peer>,
) -> Result<Vec<String>, Error> {
    let refused =
        |place: &str, source| Error::Refused { name: name.to_owned(), place: place.to_owned(), source };
    let discovered = discover::discover(cluster).await.map_err(|error| refused("its definition", error))?;
    let entry = json!({ id: peer.map_or(Value::Null, Peer::record) });
    let spots = Spot::all(&discovered.resources, std::slice::from_ref(namespace));
    let Some(first) = spots.first() else { return Err(Error::Undefined) };
    let mut written = vec![];
    for spot in &spots {
        match spot.write(cluster, name, "kopf", &entry).await {
            Ok(_) => written.push(spot.to_string()),
            Err(error) if error.code() == Some(404) => {}
            Err(error) => return Err(refused(&spot.to_string(), error)),
        }
    }
    if written.is_empty() {
        return Err(Error::Missing { name: name.to_owned(), place: first.to_string() });
    }
    Ok(written)
}
