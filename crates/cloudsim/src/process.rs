//! A process that can be killed, signalled or denied all time, at any moment.
//!
//! In: a future, and what happens to it when. Out: what the future came to, unless it was killed.
//! It must not know what the process does; whatever it does that others can see, it announces
//! with [`Process::step`], so that something can happen to it between any two such steps.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

/// What happens to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// When.
    pub at: At,
    /// What.
    pub what: What,
}

/// When something happens to a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// At the nth thing it does that others can see, counted from 1, just before.
    Step(u64),
    /// So many milliseconds after it began.
    Millisecond(u64),
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// It ends, and leaves everything as it is.
    Kill,
    /// It gets no time for so many milliseconds; its clock goes on.
    Pause(u64),
    /// It gets a signal.
    Signal,
}

/// A process; clones are the same one.
#[derive(Clone, Default)]
pub struct Process {
    /// Tells processes apart.
    pub number: u32,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    troubles: Vec<Trouble>,
    began: Option<Instant>,
    steps: u64,
    dead: bool,
    asleep_until: Option<Instant>,
    on_signal: Option<Box<dyn FnMut() + Send>>,
}

/// How a process stands.
enum Standing {
    Dead,
    AsleepUntil(Instant),
    /// Until something is due.
    Awake(Option<Instant>),
}

impl Process {
    /// A process to which this will happen. `on_signal` is called for every signal.
    #[must_use]
    pub fn new(number: u32, troubles: Vec<Trouble>, on_signal: impl FnMut() + Send + 'static) -> Self {
        let inner = Inner { troubles, on_signal: Some(Box::new(on_signal)), ..Inner::default() };
        Self { number, inner: Arc::new(Mutex::new(inner)) }
    }

    /// Runs a future as this process, with what it spawns by `tokio::task::spawn_local`; nothing
    /// of it is left afterwards. `None`: it was killed.
    pub async fn run<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.inner().began = Some(Instant::now());
        let tasks = LocalSet::new();
        let mut inside = pin!(tasks.run_until(future));
        let mut alarm = pin!(sleep_until(Instant::now()));
        poll_fn(|context| {
            loop {
                let standing = self.inner().standing(Instant::now());
                let until = match standing {
                    Standing::Dead => return Poll::Ready(None),
                    Standing::AsleepUntil(until) => Some(until),
                    Standing::Awake(due) => {
                        if let Poll::Ready(value) = inside.as_mut().poll(context) {
                            return Poll::Ready(Some(value));
                        }
                        if !self.inner().is_awake() {
                            continue;
                        }
                        due
                    }
                };
                let Some(until) = until else { return Poll::Pending };
                if alarm.deadline() != until {
                    alarm.as_mut().reset(until);
                }
                if alarm.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// The process is about to do something that others can see. Returns when it may.
    pub async fn step(&self) {
        self.inner().count();
        poll_fn(|context| {
            if self.inner().is_awake() {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// How many steps it has made.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.inner().steps
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn count(&mut self) {
        self.steps += 1;
        let steps = self.steps;
        self.happen(Instant::now(), |at, _| at == At::Step(steps));
    }

    fn is_awake(&self) -> bool {
        !self.dead && self.asleep_until.is_none()
    }

    fn standing(&mut self, now: Instant) -> Standing {
        let began = self.began.unwrap_or(now);
        self.happen(now, |at, now| due(at, began).is_some_and(|due| due <= now));
        match self.asleep_until {
            _ if self.dead => return Standing::Dead,
            Some(until) if until > now => return Standing::AsleepUntil(until),
            Some(_) | None => self.asleep_until = None,
        }
        Standing::Awake(self.troubles.iter().filter_map(|it| due(it.at, began)).min())
    }

    fn happen(&mut self, now: Instant, is_due: impl Fn(At, Instant) -> bool) {
        while let Some(at) = self.troubles.iter().position(|it| is_due(it.at, now)) {
            match self.troubles.remove(at).what {
                What::Kill => self.dead = true,
                What::Pause(milliseconds) => {
                    let until = now + Duration::from_millis(milliseconds);
                    self.asleep_until = self.asleep_until.max(Some(until));
                }
                What::Signal => self.on_signal.iter_mut().for_each(|signal| signal()),
            }
        }
    }
}

fn due(at: At, began: Instant) -> Option<Instant> {
    match at {
        At::Millisecond(milliseconds) => Some(began + Duration::from_millis(milliseconds)),
        At::Step(_) => None,
    }
}

impl std::fmt::Debug for Process {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Process").field("number", &self.number).field("steps", &self.steps()).finish_non_exhaustive()
    }
}
