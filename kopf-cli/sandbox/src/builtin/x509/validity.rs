//! From when until when a certificate is valid.

use crate::{
    asn1::{Layout, settle},
    der::{Der, GENERALIZED_TIME, UTC_TIME},
};

pub(super) fn check(mut span: Der<'_>) -> Result<(), String> {
    check_moment(&mut span)?;
    check_moment(&mut span)
}

fn check_moment(span: &mut Der<'_>) -> Result<(), String> {
    let (kind, layouts, why): (_, &[Layout], _) = if span.is(UTC_TIME) {
        (UTC_TIME, &[Layout::Seconds, Layout::Minutes], "x509: malformed UTCTime")
    } else if span.is(GENERALIZED_TIME) {
        (GENERALIZED_TIME, &[Layout::Years], "x509: malformed GeneralizedTime")
    } else {
        return Err("x509: unsupported time format".to_owned());
    };
    let is_one = |text: &&[u8]| layouts.iter().any(|layout| settle(text, *layout).is_ok());
    span.read(kind).filter(is_one).map(drop).ok_or_else(|| why.to_owned())
}
