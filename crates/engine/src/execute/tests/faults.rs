//! What goes wrong, one fault at a time.

use driver::FaultKind;
use model::state::Status;
use model::{Address, Id, Tree};

use super::bed::Bed;
use super::cloud::Object;
use crate::store::Store as _;

const THREE: &str = r#"
[resource.test_thing.broken]
name = "broken"
[resource.test_thing.child]
name = "child"
uses = ["${test_thing.broken.id}"]
[resource.test_thing.other]
name = "other"
"#;

const NAMED: &str = "[resource.test_named.main]\nname = \"main\"\n";

#[tokio::test(start_paused = true)]
async fn a_failure_stops_only_what_depends_on_it() {
    let mut bed = Bed::new();
    bed.cloud.order("create", "broken", FaultKind::Denied, false);
    let run = bed.apply(THREE).await;
    let outcome = run.outcome();
    assert_eq!((outcome.created, outcome.skipped, outcome.failed.len()), (1, 1, 1));
    assert_eq!(outcome.failed[0].0, Address::managed("test_thing", "broken"));
    assert_eq!(bed.cloud.names(), ["other"]);
    assert_eq!(bed.apply(THREE).await.outcome().created, 2);
    assert!(bed.pending(THREE).await.is_empty());
}

/// A fault that goes away, once: what becomes of it, and how many calls it takes.
async fn check(kind: FaultKind, done: bool, creates: usize, objects: &[&str]) {
    let mut bed = Bed::new();
    bed.cloud.order("create", "broken", kind.clone(), done);
    let run = bed.apply(THREE).await;
    assert!(run.outcome().is_complete(), "{kind:?}: {:?}", run.outcome());
    assert_eq!(bed.cloud.count("create"), creates, "{kind:?}");
    assert_eq!(bed.cloud.names(), objects, "{kind:?}");
    assert!(bed.pending(THREE).await.is_empty(), "{kind:?}");
}

#[tokio::test(start_paused = true)]
async fn what_aws_did_not_do_is_repeated_and_what_it_may_have_done_is_looked_for() {
    let all = ["broken", "child", "other"];
    check(FaultKind::Throttled, false, 4, &all).await;
    check(FaultKind::Unreachable, false, 4, &all).await;
    check(FaultKind::NotYet, false, 4, &all).await;
    check(FaultKind::Unknown, true, 3, &all).await;
}

#[tokio::test(start_paused = true)]
async fn repetitions_are_bounded() {
    for kind in [FaultKind::Throttled, FaultKind::Unreachable, FaultKind::NotYet] {
        let mut bed = Bed::new();
        for _ in 0..200 {
            bed.cloud.order("create", "broken", kind.clone(), false);
        }
        let run = bed.apply(THREE).await;
        assert_eq!(run.outcome().failed[0].1.kind, kind);
        assert!(bed.cloud.count("create") < 20, "{kind:?}: {}", bed.cloud.count("create"));
    }
    let mut bed = Bed::new();
    bed.apply(NAMED).await.outcome();
    for _ in 0..200 {
        bed.cloud.order("delete", "", FaultKind::InUse { by: Vec::new() }, false);
    }
    let run = bed.destroy(NAMED).await;
    assert_eq!(run.outcome().failed.len(), 1);
    assert!(bed.cloud.count("delete") < 20);
    // Nothing was deleted, so the object is as good as before.
    let state = bed.state().await;
    let main = state.resources[&Address::managed("test_named", "main")].current.clone().expect("still there");
    assert_eq!(main.status, Status::Ready);
}

