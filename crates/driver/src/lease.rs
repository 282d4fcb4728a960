//! The right to change AWS, and how much longer it lasts.
//!
//! In: renewals of the lock. Out: the time that is left, to whoever is about to make a mutating
//! call. AWS cannot check who holds a lock, so the caller has to stop by itself in time. It must
//! not know where the lock is.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Time since some fixed point, on a clock that runs on while the machine is suspended.
pub type Clock = Arc<dyn Fn() -> Duration + Send + Sync>;

/// A lease as its holder sees it; clones share it.
#[derive(Clone)]
pub struct Lease {
    clock: Clock,
    term: Arc<Mutex<Term>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Term {
    /// There is no lease.
    None,
    /// It lasts until this time on the clock.
    Until { end: Duration, call: Duration },
    /// It ends with the process.
    Process,
}

/// There is too little left of the lease to make a mutating call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOut {
    /// What is left.
    pub left: Duration,
}

impl fmt::Display for RunOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not sent: the lease on the state's lock has {} ms left", self.left.as_millis())
    }
}

impl std::error::Error for RunOut {}

impl Lease {
    /// No lease yet: nothing may be changed.
    #[must_use]
    pub fn none(clock: Clock) -> Self {
        Self { clock, term: Arc::new(Mutex::new(Term::None)) }
    }

    /// A lease that lasts as long as the process, for locks that the system takes back.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { clock: Arc::new(|| Duration::ZERO), term: Arc::new(Mutex::new(Term::Process)) }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Duration {
        (self.clock)()
    }

    /// From now on it lasts as long as the process.
    pub fn hold(&self) {
        self.set(Term::Process);
    }

    /// It lasts until `end`, and a mutating call may take as long as `call`.
    pub fn extend(&self, end: Duration, call: Duration) {
        self.set(Term::Until { end, call });
    }

    /// It is over.
    pub fn end(&self) {
        self.set(Term::None);
    }

    /// How long a mutating call may take; `None` without a limit.
    #[must_use]
    pub fn call(&self) -> Option<Duration> {
        match self.term() {
            Term::Until { call, .. } => Some(call),
            Term::None | Term::Process => None,
        }
    }

    /// Asks whether a mutating call may be made now.
    ///
    /// # Errors
    /// The call may take longer than the lease lasts.
    pub fn check(&self) -> Result<(), RunOut> {
        match self.term() {
            Term::Process => Ok(()),
            Term::None => Err(RunOut { left: Duration::ZERO }),
            Term::Until { end, call } => {
                let left = end.saturating_sub(self.now());
                if left >= call { Ok(()) } else { Err(RunOut { left }) }
            }
        }
    }

    fn term(&self) -> Term {
        *self.term.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, term: Term) {
        *self.term.lock().unwrap_or_else(PoisonError::into_inner) = term;
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("term", &self.term()).finish_non_exhaustive()
    }
}
