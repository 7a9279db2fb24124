//! Writes a conclusion to its object, as the object is by then: again on a conflict, until written or gone.

use std::sync::Arc;

use bytes::Bytes;
use jiff::SignedDuration;
use kopf_core::{
    cycle::{Conclusion, Kept},
    functions::Wanted,
    object::{Header, Object, Version},
    patch::{self, Patches},
    report::Kind,
    rivals as core_rivals,
};
use serde_json::{Value, json};
use tracing::{debug, error, warn};

use crate::{
    Subject,
    cluster::{Error, Request, Response},
    io::Io,
    queue::Place,
    rights,
    rivals::{self, Note},
    source::Source,
    transform,
};

/// How often a conflict is answered at once. Somebody who writes more often than that is waited for.
const CONFLICTS: usize = 8;

/// How long results wait for the right to write them. Servers that have just started refuse what they allow later.
const DENIED: SignedDuration = SignedDuration::from_secs(60);

/// What became of a conclusion.
pub(crate) enum Settled {
    /// It stands on the object.
    Written {
        /// The object's version by our last write; none, if nothing had to be written.
        version: Option<Version>,
        /// The object as it is now, if somebody else has changed it meanwhile, or if it was asked for.
        fresh: Option<Bytes>,
        /// What did not fit on the object.
        kept: Option<Kept>,
        /// What is noted on it as handled last, if that has changed.
        note: Note,
    },
    /// The object is no more.
    Gone,
    /// It could not be written: what is left of it, and why.
    Later(Box<Conclusion>, Error),
}

/// Which object, and where.
pub(crate) struct Target<'a> {
    pub(crate) io: &'a Io,
    pub(crate) source: &'a Source,
    pub(crate) place: &'a Place,
    pub(crate) uid: &'a str,
}

enum Step {
    Written,
    /// What is left is sent again, as it looks now; this is why.
    Again(Error),
    Gone,
    Later(Error),
}

impl Target<'_> {
    pub(crate) fn path(&self) -> String {
        let namespace = self.place.namespace.as_deref();
        self.source.served().resource.object_path(namespace, &self.place.name)
    }

    /// Where to write to the object, or to a subresource such as `/status`: the server notes who has written.
    pub(crate) fn path_to_write(&self, subresource: &str) -> String {
        format!("{}{subresource}?fieldManager={}", self.path(), self.io.identity.field_manager())
    }

    /// The object as far as it is known without its bytes: which one it is.
    pub(crate) fn outline(&self) -> Value {
        outline(self.source, self.place, self.uid)
    }

    /// The object as it is now; `None` if it is gone, or another one has its name.
    pub(crate) async fn fetch(&self) -> Result<Option<Bytes>, Error> {
        match self.io.cluster.send(Request::get(self.path())).await {
            Ok(response) => {
                let same = Header::read(&response.body).is_ok_and(|header| &*header.uid == self.uid);
                Ok(same.then_some(response.body))
            }
            Err(error) if error.code() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes a conclusion that was made for the object as it is in hand.
    pub(crate) async fn settle(&self, subject: &Arc<Subject>, conclusion: Conclusion) -> Settled {
        let mut writing = Writing {
            target: self,
            conclusion,
            object: None,
            version: None,
            fresh: None,
            kept: None,
            note: None,
            has_status: self.source.served().resource.has_status(),
        };
        let mut conflicts = 0;
        loop {
            match writing.step(&subject.object).await {
                Step::Again(error) if conflicts >= CONFLICTS => {
                    return Settled::Later(Box::new(writing.conclusion), error);
                }
                Step::Again(_) => conflicts += 1,
                Step::Written => {
                    let Writing { version, fresh, kept, note, .. } = writing;
                    return Settled::Written { version, fresh, kept, note };
                }
                Step::Gone => return Settled::Gone,
                Step::Later(error) => return Settled::Later(Box::new(writing.conclusion), error),
            }
        }
    }
}

/// An object as far as it is known without its bytes.
pub(crate) fn outline(source: &Source, place: &Place, uid: &str) -> Value {
    let resource = &source.served().resource;
    json!({
        "apiVersion": resource.api_version(), "kind": resource.kind,
        "metadata": { "name": &*place.name, "namespace": place.namespace.as_deref(), "uid": uid },
    })
}

/// A conclusion on its way.
struct Writing<'a> {
    target: &'a Target<'a>,
    /// What is left of it.
    conclusion: Conclusion,
    /// The object as it was found after a conflict.
    object: Option<Object>,
    version: Option<Version>,
    fresh: Option<Bytes>,
    kept: Option<Kept>,
    note: Note,
    has_status: bool,
}

