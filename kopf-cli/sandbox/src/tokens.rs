//! Tokens of service accounts: what they say, and whether that still holds.
//!
//! A token says whose it is, for whom, until when, and which object it is bound to. It is good while its account is
//! there, and the object that it is bound to, each with the uid that it had. Those that are kept in secrets are of
//! [another form](legacy).

mod keepers;
pub(crate) mod legacy;
mod signer;

use std::collections::HashSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use keepers::Keepers;
pub(crate) use signer::{Signer, SigningKey};

use self::signer::Unsigned;
use crate::{
    json as deep,
    object::Stored,
    printed,
    store::{Place, Store},
    user::User,
};

/// Whose tokens they are, and whom they are for where nobody says so.
pub(crate) const ISSUER: &str = "https://kubernetes.default.svc";
/// How many seconds clocks may be apart.
const LEEWAY: i64 = 60;
/// What the names of all begin with that is known of a user beside their name.
const KNOWN: &str = "authentication.kubernetes.io/";

/// What a token says, in the order in which it does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    #[serde(rename = "aud")]
    pub(crate) audiences: Vec<String>,
    #[serde(rename = "exp")]
    pub(crate) expires_at: i64,
    #[serde(rename = "iat")]
    pub(crate) issued_at: i64,
    #[serde(rename = "iss")]
    pub(crate) issuer: String,
    #[serde(rename = "jti")]
    pub(crate) id: String,
    #[serde(rename = "kubernetes.io")]
    pub(crate) bearer: Bearer,
    #[serde(rename = "nbf")]
    pub(crate) not_before: i64,
    #[serde(rename = "sub")]
    pub(crate) subject: String,
}

/// Whose a token is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bearer {
    pub(crate) namespace: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) node: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pod: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<Reference>,
    #[serde(rename = "serviceaccount")]
    pub(crate) account: Reference,
    /// From when on who presents it should long have had another.
    #[serde(rename = "warnafter", skip_serializing_if = "Option::is_none")]
    pub(crate) warn_after: Option<i64>,
}

/// An object as a token names it. Of a node that is not there it has the name alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Reference {
    pub(crate) name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) uid: String,
}

impl Reference {
    pub(crate) fn to(object: &Stored) -> Self {
        Reference { name: object.header.name.clone(), uid: object.header.uid.clone() }
    }
}

/// Who presents a token, and for which of those who ask it is.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) user: User,
    pub(crate) audiences: Vec<String>,
    /// What is warned of whenever they ask, as a header has it.
    pub(crate) warning: Option<&'static str>,
}

impl From<User> for Known {
    fn from(user: User) -> Self {
        Known { user, audiences: Vec::new(), warning: None }
    }
}

/// What is wrong with a token, where it is one of service accounts at all.
pub(crate) type Refusal = Option<String>;

/// Who presents a token to `wanted`; `used` is the secret in which it is kept, if it is.
pub(crate) fn authenticate(
    (signer, store): (&Signer, &Store),
    token: &str,
    wanted: &[String],
    now: Timestamp,
    used: &mut Option<Place>,
) -> Result<Known, Refusal> {
    let (form, said) = payload(token).ok_or(None)?;
    signer.check(token).map_err(|why| match why {
        Unsigned::NoToken => None,
        Unsigned::OtherKey => Some("invalid signature, no keys found".to_owned()),
        Unsigned::Forged => Some("go-jose/go-jose: error in cryptographic primitive".to_owned()),
    })?;
    match form {
        Form::Bound => {
            let claims: Claims = serde_json::from_slice(&said).map_err(|_| None)?;
            let audiences = meant(&claims.audiences, wanted)?;
            claims.hold(store, now).map_err(Some)?;
            Ok(Known { audiences, ..Known::from(claims.user()) })
        }
        Form::Legacy => {
            let claims: legacy::Claims = serde_json::from_slice(&said).map_err(|_| None)?;
            let audiences = meant(&[ISSUER.to_owned()], wanted)?;
            let known = claims.known(store, token, used).map_err(Some)?;
            Ok(Known { audiences, ..known })
        }
    }
}

/// Those of whom somebody asks for that a token is for.
fn meant(said: &[String], wanted: &[String]) -> Result<Vec<String>, Refusal> {
    let known: HashSet<&String> = said.iter().collect();
    let audiences: Vec<String> = wanted.iter().filter(|audience| known.contains(audience)).cloned().collect();
    if audiences.is_empty() {
        let (found, wanted) = (printed::quoted_list(said), printed::quoted_list(wanted));
        return Err(Some(format!("token audiences {found} is invalid for the target audiences {wanted}")));
    }
    Ok(audiences)
}

