//! `kopf freeze` and `kopf resume`: has operators wait, and go on.

use std::time::Duration;

use jiff::Timestamp;
use kopf_core::peering::{DEV_PRIORITY, Peer};
use kopf_reactor::peering;

use crate::{
    args::outside::{Freeze, Place, Resume},
    commands::{Failure, environment, outside, print, run},
    config::{self, outside::Reads},
};

/// Has the operators of a lower priority wait.
///
/// # Errors
///
/// When there is no peering object, or it cannot be written.
pub fn freeze(typed: Freeze) -> Result<u8, Failure> {
    let peer = Peer {
        id: typed.id.unwrap_or_else(|| config::peering::lasting(&environment())),
        priority: if typed.dev { DEV_PRIORITY } else { typed.priority },
        lifetime: Duration::from_secs(typed.lifetime.into()),
        lastseen: Timestamp::now(),
        message: typed.message,
    };
    let done = format!("Frozen for {} s, below the priority {}", typed.lifetime, peer.priority);
    speak(typed.peering, typed.place, &peer.id, Some(&peer), &done)
}

/// Has the operators go on that wait for this one's word.
///
/// # Errors
///
/// When there is no peering object, or it cannot be written.
pub fn resume(typed: Resume) -> Result<u8, Failure> {
    let id = typed.id.unwrap_or_else(|| config::peering::lasting(&environment()));
    speak(typed.peering, typed.place, &id, None, "Resumed")
}

/// Speaks in one namespace after the other, and tells where that is `done`.
fn speak(
    object: Option<String>,
    place: Place,
    id: &str,
    peer: Option<&Peer>,
    done: &str,
) -> Result<u8, Failure> {
    let place = outside::place(place, object, Reads::Peering)?;
    let name = &place.settings.peering.name;
    let namespaces: Vec<Option<String>> = match &place.namespaces {
        None => vec![None],
        Some(patterns) if patterns.are_names() => {
            patterns.names().map(|name| Some(name.to_owned())).collect()
        }
        Some(_) => {
            return Err(Failure::usage(
                "peering objects are in namespaces of plain names: give them with -n, one by one",
            ));
        }
    };
    run::block_on(async {
        let cluster = outside::connect(&place).await?;
        for namespace in &namespaces {
            let spoken = peering::outside::speak(&cluster, name, namespace, id, peer).await;
            for place in spoken.map_err(Failure::failed)? {
                print(&format!("{done}: {name} of {place}, as {id}."));
            }
        }
        Ok(0)
    })
}
