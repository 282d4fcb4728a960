//! One resource, killed at every call of its life, and what has to be true afterwards.
//!
//! In: a sample and where what it needs is. Out: breaches, and how often it was killed. It must
//! not know any kind.

use std::collections::BTreeSet;

use driver::{Found, Want};
use model::stack::Stack;
use model::{Id, Known, Tree};
use sandbox::differences::argument_differs;
use serde_json::Value as Json;

use super::manifest::{self, address, of_sample};
use super::points::Points;
use super::stage::{Aim, Ran, Stage};
use super::tally::Tally;
use crate::life::emptied;
use crate::place::Point;
use crate::sample::{Change, Names, named};
use crate::subject::{Stopped, Subject, overlaid};

/// The most points of one run.
const POINTS: usize = 40;

/// The most rounds through the values of one change.
const ROUNDS: usize = 40;

/// A resource on trial.
pub struct Trial<'a> {
    pub subject: Subject<'a>,
    pub stage: Stage<'a>,
    pub way: Way,
    /// The sample's arguments, references filled.
    pub arguments: Json,
    pub names: &'a Names,
    pub tally: Tally,
    /// The ids that the resource has had.
    seen: BTreeSet<Id>,
    /// How an adopted object was before.
    found: Option<Known>,
}

/// Where a resource comes from and where it goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It is made, and it goes.
    Owned,
    /// It is there before, and it stays.
    Adopted,
    /// It could have been there before, and it stays.
    Missed,
}

/// A value that a change goes to.
struct Stop {
    what: String,
    stack: Stack,
    points: Points,
}

impl<'a> Trial<'a> {
    pub fn new(subject: Subject<'a>, stage: Stage<'a>, way: Way, arguments: Json, names: &'a Names) -> Self {
        let tally = Tally::default();
        Self { subject, stage, way, arguments, names, tally, seen: BTreeSet::new(), found: None }
    }

    /// Tries everything. What is wrong with one part does not keep the next from being tried.
    pub async fn run(&mut self) -> Result<(), Stopped> {
        let base = of_sample(self.subject.sample, &self.arguments)?;
        if let Err(wrong) = self.come_and_go(&base).await {
            self.subject.wrong.push(wrong);
            self.clear(&base).await?;
        }
        if self.way == Way::Missed {
            // It changes as one that was there.
            return Ok(());
        }
        self.renew(&base).await?;
        for change in &self.subject.sample.changes {
            if argument_differs(self.subject.kind.name, change.argument).is_some() {
                self.tally.left_out += 1;
                continue;
            }
            if let Err(wrong) = self.change(change, &base).await {
                self.subject.wrong.push(format!("`{}`: {wrong}", change.argument));
                self.clear(&base).await?;
                self.renew(&base).await?;
            }
        }
        self.clear(&base).await
    }

    /// Creates and destroys, killed in each at one point after the other until neither comes to
    /// the point any more.
    async fn come_and_go(&mut self, base: &Stack) -> Result<(), Stopped> {
        for point in (0..POINTS).map(Point::nth) {
            let at = |wrong: Stopped| format!("{point}: {wrong}");
            self.begin().await?;
            let (made, killed) =
                self.through(base, Aim::Apply, Some(point)).await.map_err(|it| at(format!("create: {it}")))?;
            self.tally.creates.note(killed, made.len());
            self.created_once(&made).map_err(at)?;
            self.stands(base).await.map_err(|it| at(format!("after create: {it}")))?;
            self.token_found().await.map_err(at)?;
            let (gone, killed_too) =
                self.through(base, Aim::Destroy, Some(point)).await.map_err(|it| at(format!("destroy: {it}")))?;
            self.tally.destroys.note(killed_too, gone.len());
            self.nothing_left(base).await.map_err(|it| at(format!("after destroy: {it}")))?;
            if !killed && !killed_too {
                return Ok(());
            }
        }
        Err(format!("there are more than {POINTS} points"))
    }

