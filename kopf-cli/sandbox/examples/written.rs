//! What the generators have in common: what they are told, and how a table is written down.

use std::{fs, io::Write as _, path::Path};

use flate2::{Compression, write::DeflateEncoder};

/// The arguments of a generator, of which `usage` tells the names and an example.
#[allow(dead_code, reason = "one of them reads a server, and is told nothing")]
pub(crate) fn arguments<const MANY: usize>(usage: &str) -> [String; MANY] {
    let told: Vec<String> = std::env::args().skip(1).collect();
    told.try_into().unwrap_or_else(|_| panic!("usage: {usage}"))
}

/// Writes a table, compressed, to its place in `src`.
pub(crate) fn write(name: &str, text: &str) {
    let mut compressed = DeflateEncoder::new(Vec::new(), Compression::best());
    compressed.write_all(text.as_bytes()).unwrap();
    let compressed = compressed.finish().unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/{name}.deflate"));
    println!("{} bytes, {} compressed: {}", text.len(), compressed.len(), path.display());
    fs::write(path, compressed).unwrap();
}
