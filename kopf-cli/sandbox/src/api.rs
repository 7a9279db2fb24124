//! The API: one handler for all resources, from a request to an answer.

mod admitted;
mod asked;
mod below;
mod bodies;
mod content;
mod documents;
mod evictions;
mod proxies;
mod reviewing;
mod scales;
mod streams;
mod writing;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, future::BoxFuture};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri, header};

use crate::{
    access::{self, Access},
    body::{Body, Cut},
    clock::Clock,
    faults::{Effect, Faults},
    form::{Form, Include, Sheet},
    journal::{Entry, Journal},
    json as deep,
    list::{self, Listing},
    logs::Logs,
    media::{self, Answer, Topic},
    openapi,
    options::Options,
    protobuf::{self, layout},
    rbac::Attributes,
    request::{Action, Path, Query, ResourcePath},
    resources::{self, NAMESPACES, View},
    reviews,
    status::Status,
    store::Store,
    stranded, strict,
    tables::served,
    tokens::Known,
    user::User,
    watch::{Surroundings, Watcher},
    write::{Target, Written},
};

use asked::Part;
pub(crate) use bodies::finished;

/// How large a body may be.
pub(crate) const MAX_BODY: usize = 3 * 1024 * 1024;

/// A request, its body read; `None` where that was larger than [`MAX_BODY`].
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) user: User,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

impl Request {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The parts of a sandbox. Clones are the same sandbox.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) store: Arc<Mutex<Store>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) journal: Journal,
    pub(crate) faults: Faults,
    pub(crate) access: Access,
    pub(crate) logs: Arc<Mutex<Logs>>,
    pub(crate) open_api: Arc<Mutex<openapi::v2::Kept>>,
}

impl Api {
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the store on a stack that whatever is in it needs.
    pub(crate) fn on_stack<T>(&self, look: impl FnOnce(&Store) -> T) -> T {
        let store = self.store();
        deep::with_stack(store.deepest() + 1, || look(&store))
    }

    /// Answers who has no token, of what anybody is told: neither noted nor struck by faults, which are for clients.
    pub(crate) fn publicly(&self, uri: &Uri, headers: &HeaderMap) -> Response<Body> {
        let request = Request {
            method: Method::GET,
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            user: access::anonymous(),
            headers: headers.clone(),
            body: None,
        };
        let accept = request.header(header::ACCEPT);
        let answer = self
            .authorize(&request)
            .and_then(|_| self.document(&Path::parse(&request.path), &request, accept))
            .unwrap_or_else(|status| refuse(&status));
        finished(answer, &request.path, &request.query, headers)
    }

    /// Handles a request, with what may go wrong on the way.
    pub(crate) async fn handle(&self, request: Request) -> Result<Response<Body>, Cut> {
        let mut entry = Entry {
            at: self.clock.now(),
            method: request.method.to_string(),
            path: request.path.clone(),
            query: request.query.clone(),
            content_type: request.header(header::CONTENT_TYPE).to_owned(),
            user: request.user.name.to_string(),
            user_agent: request.header(header::USER_AGENT).to_owned(),
            body: request.body.clone().unwrap_or_default(),
            ..Entry::default()
        };
        self.journal.begin(&mut entry);
        let effect = self.faults.strike(&entry);
        match effect {
            Some(Effect::Cut) => return Err(Cut),
            Some(Effect::Stall(span)) => {
                self.after(span).await;
            }
            _ => {}
        }
        let outcome = match effect.and_then(Effect::refusal) {
            Some(refusal) => Err(refusal),
            None => self.answer(&request, effect).await,
        };
        let response = outcome.unwrap_or_else(|status| refuse(&status));
        let response = finished(response, &request.path, &request.query, &request.headers);
        if effect == Some(Effect::LostAnswer) {
            return Err(Cut);
        }
        self.journal.end(entry.number, response.status().as_u16());
        Ok(match effect {
            Some(Effect::Slow(span)) => {
                let api = self.clone();
                response.map(|body| body.slowly(move || api.after(span)))
            }
            Some(Effect::CutShort) => response.map(Body::cut_short),
            _ => response,
        })
    }

