//! What is kept on objects, and what is promised by it.
//!
//! | on the object | what it is |
//! |---|---|
//! | `status.<id>` | what a handler has returned |
//! | annotation `<name>.kopf.dev/last-handled-configuration` | what was handled last |
//! | annotation `<name>.kopf.dev/<id>` | attempts of a handler, while it is not done |
//! | annotation `<name>.kopf.dev/kopf-managed` | tells other operators that these are none of their business |
//! | finalizer `<name>.kopf.dev/finalizer` | where a handler of the deletion, a daemon or a timer holds the object |
//!
//! So an operator needs no memory and no disk of its own, and can be killed at any moment: what it finds then is
//! compared with what was handled last, and what was begun goes on.
//!
//! # Essence
//!
//! What is compared is the object without its status, what the system writes into its metadata, and annotations of
//! operators of this kind. A field of those can be watched all the same, by `field = "status.phase"`. Two operators on one
//! object do not wake each other by their notes.
//!
//! # Creation, update, resume
//!
//! An object without a note is a creation, also when it is older than the operator. One that differs from the note is an
//! update, also when it was changed while no operator ran. One that does not is a resume, once in each process. So to have
//! a handler called for all objects at each start, it has [`on::create`](crate::on::create) and
//! [`on::resume`](crate::on::resume) both.
//!
//! A resume handler that is recorded within an update, while others of it are tried again, has had its turn for the
//! process that ends that update as well: what is recorded is not repeated. It is called by the next one.
//!
//! An object that no handler is for has no note. When it becomes one that a handler wants, that is a creation.
//!
//! # Large objects, and Secrets
//!
//! At most 64 KiB are kept. Of a larger object, and of Secrets always, it is digests alone: then `Old` is absent, though there
//! was a state before ([`Context::old_known`](crate::args::Context::old_known)), and `Diff` names top-level fields.
//!
//! # Deletion
//!
//! An object with an `on::delete` handler that is not `optional`, a daemon or a timer waits for the operator when it is
//! deleted. `kopf cleanup --name <name>` takes its notes and finalizers off all objects, when the operator is to go.
