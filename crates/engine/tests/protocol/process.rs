//! A process that takes the lock, works and gives it back, as the shared store drives it: all its
//! decisions are the protocol's machines', here is only what it remembers between them.
//!
//! It knows no time: its lease is zero, so whoever it watches may be dead at every look, and it
//! may be so itself without knowing. What waits goes on at once, or whenever it is scheduled.

use std::time::Duration;

use engine::protocol::{
    Answer, Append, Etag, Fence, Keep, Lock, Lost, Owner, Release, Save, SaveAsk, SnapshotAsk, Step, Take, TakeAsk,
    TakeEnd, Terms, Unfenced, Unsettled,
};
use engine::store::Holder;

use crate::storage::{Content, Journal, Record, Request, Storage, view};

/// One process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Process {
    pub number: Record,
    pub phase: Phase,
    pub done: Done,
}

/// How much it has begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Done {
    pub appends: u8,
    pub saves: u8,
    pub renewals: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    Taking { take: Box<Take>, ask: TakeAsk, journal: Journal },
    Fencing(Box<Fencing>),
    Holding(Box<Holding>),
    Releasing { owner: Owner, release: Release },
}

/// What whoever has just taken the lock remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fencing {
    owner: Owner,
    fence: Fence,
    ask: SnapshotAsk,
    journal: Journal,
    loaded: Content,
    taken_over: bool,
}

/// What the holder of the lock remembers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Holding {
    owner: Owner,
    keep: Keep,
    etag: Etag,
    /// First and last sequences of the batches that are not trimmed.
    batches: Vec<(u64, u64)>,
    history: Vec<Record>,
    serial: u64,
    /// How many records the last snapshot contains.
    saved: usize,
    job: Option<Job>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Job {
    Append { append: Append, records: Vec<Record> },
    Save { save: Save, ask: SaveAsk, content: Content },
}

/// What a process asks next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Lock item and journal in one query.
    Rows,
    /// The snapshot.
    Snapshot,
    Write(Request),
}

/// What it has come to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Nothing,
    /// It has ended.
    Gone,
    /// It holds the lock, everybody before it is shut out, and this is what it has read: `None`
    /// when that did not fit together.
    Entered {
        epoch: u64,
        view: Option<Vec<Record>>,
        taken_over: bool,
    },
    /// These records count as written.
    Written {
        first: u64,
        records: Vec<Record>,
    },
}

/// What a holder with nothing to do may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// Write so many records.
    Append(u8),
    /// Write a snapshot and trim the journal.
    Save,
    /// Give the lock back.
    Release,
}

const TERMS: Terms = Terms { lease: Duration::ZERO };

/// The lock item of a process, without epoch and counter.
pub fn claim(number: Record, lease: Duration) -> Lock {
    Lock { epoch: 0, counter: 0, owner: number.to_string(), held: true, lease, holder: Holder::default() }
}

/// Goes on through pauses until something is asked or it has ended.
fn on<A, E>(mut step: Step<A, E>, waited: impl Fn() -> Step<A, E>) -> Result<A, E> {
    loop {
        step = match step {
            Step::Ask(ask) => return Ok(ask),
            Step::End(end) => return Err(end),
            Step::Wait(_) => waited(),
        }
    }
}

impl Process {
    pub fn new(number: Record) -> Self {
        let take = Take::new(claim(number, TERMS.lease), Duration::ZERO);
        let phase = Phase::Taking { take: Box::new(take), ask: TakeAsk::Read, journal: Journal::new() };
        Self { number, phase, done: Done::default() }
    }

    /// What it asks next; nothing while it holds the lock and has nothing to do.
    pub fn ask(&self) -> Option<Ask> {
        Some(match &self.phase {
            Phase::Taking { ask: TakeAsk::Read, .. } => Ask::Rows,
            Phase::Taking { ask: TakeAsk::Claim { lock, there }, .. } => {
                Ask::Write(Request::Claim { owner: lock.owner(), there: *there })
            }
            Phase::Fencing(fencing) => match &fencing.ask {
                SnapshotAsk::Read => Ask::Snapshot,
                SnapshotAsk::Put { there } => Ask::Write(put(&fencing.written(), there.clone())),
            },
            Phase::Holding(holding) => return holding.ask(),
            Phase::Releasing { owner, .. } => Ask::Write(Request::Release(owner.clone())),
        })
    }

    /// Lock item and journal were read.
    pub fn rows(&mut self, storage: &Storage) -> News {
        if let Phase::Taking { take, ask, journal } = &mut self.phase {
            journal.clone_from(&storage.journal);
            let step = take.read(Duration::ZERO, storage.lock.clone());
            match on(step, || take.waited()) {
                Ok(next) => *ask = next,
                Err(end) => return self.taken(end),
            }
        }
        News::Nothing
    }