    /// Goes through the values of a change and back, round after round, until every call on the
    /// way was the last one in both ways.
    async fn change(&mut self, change: &Change, base: &Stack) -> Result<(), Stopped> {
        let mut stops = Vec::new();
        for values in change.values.iter().map(|it| named(it, self.names)) {
            let stack = of_sample(self.subject.sample, &manifest::overlaid(&self.arguments, &values))?;
            stops.push(Stop { what: format!("to {values}"), stack, points: Points::default() });
        }
        stops.push(Stop { what: "back".to_owned(), stack: base.clone(), points: Points::default() });
        let mut renewed = false;
        for _ in 0..ROUNDS {
            let mut kills = 0;
            for stop in &mut stops {
                let killed = self.visit(stop).await.map_err(|it| format!("{}: {it}", stop.what))?;
                kills += usize::from(killed);
            }
            let tried = stops.iter().any(|it| it.points.were_tried());
            if tried && stops.iter().all(|it| !it.points.is_open()) {
                return Ok(());
            }
            if kills > 0 {
                renewed = false;
                continue;
            }
            if renewed {
                break;
            }
            // Some values can only be come to once in an object's life.
            self.clear(base).await?;
            self.renew(base).await?;
            renewed = true;
        }
        let open: Vec<&str> = stops.iter().filter(|it| it.points.is_open()).map(|it| it.what.as_str()).collect();
        if !open.is_empty() {
            return Err(format!("not every call was made again: {}", open.join(", ")));
        }
        // AWS had these values all along.
        self.tally.idle += 1;
        Ok(())
    }

    async fn visit(&mut self, stop: &mut Stop) -> Result<bool, Stopped> {
        let point = stop.points.next();
        let at = |wrong: Stopped| match point {
            Some(point) => format!("{point}: {wrong}"),
            None => wrong,
        };
        let (made, killed) = self.through(&stop.stack, Aim::Apply, point).await.map_err(at)?;
        if killed {
            stop.points.hit(made.len());
            self.tally.updates.note(true, made.len());
        } else {
            stop.points.missed(made.len());
        }
        let so_far = self.seen.len();
        self.stands(&stop.stack).await.map_err(at)?;
        if self.seen.len() > so_far {
            self.token_found().await.map_err(at)?;
        }
        Ok(killed)
    }

    /// Runs, and runs again if it was killed. Answers every mutating call that AWS got, and
    /// whether it was killed.
    async fn through(&self, stack: &Stack, aim: Aim, point: Option<Point>) -> Result<(Vec<String>, bool), Stopped> {
        let Some(point) = point else { return Ok((self.stage.run(stack, aim).await?.delivered, false)) };
        let Ran { killed, mut delivered } = self.stage.run_until(stack, aim, point).await?;
        if killed {
            delivered.extend(self.stage.run(stack, aim).await.map_err(|it| format!("run again: {it}"))?.delivered);
        }
        Ok((delivered, killed))
    }

    /// The call that creates was delivered once, whichever run made it.
    fn created_once(&mut self, made: &[String]) -> Result<(), Stopped> {
        if self.way == Way::Adopted {
            return Ok(());
        }
        let Some(create) = made.first() else { return Err("create makes no call".to_owned()) };
        let times = made.iter().filter(|it| *it == create).count();
        let usual = *self.tally.usual_creates.get_or_insert(times);
        if times == usual { Ok(()) } else { Err(format!("{create} was made {times} times, not {usual}: {made:?}")) }
    }

    /// A plan is empty, and there is one object: in state, and of all that ever were, in AWS.
    async fn stands(&mut self, stack: &Stack) -> Result<(), Stopped> {
        let pending = self.stage.pending(stack, Aim::Apply).await?;
        if !pending.is_empty() {
            return Err(format!("the plan is not empty: {}", pending.join("; ")));
        }
        let state = self.stage.state().await?;
        let objects: Vec<(&model::Address, &Id)> =
            state.resources.iter().flat_map(|(address, it)| it.objects().map(move |it| (address, &it.id))).collect();
        let [(at, id)] = objects.as_slice() else { return Err(format!("state has {objects:?}")) };
        if **at != address(self.subject.sample) {
            return Err(format!("state has {at}"));
        }
        self.seen.insert((*id).clone());
        let there = self.there().await?;
        if there != BTreeSet::from([(*id).clone()]) {
            return Err(format!("{there:?} are there, and state has {id}"));
        }
        Ok(())
    }

