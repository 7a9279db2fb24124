//! Runs a kopf plugin against a Kubernetes API server in memory, inside cargo test.
