//! How large the values of a place may be, which is worked out when it is first asked for.

use std::sync::OnceLock;

/// How large values may be, as far as what rules may cost depends on it.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    /// How many bytes it has at least, in another value; absent where rules do not see it.
    pub(crate) least: OnceLock<Option<u64>>,
    /// How many letters, items or entries it has at most.
    pub(crate) most: OnceLock<u64>,
}
