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

/// What the last string of a selector names, or what stands in its place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum By {
    /// A kind, a plural, a singular or a short name.
    #[default]
    Name,
    /// A kind.
    Kind,
    /// A plural.
    Plural,
    /// A singular.
    Singular,
    /// A short name.
    ShortName,
    /// A category: all resources of it are served.
    Category,
    /// Nothing: all resources are served.
    Everything,
    /// Nothing: those are served of which the handler's question of this number says so.
    Asked(u32),
}

impl By {
    /// Whether one resource is meant.
    fn is_specific(self) -> bool {
        !matches!(self, By::Category | By::Everything | By::Asked(_))
    }

    /// How it is shown, with the name that it stands before.
    fn shown(self, name: &str) -> String {
        match self {
            By::Name => name.to_owned(),
            By::Kind => format!("kind={name}"),
            By::Plural => format!("plural={name}"),
            By::Singular => format!("singular={name}"),
            By::ShortName => format!("short_name={name}"),
            By::Category => format!("category={name}"),
            By::Everything => "everything".to_owned(),
            By::Asked(number) => format!("resources=fn#{number}"),
        }
    }
}

/// Which resources a handler is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selector {
    written: Box<str>,
    group: Option<Box<str>>,
    version: Option<Box<str>>,
    name: Box<str>,
    by: By,
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
        Selector::new(parts, By::Name)
    }

    /// As [`Selector::parse`], with something else for a name. For everything and for what a function chooses there is
    /// no name, and so no to two strings: the group and the version.
    ///
    /// # Errors
    ///
    /// As [`Selector::parse`].
    pub fn new(parts: &[String], by: By) -> Result<Selector, Error> {
        let (place, name) = match (by, parts.split_last()) {
            (By::Everything | By::Asked(_), _) => (parts, ""),
            (_, Some((name, place))) => (place, name.as_str()),
            (_, None) => return Err(Error::Count { found: 0 }),
        };
        let (group, version, name) = match place {
            [] if by == By::Name => split_name(name),
            [] => (None, None, name),
            [place] => match place.rsplit_once('/') {
                Some((group, version)) => (Some(group), Some(version), name),
                None if place == "v1" => (Some(""), Some("v1"), name),
                None => (Some(place.as_str()), None, name),
            },
            [group, version] => (Some(group.as_str()), Some(version.as_str()), name),
            _ => return Err(Error::Count { found: parts.len() }),
        };
        let shown = by.shown(parts.last().filter(|_| parts.len() > place.len()).map_or("", String::as_str));
        let written = place.iter().map(String::as_str).chain([shown.as_str()]).collect::<Vec<_>>().join("/");
        if name.is_empty() && parts.len() > place.len() {
            return Err(Error::NoName { selector: written });
        }
        if version == Some("") {
            return Err(Error::NoVersion { selector: written });
        }
        Ok(Selector {
            group: group.map(Box::from),
            version: version.map(Box::from),
            name: name.into(),
            written: written.into(),
            by,
        })
    }

    /// The number of the question that chooses resources, if it is a function that does.
    pub fn question(&self) -> Option<u32> {
        match self.by {
            By::Asked(number) => Some(number),
            _ => None,
        }
    }

    /// Whether the resource is one of those that the selector means; if a function has the last word, whether it is to
    /// be asked. Without a version only the one that its group prefers matches, but a function may look at all.
    pub fn matches(&self, resource: &Resource) -> bool {
        let Selector { group, version, name, by, .. } = self;
        let is_named = |names: &[String]| names.iter().any(|other| **other == **name);
        let is_preferred = || resource.preferred || matches!(by, By::Asked(_));
        group.as_ref().is_none_or(|group| **group == *resource.group)
            && version.as_ref().map_or_else(is_preferred, |version| **version == *resource.version)
            && match by {
                By::Name => {
                    **name == *resource.kind
                        || **name == *resource.plural
                        || **name == *resource.singular
                        || is_named(&resource.short_names)
                }
                By::Kind => **name == *resource.kind,
                By::Plural => **name == *resource.plural,
                By::Singular => **name == *resource.singular,
                By::ShortName => is_named(&resource.short_names),
                By::Category => is_named(&resource.categories),
                // An operator posts Events, and would be woken by each of them for ever.
                By::Everything | By::Asked(_) => !resource.is_event(),
            }
    }

    /// The indices of the resources that match. Where one is meant, a match in the core group hides those in other
    /// groups, so that `pods` are the pods and not their metrics.
    fn select(&self, resources: &[Resource], is_chosen: &dyn Fn(&Resource) -> bool) -> Vec<usize> {
        let is_meant = |resource: &Resource| {
            self.matches(resource) && (self.question().is_none() || is_chosen(resource))
        };
        let matching: Vec<usize> =
            (0..resources.len()).filter(|&index| is_meant(&resources[index])).collect();
        let core: Vec<usize> =
            matching.iter().copied().filter(|&index| resources[index].group.is_empty()).collect();
        if core.is_empty() || !self.by.is_specific() { matching } else { core }
    }
}

impl fmt::Display for Selector {
    /// As it was written, with slashes between the strings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// What the selectors mean where `resources` are served; `is_chosen` says what a function has said about a resource to
/// the selector of an index.
///
/// A selector that names a resource is of one: where it matches several, which one the author meant is not ours to guess,
/// and none is served.
pub fn resolve(
    selectors: &[Selector],
    resources: &[Resource],
    is_chosen: &dyn Fn(usize, &Resource) -> bool,
) -> Resolution {
    let mut resolution = Resolution::default();
    for (index, selector) in selectors.iter().enumerate() {
        let matching = selector.select(resources, &|resource| is_chosen(index, resource));
        let served = match matching.len() {
            0 => {
                resolution.unresolved.push(index);
                matching
            }
            1 => matching,
            _ if !selector.by.is_specific() => matching,
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
