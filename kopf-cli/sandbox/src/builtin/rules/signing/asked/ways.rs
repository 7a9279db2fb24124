//! Ways to sign, by what they are called.

use ring::digest::{Algorithm as Hash, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512};

use super::Algorithm;
use crate::asn1::{EDWARDS, Kind, Reader, integer};

/// Whose ways some are that differ in the last byte only: those of RSA, and of keys on curves with hashes of these lengths.
const OF_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const OF_ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
const OF_HASHES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
const RSA_SHA1_OF_OLD: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1d];
const ELLIPTIC_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const DSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
const DSA_SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x02];
const MASK: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];
const NULL: &[u8] = &[0x05, 0x00];

/// A way to sign, with the hash that is signed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    RsaMd5,
    Rsa(&'static Hash),
    RsaPss(&'static Hash),
    Dsa,
    Elliptic(&'static Hash),
    Edwards,
}

/// A way that is known.
pub(super) fn of(said: &Algorithm<'_>) -> Option<Way> {
    Some(match said.object {
        RSA_SHA1_OF_OLD => Way::Rsa(&SHA1_FOR_LEGACY_USE_ONLY),
        ELLIPTIC_SHA1 => Way::Elliptic(&SHA1_FOR_LEGACY_USE_ONLY),
        DSA_SHA1 | DSA_SHA256 => Way::Dsa,
        EDWARDS if said.parameters.is_empty() => Way::Edwards,
        [rest @ .., last] if rest == OF_RSA => match last {
            4 => Way::RsaMd5,
            5 => Way::Rsa(&SHA1_FOR_LEGACY_USE_ONLY),
            10 => Way::RsaPss(pss(said.parameters).ok()??),
            11 => Way::Rsa(&SHA256),
            12 => Way::Rsa(&SHA384),
            13 => Way::Rsa(&SHA512),
            _ => return None,
        },
        [rest @ .., last] if rest == OF_ELLIPTIC => match last {
            2 => Way::Elliptic(&SHA256),
            3 => Way::Elliptic(&SHA384),
            4 => Way::Elliptic(&SHA512),
            _ => return None,
        },
        _ => return None,
    })
}

/// The one hash of what says a hash, a mask with a hash, and how long the salt is, which is as long as the hash.
fn pss(parameters: &[u8]) -> Result<Option<&'static Hash>, String> {
    let mut inside = Reader::new(Reader::new(parameters).read(Kind::sequence(""))?.inside);
    inside.explicit(0)?;
    let hash = super::algorithm(&mut inside)?;
    inside.explicit(1)?;
    let mask = super::algorithm(&mut inside)?;
    inside.explicit(2)?;
    let salt = integer(inside.read(Kind::INTEGER)?.inside)?;
    let trailer = if inside.has(3)? {
        inside.explicit(3)?;
        inside.optional(Kind::INTEGER)?.map_or(Ok(1), |number| integer(number.inside))?
    } else {
        1
    };
    let of_mask = super::algorithm(&mut Reader::new(mask.parameters))?;
    let has_none = |said: &Algorithm<'_>| said.parameters.is_empty() || said.parameters == NULL;
    let is_known = has_none(&hash)
        && has_none(&of_mask)
        && mask.object == MASK
        && hash.object == of_mask.object
        && trailer == 1;
    Ok(match (hash.object, salt) {
        ([rest @ .., 1], 32) if rest == OF_HASHES => Some(&SHA256),
        ([rest @ .., 2], 48) if rest == OF_HASHES => Some(&SHA384),
        ([rest @ .., 3], 64) if rest == OF_HASHES => Some(&SHA512),
        _ => None,
    }
    .filter(|_| is_known))
}
