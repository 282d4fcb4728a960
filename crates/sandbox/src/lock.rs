//! Advisory file locks that end with the process that holds them.
//!
//! In: a path. Out: a token that holds the lock until it is dropped. Python's `fcntl.flock`
//! and these locks see each other on Linux and macOS, which `serve.py` relies on.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::Error;

const POLL: Duration = Duration::from_millis(50);

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    // Closing the file releases the lock.
    _file: File,
}

/// Takes the lock if nobody holds it.
pub(crate) fn try_take(path: &Path) -> Result<Option<Lock>, Error> {
    let file = File::options().create(true).append(true).open(path).map_err(Error::io("open", path))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(Error::io("lock", path)(source)),
    }
}

/// Takes the lock, waiting at most `patience`; `on_wait` is called once if it has to wait.
///
/// It asks again and again instead of blocking in the system call, because a blocked thread
/// could not be cancelled.
pub(crate) async fn take(path: &Path, patience: Duration, on_wait: impl FnOnce() + Send) -> Result<Lock, Error> {
    let deadline = Instant::now() + patience;
    let mut on_wait = Some(on_wait);
    loop {
        if let Some(lock) = try_take(path)? {
            return Ok(lock);
        }
        if Instant::now() >= deadline {
            return Err(Error::Busy { path: path.to_path_buf(), waited_seconds: patience.as_secs() });
        }
        if let Some(on_wait) = on_wait.take() {
            on_wait();
        }
        sleep(POLL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("lock");
        let held = try_take(&path).expect("lockable").expect("free at first");
        assert!(try_take(&path).expect("lockable").is_none());
        let mut waited = false;
        let refused = take(&path, Duration::from_millis(1), || waited = true).await;
        assert!(matches!(refused, Err(Error::Busy { .. })));
        assert!(waited);
        drop(held);
        take(&path, Duration::ZERO, || ()).await.expect("free again");
    }
}
