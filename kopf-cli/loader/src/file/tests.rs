//! Which files may be opened, and what is said of the others.
#![expect(clippy::needless_pass_by_value, reason = "expectations are written in place")]

use expect_test::{Expect, expect};

use super::*;

const STAMP: &str =
    "kopf-plugin\nabi=1\nabi_stable=0.11\nneeds=0.1.0\nrustc=rustc 1.95.0\ntarget=any\npanic=unwind\n";

/// An ELF file of headers alone: enough to be read, and not to be opened.
struct Forged {
    class: u8,
    kind: u16,
    machine: u16,
    interpreter: bool,
    flags: u64,
    flags_1: u64,
    stamp: Option<String>,
}

impl Default for Forged {
    fn default() -> Self {
        let stamp = Some(STAMP.to_owned());
        let machine = MACHINE;
        Forged { class: 2, kind: elf::ET_DYN, machine, interpreter: false, flags: 0, flags_1: 0, stamp }
    }
}

impl Forged {
    fn bytes(&self) -> Vec<u8> {
        const NAMES: &[u8] = b"\0.kopf.stamp\0.shstrtab\0";
        let stamp = self.stamp.clone().unwrap_or_default().into_bytes();
        let dynamic: Vec<u8> =
            [30, self.flags, 0x6fff_fffb, self.flags_1, 0, 0].map(u64::to_le_bytes).concat();
        let (programs_at, dynamic_at) = (64, 64 + 2 * 56);
        let stamp_at = dynamic_at + dynamic.len();
        let names_at = stamp_at + stamp.len();
        let sections_at = names_at + NAMES.len();
        let mut out = vec![0x7f, b'E', b'L', b'F', self.class, 1, 1];
        out.resize(16, 0);
        let half =
            |out: &mut Vec<u8>, values: &[u16]| values.iter().for_each(|v| out.extend(v.to_le_bytes()));
        let word =
            |out: &mut Vec<u8>, values: &[u32]| values.iter().for_each(|v| out.extend(v.to_le_bytes()));
        let long =
            |out: &mut Vec<u8>, values: &[usize]| values.iter().for_each(|v| out.extend(v.to_le_bytes()));
        half(&mut out, &[self.kind, self.machine]);
        word(&mut out, &[1]);
        long(&mut out, &[0, programs_at, sections_at]);
        word(&mut out, &[0]);
        half(&mut out, &[64, 56, 2, 64, 3, 2]);
        let first = if self.interpreter { elf::PT_INTERP } else { elf::PT_LOAD };
        for (kind, size) in [(first, 16), (elf::PT_DYNAMIC, dynamic.len())] {
            word(&mut out, &[kind, 4]);
            long(&mut out, &[dynamic_at, 0, 0, size, size, 8]);
        }
        out.extend(dynamic);
        out.extend(&stamp);
        out.extend(NAMES);
        let stamp_name = if self.stamp.is_some() { 1 } else { 13 };
        for (name, kind, at, size) in
            [(0, 0, 0, 0), (stamp_name, 1, stamp_at, stamp.len()), (13, 3, names_at, NAMES.len())]
        {
            word(&mut out, &[name, kind]);
            long(&mut out, &[0, 0, at, size]);
            word(&mut out, &[0, 0]);
            long(&mut out, &[1, 0]);
        }
        out
    }
}

#[track_caller]
fn check(bytes: &[u8], expected: Expect) {
    expected.assert_eq(&match super::check(bytes, (0, 1, 0)) {
        Ok(stamp) => format!("made by {}", stamp.rustc),
        Err(problem) => problem.to_string(),
    });
}

#[track_caller]
fn check_forged(forged: Forged, expected: Expect) {
    check(&forged.bytes(), expected);
}

#[track_caller]
fn check_stamp(from: &str, to: &str, expected: Expect) {
    assert!(STAMP.contains(from));
    check_forged(Forged { stamp: Some(STAMP.replace(from, to)), ..Forged::default() }, expected);
}

#[test]
fn a_library_with_a_stamp_for_this_host_may_be_opened() {
    check_forged(Forged::default(), expect!["made by rustc 1.95.0"]);
    check_stamp("rustc 1.95.0", "rustc 1.97.0-nightly", expect!["made by rustc 1.97.0-nightly"]);
}