/// `/.well-known/openid-configuration`: where the keys are that tokens are checked by; `address` is where the server is
/// reached.
pub(crate) fn configuration(address: &str) -> Value {
    json!({
        "issuer": ISSUER,
        "jwks_uri": format!("https://{address}/openid/v1/jwks"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [signer::ALGORITHM],
    })
}

/// How a token tells what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Bound,
    Legacy,
}

/// The document in a token, if it says that it was made here, and its form.
fn payload(token: &str) -> Option<(Form, Vec<u8>)> {
    #[derive(Deserialize)]
    struct Said {
        iss: String,
    }
    let mut parts = token.split('.');
    let (Some(_), Some(said), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let said = BASE64_URL_SAFE_NO_PAD.decode(said).ok()?;
    let form = match &*serde_json::from_slice::<Said>(&said).ok()?.iss {
        ISSUER => Form::Bound,
        legacy::ISSUER => Form::Legacy,
        _ => return None,
    };
    Some((form, said))
}

impl Claims {
    /// That what a token says is still so; else what is not.
    fn hold(&self, store: &Store, now: Timestamp) -> Result<(), String> {
        let after = |seconds: i64| now > moment(seconds.saturating_add(LEEWAY));
        let before = |seconds: i64| now < moment(seconds.saturating_sub(LEEWAY));
        if before(self.not_before) {
            return Err("service account token is not valid yet".to_owned());
        }
        if after(self.expires_at) {
            return Err("service account token has expired".to_owned());
        }
        if before(self.issued_at) {
            return Err("service account token is issued in the future".to_owned());
        }
        let Bearer { namespace, account: said, .. } = &self.bearer;
        let account = store.get("serviceaccounts", namespace, &said.name);
        let account =
            account.ok_or_else(|| format!("serviceaccounts {} not found", printed::quoted(&said.name)))?;
        let uid = &account.header.uid;
        if *uid != said.uid {
            return Err(format!("service account UID ({uid}) does not match claim ({})", said.uid));
        }
        if is_long_gone(account, now) {
            return Err(format!("service account {namespace}/{} has been deleted", said.name));
        }
        let bound = match &self.bearer {
            Bearer { secret: Some(secret), .. } => Some(("secret", "secrets", &**namespace, secret)),
            Bearer { pod: Some(pod), .. } => Some(("pod", "pods", &**namespace, pod)),
            // The node of a pod may go.
            Bearer { node: Some(node), .. } => Some(("node", "nodes", "", node)),
            _ => None,
        };
        bound.map_or(Ok(()), |bound| is_bound(store, bound, now))
    }

    /// Who presents the token, with what else is known of them.
    fn user(&self) -> User {
        let Bearer { namespace, node, pod, account, .. } = &self.bearer;
        let mut user = User::service_account(namespace, &account.name, &account.uid);
        let mut know = |key: &str, value: String| {
            user.extra.insert(format!("{KNOWN}{key}"), vec![value]);
        };
        know("credential-id", format!("JTI={}", self.id));
        for (kind, object) in [("pod", pod), ("node", node)] {
            let Some(Reference { name, uid }) = object else { continue };
            know(&format!("{kind}-name"), name.clone());
            if !uid.is_empty() {
                know(&format!("{kind}-uid"), uid.clone());
            }
        }
        user
    }
}

/// That the object that a token is bound to is there; else that it is not.
fn is_bound(
    store: &Store,
    (kind, resource, namespace, said): (&str, &str, &str, &Reference),
    now: Timestamp,
) -> Result<(), String> {
    let found = store.get(resource, namespace, &said.name).filter(|object| !is_long_gone(object, now));
    let found = found.ok_or("service account token has been invalidated")?;
    if found.header.uid == said.uid {
        return Ok(());
    }
    let (uid, said) = (&found.header.uid, &said.uid);
    Err(format!("{kind} UID ({uid}) does not match service account {kind} ref claim ({said})"))
}

/// Whether an object has been on its way out for longer than clocks are apart.
fn is_long_gone(object: &Stored, now: Timestamp) -> bool {
    if !object.header.deleting {
        return false;
    }
    let latest = now.checked_sub(LEEWAY.seconds()).unwrap_or(Timestamp::MIN);
    deep::with_stack(object.header.depth, || {
        let object = object.value();
        let since = object["metadata"]["deletionTimestamp"].as_str().unwrap_or_default();
        since.parse::<Timestamp>().is_ok_and(|since| since < latest)
    })
}

/// A moment by its second, the last there is for what lies beyond.
fn moment(seconds: i64) -> Timestamp {
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(end)
}
