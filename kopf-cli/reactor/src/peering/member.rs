//! Takes part in one peering: gives its word before it ends, looks who goes first, and says so.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use futures::future::{Either, join, select};
use jiff::Timestamp;
use kopf_core::object::Header;
use kopf_core::peering::{self, Judgement, Peer, Peers, Verdict};
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::{
    Look, Mode, Spot,
    sight::{Eye, Seen},
};
use crate::{
    clock,
    cluster::Error,
    io::{Io, chance},
    rights::right,
    watch as watching,
};

/// How long after a refusal our word is offered again.
const AFTER_A_REFUSAL: Duration = Duration::from_secs(60);

/// How many peers, or entries that are no records, are named.
const SHOWN: usize = 5;

/// Takes part in the peering of a spot, for ever.
pub(super) async fn take_part(io: &Arc<Io>, spot: Spot) {
    let (eye, seen) = Eye::on(&io.settings.peering.name);
    let (name, path) = (spot.to_string(), spot.list_path());
    // No part of the health: a peering that cannot be watched is told of, and the operator lives.
    let pulse = io.health.pulse(name.clone(), io.settings.watching.inactivity_timeout);
    pulse.end();
    let member = Member {
        io,
        spot: &spot,
        eye: &eye,
        touch_at: Timestamp::MIN,
        failures: 0,
        verdict: Verdict::Go,
        garbage: BTreeSet::new(),
    };
    join(watching::watch(io, &name, &path, "", &pulse, eye.as_ref()), member.go_on(seen)).await;
}

/// One who takes part.
struct Member<'a> {
    io: &'a Io,
    spot: &'a Spot,
    eye: &'a Eye,
    /// When our word is to be given.
    touch_at: Timestamp,
    failures: u32,
    /// What was told last.
    verdict: Verdict,
    garbage: BTreeSet<String>,
}

