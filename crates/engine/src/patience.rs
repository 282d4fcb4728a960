//! Reads that wait while AWS throttles.
//!
//! In: a question. Out: its answer, asked for less and less often while there is none.

use std::time::Duration;

use driver::{Fault, FaultKind};

/// The first pause.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);
/// How often it is asked again.
const TRIES: u32 = 12;

/// Asks, and asks again for some minutes while the answer is that there were too many questions.
pub(crate) async fn patiently<T>(ask: impl AsyncFn() -> Result<T, Fault>) -> Result<T, Fault> {
    let mut pause = FIRST;
    for _ in 0..TRIES {
        match ask().await {
            Err(fault) if fault.kind == FaultKind::Throttled => tokio::time::sleep(pause).await,
            answer => return answer,
        }
        pause = (pause * 2).min(LONGEST);
    }
    ask().await
}
