//! Whom somebody acts as, by the headers of the request, and whether they may.
//!
//! There are several ways to be let. The constrained ones take two rights: to act as somebody at all, and to do as somebody
//! what the request does. The old way takes the first alone, by a verb of its own, and is tried last.

use std::{borrow::Cow, collections::BTreeMap};

use http::{HeaderMap, HeaderValue};

use super::{ANONYMOUS, UNAUTHENTICATED};
use crate::{
    names::name_faults,
    printed::{quoted, quoted_each},
    rbac::{Attributes, Verdict},
    request::unescape,
    resources::NameRule,
    status::{Cause, Status},
    user::{AUTHENTICATED, MASTERS, User, as_service_account, service_account_groups},
};

const EXTRA: &str = "impersonate-extra-";
const NODE: &str = "system:node:";
const NODES: &str = "system:nodes";
/// What of a token says on which node its pod is.
const NODE_OF_TOKEN: &str = "authentication.kubernetes.io/node-name";
const IDENTITY: &str = "authentication.k8s.io";
/// From how many groups on, or values of extras, it is asked first whether somebody may act as of all there are.
const MANY: usize = 4;

/// A way to be let act as another, in the order in which they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As the node on which the pod of the service account is that asks.
    AssociatedNode,
    ArbitraryNode,
    ServiceAccount,
    UserInfo,
    Legacy,
}

const MODES: [Mode; 5] =
    [Mode::AssociatedNode, Mode::ArbitraryNode, Mode::ServiceAccount, Mode::UserInfo, Mode::Legacy];

/// Whom the headers name, as they do; `None` where they name nobody.
///
/// # Errors
///
/// 400 where there is all but a name.
pub(super) fn wanted(headers: &HeaderMap) -> Result<Option<User>, Status> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let first = |name: &str| headers.get(name).map(text).unwrap_or_default();
    let mut extra: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (header, value) in headers {
        if let Some(key) = header.as_str().strip_prefix(EXTRA) {
            extra.entry(key_of(key)).or_default().push(text(value));
        }
    }
    let groups = headers.get_all("impersonate-group").iter().map(text);
    let user = User { uid: first("impersonate-uid"), extra, ..User::new(&first("impersonate-user"), groups) };
    if !user.name.is_empty() {
        return Ok(Some(user));
    }
    if is_only_named(&user) {
        return Ok(None);
    }
    let shown = shown(&user);
    let why = format!("requested {shown} without impersonating a user name");
    Err(Status { of_rights: true, ..Status::bad_request(why) })
}

/// The key of an extra, as its header has it: with escapes, unless one of them is none.
fn key_of(header: &str) -> String {
    let is_escape = |rest: &str| rest.len() >= 2 && rest.as_bytes().iter().take(2).all(u8::is_ascii_hexdigit);
    if header.split('%').skip(1).all(is_escape) { unescape(header) } else { header.to_owned() }
}

/// `%#v`
fn shown(user: &User) -> String {
    let groups = match &*user.groups {
        [] => "(nil)".to_owned(),
        groups => format!("{{{}}}", quoted_each(groups, ", ")),
    };
    let extra = user.extra.iter();
    let extra =
        extra.map(|(key, values)| format!("{}:[]string{{{}}}", quoted(key), quoted_each(values, ", ")));
    let extra = match extra.collect::<Vec<_>>().as_slice() {
        [] => "(nil)".to_owned(),
        extra => format!("{{{}}}", extra.join(", ")),
    };
    let (name, uid) = (quoted(&user.name), quoted(&user.uid));
    format!(
        "&user.DefaultInfo{{Name:{name}, UID:{uid}, Groups:[]string{groups}, Extra:map[string][]string{extra}}}"
    )
}

/// Somebody who would act as another, to do something.
pub(super) struct Attempt<'a> {
    pub(super) who: &'a User,
    pub(super) wanted: &'a User,
    pub(super) what: &'a Attributes,
    /// What is allowed to whom.
    pub(super) allows: &'a dyn Fn(&User, &Attributes) -> Verdict,
}

