//! Bytes that texts write in base64, read as Go reads them.

use base64::{
    alphabet::STANDARD,
    engine::{GeneralPurpose, general_purpose::PAD},
};

/// Bits behind the last byte are not looked at.
pub(crate) const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, PAD.with_decode_allow_trailing_bits(true));
