//! One operation's ways through the machine, command by command.

use std::time::Duration;

use driver::{Fault, FaultKind, Found};
use model::Id;
use model::plan::{Edge, EdgeReason, OperationId};

use super::*;

const ONE: OperationId = OperationId(0);
const TWO: OperationId = OperationId(1);

fn task(work: Work) -> Task {
    Task {
        work,
        service: "test",
        deadline: Duration::from_secs(600),
        consistency: Duration::from_secs(60),
        priority: Duration::ZERO,
    }
}

fn create() -> Task {
    task(Work::Create { prove_absence: false })
}

fn edge(first: OperationId, second: OperationId) -> Edge {
    Edge { first, second, reason: EdgeReason::MustExist }
}

fn fault(kind: FaultKind) -> Fault {
    Fault::new(kind, "test:call", "no")
}

fn id() -> Id {
    Id("id-1".to_owned())
}

/// A command in a word or two.
fn word(command: Command) -> Option<String> {
    Some(match command {
        Command::Prepare(it) => format!("prepare {}", it.0),
        Command::Find(_) => "find".to_owned(),
        Command::Append { entry, .. } => match entry {
            Entry::Intent { step: Step::Main, absent_before } => format!("write intent {absent_before}"),
            Entry::Intent { step: Step::Completion, .. } => "write completion".to_owned(),
            Entry::Created { id } => format!("write created {id}"),
            Entry::Ready => "write ready".to_owned(),
            Entry::Failed { fault, leaves } => format!("write failed {:?} {leaves:?}", fault.kind),
            Entry::Withdrawn => "write withdrawn".to_owned(),
            Entry::Left => "write left".to_owned(),
            Entry::Suspect => "write suspect".to_owned(),
            Entry::NotOurs { id } => format!("write not ours {id}"),
            Entry::Settled { standing } => format!("write settled {standing:?}"),
            Entry::Note => "write note".to_owned(),
        },
        Command::Call { step: Step::Main, .. } => "call".to_owned(),
        Command::Call { step: Step::Completion, .. } => "complete".to_owned(),
        Command::Inspect(_) => "inspect".to_owned(),
        Command::Watch(_) => "watch".to_owned(),
        Command::Unwatch(_) => "unwatch".to_owned(),
        Command::SetTimer { timer: Timer::Pause(_), after, .. } => format!("pause {}ms", after.as_millis()),
        Command::SetTimer { timer: Timer::Turn, after, .. } => format!("turn {}ms", after.as_millis()),
        Command::SetTimer { timer: Timer::Deadline | Timer::Visible(_), .. } => return None,
        Command::Report { report, .. } => match report {
            Report::Started | Report::Waiting(_) | Report::Pausing(_) => return None,
            Report::Finished { changed } => format!("finished {changed}"),
            Report::Failed(fault) => format!("failed {:?}", fault.kind),
            Report::Skipped { because } => format!("skipped because {}", because.0),
        },
    })
}

/// Feeds events; each is followed by the commands that it must lead to.
fn check(tasks: Vec<Task>, edges: &[Edge], script: &[(Event, &[&str])]) -> Machine {
    let mut machine = Machine::new(tasks, edges, Limits::default());
    for (index, (event, expect)) in script.iter().enumerate() {
        let commands: Vec<String> = machine.handle(event.clone()).into_iter().filter_map(word).collect();
        assert_eq!(commands, *expect, "event {index}: {event:?}");
    }
    machine
}

fn go(operation: OperationId) -> Event {
    Event::Prepared { operation, prepared: Prepared::Go }
}

fn appended(operation: OperationId) -> Event {
    Event::Appended { operation }
}

fn answered(answer: Result<Answer, Fault>) -> Event {
    Event::Answered { operation: ONE, answer }
}

fn made(settled: bool, unfinished: bool) -> Event {
    answered(Ok(Answer::Created { id: id(), settled, unfinished }))
}

fn found(found: Found) -> Event {
    Event::Found { operation: ONE, found: Ok(found) }
}

fn seen(sight: Sight) -> Event {
    Event::Seen { operation: ONE, sight }
}

fn paused(number: u32) -> Event {
    Event::Elapsed { operation: ONE, timer: Timer::Pause(number) }
}

#[test]
fn a_call_is_made_only_once_its_intent_is_durable() {
    let machine = check(
        vec![create(), create()],
        &[edge(ONE, TWO)],
        &[
            (Event::Start, &["prepare 0"]),
            (go(ONE), &["write intent false"]),
            (appended(ONE), &["call"]),
            (made(true, false), &["write created id-1", "write ready"]),
            (appended(ONE), &[]),
            (appended(ONE), &["finished true", "prepare 1"]),
        ],
    );
    assert!(!machine.is_finished());
}

