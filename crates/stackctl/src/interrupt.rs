//! Ctrl-C and SIGTERM.
//!
//! In: signals. Out: what they mean for what is going on: a command is dropped, a lock is given
//! back, or what is in flight is waited for. It must not know what any of these are.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::failure::{Exit, Failure};

/// What the signals of this process ask for. Clones share it.
#[derive(Clone, Debug)]
pub struct Interrupts {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    phase: Mutex<Phase>,
    /// The first one: leave what is going on.
    leave: CancellationToken,
    /// The first one while AWS is being changed: begin nothing new.
    finish: CancellationToken,
    /// The second one: stop at once.
    stop: CancellationToken,
}

/// What is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing that anybody else could notice.
    Free,
    /// A lock is taken, or about to be.
    Locked,
    /// Something is being changed.
    Changing,
}

/// The signals of whoever changes something.
#[derive(Clone, Debug)]
pub struct Changing {
    /// The first one: begin nothing new.
    pub finish: CancellationToken,
    /// The second one: stop at once.
    pub stop: CancellationToken,
}

/// While it lives, a lock is taken or about to be.
pub struct Locked<'a>(&'a Inner);

impl Interrupts {
    /// Listens from now on, instead of ending with the first signal.
    pub fn listen() -> Self {
        let interrupts = Self::deaf();
        tokio::spawn(listen(Arc::clone(&interrupts.inner), Signals::new()));
        interrupts
    }

    fn deaf() -> Self {
        let token = CancellationToken::new;
        let inner = Inner { phase: Mutex::new(Phase::Free), leave: token(), finish: token(), stop: token() };
        Self { inner: Arc::new(inner) }
    }

    /// Waits for a signal that ends a command which holds no lock.
    pub async fn dropped(&self) {
        self.inner.leave.cancelled().await;
        if *self.inner.phase() != Phase::Free {
            // Whoever has the lock ends the command once it is given back.
            std::future::pending::<()>().await;
        }
    }

    /// From now until the guard is dropped a signal is [`Interrupts::left`]'s to see.
    pub fn lock(&self) -> Locked<'_> {
        *self.inner.phase() = Phase::Locked;
        Locked(&self.inner)
    }

    /// Waits for a signal that ends what is done under the lock; answers how the command ends.
    pub async fn left(&self) -> Failure {
        tokio::select! {
            biased;
            () = self.inner.leave.cancelled() => interrupted(),
            () = self.inner.stop.cancelled() => {
                let message = "stopped at once: what was done until then is in the journal, and the next run carries on";
                Failure::new(Exit::Interrupted, "interrupted", message)
            }
        }
    }

    /// From now until the lock is given back, the first signal lets finish what has begun.
    ///
    /// # Errors
    /// There was a signal already.
    pub fn change(&self) -> Result<Changing, Failure> {
        let mut phase = self.inner.phase();
        if self.inner.leave.is_cancelled() {
            return Err(interrupted());
        }
        *phase = Phase::Changing;
        Ok(Changing { finish: self.inner.finish.clone(), stop: self.inner.stop.clone() })
    }
}

impl Inner {
    fn phase(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first signal.
    fn first(&self) {
        let phase = self.phase();
        match *phase {
            Phase::Free | Phase::Locked => self.leave.cancel(),
            Phase::Changing => {
                errln!(
                    "\nStopping: nothing new is begun; answers in flight are waited for and recorded. Once more stops \
                     at once."
                );
                self.finish.cancel();
            }
        }
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        *self.0.phase() = Phase::Free;
    }
}

/// How a command ends that was interrupted before it changed anything.
pub fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted", "interrupted before anything was changed")
}

/// The first signal, the second, and a third for a process that cannot even stop.
async fn listen(inner: Arc<Inner>, mut signals: Signals) {
    signals.next().await;
    inner.first();
    // Bouncing keys and a shell that signals the whole group count as one.
    sleep(BOUNCE).await;
    Signals::new().next().await;
    inner.stop.cancel();
    sleep(BOUNCE).await;
    Signals::new().next().await;
    std::process::exit(Exit::Interrupted as i32);
}

const BOUNCE: Duration = Duration::from_millis(300);

/// Signals that ask a process to end, from the moment this is made.
#[cfg(unix)]
struct Signals {
    interrupt: Option<tokio::signal::unix::Signal>,
    terminate: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self { interrupt: signal(SignalKind::interrupt()).ok(), terminate: signal(SignalKind::terminate()).ok() }
    }

    async fn next(&mut self) {
        async fn one(signal: Option<&mut tokio::signal::unix::Signal>) {
            match signal {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        }
        tokio::select! {
            () = one(self.interrupt.as_mut()) => {}
            () = one(self.terminate.as_mut()) => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the first signal does in this phase: drops, leaves, finishes.
    async fn check(phase: Phase, expect: (bool, bool, bool)) {
        async fn is_over<T>(waiting: impl Future<Output = T>) -> bool {
            tokio::select! {
                biased;
                _ = waiting => true,
                () = std::future::ready(()) => false,
            }
        }
        let interrupts = Interrupts::deaf();
        *interrupts.inner.phase() = phase;
        interrupts.inner.first();
        let ended = (is_over(interrupts.dropped()).await, is_over(interrupts.left()).await);
        assert_eq!((ended.0, ended.1, interrupts.inner.finish.is_cancelled()), expect, "{phase:?}");
    }

    #[tokio::test]
    async fn the_first_signal_means_what_is_going_on_allows() {
        check(Phase::Free, (true, true, false)).await;
        check(Phase::Locked, (false, true, false)).await;
        check(Phase::Changing, (false, false, true)).await;
    }

    #[test]
    fn nothing_is_begun_after_a_signal() {
        let interrupts = Interrupts::deaf();
        let locked = interrupts.lock();
        interrupts.inner.first();
        assert_eq!(interrupts.change().err().map(|it| it.exit), Some(Exit::Interrupted));
        drop(locked);
        assert_eq!(*interrupts.inner.phase(), Phase::Free);
    }
}
