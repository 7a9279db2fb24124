//! The decoder of protobuf: recordings that are changed, messages that are made up, and bytes that are none.
#![no_main]

#[path = "../hostile.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(wrong) = hostile::targets::protobuf(bytes) {
        panic!("{wrong}");
    }
});
