//! When AWS may be called: processes with clocks of their own against the lock item.
//!
//! Time is counted in thirds of a lease. A request takes any time to get there, its answer any
//! time to get back, and a process pauses for any time between two steps, but a call of AWS's that
//! was let through is answered in less time than [`Terms::call`].

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use driver::Lease;
use engine::planted::{Bug, plant};
use engine::protocol::{Answer, Keep, Lock, Owner, Release, Step, Take, TakeAsk, TakeEnd, Terms};
use stateright::{Model, Property};

use crate::process::claim;
use crate::storage::{Record, Request, Storage};

const TERMS: Terms = Terms { lease: Duration::from_secs(3) };

/// How far the model goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// When it ends, in thirds of a lease.
    pub end: u8,
    /// Processes altogether.
    pub processes: u8,
    /// Processes at the same time.
    pub at_once: usize,
    /// Answers that are lost, and requests that are answered late or never.
    pub faults: u8,
    /// Renewals of each process.
    pub renewals: u8,
}

/// The model.
pub struct Leases {
    pub bounds: Bounds,
    pub bug: Option<Bug>,
    reached: [AtomicBool; Reached::COUNT],
}

/// What a run should get to see.
#[derive(Clone, Copy, Debug)]
enum Reached {
    Takeover,
    Handover,
    CallAfterRenewal,
    RunOut,
    LateRenewal,
    LateClaim,
}

impl Reached {
    const COUNT: usize = 6;
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    time: u8,
    storage: Storage,
    flying: Vec<Request>,
    processes: Vec<Process>,
    /// Calls of AWS's: whose, and by when they are answered.
    calls: Vec<(Record, u8)>,
    started: u8,
    faults: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Process {
    number: Record,
    phase: Phase,
    wire: Wire,
    renewals: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Taking(Box<Take>),
    Holding { owner: Owner, keep: Keep },
    Releasing { owner: Owner, release: Release },
}

/// Where its last question is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Wire {
    /// It asks nothing.
    Idle,
    /// On its way there.
    Read,
    Write(Request),
    /// On its way back.
    Lock(Option<Lock>),
    Done(bool),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Tick,
    Start,
    /// Its question gets there.
    Arrive(usize),
    /// Its answer gets back.
    Hear(usize),
    /// It gives up waiting for an answer to a write; what has not arrived still may.
    Lose(usize),
    /// A pause is over.
    Wake(usize),
    /// It calls AWS.
    Call(usize),
    Release(usize),
    Crash(usize),
    Land(usize),
}

impl Leases {
    pub fn new(bounds: Bounds, bug: Option<Bug>) -> Self {
        Self { bounds, bug, reached: Default::default() }
    }

    fn reach(&self, what: Reached) {
        self.reached[what as usize].store(true, Ordering::Relaxed);
    }

    fn has(&self, what: Reached) -> bool {
        self.reached[what as usize].load(Ordering::Relaxed)
    }

    fn actions_of(&self, world: &World, at: usize, actions: &mut Vec<Action>) {
        let process = &world.processes[at];
        match &process.wire {
            Wire::Idle => {
                let holding = matches!(process.phase, Phase::Holding { .. });
                if !holding || process.renewals < self.bounds.renewals {
                    actions.push(Action::Wake(at));
                }
            }
            Wire::Read | Wire::Write(_) => actions.push(Action::Arrive(at)),
            Wire::Lock(_) | Wire::Done(_) => actions.push(Action::Hear(at)),
        }
        let writing = matches!(process.wire, Wire::Write(_) | Wire::Done(_));
        if writing && world.faults < self.bounds.faults {
            actions.push(Action::Lose(at));
        }
        if let Phase::Holding { keep, .. } = &process.phase {
            let calling = world.calls.iter().any(|(number, _)| *number == process.number);
            if self.may_call(keep, process.now(world.time)) {
                actions.push(Action::Call(at));
            }
            // Whoever gives the lock back waits for its calls first, and ends its renewals.
            if !calling && process.wire == Wire::Idle {
                actions.push(Action::Release(at));
            }
        }
        if world.started < self.bounds.processes {
            actions.push(Action::Crash(at));
        }
    }

