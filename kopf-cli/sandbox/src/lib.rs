//! A Kubernetes API server in memory, for developing and testing operators.
//!
//! What it does it does as kube-apiserver 1.37 does; what it does not do it refuses with 501 and a `Status` that names it:
//! answers in YAML, subresources but for `/status`, `/scale`, `/log`, `/finalize` and `/approval`, conversion webhooks.
//!
//! Custom resources are pruned, defaulted and checked by their schemas and rules; what a rule may cost is estimated when it is
//! defined and counted as it runs, and its types are checked. Built-in kinds are read by their types
//! (see `tables`), completed as far as a table says, and checked by the rules of the kinds that operators meet (see `builtin`),
//! in the words of the real server.
//!
//! Of the controllers of a cluster it has those that see to definitions, to namespaces that go, and to owners and their
//! dependents: what they do follows each write at once, in events without a pause. It has none that run anything: pods stay
//! `Pending`, and one that is deleted goes at once. [`Builder::simulate`] lets workloads say that they run.
//!
//! Admission webhooks are called for real, and policies in CEL evaluated (see `admission`); no call holds the store.
//!
//! Whom a token names is known, and acts as another where the headers say so. Everybody may do everything, unless roles
//! and bindings are to say who may ([`Builder::rbac`]); nobody then gives away rights that they do not have.
//!
//! The way of a request, top down: [`Service`] or [`Server`] → `api` → `write`, `list` or `watch` → `store`.

#![forbid(unsafe_code)]

// The faces.
mod sandbox;
mod server;
mod service;
mod tls;
mod user;

// Who may do what.
mod access;
mod rbac;
mod reading;
mod recognition;
mod reviews;
mod tokens;

// From a request to an answer.
mod api;
mod body;
mod deletion;
mod discovery;
mod eviction;
mod form;
mod jsonpath;
mod list;
mod media;
mod openapi;
mod options;
mod pretty;
mod request;
mod status;
mod strict;
mod watch;
mod yaml;

// The rules of objects.
mod admission;
mod asn1;
mod builtin;
mod cel;
mod crd;
mod der;
mod encoded;
mod events;
mod formats;
mod incoming;
mod kinds;
mod logs;
mod managed;
mod meta;
mod names;
mod net;
mod patch;
mod patterns;
mod pem;
mod printed;
mod protobuf;
mod quantity;
mod resources;
mod scale;
mod schema;
mod selectors;
mod times;
mod write;

// What controllers do.
mod controllers;

// What is kept.
mod ids;
mod json;
mod object;
mod ring;
mod state;
mod store;
mod stranded;
mod tables;

// For tests of clients.
mod clock;
mod faults;
mod journal;

pub use body::{Body, Cut};
pub use clock::{Clock, SystemClock};
pub use faults::{Effect, Fault, Faults};
pub use journal::{Entry, Journal};
pub use sandbox::{BuildError, Builder, Sandbox};
pub use server::Server;
pub use service::Service;
pub use state::{Snapshot, StateError};
pub use status::Status;
pub use yaml::yaml_documents;
