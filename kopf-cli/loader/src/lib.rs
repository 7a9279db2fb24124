//! Reads, checks and opens kopf plugins.
