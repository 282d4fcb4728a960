//! The cloud as tests hold it.
//!
//! In: a setup. Out: drivers, and what has become of everything. Clones are the same cloud.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driver::{Drivers, Fault, FaultKind, Phase};
use model::catalog::{Catalog, Kind, Life};
use model::schema::{Field, Replace};
use model::state::State;
use model::{Id, Known};
use tokio::time::Instant;

use crate::dice::Dice;
use crate::drivers::{Caller, SimulatedData, SimulatedKind};
use crate::faults::Faults;
use crate::log::Call;
use crate::world::{Answer, Owner, Request, Setup, Thing, World};

/// A cloud in memory.
#[derive(Clone)]
pub struct Cloud {
    world: Arc<Mutex<World>>,
}

/// An object as it is now, seen from inside: nothing is hidden and nothing is late.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The kind.
    pub kind: &'static str,
    /// What it is called.
    pub id: Id,
    /// Whose it is.
    pub owner: Owner,
    /// The token of the call that made it.
    pub token: Option<String>,
    /// Its arguments as AWS tells them. A map.
    pub inputs: Known,
    /// Its outputs. A map.
    pub outputs: Known,
    /// Whether it can be used.
    pub phase: Phase,
}

impl Cloud {
    /// A cloud in which nothing exists but what every account has.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        Self { world: Arc::new(Mutex::new(World::new(setup))) }
    }

    /// Drivers for every kind of a catalog, in the hands of one caller.
    #[must_use]
    pub fn drivers(&self, catalog: &Catalog, caller: &Caller) -> Drivers {
        let mut world = self.world();
        catalog.kinds.iter().for_each(|kind| world.learn(kind));
        drop(world);
        let mut drivers = Drivers::default();
        for kind in catalog.kinds {
            drivers
                .resources
                .insert(kind.name, Box::new(SimulatedKind { cloud: self.clone(), caller: caller.clone(), kind }));
        }
        for kind in catalog.data {
            drivers
                .data
                .insert(kind.name, Box::new(SimulatedData { cloud: self.clone(), caller: caller.clone(), kind }));
        }
        drivers
    }

    /// Every call so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.now().log.clone()
    }

    /// What callers did that no driver may be asked, as sentences.
    #[must_use]
    pub fn violations(&self) -> Vec<String> {
        self.now().violations.clone()
    }

    /// Every secret text that anything ever held or told.
    #[must_use]
    pub fn secrets(&self) -> BTreeSet<String> {
        self.now().secrets.clone()
    }

    /// Everything that exists.
    #[must_use]
    pub fn snapshot(&self) -> Vec<Sighting> {
        let now = Instant::now();
        let world = self.now();
        let sighting = |thing: &Thing| {
            let live = thing.live(now);
            Sighting {
                kind: thing.kind.name,
                id: thing.id.clone(),
                owner: thing.owner,
                token: thing.token.clone(),
                inputs: live.inputs,
                outputs: live.outputs,
                phase: live.phase,
            }
        };
        world.things.values().map(sighting).collect()
    }

    /// Objects that were made through drivers and that a state does not know: neither as current
    /// nor as deposed, nor as suspect.
    #[must_use]
    pub fn orphans(&self, state: &State) -> Vec<Sighting> {
        let known = known_objects(state);
        let suspects: BTreeSet<&str> = state
            .resources
            .values()
            .flat_map(|entry| entry.suspects.iter().map(|suspect| suspect.token.as_str()))
            .collect();
        let orphan = |it: &Sighting| {
            let suspected = it.token.as_deref().is_some_and(|token| suspects.contains(token));
            it.owner == Owner::Ours && !suspected && !known.contains(&(it.kind, it.id.0.as_str()))
        };
        self.snapshot().into_iter().filter(orphan).collect()
    }

    /// Objects that a state knows and that do not exist: kind and id.
    #[must_use]
    pub fn ghosts(&self, state: &State) -> Vec<(String, Id)> {
        let world = self.now();
        let exists = |kind: &str, id: &str| world.things.keys().any(|(it, other)| *it == kind && other.0 == id);
        let ghosts = known_objects(state).into_iter().filter(|(kind, id)| !exists(kind, id));
        ghosts.map(|(kind, id)| (kind.to_owned(), Id(id.to_owned()))).collect()
    }

    /// From now on nothing goes wrong, and nothing hides. What is on its way still arrives.
    pub fn calm(&self) {
        let mut world = self.now();
        world.setup.faults = Faults::NONE;
        world.setup.script.clear();
        let now = Instant::now();
        for thing in world.things.values_mut() {
            thing.visible_at = thing.visible_at.min(now);
            thing.spoiled &= thing.settles_at <= now;
        }
    }

    /// From now on this goes wrong by chance.
    pub fn set_faults(&self, faults: Faults) {
        self.now().setup.faults = faults;
    }

    /// Whether a call is on its way whose caller is gone.
    #[must_use]
    pub fn busy(&self) -> bool {
        self.now().busy()
    }

    /// Somebody else makes an object, unless there is one of that name.
    pub fn plant(&self, kind: &'static Kind, inputs: Known) -> Option<Id> {
        let now = Instant::now();
        let mut world = self.now();
        world.learn(kind);
        let inputs = inputs.as_map().cloned().unwrap_or_default();
        if world.namesake(kind, &inputs).is_some() {
            return None;
        }
        Some(world.plant(kind, inputs, now))
    }

    /// Somebody else changes an argument of an object. Null takes it away. Answers whether
    /// there was such an object.
    pub fn tamper(&self, kind: &str, id: &Id, argument: &str, value: Known) -> bool {
        let mut world = self.now();
        let thing = world.things.values_mut().find(|it| it.kind.name == kind && it.id == *id);
        let Some(thing) = thing else { return false };
        match value {
            Known::Null => thing.inputs.remove(argument),
            value => thing.inputs.insert(argument.to_owned(), value),
        };
        true
    }

    /// Somebody else changes some argument that can be changed, and that is set. Answers which.
    pub fn tamper_somewhere(&self, kind: &str, id: &Id, dice: Dice) -> Option<String> {
        let (name, value) = {
            let world = self.now();
            let thing = world.things.values().find(|it| it.kind.name == kind && it.id == *id)?;
            let changeable = |field: &Field| {
                matches!(field.replace, Replace::Never) && !field.write_only && field.accepts.is_empty()
            };
            let fields: Vec<&Field> = (thing.kind.inputs)().fields.iter().filter(|field| changeable(field)).collect();
            let changed = |field: &&Field| Some((field.name.to_owned(), other(field, thing.inputs.get(field.name)?)?));
            let mut choices: Vec<(String, Known)> = fields.iter().filter_map(changed).collect();
            let at = (dice.roll(&format!("tamper {id}")) * choices.len() as f64) as usize;
            (at < choices.len()).then(|| choices.swap_remove(at))?
        };
        self.tamper(kind, id, &name, value);
        Some(name)
    }

    /// Somebody else deletes an object, whoever refers to it. Answers whether there was one.
    pub fn vanish(&self, kind: &str, id: &Id) -> bool {
        let mut world = self.now();
        let before = world.things.len();
        world.things.retain(|(name, it), thing| *name != kind || it != id || thing.kind.life == Life::Adopted);
        world.things.len() < before
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A test that panics elsewhere still wants to look at the cloud.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world as of now.
    pub(crate) fn now(&self) -> MutexGuard<'_, World> {
        let mut world = self.world();
        world.advance(Instant::now());
        world
    }

    /// Signs and sends a mutating call and waits for its answer. Dropped before that, the call may
    /// still arrive. A caller without time between signing and sending sends late.
    pub(crate) async fn mutate(&self, caller: &Caller, kind: &'static Kind, request: Request) -> Result<Answer, Fault> {
        caller.process.step().await;
        if let Err(why) = caller.lease.check() {
            return Err(Fault::new(FaultKind::Unreachable, kind.service, why.to_string()));
        }
        let call = self.now().sign(caller.process.number, kind, &request);
        caller.process.step().await;
        let answers = self.now().send(call, kind, request);
        let mut hope = Hope { cloud: self, call: Some(call) };
        tokio::time::sleep_until(answers).await;
        caller.process.step().await;
        hope.call = None;
        self.world().collect(call)
    }
}

