//! What records make of a state.

use driver::{Fault, FaultKind};
use model::state::{State, Status};
use model::{Address, Id, Known, Secret, Tree};

use super::*;

fn address() -> Address {
    Address::managed("aws_vpc", "main")
}

fn id(id: &str) -> Id {
    Id(id.to_owned())
}

fn inputs(text: &str) -> Known {
    Known::map([("name", Known::text(text))])
}

fn print(text: &str) -> Known {
    Known::map([("password", Tree::Secret(Secret::Fingerprint(text.to_owned())))])
}

fn intent(operation: Call, id: Option<Id>, before: Known, after: Known, status: Option<Status>) -> Body {
    Body::Intent(Box::new(Intent {
        address: address(),
        kind: "aws_vpc".to_owned(),
        operation,
        token: id.as_ref().map_or("token", |_| "other").to_owned(),
        id,
        before,
        after,
        sent: Known::map([("suffix", Known::text("x"))]),
        local: empty(),
        dependencies: BTreeSet::new(),
        absent_before: false,
        status,
    }))
}

fn create(text: &str) -> Body {
    intent(Call::Create, None, empty(), inputs(text), None)
}

fn ready(intent: u64) -> Body {
    Body::Ready { intent, outputs: empty(), seconds: Some(2.0) }
}

fn records(bodies: Vec<Body>) -> Vec<Record> {
    let number = |(index, body)| Record { epoch: 1, sequence: index as u64 + 1, body };
    bodies.into_iter().enumerate().map(number).collect()
}

fn replay(snapshot: Snapshot, records: &[Record]) -> (State, Vec<OpenIntent>) {
    let ledger = Ledger::open(snapshot, records);
    let open = ledger.open_intents().cloned().collect();
    (ledger.state, open)
}

fn run(bodies: Vec<Body>) -> (State, Vec<OpenIntent>) {
    let (state, open) = replay(State::new("lineage").into(), &records(bodies));
    state.check().expect("a good state");
    (state, open)
}

/// The ids and status of the entry's objects: current, then deposed.
fn check(bodies: Vec<Body>, current: Option<(&str, Status)>, deposed: &[&str], open: usize) -> State {
    let (state, intents) = run(bodies);
    let entry = state.resources.get(&address());
    let object = entry.and_then(|it| it.current.as_ref()).map(|it| (it.id.0.as_str(), it.status));
    assert_eq!(object, current);
    let others: Vec<&str> = entry.iter().flat_map(|it| &it.deposed).map(|it| it.id.0.as_str()).collect();
    assert_eq!(others, deposed);
    assert_eq!(intents.len(), open);
    state
}

fn created(intent: u64, text: &str) -> Body {
    Body::Created { intent, id: id(text) }
}

fn closed(intent: u64, verdict: Verdict) -> Body {
    Body::Closed { intent, verdict }
}

#[test]
fn a_create_comes_to_be_step_by_step() {
    check(vec![create("a")], None, &[], 1);
    check(vec![create("a"), created(1, "1")], Some(("1", Status::Creating)), &[], 1);
    let state = check(vec![create("a"), created(1, "1"), ready(1)], Some(("1", Status::Ready)), &[], 0);
    assert_eq!(state.durations["aws_vpc.create"], 2.0);
    let object = state.resources[&address()].current.clone().expect("it is there");
    assert_eq!((object.inputs, object.token.as_str()), (inputs("a"), "token"));
    let fault = Fault::new(FaultKind::Denied, "ec2:CreateVpc", "no");
    let failed = |status| Body::Failed { intent: 1, fault: fault.clone(), status };
    check(vec![create("a"), failed(None)], None, &[], 0);
    check(vec![create("a"), created(1, "1"), failed(Some(Status::Failed))], Some(("1", Status::Failed)), &[], 0);
}

#[test]
fn what_is_replaced_is_deposed_until_it_is_deleted() {
    let mut bodies = vec![create("a"), created(1, "1"), ready(1)];
    bodies.push(intent(Call::Create, None, empty(), inputs("b"), None));
    if let Some(Body::Intent(second)) = bodies.last_mut() {
        second.token = "second".to_owned();
    }
    bodies.push(created(4, "2"));
    check(bodies.clone(), Some(("2", Status::Creating)), &["1"], 1);
    bodies.push(ready(4));
    bodies.push(intent(Call::Delete, Some(id("1")), inputs("a"), inputs("a"), Some(Status::Ready)));
    check(bodies.clone(), Some(("2", Status::Ready)), &["1"], 1);
    bodies.push(ready(7));
    check(bodies, Some(("2", Status::Ready)), &[], 0);
}

