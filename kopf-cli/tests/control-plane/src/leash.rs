//! Starts programs that end with this process, however this process ends.

use std::path::Path;
use std::process::{Child, Command, Stdio};

// The shell holds the reading end of a pipe whose other end only this process has: it closes even on SIGKILL.
// Signals of the terminal are left to this process, or the shell would be gone before it could clean up.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
folder=$1; log=$2; shift 2
"$@" >"$log" 2>&1 </dev/null &
cat >/dev/null
kill -9 $!
wait
rm -rf "$folder"
"#;

/// Starts `program` with its output in `log`; it is killed and `folder` removed when this process has ended.
pub(crate) fn start(program: &Path, args: &[String], log: &Path, folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", SCRIPT, "leash"])
        .arg(folder)
        .arg(log)
        .arg(program)
        .args(args)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {}: {error}", program.display()))
}
