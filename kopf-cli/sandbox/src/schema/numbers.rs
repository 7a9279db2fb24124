//! Checks of numbers: their range, their bounds, and what they are multiples of.

use serde_json::{Number, Value};

use super::{Kind, Limits, Shape, place::Place, takes_format, types::Fault};
use crate::printed;

/// Integers up to here are told apart by a float.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// A number that the type or its format has no room for.
pub(super) fn range_fault(number: &Number, shape: Shape<'_>, place: &Place<'_>) -> Option<Fault> {
    range_text(number, shape, "Checked", place).map(Fault::plain)
}

fn range_text(number: &Number, shape: Shape<'_>, what: &str, place: &Place<'_>) -> Option<String> {
    let kind = shape.kind().filter(|_| !shape.int_or_string())?;
    let format = shape.format().filter(|format| takes_format(Some(kind), format));
    let float = number.as_f64().unwrap_or(f64::NAN);
    let fits = match (kind, format) {
        (Kind::Integer, Some("int32")) => {
            number.as_i64().or_else(|| whole(float)).is_some_and(|number| i32::try_from(number).is_ok())
        }
        (Kind::Integer, _) => number.is_i64() || whole(float).is_some(),
        (Kind::Number, Some("float")) => float.abs() <= f64::from(f32::MAX),
        _ => true,
    };
    let format = format.map_or("(default format)".to_owned(), |format| format!("with format {format}"));
    let named = kind.name();
    (!fits).then(|| format!("{what} value must be of type {named} {format} in {}", place.dotted()))
}

pub(super) fn whole(float: f64) -> Option<i64> {
    (float.fract() == 0.0 && float.abs() < 9.2e18).then_some(float as i64)
}

/// What is wrong with a number by its bounds.
pub(super) fn number_faults(
    number: &Number,
    shape: Shape<'_>,
    limits: &Limits,
    place: &Place<'_>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    let float = number.as_f64().unwrap_or(f64::NAN);
    let (whole, real): (Value, Value) = (number.clone().into(), float.into());
    // A bound that the type has no room for is told of, and then both are taken for floats.
    let native = |bound: f64, what: &str, faults: &mut Vec<Fault>| {
        let misfit = Number::from_f64(bound).and_then(|bound| range_text(&bound, shape, what, place));
        let fits = misfit.is_none();
        faults.extend(misfit.map(Fault::plain));
        number.as_i64().filter(|_| fits)
    };
    if let Some(factor) = limits.multiple_of {
        // Whole numbers are looked at by what is whole of the factor.
        let (value, factor, multiple): (_, Value, _) = match native(factor, "MultipleOf", &mut faults) {
            Some(number) => {
                let factor = factor as i64;
                (&whole, factor.into(), (factor > 0).then(|| number % factor == 0))
            }
            None => {
                let times = if factor < 1.0 { 1.0 / factor * float } else { float / factor };
                (&real, factor.into(), (factor > 0.0).then(|| nearly_whole(times)))
            }
        };
        let said = printed::plain(&factor);
        match multiple {
            Some(true) => {}
            Some(false) => {
                faults.push(Fault::invalid(place, value, &format!("should be a multiple of {said}")));
            }
            None => faults.push(Fault::no_factor(place, &factor, &said)),
        }
    }
    let bound = |bound: f64, exclusive: bool, upper: bool, faults: &mut Vec<Fault>| {
        let what = if upper { "Maximum boundary" } else { "Minimum boundary" };
        let (value, said, order) = match native(bound, what, faults) {
            Some(number) => (&whole, (bound as i64).to_string(), Some(number.cmp(&(bound as i64)))),
            None => (&real, printed::float(bound), float.partial_cmp(&bound)),
        };
        let Some(order) = order else { return };
        let beyond = if upper { order.is_gt() } else { order.is_lt() };
        if beyond || exclusive && order.is_eq() {
            let than = match (upper, exclusive) {
                (true, true) => "less than",
                (true, false) => "less than or equal to",
                (false, true) => "greater than",
                (false, false) => "greater than or equal to",
            };
            faults.push(Fault::invalid(place, value, &format!("should be {than} {said}")));
        }
    };
    if let Some(least) = limits.minimum {
        bound(least, limits.exclusive_minimum, false, &mut faults);
    }
    if let Some(most) = limits.maximum {
        bound(most, limits.exclusive_maximum, true, &mut faults);
    }
    faults
}

/// Whether a float passes for an integer: as far as floats tell integers apart, with an error of a billionth.
pub(super) fn nearly_whole(number: f64) -> bool {
    number.abs() <= EXACT && {
        let off = (number - number.trunc()).abs();
        off == 0.0 || off / (number.abs() + number.trunc().abs()) < 1e-9
    }
}
