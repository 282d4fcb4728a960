//! What happens when calls fail while something is looked for, read or created.
//!
//! In: a subject. Out: its breaches. It must not know any kind.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use driver::{Fault, FaultKind, Found, Token, Want};
use model::Id;
use sandbox::Call;

use crate::place::{self, Harm};
use crate::subject::{Stopped, Subject};

/// A create that AWS throttles is not done, is told so, and nobody repeats it. Answers which call
/// creates.
pub async fn throttled_create(subject: &mut Subject<'_>) -> Result<String, Stopped> {
    let token = place::token();
    subject.place.take_calls();
    let harmed = subject.place.harm(Harm::Throttle, 0);
    let done = subject.driver().create(subject.sent(), &token).await;
    subject.place.heal();
    let made = subject.place.take_mutations();
    if !harmed.load(Ordering::Relaxed) {
        return Err(format!("create makes no call and answers {done:?}"));
    }
    subject.failed("create", Harm::Throttle, done, &made, 0);
    let found = find(subject, &token).await?;
    subject.expect(found == Found::Absent, || format!("find after a throttled create is {found:?}, not Absent"));
    Ok(made.into_iter().next().unwrap_or_default())
}

/// A create whose answer is lost is found again. Answers what it made.
pub async fn lost_create(subject: &mut Subject<'_>) -> Result<Id, Stopped> {
    let token = place::token();
    for _ in 0..20 {
        subject.place.take_calls();
        let harmed = subject.place.harm(Harm::DropAnswer, 0);
        let done = subject.driver().create(subject.sent(), &token).await;
        subject.place.heal();
        let made = subject.place.take_mutations();
        if !harmed.load(Ordering::Relaxed) {
            return Err(format!("create makes no call and answers {done:?}"));
        }
        subject.failed("create", Harm::DropAnswer, done, &made, 0);
        match (find(subject, &token).await?, subject.kind.marked) {
            (Found::Ours(id), _) | (Found::Unproven(id), false) => return Ok(id),
            // The emulator may have answered that it had not caught up.
            (Found::Absent, _) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            (found @ (Found::Foreign(_) | Found::Unproven(_)), _) => {
                return Err(format!("find after a create without an answer is {found:?}"));
            }
        }
    }
    Err("find after a create without an answer is Absent".to_owned())
}

/// Looks for what a token made.
pub async fn find(subject: &Subject<'_>, token: &Token) -> Result<Found, Stopped> {
    subject.driver().find(subject.sent(), token).await.map_err(|fault| format!("find: {fault}"))
}

/// A read that AWS denies is an error, never absence; whichever call it is.
pub async fn denied_reads(subject: &mut Subject<'_>, id: &Id, token: &Token) -> Result<(), Stopped> {
    let ids = std::slice::from_ref(id);
    subject.place.take_calls();
    subject.read(id).await?;
    for operation in operations(subject.place.take_calls()) {
        subject.place.deny(operation.clone());
        let read = subject.driver().read(ids, &Want::Everything).await;
        denied(subject, "read", &operation, &read);
    }
    find(subject, token).await?;
    for operation in operations(subject.place.take_calls()) {
        subject.place.deny(operation.clone());
        let found = subject.driver().find(subject.sent(), token).await;
        denied(subject, "find", &operation, &found);
    }
    Ok(())
}

/// Checks that a denial is told as one. A call that a cancelled read left behind may arrive later,
/// so an operation that was not asked for this time says nothing.
fn denied<T>(subject: &mut Subject<'_>, what: &str, operation: &str, answer: &Result<T, Fault>) {
    subject.place.heal();
    let asked = operations(subject.place.take_calls()).contains(operation);
    let told = match answer {
        Ok(_) => "a success".to_owned(),
        Err(fault) if fault.kind == FaultKind::Denied => return,
        Err(fault) => format!("{:?}: {fault}", fault.kind),
    };
    subject.expect(!asked, || format!("{what}: {operation} is denied, and the answer is {told}"));
}

fn operations(calls: Vec<Call>) -> BTreeSet<String> {
    calls.iter().map(Call::name).collect()
}