#[tokio::test(start_paused = true)]
async fn a_create_that_left_nothing_stays_suspect_and_may_arrive_late() {
    let mut bed = Bed::new();
    bed.cloud.order("create", "broken", FaultKind::Unknown, false);
    let run = bed.apply(THREE).await;
    assert_eq!(run.outcome().failed[0].1.kind, FaultKind::Unknown);
    let broken = Address::managed("test_thing", "broken");
    let suspect = bed.state().await.resources[&broken].suspects[0].clone();
    // It arrives after all: the next run takes it over and makes no second one.
    let late = Object { inputs: suspect.inputs, token: suspect.token, settling: 0, deleting: false };
    bed.cloud.world().objects.insert(("test_thing".to_owned(), Id("late".to_owned())), late);
    let run = bed.apply(THREE).await;
    assert!(run.outcome().is_complete());
    assert!(run.notes[0].contains("arrived late"), "{:?}", run.notes);
    assert_eq!(bed.cloud.names(), ["broken", "child", "other"]);
    assert!(bed.state().await.resources[&broken].suspects.is_empty());
    assert!(bed.pending(THREE).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_suspect_is_forgotten_after_fifteen_minutes() {
    let mut bed = Bed::new();
    bed.cloud.order("create", "broken", FaultKind::Unknown, false);
    bed.apply(THREE).await.outcome();
    bed.now += 15 * 60 + 1;
    assert!(bed.apply(THREE).await.outcome().is_complete());
    let state = bed.state().await;
    assert!(state.resources.values().all(|it| it.suspects.is_empty()));
    assert_eq!(bed.cloud.names(), ["broken", "child", "other"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_has_is_never_taken_over() {
    let mut bed = Bed::new();
    let foreign = Object {
        inputs: model::Known::map([("name", Tree::text("main"))]),
        token: String::new(),
        settling: 0,
        deleting: false,
    };
    bed.cloud.world().objects.insert(("test_named".to_owned(), Id("main".to_owned())), foreign);
    let run = bed.apply(NAMED).await;
    let fault = &run.outcome().failed[0].1;
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.message.contains("[[import]]\nto = \"test_named.main\"\nid = \"main\""), "{}", fault.message);
    assert_eq!(bed.cloud.count("create"), 0);
    assert!(bed.state().await.resources.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unclear_update_or_delete_is_read_and_repeated() {
    for done in [true, false] {
        let mut bed = Bed::new();
        bed.apply(NAMED).await.outcome();
        let bigger = format!("{NAMED}size = 2\n");
        bed.cloud.order("update", "main", FaultKind::Unknown, done);
        assert_eq!(bed.apply(&bigger).await.outcome().updated, 1);
        assert!(bed.pending(&bigger).await.is_empty());
        bed.cloud.order("delete", "main", FaultKind::Unknown, done);
        assert_eq!(bed.destroy(&bigger).await.outcome().deleted, 1);
        assert!(bed.cloud.names().is_empty());
        assert_eq!(bed.cloud.count("delete"), if done { 1 } else { 2 });
    }
}

#[tokio::test(start_paused = true)]
async fn what_never_becomes_usable_is_replaced_by_the_next_run() {
    let mut bed = Bed::new();
    let slow = "[resource.test_slow.main]\nname = \"main\"\n";
    bed.cloud.world().spoiled = true;
    let run = bed.apply(slow).await;
    assert_eq!(run.outcome().failed[0].1.message, "it broke");
    bed.cloud.world().spoiled = false;
    assert_eq!(bed.pending(slow).await, ["Replace test_slow.main"]);
    assert!(bed.apply(slow).await.outcome().is_complete());
    assert_eq!(bed.cloud.names(), ["main"]);
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_left_to_the_next_run() {
    let mut bed = Bed::new();
    bed.cloud.world().slowness = 10_000;
    let slow = "[resource.test_slow.main]\nname = \"main\"\n[resource.test_slow.main.timeouts]\ncreate = \"2m\"\n";
    let run = bed.apply(slow).await;
    let fault = &run.outcome().failed[0].1;
    assert_eq!((&fault.kind, fault.message.as_str()), (&FaultKind::NotYet, "not done after 120 seconds"));
    bed.cloud.world().objects.values_mut().for_each(|it| it.settling = 1);
    assert!(bed.apply(slow).await.outcome().is_complete());
    assert_eq!(bed.cloud.count("create"), 1);
    assert!(bed.pending(slow).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_denied_read_is_no_absence() {
    let mut bed = Bed::new();
    bed.apply(NAMED).await.outcome();
    bed.cloud.order("read", "", FaultKind::Denied, false);
    let stack = super::bed::stack(NAMED);
    let session = crate::session::look(&bed.store.inner).await.expect("readable");
    let question = crate::observe::Question {
        stack: &stack,
        catalog: &super::cloud::CATALOG,
        state: &session.ledger.state,
        fingerprints: &session.fingerprints,
        options: &crate::plan::Options::default(),
        everything: false,
    };
    let observed = crate::observe::observe(&bed.cloud.drivers(), &Default::default(), &question).await;
    let message = observed.expect_err("it could not be read").to_string();
    assert!(message.contains("test_named.main"), "{message}");
}

const NOW: crate::recover::Moment = crate::recover::Moment { now: 0, silent: std::time::Duration::ZERO };

#[tokio::test(start_paused = true)]
async fn recovery_takes_nothing_that_is_not_provably_ours() {
    let thing = "[resource.test_named.main]\nname = \"main\"\n";
    let mut bed = Bed::new();
    // Stopped between the intent and the call: somebody else takes the name meanwhile.
    bed.crash(thing, false, 5).await;
    assert!(bed.cloud.names().is_empty());
    let record = |body| crate::journal::Record { epoch: 1, sequence: 9, body };
    let stored = bed.store.inner.load().await.expect("readable");
    let ledger = crate::journal::Ledger::open(stored.snapshot, &stored.records);
    let open = ledger.open_intents().next().expect("an open intent");
    assert!(open.intent.absent_before);
    // Without the proof of absence, an unmarked object of that name is left alone.
    let mut intent = open.intent.clone();
    intent.absent_before = false;
    let body = crate::journal::Body::Intent(Box::new(intent));
    let ledger = crate::journal::Ledger::open(model::state::State::new("lineage").into(), &[record(body)]);
    let inputs = model::Known::map([("name", Tree::text("main"))]);
    let foreign = Object { inputs, token: String::new(), settling: 0, deleting: false };
    bed.cloud.world().objects.insert(("test_named".to_owned(), Id("main".to_owned())), foreign);
    let found = crate::recover::recover(&bed.cloud.drivers(), &ledger, NOW).await.expect("it was looked for");
    assert!(found.problems[0].contains("[[import]]\nto = \"test_named.main\""), "{:?}", found.problems);
    assert!(matches!(
        found.bodies[..],
        [crate::journal::Body::Closed { intent: 9, verdict: crate::journal::Verdict::NotOurs { .. } }]
    ));
    // What cannot be looked for stops the command.
    bed.cloud.order("find", "main", FaultKind::Denied, false);
    let refusal = crate::recover::recover(&bed.cloud.drivers(), &ledger, NOW).await.expect_err("it was denied");
    assert!(refusal.to_string().contains("test_named.main: test:find"), "{refusal}");
}