    /// Resolves after so long, by the sandbox's clock.
    fn after(&self, span: Duration) -> BoxFuture<'static, ()> {
        let until = self.clock.now().checked_add(span).unwrap_or(jiff::Timestamp::MAX);
        self.clock.sleep_until(until)
    }

    async fn answer(&self, request: &Request, effect: Option<Effect>) -> Result<Response<Body>, Status> {
        let accept = request.header(header::ACCEPT);
        let user = self.authorize(request)?;
        let path = match Path::parse(&request.path) {
            Path::Resource(path) => path,
            other => return self.document(&other, request, accept),
        };
        if let Some(view) = reviews::kind(&path).and_then(resources::review) {
            let query = Query::parse(&request.query);
            let (view, part, answer) = (view.clone(), Part::Whole, Answer::Json);
            return Ask { api: self, user, view, path, query, request, part, answer }.review();
        }
        let Some(view) = self.store().catalog.view(&path.group, &path.version, &path.plural) else {
            if resources::is_undone(&path.group, &path.version, &path.plural) {
                return Err(Status::not_implemented(&format!("the resource {}", path.plural)));
            }
            return if served::is_group(&path.group) {
                Err(Status::no_resource())
            } else {
                Ok(page_not_found())
            };
        };
        let query = Query::parse(&request.query);
        let topic = match () {
            () if view.resource.rules.custom => Topic::Custom,
            () if has_no_tables(&view, &path) => Topic::Untabled,
            () => Topic::BuiltIn,
        };
        let answers_objects = media::negotiate(accept, topic);
        if path.namespace.is_some() && !view.resource.namespaced {
            return if view.resource.rules.custom {
                Ok(page_not_found())
            } else {
                Err(Status::no_resource())
            };
        }
        if let Some(stream) = streams::named(&view, &path) {
            let (part, answer) = (Part::Stream(stream), Answer::Json);
            return Ask { api: self, user, view, path, query, request, part, answer }.stream(stream);
        }
        if evictions::is_named(&view, &path) {
            let (part, answer) = (Part::Eviction, evictions::answer(request, answers_objects)?);
            return Ask { api: self, user, view, path, query, request, part, answer }.evict().await;
        }
        let custom = view.resource.rules.custom;
        let action = Action::of(&request.method, &path, &query, custom).map_err(|refusal| {
            // A method that no verb of the API stands for has no name there.
            if custom && refusal.code == 405 { Status::not_supported("", view.about("")) } else { refusal }
        });
        if view.resource.namespaced
            && path.namespace.is_none()
            && !matches!(action, Ok(Action::List | Action::Watch))
        {
            // Over all namespaces there are only lists and watches.
            return match path.name {
                _ if custom => Ok(page_not_found()),
                Some(_) => Err(Status::no_resource()),
                None => Err(Status::method_not_allowed()),
            };
        }
        let checked = asked::check(&view, &path, action, accept, answers_objects);
        // What is not there of a built-in kind nobody is warned of.
        let deprecated = view.version().deprecated.clone().filter(|_| custom || checked.is_ok());
        let answer = match checked {
            Ok((part, action, answer)) => {
                Ask { api: self, user, view, path, query, request, part, answer }.act(action, effect).await
            }
            Err(status) => Err(status),
        };
        let Some(words) = deprecated else { return answer };
        let words = strict::header(&words);
        Ok(warned_first(answer.unwrap_or_else(|status| refuse(&status)), &words))
    }

    /// Who presents a token, if anybody does.
    pub(crate) fn identify(&self, token: &str) -> Option<Known> {
        let known = || self.access.authenticate(&mut self.store(), token, &[], self.clock.now());
        // Whoever has a kubeconfig need not wait for the objects.
        self.access.introduced(token).map(Known::from).or_else(|| known().ok())
    }

    /// Whom a request is made as; refuses those who may not make it.
    fn authorize(&self, request: &Request) -> Result<User, Status> {
        self.on_stack(|store| {
            let what = Attributes::of(&request.method, &request.path, &request.query);
            let user = self.access.acting(store, &request.user, &request.headers, &what)?;
            match self.access.allows(store, &user, &what) {
                Ok(_) => Ok(user),
                Err(reason) => Err(what.forbidden(&user, &reason)),
            }
        })
    }
}