    /// Of the ids that the resource has had, those that AWS still has.
    async fn there(&self) -> Result<BTreeSet<Id>, Stopped> {
        let mut there = BTreeSet::new();
        let ids: Vec<Id> = self.seen.iter().cloned().collect();
        for ids in ids.chunks(self.subject.kind.read_batch.max(1)) {
            let only = Want::Only(BTreeSet::new());
            let read = self.subject.driver().read(ids, &only).await.map_err(|fault| fault.to_string())?;
            there.extend(read.into_keys());
        }
        Ok(there)
    }

    /// Whatever token was used, it leads to the one object or to none.
    async fn token_found(&mut self) -> Result<(), Stopped> {
        let mut ours = false;
        for token in self.stage.take_tokens() {
            let found = self.subject.driver().find(self.subject.sent(), &token).await;
            match found.map_err(|fault| format!("find: {fault}"))? {
                Found::Absent => {}
                Found::Ours(id) | Found::Unproven(id) | Found::Foreign(id) if !self.seen.contains(&id) => {
                    return Err(format!("{} made {id}, which state does not have", token.0));
                }
                Found::Ours(_) => ours = true,
                Found::Unproven(_) | Found::Foreign(_) => {}
            }
        }
        let proven = ours || !self.subject.kind.marked || self.way != Way::Owned;
        if proven { Ok(()) } else { Err("no token leads to the object".to_owned()) }
    }

    /// State holds nothing, a plan to destroy is empty, and AWS has nothing.
    async fn nothing_left(&mut self, stack: &Stack) -> Result<(), Stopped> {
        let state = self.stage.state().await?;
        let held: Vec<&Id> = state.resources.values().flat_map(|it| it.objects()).map(|it| &it.id).collect();
        if !held.is_empty() {
            return Err(format!("state has {held:?}"));
        }
        let pending = self.stage.pending(stack, Aim::Destroy).await?;
        if !pending.is_empty() {
            return Err(format!("the plan is not empty: {}", pending.join("; ")));
        }
        let left = self.there().await?;
        let stays = self.subject.sample.lingers || self.way != Way::Owned;
        if left.is_empty() || stays { Ok(()) } else { Err(format!("{left:?} are there")) }
    }

    /// Before something is created: no lost create is waited for any more, and what is adopted is
    /// as it was, or gone.
    async fn begin(&mut self) -> Result<(), Stopped> {
        self.stage.let_suspicion_pass();
        self.stage.take_tokens();
        self.seen.clear();
        match self.way {
            Way::Owned => Ok(()),
            Way::Adopted => self.put_back().await,
            Way::Missed => self.take_away().await,
        }
    }

    /// Makes an adopted object what it was when it was first seen.
    async fn put_back(&mut self) -> Result<(), Stopped> {
        let id = self.adoptable().await?.ok_or("there is nothing to adopt")?;
        let live = self.subject.ready(&id).await?;
        match &self.found {
            Some(was) => {
                let was = was.clone();
                self.subject.update(&id, &live.inputs, &was).await
            }
            None => {
                self.found = Some(live.inputs);
                Ok(())
            }
        }
    }

    /// Deletes an object that could be adopted, as somebody else may.
    async fn take_away(&mut self) -> Result<(), Stopped> {
        let Some(id) = self.adoptable().await? else { return Ok(()) };
        emptied(&self.subject, &id).await?;
        let live = self.subject.ready(&id).await?;
        let before = overlaid(&live.inputs, &Tree::map([("force_destroy", Tree::Bool(true))]));
        let gone = self.subject.driver().delete(&id, before).await;
        gone.map_err(|fault| format!("taken away: {fault}"))?;
        self.subject.gone(&id).await
    }

    async fn adoptable(&self) -> Result<Option<Id>, Stopped> {
        let adopted = self.subject.driver().adopt(self.subject.desired.clone()).await;
        adopted.map_err(|fault| format!("adopt: {fault}"))
    }

    /// Makes the resource, undisturbed.
    async fn renew(&mut self, base: &Stack) -> Result<(), Stopped> {
        self.begin().await?;
        self.stage.run(base, Aim::Apply).await.map_err(|it| format!("made anew: {it}"))?;
        self.stands(base).await.map_err(|it| format!("made anew: {it}"))
    }

    /// Destroys the resource, undisturbed.
    async fn clear(&mut self, base: &Stack) -> Result<(), Stopped> {
        self.stage.run(base, Aim::Destroy).await.map_err(|it| format!("cleared: {it}"))?;
        self.nothing_left(base).await.map_err(|it| format!("cleared: {it}"))
    }
}
