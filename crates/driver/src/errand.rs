//! Whose errand a call to AWS is.
//!
//! In: an operation, and the work that is done for it. Out: the operation, to whoever notes a call
//! down while that work is going on. It must not know what the work is, and changes nothing about it.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;

use model::plan::OperationId;

thread_local! {
    static OPERATION: Cell<Option<OperationId>> = const { Cell::new(None) };
}

/// Does work for an operation: until it is done, [`errand`] tells which, to the work alone.
pub async fn on_errand<T>(operation: OperationId, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        let before = OPERATION.replace(Some(operation));
        let polled = work.as_mut().poll(context);
        OPERATION.set(before);
        polled
    })
    .await
}

/// The operation for which work is going on here and now.
#[must_use]
pub fn errand() -> Option<OperationId> {
    OPERATION.get()
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
        let mut work = pin!(on_errand(OperationId(7), work));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(work.as_mut().poll(&mut context), Poll::Pending);
        assert_eq!(errand(), None);
        assert_eq!(work.as_mut().poll(&mut context), Poll::Ready(Some(OperationId(7))));
        assert_eq!(errand(), None);
    }
}