    /// What is asked before every call.
    fn may_call(&self, keep: &Keep, now: Duration) -> bool {
        let lease = Lease::none(Arc::new(move || now));
        lease.extend(keep.end(), TERMS.call());
        let may = lease.check().is_ok();
        if !may {
            self.reach(Reached::RunOut);
        }
        may
    }

    fn hear(&self, process: &mut Process, now: Duration) -> bool {
        let heard = std::mem::replace(&mut process.wire, Wire::Idle);
        match (&mut process.phase, heard) {
            (Phase::Taking(take), Wire::Lock(lock)) => {
                let step = take.read(now, lock);
                self.taking(process, step)
            }
            (_, Wire::Done(true)) => self.answered(process, now, Answer::Done(())),
            (_, Wire::Done(false)) => self.answered(process, now, Answer::Refused),
            (_, Wire::Idle | Wire::Read | Wire::Write(_) | Wire::Lock(_)) => true,
        }
    }

    /// Answers whether the process goes on.
    fn answered(&self, process: &mut Process, now: Duration, answer: Answer<()>) -> bool {
        process.wire = Wire::Idle;
        match &mut process.phase {
            Phase::Taking(take) => {
                let step = take.claimed(answer);
                self.taking(process, step)
            }
            Phase::Holding { keep, .. } => !matches!(keep.answered(now, answer), Step::End(_)),
            Phase::Releasing { release, .. } => !matches!(release.answered(answer), Step::End(())),
        }
    }

    fn taking(&self, process: &mut Process, step: Step<TakeAsk, TakeEnd>) -> bool {
        match step {
            Step::Ask(TakeAsk::Read) => process.wire = Wire::Read,
            Step::Ask(TakeAsk::Claim { lock, there }) => {
                process.wire = Wire::Write(Request::Claim { owner: lock.owner(), there });
            }
            Step::Wait(_) => {}
            Step::End(TakeEnd::Taken { owner, sent, from }) => {
                if from.is_some() {
                    self.reach(Reached::Takeover);
                } else if owner.epoch > 1 {
                    self.reach(Reached::Handover);
                }
                process.phase = Phase::Holding { owner, keep: Keep::new(TERMS, sent) };
            }
            Step::End(TakeEnd::Held(_)) => return false,
        }
        true
    }

    fn land(&self, world: &mut World, at: usize) {
        let request = world.flying.remove(at);
        if world.storage.carry_out(&request, &blank()) {
            match request {
                Request::Renew(_) => self.reach(Reached::LateRenewal),
                Request::Claim { .. } => self.reach(Reached::LateClaim),
                Request::Release(_) | Request::Append { .. } | Request::Put { .. } | Request::Trim(_) => {}
            }
        }
    }

    fn lose(&self, world: &mut World, at: usize) -> bool {
        world.faults += 1;
        let now = world.processes[at].now(world.time);
        if let Wire::Write(request) = &world.processes[at].wire {
            world.flying.push(request.clone());
            world.flying.sort();
        }
        self.answered(&mut world.processes[at], now, Answer::Unclear)
    }

    fn call(&self, world: &mut World, at: usize) {
        let process = &world.processes[at];
        if let Phase::Holding { keep, .. } = &process.phase
            && world.time >= 1
            && keep.end() > process.now(0) + TERMS.lease
            && process.renewals > 0
        {
            self.reach(Reached::CallAfterRenewal);
        }
        let (number, until) = (process.number, world.time + TERMS.call().as_secs() as u8);
        world.calls.retain(|(other, _)| *other != number);
        world.calls.push((number, until));
        world.calls.sort_unstable();
    }
}

