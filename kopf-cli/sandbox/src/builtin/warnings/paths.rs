//! Files of one volume that would lie in each other's way.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::{Site, Warnings};
use crate::printed::quoted;

/// How many such warnings of a volume there are at most: more would be cut off, and of many files each may be in the way
/// of all.
const MOST: usize = 100;

/// A path in a volume, and where it comes from if that is to be told.
struct File {
    path: String,
    source: String,
}

/// The files that a volume is known to have.
#[derive(Default)]
struct Known {
    files: Vec<File>,
    /// Which of them are at a path, those of one source once. What is below a path follows it, with a slash.
    at: BTreeMap<Vec<u8>, Vec<usize>>,
    /// What has been told of them.
    told: HashSet<String>,
}

/// What is warned of in all volumes of a pod.
pub(super) fn overlaps(volumes: &Site<'_>) -> Warnings {
    volumes.each().flat_map(|volume| of_volume(&volume)).collect()
}

fn of_volume(volume: &Site<'_>) -> Warnings {
    let name = quoted(volume.at("name").text());
    let mut warnings = Vec::new();
    let tell = |kind: &str, known: &mut Known, files: Vec<File>| -> Warnings {
        let told = |clash: String| format!("volume {name} ({kind}): overlapping paths: {clash}");
        clashes(known, files).into_iter().map(told).collect()
    };
    for (field, named_by, kind) in [("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")] {
        let source = volume.at(field);
        let kind = format!("{kind} {}", quoted(source.at(named_by).text()));
        warnings.extend(tell(&kind, &mut Known::default(), items(&source, "")));
    }
    warnings.extend(tell("DownwardAPI", &mut Known::default(), items(&volume.at("downwardAPI"), "")));
    let mut known = Known::default();
    for source in volume.at("projected.sources").each() {
        let is_empty = source.value.as_object().is_none_or(|fields| fields.values().all(Value::is_null));
        if is_empty {
            warnings.push(format!("volume {name} (Projected) has no sources provided"));
        } else {
            warnings.extend(tell("Projected", &mut known, projected(&source)));
        }
    }
    warnings
}

fn items(source: &Site<'_>, told: &str) -> Vec<File> {
    let file = |item: Site<'_>| file(&item.at("path"), told);
    source.at("items").each().map(file).collect()
}

fn file(path: &Site<'_>, told: &str) -> File {
    File { path: path.text().trim_end_matches('/').to_owned(), source: told.to_owned() }
}

/// The files of one source of a volume that has several.
fn projected(source: &Site<'_>) -> Vec<File> {
    let named = |kind: &str, name: &str| format!("{kind} {}", quoted(name));
    for (field, kind) in [("configMap", "ConfigMap"), ("secret", "Secret")] {
        let source = source.at(field);
        if source.at("items").is_given() {
            return items(&source, &named(kind, source.at("name").text()));
        }
    }
    if source.at("downwardAPI.items").is_given() {
        return items(&source.at("downwardAPI"), "DownwardAPI");
    }
    let (token, bundle, own) =
        (source.at("serviceAccountToken"), source.at("clusterTrustBundle"), source.at("podCertificate"));
    if token.is_given() {
        return vec![file(&token.at("path"), "ServiceAccountToken")];
    }
    if bundle.is_given() {
        let name = ["name", "signerName"].map(|field| bundle.at(field));
        let name = name.iter().find(|name| name.is_given()).map_or("", Site::text);
        return vec![file(&bundle.at("path"), &named("ClusterTrustBundle", name))];
    }
    let parts = [
        ("certificateChainPath", "PodCertificate chain"),
        ("keyPath", "PodCertificate key"),
        ("credentialBundlePath", "PodCertificate credential bundle"),
    ];
    let parts = parts.into_iter().map(|(field, told)| (own.at(field), told));
    parts.filter(|(path, _)| path.len() > 0).map(|(path, told)| file(&path, told)).collect()
}

/// Which files are, or are above or below, one that is known; they are known from then on.
fn clashes(known: &mut Known, files: Vec<File>) -> Warnings {
    let mut clashes = Vec::new();
    for file in files.into_iter().filter(|file| !file.path.is_empty()) {
        for before in known.met_by(&file.path) {
            let told = format!("{} with {}", file.told(), known.files[before].told());
            if known.told.len() < MOST && known.told.insert(told.clone()) {
                clashes.push(told);
            }
        }
        if known.told.len() >= MOST {
            break;
        }
        known.add(file);
    }
    clashes
}

/// Whether one path is another, or below it.
fn is_below(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Known {
    /// Those that are at a path, above it or below it, in the order in which they came.
    fn met_by(&self, path: &str) -> Vec<usize> {
        // Each slash costs a look at what is before it.
        if self.files.len() <= path.matches('/').count() {
            let is_met = |file: &File| is_below(path, &file.path) || is_below(&file.path, path);
            return (0..self.files.len()).filter(|known| is_met(&self.files[*known])).collect();
        }
        let above = path.match_indices('/').filter_map(|(end, _)| self.at.get(&path.as_bytes()[..end]));
        let below = [path.as_bytes(), b"/"].concat();
        let below = self.at.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
        let same = self.at.get(path.as_bytes());
        let met = above.chain(same).chain(below.map(|(_, met)| met));
        let mut met: Vec<usize> = met.flatten().copied().collect();
        met.sort_unstable();
        met
    }

    fn add(&mut self, file: File) {
        let at = self.at.entry(file.path.clone().into_bytes()).or_default();
        if !at.iter().any(|known| self.files[*known].source == file.source) {
            at.push(self.files.len());
            self.files.push(file);
        }
    }
}

impl File {
    fn told(&self) -> String {
        match &*self.source {
            "" => quoted(&self.path),
            source => format!("{} ({source})", quoted(&self.path)),
        }
    }
}
