//! Requests to the scale of an object: how many replicas are wanted and there.

use http::{Response, header};
use serde_json::Value;

use super::{Ask, admitted::warn, below::read, bodies::parse_patch, json_answer, refuse};
use crate::{
    admission::{Admission, Document, Operation, Round, Stage},
    body::Body,
    form::{Sheet, pick},
    json as deep,
    managed::{self, Managed},
    media::{self, Format},
    patch,
    protobuf::layout,
    request::{Action, Patching},
    resources::scales,
    sandbox::shown_value,
    scale::Scale,
    status::{About, Status},
    store::Store,
    stranded,
    strict::Strictness,
    write::{Target, Writer, Written, other_uid, patched},
    yaml::parse_yaml,
};

/// How deep scales are that are shown.
const SHALLOW: usize = 64;

/// A scale as it is asked to be, or a patch of it.
struct Asked {
    patching: Option<Patching>,
    sent: Value,
    manager: String,
    dry_run: bool,
}

impl Ask<'_> {
    fn scaling(&self) -> Result<&Scale, Status> {
        self.view.version().scale.as_ref().ok_or_else(Status::no_resource)
    }

    pub(super) fn scale(&self) -> Result<Response<Body>, Status> {
        let object = self.above()?;
        let scaling = self.scaling()?;
        let scale = read(&object, |object| scaling.of(object, &self.view))?;
        self.show_scale(&scale.ok_or_else(|| scaling.unset())?)
    }

    fn show_scale(&self, scale: &Value) -> Result<Response<Body>, Status> {
        let sheet = Sheet::of_scales(&self.view, self.api.clock.now());
        let shown = self.form(false)?.show(&layout::text(scale).into(), SHALLOW, sheet, true);
        Ok(json_answer(200, shown))
    }

    /// Changes how many replicas are wanted.
    pub(super) fn rescale(
        &self,
        action: Action,
        admission: &mut Option<Admission>,
    ) -> Result<Response<Body>, Status> {
        let mut strictness = Strictness::default();
        let media = self.request.header(header::CONTENT_TYPE);
        let deepest =
            if media.contains("yaml") { deep::MAX_DEPTH } else { deep::depth_of_text(self.body()?) };
        let deepest = deepest.min(deep::MAX_DEPTH);
        let outcome =
            deep::with_stack(deepest, || self.rescaled(action, deepest, admission, &mut strictness));
        let mut response = outcome.unwrap_or_else(|status| refuse(&status));
        warn(&mut response, admission.as_ref(), strictness);
        Ok(response)
    }

    /// Lets the object be changed as its scale is asked to be, and answers with the scale that it then has.
    fn rescaled(
        &self,
        action: Action,
        deepest: usize,
        admission: &mut Option<Admission>,
        strictness: &mut Strictness,
    ) -> Result<Response<Body>, Status> {
        let asked = self.scale_asked(action, strictness)?;
        let scaling = self.scaling()?;
        let mut store = self.api.store();
        deep::with_stack(store.deepest() + SHALLOW + deepest, || {
            let found = store.get(&self.view.resource.key, self.namespace(), self.name()).cloned();
            let object = found.ok_or_else(|| Status::not_found(self.view.about(self.name())))?;
            stranded::check_change(&self.view, &object)?;
            let object = deep::parse(&object.shown(&self.view)).map_err(Status::internal)?;
            let mut old = scaling.of(&object, &self.view).unwrap_or_else(|| scaling.show(&object, None));
            let owners = managed::of_scale(&self.view, object["metadata"].get("managedFields"));
            if let Some(owners) = owners {
                old["metadata"]["managedFields"] = owners;
            }
            // What a patch copies within a scale can double its levels again and again.
            let reach = match asked.patching {
                Some(Patching::Json) => patch::reach(&old, &asked.sent),
                _ => 0,
            };
            deep::with_stack(reach, || {
                let written = self.write_scale(asked, &object, &old, (&mut store, admission), strictness)?;
                let object = shown_value(&written, &self.view);
                self.show_scale(&scaling.of(&object, &self.view).ok_or_else(|| scaling.unset())?)
            })
        })
    }

    fn scale_asked(&self, action: Action, strictness: &mut Strictness) -> Result<Asked, Status> {
        let body = self.body()?;
        let content_type = self.request.header(header::CONTENT_TYPE);
        let patching = match action {
            Action::Patch => Some(media::patching(content_type, &self.view.resource)?),
            _ => None,
        };
        let format = if patching.is_none() { self.format()? } else { Format::Json };
        let kind = if patching.is_some() { "PatchOptions" } else { "UpdateOptions" };
        let dry_run = self.query.dry_run(kind)?;
        let manager = self.manager(kind, patching == Some(Patching::Apply))?;
        *strictness = Strictness::of(&self.query, kind)?;
        self.scaling()?;
        let sent = match patching {
            Some(patching) => parse_patch(body, patching, false, strictness)?,
            None if self.view.resource.rules.custom => self.read_scale(body, format, strictness)?,
            None => self.parse_body(body, format, "Scale", strictness)?,
        };
        if patching.is_none() {
            Scale::asked(&sent, self.name(), strictness)?;
        }
        Ok(Asked { patching, sent, manager, dry_run })
    }

    /// Changes an object as its scale is asked to be: by a merge patch of it, which goes the way of all patches.
    fn write_scale(
        &self,
        asked: Asked,
        object: &Value,
        old: &Value,
        (store, admission): (&mut Store, &mut Option<Admission>),
        strictness: &mut Strictness,
    ) -> Result<Written, Status> {
        let Asked { patching, sent, manager, dry_run } = asked;
        let scaling = self.scaling()?;
        let now = self.api.clock.now();
        let target = Target { view: &self.view, namespace: self.namespace(), name: self.name() };
        let managed = Managed { view: scales(), manager: &manager, subresource: "scale", now };
        let mut scale = match patching {
            None => sent,
            Some(Patching::Apply) => managed.apply_scale(&self.view, old, sent, self.query.flag("force"))?,
            Some(how) => {
                let mut scale = patched(|| old.clone(), target, scales(), (how, &sent), strictness)?;
                scale.settle_namespace(&self.view, self.namespace())?;
                scale.check_name(self.name())?;
                scale.whole(scales())
            }
        };
        let counted = scaling.of(object, &self.view).is_some();
        if patching.is_some() && !counted && scale["spec"]["replicas"].is_null() {
            return Err(scaling.emptied());
        }
        let others = self.others(store, admission, dry_run, || self.told());
        if let Some(others) = others {
            scale = self.admit_scale(others, store, old, scale)?;
        }
        let mut change = scaling.change(&scale, object, &self.view)?;
        if patching != Some(Patching::Apply) {
            // None is what is not said.
            if scale["spec"]["replicas"] == 0
                && let Value::Object(spec) = &mut scale["spec"]
            {
                spec.shift_remove("replicas");
            }
            managed.rewrite(old, &mut scale);
        }
        let (owners, of_scale) = (&object["metadata"], &scale["metadata"]);
        let owners =
            managed::of_scaled(&self.view, owners.get("managedFields"), of_scale.get("managedFields"));
        change["metadata"]["managedFields"] = owners.unwrap_or_default();
        self.check_scaled(target, patching, &scale, object, dry_run)?;
        let strict = std::mem::take(strictness);
        let mut writer = Writer { dry_run, strictness: strict, ..Writer::new(store, now) };
        let written = writer.rescale(target, &change);
        writer.settle();
        *strictness = writer.strictness;
        written
    }

    /// Refuses to scale an object that is not the one that was meant. Those who patch custom resources are not asked.
    fn check_scaled(
        &self,
        target: Target<'_>,
        patching: Option<Patching>,
        scale: &Value,
        object: &Value,
        dry_run: bool,
    ) -> Result<(), Status> {
        let (uid, asked) = (pick(object, "metadata.uid"), pick(scale, "metadata.uid"));
        if asked.is_empty() || asked == uid {
            return Ok(());
        }
        match patching {
            None => Err(other_uid(target, asked, uid, dry_run)),
            Some(_) if self.view.resource.rules.custom => Ok(()),
            Some(_) => {
                let kind = format!("{}/scale", self.view.resource.plural);
                let about = About { kind: &kind, ..self.view.about(target.name) };
                let why =
                    format!("Precondition failed: UID in precondition: {asked}, UID in object meta: {uid}");
                Err(Status::conflict(about, &why))
            }
        }
    }

    /// Reads the scale of a custom resource, whose server knows no type of scales to tell of.
    fn read_scale(&self, body: &[u8], format: Format, strictness: &mut Strictness) -> Result<Value, Status> {
        let unknown = |_| {
            Status::bad_request(
                "no kind is registered for the type v1.Scale in scheme \"pkg/runtime/scheme.go:111\"",
            )
        };
        let read = match format {
            Format::Yaml => parse_yaml(body, strictness).map_err(|why| why.of_a_body()),
            _ => deep::read(body),
        };
        let scale = read.and_then(|scale| Scale::read(scale, strictness)).map_err(unknown)?;
        let said = pick(&scale, "metadata.namespace");
        if !said.is_empty() && said != self.namespace() {
            let why = "the namespace of the provided object does not match the namespace sent on the request";
            return Err(Status::bad_request(why));
        }
        Ok(scale)
    }

    /// The scale as others leave it.
    fn admit_scale(
        &self,
        others: &mut Admission,
        store: &Store,
        old: &Value,
        scale: Value,
    ) -> Result<Value, Status> {
        let old = Document::of_built_in(old);
        let mut round = |stage, scale: &Value| {
            let object = Some(Document::of_built_in(scale));
            let round = Round::new(stage, Operation::Update, self.name(), object, Some(old.clone()));
            others.admit(store, round)
        };
        let changed = round(Stage::Mutating, &scale)?;
        let scale = changed.map_or(scale, |changed| changed.read(|scale| scale));
        round(Stage::Validating, &scale)?;
        Ok(scale)
    }
}
