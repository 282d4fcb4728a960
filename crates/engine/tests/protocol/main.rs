//! The protocol, model-checked: every order of steps, within bounds, of the machines that the
//! stores drive.
//!
//! [`writes`] asks who may write. Processes take the lock, fence, append, save, trim and release
//! against a lock item, a journal and a snapshot. An answer may be lost, a request may land at any
//! later time (also after its sender has crashed or another has taken over), a connection may be
//! refused; a process may pause for ever, crash, give up, or be taken for dead at any moment. It
//! knows no time, which is more than any clock could do wrong.
//!
//! [`leases`] asks when AWS may be called. It has time, a clock for each process, none of which
//! agree, and requests whose way there and back takes any time.
//!
//! The bounds are what makes it end: two or three processes, the lock taken three times, one
//! or two faults, one or two appends and a snapshot for each process; and two leases' time. The
//! tests print how many states that are. With `STACKCTL_FARTHER=1` they go further and take many
//! minutes.

mod leases;
mod process;
mod storage;
mod writes;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;

use engine::planted::Bug;
use leases::Leases;
use stateright::{Checker, Expectation, HasDiscoveries, Model};
use writes::Writes;

const WRITES: writes::Bounds = writes::Bounds {
    at_once: 2,
    processes: 2,
    epochs: 3,
    faults: 1,
    appends: 1,
    saves: 1,
    renewals: 0,
    batch: 1,
    looks: 0,
};

const LEASES: leases::Bounds = leases::Bounds { end: 6, processes: 2, at_once: 2, faults: 1, renewals: 1 };

#[test]
fn no_write_is_lost_and_none_comes_from_an_earlier_holder() {
    let bounds = [
        writes::Bounds { faults: 2, ..WRITES },
        writes::Bounds { appends: 2, saves: 2, ..WRITES },
        // One that crashes is followed by another.
        writes::Bounds { processes: 3, ..WRITES },
        writes::Bounds { processes: 3, at_once: 3, faults: 0, ..WRITES },
        writes::Bounds { renewals: 1, looks: 1, batch: 2, ..WRITES },
    ];
    let farther = [
        writes::Bounds { processes: 3, appends: 2, ..WRITES },
        writes::Bounds { appends: 2, renewals: 1, looks: 1, batch: 2, ..WRITES },
        writes::Bounds { processes: 3, at_once: 3, ..WRITES },
    ];
    let farther = farther.into_iter().filter(|_| is_to_go_farther());
    holds(bounds.into_iter().chain(farther).map(|bounds| Writes::new(bounds, None)));
}

#[test]
fn a_call_is_answered_before_anybody_else_holds_the_lock() {
    let end = if is_to_go_farther() { 7 } else { LEASES.end };
    holds([Leases::new(leases::Bounds { end, ..LEASES }, None)]);
}

/// Whether there is time: `STACKCTL_FARTHER=1` checks wider bounds too, which takes many minutes.
fn is_to_go_farther() -> bool {
    std::env::var_os("STACKCTL_FARTHER").is_some()
}

/// The bugs that only time brings out, and how much of it that takes.
const TIMED: &[(Bug, leases::Bounds)] = &[
    (Bug::TakeoverAtOnce, leases::Bounds { end: 1, faults: 0, ..LEASES }),
    (Bug::LeaseFromAnswer, leases::Bounds { end: 3, faults: 0, ..LEASES }),
    (Bug::LeaseFromLastClaim, leases::Bounds { end: 3, renewals: 0, ..LEASES }),
];

#[test]
fn every_planted_bug_is_found() {
    for bug in Bug::PROTOCOL {
        println!("{bug:?}");
        let found = match TIMED.iter().find(|(timed, _)| timed == bug) {
            Some((_, bounds)) => found(Leases::new(*bounds, Some(*bug))),
            None => found(Writes::new(WRITES, Some(*bug))),
        };
        assert!(found, "{bug:?} is not found");
    }
}

/// Without the bugs, the bounds under which they are found hold nothing against the protocol.
#[test]
fn the_mutation_bounds_find_nothing_by_themselves() {
    assert!(!found(Writes::new(WRITES, None)));
    assert!(!found(Leases::new(leases::Bounds { end: 3, ..LEASES }, None)));
}

/// Checks that nothing is found against any of these models, and that together they reach what
/// they are there to try.
#[track_caller]
fn holds<M>(models: impl IntoIterator<Item = M>)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let (mut hoped, mut reached) = (BTreeSet::new(), BTreeSet::new());
    for model in models {
        let checker = model.checker().threads(2).spawn_dfs().join();
        println!("{} states, {} transitions", checker.unique_state_count(), checker.state_count());
        for property in checker.model().properties() {
            match property.expectation {
                Expectation::Always | Expectation::Eventually => checker.assert_no_discovery(property.name),
                Expectation::Sometimes => {
                    hoped.insert(property.name);
                }
            }
        }
        reached.extend(checker.discoveries().into_keys());
    }
    assert_eq!(hoped, reached, "not everything was tried");
}

/// Looks for the shortest way to break the model, and prints it.
fn found<M>(model: M) -> bool
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + Hash + PartialEq + Send + Sync + 'static,
    M::Action: Clone + Debug + PartialEq + Send + Sync,
{
    let checker = model.checker().threads(2).finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let (states, discoveries) = (checker.unique_state_count(), checker.discoveries());
    let broken = checker.model().properties().into_iter().filter(|it| it.expectation.discovery_is_failure());
    let broken: Vec<_> = broken.filter_map(|it| Some((it.name, discoveries.get(it.name)?.clone()))).collect();
    for (name, path) in &broken {
        println!("after {states} states, not so: {name}: {:?}", path.clone().into_actions());
    }
    !broken.is_empty()
}
