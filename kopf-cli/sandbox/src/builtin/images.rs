//! Names of images, as far as they say whether an image is pulled always.

use std::sync::LazyLock;

use regex::Regex;

/// A host with its port, a path, a tag and a digest; all but the path may be missing.
static REFERENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    let host = format!(r"(?:{label}(?:\.{label})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?");
    let step = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    let digest = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    Regex::new(&format!(
        r"^(?:({host})/)?({step}(?:/{step})*)(?::([0-9A-Za-z_][0-9A-Za-z_.-]{{0,127}}))?(?:@({digest}))?$"
    ))
    .ok()
});
/// How long a path may be, below its host.
const LONGEST: usize = 255;
/// The hosts of names that tell none, and who owns those of them that tell no owner.
const HUBS: [&str; 2] = ["docker.io", "index.docker.io"];
const OWNER: &str = "library/";
/// Digests, by how many digits they have.
const DIGESTS: [(&str, usize); 3] = [("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Whether an image is pulled always where nothing else is said: without a version, or of the latest one. What is no name
/// of an image is not.
pub(super) fn is_pulled_always(image: &str) -> bool {
    let Some(found) = REFERENCE.as_ref().and_then(|form| form.captures(image)) else { return false };
    let part = |at| found.get(at).map(|part| part.as_str());
    let (host, path, tag, digest) = (part(1), part(2).unwrap_or_default(), part(3), part(4));
    let is_identifier = is_hexadecimal(image, 64);
    if is_identifier || path_length(host, path) > LONGEST || digest.is_some_and(|digest| !is_digest(digest)) {
        return false;
    }
    match tag {
        Some(tag) => tag == "latest",
        None => digest.is_none(),
    }
}

/// How long a path is with the owner that it leaves out. What looks like a host may be a part of it.
fn path_length(host: Option<&str>, path: &str) -> usize {
    let is_host = |host: &str| {
        host.contains(['.', ':']) || host == "localhost" || host.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    let owner = if path.contains('/') { 0 } else { OWNER.len() };
    match host {
        None => owner + path.len(),
        Some(host) if HUBS.contains(&host) => owner + path.len(),
        Some(host) if is_host(host) => path.len(),
        Some(host) => host.len() + 1 + path.len(),
    }
}

fn is_digest(text: &str) -> bool {
    let known = |(kind, digits): (&str, usize)| {
        text.strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix(':'))
            .is_some_and(|rest| is_hexadecimal(rest, digits))
    };
    DIGESTS.into_iter().any(known)
}

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_without_a_version_are_pulled_always_and_what_is_none_is_not() {
        for image in ["a", "a:latest", "r.io:5000/b", "localhost/x/y:latest", "A.io/b", "a/b__c"] {
            assert!(is_pulled_always(image), "{image}");
        }
        let digest = format!("a@sha256:{}", "0".repeat(64));
        for image in
            ["a:1", "r.io:5000/b:2", &digest, "", "A_b!", "-a", "a b", "UPPER", "a:", &"x".repeat(300)]
        {
            assert!(!is_pulled_always(image), "{image}");
        }
        assert!(!is_pulled_always(&"0a".repeat(32)));
    }

    #[test]
    fn a_path_has_255_characters_with_its_owner() {
        let (most, owned) = ("x".repeat(255), "x".repeat(247));
        for image in [
            format!("r.io:5000/{most}"),
            format!("y/{}", "x".repeat(253)),
            format!("docker.io/{owned}"),
            owned,
        ] {
            assert!(is_pulled_always(&image), "{image}");
            assert!(!is_pulled_always(&format!("{image}x")), "{image}x");
        }
    }

    #[test]
    fn a_digest_is_of_a_kind_and_as_long_as_that_is() {
        for (digest, is_one) in [("sha256:", true), ("sha512:", false), ("SHA256:", false), ("md5:", false)] {
            let image = format!("a:latest@{digest}{}", "0".repeat(64));
            assert_eq!(is_pulled_always(&image), is_one, "{image}");
        }
        assert!(!is_pulled_always(&format!("a:latest@sha256:{}", "A".repeat(64))));
    }
}