impl Writing<'_> {
    /// Sends what is left, as it looks on the newest object that is known.
    async fn step(&mut self, first: &Object) -> Step {
        let io = self.target.io;
        let object = self.object.as_ref().unwrap_or(first);
        if self.conclusion.wanted.is_to_run(&object.header.version) {
            let wanted = &mut self.conclusion.wanted;
            self.conclusion.patch = transform::patch(io, self.target.place, object, wanted).await;
        }
        let served = self.target.source.served();
        let Patches { status, mut main, unfit } =
            patch::compose(&self.conclusion, object, &io.identity, &served, self.has_status);
        self.kept = unfit;
        if let Some(status) = status {
            match self.send("/status", &status).await {
                Ok(answer) => {
                    self.tell_pruned(&answer.warnings);
                    self.wrote(answer, &mut main);
                    self.conclusion.forget_status();
                    io.complaints.is_over(&rights::trouble(&self.target.source.served().resource.name()));
                }
                Err(error) => return self.failed(first, error, true).await,
            }
        }
        if let Some(main) = main {
            match self.send("", &main).await {
                Ok(answer) => {
                    self.tell_pruned(&answer.warnings);
                    self.wrote(answer, &mut None);
                    let object = self.object.as_ref().unwrap_or(first);
                    self.note = core_rivals::note(&main, &object.body, &io.identity).or(self.note);
                }
                Err(error) => return self.failed(first, error, false).await,
            }
        }
        Step::Written
    }

    async fn send(&self, subresource: &str, patch: &Value) -> Result<Response, Error> {
        debug!(object = %self.target.place, "Merge-patching the object{subresource}.");
        let path = self.target.path_to_write(subresource);
        self.target.io.cluster.send(Request::merge_patch(path, patch)).await
    }

    /// Takes the answer to a write: what comes next is made for the version that it made.
    fn wrote(&mut self, answer: Response, next: &mut Option<Value>) {
        if let Ok(header) = Header::read(&answer.body) {
            if let Some(next) = next {
                patch::merge(next, &json!({ "metadata": { "resourceVersion": header.version.to_string() } }));
            }
            self.version = Some(header.version);
        }
        // Whoever plans again plans on what stands there now.
        if self.conclusion.again || self.object.is_some() {
            self.fresh = Some(answer.body);
        }
    }

    /// What a failed write means for the next.
    async fn failed(&mut self, first: &Object, error: Error, on_status: bool) -> Step {
        match error.code() {
            Some(409 | 404) => {}
            Some(400 | 413 | 422) => return self.rejected(error, on_status),
            Some(403) if on_status && self.is_status_denied(&error) => return Step::Again(error),
            _ => return Step::Later(error),
        }
        let body = match self.target.fetch().await {
            Ok(Some(body)) => body,
            Ok(None) => return Step::Gone,
            Err(error) => return Step::Later(error),
        };
        if error.code() == Some(404) {
            if !on_status {
                return Step::Later(error);
            }
            // The object is there, so it is the subresource that is not: the definition was changed.
            self.has_status = false;
        }
        match Object::parse(body.clone()) {
            Ok(object) => {
                let Target { io, source, place, .. } = *self.target;
                rivals::meet(io, source, place, self.object.as_ref().unwrap_or(first), &object);
                self.note = core_rivals::note(&object.body, &object.body, &io.identity);
                self.fresh = Some(body);
                self.object = Some(object);
                Step::Again(error)
            }
            Err(unreadable) => Step::Later(Error::Malformed(unreadable.to_string())),
        }
    }

    /// The server finds fault with what is in the write: what handlers put there goes, our state stays.
    fn rejected(&mut self, error: Error, on_status: bool) -> Step {
        let place = self.target.place;
        let resource = self.target.source.served().resource.name();
        if on_status || !self.conclusion.results.is_empty() {
            let ids: Vec<&str> = self.conclusion.results.keys().map(String::as_str).collect();
            let what = if ids.is_empty() { String::new() } else { format!(" of {}", ids.join(", ")) };
            error!(object = %place, %resource, "The status{what} is not kept, for the API server rejects it: {error}");
            self.drop_status();
            return Step::Again(error);
        }
        self.conclusion.wanted = Wanted::default();
        if self.conclusion.patch.take().is_some() {
            error!(object = %place, %resource, "What handlers wanted to change is not changed, for the API server rejects it: {error}");
            return Step::Again(error);
        }
        Step::Later(error)
    }

    fn drop_status(&mut self) {
        // Functions that want something of the status would want it again.
        if self.conclusion.patch.as_ref().is_some_and(|patch| patch.get("status").is_some()) {
            self.conclusion.wanted.functions.clear();
        }
        self.conclusion.forget_status();
    }

    /// Whether the status may not be written, as it seems for good: then what is left goes on without it.
    fn is_status_denied(&mut self, error: &Error) -> bool {
        let Target { io, source, .. } = self.target;
        let (resource, now) = (&source.served().resource, io.clock.now());
        let name = resource.name();
        if !io.complaints.has_lasted(&rights::trouble(&name), DENIED, now) {
            return false;
        }
        if io.complaints.is_due_hourly(&format!("right to write the status of {name}"), now) {
            let right = rights::to_write(resource);
            warn!("The status of objects of {name} is not kept, and the rest is; allow {right}: {error}");
        }
        self.drop_status();
        true
    }

    /// Tells once of results that the server drops, as it says in its warnings.
    fn tell_pruned(&self, warnings: &[String]) {
        let io = self.target.io;
        let resource = self.target.source.served().resource.name();
        for id in self.conclusion.results.keys() {
            let field = format!("\"status.{id}\"");
            if warnings.iter().any(|warning| warning.contains(&field)) && io.pruned.add(&resource, id) {
                let line = format!(
                    "status.{id} is not in the schema of {resource} and was dropped: declare it or set x-kubernetes-preserve-unknown-fields"
                );
                warn!(object = %self.target.place, %resource, "{line}");
                io.mailbox.post(Kind::Warning, "Pruned", &line, &self.target.outline(), io.clock.now());
            }
        }
    }
}
