//! The path of requests: those of real clients, changed, one after the other.
#![no_main]

#[path = "../hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(wrong) = hostile::targets::whatever(bytes) {
        panic!("{wrong}");
    }
});
