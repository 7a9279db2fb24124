//! The stamp: a few lines of text in a section of a plugin's file, read before the file is opened.
//!
//! Opening a library runs its constructors, and opening a damaged one can end the process. The stamp tells whether a
//! file is a kopf plugin and which host it needs while it is still only bytes.
//!
//! ```text
//! kopf-plugin
//! abi=1
//! abi_stable=0.11
//! needs=0.1.0
//! rustc=rustc 1.95.0 (59807616e 2026-04-14)
//! target=x86_64-unknown-linux-gnu
//! panic=unwind
//! ```

use std::fmt;

/// The name of the section in an ELF file.
pub const ELF_SECTION: &str = ".kopf.stamp";

/// The segment and section in a Mach-O file.
pub const MACHO_SECTION: (&str, &str) = ("__DATA", "__kopf");

/// The first line of every stamp.
pub const MAGIC: &str = "kopf-plugin";

/// The revision of the boundary that this crate holds.
pub const ABI: u32 = 1;

/// The release line of abi_stable whose layouts cross.
pub const ABI_STABLE: &str = "0.11";

/// What a stamp says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stamp {
    /// The revision of the boundary; this crate knows [`ABI`].
    pub abi: u32,
    /// The release line of abi_stable; this crate has [`ABI_STABLE`].
    pub abi_stable: String,
    /// The least version of the host, as `major.minor.patch`.
    pub needs: (u32, u32, u32),
    /// The compiler that made the plugin, for information.
    pub rustc: String,
    /// The target triple that it was made for.
    pub target: String,
    /// Whether a panic ends the process instead of unwinding.
    pub aborts: bool,
}

/// The section holds something that is not a stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its kopf stamp is malformed ({})", self.0)
    }
}

impl std::error::Error for Malformed {}

impl Stamp {
    /// Reads the text of the section. Lines that are not known are passed over: they are from a later revision.
    ///
    /// # Errors
    ///
    /// [`Malformed`] with the line that is missing or wrong.
    pub fn parse(section: &[u8]) -> Result<Stamp, Malformed> {
        let text = std::str::from_utf8(section).map_err(|_| Malformed("not text".into()))?;
        let text = text.trim_end_matches('\0');
        let mut lines = text.lines();
        if lines.next() != Some(MAGIC) {
            return Err(Malformed(format!("the first line is not `{MAGIC}`")));
        }
        let pairs: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
        let value = |key: &str| {
            let found = pairs.iter().find(|(found, _)| *found == key).map(|(_, value)| *value);
            found.ok_or_else(|| Malformed(format!("no line `{key}=`")))
        };
        Ok(Stamp {
            abi: value("abi")?.parse().map_err(|_| Malformed("`abi` is not a number".into()))?,
            abi_stable: value("abi_stable")?.to_owned(),
            needs: version(value("needs")?).ok_or_else(|| Malformed("`needs` is not a version".into()))?,
            rustc: value("rustc")?.to_owned(),
            target: value("target")?.to_owned(),
            aborts: value("panic")? == "abort",
        })
    }
}

/// Reads `major.minor.patch`; what follows a `-` or a `+` is passed over.
pub fn version(text: &str) -> Option<(u32, u32, u32)> {
    let core = text.split(['-', '+']).next()?;
    let mut parts = core.split('.').map(str::parse::<u32>);
    let version = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "kopf-plugin\nabi=1\nabi_stable=0.11\nneeds=0.1.0\nrustc=rustc 1.95.0\ntarget=x86_64-unknown-linux-gnu\npanic=unwind\n";

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match Stamp::parse(text.as_bytes()) {
            Ok(stamp) => format!("abi {} needs {:?} aborts {}", stamp.abi, stamp.needs, stamp.aborts),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_stamp_is_read_with_lines_of_later_revisions_passed_over() {
        check(GOOD, "abi 1 needs (0, 1, 0) aborts false");
        check(&format!("{GOOD}colour=blue\n\0\0\0"), "abi 1 needs (0, 1, 0) aborts false");
        check(&GOOD.replace("unwind", "abort"), "abi 1 needs (0, 1, 0) aborts true");
    }

    #[test]
    fn what_is_wrong_with_a_stamp_is_said() {
        check("", "its kopf stamp is malformed (the first line is not `kopf-plugin`)");
        check(&GOOD.replace("abi=1", "abi=one"), "its kopf stamp is malformed (`abi` is not a number)");
        check(&GOOD.replace("needs=0.1.0\n", ""), "its kopf stamp is malformed (no line `needs=`)");
        check(&GOOD.replace("0.1.0", "0.1"), "its kopf stamp is malformed (`needs` is not a version)");
    }
}
