//! Who may write: processes against the storage, without time.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::planted::{Bug, plant};
use engine::protocol::Answer;
use stateright::{Model, Property};

use crate::process::{Ask, News, Process, Task, claim};
use crate::storage::{Journal, Record, Request, Storage, view};

/// How far the model goes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Processes at the same time.
    pub at_once: usize,
    /// Processes altogether.
    pub processes: u8,
    /// Times that the lock is taken.
    pub epochs: usize,
    /// Answers that are lost, requests that stay in flight, connections that are refused.
    pub faults: u8,
    /// Each process.
    pub appends: u8,
    pub saves: u8,
    pub renewals: u8,
    /// Records in the first batch of a process; later ones have one.
    pub batch: u8,
    /// How often somebody looks without the lock.
    pub looks: u8,
}

/// The model.
pub struct Writes {
    pub bounds: Bounds,
    pub bug: Option<Bug>,
    reached: [AtomicBool; Reached::COUNT],
}

/// What a run should get to see, so that it is known to try what it claims to.
#[derive(Clone, Copy, Debug)]
enum Reached {
    Takeover,
    Handover,
    InTurn,
    LateAppend,
    LateAppendTrimmed,
    LatePut,
    LateClaim,
    LateRelease,
    LateTrim,
}

impl Reached {
    const COUNT: usize = 9;
}

/// What must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Broken {
    TwoOwners,
    NotTheHolder,
    AfterTheFence,
    WentBack,
    Unseen,
    NotThere,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    storage: Storage,
    /// What was sent, and may be done at any time.
    flying: Vec<Request>,
    processes: Vec<Process>,
    /// Somebody who looks without the lock: what they read of the journal, and what was there.
    looking: Option<(Journal, usize)>,
    started: u8,
    faults: u8,
    looks: u8,
    /// Who holds, or held, each epoch, and how many records there were when it began.
    owners: Vec<(Record, usize)>,
    /// The last epoch whose holder has shut out everybody before.
    fenced: u64,
    /// Every record that ever was in the journal.
    ever: Vec<Record>,
    broken: Option<Broken>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A process reads lock and journal for the first time.
    Start,
    /// A process begins something and asks its first question.
    Begin(usize, Task, Outcome),
    Go(usize, Outcome),
    Renew(usize, Outcome),
    GiveUp(usize),
    Crash(usize),
    Land(usize),
    Look,
}

/// How a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Answered,
    /// It was done, and the answer is lost.
    AnswerLost,
    /// It is on its way for any length of time, perhaps forever.
    Flying,
    /// There was no connection.
    Unreachable,
}

impl Outcome {
    const FAULTS: [Self; 3] = [Self::AnswerLost, Self::Flying, Self::Unreachable];
}

impl Writes {
    pub fn new(bounds: Bounds, bug: Option<Bug>) -> Self {
        Self { bounds, bug, reached: Default::default() }
    }

    fn reach(&self, what: Reached) {
        self.reached[what as usize].store(true, Ordering::Relaxed);
    }

    fn has(&self, what: Reached) -> bool {
        self.reached[what as usize].load(Ordering::Relaxed)
    }

    /// What a holder with nothing to do may begin.
    fn tasks(&self, process: &Process) -> Vec<Task> {
        let mut tasks = vec![Task::Release];
        if process.done.appends < self.bounds.appends {
            tasks.push(Task::Append(if process.done.appends == 0 { self.bounds.batch } else { 1 }));
        }
        if process.done.saves < self.bounds.saves && process.is_ahead() {
            tasks.push(Task::Save);
        }
        tasks
    }

    fn actions_of(&self, world: &World, at: usize, actions: &mut Vec<Action>) {
        let process = &world.processes[at];
        let faulty = world.faults < self.bounds.faults;
        let outcomes = |writes: bool| {
            let faults: &[Outcome] = if writes && faulty { &Outcome::FAULTS } else { &[] };
            std::iter::once(Outcome::Answered).chain(faults.iter().copied())
        };
        match process.ask() {
            Some(ask) => {
                let writes = matches!(ask, Ask::Write(_));
                actions.extend(outcomes(writes).map(|outcome| Action::Go(at, outcome)));
            }
            None => {
                for task in self.tasks(process) {
                    actions.extend(outcomes(true).map(|outcome| Action::Begin(at, task, outcome)));
                }
            }
        }
        if process.renewal().is_some() && process.done.renewals < self.bounds.renewals {
            actions.extend(outcomes(true).map(|outcome| Action::Renew(at, outcome)));
        }
        if process.is_at_work() {
            actions.push(Action::GiveUp(at));
        }
        // One that stops for good only matters when another can take its place.
        if world.started < self.bounds.processes {
            actions.push(Action::Crash(at));
        }
    }

