//! A plugin's way to its host: lines, and requests.

use std::sync::atomic::{AtomicU8, Ordering};

use kopf_plugin_abi::v1::HostV1Ref;
use serde_json::{Map, Value};
use tracing::Dispatch;

use crate::courier::{Courier, Parcel};

/// The host of a plugin, and what it wants to hear.
pub(crate) struct Output {
    host: HostV1Ref,
    level: AtomicU8,
    /// The plugin's name, as a target of its own lines.
    name: String,
    /// Who brings the lines, where this thread must not.
    courier: Option<Courier>,
}

/// A line to be.
pub(crate) struct Line<'a> {
    /// 1 (error) to 5 (trace).
    pub(crate) level: u8,
    pub(crate) target: &'a str,
    pub(crate) file: Option<&'a str>,
    pub(crate) line: Option<u32>,
    /// The host's number for the attempt; zero outside of one.
    pub(crate) span: u64,
    pub(crate) fields: Map<String, Value>,
}

impl Output {
    /// With `subscriber`, the host shares the plugin's copy of tracing, and that is what it logs with.
    pub(crate) fn new(host: HostV1Ref, level: u8, name: &str, subscriber: Option<Dispatch>) -> Output {
        let courier = subscriber.and_then(|subscriber| Courier::start(host, subscriber).ok());
        Output { host, level: AtomicU8::new(level), name: name.replace('-', "_"), courier }
    }

    pub(crate) fn host(&self) -> HostV1Ref {
        self.host
    }

    pub(crate) fn level(&self) -> u8 {
        self.level.load(Ordering::Relaxed)
    }

    pub(crate) fn set_level(&self, level: u8) {
        self.level.store(level.clamp(1, 5), Ordering::Relaxed);
    }

    pub(crate) fn wants(&self, level: u8) -> bool {
        level <= self.level()
    }

    pub(crate) fn write(&self, line: &Line<'_>) {
        let fields = serde_json::to_string(&line.fields).unwrap_or_default();
        let file = line.file.unwrap_or_default();
        let number = line.line.unwrap_or(0);
        match &self.courier {
            None => {
                self.host.log()(
                    line.level,
                    line.target.into(),
                    file.into(),
                    number,
                    line.span,
                    fields.as_str().into(),
                );
            }
            Some(courier) => courier.send(Parcel {
                level: line.level,
                target: line.target.to_owned(),
                file: file.to_owned(),
                line: number,
                span: line.span,
                fields,
            }),
        }
    }

    /// A line about the plugin, in its name.
    pub(crate) fn say(&self, level: u8, span: u64, message: &str) {
        let fields = message_alone(message);
        self.write(&Line { level, target: &self.name, file: None, line: None, span, fields });
        self.flush();
    }

    /// Returns when the host has all lines so far.
    pub(crate) fn flush(&self) {
        if let Some(courier) = &self.courier {
            courier.wait();
        }
    }
}

/// The fields of a line that has no others.
pub(crate) fn message_alone(message: impl Into<Value>) -> Map<String, Value> {
    Map::from_iter([("message".to_owned(), message.into())])
}
