//! Who somebody is by the token that is presented, and whom they act as.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, Method, header};
use jiff::Timestamp;

use crate::{
    rbac::{self, Attributes},
    request::unescape,
    status::Status,
    store::Store,
    user::{AUTHENTICATED, User, as_service_account, service_account_groups},
};

/// How many tokens of service accounts are known at a time; beyond that the oldest are forgotten.
const MAX_TOKENS: usize = 10_000;
const ANONYMOUS: &str = "system:anonymous";
const UNAUTHENTICATED: &str = "system:unauthenticated";
const EXTRA: &str = "impersonate-extra-";
/// What a server tells whoever asks.
const PUBLIC: [&str; 5] = ["/healthz", "/livez", "/readyz", "/version", "/version/"];

/// What is known of those who ask. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// Whether roles and their bindings say who may do what; otherwise everybody may do everything.
    pub(crate) rbac: bool,
    issued: Arc<Mutex<VecDeque<Issued>>>,
}

/// A token of a service account.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) user: User,
    pub(crate) audiences: Vec<String>,
    pub(crate) expires_at: Timestamp,
}

impl Access {
    pub(crate) fn new(rbac: bool) -> Self {
        Access { rbac, ..Access::default() }
    }

    /// Makes a token for a service account; it is no good after `expires_at`, nor when the account is gone.
    ///
    /// # Errors
    ///
    /// 500 where there is no randomness.
    pub(crate) fn issue(
        &self,
        user: User,
        audiences: Vec<String>,
        expires_at: Timestamp,
    ) -> Result<String, Status> {
        let mut secret = [0; 32];
        let random = rustls::crypto::ring::default_provider().secure_random;
        random.fill(&mut secret).map_err(|_| Status::internal("there is no randomness for a token"))?;
        let token = format!("sandbox.{}", BASE64_URL_SAFE_NO_PAD.encode(secret));
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if issued.len() >= MAX_TOKENS {
            issued.pop_front();
        }
        issued.push_back(Issued { token: token.clone(), user, audiences, expires_at });
        Ok(token)
    }

    /// What is known of a token, if it is one of a service account and still good.
    pub(crate) fn look_up(&self, store: &Store, token: &str, now: Timestamp) -> Option<Issued> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let found =
            issued.iter().rev().find(|issued| issued.token == token && issued.expires_at > now).cloned()?;
        drop(issued);
        let (namespace, name) = as_service_account(&found.user.name)?;
        let account = store.get("serviceaccounts", namespace, name)?;
        (account.header.uid == found.user.uid).then_some(found)
    }

    /// Whether a user may do something, and why.
    pub(crate) fn allows(&self, store: &Store, user: &User, what: &Attributes) -> Option<String> {
        if self.rbac { rbac::allows(store, user, what) } else { Some(String::new()) }
    }

    /// Whom a user acts as, by the headers of the request.
    ///
    /// # Errors
    ///
    /// 400 where a name is missing, 403 where the user may not act as another.
    pub(crate) fn acting(&self, store: &Store, user: &User, headers: &HeaderMap) -> Result<User, Status> {
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let all = |name: &str| headers.get_all(name).iter().map(text).collect::<Vec<_>>();
        let name = all("impersonate-user").into_iter().next().unwrap_or_default();
        let uid = all("impersonate-uid").into_iter().next().unwrap_or_default();
        let mut groups = all("impersonate-group");
        let mut extra: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (header, value) in headers {
            if let Some(key) = header.as_str().strip_prefix(EXTRA) {
                extra.entry(unescape(key)).or_default().push(text(value));
            }
        }
        if name.is_empty() {
            if uid.is_empty() && groups.is_empty() && extra.is_empty() {
                return Ok(user.clone());
            }
            return Err(Status::bad_request(
                "requested to act as somebody without impersonating a user name",
            ));
        }
        let account = as_service_account(&name);
        let wanted = std::iter::once(match account {
            Some((namespace, name)) => {
                Attributes { namespace: namespace.into(), ..impersonate("", "serviceaccounts", name) }
            }
            None => impersonate("", "users", &name),
        });
        let wanted = wanted
            .chain(groups.iter().map(|group| impersonate("", "groups", group)))
            .chain((!uid.is_empty()).then(|| impersonate("authentication.k8s.io", "uids", &uid)))
            .chain(extra.iter().flat_map(|(key, values)| {
                values.iter().map(move |value| Attributes {
                    subresource: key.clone(),
                    ..impersonate("authentication.k8s.io", "userextras", value)
                })
            }));
        for what in wanted {
            if self.allows(store, user, &what).is_none() {
                return Err(what.forbidden(user));
            }
        }
        if groups.is_empty()
            && let Some((namespace, _)) = account
        {
            groups.extend(service_account_groups(namespace));
        }
        let everybody = if name == ANONYMOUS { UNAUTHENTICATED } else { AUTHENTICATED };
        if !groups.iter().any(|group| group == AUTHENTICATED || group == UNAUTHENTICATED) {
            groups.push(everybody.to_owned());
        }
        Ok(User { uid, extra, ..User::new(&name, groups) })
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

fn impersonate(group: &str, resource: &str, name: &str) -> Attributes {
    Attributes {
        verb: "impersonate".to_owned(),
        group: group.to_owned(),
        resource: resource.to_owned(),
        name: name.to_owned(),
        ..Attributes::default()
    }
}

/// The token that a request presents.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
