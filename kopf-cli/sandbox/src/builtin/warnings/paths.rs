//! Files of one volume that would lie in each other's way.

use serde_json::Value;

use super::{Site, Warnings};
use crate::printed::quoted;

/// A path in a volume, and where it comes from if that is to be told.
struct File {
    path: String,
    source: String,
}

/// What is warned of in all volumes of a pod.
pub(super) fn overlaps(volumes: &Site<'_>) -> Warnings {
    volumes.each().flat_map(|volume| of_volume(&volume)).collect()
}

fn of_volume(volume: &Site<'_>) -> Warnings {
    let name = quoted(volume.at("name").text());
    let mut warnings = Vec::new();
    let tell = |kind: &str, known: &mut Vec<File>, files: Vec<File>| -> Warnings {
        let told = |clash: String| format!("volume {name} ({kind}): overlapping paths: {clash}");
        clashes(known, files).into_iter().map(told).collect()
    };
    for (field, named_by, kind) in [("configMap", "name", "ConfigMap"), ("secret", "secretName", "Secret")] {
        let source = volume.at(field);
        let kind = format!("{kind} {}", quoted(source.at(named_by).text()));
        warnings.extend(tell(&kind, &mut Vec::new(), items(&source, "")));
    }
    warnings.extend(tell("DownwardAPI", &mut Vec::new(), items(&volume.at("downwardAPI"), "")));
    let mut known = Vec::new();
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
fn clashes(known: &mut Vec<File>, files: Vec<File>) -> Warnings {
    let below = |path: &str, of: &str| format!("{path}/").starts_with(&format!("{of}/"));
    let mut clashes = Vec::new();
    for file in files.into_iter().filter(|file| !file.path.is_empty()) {
        let met = |before: &&File| below(&before.path, &file.path) || below(&file.path, &before.path);
        let told = |before: &File| format!("{} with {}", file.told(), before.told());
        clashes.extend(known.iter().filter(met).map(told));
        known.push(file);
    }
    clashes
}

impl File {
    fn told(&self) -> String {
        match &*self.source {
            "" => quoted(&self.path),
            source => format!("{} ({source})", quoted(&self.path)),
        }
    }
}
