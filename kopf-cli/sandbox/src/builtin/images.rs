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
        r"^((?:{host}/)?{step}(?:/{step})*)(?::([0-9A-Za-z_][0-9A-Za-z_.-]{{0,127}}))?(@{digest})?$"
    ))
    .ok()
});
/// How long a name may be, without its tag.
const LONGEST: usize = 255;
/// What stands before names that tell neither a host nor an owner.
const USUAL: &str = "docker.io/library/";

/// Whether an image is pulled always where nothing else is said: without a version, or of the latest one. What is no name
/// of an image is not.
pub(super) fn is_pulled_always(image: &str) -> bool {
    let Some(found) = REFERENCE.as_ref().and_then(|form| form.captures(image)) else { return false };
    let name = found.get(1).map_or("", |name| name.as_str());
    let is_identifier = image.len() == 64 && image.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
    if is_identifier || full_length(name) > LONGEST {
        return false;
    }
    match (found.get(2), found.get(3)) {
        (Some(tag), _) => tag.as_str() == "latest",
        (None, digest) => digest.is_none(),
    }
}

/// How long a name is with the host and the owner that it leaves out.
fn full_length(name: &str) -> usize {
    let host = name.split_once('/').map(|(host, _)| host);
    let is_host = |host: &&str| {
        host.contains(['.', ':'])
            || *host == "localhost"
            || host.bytes().any(|byte| byte.is_ascii_uppercase())
    };
    match host {
        Some(host) if is_host(&host) => name.len(),
        Some(_) => name.len() + "docker.io/".len(),
        None => name.len() + USUAL.len(),
    }
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
}
