//! Images, rights, probes, an end.
//!
//! # Image
//!
//! `kopf`, the library, and nothing else: `ENTRYPOINT ["kopf", "run", "/plugin.so"]`. A folder for temporary files must
//! be writable, for a plugin is opened as a copy of its own. The READMEs of the repository's `plugins` have a Dockerfile and
//! a manifest each.
//!
//! # Rights
//!
//! | for | verbs |
//! |---|---|
//! | each resource with handlers | list, watch, get, patch |
//! | its status, where it is a subresource | patch of `<plural>/status` |
//! | `customresourcedefinitions.apiextensions.k8s.io` | list, watch: to learn of new resources at once |
//! | `namespaces` | list, watch; with patterns of `-n` alone |
//! | `events.events.k8s.io` | create, patch; not with `--events none` |
//! | `kopfpeerings.kopf.dev`, `clusterkopfpeerings.kopf.dev` | list, watch, get, patch; not with `--standalone` |
//! | what handlers do by the [client](mod@crate::client) | what they do |
//!
//! What is missing is told of once an hour, with how to grant it, and the rest goes on.
//!
//! # Replicas
//!
//! One, with the strategy `Recreate`: two would do the same work twice, unless they are [peers](super::peers).
//!
//! # Probes
//!
//! `--http 0.0.0.0:8080` serves `/readyz`, which is well once all objects were listed, and `/healthz`, which is not while a
//! watch is silent for too long, a handler cannot be interrupted, or a [probe handler](crate::activity) fails.
//!
//! # The end
//!
//! At SIGTERM nothing new is begun, and handlers have `--grace` (25 seconds) to end; so `terminationGracePeriodSeconds` is to
//! be a little more than that. Daemons are told to stop, and cleanup handlers have a fifth of it. What was not
//! finished goes on at the next start.