impl Attempt<'_> {
    /// Whom they act as, and the way in which they may; the one in which they have last been let is tried first.
    ///
    /// # Errors
    ///
    /// What the first of the ways has against it.
    pub(super) fn made(&self, last: Option<Mode>) -> Result<(User, Mode), Status> {
        let mut refusal = None;
        for mode in last.into_iter().chain(MODES.into_iter().filter(|mode| Some(*mode) != last)) {
            if !self.is_for(mode) {
                continue;
            }
            match self.by(mode) {
                Ok(user) => return Ok((user, mode)),
                Err(status) => {
                    refusal.get_or_insert(status);
                }
            }
        }
        Err(refusal.unwrap_or_else(|| Status::internal("all impersonation modes failed")))
    }

    /// Whether somebody like this is acted as in that way.
    fn is_for(&self, mode: Mode) -> bool {
        let name = &*self.wanted.name;
        match mode {
            Mode::AssociatedNode => {
                is_only_named(self.wanted)
                    && account(&self.who.name).is_some()
                    && node(name)
                        .is_some_and(|node| self.who.extra.get(NODE_OF_TOKEN).is_some_and(|at| at == &[node]))
            }
            Mode::ArbitraryNode => is_only_named(self.wanted) && node(name).is_some(),
            Mode::ServiceAccount => is_only_named(self.wanted) && account(name).is_some(),
            Mode::UserInfo => node(name).is_none() && account(name).is_none(),
            Mode::Legacy => true,
        }
    }

    fn by(&self, mode: Mode) -> Result<User, Status> {
        if let Some(word) = mode.word() {
            let verb = format!("impersonate-on:{word}:{}", self.what.verb);
            self.check(&Attributes { verb, ..self.what.clone() })?;
        }
        self.check(&self.name(mode))?;
        if !self.wanted.uid.is_empty() {
            self.check(&mode.right(IDENTITY, "uids", &self.wanted.uid))?;
        }
        self.check_groups(mode)?;
        self.check_extra(mode)?;
        Ok(User { groups: self.groups(mode).into(), ..self.wanted.clone() })
    }

    fn check(&self, what: &Attributes) -> Result<(), Status> {
        (self.allows)(self.who, what).map(drop).map_err(|reason| what.forbidden(self.who, &reason))
    }

    /// The right to have that name.
    fn name(&self, mode: Mode) -> Attributes {
        let name = &*self.wanted.name;
        if let Some((namespace, name)) = account(name) {
            let right = mode.right(mode.group(), "serviceaccounts", name);
            return Attributes { namespace: namespace.to_owned(), ..right };
        }
        match node(name) {
            // Who may act as the node that they are on may so wherever they are.
            Some(_) if mode == Mode::AssociatedNode => mode.right(mode.group(), "nodes", "*"),
            Some(node) if mode != Mode::Legacy => mode.right(mode.group(), "nodes", node),
            _ => mode.right(mode.group(), "users", name),
        }
    }

    fn check_groups(&self, mode: Mode) -> Result<(), Status> {
        let groups = &*self.wanted.groups;
        let right = |name: &str| mode.right(mode.group(), "groups", name);
        if mode != Mode::Legacy {
            let refused = |name: &str, told: &str| {
                let why = format!("impersonating the {told} group is not allowed");
                groups.iter().any(|group| group == name).then(|| right(name).forbidden(self.who, &why))
            };
            if let Some(refusal) = refused("", "empty string").or_else(|| refused(MASTERS, MASTERS)) {
                return Err(refusal);
            }
            if groups.len() >= MANY && self.check(&right("*")).is_ok() {
                return Ok(());
            }
        }
        groups.iter().try_for_each(|group| self.check(&right(group)))
    }

    fn check_extra(&self, mode: Mode) -> Result<(), Status> {
        let extra = &self.wanted.extra;
        let right = |key: &str, value: &str| Attributes {
            subresource: key.to_owned(),
            ..mode.right(IDENTITY, "userextras", value)
        };
        if mode != Mode::Legacy {
            if let Some(why) = extra.iter().find_map(|(key, values)| extra_fault(key, values)) {
                return Err(right("", "").forbidden(self.who, &why));
            }
            let count: usize = extra.values().map(Vec::len).sum();
            if count >= MANY && self.check(&right("*", "*")).is_ok() {
                return Ok(());
            }
        }
        let mut all = extra.iter().flat_map(|(key, values)| values.iter().map(move |value| (key, value)));
        all.try_for_each(|(key, value)| self.check(&right(key, value)))
    }

    /// The groups that come with the name, those that are wished for, and that of everybody like them.
    fn groups(&self, mode: Mode) -> Vec<String> {
        let name = &*self.wanted.name;
        let mut groups = self.wanted.groups.to_vec();
        if groups.is_empty() {
            match account(name) {
                Some((namespace, _)) => groups.extend(service_account_groups(namespace)),
                None if mode != Mode::Legacy && node(name).is_some() => groups.push(NODES.to_owned()),
                None => {}
            }
        }
        let has = |group: &str| groups.iter().any(|known| known == group);
        let everybody = if name == ANONYMOUS { UNAUTHENTICATED } else { AUTHENTICATED };
        if !has(everybody) && !has(UNAUTHENTICATED) {
            groups.push(everybody.to_owned());
        }
        groups
    }
}

