//! Checks of texts: how long they are, and what they look like.

use super::{Shape, place::Place, types::Fault};
use crate::status::Cause;

/// The first thing that is wrong with a text.
pub(super) fn text_fault(text: &str, shape: Shape<'_>, place: &Place<'_>) -> Option<Fault> {
    let limits = shape.limits()?;
    let length = || text.chars().count() as u64;
    if let Some(most) = limits.max_length.filter(|most| length() > *most) {
        return Some(Fault::of(place, Cause::too_long("", most)));
    }
    if let Some(least) = limits.min_length.filter(|least| length() < *least) {
        let should = format!("should be at least {least} chars long");
        return Some(Fault::invalid(place, &text.into(), &should));
    }
    let pattern = limits.pattern.as_ref().filter(|pattern| !pattern.fits(text))?;
    Some(Fault::invalid(place, &text.into(), &format!("should match '{}'", pattern.written)))
}
