//! One object of one kind, as the engine handles it: create and complete, read until ready,
//! update, delete.
//!
//! In: values. Out: what the driver answers, with a sentence where it breaks its contract. It
//! must not know any kind.

use std::sync::atomic::Ordering;
use std::time::Duration;

use driver::{Created, Driver, Fault, FaultKind, Live, Phase, Token, Want};
use model::catalog::Kind;
use model::schema::Type;
use model::{Id, Known, Tree};

use crate::compare::differences;
use crate::place::{Harm, Place};
use crate::sample::Sample;

/// What no value may show.
pub const CANARY: &str = "canary";

/// How often something is asked again while AWS has not caught up, and after which time.
const PATIENCE: (usize, Duration) = (50, Duration::from_millis(100));

/// The most calls that one update or delete makes.
const CALLS: usize = 12;

/// A kind on trial.
pub struct Subject<'a> {
    pub kind: &'static Kind,
    pub sample: &'a Sample,
    pub place: &'a Place,
    /// The sample's arguments, references filled.
    pub desired: Known,
    /// Everything that was wrong.
    pub wrong: Vec<String>,
}

/// What keeps the trial from going on, as a sentence.
pub type Stopped = String;

impl Subject<'_> {
    pub fn driver(&self) -> &dyn Driver {
        self.place.driver(self.kind.name)
    }

    /// Notes a breach unless the condition holds.
    pub fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(otherwise());
        }
    }

    /// What a create is given: the arguments, and what stands for those that are unset.
    pub fn sent(&self) -> Known {
        let mut all = self.desired.as_map().cloned().unwrap_or_default();
        for field in (self.kind.inputs)().fields {
            if all.get(field.name).is_some_and(|it| !it.is_null()) {
                continue;
            }
            let unset = field.on_create.and_then(|it| serde_json::from_str(it).ok()).map(|it| Known::from_json(&it));
            let none = || (field.exclusive && is_many(field.ty)).then(|| Tree::List(Vec::new()));
            if let Some(value) = unset.or_else(none) {
                all.insert(field.name.to_owned(), value);
            }
        }
        Tree::Map(all)
    }

    /// The arguments that only stackctl reads, which every later call is given too.
    pub fn with_local(&self, live: &Known) -> Known {
        let local = (self.kind.inputs)().fields.iter().filter(|it| it.local);
        let set = local.filter_map(|it| Some((it.name, self.desired.get(it.name)?.clone())));
        overlaid(live, &Tree::map(set))
    }

    /// Reads one object.
    pub async fn read(&self, id: &Id) -> Result<Option<Live>, Stopped> {
        let read = self.driver().read(std::slice::from_ref(id), &Want::Everything).await;
        Ok(read.map_err(|fault| format!("read of {id}: {fault}"))?.remove(id))
    }

    /// Reads until the object is there and usable.
    pub async fn ready(&mut self, id: &Id) -> Result<Live, Stopped> {
        let mut last = "absent".to_owned();
        for _ in 0..PATIENCE.0 {
            if let Some(live) = self.read(id).await? {
                self.discreet("a live object", &live);
                match &live.phase {
                    Phase::Ready => return Ok(live),
                    Phase::Settling(progress) => last.clone_from(progress),
                    Phase::Failed(reason) => return Err(format!("{id} failed: {reason}")),
                }
            }
            tokio::time::sleep(PATIENCE.1).await;
        }
        Err(format!("{id} does not become ready: {last}"))
    }

    /// Reads until the object is gone.
    pub async fn gone(&self, id: &Id) -> Result<(), Stopped> {
        for _ in 0..PATIENCE.0 {
            if self.read(id).await?.is_none() {
                return Ok(());
            }
            tokio::time::sleep(PATIENCE.1).await;
        }
        Err(format!("{id} is still read after its delete"))
    }

    /// Creates, again while AWS has not caught up.
    pub async fn create(&mut self, token: &Token) -> Result<Created, Stopped> {
        let mut left = PATIENCE.0;
        loop {
            self.place.take_calls();
            match self.driver().create(self.sent(), token).await {
                Ok(created) => {
                    self.discreet("what create answers", &created);
                    return Ok(created);
                }
                Err(fault) if left > 0 && is_passing(&fault) => {
                    left -= 1;
                    tokio::time::sleep(PATIENCE.1).await;
                }
                Err(fault) => return Err(format!("create: {fault}")),
            }
        }
    }

    /// Does what the create call left to do.
    pub async fn complete(&mut self, id: &Id, live: &Live) -> Result<Live, Stopped> {
        let after = overlaid(&live.inputs, &self.sent());
        self.update(id, &self.with_local(&live.inputs), &after).await?;
        self.ready(id).await
    }

    /// Updates, again while AWS has not caught up.
    pub async fn update(&mut self, id: &Id, before: &Known, after: &Known) -> Result<(), Stopped> {
        let mut left = PATIENCE.0;
        loop {
            match self.driver().update(id, before.clone(), after.clone()).await {
                Ok(()) => return Ok(()),
                Err(fault) if left > 0 && is_passing(&fault) => {
                    left -= 1;
                    tokio::time::sleep(PATIENCE.1).await;
                }
                Err(fault) => {
                    self.discreet("a fault", &fault);
                    return Err(format!("update: {fault}"));
                }
            }
        }
    }

    /// Brings the object to some values, while each call on the way fails once in one way.
    /// After a failure the object is read again and the update repeated, as the engine does. A
    /// throttled call was not done, so there the call after the next is the one to fail.
    pub async fn change(&mut self, id: &Id, values: &Known, harm: Harm) -> Result<Live, Stopped> {
        for round in 0..=CALLS {
            let live = self.ready(id).await?;
            let after = overlaid(&self.with_local(&live.inputs), values);
            let skip = match harm {
                Harm::Throttle => usize::from(round > 0),
                Harm::DropAnswer => 0,
            };
            self.place.take_calls();
            let harmed = (round < CALLS).then(|| self.place.harm(harm, skip));
            let done = self.driver().update(id, self.with_local(&live.inputs), after).await;
            self.place.heal();
            let made = self.place.take_mutations();
            if !harmed.is_some_and(|it| it.load(Ordering::Relaxed)) {
                match done {
                    Ok(()) => {}
                    Err(fault) if is_passing(&fault) => {
                        tokio::time::sleep(PATIENCE.1).await;
                        continue;
                    }
                    Err(fault) => return Err(format!("update: {fault}")),
                }
                let nothing = round == 0 && made.is_empty() && differs(&live.inputs, values);
                self.expect(!nothing, || format!("an update to {} makes no call", values.to_json()));
                return self.ready(id).await;
            }
            self.failed("update", harm, done, &made, skip);
        }
        Err(format!("an update to {} does not go through", values.to_json()))
    }

    /// Deletes, while each call on the way fails once in one way.
    pub async fn delete(&mut self, id: &Id, before: &Known, harm: Harm) -> Result<(), Stopped> {
        for round in 0..=CALLS {
            let skip = match harm {
                Harm::Throttle => usize::from(round > 0),
                Harm::DropAnswer => 0,
            };
            self.place.take_calls();
            let harmed = (round < CALLS).then(|| self.place.harm(harm, skip));
            let done = self.driver().delete(id, before.clone()).await;
            self.place.heal();
            let made = self.place.take_mutations();
            if !harmed.is_some_and(|it| it.load(Ordering::Relaxed)) {
                return done.map_err(|fault| format!("delete: {fault}"));
            }
            self.failed("delete", harm, done, &made, skip);
            if harm == Harm::DropAnswer && self.read(id).await?.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Checks that a call that failed was told as what it was, and was the last one.
    pub fn failed<T>(&mut self, what: &str, harm: Harm, done: Result<T, Fault>, made: &[String], skip: usize) {
        let wanted = match harm {
            Harm::Throttle => FaultKind::Throttled,
            Harm::DropAnswer => FaultKind::Unknown,
        };
        let call = made.get(skip).cloned().unwrap_or_default();
        match done {
            Ok(_) => self.wrong.push(format!("{what} succeeds though {call} failed ({harm:?})")),
            Err(fault) => {
                let kind = &fault.kind;
                self.expect(*kind == wanted, || format!("{what}: {call} that failed ({harm:?}) is {kind:?}: {fault}"));
                self.discreet("a fault", &fault);
            }
        }
        self.expect(made.len() == skip + 1, || {
            format!("{what}: more calls after {call} had failed ({harm:?}): {}", made.join(", "))
        });
    }

    /// Checks that a plan would be empty.
    pub fn settled(&mut self, when: &str, desired: &Known, live: &Live) {
        let found = differences(self.kind.name, (self.kind.inputs)(), desired, &live.inputs);
        self.wrong.extend(found.into_iter().map(|it| format!("{when}: {it}")));
    }

    /// Checks that nothing shows a secret.
    pub fn discreet(&mut self, what: &str, value: &impl std::fmt::Debug) {
        let shown = format!("{value:?}").contains(CANARY);
        self.expect(!shown, || format!("{what} shows a secret"));
    }
}

/// Arguments with others in their place.
pub fn overlaid(arguments: &Known, others: &Known) -> Known {
    let mut all = arguments.as_map().cloned().unwrap_or_default();
    all.extend(others.as_map().cloned().unwrap_or_default());
    Tree::Map(all)
}

fn differs(live: &Known, values: &Known) -> bool {
    values.as_map().into_iter().flatten().any(|(name, value)| live.get(name) != Some(value))
}

/// What the engine repeats for a bounded time.
fn is_passing(fault: &Fault) -> bool {
    match fault.kind {
        FaultKind::NotYet | FaultKind::Throttled | FaultKind::Unreachable => true,
        FaultKind::NotFound | FaultKind::Denied | FaultKind::Invalid | FaultKind::Conflict => false,
        FaultKind::InUse { .. } | FaultKind::Unknown => false,
    }
}

fn is_many(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Set(_))
}
