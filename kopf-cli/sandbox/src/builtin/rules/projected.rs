//! What is wrong with volumes that have several sources in one folder.

use std::collections::HashSet;

use super::{
    environment,
    security::ID,
    sources::signer,
    volumes::{FILE_MODE, FILE_USER, item, mode},
};
use crate::{
    builtin::{
        checks::{Causes, Check, Rule, check, selector_faults},
        site::Site,
        texts,
    },
    names::{key_faults, name_faults},
    resources::NameRule,
    status::Cause,
    tables,
};

use Check::Required;

const CONFLICT: &str = "conflicting duplicate paths";
const KEYS: &[&str] = &["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];
const DAY: i64 = 24 * 60 * 60;
const MAX_ANNOTATIONS: usize = 256 * 1024;

/// Whose a file is.
const USER: Rule = ("user", ID);

/// The paths that are taken, and what is told of those that are so twice.
struct Paths<'a> {
    known: HashSet<&'a str>,
    place: String,
}

impl<'a> Paths<'a> {
    fn add(&mut self, path: &'a str, told: &str) -> Option<Cause> {
        let fresh = self.known.insert(path);
        (!fresh).then(|| Cause::invalid(&*self.place, told, CONFLICT))
    }
}

/// What is wrong with all the sources of a volume, of which no two can have the same file.
pub(super) fn faults(site: &Site<'_>) -> Causes {
    let mut causes = check(site, &[FILE_MODE, FILE_USER]);
    let mut paths = Paths { known: HashSet::new(), place: site.place.clone() };
    for source in site.at("sources").each() {
        let mut said = 0;
        let mut given = |kind: &str| {
            let place = source.at(kind);
            said += usize::from(place.is_given());
            place.is_given().then_some(place)
        };
        for place in ["secret", "configMap"].into_iter().filter_map(&mut given) {
            causes.extend(keys(&place, &mut paths));
        }
        if let Some(about) = given("downwardAPI") {
            for file in about.at("items").each() {
                causes.extend(about_pod(&file, &about.place));
                let path = file.at("path").text();
                causes.extend(paths.add(path, path).filter(|_| !path.is_empty()));
            }
        }
        if let Some(token) = given("serviceAccountToken") {
            causes.extend(self::token(&token, &site.at("path")));
        }
        if let Some(bundle) = given("clusterTrustBundle") {
            causes.extend(self::bundle(&bundle, &mut paths));
        }
        if let Some(certificate) = given("podCertificate") {
            causes.extend(self::certificate(&certificate, &mut paths));
        }
        if said > 1 {
            causes.push(source.forbidden("may not specify more than 1 volume type per source"));
        }
    }
    causes
}

fn keys<'a>(place: &Site<'a>, paths: &mut Paths<'a>) -> Causes {
    let mut causes = check(place, &[("name", Required(""))]);
    for file in place.at("items").each() {
        causes.extend(item(&file));
        let path = file.at("path").text();
        causes.extend(paths.add(path, place.at("name").text()).filter(|_| !path.is_empty()));
    }
    causes
}

/// A file that tells of its pod; the server names what it is in and not the file.
pub(super) fn about_pod(file: &Site<'_>, place: &str) -> Causes {
    let file = file.clone().moved(place.to_owned());
    let mut causes = check(&file, &[("path", Required(""))]);
    let path = file.at("path");
    causes.extend(path.against(texts::not_reserved(path.text())));
    causes.extend(environment::file(&file));
    causes.extend(check(&file, &[("mode", Check::By(mode)), USER]));
    causes
}

fn token(token: &Site<'_>, place: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    let lasting = token.at("expirationSeconds");
    match lasting.number() {
        Some(seconds) if seconds < 600 => {
            causes.push(lasting.invalid("may not specify a duration less than 10 minutes"));
        }
        Some(seconds) if seconds > 1 << 32 => {
            causes.push(lasting.invalid("may not specify a duration larger than 2^32 seconds"));
        }
        _ => {}
    }
    let path = token.at("path").moved(place.place.clone());
    if path.len() == 0 {
        causes.push(path.required(""));
    }
    causes.extend(path.against(texts::not_reserved(path.text())));
    causes.extend(check(token, &[USER]));
    causes
}

