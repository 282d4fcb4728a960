//! What work costs: processor time and memory.
//!
//! In: nothing. Out: readings of this process. Where a binary does not install [`HEAP`]'s kind as
//! its allocator, the heap reads zero. It must not know what is measured.

use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

/// The heap, as [`PeakAlloc`] counts it.
pub const HEAP: PeakAlloc = PeakAlloc;

/// Processor time of this process so far, in user and system mode.
pub fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// The most memory that this process had resident so far, in bytes; 0 where nobody tells.
/// <https://www.man7.org/linux/man-pages/man5/proc_pid_status.5.html>
pub fn peak_resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}
