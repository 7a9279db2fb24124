//! What each argument makes of a call.
