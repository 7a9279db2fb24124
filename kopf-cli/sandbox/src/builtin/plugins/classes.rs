//! Classes for whoever names none: of storage for claims, of controllers for ingresses; and which claims may grow.

use serde_json::{Map, Value, json};

use super::Write;
use crate::{quantity::Quantity, status::Status};

type Fields = Map<String, Value>;

/// A kind whose objects are of a class, and where that is said.
struct Classified {
    /// The resource keys of the kind, and of its classes.
    key: &'static str,
    classes: &'static str,
    field: &'static str,
    /// The annotation by which it was said before.
    annotation: &'static str,
    /// By what a class is for all.
    marks: &'static [&'static str],
}

const KINDS: [Classified; 2] = [
    Classified {
        key: CLAIMS,
        classes: STORAGE,
        field: "storageClassName",
        annotation: OLD_CLASS,
        marks: &[
            "storageclass.kubernetes.io/is-default-class",
            "storageclass.beta.kubernetes.io/is-default-class",
        ],
    },
    Classified {
        key: "ingresses.networking.k8s.io",
        classes: "ingressclasses.networking.k8s.io",
        field: "ingressClassName",
        annotation: "kubernetes.io/ingress.class",
        marks: &["ingressclass.kubernetes.io/is-default-class"],
    },
];
pub(super) const CLAIMS: &str = "persistentvolumeclaims";
const STORAGE: &str = "storageclasses.storage.k8s.io";
const OLD_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// Gives a new object the class for all: of several the newest.
pub(super) fn admit(write: &Write<'_>, metadata: &Fields, rest: &mut Fields) {
    let Some(kind) = KINDS.iter().find(|kind| kind.key == &*write.view.resource.key) else { return };
    let is_said = |annotations: &Value| annotations.get(kind.annotation).is_some();
    let said = rest.get("spec").is_some_and(|spec| !spec[kind.field].is_null());
    if said || metadata.get("annotations").is_some_and(is_said) {
        return;
    }
    // Most are not for all, which can be told without reading them.
    let classes = write.store.list(kind.classes, None).into_iter();
    let classes = classes.filter(|class| kind.marks.iter().any(|mark| class.has(mark)));
    let of_all = classes.map(|class| class.value()).filter(|class| {
        let annotations = &class["metadata"]["annotations"];
        kind.marks.iter().any(|mark| annotations[*mark] == "true")
    });
    let text = |class: &Value, field: &str| class["metadata"][field].as_str().unwrap_or_default().to_owned();
    // They are in the order of their names: of several of the same moment it is the first.
    let newest = of_all.reduce(|newest, class| {
        if text(&class, "creationTimestamp") > text(&newest, "creationTimestamp") { class } else { newest }
    });
    if let Some(class) = newest
        && let Value::Object(spec) = rest.entry("spec").or_insert_with(|| json!({}))
    {
        spec.insert(kind.field.to_owned(), text(&class, "name").into());
    }
}

/// Refuses a claim that would grow where its class does not have it grow.
pub(super) fn judge_growth(write: &Write<'_>, claim: &Value, old: &Value) -> Result<(), Status> {
    let size = |claim: &Value| Quantity::of(&claim["spec"]["resources"]["requests"]["storage"]);
    if size(claim) <= size(old) {
        return Ok(());
    }
    if old["status"]["phase"] != "Bound" {
        return Err(write.forbidden("Only bound persistent volume claims can be expanded"));
    }
    let class = class(claim);
    let known = write.store.get(STORAGE, "", class).map(|class| class.value());
    let grows = known.is_some_and(|known| known["allowVolumeExpansion"] == true);
    if class.is_empty() || class != self::class(old) || !grows {
        let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must \
            support resize";
        return Err(write.forbidden(why));
    }
    Ok(())
}

/// The class of a claim, as it is said now or was before.
fn class(claim: &Value) -> &str {
    let before = claim["metadata"]["annotations"][OLD_CLASS].as_str();
    before.or(claim["spec"]["storageClassName"].as_str()).unwrap_or_default()
}
