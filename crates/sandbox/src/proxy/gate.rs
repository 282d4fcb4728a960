//! What holds calls up until a test has seen what it wants to see meanwhile.
//!
//! In: the word to open. Out: the moment from which calls go on. No time is involved.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A gate that is shut at first and opens once, for good. Clones are the same gate.
#[derive(Debug, Clone)]
pub struct Gate(Arc<Semaphore>);

impl Gate {
    /// A gate that is shut.
    pub fn shut() -> Gate {
        Gate(Arc::new(Semaphore::new(0)))
    }

    /// Lets through whoever waits, and whoever comes.
    pub fn open(&self) {
        self.0.close();
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.0.is_closed()
    }

    /// Waits until it is open.
    pub(super) async fn opened(self) {
        // There never is a permit: the wait ends with the error that the semaphore is closed.
        let _closed = self.0.acquire().await;
    }
}

impl PartialEq for Gate {
    fn eq(&self, other: &Gate) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Gate {}