fn bundle<'a>(site: &Site<'a>, paths: &mut Paths<'a>) -> Causes {
    let (name, signed, labels) = (site.at("name"), site.at("signerName"), site.at("labelSelector"));
    let mut causes = Vec::new();
    match (name.is_given(), signed.is_given()) {
        (true, true) => {
            let said = tables::inside("core.ClusterTrustBundleProjection", site.value);
            let why = "only one of name and signerName may be used";
            causes.push(Cause::invalid_value(&*site.place, &said, why));
        }
        (true, false) => {
            if name.len() == 0 {
                causes.push(name.required("must be a valid object name"));
            }
            let faults = bundle_name_faults(name.text());
            let told = |why: String| format!("not a valid clustertrustbundlename: {why}");
            causes.extend(name.against(faults.into_iter().map(told)));
            if labels.is_given() {
                causes.push(labels.invalid("labelSelector must be unset if name is specified"));
            }
        }
        (false, true) => {
            if signed.len() == 0 {
                causes.push(signed.required("must be a valid signer name"));
            }
            causes.extend(signer(&signed));
            causes.extend(selector_faults(&labels));
        }
        (false, false) => causes.push(site.required("either name or signerName must be specified")),
    }
    let path = site.at("path");
    causes.extend(check(site, &[("path", Required("")), USER]));
    causes.extend(path.against(texts::not_reserved(path.text())));
    causes.extend(paths.add(path.text(), path.text()));
    causes
}

/// A bundle whose name has a colon is of a signer, whose name is before the last one.
fn bundle_name_faults(name: &str) -> Vec<String> {
    let Some((signer, rest)) = name.rsplit_once(':') else {
        return name_faults(name, NameRule::Subdomain);
    };
    if signer.is_empty() {
        return vec!["ClusterTrustBundle without signer name must not have \":\" in its name".to_owned()];
    }
    name_faults(rest, NameRule::Subdomain)
}

fn certificate<'a>(site: &Site<'a>, paths: &mut Paths<'a>) -> Causes {
    let (signed, annotations) = (site.at("signerName"), site.at("userAnnotations"));
    let mut causes = signer(&signed);
    causes.extend(wish_faults(&annotations));
    causes.extend(check(site, &[USER]));
    let kind = site.at("keyType");
    causes.extend((!KEYS.contains(&kind.text())).then(|| kind.unsupported_text(KEYS)));
    let lasting = site.at("maxExpirationSeconds");
    if let Some(seconds) = lasting.number() {
        let domain = signed.text().split('/').next().unwrap_or_default();
        let of_kubernetes = domain == "kubernetes.io" || domain.ends_with(".kubernetes.io");
        let most = if of_kubernetes { DAY } else { 91 * DAY };
        if seconds < 3600 {
            causes.push(lasting.invalid("if provided, maxExpirationSeconds must be >= 3600"));
        }
        if seconds > most {
            causes.push(lasting.invalid(&format!("if provided, maxExpirationSeconds must be <= {most}")));
        }
    }
    let files = ["credentialBundlePath", "keyPath", "certificateChainPath"].map(|field| site.at(field));
    for path in files.iter().filter(|path| path.len() > 0) {
        causes.extend(path.against(texts::not_reserved(path.text())));
        causes.extend(paths.add(path.text(), path.text()));
    }
    if files.iter().all(|path| path.len() == 0) {
        let why = "specify at least one of credentialBundlePath, keyPath, and certificateChainPath";
        causes.push(site.required(why));
    }
    causes
}

/// What is asked of a signer has keys with a domain.
fn wish_faults(site: &Site<'_>) -> Causes {
    let mut causes = Vec::new();
    for (key, _) in site.entries() {
        let key = key.to_lowercase();
        let faults = match key_faults(&key) {
            _ if key.is_empty() => {
                causes.push(site.required(""));
                continue;
            }
            faults if faults.is_empty() && !key.contains('/') => {
                vec!["must be a domain-prefixed key (such as \"acme.io/foo\")".to_owned()]
            }
            faults => faults,
        };
        causes.extend(faults.iter().map(|why| Cause::invalid(&*site.place, &key, why)));
    }
    let size: usize = site.entries().map(|(key, value)| key.len() + value.text().len()).sum();
    if size > MAX_ANNOTATIONS {
        causes.push(Cause::too_long(&*site.place, MAX_ANNOTATIONS as u64));
    }
    causes
}
