//! The emulator that lives between commands.

use std::path::Path;

use sandbox::{Running, ensure, reset, status, stop};

use crate::{heard, listens, remember, remembers, signal, tools};

/// A state folder whose emulator ends with the test, however the test ends.
struct State(tempfile::TempDir);

impl State {
    fn new() -> State {
        State(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for State {
    fn drop(&mut self) {
        let state = self.path().to_path_buf();
        // Not in the test's runtime, which may be unwinding.
        let stopped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime")
                .block_on(stop(&state, &mut heard))
        });
        let ended = stopped.join().expect("no panic");
        if !std::thread::panicking() {
            ended.expect("it can be stopped");
        }
    }
}

async fn running(state: &State) -> Running {
    ensure(&tools(), state.path(), &mut heard).await.expect("an emulator")
}

#[tokio::test]
async fn it_stays_between_commands_until_it_is_stopped() {
    let state = State::new();
    assert_eq!(status(state.path()).await.expect("readable"), None);
    assert!(!stop(state.path(), &mut heard).await.expect("nothing to do"));
    assert_eq!(reset(state.path(), &mut heard).await.expect("nothing to do"), None);
    let left = std::fs::read_dir(state.path()).expect("readable").count();
    assert_eq!(left, 0, "looking leaves no traces");

    let first = running(&state).await;
    assert!(first.started_now);
    remember(&first.endpoint).await;
    let second = running(&state).await;
    assert_eq!(second, Running { started_now: false, ..first.clone() });
    assert!(remembers(&second.endpoint).await);
    assert_eq!(status(state.path()).await.expect("readable"), Some(second));

    assert!(stop(state.path(), &mut heard).await.expect("it ends"));
    assert!(!listens(&first.endpoint).await);
    assert_eq!(status(state.path()).await.expect("readable"), None);
    let third = running(&state).await;
    assert!(third.started_now);
    assert_ne!(third.run, first.run);
}

#[tokio::test]
async fn a_reset_begins_a_new_run_at_the_same_address() {
    let state = State::new();
    let before = running(&state).await;
    remember(&before.endpoint).await;
    let after = reset(state.path(), &mut heard).await.expect("it answers").expect("it runs");
    assert_ne!(after.run, before.run);
    assert_eq!(after.endpoint, before.endpoint);
    assert!(!remembers(&after.endpoint).await);
    // By other means than ours, too: the emulator itself knows its run.
    let answer = crate::send(&after.endpoint, "s3", "POST /moto-api/reset", "", "").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let later = running(&state).await;
    assert!(!later.started_now);
    assert_ne!(later.run, after.run);
}

#[tokio::test]
async fn commands_at_once_share_one() {
    let state = State::new();
    let (one, two, three) = tokio::join!(running(&state), running(&state), running(&state));
    let started = [&one, &two, &three].iter().filter(|running| running.started_now).count();
    assert_eq!(started, 1);
    assert!([&two, &three].iter().all(|other| other.pid == one.pid && other.run == one.run));
}

#[tokio::test]
async fn a_killed_one_is_noticed_and_started_anew() {
    let state = State::new();
    let before = running(&state).await;
    signal("KILL", before.pid);
    let after = running(&state).await;
    assert!(after.started_now);
    assert_ne!(after.run, before.run);
    assert!(!remembers(&after.endpoint).await);
}

#[tokio::test]
async fn one_that_hangs_is_replaced() {
    let state = State::new();
    let before = running(&state).await;
    signal("STOP", before.pid);
    let mut said = Vec::new();
    let after = ensure(&tools(), state.path(), &mut |line| said.push(line.to_owned())).await.expect("an emulator");
    assert!(after.started_now);
    assert_ne!(after.pid, before.pid);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("does not answer"), "{said:?}");
}

#[tokio::test]
async fn a_strangers_process_is_never_killed() {
    // The record of a dead emulator, whose process id and port belong to others by now.
    let state = State::new();
    let other = State::new();
    let stranger = running(&other).await;
    let own = running(&state).await;
    signal("KILL", own.pid);
    // While it is dying it is not dead.
    while !matches!(status(state.path()).await, Ok(None)) {
        tokio::task::yield_now().await;
    }
    std::fs::copy(other.path().join("sandbox.json"), state.path().join("sandbox.json")).expect("copied");
    let after = running(&state).await;
    assert!(after.started_now);
    assert!(stop(state.path(), &mut heard).await.expect("it ends"));
    assert_eq!(running(&other).await, Running { started_now: false, ..stranger });
}
