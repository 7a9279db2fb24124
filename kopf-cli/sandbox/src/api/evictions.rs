//! Requests to evict pods: deletions that budgets have a say about.

use http::{Method, Response, header};
use serde_json::{Value, json};

use super::{Ask, Request, admitted::warn, json_answer, refuse, reviewing::keep};
use crate::{
    admission::{Admission, Document, Operation, Round, Stage},
    body::Body,
    incoming::{Incoming, Refused},
    json as deep,
    managed::Managed,
    media::{self, Answer, Format},
    protobuf::layout,
    request::ResourcePath,
    resources::{View, evictions},
    status::{About, Cause, Status},
    store::Store,
    strict::Strictness,
    tables::Decoder,
    write::Writer,
};

/// What lets go of objects that cannot be read.
const UNREADABLE: &str = "ignoreStoreReadErrorWithClusterBreakingPotential";

/// Whether a path is that of a pod's eviction.
pub(super) fn is_named(view: &View, path: &ResourcePath) -> bool {
    let is_of_a_pod = &*view.resource.key == "pods" && path.namespace.is_some() && !path.watch;
    is_of_a_pod && path.subresource.as_deref() == Some("eviction")
}

/// How an eviction is answered; `answer` is what the headers say.
pub(super) fn answer(request: &Request, answer: Result<Answer, Status>) -> Result<Answer, Status> {
    if request.method != Method::POST {
        return Err(Status::method_not_allowed());
    }
    media::check_accept(request.header(header::ACCEPT), false)?;
    answer
}

impl Ask<'_> {
    /// Evicts a pod.
    pub(super) async fn evict(&self) -> Result<Response<Body>, Status> {
        self.admitted(&mut None, |admission| {
            let mut strictness = Strictness::default();
            let outcome = self.evicted(admission, &mut strictness);
            let mut response = outcome.unwrap_or_else(|status| refuse(&status));
            warn(&mut response, admission.as_ref(), strictness);
            Ok(response)
        })
        .await
    }

    fn evicted(
        &self,
        admission: &mut Option<Admission>,
        strictness: &mut Strictness,
    ) -> Result<Response<Body>, Status> {
        let body = self.body()?;
        let format = media::format(self.request.header(header::CONTENT_TYPE))?;
        let dry_run = self.query.dry_run("CreateOptions")?;
        let manager = self.manager("CreateOptions", false)?;
        *strictness = Strictness::of(&self.query, "CreateOptions")?;
        let deepest = match format {
            Format::Json => deep::depth_of_text(body).min(deep::MAX_DEPTH),
            Format::Yaml | Format::Protobuf => deep::MAX_DEPTH,
        };
        deep::with_stack(deepest, || {
            let eviction = self.read_eviction(body, format, &manager, strictness)?;
            let mut store = self.api.store();
            deep::with_stack(deepest + store.deepest(), || {
                self.evict_from(&mut store, admission, eviction, dry_run)
            })
        })
    }

    fn read_eviction(
        &self,
        body: &[u8],
        format: Format,
        manager: &str,
        strictness: &mut Strictness,
    ) -> Result<Incoming, Status> {
        let view = evictions();
        let (user, path, query) = (self.user.clone(), self.path.clone(), self.query.clone());
        let asked = Ask { view: view.clone(), user, path, query, ..*self };
        let mut value = asked.parse_body(body, format, &view.resource.kind, strictness)?;
        // The older version has the same fields.
        if value["apiVersion"] == "policy/v1beta1"
            && matches!(value["kind"].as_str(), None | Some("" | "Eviction"))
        {
            value["apiVersion"] = view.api_version().into();
        }
        let decoded = Incoming::decode(value, view, Decoder::Json, strictness);
        let mut eviction = decoded.map_err(Refused::of_a_body)?;
        eviction.settle_namespace(view, self.namespace())?;
        let managed = Managed { view, manager, subresource: "eviction", now: self.api.clock.now() };
        let managed = managed.update(None, &mut eviction);
        keep(&mut eviction.metadata, true, managed);
        Ok(eviction)
    }

    fn evict_from(
        &self,
        store: &mut Store,
        admission: &mut Option<Admission>,
        eviction: Incoming,
        dry_run: bool,
    ) -> Result<Response<Body>, Status> {
        let mut others = self.others(store, admission, dry_run, || self.told());
        let now = others.as_ref().map_or_else(|| self.api.clock.now(), |others| others.began);
        Writer::new(store, now).check_eviction(self.target())?;
        let mut eviction = eviction.whole(evictions());
        if let Some(others) = &mut others {
            let changed = self.show_eviction(others, store, Stage::Mutating, &eviction)?;
            if let Some(changed) = changed {
                let read =
                    |value| Incoming::decode(value, evictions(), Decoder::Json, &mut Strictness::silent());
                eviction = changed.read(read).map_err(Refused::of_a_body)?.whole(evictions());
            }
        }
        if eviction["metadata"]["name"] != self.name() {
            return Err(Status::bad_request("name in URL does not match name in Eviction object"));
        }
        let mut nothing = json!({});
        let is_said = eviction["deleteOptions"].is_object();
        let options = if is_said { &mut eviction["deleteOptions"] } else { &mut nothing };
        if options[UNREADABLE] == true {
            return Err(self.not_for_evictions());
        }
        let asked: Vec<&str> = self.query.all("dryRun").filter(|said| !said.is_empty()).collect();
        let dry_run = settle_dry_run(options, &asked)?;
        if let Some(others) = &mut others {
            self.show_eviction(others, store, Stage::Validating, &eviction)?;
        }
        let options = if is_said { &eviction["deleteOptions"] } else { &nothing };
        let mut writer = Writer { dry_run, ..Writer::new(store, now) };
        let evicted = writer.evict(self.target(), options);
        writer.settle();
        evicted?;
        let answer =
            json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201 });
        Ok(json_answer(201, layout::text(&answer)))
    }

    fn show_eviction(
        &self,
        others: &mut Admission,
        store: &Store,
        stage: Stage,
        eviction: &Value,
    ) -> Result<Option<Document>, Status> {
        let object = Some(Document::of_built_in(eviction));
        others.admit(store, Round::new(stage, Operation::Create, self.name(), object, None))
    }

    fn not_for_evictions(&self) -> Status {
        let about = About { kind: "Eviction", group: "policy", name: self.name() };
        let field = format!("deleteOptions.{UNREADABLE}");
        let why = "can not be set for pod eviction, try after removing the option";
        Status::invalid(about, vec![Cause::invalid_value(field, &true.into(), why)])
    }
}

/// Whether nothing is to be written, by the options of the request and those of the deletion.
///
/// # Errors
///
/// They contradict each other.
fn settle_dry_run(options: &mut Value, asked: &[&str]) -> Result<bool, Status> {
    let said = options["dryRun"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let said: Vec<&str> = said.collect();
    if !asked.is_empty() && !said.is_empty() && said != asked {
        return Err(Status::internal(format!(
            "Non-matching dry-run options in request and content: [{}] and [{}]",
            asked.join(" "),
            said.join(" ")
        )));
    }
    let is_dry_run = !said.is_empty() || !asked.is_empty();
    if said.is_empty() && !asked.is_empty() {
        options["dryRun"] = asked.into();
    }
    Ok(is_dry_run)
}