/// Somebody who waits for an answer.
struct Hope<'a> {
    cloud: &'a Cloud,
    call: Option<usize>,
}

impl Drop for Hope<'_> {
    fn drop(&mut self) {
        if let Some(call) = self.call {
            self.cloud.world().abandon(call);
        }
    }
}

/// Another value that an argument might have.
fn other(field: &Field, value: &Known) -> Option<Known> {
    match value {
        Known::Bool(value) => Some(Known::Bool(!value)),
        Known::Int(value) => Some(Known::Int(if field.range.is_some_and(|(_, most)| *value as f64 >= most) {
            value - 1
        } else {
            value + 1
        })),
        Known::Text(text) if field.allowed.is_empty() => Some(Known::text(format!("{text} by hand"))),
        Known::Map(members) if field.name == "tags" => {
            let mut members = members.clone();
            members.insert("by".to_owned(), Known::text("hand"));
            Some(Known::Map(members))
        }
        Known::List(_) => Some(Known::List(Vec::new())),
        Known::Null | Known::Text(_) | Known::Map(_) | Known::Float(_) | Known::Secret(_) | Known::Hole(_) => None,
    }
}

fn known_objects(state: &State) -> BTreeSet<(&str, &str)> {
    let entries = state.resources.values();
    entries.flat_map(|entry| entry.objects().map(|object| (entry.kind.as_str(), object.id.0.as_str()))).collect()
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.world().things.keys()).finish()
    }
}
