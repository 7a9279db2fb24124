//! Who somebody is by the token that is presented, and whom they act as.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, Method, header};
use jiff::Timestamp;

use crate::{
    rbac::{self, Attributes, Verdict},
    request::unescape,
    status::Status,
    store::Store,
    tokens::{self, ISSUER, Known, Refusal, Signer, SigningKey, legacy},
    user::{AUTHENTICATED, User, as_service_account, service_account_groups},
};

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
    /// The tokens of kubeconfigs, and whose they are.
    users: Arc<Mutex<Vec<(String, User)>>>,
    /// What tokens of service accounts are signed with.
    pub(crate) key: SigningKey,
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
            self.allows(store, user, &what).map_err(|reason| what.forbidden(user, &reason))?;
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
    presented(headers.get(header::AUTHORIZATION)?.to_str().ok()?)
}

/// The token in the value of a header: the second of its words, which may be none.
pub(crate) fn presented(header: &str) -> Option<&str> {
    let mut words = header.trim().split(' ');
    let is_bearer = words.next()?.eq_ignore_ascii_case("bearer");
    words.next().filter(|token| is_bearer && !token.is_empty())
}
