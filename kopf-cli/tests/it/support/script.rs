//! Tells the handlers of the scripted plugin how to end, and records every attempt.

use super::record::Record;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// One attempt of a handler.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) handler: String,
    /// How many attempts there were before, as the operator counts.
    pub(crate) retry: u32,
    pub(crate) reason: String,
    pub(crate) name: String,
    pub(crate) uid: String,
    pub(crate) spec: Value,
    /// How it was told to end; `None` while it is held.
    #[serde(skip)]
    pub(crate) end: Option<End>,
    #[serde(skip, default = "Instant::now")]
    pub(crate) begun_at: Instant,
}

/// One call as [`Script::calls_on`] tells of it.
pub(crate) fn called(handler: &str, n: i64) -> (String, Value) {
    (handler.to_owned(), json!(n))
}

/// How an attempt ends.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum End {
    Success,
    Result(Value),
    Temporary(Duration),
    Permanent,
    Error,
    Panic,
}

impl End {
    fn wire(&self) -> Value {
        let text = "as the test says";
        match self {
            End::Success => json!({ "end": "success" }),
            End::Result(result) => json!({ "end": "success", "result": result }),
            End::Temporary(delay) => {
                json!({ "end": "temporary", "text": text, "delay": delay.as_secs_f64() })
            }
            End::Permanent => json!({ "end": "permanent", "text": text }),
            End::Error => json!({ "end": "error", "text": text }),
            End::Panic => json!({ "end": "panic", "text": text }),
        }
    }
}

type Decide = Arc<dyn Fn(&Attempt) -> End + Send + Sync>;

/// What the handlers of one test do. Handlers that nothing was said of succeed at once.
pub(crate) struct Script {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    attempts: Record<Attempt>,
    ends: Mutex<HashMap<String, Decide>>,
    gates: Mutex<HashMap<String, watch::Receiver<bool>>>,
}

/// Holds the attempts of a handler until it is opened or dropped.
#[derive(Debug)]
pub(crate) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(crate) fn open(self) {
        self.0.send_replace(true);
    }
}

impl Script {
    pub(crate) async fn start() -> Script {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Arc::new(Shared { attempts: Record::new(), ends: Mutex::default(), gates: Mutex::default() });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, shared.clone()));
        Script { address, shared, _tasks: tasks }
    }

    /// Says how the attempts of `handler` end from now on.
    pub(crate) fn on(&self, handler: &str, end: impl Fn(&Attempt) -> End + Send + Sync + 'static) {
        self.shared.ends.lock().unwrap().insert(handler.to_owned(), Arc::new(end));
    }

    /// Holds all attempts of `handler` that begin from now on, and none that is among [`Script::attempts`] already.
    pub(crate) fn hold(&self, handler: &str) -> Gate {
        let (sender, receiver) = watch::channel(false);
        self.shared.gates.lock().unwrap().insert(handler.to_owned(), receiver);
        Gate(sender)
    }

    /// All attempts so far, in the order in which they began.
    pub(crate) fn attempts(&self) -> Vec<Attempt> {
        self.shared.attempts.all()
    }

    /// What was called on the object of this name: handlers, and the number in the spec that they saw.
    pub(crate) fn calls_on(&self, name: &str) -> Vec<(String, Value)> {
        let attempts = self.attempts().into_iter().filter(|attempt| attempt.name == name);
        attempts.map(|attempt| (attempt.handler, attempt.spec["n"].clone())).collect()
    }

    /// Waits until the attempts so far are as `wanted` says.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&[Attempt]) -> bool) -> Vec<Attempt> {
        self.shared.attempts.until(what, wanted).await
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let shared = shared.clone();
        // An operator that was killed in the middle leaves a broken connection: its attempt has no end.
        connections.spawn(async move {
            let _broken = answer(&shared, stream).await;
        });
    }
}

async fn answer(shared: &Shared, stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    let attempt: Attempt = serde_json::from_str(&line)?;
    let (position, gate) = {
        let gates = shared.gates.lock().unwrap();
        (shared.attempts.push(attempt.clone()), gates.get(&attempt.handler).cloned())
    };
    if let Some(mut gate) = gate {
        // A gate that was dropped is open.
        let _dropped = gate.wait_for(|open| *open).await;
    }
    let decide = shared.ends.lock().unwrap().get(&attempt.handler).cloned();
    let end = decide.map_or(End::Success, |decide| decide(&attempt));
    shared.attempts.amend(position, |attempt| attempt.end = Some(end.clone()));
    stream.get_mut().write_all(format!("{}\n", end.wire()).as_bytes()).await
}
