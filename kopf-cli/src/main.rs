//! The `kopf` binary: hands the command line over and exits with what comes back.

use std::process::ExitCode;

use kopf_cli::signals::{Signal, end_at_once};

fn main() -> ExitCode {
    give_back_large_blocks();
    let code = kopf_cli::run(std::env::args_os());
    if Signal::is_exit_code(code) {
        end_at_once(code);
    }
    ExitCode::from(code)
}

/// Has large blocks of memory, such as pages of lists, given back to the system as soon as they are done with.
///
/// By itself glibc learns from the first of them to keep blocks of their size in its heap, where what is small and stays comes
/// to lie between them, so that they are never given back.
fn give_back_large_blocks() {
    /// What is large, in bytes: what glibc begins with.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    const LARGE: i32 = 128 * 1024;

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "the allocator is the system's")]
    // SAFETY: it changes a number of the allocator, by which nobody else goes yet: there is one thread.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}