    /// Asks what a process has to ask.
    fn go(&self, world: &mut World, at: usize, outcome: Outcome) {
        let mut process = world.processes.remove(at);
        let news = match process.ask() {
            None => News::Nothing,
            Some(Ask::Rows) => process.rows(&world.storage),
            Some(Ask::Snapshot) => process.snapshot(world.storage.snapshot.as_ref()),
            Some(Ask::Write(request)) => process.answered(self.send(world, request, outcome)),
        };
        self.hear(world, at, process, news);
    }

    fn renew(&self, world: &mut World, at: usize, outcome: Outcome) {
        let mut process = world.processes.remove(at);
        process.done.renewals += 1;
        let Some(request) = process.renewal() else { return };
        let news = process.renewed(self.send(world, request, outcome));
        self.hear(world, at, process, news);
    }

    fn send(&self, world: &mut World, request: Request, outcome: Outcome) -> Answer<()> {
        world.faults += u8::from(outcome != Outcome::Answered);
        match outcome {
            Outcome::Answered if self.land(world, &request) => Answer::Done(()),
            Outcome::Answered => Answer::Refused,
            Outcome::AnswerLost => {
                self.land(world, &request);
                Answer::Unclear
            }
            Outcome::Flying => {
                world.flying.push(request);
                world.flying.sort();
                Answer::Unclear
            }
            Outcome::Unreachable => Answer::Again,
        }
    }

    /// A request reaches the storage.
    fn land(&self, world: &mut World, request: &Request) -> bool {
        let before = world.storage.snapshot.clone().unwrap_or_default();
        let done = world.storage.carry_out(request, &claim(0, Duration::ZERO));
        if !done {
            return false;
        }
        match request {
            Request::Claim { owner, .. } => {
                let number = owner.token.parse().unwrap_or_default();
                match world.owners.get(owner.epoch as usize - 1) {
                    Some((known, _)) if *known != number => world.breaks(Broken::TwoOwners),
                    Some(_) => {}
                    None => world.owners.push((number, world.ever.len())),
                }
            }
            Request::Append { owner, first, records } => {
                let number = owner.token.parse().ok();
                let last = world.owners.last().map(|(last, _)| *last);
                if number != last || world.owners.len() as u64 != owner.epoch {
                    world.breaks(Broken::NotTheHolder);
                }
                world.note(*first, records);
            }
            Request::Put { epoch, history, .. } => {
                if *epoch < world.fenced {
                    world.breaks(Broken::AfterTheFence);
                }
                if *epoch < before.epoch || !history.starts_with(&before.history) {
                    world.breaks(Broken::WentBack);
                }
            }
            Request::Renew(_) | Request::Release(_) | Request::Trim(_) => {}
        }
        true
    }

    fn late(&self, world: &World, request: &Request, done: bool) {
        let through = world.storage.snapshot.as_ref().map_or(0, |content| content.through());
        match request {
            Request::Append { first, .. } if done && *first <= through => self.reach(Reached::LateAppendTrimmed),
            Request::Append { .. } if done => self.reach(Reached::LateAppend),
            Request::Put { .. } if done => self.reach(Reached::LatePut),
            Request::Claim { .. } if done => self.reach(Reached::LateClaim),
            Request::Release(_) if done => self.reach(Reached::LateRelease),
            Request::Trim(_) => self.reach(Reached::LateTrim),
            Request::Append { .. } | Request::Put { .. } | Request::Claim { .. } => {}
            Request::Release(_) | Request::Renew(_) => {}
        }
    }

    /// What a process has come to know.
    fn hear(&self, world: &mut World, at: usize, process: Process, news: News) {
        match news {
            News::Gone => return,
            News::Nothing => {}
            News::Entered { epoch, view, taken_over } => {
                // Who has lost the lock since then needn't know what was written after it.
                let all = world.owners.len() as u64 == epoch;
                let least = if all { world.ever.len() } else { world.owners[epoch as usize - 1].1 };
                if view.is_none_or(|view| view.len() < least || !world.ever.starts_with(&view)) {
                    world.breaks(Broken::Unseen);
                }
                world.fenced = world.fenced.max(epoch);
                if taken_over {
                    self.reach(Reached::Takeover);
                } else if epoch > 1 {
                    self.reach(Reached::Handover);
                }
            }
            News::Written { first, records } => {
                let place = first as usize - 1..first as usize - 1 + records.len();
                let view = view(world.storage.snapshot.as_ref(), &world.storage.journal);
                if view.is_none_or(|view| view.get(place) != Some(&records)) {
                    world.breaks(Broken::NotThere);
                }
                if world.ever.iter().collect::<BTreeSet<_>>().len() > 1 {
                    self.reach(Reached::InTurn);
                }
            }
        }
        world.processes.insert(at, process);
    }
}