impl Member<'_> {
    async fn go_on(mut self, mut seen: watch::Receiver<Seen>) {
        loop {
            let sight = seen.borrow_and_update().clone();
            let wake_at = match sight {
                Seen::Unknown => None,
                Seen::Absent => self.miss(None),
                Seen::Denied(error) => self.miss(Some(&error)),
                Seen::Present(_, raw) => self.attend(&raw).await,
            };
            let changed = Box::pin(seen.changed());
            match wake_at {
                Some(at) => match select(changed, self.io.clock.sleep_until(at)).await {
                    Either::Left((Err(_), _)) => return,
                    Either::Left((Ok(()), _)) | Either::Right(_) => {}
                },
                None if changed.await.is_err() => return,
                None => {}
            }
        }
    }

    /// There is nothing to take part in.
    fn miss(&mut self, denied: Option<&str>) -> Option<Timestamp> {
        let (settings, spot) = (&self.io.settings.peering, self.spot);
        let trouble = format!("peering {spot}");
        let what = denied.map_or_else(|| "there is none of this name".to_owned(), str::to_owned);
        let name = &settings.name;
        match settings.mode {
            Mode::Mandatory => warn!(
                "The peering {name} of {spot} is to be taken part in, and nothing is done until it can be: {what}"
            ),
            _ if denied.is_some() && self.io.complaints.is_due_hourly(&trouble, self.io.clock.now()) => {
                warn!(
                    "Not allowed to see the peering {name} of {spot}, so that no other operator makes room; allow {}, or say \
                 --standalone: {what}",
                    right(&["list", "watch", "patch"], &spot.resource)
                )
            }
            _ => debug!("No peering {name} of {spot}, working without: {what}"),
        }
        self.touch_at = Timestamp::MIN;
        self.verdict = Verdict::Go;
        self.io.peerings.see(self.io, spot, Look::Missing);
        None
    }

    /// Reads the object, gives our word if it is time, and judges. Answers when to look again.
    async fn attend(&mut self, raw: &[u8]) -> Option<Timestamp> {
        let now = self.io.clock.now();
        let Peers { peers, garbage } = peering::read(raw, now);
        self.tell_garbage(garbage);
        let settings = &self.io.settings.peering;
        let Judgement { verdict, again_at, dead } =
            peering::judge(&peers, &settings.id, settings.priority, now);
        if self.touch_at <= now {
            match self.touch(&dead, now).await {
                // The answer is seen as an event is, and judged in its turn.
                Ok(()) => return Some(now),
                // Whom we do not see is before us in no case; who sees us not may be.
                Err(error) if matches!(error.code(), Some(403 | 404)) => {}
                // As long as nobody knows of us, somebody may have begun beside us.
                Err(_) if verdict == Verdict::Go && !self.io.peerings.has_joined(self.spot) => {
                    return Some(self.touch_at);
                }
                Err(_) => {}
            }
        }
        let look = if verdict == Verdict::Go { Look::Open } else { Look::Closed };
        let see = || self.io.peerings.see(self.io, self.spot, look);
        // Between the two lines nothing is begun.
        match look {
            Look::Closed => {
                see();
                self.tell(&verdict, now);
            }
            _ => {
                self.tell(&verdict, now);
                see();
            }
        }
        self.verdict = verdict;
        Some(again_at.map_or(self.touch_at, |at| at.min(self.touch_at)))
    }

    /// Gives our word, and takes those of the dead away.
    async fn touch(&mut self, dead: &[String], now: Timestamp) -> Result<(), Error> {
        let settings = &self.io.settings.peering;
        let me = Peer {
            id: settings.id.clone(),
            priority: settings.priority,
            lifetime: settings.lifetime,
            lastseen: now,
            message: None,
        };
        let mut entries: Map<String, Value> = dead.iter().map(|id| (id.clone(), Value::Null)).collect();
        entries.insert(me.id.clone(), me.record());
        match self.spot.write_own(self.io, &json!(entries)).await {
            Ok(answer) => {
                debug!("Keep-alive in {} of {}: ok.", settings.name, self.spot);
                self.io.peerings.joined().insert(self.spot.clone());
                self.failures = 0;
                self.touch_at = clock::after(now, peering::period(settings.lifetime, chance()));
                if let Ok(header) = Header::read(&answer.body) {
                    self.eye.take(Seen::Present(header.version, answer.body));
                }
                Ok(())
            }
            Err(error) => {
                let refused = error.code() == Some(403);
                let delay = if refused {
                    AFTER_A_REFUSAL
                } else {
                    self.io
                        .settings
                        .reconnection()
                        .delay(self.failures, chance())
                        .max(error.retry_after().unwrap_or_default())
                };
                self.failures = self.failures.saturating_add(1);
                self.touch_at = clock::after(now, delay);
                let line = format!(
                    "Cannot say in the peering {} of {} that this operator is there, so that others do not make room: {error}",
                    settings.name, self.spot
                );
                // Between a look and a word the object may have gone.
                let trouble = format!("keep-alive {:?}", error.code());
                if refused && self.io.complaints.is_due_hourly(&trouble, now) {
                    let right = right(&["patch"], &self.spot.resource);
                    warn!("{line}; allow {right}, or say --standalone");
                } else if !refused && error.code() != Some(404) && self.io.complaints.is_due(&trouble, now) {
                    warn!("{line}");
                } else {
                    debug!("{line}");
                }
                Err(error)
            }
        }
    }

    fn tell(&self, verdict: &Verdict, now: Timestamp) {
        let place =
            self.spot.namespace.as_ref().map(|it| format!(" in the namespace {it}")).unwrap_or_default();
        let trouble = format!("conflict {}", self.spot);
        match verdict {
            Verdict::Go if self.verdict != Verdict::Go => {
                info!("Resuming operations after the pause{place}.")
            }
            Verdict::Yield(peers) if self.verdict != *verdict => {
                info!("Pausing operations{place} in favour of [{}].", first(peers));
            }
            Verdict::Conflict(peers)
                if self.io.complaints.is_due(&trouble, now) || self.verdict != *verdict =>
            {
                warn!(
                    "Possibly conflicting operators with the same priority{place}: [{}]. All of them wait until one stops or has \
                     another --priority.",
                    first(peers)
                );
            }
            _ => {}
        }
    }

    fn tell_garbage(&mut self, garbage: BTreeSet<String>) {
        if !garbage.is_subset(&self.garbage) {
            warn!(
                "The peering {} of {} has entries that are no records, which are passed over: {}",
                self.io.settings.peering.name,
                self.spot,
                first(&garbage)
            );
        }
        self.garbage = garbage;
    }
}

/// The first of them, and how many more there are.
fn first<'a>(names: impl IntoIterator<Item = &'a String, IntoIter: ExactSizeIterator>) -> String {
    let names = names.into_iter();
    let more = names.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let shown: Vec<&str> = names.map(String::as_str).take(SHOWN).collect();
    format!("{}{more}", shown.join(", "))
}
