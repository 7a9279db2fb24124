//! Matches what an author wrote as a resource with what the cluster serves.

use std::fmt;

use thiserror::Error;

use crate::resource::Resource;

/// Why strings select no resource.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// There are none, or more than three of them.
    #[error(
        "{found} strings select a resource, but 1 to 3 are expected, such as (\"zalando.org\", \"v1\", \"kopfexamples\")"
    )]
    Count {
        /// How many there are.
        found: usize,
    },
    /// The name, which comes last, is empty.
    #[error(
        "the name of the resource in `{selector}` is empty; name a kind, a plural, a singular or a short name"
    )]
    NoName {
        /// The selector as it was written.
        selector: String,
    },
    /// The version is written and empty.
    #[error(
        "the version in `{selector}` is empty; name one such as v1, or leave it out for the preferred one"
    )]
    NoVersion {
        /// The selector as it was written.
        selector: String,
    },
}

/// Which resource a handler is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selector {
    written: String,
    group: Option<String>,
    version: Option<String>,
    name: String,
}

/// What selectors mean on a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolution {
    /// For each selector the indices of the resources that it serves.
    pub served: Vec<Vec<usize>>,
    /// The selectors that match nothing, by index.
    pub unresolved: Vec<usize>,
    /// The selectors that match several resources and so serve none, each with the indices of what it matches.
    pub ambiguous: Vec<(usize, Vec<usize>)>,
}

impl Selector {
    /// The selector that one to three strings mean:
    ///
    /// | strings | meaning |
    /// |---|---|
    /// | `name` | any group, its preferred version |
    /// | `name.group.tld` | the group, its preferred version |
    /// | `name.v1.group.tld`, `pods.v1` | the version, and the group if there is one |
    /// | `group/version`, `name` | both; `/v1` is the core group |
    /// | `v1`, `name` | the core group |
    /// | `group`, `name` | the group, its preferred version |
    /// | `group`, `version`, `name` | both |
    ///
    /// A name is a kind, a plural, a singular or a short name, exactly as the cluster spells it.
    ///
    /// # Errors
    ///
    /// When there are not 1 to 3 strings, or when the name or a version is empty.
    pub fn parse(parts: &[String]) -> Result<Selector, Error> {
        let (group, version, name) = match parts {
            [name] => split_name(name),
            [first, name] => match first.rsplit_once('/') {
                Some((group, version)) => (Some(group), Some(version), name.as_str()),
                None if first == "v1" => (Some(""), Some("v1"), name.as_str()),
                None => (Some(first.as_str()), None, name.as_str()),
            },
            [group, version, name] => (Some(group.as_str()), Some(version.as_str()), name.as_str()),
            _ => return Err(Error::Count { found: parts.len() }),
        };
        let written = parts.join("/");
        if name.is_empty() {
            return Err(Error::NoName { selector: written });
        }
        if version == Some("") {
            return Err(Error::NoVersion { selector: written });
        }
        Ok(Selector {
            group: group.map(str::to_owned),
            version: version.map(str::to_owned),
            name: name.to_owned(),
            written,
        })
    }

    /// Whether the resource is one of those that the selector means. Without a version only the one that its group
    /// prefers matches.
    pub fn matches(&self, resource: &Resource) -> bool {
        let Selector { group, version, name, .. } = self;
        group.as_ref().is_none_or(|group| *group == resource.group)
            && version.as_ref().map_or(resource.preferred, |version| *version == resource.version)
            && (*name == resource.kind
                || *name == resource.plural
                || *name == resource.singular
                || resource.short_names.contains(name))
    }

    /// The indices of the resources that match; a match in the core group hides those in other groups, so that `pods`
    /// are the pods and not their metrics.
    fn select(&self, resources: &[Resource]) -> Vec<usize> {
        let matching: Vec<usize> =
            (0..resources.len()).filter(|&index| self.matches(&resources[index])).collect();
        let core: Vec<usize> =
            matching.iter().copied().filter(|&index| resources[index].group.is_empty()).collect();
        if core.is_empty() { matching } else { core }
    }
}

impl fmt::Display for Selector {
    /// As it was written, with slashes between the strings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// What the selectors mean where `resources` are served.
///
/// A selector is of one resource: where it matches several, which one the author meant is not ours to guess, and none
/// is served.
pub fn resolve(selectors: &[Selector], resources: &[Resource]) -> Resolution {
    let mut resolution = Resolution::default();
    for (index, selector) in selectors.iter().enumerate() {
        let matching = selector.select(resources);
        let served = match matching.len() {
            0 => {
                resolution.unresolved.push(index);
                matching
            }
            1 => matching,
            _ => {
                resolution.ambiguous.push((index, matching));
                Vec::new()
            }
        };
        resolution.served.push(served);
    }
    resolution
}

/// Takes `name[.version][.group]` apart.
fn split_name(text: &str) -> (Option<&str>, Option<&str>, &str) {
    let Some((name, rest)) = text.split_once('.') else {
        return (None, None, text);
    };
    match rest.split_once('.') {
        Some((version, group)) if is_version(version) => (Some(group), Some(version), name),
        None if is_version(rest) => (None, Some(rest), name),
        _ => (Some(rest), None, name),
    }
}

/// Whether the text is `v` and a number, then perhaps `alpha` or `beta` and a number.
fn is_version(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some(rest) = text.strip_prefix('v') else {
        return false;
    };
    match rest.split_once("alpha").or_else(|| rest.split_once("beta")) {
        Some((major, minor)) => is_number(major) && is_number(minor),
        None => is_number(rest),
    }
}

#[cfg(test)]
mod tests;
