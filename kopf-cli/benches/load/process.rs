//! A process that is measured: what it has used of the machine.

use std::{fs, io::Read, process::Stdio, time::Duration};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// How often the kernel counts in a second, for what it tells of processes: the same on every Linux.
const TICKS: u32 = 100;

/// What a process has used since it began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Time on a CPU, of all threads, in the kernel too.
    pub(crate) cpu: Duration,
    /// The most memory it ever had, in MiB.
    pub(crate) peak: f64,
}

/// A process that ends with this value.
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program. Its standard input stays open until it is to end.
    pub(crate) fn start(mut command: Command) -> Result<Process> {
        let program = command.as_std().get_program().to_owned();
        let child = command.stdin(Stdio::piped()).kill_on_drop(true).spawn();
        Ok(Process { child: child.with_context(|| format!("cannot start {}", program.display()))? })
    }

    /// What it has used so far; `None` where the system does not tell it as Linux does.
    pub(crate) fn usage(&self) -> Option<Usage> {
        let folder = format!("/proc/{}", self.child.id()?);
        let stat = fs::read_to_string(format!("{folder}/stat")).ok()?;
        let status = fs::read_to_string(format!("{folder}/status")).ok()?;
        Some(Usage { cpu: cpu(&stat)?, peak: peak(&status)? })
    }

    /// Waits for its first line on standard output, which must be piped.
    pub(crate) async fn first_line(&mut self) -> Result<String> {
        let output = self.child.stdout.as_mut().context("standard output is not piped")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        ensure!(!line.is_empty(), "it ended at once");
        Ok(line)
    }

    /// Ends it, and waits until it has ended.
    pub(crate) async fn end(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }
}

/// Blocks a started process until whoever started it wants it no more, or is gone.
pub(crate) fn until_unwanted() -> Result<()> {
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Fields 14 and 15 of `/proc/PID/stat`, counted behind the program's name, which may hold anything.
fn cpu(stat: &str) -> Option<Duration> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<u32>().ok();
    Some(Duration::from_secs(1) * (ticks()? + ticks()?) / TICKS)
}

fn peak(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes / 1024.0)
}
