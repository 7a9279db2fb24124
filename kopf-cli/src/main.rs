//! The `kopf` binary.

fn main() {}
