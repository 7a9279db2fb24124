//! A Kubernetes API server in memory, for developing and testing operators.
