//! A host that keeps the lines it is given, and a plugin started by it.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use abi_stable::{
    prefix_type::WithMetadata,
    std_types::{ROption, RResult, RStr, RVec},
};
use kopf_plugin_abi::{
    v1::{Bytes, FutureV1, HostV1, HostV1Ref, InvokeRequest, PluginV1Ref, Reply, op},
    wire::{Done, Failure, Init, Manifest},
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// As many hosts as there are tests; each has a table of its own, for its functions carry no data.
const HOSTS: usize = 64;

static LINES: [Mutex<Vec<Line>>; HOSTS] = [const { Mutex::new(Vec::new()) }; HOSTS];

/// A line as it came.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) level: u8,
    pub(crate) target: String,
    pub(crate) file: String,
    pub(crate) span: u64,
    pub(crate) fields: Value,
}

impl Line {
    pub(crate) fn message(&self) -> &str {
        self.fields["message"].as_str().unwrap_or_default()
    }
}

extern "C" fn log<const HOST: usize>(
    level: u8,
    target: RStr<'_>,
    file: RStr<'_>,
    _line: u32,
    span: u64,
    fields: RStr<'_>,
) {
    let fields = serde_json::from_str(&fields).expect("fields are JSON");
    // As a host does that shares the test's copy of tracing.
    tracing::info!(target: "host", "{target} says {fields}");
    let line = Line { level, target: target.to_string(), file: file.to_string(), span, fields };
    LINES[HOST].lock().unwrap().push(line);
}

extern "C" fn request(operation: u32, body: RVec<u8>) -> FutureV1 {
    // Time passes at once for everybody who waits.
    let answer =
        if operation == op::SLEEP { RResult::ROk(b"{}".as_slice().into()) } else { RResult::RErr(body) };
    FutureV1::new(std::future::ready(answer))
}

extern "C" fn control(operation: u32, _: RVec<u8>) -> Reply {
    match operation {
        op::NOW => RResult::ROk(br#"{"unix_ms":1000}"#.as_slice().into()),
        _ => RResult::RErr(b"{}".as_slice().into()),
    }
}

const fn functions<const HOST: usize>() -> WithMetadata<HostV1> {
    WithMetadata::new(HostV1 { log: log::<HOST>, request, control })
}

macro_rules! tables {
    ($($row:literal)*) => {
        [$(
            &functions::<{ $row }>(), &functions::<{ $row + 1 }>(), &functions::<{ $row + 2 }>(),
            &functions::<{ $row + 3 }>(), &functions::<{ $row + 4 }>(), &functions::<{ $row + 5 }>(),
            &functions::<{ $row + 6 }>(), &functions::<{ $row + 7 }>(),
        )*]
    };
}

static TABLES: [&WithMetadata<HostV1>; HOSTS] = tables!(0 8 16 24 32 40 48 56);

/// The host with this number.
pub(crate) fn table(number: usize) -> HostV1Ref {
    HostV1Ref(TABLES[number].static_as_prefix())
}

/// A plugin and its host, for one test.
pub(crate) struct Started {
    pub(crate) root: PluginV1Ref,
    pub(crate) manifest: Manifest,
    number: usize,
    runtime: Runtime,
}

/// Starts the handlers of this binary, at the level of debug lines.
pub(crate) fn start() -> Started {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let root = kopf_plugin_api::testing::root();
    let host = table(number);
    let config = Init { host: "0.1.0".into(), level: 4, package: Some("kopf-plugin-api".into()) };
    let reply = root.init()(host, serde_json::to_vec(&config).unwrap().into());
    let manifest = serde_json::from_slice(&reply.into_result().expect("the plugin starts")).unwrap();
    Started { root, manifest, number, runtime: Builder::new_current_thread().build().unwrap() }
}

impl Started {
    /// Calls a handler on an object, and waits for what it answers.
    #[track_caller]
    pub(crate) fn call(&self, id: &str, object: &Value) -> Result<Done, Failure> {
        self.call_text(id, &object.to_string(), 0)
    }

    #[track_caller]
    pub(crate) fn call_text(&self, id: &str, object: &str, span: u64) -> Result<Done, Failure> {
        let (place, asynchronous) = self.find(id);
        let request = request_for(place, object, span);
        let reply = if asynchronous {
            self.runtime.block_on(self.root.call()(request))
        } else {
            self.root.call_sync()(request)
        };
        read(reply)
    }

    /// Begins a call of an asynchronous handler, polls it once, and lets go of it.
    #[track_caller]
    pub(crate) fn cancel(&self, id: &str, span: u64) {
        let (place, asynchronous) = self.find(id);
        assert!(asynchronous);
        let mut future = self.root.call()(request_for(place, "{}", span));
        self.runtime.block_on(async {
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(std::pin::Pin::new(&mut future).poll(context).is_ready())
            });
            assert!(!polled.await, "it waits");
        });
    }

    pub(crate) fn control(&self, operation: u32) -> Result<Value, Failure> {
        self.tell(operation, &json!({}))
    }

    pub(crate) fn tell(&self, operation: u32, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string().into_bytes();
        let reply = self.runtime.block_on(self.root.control()(operation, body.into()));
        reply
            .into_result()
            .map(|bytes| serde_json::from_slice(&bytes).unwrap())
            .map_err(|bytes| failure(&bytes))
    }

    /// The lines that came.
    pub(crate) fn lines(&self) -> Vec<Line> {
        LINES[self.number].lock().unwrap().clone()
    }

    /// The only line with this text in it.
    #[track_caller]
    pub(crate) fn line(&self, text: &str) -> Line {
        let lines = self.lines();
        let mut found = lines.iter().filter(|line| line.message().contains(text));
        let line = found.next().unwrap_or_else(|| panic!("no line has {text:?} in it: {lines:#?}"));
        assert!(found.next().is_none(), "several lines have {text:?} in them: {lines:#?}");
        line.clone()
    }

    /// A handler's place in the manifest.
    #[track_caller]
    pub(crate) fn place(&self, id: &str) -> u32 {
        self.find(id).0
    }

    #[track_caller]
    fn find(&self, id: &str) -> (u32, bool) {
        let place = self.manifest.handlers.iter().position(|handler| handler.id == id);
        let place = place.unwrap_or_else(|| panic!("no handler {id}"));
        (u32::try_from(place).unwrap(), self.manifest.handlers[place].asynchronous)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let retired = self.control(op::RETIRE);
        if !std::thread::panicking() {
            assert_eq!(retired.ok(), Some(json!({})));
        }
    }
}

pub(crate) fn request_for(handler: u32, object: &str, span: u64) -> InvokeRequest {
    let bytes = |text: &str| Bytes::new(text.as_bytes().to_vec().into());
    let context = json!({ "reason": "create", "new": { "size": 2 } }).to_string();
    InvokeRequest {
        handler,
        flags: 0,
        span,
        object: bytes(object),
        old: ROption::RSome(bytes(r#"{"size":1}"#)),
        context: context.into_bytes().into(),
    }
}

pub(crate) fn read(reply: Reply) -> Result<Done, Failure> {
    match reply {
        RResult::ROk(bytes) => Ok(serde_json::from_slice(&bytes).expect("an answer is a `Done`")),
        RResult::RErr(bytes) => Err(failure(&bytes)),
    }
}

fn failure(bytes: &[u8]) -> Failure {
    serde_json::from_slice(bytes).expect("an error is a `Failure`")
}
