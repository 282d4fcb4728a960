//! Kill it anywhere: the process dies at a call, and the next run carries on.
//!
//! Each point is tried twice: the call is lost with the process, and the call is carried out and
//! its answer is lost with the process.

mod foreign;
mod local;
mod shared;
mod twice;

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use sandbox::{Call, Verdict};

use crate::cloud::Cloud;
use crate::program::Stack;
use crate::vault::is_state;

/// Which changing calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those for resources.
    Resources,
    /// Those for state, its lock and its journal.
    State,
}

/// Where the process dies.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// At which kind of call.
    pub which: Which,
    /// At which of them, from 1.
    pub call: usize,
    /// Whether that call is carried out.
    pub delivered: bool,
}

impl Point {
    /// All points in order: each call is lost, then carried out.
    pub fn nth(which: Which, index: usize) -> Self {
        Self { which, call: index / 2 + 1, delivered: index % 2 == 1 }
    }

    fn counts(self, call: &Call) -> bool {
        call.mutates() && is_state(call) == (self.which == Which::State)
    }
}

/// Runs a command and kills it at a point; false if it ended before it came there.
pub fn killed(cloud: &Cloud, stack: &Stack, line: &str, point: Point) -> bool {
    let mut seen = 0;
    killed_at(cloud, stack, line, point.delivered, move |call| {
        seen += usize::from(point.counts(call));
        point.counts(call) && seen == point.call
    })
}

/// Runs a command and kills it at the first call for which this holds.
pub fn killed_at(
    cloud: &Cloud,
    stack: &Stack,
    line: &str,
    delivered: bool,
    here: impl FnMut(&Call) -> bool + Send + 'static,
) -> bool {
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let open = || child.lock().unwrap_or_else(PoisonError::into_inner);
    cloud.judge(judge(delivered, here, Arc::clone(&child)));
    let mut command = stack.command(line.split_whitespace());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    {
        // The judge waits until there is someone to kill.
        let mut child = open();
        *child = Some(command.spawn().expect("the program starts"));
    }
    let status = loop {
        let status = open().as_mut().expect("started").try_wait().expect("it can be waited for");
        if let Some(status) = status {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    cloud.wait_for_deliveries();
    cloud.let_through();
    assert!(status.code().is_none_or(|code| code == 0), "{line}: {status}");
    status.code().is_none()
}

fn judge(
    delivered: bool,
    mut here: impl FnMut(&Call) -> bool + Send + 'static,
    child: Arc<Mutex<Option<Child>>>,
) -> impl FnMut(&Call) -> Verdict + Send + 'static {
    let mut dead = false;
    let fate = if delivered { Verdict::ForwardThenDrop } else { Verdict::Drop };
    move |call| {
        if dead {
            // Sent before the end by a process that does a lot at once.
            return fate.clone();
        }
        if !here(call) {
            return Verdict::Forward;
        }
        dead = true;
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        child.as_mut().expect("started").kill().expect("killed");
        fate.clone()
    }
}

/// Tries one index after the other, each on the next thread that is free; every thread has a cloud
/// of its own. Answers the first index for which a trial said that it was past the end.
pub fn everywhere<T>(
    threads: usize,
    prepare: impl Fn() -> T + Sync,
    trial: impl Fn(&T, usize) -> bool + Sync,
) -> usize {
    let next = AtomicUsize::new(0);
    let end = AtomicUsize::new(usize::MAX);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mine = prepare();
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    if index >= end.load(Ordering::SeqCst) {
                        return;
                    }
                    if !trial(&mine, index) {
                        end.fetch_min(index, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    end.into_inner()
}