/// A request to a resource that there is.
struct Ask<'a> {
    api: &'a Api,
    user: User,
    view: View,
    path: ResourcePath,
    query: Query,
    request: &'a Request,
    part: Part,
    answer: Answer,
}

impl Ask<'_> {
    /// Does what is asked.
    async fn act(&self, action: Action, effect: Option<Effect>) -> Result<Response<Body>, Status> {
        let part = self.part;
        match action {
            Action::Get if part == Part::Log => self.log(),
            Action::Get if part == Part::Scale => self.scale(),
            Action::Update | Action::Patch if part == Part::Scale => {
                self.admitted(&mut None, |others| self.rescale(action, others)).await
            }
            Action::Get => self.get(),
            Action::List => self.list(),
            Action::Watch => self.watch(effect),
            Action::Delete => self.delete().await,
            Action::DeleteCollection => self.delete_collection().await,
            Action::Create | Action::Update | Action::Patch => {
                self.admitted(&mut None, |others| self.write(action, others)).await
            }
        }
    }

    /// How objects are shown; known once there is something to show.
    fn form(&self, list: bool) -> Result<Form, Status> {
        Ok(match self.answer {
            Answer::Json | Answer::Aggregated => Form::Whole,
            Answer::Table(meta) => Form::Table(meta, Include::parse(&self.query)?),
            Answer::Metadata(meta) if !list => Form::Metadata(meta),
            Answer::MetadataList(meta) if list => Form::Metadata(meta),
            Answer::Metadata(_) => return Err(Status::is_a_list(&self.view.resource)),
            Answer::MetadataList(_) => return Err(Status::is_no_list(&self.view.resource)),
        })
    }

    /// The answer that is an object.
    fn show(&self, code: u16, object: &Bytes, depth: usize) -> Result<Response<Body>, Status> {
        let sheet = Sheet::of(&self.view, self.api.clock.now());
        Ok(json_answer(code, self.form(false)?.show(object, depth, sheet, true)))
    }

    fn namespace(&self) -> &str {
        self.path.namespace.as_deref().unwrap_or_default()
    }

    fn name(&self) -> &str {
        self.path.name.as_deref().unwrap_or_default()
    }

    fn target(&self) -> Target<'_> {
        Target { view: &self.view, namespace: self.namespace(), name: self.name() }
    }

    fn body(&self) -> Result<&Bytes, Status> {
        self.request.body.as_ref().ok_or_else(|| Status::too_large(MAX_BODY))
    }

    fn get(&self) -> Result<Response<Body>, Status> {
        let store = self.api.store();
        let asked = list::parse_revision(self.query.get("resourceVersion"))
            .map_err(|why| Status::internal(format!("resourceVersion: {why}")))?;
        if asked > store.revision() {
            return Err(Status::too_new(asked, store.revision()));
        }
        let found = store.get(&self.view.resource.key, self.namespace(), self.name()).cloned();
        drop(store);
        let object = found.ok_or_else(|| Status::not_found(self.view.about(self.name())))?;
        stranded::check_read(&self.view, &object)?;
        self.show(200, &object.shown(&self.view), object.depth(&self.view))
    }

    fn list(&self) -> Result<Response<Body>, Status> {
        self.show_list(&self.listing()?)
    }

    fn listing(&self) -> Result<Listing, Status> {
        self.list_by(&Options::parse(&self.query, &self.view, false)?)
    }

    /// What is to go is listed piece by piece.
    fn doomed(&self) -> Result<Listing, Status> {
        let mut options = Options::parse(&self.query, &self.view, false)?;
        if options.limit <= 0 && options.resource_version.is_empty() {
            options.limit = i64::MAX;
        }
        self.list_by(&options)
    }

    fn list_by(&self, options: &Options) -> Result<Listing, Status> {
        let now = self.api.clock.now();
        list::list(&self.api.store(), &self.view, self.path.namespace.as_deref(), options, now)
    }

    fn show_list(&self, listing: &Listing) -> Result<Response<Body>, Status> {
        let sheet = Sheet::of(&self.view, self.api.clock.now());
        Ok(json_answer(200, listing.print(&self.view, self.form(true)?, sheet)))
    }

    fn watch(&self, effect: Option<Effect>) -> Result<Response<Body>, Status> {
        let options = Options::parse(&self.query, &self.view, true)?;
        if let Answer::MetadataList(_) = self.answer {
            // What is no list cannot be told as one, so nothing is.
            return Ok(json_answer(200, ""));
        }
        let form = self.form(false)?;
        let surroundings = Surroundings {
            store: Arc::clone(&self.api.store),
            clock: Arc::clone(&self.api.clock),
            weather: self.api.faults.weather(),
            effect,
        };
        let watcher =
            Watcher::open(surroundings, self.view.clone(), self.path.namespace.clone(), options, form)?;
        let lines = watcher.stream();
        let metadata = matches!(self.answer, Answer::Metadata(_));
        let has_messages = metadata || !self.view.resource.rules.custom;
        if has_messages && media::in_protobuf(self.request.header(header::ACCEPT), metadata) {
            let frames = lines.map(|line| Ok(protobuf::answer::frame(&line?).unwrap_or_default()));
            return Ok(answer(200, "application/vnd.kubernetes.protobuf;stream=watch", Body::lines(frames)));
        }
        Ok(answer(200, "application/json", Body::lines(lines)))
    }

    fn written(&self, written: Written) -> Result<Response<Body>, Status> {
        match written {
            Written::Object { code, object } => {
                self.show(code, &object.shown(&self.view), object.depth(&self.view))
            }
            Written::Gone(status) => Ok(json_answer(200, layout::text(&status))),
        }
    }
}

