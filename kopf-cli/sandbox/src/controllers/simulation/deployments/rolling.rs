//! How many pods more or fewer than it wants a deployment may have while it rolls out.

use serde_json::Value;

/// How many pods it may lack and be available: a part of them is rounded down, and where none may be lacking or added, one may.
pub(super) fn may_lack(deployment: &Value, wanted: u64) -> u64 {
    let Some(rolling) = rolling(deployment) else { return 0 };
    let lacking = amount(&rolling["maxUnavailable"], |hundredths| hundredths.saturating_mul(wanted) / 100);
    let least = if may_add(deployment, wanted) == 0 { 1 } else { 0 };
    lacking.max(least).min(wanted)
}

/// How many it may have besides; a part of them is rounded up.
pub(super) fn may_add(deployment: &Value, wanted: u64) -> u64 {
    rolling(deployment).map_or(0, |rolling| {
        amount(&rolling["maxSurge"], |hundredths| hundredths.saturating_mul(wanted).div_ceil(100))
    })
}

fn rolling(deployment: &Value) -> Option<&Value> {
    let strategy = &deployment["spec"]["strategy"];
    (strategy["type"] == "RollingUpdate").then(|| &strategy["rollingUpdate"])
}

/// A number, or what is told by hundredths.
fn amount(said: &Value, of: impl FnOnce(u64) -> u64) -> u64 {
    match said {
        Value::String(part) => of(part.trim_end_matches('%').parse().unwrap_or_default()),
        number => number.as_u64().unwrap_or_default(),
    }
}