#[test]
fn an_open_update_counts_what_either_side_set_and_makes_secrets_uncertain() {
    let made = || vec![create("a"), created(1, "1"), ready(1)];
    let before = Known::map([("name", Known::text("a")), ("old", Known::Bool(true))]);
    let after = Known::map([("name", Known::text("b")), ("new", Known::Int(1))]);
    let update = intent(Call::Update, Some(id("1")), before.clone(), after.clone(), Some(Status::Ready));
    let open = made().into_iter().chain([update]).collect::<Vec<Body>>();
    let state = check(open.clone(), Some(("1", Status::Updating)), &[], 1);
    let either = Known::map([("name", Known::text("b")), ("old", Known::Bool(true)), ("new", Known::Int(1))]);
    let inputs_of = |state: &State| state.resources[&address()].current.clone().expect("it is there").inputs;
    assert_eq!(inputs_of(&state), either);
    let with = |last: Body| open.iter().cloned().chain([last]).collect::<Vec<Body>>();
    assert_eq!(inputs_of(&check(with(ready(4)), Some(("1", Status::Ready)), &[], 0)), after);
    let undone = check(with(closed(4, Verdict::Undone)), Some(("1", Status::Ready)), &[], 0);
    assert_eq!(inputs_of(&undone), before);
    let stands = check(with(closed(4, Verdict::Stands)), Some(("1", Status::Updating)), &[], 0);
    assert_eq!(inputs_of(&stands), either);

    let secret = intent(Call::Update, Some(id("1")), print("old"), print("new"), Some(Status::Ready));
    let state = check(made().into_iter().chain([secret]).collect(), Some(("1", Status::Updating)), &[], 1);
    assert!(![print("old"), print("new")].contains(&inputs_of(&state)));
}

#[test]
fn a_delete_ends_in_one_of_three_ways() {
    let delete = intent(Call::Delete, Some(id("1")), inputs("a"), inputs("a"), Some(Status::Ready));
    let with = |last: Option<Body>| {
        let made = [create("a"), created(1, "1"), ready(1), delete.clone()];
        made.into_iter().chain(last).collect::<Vec<Body>>()
    };
    check(with(None), Some(("1", Status::Deleting)), &[], 1);
    check(with(Some(closed(4, Verdict::Gone))), None, &[], 0);
    check(with(Some(closed(4, Verdict::Undone))), Some(("1", Status::Ready)), &[], 0);
    check(with(Some(closed(4, Verdict::Stands))), Some(("1", Status::Deleting)), &[], 0);
}

#[test]
fn a_suspect_arrives_or_expires() {
    let suspect = || vec![create("a"), closed(1, Verdict::Suspect { until: 9 })];
    let state = check(suspect(), None, &[], 0);
    let kept = &state.resources[&address()].suspects[0];
    assert_eq!((kept.token.as_str(), kept.until), ("token", 9));
    assert_eq!(kept.inputs.get("suffix"), Some(&Known::text("x")));
    let arrived = Body::Arrived { address: address(), token: "token".to_owned(), id: id("late") };
    let with = |more: Vec<Body>| suspect().into_iter().chain(more).collect::<Vec<Body>>();
    check(with(vec![arrived.clone()]), Some(("late", Status::Creating)), &[], 0);
    let mut again = create("a");
    if let Body::Intent(intent) = &mut again {
        intent.token = "again".to_owned();
    }
    let late = with(vec![again, created(3, "new"), ready(3), arrived]);
    check(late, Some(("new", Status::Ready)), &["late"], 0);
    let expired = Body::Expired { address: address(), token: "token".to_owned() };
    assert!(check(with(vec![expired]), None, &[], 0).resources.is_empty());
}

#[test]
fn replaying_twice_or_over_a_later_snapshot_changes_nothing() {
    let all = records(vec![
        create("a"),
        created(1, "1"),
        ready(1),
        intent(Call::Update, Some(id("1")), inputs("a"), inputs("b"), Some(Status::Ready)),
        ready(4),
        intent(Call::Delete, Some(id("1")), inputs("b"), inputs("b"), Some(Status::Ready)),
    ]);
    let whole = replay(State::new("lineage").into(), &all);
    for cut in 0..=all.len() {
        let snapshot = Ledger::open(State::new("lineage").into(), &all[..cut]).snapshot(1);
        // The crash came before the journal was trimmed, in the middle of that, or after it.
        for trimmed in 0..=cut {
            let (state, open) = replay(snapshot.clone(), &all[trimmed..]);
            let serial = State { serial: whole.0.serial, epoch: whole.0.epoch, ..state };
            assert_eq!((serial, open), whole.clone(), "cut at {cut}, trimmed to {trimmed}");
        }
    }
}

#[test]
fn records_read_back_as_they_were_written() {
    let fault = Fault::new(FaultKind::InUse { by: vec!["eni-1".to_owned()] }, "ec2:DeleteVpc", "no");
    let bodies = vec![
        create("a"),
        created(1, "1"),
        ready(1),
        Body::Failed { intent: 1, fault, status: Some(Status::Updating) },
        closed(1, Verdict::Suspect { until: 5 }),
        Body::Settled { address: address(), id: id("1"), standing: Standing::Ready { outputs: print("x") } },
        Body::Recorded { address: address(), inputs: print("y"), local: empty(), dependencies: BTreeSet::new() },
        Body::Moved { from: address(), to: address().member("a\"b") },
        Body::Outputs { values: [("url".to_owned(), Known::Float(1.5))].into() },
    ];
    for record in records(bodies) {
        let text = serde_json::to_string(&record).expect("serialises");
        assert_eq!(serde_json::from_str::<Record>(&text).expect("reads back"), record, "{text}");
    }
}
