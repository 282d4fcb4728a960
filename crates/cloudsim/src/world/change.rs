//! Mutating calls as they arrive.
//!
//! In: a request and the time at which it lands. Out: an answer and a changed world.

use std::collections::BTreeMap;
use std::time::Duration;

use driver::{Created, Fault, FaultKind, Phase, Token};
use model::catalog::{Identity, Kind, Life};
use model::schema::Field;
use model::{Id, Known};
use tokio::time::Instant;

use super::{Answer, Owner, Request, Stage, Thing, World, contract, fill};

impl World {
    /// Does what a request asks, or refuses it.
    pub(super) fn land(
        &mut self,
        call: usize,
        kind: &'static Kind,
        request: Request,
        now: Instant,
    ) -> Result<Answer, Fault> {
        let answer = match request {
            Request::Create { inputs, token } => self.create(call, kind, &inputs, &token, now).map(Answer::Created),
            Request::Update { id, before, after } => {
                self.update(call, kind, &id, &before, &after, now).map(|()| Answer::Done)
            }
            Request::Delete { id, before } => self.delete(call, kind, &id, &before, now).map(|()| Answer::Done),
        };
        if answer.is_ok() {
            self.log[call].committed = true;
        }
        answer
    }

    fn create(
        &mut self,
        call: usize,
        kind: &'static Kind,
        inputs: &Known,
        token: &Token,
        now: Instant,
    ) -> Result<Created, Fault> {
        let operation = format!("{}:create", kind.service);
        let inputs: BTreeMap<String, Known> =
            inputs.as_map().into_iter().flatten().map(|(name, value)| (name.clone(), fill::clear(value))).collect();
        let same = |it: &&Thing| it.kind.name == kind.name && it.token.as_deref() == Some(&token.0);
        if let Some(made) = self.things.values().find(same) {
            if kind.identity == Identity::Token {
                return Ok(Created { id: made.id.clone(), live: Some(made.live(now)), unfinished: false });
            }
            let twice = format!("{} was created again with its own token", made.id);
            self.violation(kind, twice);
        }
        if let Some(other) = self.namesake(kind, &inputs) {
            let message = format!("{} exists already", other.id);
            return Err(Fault::new(FaultKind::Conflict, operation, message));
        }
        if let (Some(text), _) = self.first_dangling(kind, &inputs, now) {
            return Err(Fault::invalid(operation, format!("there is no `{text}`")));
        }
        let id = self.new_id(kind, &inputs, Some(token));
        let (now_given, later) = self.taken_at_once(kind, inputs);
        let mut thing = self.thing(kind, id.clone(), now_given, now);
        thing.token = Some(token.0.clone());
        let question = format!("new {} {}", kind.name, thing.generation);
        self.settle(&mut thing, Stage::Creating, kind.timing.expected_create, now, &question);
        thing.spoiled = self.dice().happens(self.setup.faults.spoil, &format!("{question} spoil"));
        let live = thing.live(now);
        // Whether the answer tells what it made is up to the service.
        let tells = later || self.dice().happens(0.7, &format!("{question} tells"));
        // What an answer calls ready can be read from then on.
        let known = tells && live.phase == Phase::Ready;
        if !known && self.dice().happens(self.setup.faults.stale, &format!("{question} stale")) {
            thing.visible_at = now + kind.timing.consistency.mul_f64(0.9 * self.dice().roll(&question));
        }
        self.log[call].settles = (!known).then(|| thing.settles_at - now);
        self.things.insert((kind.name, id.clone()), thing);
        self.log[call].id = Some(id.clone());
        Ok(Created { id, live: tells.then_some(live), unfinished: later })
    }

    /// What the create call takes, and whether something is left for an update.
    fn taken_at_once(
        &self,
        kind: &'static Kind,
        mut inputs: BTreeMap<String, Known>,
    ) -> (BTreeMap<String, Known>, bool) {
        let follow_up = self.behavior(kind).follow_up;
        let mut later = false;
        for field in (kind.inputs)().fields.iter().filter(|field| follow_up.contains(&field.name)) {
            let given = BTreeMap::from_iter(inputs.remove_entry(field.name));
            let without = BTreeMap::from([(field.name.to_owned(), fill::chosen(field, ""))]);
            later |= given.values().any(|it| !it.is_null())
                && !contract::changed((kind.inputs)(), &without, &given).is_empty();
        }
        (inputs, later)
    }

    /// The object that already has the name or key, or takes the whole place.
    pub fn namesake(&self, kind: &'static Kind, inputs: &BTreeMap<String, Known>) -> Option<&Thing> {
        let keys: Vec<&str> = match (kind.identity, kind.naming) {
            (Identity::Natural(keys), _) => keys.to_vec(),
            (_, Some(naming)) if !naming.shared => naming.scope.iter().copied().chain([naming.argument]).collect(),
            (Identity::Name | Identity::Token | Identity::Tag, _) => return None,
        };
        let value = |members: &BTreeMap<String, Known>, key: &str| members.get(key).map(fill::clear);
        let same = |thing: &&Thing| {
            thing.kind.name == kind.name && keys.iter().all(|key| value(&thing.inputs, key) == value(inputs, key))
        };
        self.things.values().find(same)
    }

    fn first_dangling(
        &self,
        kind: &'static Kind,
        inputs: &BTreeMap<String, Known>,
        now: Instant,
    ) -> (Option<String>, usize) {
        let (dangling, found) = self.referents((kind.inputs)(), inputs, now);
        (dangling.into_iter().next(), found.len())
    }

