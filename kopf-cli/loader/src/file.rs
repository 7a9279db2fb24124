//! Decides from the bytes of a file whether it may be opened.
//!
//! Opening a library runs code of it, and opening a damaged one can end the process, so all that can be known
//! beforehand is asked beforehand.

use kopf_plugin_abi::stamp::{self, Stamp};
use object::{
    Endianness, elf,
    read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader},
};

use crate::error::Problem;

type Header = elf::FileHeader64<Endianness>;

const DAMAGED: Problem = Problem::NotALibrary("a damaged or truncated ELF file");

/// Checks a file for a host of this version.
pub(crate) fn check(bytes: &[u8], host: (u32, u32, u32)) -> Result<Stamp, Problem> {
    let library = library(bytes)?;
    let stamp = Stamp::parse(library.stamp.ok_or(Problem::NoStamp)?)?;
    if stamp.needs > host {
        return Err(Problem::OldHost { needs: stamp.needs, host });
    }
    if stamp.abi != stamp::ABI {
        return Err(Problem::OtherRevision(stamp.abi));
    }
    if stamp.abi_stable != stamp::ABI_STABLE {
        return Err(Problem::OtherAbiStable(stamp.abi_stable));
    }
    if stamp.aborts {
        return Err(Problem::Aborts);
    }
    if library.static_tls {
        return Err(Problem::StaticTls);
    }
    Ok(stamp)
}

/// What a shared library for this machine says of itself.
struct Library<'a> {
    stamp: Option<&'a [u8]>,
    static_tls: bool,
}

fn library(bytes: &[u8]) -> Result<Library<'_>, Problem> {
    if bytes.starts_with(b"!<arch>\n") {
        return Err(Problem::NotALibrary("a static library / rlib"));
    }
    if !bytes.starts_with(&elf::ELFMAG) {
        return Err(Problem::NotALibrary("not a shared library"));
    }
    if bytes.get(4) == Some(&elf::ELFCLASS32) {
        return Err(Problem::NotALibrary("a 32-bit ELF file"));
    }
    let header = Header::parse(bytes).map_err(|_| DAMAGED)?;
    let endian = header.endian().map_err(|_| DAMAGED)?;
    if header.e_machine(endian) != MACHINE || header.is_big_endian() != cfg!(target_endian = "big") {
        return Err(Problem::OtherMachine(machine(header.e_machine(endian))));
    }
    let segments = header.program_headers(endian, bytes).map_err(|_| DAMAGED)?;
    let sections = header.sections(endian, bytes).map_err(|_| DAMAGED)?;
    let mut flags = Flags::default();
    for segment in segments {
        let data = segment.data(endian, bytes).map_err(|()| DAMAGED)?;
        flags.interpreter |= segment.p_type(endian) == elf::PT_INTERP && !data.is_empty();
        for entry in segment.dynamic(endian, bytes).map_err(|_| DAMAGED)?.unwrap_or_default() {
            match entry.tag32(endian) {
                Some(elf::DT_FLAGS) => flags.first |= entry.d_val(endian),
                Some(elf::DT_FLAGS_1) => flags.second |= entry.d_val(endian),
                _ => {}
            }
        }
    }
    let executable = flags.interpreter || flags.second & u64::from(elf::DF_1_PIE) != 0;
    match header.e_type(endian) {
        elf::ET_DYN if !executable => {}
        elf::ET_DYN | elf::ET_EXEC => return Err(Problem::NotALibrary("an executable")),
        elf::ET_REL => return Err(Problem::NotALibrary("an object file")),
        _ => return Err(Problem::NotALibrary("an ELF file of another kind")),
    }
    let stamp = match sections.section_by_name(endian, stamp::ELF_SECTION.as_bytes()) {
        Some((_, section)) => Some(section.data(endian, bytes).map_err(|_| DAMAGED)?),
        None => None,
    };
    Ok(Library { stamp, static_tls: flags.first & u64::from(elf::DF_STATIC_TLS) != 0 })
}

#[derive(Default)]
struct Flags {
    interpreter: bool,
    first: u64,
    second: u64,
}

#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = elf::EM_X86_64;
#[cfg(target_arch = "aarch64")]
const MACHINE: u16 = elf::EM_AARCH64;

fn machine(number: u16) -> String {
    match number {
        elf::EM_X86_64 => "x86_64".to_owned(),
        elf::EM_AARCH64 => "aarch64".to_owned(),
        elf::EM_RISCV => "riscv64".to_owned(),
        elf::EM_PPC64 => "powerpc64".to_owned(),
        elf::EM_S390 => "s390x".to_owned(),
        other => format!("another machine (ELF number {other})"),
    }
}

#[cfg(test)]
mod tests;