#[test]
fn an_unfinished_create_is_completed_under_an_intent_of_its_own() {
    let steps: &[(Event, &[&str])] = &[
        (Event::Start, &["prepare 0"]),
        (go(ONE), &["write intent false"]),
        (appended(ONE), &["call"]),
        (made(true, true), &["write created id-1", "write completion"]),
        (appended(ONE), &[]),
        (appended(ONE), &["complete"]),
        (answered(Ok(Answer::Done { settled: true })), &["write ready"]),
        (appended(ONE), &["finished true"]),
    ];
    assert!(check(vec![create()], &[], steps).is_finished());
}

#[test]
fn a_name_without_a_mark_is_read_as_absent_first() {
    let task = || vec![task(Work::Create { prove_absence: true })];
    check(
        task(),
        &[],
        &[
            (Event::Start, &["prepare 0"]),
            (go(ONE), &["find"]),
            (found(Found::Absent), &["write intent true"]),
            (appended(ONE), &["call"]),
            (answered(Err(fault(FaultKind::Unknown))), &["find"]),
            (found(Found::Unproven(id())), &["write created id-1", "watch"]),
        ],
    );
    check(
        task(),
        &[],
        &[(Event::Start, &["prepare 0"]), (go(ONE), &["find"]), (found(Found::Unproven(id())), &["failed Conflict"])],
    );
}

#[test]
fn a_create_without_an_answer_is_looked_for_and_never_repeated() {
    let start: [(Event, &[&str]); 4] = [
        (Event::Start, &["prepare 0"]),
        (go(ONE), &["write intent false"]),
        (appended(ONE), &["call"]),
        (answered(Err(fault(FaultKind::Unknown))), &["find"]),
    ];
    let with = |rest: &[(Event, &'static [&'static str])]| {
        let script: Vec<(Event, &[&str])> = start.iter().chain(rest).cloned().collect();
        check(vec![create()], &[], &script)
    };
    with(&[(found(Found::Ours(id())), &["write created id-1", "watch"]), (appended(ONE), &[])]);
    with(&[(found(Found::Foreign(id())), &["write not ours id-1"]), (appended(ONE), &["failed Conflict"])]);
    with(&[(found(Found::Unproven(id())), &["write not ours id-1"])]);
    with(&[
        (found(Found::Absent), &["pause 500ms"]),
        (paused(1), &["find"]),
        (found(Found::Absent), &["pause 1000ms"]),
        (Event::Elapsed { operation: ONE, timer: Timer::Deadline }, &["write suspect"]),
        (appended(ONE), &["failed Unknown"]),
    ]);
    // What cannot be found out stays open in the journal.
    with(&[(Event::Found { operation: ONE, found: Err(fault(FaultKind::Denied)) }, &["failed Denied"])]);
}

/// What follows a fault of a call.
fn after(work: Work, kind: FaultKind, expect: &[&str]) {
    check(
        vec![task(work)],
        &[],
        &[
            (Event::Start, &["prepare 0"]),
            (go(ONE), &["write intent false"]),
            (appended(ONE), &["call"]),
            (answered(Err(fault(kind))), expect),
        ],
    );
}

#[test]
fn every_fault_of_every_call_has_its_answer() {
    let in_use = || FaultKind::InUse { by: Vec::new() };
    let create = Work::Create { prove_absence: false };
    for work in [create, Work::Update, Work::Delete] {
        after(work, FaultKind::Throttled, &["turn 100ms"]);
        after(work, FaultKind::Unreachable, &["pause 500ms"]);
        after(work, FaultKind::NotYet, &["pause 500ms"]);
    }
    after(create, FaultKind::Denied, &["write failed Denied Nothing"]);
    after(create, FaultKind::Invalid, &["write failed Invalid Nothing"]);
    after(create, in_use(), &["write failed InUse { by: [] } Nothing"]);
    after(create, FaultKind::Conflict, &["find"]);
    after(create, FaultKind::Unknown, &["find"]);
    after(Work::Update, FaultKind::Denied, &["write failed Denied At(Updating)"]);
    after(Work::Update, FaultKind::NotFound, &["write failed NotFound At(Updating)"]);
    after(Work::Update, FaultKind::Unknown, &["inspect"]);
    after(Work::Delete, FaultKind::Denied, &["write failed Denied AsBefore"]);
    after(Work::Delete, FaultKind::NotFound, &["write ready"]);
    after(Work::Delete, in_use(), &["pause 500ms"]);
    after(Work::Delete, FaultKind::Unknown, &["inspect"]);
}

