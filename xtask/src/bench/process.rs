//! What a process costs: time, processor time and memory, its descendants included.
//!
//! In: a command. Out: its [`Usage`], if it ended as it should. What it prints is shown only where
//! it did not.

use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use std::os::unix::process::CommandExt;
use wait4::Wait4;

/// How often the processes of a command are added up.
const BEAT: Duration = Duration::from_millis(50);

/// What running something took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// From start to end, in seconds.
    pub wall: f64,
    /// Processor time of the process and of all descendants that were waited for, in seconds.
    pub cpu: f64,
    /// Peak resident memory of the largest process among them.
    pub largest: u64,
    /// Peak of the resident memory of all of them at one time, as far as looking every
    /// [`BEAT`] shows it; never less than `largest`.
    pub together: u64,
}

impl Usage {
    /// Of one thing after another: times add up, the highest peak stays.
    pub fn then(self, next: Self) -> Self {
        Self {
            wall: self.wall + next.wall,
            cpu: self.cpu + next.cpu,
            largest: self.largest.max(next.largest),
            together: self.together.max(next.together),
        }
    }
}

/// Runs a command that has to end with this exit code.
///
/// The kernel counts for a process at least what its parent held when it started it, so this
/// program keeps itself small.
///
/// # Errors
/// It cannot be run, or ends otherwise; the error has all that it printed.
pub fn measured(command: &mut Command, code: i32) -> Result<Usage> {
    let mut said = tempfile::tempfile().context("cannot make a temporary file")?;
    let output = || Ok::<_, std::io::Error>(Stdio::from(said.try_clone()?));
    // A group of its own, by which its descendants are found.
    command.stdin(Stdio::null()).stdout(output()?).stderr(output()?).process_group(0);
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("cannot run {command:?}"))?;
    let group = child.id();
    let (end, ended) = mpsc::channel::<()>();
    let looking = thread::spawn(move || {
        let mut highest = 0;
        while ended.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            highest = resident(group).max(highest);
        }
        highest
    });
    let used = child.wait4();
    let wall = start.elapsed().as_secs_f64();
    drop(end);
    let used = used.with_context(|| format!("cannot wait for {command:?}"))?;
    let seen = looking.join().unwrap_or_default();
    if used.status.code() != Some(code) {
        let mut text = String::new();
        said.rewind().and_then(|()| said.read_to_string(&mut text)).context("cannot read what a command said")?;
        bail!("{command:?} ended with {} instead of {code}:\n{text}", used.status);
    }
    let cpu = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    Ok(Usage { wall, cpu, largest: used.rusage.maxrss, together: seen.max(used.rusage.maxrss) })
}

/// Measures as often as this; the fastest run is the first.
///
/// # Errors
/// The first run that does not end as it should.
pub fn runs(count: usize, mut run: impl FnMut() -> Result<Usage>) -> Result<Vec<Usage>> {
    let mut all = (0..count).map(|_| run()).collect::<Result<Vec<Usage>>>()?;
    all.sort_by(|one, other| one.wall.total_cmp(&other.wall));
    Ok(all)
}

/// The middle run by wall time.
///
/// # Errors
/// The first run that does not end as it should.
pub fn median(count: usize, run: impl FnMut() -> Result<Usage>) -> Result<Usage> {
    runs(count, run)?.get(count / 2).copied().context("no run was asked for")
}

/// Whether a program is in the search path and answers.
pub fn is_installed(program: &str) -> bool {
    Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok_and(|it| it.status.success())
}

/// Resident bytes of all processes of a group, pages that they share counted for each. Nothing
/// where there is no `/proc`: <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>.
fn resident(group: u32) -> u64 {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.filter_map(|it| resident_in(&it.path(), group)).sum()
}

/// Resident bytes of one process if it is of the group. A process may end at any time, so what
/// cannot be read counts for nothing.
fn resident_in(process: &Path, group: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    // The second field is a name in parentheses, which may have spaces and parentheses itself.
    let (_, fields) = stat.rsplit_once(')')?;
    if fields.split_whitespace().nth(2)?.parse() != Ok(group) {
        return None;
    }
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_add_up_and_peaks_stay() {
        let one = Usage { wall: 1.0, cpu: 0.5, largest: 10, together: 30 };
        let other = Usage { wall: 2.0, cpu: 0.25, largest: 20, together: 20 };
        assert_eq!(one.then(other), Usage { wall: 3.0, cpu: 0.75, largest: 20, together: 30 });
    }

    #[test]
    fn a_command_is_measured_and_held_to_its_exit_code() {
        let shell = |script: &str| {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]);
            command
        };
        let used = measured(&mut shell("exit 2"), 2).expect("it ends like this");
        assert!(used.wall > 0.0 && used.largest > 0 && used.together >= used.largest, "{used:?}");
        let wrong = measured(&mut shell("echo said out; echo said err >&2; exit 1"), 0).expect_err("another code");
        let wrong = wrong.to_string();
        assert!(wrong.contains("said out") && wrong.contains("said err"), "{wrong}");
    }
}