impl Process {
    /// No two clocks agree.
    fn now(&self, time: u8) -> Duration {
        Duration::from_secs(u64::from(self.number) * 100 + u64::from(time))
    }

    fn wake(&mut self, now: Duration) {
        self.wire = match &mut self.phase {
            Phase::Taking(_) => Wire::Read,
            Phase::Holding { owner, keep } => {
                let _: Step<(), _> = keep.waited(now);
                self.renewals += 1;
                Wire::Write(Request::Renew(owner.clone()))
            }
            Phase::Releasing { owner, .. } => Wire::Write(Request::Release(owner.clone())),
        };
    }
}

/// A held lock.
fn blank() -> Lock {
    claim(0, TERMS.lease)
}

impl Model for Leases {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            time: 0,
            storage: Storage::default(),
            flying: Vec::new(),
            processes: Vec::new(),
            calls: Vec::new(),
            started: 0,
            faults: 0,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.time < self.bounds.end {
            actions.push(Action::Tick);
        }
        if world.started < self.bounds.processes && world.processes.len() < self.bounds.at_once {
            actions.push(Action::Start);
        }
        for at in 0..world.processes.len() {
            self.actions_of(world, at, actions);
        }
        actions.extend((0..world.flying.len()).map(Action::Land));
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let _planted = self.bug.map(plant);
        let mut world = before.clone();
        let now = |at: usize| before.processes[at].now(before.time);
        match action {
            Action::Tick => {
                world.time += 1;
                let time = world.time;
                world.calls.retain(|(_, until)| *until > time);
            }
            Action::Start => {
                world.started += 1;
                let number = world.started;
                // Waits for whoever is at work as long as it takes.
                let take = Take::new(claim(number, TERMS.lease), Duration::MAX);
                let phase = Phase::Taking(Box::new(take));
                world.processes.push(Process { number, phase, wire: Wire::Read, renewals: 0 });
            }
            Action::Arrive(at) => {
                world.processes[at].wire = match &world.processes[at].wire {
                    Wire::Write(request) => Wire::Done(world.storage.carry_out(request, &blank())),
                    Wire::Read | Wire::Idle | Wire::Lock(_) | Wire::Done(_) => Wire::Lock(world.storage.lock.clone()),
                };
            }
            Action::Hear(at) => {
                if !self.hear(&mut world.processes[at], now(at)) {
                    world.processes.remove(at);
                }
            }
            Action::Lose(at) => {
                if !self.lose(&mut world, at) {
                    world.processes.remove(at);
                }
            }
            Action::Wake(at) => world.processes[at].wake(now(at)),
            Action::Call(at) => self.call(&mut world, at),
            Action::Release(at) => {
                if let Phase::Holding { owner, .. } = &world.processes[at].phase {
                    let owner = owner.clone();
                    world.processes[at].phase = Phase::Releasing { owner, release: Release::default() };
                    world.processes[at].wake(now(at));
                }
            }
            Action::Crash(at) => {
                world.processes.remove(at);
            }
            Action::Land(at) => self.land(&mut world, at),
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nobody else holds the lock before a call is answered", |_, world: &World| {
                let holder = world.storage.lock.as_ref().filter(|lock| lock.held).map(|lock| &lock.owner);
                world.calls.iter().all(|(caller, _)| holder.is_none_or(|holder| *holder == caller.to_string()))
            }),
            Property::sometimes("a takeover", |model, _| model.has(Reached::Takeover)),
            Property::sometimes("a clean handover", |model, _| model.has(Reached::Handover)),
            Property::sometimes("a call after a renewal", |model, _| model.has(Reached::CallAfterRenewal)),
            Property::sometimes("a lease that has run out", |model, _| model.has(Reached::RunOut)),
            Property::sometimes("a renewal lands late", |model, _| model.has(Reached::LateRenewal)),
            Property::sometimes("a claim lands late", |model, _| model.has(Reached::LateClaim)),
        ]
    }
}
