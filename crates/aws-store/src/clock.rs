//! The clock by which a lease is measured.
//!
//! In: nothing. Out: time since some fixed point, which goes on while the machine is suspended:
//! whoever wakes up after an hour has to know that its lease is over. `std::time::Instant` stands
//! still then on Linux.

use std::sync::Arc;

use driver::Clock;

/// A clock that goes on while the machine is suspended.
#[must_use]
pub fn clock() -> Clock {
    system()
}

/// <https://man7.org/linux/man-pages/man3/clock_gettime.3.html>: `CLOCK_BOOTTIME` is like
/// `CLOCK_MONOTONIC`, and includes any time that the system is suspended.
#[cfg(target_os = "linux")]
fn system() -> Clock {
    Arc::new(|| since_boot(rustix::time::ClockId::Boottime))
}

/// Apple's `CLOCK_MONOTONIC` goes on while the system is asleep; see `clock_gettime(3)` there.
#[cfg(target_os = "macos")]
fn system() -> Clock {
    Arc::new(|| since_boot(rustix::time::ClockId::Monotonic))
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn since_boot(clock: rustix::time::ClockId) -> std::time::Duration {
    let time = rustix::time::clock_gettime(clock);
    // Both are never negative: the clock counts from the start of the machine.
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    std::time::Duration::new(seconds.unwrap_or(0), nanoseconds.unwrap_or(0))
}

/// Elsewhere the clock of the standard library has to do.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn system() -> Clock {
    let start = std::time::Instant::now();
    Arc::new(move || start.elapsed())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_clock_never_goes_back() {
        let clock = super::clock();
        let times: Vec<_> = (0..1000).map(|_| clock()).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}