#[test]
fn what_is_no_library_is_called_what_it_is() {
    check_kind(b"", "not a shared library");
    check_kind(b"not a library, but a text\n", "not a shared library");
    check_kind(b"!<arch>\nlib.rmeta/", "a static library / rlib");
    check_kind(&Forged { class: 1, ..Forged::default() }.bytes(), "a 32-bit ELF file");
    check_kind(&Forged { kind: elf::ET_REL, ..Forged::default() }.bytes(), "an object file");
    check_kind(&Forged { kind: elf::ET_EXEC, ..Forged::default() }.bytes(), "an executable");
    check_kind(&Forged { interpreter: true, ..Forged::default() }.bytes(), "an executable");
    check_kind(&Forged { flags_1: elf::DF_1_PIE.into(), ..Forged::default() }.bytes(), "an executable");
    check_kind(&Forged { kind: elf::ET_CORE, ..Forged::default() }.bytes(), "an ELF file of another kind");
}

#[test]
fn a_library_for_another_machine_says_for_which() {
    let other = if MACHINE == elf::EM_X86_64 { elf::EM_AARCH64 } else { elf::EM_X86_64 };
    let text = check_text(&Forged { machine: other, ..Forged::default() }.bytes());
    assert!(text.starts_with(&format!("it is built for {}, this kopf runs on ", machine(other))), "{text}");
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused_without_being_opened() {
    let whole = Forged::default().bytes();
    for length in 4..whole.len() {
        let text = check_text(&whole[..length]);
        assert!(text.starts_with("the file is "), "cut to {length} bytes: {text}");
    }
}

#[test]
fn any_byte_may_be_wrong_and_nothing_panics() {
    let whole = Forged::default().bytes();
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            check_text(&bytes);
        }
    }
}

#[test]
fn a_library_without_a_stamp_is_no_plugin() {
    check_forged(
        Forged { stamp: None, ..Forged::default() },
        expect![
            "it is a shared library but not a kopf plugin (no kopf stamp in it); add kopf-plugin-api to its Cargo.toml and write a handler"
        ],
    );
}

#[test]
fn a_stamp_that_does_not_fit_this_host_says_what_would() {
    check_stamp(
        "needs=0.1.0",
        "needs=0.3.0",
        expect![
            "needs kopf 0.3.0, this host is 0.1.0; install that kopf, or rebuild it with kopf-plugin-api 0.1.0"
        ],
    );
    check_stamp(
        "needs=0.1.0",
        "needs=1.0.0",
        expect![
            "needs kopf 1.0.0, this host is 0.1.0; install that kopf, or rebuild it with kopf-plugin-api 0.1.0"
        ],
    );
    check_stamp(
        "abi=1",
        "abi=2",
        expect![
            "it speaks revision 2 of the plugin boundary, this host speaks 1; rebuild it with a kopf-plugin-api of this host's version"
        ],
    );
    check_stamp(
        "abi_stable=0.11",
        "abi_stable=0.10",
        expect![
            "found abi_stable 0.10, expected 0.11; rebuild it with a kopf-plugin-api of this host's version"
        ],
    );
    check_stamp(
        "panic=unwind",
        "panic=abort",
        expect![[
            r#"it is compiled with panic=abort, so one panicking handler would kill the operator; remove panic = "abort" from [profile.*] in its Cargo.toml and rebuild"#
        ]],
    );
    check_stamp(
        "kopf-plugin\n",
        "something else\n",
        expect![
            "its kopf stamp is malformed (the first line is not `kopf-plugin`); rebuild it with a kopf-plugin-api that this host knows"
        ],
    );
    check_stamp(
        "needs=0.1.0\n",
        "",
        expect![
            "its kopf stamp is malformed (no line `needs=`); rebuild it with a kopf-plugin-api that this host knows"
        ],
    );
}

#[test]
fn static_tls_is_refused() {
    check_forged(
        Forged { flags: elf::DF_STATIC_TLS.into(), ..Forged::default() },
        expect![
            "it uses static TLS, of which a process has little (a custom #[global_allocator]?); enable jemalloc's disable_initial_exec_tls or mimalloc's local_dynamic_tls feature, or remove the allocator, and rebuild"
        ],
    );
}

#[track_caller]
fn check_kind(bytes: &[u8], kind: &'static str) {
    assert_eq!(check_text(bytes), Problem::NotALibrary(kind).to_string());
}

fn check_text(bytes: &[u8]) -> String {
    super::check(bytes, (0, 1, 0)).map_or_else(|problem| problem.to_string(), |_| "good".to_owned())
}
