//! The attributes of kopf plugins.