impl World {
    fn breaks(&mut self, what: Broken) {
        self.broken.get_or_insert(what);
    }

    /// A batch has come into the journal: it is new, or has been there before.
    fn note(&mut self, first: u64, records: &[Record]) {
        let place = first as usize - 1;
        if place == self.ever.len() {
            self.ever.extend(records);
        } else if self.ever.get(place..place + records.len()) != Some(records) {
            self.breaks(Broken::NotThere);
        }
    }

    /// Reads the journal, or afterwards the snapshot, without the lock.
    fn look(&mut self) {
        match self.looking.take() {
            None => {
                self.looks += 1;
                self.looking = Some((self.storage.journal.clone(), self.ever.len()));
            }
            Some((journal, there)) => {
                let seen = view(self.storage.snapshot.as_ref(), &journal);
                if seen.is_none_or(|seen| seen.len() < there || !self.ever.starts_with(&seen)) {
                    self.breaks(Broken::Unseen);
                }
            }
        }
    }
}

impl Model for Writes {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            storage: Storage::default(),
            flying: Vec::new(),
            processes: Vec::new(),
            looking: None,
            started: 0,
            faults: 0,
            looks: 0,
            owners: Vec::new(),
            fenced: 0,
            ever: Vec::new(),
            broken: None,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if world.broken.is_some() {
            return;
        }
        if world.started < self.bounds.processes && world.processes.len() < self.bounds.at_once {
            actions.push(Action::Start);
        }
        for at in 0..world.processes.len() {
            self.actions_of(world, at, actions);
        }
        let twice = |at: usize| at > 0 && world.flying[at] == world.flying[at - 1];
        actions.extend((0..world.flying.len()).filter(|at| !twice(*at)).map(Action::Land));
        if world.looking.is_some() || world.looks < self.bounds.looks {
            actions.push(Action::Look);
        }
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let _planted = self.bug.map(plant);
        let mut world = before.clone();
        match action {
            Action::Start => {
                world.started += 1;
                world.processes.push(Process::new(world.started));
                let last = world.processes.len() - 1;
                self.go(&mut world, last, Outcome::Answered);
            }
            Action::Begin(at, task, outcome) => {
                world.processes[at].begin(task);
                self.go(&mut world, at, outcome);
            }
            Action::Go(at, outcome) => self.go(&mut world, at, outcome),
            Action::Renew(at, outcome) => self.renew(&mut world, at, outcome),
            Action::GiveUp(at) => world.processes[at].give_up(),
            Action::Crash(at) => {
                world.processes.remove(at);
            }
            Action::Land(at) => {
                let request = world.flying.remove(at);
                let done = self.land(&mut world, &request);
                self.late(&world, &request, done);
            }
            Action::Look => world.look(),
        }
        Some(world)
    }

    fn within_boundary(&self, world: &World) -> bool {
        world.owners.len() <= self.bounds.epochs
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("an epoch has one owner", |_, world: &World| world.broken != Some(Broken::TwoOwners)),
            Property::always("only the holder of the lock writes the journal", |_, world: &World| {
                world.broken != Some(Broken::NotTheHolder)
            }),
            Property::always("nobody writes the snapshot after a successor's fence", |_, world: &World| {
                world.broken != Some(Broken::AfterTheFence)
            }),
            Property::always("a snapshot never goes back", |_, world: &World| world.broken != Some(Broken::WentBack)),
            Property::always("whoever enters, or looks, sees every record", |_, world: &World| {
                world.broken != Some(Broken::Unseen)
            }),
            Property::always("what counts as written is there", |_, world: &World| {
                world.broken != Some(Broken::NotThere)
            }),
            Property::always("no record is ever lost, none comes back", |_, world: &World| {
                view(world.storage.snapshot.as_ref(), &world.storage.journal).as_ref() == Some(&world.ever)
            }),
            Property::sometimes("a takeover", |model, _| model.has(Reached::Takeover)),
            Property::sometimes("a clean handover", |model, _| model.has(Reached::Handover)),
            Property::sometimes("two processes write in turn", |model, _| model.has(Reached::InTurn)),
            Property::sometimes("an append lands late", |model, _| model.has(Reached::LateAppend)),
            Property::sometimes("an append lands after its trim", |model, _| model.has(Reached::LateAppendTrimmed)),
            Property::sometimes("a snapshot lands late", |model, _| model.has(Reached::LatePut)),
            Property::sometimes("a claim lands late", |model, _| model.has(Reached::LateClaim)),
            Property::sometimes("a release lands late", |model, _| model.has(Reached::LateRelease)),
            Property::sometimes("a trim lands late", |model, _| model.has(Reached::LateTrim)),
        ]
    }
}
