//! Uids and generated names, repeatable from a seed.

use std::hash::{BuildHasher, RandomState};

/// The letters that the suffix of a generated name is made of: no vowels, so no words.
const NAME_LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// How many letters `generateName` gets.
const SUFFIX_LENGTH: usize = 5;
/// Generated names are cut so that they stay within a DNS label.
const GENERATED_BASE_LENGTH: usize = 63 - SUFFIX_LENGTH;

/// A source of identities (SplitMix64): the same seed gives the same ones in the same order.
#[derive(Debug)]
pub(crate) struct Ids {
    state: u64,
}

impl Ids {
    /// Repeatable with a seed, else different for each process and sandbox.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Ids { state: seed.unwrap_or_else(|| RandomState::new().hash_one(std::process::id())) }
    }

    /// The next number, over the whole range.
    pub(crate) fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A version 4 UUID.
    pub(crate) fn uid(&mut self) -> String {
        let (high, low) = (self.number(), self.number());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff,
        )
    }

    /// A name that starts with `base`.
    pub(crate) fn name(&mut self, base: &str) -> String {
        let mut name: String = base.chars().take(GENERATED_BASE_LENGTH).collect();
        for _ in 0..SUFFIX_LENGTH {
            let letter = self.number() % NAME_LETTERS.len() as u64;
            name.push(char::from(NAME_LETTERS[letter as usize]));
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_uids_and_names() {
        let draw = |seed| {
            let mut ids = Ids::new(Some(seed));
            (ids.uid(), ids.name("example-"))
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn a_uid_is_a_version_4_uuid() {
        let uid = Ids::new(None).uid();
        assert_eq!(uid.len(), 36, "{uid}");
        assert_eq!(&uid[14..15], "4", "{uid}");
        assert!("89ab".contains(&uid[19..20]), "{uid}");
    }

    #[test]
    fn a_generated_name_has_five_letters_more_and_never_over_63() {
        let mut ids = Ids::new(Some(1));
        assert_eq!(ids.name("example-").len(), 13);
        assert_eq!(ids.name(&"x".repeat(100)).len(), 63);
    }
}
