//! Who somebody is by the token that is presented, and whom they act as.

mod impersonation;

use std::{
    cell::LazyCell,
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, Method, header};
use jiff::Timestamp;

use impersonation::{Attempt, Mode};

use crate::{
    rbac::{self, Attributes, Rights, Verdict},
    status::Status,
    store::Store,
    tokens::{self, ISSUER, Known, Refusal, Signer, SigningKey, legacy},
    user::{MASTERS, User},
};

const ANONYMOUS: &str = "system:anonymous";
const UNAUTHENTICATED: &str = "system:unauthenticated";
/// Of how many users it is known how they have last been let act as others, as many as a server remembers.
const MOST_REMEMBERED: usize = 10_000;
/// What a server tells whoever asks.
const PUBLIC: [&str; 5] = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

/// What is known of those who ask. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// Whether roles and their bindings say who may do what; otherwise everybody may do everything.
    pub(crate) rbac: bool,
    /// The tokens of kubeconfigs, and whose they are.
    users: Arc<Mutex<Vec<(String, User)>>>,
    /// What tokens of service accounts are signed with.
    pub(crate) key: SigningKey,
    /// How users have last been let act as others, by their names: a refusal tells of that way first.
    last_modes: Arc<Mutex<HashMap<Arc<str>, Mode>>>,
}

impl Access {
    pub(crate) fn new(rbac: bool) -> Self {
        Access { rbac, ..Access::default() }
    }

    /// Signs with this key from the start; without it a new one is made when it is first needed.
    pub(crate) fn with_signer(self, signer: Signer) -> Self {
        Access { key: signer.into(), ..self }
    }

    /// Takes these tokens for those of these users, for as long as what is returned is kept.
    #[must_use]
    pub(crate) fn introduce(&self, users: &[(User, String)]) -> Introduction {
        let tokens = users.iter().map(|(_, token)| token.clone()).collect();
        let users = users.iter().map(|(user, token)| (token.clone(), user.clone()));
        self.users.lock().unwrap_or_else(PoisonError::into_inner).extend(users);
        Introduction { access: self.clone(), tokens }
    }

    /// Whose token of a kubeconfig this is.
    pub(crate) fn introduced(&self, token: &str) -> Option<User> {
        let users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.iter().find(|(known, _)| known == token).map(|(_, user)| user.clone())
    }

    /// What tokens of service accounts are signed with.
    ///
    /// # Errors
    ///
    /// 500 where there is no randomness.
    pub(crate) fn signer(&self) -> Result<&Signer, Status> {
        self.key.get().ok_or_else(|| Status::internal("there is no randomness for a key"))
    }

    /// Who presents a token to `wanted`; to this server, where that is nobody. The secret that the token is kept in, if it is
    /// kept in one, says from then on when that was.
    ///
    /// # Errors
    ///
    /// What is wrong with the token.
    pub(crate) fn authenticate(
        &self,
        store: &mut Store,
        token: &str,
        wanted: &[String],
        now: Timestamp,
    ) -> Result<Known, Refusal> {
        let here = [ISSUER.to_owned()];
        let wanted = if wanted.is_empty() { &here } else { wanted };
        match self.introduced(token) {
            Some(user) => {
                let audiences = wanted.iter().filter(|wanted| *wanted == ISSUER).cloned().collect::<Vec<_>>();
                if audiences.is_empty() { Err(None) } else { Ok(Known { audiences, ..Known::from(user) }) }
            }
            None => {
                let signer = self.signer().map_err(|_| None)?;
                let mut used = None;
                let known = tokens::authenticate((signer, store), token, wanted, now, &mut used);
                if let Some(secret) = used {
                    legacy::note_use(store, &secret, now);
                }
                known
            }
        }
    }

    /// Whether a user may do something.
    pub(crate) fn allows(&self, store: &Store, user: &User, what: &Attributes) -> Verdict {
        if self.rbac { rbac::allows(store, user, what) } else { Ok(String::new()) }
    }

    /// Whom a user acts as who does something, by the headers of the request.
    ///
    /// # Errors
    ///
    /// 400 where a name is missing, 403 where the user may not act as another.
    pub(crate) fn acting(
        &self,
        store: &Store,
        user: &User,
        headers: &HeaderMap,
        what: &Attributes,
    ) -> Result<User, Status> {
        let Some(wanted) = impersonation::wanted(headers)? else { return Ok(user.clone()) };
        // There is a right for each group and each extra, and as many bindings as there are.
        let everywhere = LazyCell::new(|| Rights::everywhere(store));
        let allows = |user: &User, what: &Attributes| match what.namespace.as_str() {
            "" if self.rbac && !user.is_in(MASTERS) => everywhere.allow(user, what),
            _ => self.allows(store, user, what),
        };
        let before = self.last_modes().get(&user.name).copied();
        let attempt = Attempt { who: user, wanted: &wanted, what, allows: &allows };
        let (acting, mode) = attempt.made(before)?;
        if before != Some(mode) {
            let mut last = self.last_modes();
            if last.len() >= MOST_REMEMBERED {
                last.clear();
            }
            last.insert(Arc::clone(&user.name), mode);
        }
        Ok(acting)
    }

    /// Forgets what a server does not know that has just started.
    pub(crate) fn restart(&self) {
        self.last_modes().clear();
    }

    fn last_modes(&self) -> MutexGuard<'_, HashMap<Arc<str>, Mode>> {
        self.last_modes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tokens of a kubeconfig, which are good until this is dropped.
pub(crate) struct Introduction {
    access: Access,
    tokens: Vec<String>,
}

impl Drop for Introduction {
    fn drop(&mut self) {
        let mut users = self.access.users.lock().unwrap_or_else(PoisonError::into_inner);
        users.retain(|(token, _)| !self.tokens.contains(token));
    }
}

/// Tokens are nobody's business.
impl fmt::Debug for Introduction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Introduction").finish_non_exhaustive()
    }
}

/// Whether something is told without a token; roles may say otherwise.
pub(crate) fn is_public(method: &Method, path: &str) -> bool {
    method == Method::GET && PUBLIC.contains(&path)
}

/// Who presents no token.
pub(crate) fn anonymous() -> User {
    User::new(ANONYMOUS, [UNAUTHENTICATED])
}

/// The token that a request presents.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    presented(headers.get(header::AUTHORIZATION)?.to_str().ok()?)
}

/// The token in the value of a header: the second of its words, which may be none.
pub(crate) fn presented(header: &str) -> Option<&str> {
    let mut words = header.trim().split(' ');
    let is_bearer = words.next()?.eq_ignore_ascii_case("bearer");
    words.next().filter(|token| is_bearer && !token.is_empty())
}
