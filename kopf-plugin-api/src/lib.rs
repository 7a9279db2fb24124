//! Write a Kubernetes operator as functions with an attribute; kopf runs them.