    /// The snapshot was read.
    pub fn snapshot(&mut self, there: Option<&Content>) -> News {
        match &mut self.phase {
            Phase::Fencing(fencing) => match fencing.read(there) {
                Ok(()) => News::Nothing,
                Err(end) => self.entered(end),
            },
            Phase::Holding(holding) => match holding.read(there) {
                Ok(()) => News::Nothing,
                Err(end) => self.settled(end),
            },
            Phase::Taking { .. } | Phase::Releasing { .. } => News::Nothing,
        }
    }

    /// What it wrote last was answered.
    pub fn answered(&mut self, answer: Answer<()>) -> News {
        match &mut self.phase {
            Phase::Taking { take, ask, .. } => {
                let step = take.claimed(answer);
                match on(step, || take.waited()) {
                    Ok(next) => *ask = next,
                    Err(end) => return self.taken(end),
                }
            }
            Phase::Fencing(fencing) => {
                if let Err(end) = fencing.put(answer) {
                    return self.entered(end);
                }
            }
            Phase::Holding(holding) => {
                if let Err(end) = holding.answered(answer) {
                    return self.settled(end);
                }
            }
            Phase::Releasing { release, .. } => {
                let step = release.answered(answer);
                if on(step, || release.waited()).is_err() {
                    return News::Gone;
                }
            }
        }
        News::Nothing
    }

    /// A renewal of the lock that it holds.
    pub fn renewal(&self) -> Option<Request> {
        match &self.phase {
            Phase::Holding(holding) => Some(Request::Renew(holding.owner.clone())),
            Phase::Taking { .. } | Phase::Fencing(_) | Phase::Releasing { .. } => None,
        }
    }

    /// That renewal was answered.
    pub fn renewed(&mut self, answer: Answer<()>) -> News {
        if let Phase::Holding(holding) = &mut self.phase {
            let _: Step<(), _> = holding.keep.waited(Duration::ZERO);
            if let Step::End(Lost) = holding.keep.answered(Duration::ZERO, answer) {
                return News::Gone;
            }
        }
        News::Nothing
    }

    /// Begins something, if it has nothing else to do.
    pub fn begin(&mut self, task: Task) {
        match (&mut self.phase, task) {
            (Phase::Holding(_), Task::Release) => self.give_up(),
            (Phase::Holding(holding), Task::Append(many)) => {
                self.done.appends += 1;
                let records = vec![self.number; usize::from(many)];
                holding.job = Some(Job::Append { append: Append::default(), records });
            }
            (Phase::Holding(holding), Task::Save) => {
                self.done.saves += 1;
                holding.save();
            }
            (Phase::Taking { .. } | Phase::Fencing(_) | Phase::Releasing { .. }, _) => {}
        }
    }

    /// Whether there are records that no snapshot contains.
    pub fn is_ahead(&self) -> bool {
        matches!(&self.phase, Phase::Holding(holding) if holding.history.len() > holding.saved)
    }

    /// Whether it holds the lock and works on something.
    pub fn is_at_work(&self) -> bool {
        matches!(&self.phase, Phase::Holding(holding) if holding.job.is_some())
    }

    /// Gives up what it is at, and the lock with it.
    pub fn give_up(&mut self) {
        let owner = match &self.phase {
            Phase::Fencing(fencing) => fencing.owner.clone(),
            Phase::Holding(holding) => holding.owner.clone(),
            Phase::Taking { .. } | Phase::Releasing { .. } => return,
        };
        self.phase = Phase::Releasing { owner, release: Release::default() };
    }

    fn taken(&mut self, end: TakeEnd) -> News {
        let TakeEnd::Taken { owner, from, .. } = end else { return News::Gone };
        if let Phase::Taking { journal, .. } = &mut self.phase {
            let journal = std::mem::take(journal);
            let (fence, loaded) = (Fence::new(owner.epoch), Content::default());
            let taken_over = from.is_some();
            let fencing = Fencing { owner, fence, ask: SnapshotAsk::Read, journal, loaded, taken_over };
            self.phase = Phase::Fencing(Box::new(fencing));
        }
        News::Nothing
    }

    /// The fence has ended.
    fn entered(&mut self, end: Result<Etag, Unfenced>) -> News {
        let Phase::Fencing(fencing) = &self.phase else { return News::Nothing };
        let Ok(etag) = end else {
            self.give_up();
            return News::Nothing;
        };
        let (epoch, taken_over) = (fencing.owner.epoch, fencing.taken_over);
        let view = view(Some(&fencing.loaded), &fencing.journal);
        match view.clone() {
            Some(history) => self.phase = Phase::Holding(Box::new(fencing.hold(etag, history))),
            None => self.give_up(),
        }
        News::Entered { epoch, view, taken_over }
    }

    /// What the holder was at has ended.
    fn settled(&mut self, end: Result<News, Unsettled>) -> News {
        match end {
            Ok(news) => news,
            Err(Unsettled::Lost) => News::Gone,
            Err(Unsettled::GaveUp) => {
                self.give_up();
                News::Nothing
            }
        }
    }
}

