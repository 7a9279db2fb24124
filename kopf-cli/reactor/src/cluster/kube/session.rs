//! Connections with credentials, made anew when those expire or are refused.

use std::{
    collections::VecDeque,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use jiff::Timestamp;
use kube::Config;
use tokio::sync::Mutex;
use tracing::{debug, info, warn};

use super::{
    access::{Access, ConnectError, Credentials, of_file, of_places},
    transport::{self, Transport},
};
use crate::settings::Networking;

/// Connections with the credentials of one login.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) transport: Transport,
    /// Which login it is of, counted.
    number: u64,
    expires_at: Option<Timestamp>,
}

/// Why a session is of no use any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Estranged {
    /// Its credentials were to be good until now.
    Expired,
    /// The server does not take our credentials.
    Refused,
    /// The server's certificate is of an authority that we do not know.
    Unknown,
}

impl Estranged {
    fn told(self) -> &'static str {
        match self {
            Estranged::Expired => "the credentials have expired",
            Estranged::Refused => "the API server takes the credentials no longer",
            Estranged::Unknown => "the API server has a certificate that is not trusted",
        }
    }
}

/// The session that is used, and how to come by the next.
pub(super) struct Sessions {
    current: RwLock<Session>,
    /// The number of the newest session that is known to be of use.
    taken: AtomicU64,
    /// Absent where there is nothing to log in with again.
    renewing: Option<Mutex<Renewing>>,
}

struct Renewing {
    access: Access,
    networking: Networking,
    /// Credentials of the last login that were not tried.
    spare: VecDeque<Credentials>,
    tried_at: Instant,
    /// Why the last login was made.
    why: Estranged,
    failing: bool,
}

impl Sessions {
    /// The only session there will be.
    pub(super) fn fixed(transport: Transport) -> Sessions {
        let session = Session { transport, number: 0, expires_at: None };
        Sessions { current: RwLock::new(session), taken: AtomicU64::new(0), renewing: None }
    }

    /// Logs in; answers the namespace of the context too.
    pub(super) async fn begin(
        access: Access,
        networking: &Networking,
    ) -> Result<(Sessions, String), ConnectError> {
        let tried_at = Instant::now();
        let spare = VecDeque::new();
        let networking = networking.clone();
        let why = Estranged::Refused;
        let mut renewing = Renewing { access, networking, spare, tried_at, why, failing: false };
        let (session, namespace) = renewing.log_in(0).await?;
        // The first refusal is answered at once: a token may have expired since it was written down.
        renewing.tried_at = tried_at.checked_sub(renewing.networking.login_interval).unwrap_or(tried_at);
        let renewing = Some(Mutex::new(renewing));
        Ok((Sessions { current: RwLock::new(session), taken: AtomicU64::new(0), renewing }, namespace))
    }

    fn newest(&self) -> Session {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The session to use.
    pub(super) async fn current(&self) -> Session {
        let session = self.newest();
        match session.expires_at.is_some_and(|at| at <= Timestamp::now()) {
            // What has expired may still be good by the server's clock, and it says so if it is not.
            true => self.renew(&session, Estranged::Expired).await.unwrap_or(session),
            false => session,
        }
    }

    /// Another session than one that is of no use; none, if there is none or it is too early for another try.
    pub(super) async fn renew(&self, useless: &Session, why: Estranged) -> Option<Session> {
        // Those who come meanwhile wait for the one that logs in, and take what it has brought.
        let mut renewing = self.renewing.as_ref()?.lock().await;
        let newest = self.newest();
        if newest.number != useless.number {
            return Some(newest);
        }
        if renewing.spare.is_empty() && renewing.tried_at.elapsed() < renewing.networking.login_interval {
            return None;
        }
        renewing.tried_at = Instant::now();
        renewing.why = why;
        match renewing.log_in(useless.number + 1).await {
            Ok((session, _)) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = session.clone();
                Some(session)
            }
            Err(error) => {
                renewing.complain(&format!("and there are no others: {error}"));
                None
            }
        }
    }

    /// Takes note of whether a session is of use, which the first is said to be.
    pub(super) async fn answered(&self, session: &Session, estranged: Option<Estranged>) {
        let Some(renewing) = &self.renewing else { return };
        if session.number <= self.taken.load(Ordering::Relaxed) {
            return;
        }
        let mut renewing = renewing.lock().await;
        if let Some(why) = estranged {
            let pause = renewing.networking.login_interval.as_secs_f64();
            let others = match why {
                Estranged::Expired | Estranged::Refused => "nor those that are found now: they are",
                Estranged::Unknown => {
                    "nor by what is found now; name the authority that has signed it, as certificate-authority in the \
                     kubeconfig, or by Credentials::ca in a login handler: that is"
                }
            };
            renewing.why = why;
            renewing.complain(&format!("{others} looked for again, every {pause} seconds at most"));
        } else if self.taken.fetch_max(session.number, Ordering::Relaxed) < session.number {
            let complained = std::mem::take(&mut renewing.failing);
            let told = renewing.why.told();
            match (renewing.why, complained) {
                (Estranged::Expired, false) => debug!("Logged in again, for {told}."),
                _ => info!("Logged in again, for {told}."),
            }
        }
    }
}

impl Renewing {
    /// Says once what is wrong, until it is over.
    fn complain(&mut self, problem: &str) {
        let line = format!("Not logged in any more, for {}, {problem}", self.why.told());
        match std::mem::replace(&mut self.failing, true) {
            false => warn!("{line}"),
            true => debug!("{line}"),
        }
    }

    async fn log_in(&mut self, number: u64) -> Result<(Session, String), ConnectError> {
        let (mut config, expires_at) = match &self.access {
            Access::Kubeconfig { file, context } => (of_file(file, context.as_deref()).await?, None),
            Access::Places { places, context } => (of_places(places, context.as_deref()).await?, None),
            Access::Login(login) => {
                let usable = |found: &Credentials| found.expires.is_none_or(|at| at > Timestamp::now());
                if self.spare.is_empty() {
                    self.spare = login().await.map_err(ConnectError::Login)?.into();
                }
                self.spare.retain(usable);
                let found = self.spare.pop_front();
                let found =
                    found.ok_or_else(|| ConnectError::Login("all credentials have expired".to_owned()))?;
                (found.config().await?, found.expires)
            }
        };
        // Retries are the reactor's: it knows which of them are safe, and says what it waits for.
        config.default_retry = false;
        let namespace = config.default_namespace.clone();
        let transport = connect(config, self.networking.clone()).await?;
        Ok((Session { transport, number, expires_at }, namespace))
    }
}

/// Makes connections where it may take its time: a kubeconfig may name a program to be run.
async fn connect(config: Config, networking: Networking) -> Result<Transport, ConnectError> {
    let made = tokio::task::spawn_blocking(move || transport::connect(config, &networking)).await;
    made.map_err(|error| ConnectError::Client(error.to_string()))?
}

#[cfg(test)]
mod tests;