#[test]
fn pauses_grow_and_end() {
    let mut machine = Machine::new(vec![create()], &[], Limits::default());
    let _ = machine.handle(Event::Start);
    let _ = machine.handle(go(ONE));
    let _ = machine.handle(appended(ONE));
    let mut pauses = Vec::new();
    for number in 1.. {
        let commands = machine.handle(answered(Err(fault(FaultKind::NotYet))));
        let pause = commands.iter().find_map(|it| match it {
            Command::SetTimer { after, .. } => Some(*after),
            _ => None,
        });
        let Some(pause) = pause else { break };
        pauses.push(pause.as_millis());
        let _ = machine.handle(paused(number));
    }
    assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 15000, 15000, 14500]);
}

#[test]
fn a_failure_skips_what_depends_on_it_and_nothing_else() {
    let machine = check(
        vec![create(), create(), create(), create()],
        &[edge(ONE, TWO), edge(TWO, OperationId(2))],
        &[
            (Event::Start, &["prepare 0", "prepare 3"]),
            (
                Event::Prepared { operation: ONE, prepared: Prepared::Failed(fault(FaultKind::Denied)) },
                &["failed Denied", "skipped because 0", "skipped because 0"],
            ),
            (go(OperationId(3)), &["write intent false"]),
        ],
    );
    assert!(!machine.is_finished());
}

#[test]
fn an_interrupt_begins_nothing_and_waits_for_answers() {
    let machine = check(
        vec![create(), create()],
        &[],
        &[
            (Event::Start, &["prepare 0", "prepare 1"]),
            (go(ONE), &["write intent false"]),
            (appended(ONE), &["call"]),
            (go(TWO), &["write intent false"]),
            (Event::Interrupted, &[]),
            (appended(TWO), &["write withdrawn"]),
            (appended(TWO), &[]),
            (made(false, false), &["write created id-1", "write left"]),
            (appended(ONE), &[]),
            (appended(ONE), &[]),
        ],
    );
    assert!(machine.is_finished());
}

#[test]
fn what_settles_is_watched_until_it_stands() {
    let start: [(Event, &[&str]); 5] = [
        (Event::Start, &["prepare 0"]),
        (go(ONE), &["write intent false"]),
        (appended(ONE), &["call"]),
        (made(false, false), &["write created id-1", "watch"]),
        (appended(ONE), &[]),
    ];
    let with = |rest: &[(Event, &'static [&'static str])]| {
        let script: Vec<(Event, &[&str])> = start.iter().chain(rest).cloned().collect();
        check(vec![create()], &[], &script)
    };
    let visible = Event::Elapsed { operation: ONE, timer: Timer::Visible(1) };
    let deadline = Event::Elapsed { operation: ONE, timer: Timer::Deadline };
    let settling = || seen(Sight::Settling("creating".to_owned()));
    with(&[(settling(), &[]), (seen(Sight::Ready), &["unwatch", "write ready"])]);
    with(&[(settling(), &[]), (visible.clone(), &[]), (seen(Sight::Ready), &["unwatch", "write ready"])]);
    with(&[(seen(Sight::Absent), &[]), (visible, &["unwatch", "write failed NotFound At(Failed)"])]);
    with(&[(deadline, &["unwatch", "write failed NotYet At(Creating)"])]);
    with(&[(seen(Sight::Failed("broken".to_owned())), &["unwatch", "write failed Invalid At(Failed)"])]);
    with(&[
        (seen(Sight::Unread(fault(FaultKind::Throttled))), &[]),
        (seen(Sight::Unread(fault(FaultKind::Denied))), &["unwatch", "write failed Denied At(Creating)"]),
    ]);
}

#[test]
fn values_that_turn_out_equal_are_not_sent() {
    let unneeded = Event::Prepared { operation: ONE, prepared: Prepared::Unneeded };
    let machine = check(
        vec![task(Work::Update)],
        &[],
        &[(Event::Start, &["prepare 0"]), (unneeded, &["write note"]), (appended(ONE), &["finished false"])],
    );
    assert!(machine.is_finished());
}

#[test]
fn the_longest_path_goes_first_within_the_limits() {
    let tasks = (0..4).map(|it| Task { priority: Duration::from_secs(it), ..create() }).collect();
    let services = [("test".to_owned(), 2)].into();
    let mut machine = Machine::new(tasks, &[], Limits { services, ..Limits::default() });
    let begun = |commands: Vec<Command>| commands.into_iter().filter_map(word).collect::<Vec<String>>();
    assert_eq!(begun(machine.handle(Event::Start)), ["prepare 3", "prepare 2"]);
    // What ends makes room for the next.
    let failed = Event::Prepared { operation: OperationId(2), prepared: Prepared::Failed(fault(FaultKind::Denied)) };
    assert_eq!(begun(machine.handle(failed)), ["failed Denied", "prepare 1"]);
}

/// Feeds events and returns the commands in words.
fn told(machine: &mut Machine, event: Event) -> Vec<String> {
    machine.handle(event).into_iter().filter_map(word).collect()
}