impl Fencing {
    fn read(&mut self, there: Option<&Content>) -> Result<(), Result<Etag, Unfenced>> {
        self.loaded = there.cloned().unwrap_or_default();
        let step = self.fence.read(there.map(Content::standing));
        self.ask = on(step, || self.fence.waited())?;
        Ok(())
    }

    fn put(&mut self, answer: Answer<()>) -> Result<(), Result<Etag, Unfenced>> {
        let step = self.fence.put(with(answer, self.written().etag()));
        self.ask = on(step, || self.fence.waited())?;
        Ok(())
    }

    /// What was read, with our epoch.
    fn written(&self) -> Content {
        Content { epoch: self.owner.epoch, ..self.loaded.clone() }
    }

    fn hold(&self, etag: Etag, history: Vec<Record>) -> Holding {
        let batch = |(first, records): (&u64, &Vec<Record>)| (*first, first + records.len() as u64 - 1);
        Holding {
            owner: self.owner.clone(),
            keep: Keep::new(TERMS, Duration::ZERO),
            etag,
            batches: self.journal.iter().map(batch).collect(),
            history,
            serial: self.loaded.serial,
            saved: self.loaded.history.len(),
            job: None,
        }
    }
}

impl Holding {
    fn ask(&self) -> Option<Ask> {
        Some(match self.job.as_ref()? {
            Job::Append { records, .. } => {
                let (owner, first) = (self.owner.clone(), self.history.len() as u64 + 1);
                Ask::Write(Request::Append { owner, first, records: records.clone() })
            }
            Job::Save { ask: SaveAsk::Put { there }, content, .. } => Ask::Write(put(content, Some(there.clone()))),
            Job::Save { ask: SaveAsk::Read, .. } => Ask::Snapshot,
            Job::Save { ask: SaveAsk::Trim, content, .. } => Ask::Write(Request::Trim(self.contained(content))),
        })
    }

    fn save(&mut self) {
        self.serial += 1;
        self.saved = self.history.len();
        let content = Content { epoch: self.owner.epoch, serial: self.serial, history: self.history.clone() };
        let save = Save::new(content.epoch, content.serial, self.etag.clone());
        if let Ok(ask) = on(save.start(), || save.waited()) {
            self.job = Some(Job::Save { save, ask, content });
        }
    }

    /// The batches that a snapshot contains.
    fn contained(&self, content: &Content) -> Vec<u64> {
        let contained = self.batches.iter().filter(|(_, last)| *last <= content.through());
        contained.map(|(first, _)| *first).collect()
    }

    fn read(&mut self, there: Option<&Content>) -> Result<(), Result<News, Unsettled>> {
        if let Some(Job::Save { save, ask, .. }) = &mut self.job {
            let step = save.read(there.map(Content::standing));
            match on(step, || save.waited()) {
                Ok(next) => *ask = next,
                Err(end) => return Err(self.saved(end)),
            }
        }
        Ok(())
    }

    fn answered(&mut self, answer: Answer<()>) -> Result<(), Result<News, Unsettled>> {
        match &mut self.job {
            None => Ok(()),
            Some(Job::Append { append, .. }) => {
                let step = append.answered(answer);
                on(step, || append.waited()).map_err(|end| end.map(|()| self.appended()))
            }
            Some(Job::Save { save, ask, content }) => {
                let trims = *ask == SaveAsk::Trim;
                let step = if trims { save.trimmed() } else { save.put(with(answer.clone(), content.etag())) };
                let next = on(step, || save.waited());
                let through = content.through();
                if trims && answer == Answer::Done(()) {
                    self.batches.retain(|(_, last)| *last > through);
                }
                match next {
                    Ok(next) => *ask = next,
                    Err(end) => return Err(self.saved(end)),
                }
                Ok(())
            }
        }
    }

    fn appended(&mut self) -> News {
        let Some(Job::Append { records, .. }) = self.job.take() else { return News::Nothing };
        let first = self.history.len() as u64 + 1;
        self.history.extend(&records);
        self.batches.push((first, self.history.len() as u64));
        News::Written { first, records }
    }

    fn saved(&mut self, end: Result<Etag, Unsettled>) -> Result<News, Unsettled> {
        self.job = None;
        self.etag = end?;
        Ok(News::Nothing)
    }
}

fn put(content: &Content, there: Option<Etag>) -> Request {
    Request::Put { epoch: content.epoch, serial: content.serial, history: content.history.clone(), there }
}

/// The answer to a write of the snapshot.
fn with(answer: Answer<()>, etag: Etag) -> Answer<Etag> {
    match answer {
        Answer::Done(()) => Answer::Done(etag),
        Answer::Refused => Answer::Refused,
        Answer::Again => Answer::Again,
        Answer::Unclear => Answer::Unclear,
    }
}
