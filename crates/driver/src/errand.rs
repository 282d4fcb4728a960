//! On whose errand AWS is called.
//!
//! In: an errand, and the work that is done for it. Out: the errand, to whoever notes a call down
//! while that work is going on. It must not know what the work is, and changes nothing about it.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;

use model::plan::OperationId;

thread_local! {
    static ERRAND: Cell<Option<Errand>> = const { Cell::new(None) };
}

/// What AWS is called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// One operation.
    Operation(OperationId),
    /// To see whether what waits has settled, for all operations that wait together. How often that
    /// is asked depends on how fast AWS and this machine are, so such calls are told apart from
    /// those that the work itself needs.
    Settling,
}

/// Does work: until it is done, [`errand`] tells what for, to the work alone.
pub async fn on_errand<T>(errand: Errand, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let before = ERRAND.replace(Some(errand));
        let polled = work.as_mut().poll(context);
        ERRAND.set(before);
        polled
    })
    .await
}

/// What the work that goes on here and now is done for.
#[must_use]
pub fn errand() -> Option<Errand> {
    ERRAND.get()
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn only_the_work_itself_knows_whose_errand_it_is() {
        let mut turns = 0;
        let work = poll_fn(move |_| {
            turns += 1;
            if turns == 2 { Poll::Ready(errand()) } else { Poll::Pending }
        });
        let mut work = pin!(on_errand(Errand::Settling, work));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(work.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(errand(), None);
        assert_eq!(work.as_mut().poll(&mut context), Poll::Ready(Some(Errand::Settling)));
        assert_eq!(errand(), None);
    }
}
