//! What else is said in certificates; what nobody knows is taken.

use std::collections::HashSet;

use super::{alternative, constraints, malformed};
use crate::der::{BOOLEAN, BYTES, Der, INTEGER, OBJECT, SEQUENCE, compound, plain};

const ACCESS: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01];
/// What a place in the web is in lists of others.
const PLACE: u8 = plain(6);

struct Extension<'a> {
    name: &'a [u8],
    is_critical: bool,
    value: Der<'a>,
}

/// All are read before any of them is looked into.
pub(super) fn check(mut list: Der<'_>) -> Result<(), String> {
    let mut list = list.within(SEQUENCE).ok_or_else(|| malformed("malformed extensions"))?;
    let (mut extensions, mut known) = (Vec::new(), HashSet::new());
    while !list.is_empty() {
        let said = list.within(SEQUENCE).ok_or_else(|| malformed("malformed extension"))?;
        let extension = read(said)?;
        if !known.insert(extension.name) {
            let name = printed(extension.name);
            return Err(malformed(&format!("certificate contains duplicate extension with OID \"{name}\"")));
        }
        extensions.push(extension);
    }
    extensions.iter().try_for_each(check_one)
}

fn read(mut said: Der<'_>) -> Result<Extension<'_>, String> {
    let name = said.object().ok_or_else(|| malformed("malformed extension OID field"))?;
    let is_critical = if said.is(BOOLEAN) { said.boolean() } else { Some(false) };
    let is_critical = is_critical.ok_or_else(|| malformed("malformed extension critical field"))?;
    let value = said.within(BYTES).ok_or_else(|| malformed("malformed extension value field"))?;
    Ok(Extension { name, is_critical, value })
}

/// Numbers with points between them, of which the first two are written as one.
fn printed(name: &[u8]) -> String {
    let numbers = name.split_inclusive(|byte| byte & 0x80 == 0);
    let mut numbers =
        numbers.map(|bytes| bytes.iter().fold(0u64, |number, byte| number << 7 | u64::from(byte & 0x7f)));
    let first = numbers.next().unwrap_or_default();
    let class = (first / 40).min(2);
    [class, first - 40 * class]
        .into_iter()
        .chain(numbers)
        .map(|number| number.to_string())
        .collect::<Vec<_>>()
        .join(".")
}

fn check_one(extension: &Extension<'_>) -> Result<(), String> {
    let Extension { name, is_critical, mut value } = *extension;
    let (is_fine, why) = match name {
        [0x55, 0x1d, number] => match number {
            14 | 35 if is_critical => {
                let what = if *number == 14 { "subject" } else { "authority" };
                return Err(malformed(&format!("{what} key identifier incorrectly marked critical")));
            }
            14 => (value.read(BYTES).is_some(), "invalid subject key identifier"),
            15 => (value.bits().is_some(), "invalid key usage"),
            17 => return alternative::check(value),
            19 => (is_basic(value), "invalid basic constraints"),
            30 => return constraints::check(value),
            31 => return check_revocation(value),
            32 => (has_policies(value), "invalid certificate policies"),
            33 => (has_mappings(value), "invalid policy mappings extension"),
            35 => (is_authority(value), "invalid authority key identifier"),
            36 => (is_policy_constraint(value), "invalid policy constraints extension"),
            37 => (has_usages(value), "invalid extended key usages"),
            54 => (value.integer(INTEGER).is_some(), "invalid inhibit any policy extension"),
            _ => return Ok(()),
        },
        ACCESS if is_critical => return Err(malformed("authority info access incorrectly marked critical")),
        ACCESS => (has_access(value), "invalid authority info access"),
        _ => return Ok(()),
    };
    if is_fine { Ok(()) } else { Err(malformed(why)) }
}

/// Whether a value is a list in which everything is as it should be.
fn is_list(value: Option<Der<'_>>, mut is_fine: impl FnMut(&mut Der<'_>) -> bool) -> bool {
    let Some(mut list) = value else { return false };
    while !list.is_empty() {
        if !is_fine(&mut list) {
            return false;
        }
    }
    true
}

fn is_basic(mut value: Der<'_>) -> bool {
    let Some(mut inside) = value.within(SEQUENCE) else { return false };
    (!inside.is(BOOLEAN) || inside.boolean().is_some())
        && (!inside.is(INTEGER) || inside.integer(INTEGER).is_some_and(|length| length >= 0))
}

fn check_revocation(mut value: Der<'_>) -> Result<(), String> {
    let mut list = value.within(SEQUENCE).ok_or_else(|| malformed("invalid CRL distribution points"))?;
    while !list.is_empty() {
        let is_fine = list.within(SEQUENCE).is_some_and(|mut point| match point.optional(compound(0)) {
            Some(Some(mut name)) => name.within(compound(0)).is_some_and(has_places),
            Some(None) => true,
            None => false,
        });
        if !is_fine {
            return Err(malformed("invalid CRL distribution point"));
        }
    }
    Ok(())
}

/// What stands behind places is not looked at.
fn has_places(mut names: Der<'_>) -> bool {
    while names.is(PLACE) {
        if names.read(PLACE).is_none() {
            return false;
        }
    }
    true
}

fn has_policies(mut value: Der<'_>) -> bool {
    let mut known = HashSet::new();
    is_list(value.within(SEQUENCE), |list| {
        let name = list.within(SEQUENCE).and_then(|mut policy| policy.read(OBJECT));
        name.is_some_and(|name| is_name(name) && known.insert(name.to_vec()))
    })
}

/// Whether bytes are numbers of any size, as short as can be.
fn is_name(name: &[u8]) -> bool {
    name.last().is_some_and(|last| last & 0x80 == 0)
        && name.split_inclusive(|byte| byte & 0x80 == 0).all(|number| number[0] != 0x80)
}

fn has_mappings(mut value: Der<'_>) -> bool {
    is_list(value.within(SEQUENCE), |list| {
        let mapping = list.within(SEQUENCE);
        mapping.is_some_and(|mut both| both.read(OBJECT).is_some() && both.read(OBJECT).is_some())
    })
}

fn is_authority(mut value: Der<'_>) -> bool {
    let inside = value.within(SEQUENCE);
    inside.is_some_and(|mut inside| inside.optional(plain(0)).is_some())
}

fn is_policy_constraint(mut value: Der<'_>) -> bool {
    let Some(mut inside) = value.within(SEQUENCE) else { return false };
    [plain(0), plain(1)].into_iter().all(|kind| !inside.is(kind) || inside.integer(kind).is_some())
}

fn has_usages(mut value: Der<'_>) -> bool {
    is_list(value.within(SEQUENCE), |list| list.object().is_some())
}

fn has_access(mut value: Der<'_>) -> bool {
    is_list(value.within(SEQUENCE), |list| {
        let way = list.within(SEQUENCE);
        way.is_some_and(|mut way| way.object().is_some() && (!way.is(PLACE) || way.read(PLACE).is_some()))
    })
}