/// The answer to who is not known.
pub(crate) fn unauthorized(uri: &Uri, headers: &HeaderMap) -> Response<Body> {
    let refusal = refuse(&Status::unauthorized());
    finished(refusal, uri.path(), uri.query().unwrap_or_default(), headers)
}

/// An answer with a warning before all others: of what is known before anything is looked at.
pub(crate) fn warned_first(mut response: Response<Body>, words: &str) -> Response<Body> {
    let Ok(first) = HeaderValue::from_bytes(words.as_bytes()) else { return response };
    let others: Vec<HeaderValue> = response.headers().get_all(header::WARNING).iter().cloned().collect();
    let headers = response.headers_mut();
    headers.insert(header::WARNING, first);
    for warning in others {
        headers.append(header::WARNING, warning);
    }
    response
}

/// Subresources that a server shows in no table.
fn has_no_tables(view: &View, path: &ResourcePath) -> bool {
    matches!(
        (&*view.resource.key, path.subresource.as_deref()),
        (NAMESPACES, Some("finalize"))
            | ("pods", Some("eviction"))
            | ("certificatesigningrequests.certificates.k8s.io", Some("approval"))
            | ("customresourcedefinitions.apiextensions.k8s.io", Some("status"))
            | ("apiservices.apiregistration.k8s.io", Some("status"))
    )
}

pub(crate) fn refuse(status: &Status) -> Response<Body> {
    let mut response = json_answer(status.code, layout::text(&status.to_value()));
    if let Some(seconds) = status.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status.of_rights {
        take_at_its_word(&mut response);
    }
    response
}

fn page_not_found() -> Response<Body> {
    text(StatusCode::NOT_FOUND, "404 page not found\n")
}

fn text(code: StatusCode, text: impl Into<Bytes>) -> Response<Body> {
    let mut response = answer(code.as_u16(), "text/plain; charset=utf-8", Body::whole(text));
    take_at_its_word(&mut response);
    response
}

/// Has browsers not look for themselves what an answer is.
fn take_at_its_word(response: &mut Response<Body>) {
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

fn json_answer(code: u16, body: impl Into<Bytes>) -> Response<Body> {
    answer(code, "application/json", Body::whole(body))
}

fn answer(code: u16, media: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache, private"));
    response
}
