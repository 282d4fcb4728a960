//! Kill it anywhere: the process dies at every changing call, and the next run carries on.
//!
//! Each point is tried twice: the call is lost with the process, and the call is carried out and
//! its answer is lost with the process.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use sandbox::{Call, Verdict};

use crate::cloud::Cloud;
use crate::program::Stack;

/// How many emulators are kept busy at once; most of a run is waiting.
const THREADS: usize = 4;

/// Where the process dies.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// At which changing call, from 1.
    call: usize,
    /// Whether that call is carried out.
    delivered: bool,
}

impl Point {
    /// All points in order: each call is lost, then carried out.
    fn nth(index: usize) -> Self {
        Self { call: index / 2 + 1, delivered: index % 2 == 1 }
    }
}

/// Runs a command and kills it at a point; false if it ended before it came there.
fn killed(cloud: &Cloud, stack: &Stack, line: &str, point: Point) -> bool {
    let child: Arc<Mutex<Option<Child>>> = Arc::default();
    let open = || child.lock().unwrap_or_else(PoisonError::into_inner);
    cloud.judge(judge(point, Arc::clone(&child)));
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
    assert!(status.code().is_none_or(|code| code == 0), "{line} at {point:?}: {status}");
    status.code().is_none()
}

fn judge(point: Point, child: Arc<Mutex<Option<Child>>>) -> impl FnMut(&Call) -> Verdict + Send + 'static {
    let (mut seen, mut dead) = (0, false);
    let fate = if point.delivered { Verdict::ForwardThenDrop } else { Verdict::Drop };
    move |call| {
        if dead {
            // Sent before the end by a process that does a lot at once.
            return fate.clone();
        }
        seen += usize::from(call.mutates());
        if seen < point.call || !call.mutates() {
            return Verdict::Forward;
        }
        dead = true;
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        child.as_mut().expect("started").kill().expect("killed");
        fate.clone()
    }
}

/// Runs a command and expects success.
fn finishes(stack: &Stack, line: &str, point: Point) {
    let ran = stack.run(line);
    assert_eq!(ran.code, Some(0), "`{line}` after {point:?}\n{}\n{}", ran.out, ran.err);
}

#[test]
fn at_every_call_of_apply_and_of_destroy() {
    let next = AtomicUsize::new(0);
    // The first index at which both commands ended before they came to the point.
    let end = AtomicUsize::new(usize::MAX);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let cloud = Cloud::start();
                let stack = Stack::wordpress(&cloud);
                let empty = cloud.inventory();
                stack.run("apply --yes -q").exits(0);
                let whole = cloud.inventory();
                stack.run("destroy --yes -q").exits(0);
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    if index >= end.load(Ordering::SeqCst) {
                        return;
                    }
                    if !comes_and_goes(&cloud, &stack, Point::nth(index), (&empty, &whole)) {
                        end.fetch_min(index, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let points = end.load(Ordering::SeqCst);
    assert!(points >= 2 * 15, "only {points} points");
}

/// Applies and destroys with a kill in each; false if neither came to the point.
fn comes_and_goes(cloud: &Cloud, stack: &Stack, point: Point, (empty, whole): (&[String], &[String])) -> bool {
    let in_apply = killed(cloud, stack, "apply --yes", point);
    finishes(stack, "apply --yes", point);
    finishes(stack, "plan --detailed-exitcode", point);
    assert_eq!(cloud.inventory(), whole, "after apply, {point:?}");
    let in_destroy = killed(cloud, stack, "destroy --yes", point);
    finishes(stack, "destroy --yes", point);
    assert_eq!(cloud.inventory(), empty, "after destroy, {point:?}");
    assert_eq!(stack.run("state list").exits(0).out, "", "after destroy, {point:?}");
    in_apply || in_destroy
}

#[test]
fn at_every_call_of_a_replacement() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    stack.run("apply --yes -q").exits(0);
    let whole = cloud.inventory();
    let names = ["\"wordpress-ecs-sg\"", "\"wordpress-http\""];
    for index in 0.. {
        let point = Point::nth(index);
        stack.edit("wordpress.toml", names[index % 2], names[(index + 1) % 2]);
        let was_killed = killed(&cloud, &stack, "apply --yes", point);
        finishes(&stack, "apply --yes", point);
        finishes(&stack, "plan --detailed-exitcode", point);
        assert_eq!(cloud.inventory(), whole, "{point:?}");
        if !was_killed {
            assert!(index >= 6, "only {index} points");
            return;
        }
    }
}

#[test]
fn twice_in_a_row() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    for call in [1, 3, 1, 4, 2] {
        for delivered in [true, false] {
            let point = Point { call, delivered };
            if !killed(&cloud, &stack, "apply --yes", point) {
                break;
            }
            // Looking recovers in memory, and changes nothing that the next run relies on.
            stack.run("plan --detailed-exitcode").exits(2);
        }
    }
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    let again = Cloud::start();
    let untroubled = Stack::wordpress(&again);
    untroubled.run("apply --yes -q").exits(0);
    assert_eq!(cloud.inventory(), again.inventory());
}