impl Mode {
    /// What its verbs call it; the old way has none.
    fn word(self) -> Option<&'static str> {
        match self {
            Mode::AssociatedNode => Some("associated-node"),
            Mode::ArbitraryNode => Some("arbitrary-node"),
            Mode::ServiceAccount => Some("serviceaccount"),
            Mode::UserInfo => Some("user-info"),
            Mode::Legacy => None,
        }
    }

    /// The API group in which names and groups are looked for.
    fn group(self) -> &'static str {
        if self == Mode::Legacy { "" } else { IDENTITY }
    }

    /// The right to act as what has this name.
    fn right(self, group: &str, resource: &str, name: &str) -> Attributes {
        let verb =
            self.word().map_or(Cow::Borrowed("impersonate"), |word| format!("impersonate:{word}").into());
        Attributes {
            verb: verb.into_owned(),
            group: group.to_owned(),
            resource: resource.to_owned(),
            name: name.to_owned(),
            ..Attributes::default()
        }
    }
}

fn is_only_named(user: &User) -> bool {
    user.uid.is_empty() && user.groups.is_empty() && user.extra.is_empty()
}

/// The node whose name as a user this is.
fn node(user: &str) -> Option<&str> {
    user.strip_prefix(NODE).filter(|name| name_faults(name, NameRule::Subdomain).is_empty())
}

/// The namespace and the name of the service account whose name as a user this is.
fn account(user: &str) -> Option<(&str, &str)> {
    let is = |name: &str, rule| name_faults(name, rule).is_empty();
    as_service_account(user)
        .filter(|(namespace, name)| is(namespace, NameRule::Label) && is(name, NameRule::Subdomain))
}

/// What the constrained ways have against an extra.
fn extra_fault(key: &str, values: &[String]) -> Option<String> {
    if key.is_empty() {
        return Some("impersonating the empty string key in extra is not allowed".to_owned());
    }
    let faults = key_faults(key);
    let told = |fault: &Cause| format!("{}: {}", fault.field, fault.message);
    match faults.iter().map(told).collect::<Vec<_>>().as_slice() {
        [] => {}
        [only] => return Some(format!("impersonating an invalid key in extra is not allowed: {only}")),
        all => {
            return Some(format!(
                "impersonating an invalid key in extra is not allowed: [{}]",
                all.join(", ")
            ));
        }
    }
    if key.to_lowercase() != key {
        let key = quoted(key);
        return Some(format!("impersonating a non-lowercase key in extra is not allowed: {key}"));
    }
    let is_empty = values.iter().any(String::is_empty);
    is_empty.then(|| "impersonating the empty string value in extra is not allowed".to_owned())
}

fn key_faults(key: &str) -> Vec<Cause> {
    const PLACE: &str = "extra.key";
    const FORM: &str = "must be a domain-prefixed path (such as \"acme.io/foo\")";
    const PATH: &str = r"Invalid path (regex used for validation is '[A-Za-z0-9/\-._~%!$&'()*+,;=:]+')";
    let parts = key.split_once('/').filter(|(domain, path)| !domain.is_empty() && !path.is_empty());
    let Some((domain, path)) = parts else { return vec![Cause::invalid(PLACE, key, FORM)] };
    let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || "/-._~%!$&'()*+,;=:".contains(letter);
    let of_domain = name_faults(domain, NameRule::Subdomain);
    let of_path = (!path.chars().all(is_of_path)).then(|| Cause::invalid(PLACE, path, PATH));
    of_domain.iter().map(|why| Cause::invalid(PLACE, domain, why)).chain(of_path).collect()
}