/// Operations whose calls are on their way.
fn calling(count: usize, limits: Limits) -> Machine {
    let mut machine = Machine::new(vec![create(); count], &[], limits);
    let _ = machine.handle(Event::Start);
    for id in (0..count).map(OperationId) {
        let _ = machine.handle(go(id));
        let _ = machine.handle(appended(id));
    }
    machine
}

fn throttled(operation: usize) -> Event {
    Event::Answered { operation: OperationId(operation), answer: Err(fault(FaultKind::Throttled)) }
}

fn turn(operation: usize) -> Event {
    Event::Elapsed { operation: OperationId(operation), timer: Timer::Turn }
}

#[test]
fn answers_set_the_pace_of_a_service_that_throttles() {
    let mut machine = calling(4, Limits::default());
    assert_eq!(told(&mut machine, throttled(2)), ["turn 100ms"]);
    // Those that were sent before it say nothing new.
    assert!(told(&mut machine, throttled(1)).is_empty());
    assert!(told(&mut machine, throttled(0)).is_empty());
    assert_eq!(told(&mut machine, turn(2)), ["call", "turn 100ms"]);
    assert!(told(&mut machine, throttled(0)).is_empty());
    assert_eq!(told(&mut machine, turn(0)), ["call", "turn 142ms"]);
    let made = Answer::Created { id: id(), settled: false, unfinished: false };
    let answered = Event::Answered { operation: ONE, answer: Ok(made) };
    assert_eq!(told(&mut machine, answered), ["write created id-1", "watch"]);
    assert_eq!(told(&mut machine, turn(0)), ["call", "turn 141ms"]);
    assert_eq!(told(&mut machine, turn(1)), ["call", "turn 141ms"]);
    // Nobody waits, and the next one may call at once.
    assert!(told(&mut machine, turn(2)).is_empty());
    assert_eq!(told(&mut machine, throttled(1)), ["turn 202ms"]);
}

#[test]
fn who_waits_for_a_turn_can_be_interrupted_and_gives_up_in_time() {
    let mut machine = calling(2, Limits::default());
    let _ = told(&mut machine, throttled(0));
    let _ = told(&mut machine, throttled(1));
    let deadline = Event::Elapsed { operation: ONE, timer: Timer::Deadline };
    assert_eq!(told(&mut machine, deadline), ["write failed Throttled Nothing"]);
    assert_eq!(told(&mut machine, Event::Interrupted), ["write withdrawn"]);
    assert!(told(&mut machine, turn(0)).is_empty());
    assert!(!machine.is_finished());
    assert_eq!(told(&mut machine, appended(ONE)), ["failed Throttled"]);
    assert!(told(&mut machine, appended(TWO)).is_empty());
    assert!(machine.is_finished());
}

#[test]
fn a_service_that_throttles_leaves_the_slots_to_others() {
    let other = Task { service: "other", ..create() };
    let tasks = (0..12).map(|it| if it < 8 { create() } else { other.clone() }).collect();
    let mut machine = Machine::new(tasks, &[], Limits { parallelism: 5, ..Limits::default() });
    let begun: Vec<String> = told(&mut machine, Event::Start);
    assert_eq!(begun.len(), 5);
    for id in (0..5).map(OperationId) {
        let _ = machine.handle(go(id));
        let _ = machine.handle(appended(id));
    }
    // Four wait for their turn; what comes free goes to the other service.
    (0..4).for_each(|it| drop(machine.handle(throttled(it))));
    let last = OperationId(4);
    let made = Answer::Created { id: id(), settled: false, unfinished: false };
    let answered = Event::Answered { operation: last, answer: Ok(made) };
    assert_eq!(told(&mut machine, answered), ["write created id-1", "watch", "prepare 8"]);
}

#[test]
fn ten_thousand_operations_are_begun_in_their_order() {
    let count = 10_000;
    let tasks = (0..count).map(|it| Task { priority: Duration::from_millis(it % 100), ..create() }).collect();
    let edges: Vec<Edge> = (1..5_000).map(|it| edge(OperationId(it - 1), OperationId(it))).collect();
    let mut machine = Machine::new(tasks, &edges, Limits { parallelism: 1, ..Limits::default() });
    let mut prepared = machine.handle(Event::Start);
    let mut order = Vec::new();
    while let Some(Command::Prepare(id)) = prepared.pop() {
        order.push(id);
        let _ = machine.handle(Event::Prepared { operation: id, prepared: Prepared::Unneeded });
        prepared = machine.handle(appended(id));
    }
    assert!(machine.is_finished());
    assert_eq!(order.len(), 10_000);
    assert_eq!(order[..3], [99, 199, 299].map(|it| OperationId(it + 5_000)));
    let places: std::collections::BTreeMap<OperationId, usize> =
        order.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    assert!(edges.iter().all(|edge| places[&edge.first] < places[&edge.second]));
}