    fn update(
        &mut self,
        call: usize,
        kind: &'static Kind,
        id: &Id,
        before: &Known,
        after: &Known,
        now: Instant,
    ) -> Result<(), Fault> {
        let operation = format!("{}:update", kind.service);
        let (thing, fields) = self.settled_thing(kind, id, now, &operation)?;
        let none = BTreeMap::new();
        let (old, new) = (before.as_map().unwrap_or(&none), after.as_map().unwrap_or(&none));
        let mut thing = thing.clone();
        let mut sent = BTreeMap::new();
        for field in contract::changed(fields, old, new) {
            match new.get(field.name).filter(|value| !value.is_null()) {
                Some(value) => {
                    let value = fill::completed(field.ty, &fill::clear(value), &id.0);
                    sent.insert(field.name.to_owned(), value.clone());
                    thing.inputs.insert(field.name.to_owned(), value);
                }
                None => cleared(&mut thing, field),
            }
        }
        if let (Some(text), _) = self.first_dangling(kind, &sent, now) {
            return Err(Fault::invalid(operation, format!("there is no `{text}`")));
        }
        let question = format!("changed {} {} {}", kind.name, thing.generation, self.log.len());
        self.settle(&mut thing, Stage::Updating, kind.timing.expected_update, now, &question);
        self.log[call].settles = (thing.settles_at > now).then(|| thing.settles_at - now);
        self.things.insert((kind.name, id.clone()), thing);
        Ok(())
    }

    fn delete(&mut self, call: usize, kind: &'static Kind, id: &Id, before: &Known, now: Instant) -> Result<(), Fault> {
        let operation = format!("{}:delete", kind.service);
        let behavior = self.behavior(kind);
        let Some(thing) = self.things.get(&(kind.name, id.clone())) else { return Ok(()) };
        if thing.stage == Stage::Deleting {
            return Ok(());
        }
        if !thing.settled(now) {
            return Err(Fault::new(FaultKind::NotYet, operation, format!("{id} is {:?}", thing.phase(now))));
        }
        if behavior.protection.is_some_and(|name| thing.inputs.get(name) == Some(&Known::Bool(true))) {
            return Err(Fault::invalid(operation, format!("{id} is protected")));
        }
        if let Some((skip, name)) = behavior.farewell {
            let (skip, name) = (before.get(skip), before.get(name));
            if skip != Some(&Known::Bool(true)) && name.and_then(Known::as_text).is_none() {
                return Err(Fault::invalid(operation, format!("{id} needs a name for its last copy")));
            }
        }
        let by: Vec<String> =
            self.referrers(thing, now).iter().map(|it| format!("{} {}", it.kind.name, it.id)).collect();
        if !by.is_empty() {
            let message = format!("{id} is used by {}", by.join(", "));
            return Err(Fault::new(FaultKind::InUse { by }, operation, message));
        }
        let mut thing = thing.clone();
        let question = format!("gone {} {}", kind.name, thing.generation);
        self.settle(&mut thing, Stage::Deleting, kind.timing.expected_delete, now, &question);
        if thing.settles_at <= now || kind.life == Life::Revisions {
            self.things.remove(&(kind.name, id.clone()));
        } else {
            self.log[call].settles = Some(thing.settles_at - now);
            self.things.insert((kind.name, id.clone()), thing);
        }
        Ok(())
    }

    fn settled_thing(
        &self,
        kind: &'static Kind,
        id: &Id,
        now: Instant,
        operation: &str,
    ) -> Result<(&Thing, &'static model::schema::Schema), Fault> {
        let refuse = |fault: FaultKind, message: String| Err(Fault::new(fault, operation, message));
        match self.things.get(&(kind.name, id.clone())) {
            None => refuse(FaultKind::NotFound, format!("there is no {id}")),
            Some(thing) if thing.stage == Stage::Deleting => {
                refuse(FaultKind::Invalid, format!("{id} is being deleted"))
            }
            Some(thing) if !thing.settled(now) => refuse(FaultKind::NotYet, format!("{id} is {:?}", thing.phase(now))),
            Some(thing) if matches!(thing.phase(now), Phase::Failed(_)) => {
                refuse(FaultKind::Invalid, format!("{id} has failed"))
            }
            Some(thing) => Ok((thing, (kind.inputs)())),
        }
    }

    /// Begins what takes a while: about as long as expected, four times that when it is slow.
    fn settle(&self, thing: &mut Thing, stage: Stage, expected: Duration, now: Instant, question: &str) {
        thing.stage = stage;
        let slow = self.dice().happens(self.setup.faults.slow, &format!("{question} slow"));
        let factor = if slow { 4.0 } else { 0.5 + self.dice().roll(&format!("{question} time")) };
        let quick = expected <= Duration::from_secs(1);
        let pace = self.behavior(thing.kind).pace;
        thing.settles_at = if quick { now } else { now + expected.mul_f64(factor * pace) };
    }

    /// An object that somebody else makes. It has settled.
    pub fn plant(&mut self, kind: &'static Kind, inputs: BTreeMap<String, Known>, now: Instant) -> Id {
        let id = self.new_id(kind, &inputs, None);
        let thing = self.thing(kind, id.clone(), inputs, now);
        self.things.insert((kind.name, id.clone()), Thing { owner: Owner::Foreign, ..thing });
        id
    }
}

/// An argument that is no longer sent: back to what AWS would have taken.
fn cleared(thing: &mut Thing, field: &Field) {
    match field.default {
        Some(default) => thing.inputs.insert(field.name.to_owned(), default.to_known()),
        None => thing.inputs.remove(field.name),
    };
}
