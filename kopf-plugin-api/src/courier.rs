//! Carries lines to a host that shares the plugin's copy of tracing, as in a test.
//!
//! Such a host logs by tracing itself, and tracing drops what is logged while it handles an event of the same thread.
//! So the lines are handed to the host by a thread of their own, under the host's subscriber.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc,
};

use kopf_plugin_abi::v1::HostV1Ref;
use tracing::Dispatch;

/// A line that waits to be told.
pub(crate) struct Parcel {
    pub(crate) level: u8,
    pub(crate) target: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) span: u64,
    pub(crate) fields: String,
}

enum Errand {
    Tell(Parcel),
    Report(mpsc::SyncSender<()>),
}

/// The thread, as its plugin sees it. It ends when its plugin does.
pub(crate) struct Courier {
    errands: mpsc::Sender<Errand>,
    sent: AtomicU64,
    told: Arc<AtomicU64>,
}

impl Courier {
    pub(crate) fn start(host: HostV1Ref, subscriber: Dispatch) -> std::io::Result<Courier> {
        let (errands, inbox) = mpsc::channel();
        let told = Arc::new(AtomicU64::new(0));
        let count = told.clone();
        let run = move || {
            for errand in inbox {
                match errand {
                    Errand::Tell(parcel) => {
                        let Parcel { level, target, file, line, span, fields } = parcel;
                        let (target, file, fields) = (target.as_str(), file.as_str(), fields.as_str());
                        host.log()(level, target.into(), file.into(), line, span, fields.into());
                        count.fetch_add(1, Ordering::Release);
                    }
                    Errand::Report(to) => drop(to.send(())),
                }
            }
        };
        std::thread::Builder::new()
            .name("kopf-courier".to_owned())
            .spawn(move || tracing::dispatcher::with_default(&subscriber, run))?;
        Ok(Courier { errands, sent: AtomicU64::new(0), told })
    }

    pub(crate) fn send(&self, parcel: Parcel) {
        self.sent.fetch_add(1, Ordering::Release);
        // The thread lives for as long as this handle does.
        drop(self.errands.send(Errand::Tell(parcel)));
    }

    /// Returns when all lines so far are told, so that they come before the answer of the handler that wrote them.
    pub(crate) fn wait(&self) {
        if self.told.load(Ordering::Acquire) < self.sent.load(Ordering::Acquire) {
            let (to, report) = mpsc::sync_channel(1);
            drop(self.errands.send(Errand::Report(to)));
            report.recv().ok();
        }
    }
}
