//! The kopf command: runs operators that are built as plugins.
