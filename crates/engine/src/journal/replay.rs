//! Applies records to a state.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::state::{Entry, Object, State, Status, Suspect};
use model::{Address, Id, Known, Secret, Tree};
use serde::{Deserialize, Serialize};

use crate::planted::{Bug, planted};

use super::{Body, Call, Intent, Record, Standing, Verdict, empty};

/// A state and the intents that are open in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// The state as far as records tell.
    pub state: State,
    open: BTreeMap<u64, OpenIntent>,
    next: u64,
    /// The last record that a snapshot contains.
    saved: u64,
}

/// An intent without an end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenIntent {
    /// The sequence of its record.
    pub sequence: u64,
    /// The intent.
    pub intent: Intent,
    /// What AWS calls what was made, where the create call answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Id>,
}

/// What is written as one snapshot: the state, and the intents that are open in it. With them it
/// stands for all records up to [`State::applied_through`], so that these can be trimmed at any
/// time, by anybody.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The state.
    pub state: State,
    /// Intents without an end, in order.
    pub open: Vec<OpenIntent>,
}

impl From<State> for Snapshot {
    /// A state in which nothing is open.
    fn from(state: State) -> Self {
        Self { state, open: Vec::new() }
    }
}

impl Ledger {
    /// Replays a journal over a snapshot. Records up to [`State::applied_through`] are contained
    /// in the snapshot already.
    #[must_use]
    pub fn open(snapshot: Snapshot, records: &[Record]) -> Self {
        let Snapshot { state, open } = snapshot;
        let saved = state.applied_through;
        let open = open.into_iter().map(|it| (it.sequence, it)).collect();
        let mut ledger = Self { state, open, next: saved + 1, saved };
        for record in records {
            ledger.apply(record);
        }
        ledger
    }

    /// The intents without an end, in order.
    pub fn open_intents(&self) -> impl Iterator<Item = &OpenIntent> {
        self.open.values()
    }

    /// An intent without an end.
    #[must_use]
    pub fn open_intent(&self, sequence: u64) -> Option<&OpenIntent> {
        self.open.get(&sequence)
    }

    /// Whether there are records that no snapshot contains.
    #[must_use]
    pub fn is_ahead(&self) -> bool {
        self.state.applied_through > self.saved
    }

    /// Numbers a record; the next one gets the next number.
    pub fn number(&mut self, epoch: u64, body: Body) -> Record {
        let sequence = self.next;
        self.next += 1;
        Record { epoch, sequence, body }
    }

    /// What a snapshot written now holds. It counts as the next one of its lineage.
    pub fn snapshot(&mut self, epoch: u64) -> Snapshot {
        self.state.serial += 1;
        self.state.epoch = epoch;
        self.saved = self.state.applied_through;
        let open = self.open.values().filter(|_| !planted(Bug::OpenLeftOut)).cloned().collect();
        Snapshot { state: self.state.clone(), open }
    }

    /// Applies one record; one that the state contains already changes nothing.
    pub fn apply(&mut self, record: &Record) {
        self.next = self.next.max(record.sequence + 1);
        if record.sequence <= self.state.applied_through {
            return;
        }
        let about = follow(&mut self.open, record);
        apply(&mut self.state, &record.body, about.as_deref());
        self.state.applied_through = record.sequence;
    }
}

/// Keeps the book of open intents, and returns the intent that a record is about.
fn follow<'a>(open: &'a mut BTreeMap<u64, OpenIntent>, record: &'a Record) -> Option<Cow<'a, Intent>> {
    match &record.body {
        Body::Intent(intent) => {
            let begun = OpenIntent { sequence: record.sequence, intent: (**intent).clone(), created: None };
            open.insert(record.sequence, begun);
            Some(Cow::Borrowed(intent))
        }
        Body::Created { intent, id } => {
            let open = open.get_mut(intent)?;
            open.created = Some(id.clone());
            Some(Cow::Borrowed(&open.intent))
        }
        Body::Ready { intent, .. } | Body::Failed { intent, .. } | Body::Closed { intent, .. } => {
            let OpenIntent { mut intent, created, .. } = open.remove(intent)?;
            intent.id = intent.id.or(created);
            Some(Cow::Owned(intent))
        }
        Body::Settled { .. } | Body::Adopted { .. } | Body::Recorded { .. } | Body::Moved { .. } => None,
        Body::Forgotten { .. } | Body::Arrived { .. } | Body::Expired { .. } => None,
        Body::Outputs { .. } | Body::Bound { .. } => None,
    }
}

/// `about` is the intent that a record refers to; it is always there, because a snapshot holds the
/// open intents.
fn apply(state: &mut State, body: &Body, about: Option<&Intent>) {
    match (body, about) {
        (Body::Intent(intent), _) => begin(state, intent),
        (Body::Created { id, .. }, Some(intent)) => made(state, intent, id),
        (Body::Ready { outputs, seconds, .. }, Some(intent)) => done(state, intent, outputs, *seconds),
        (Body::Failed { status, .. }, Some(intent)) => {
            if let (Some(object), Some(status)) = (object(state, intent), *status) {
                restore(object, intent, status);
            }
        }
        (Body::Closed { verdict, .. }, Some(intent)) => close(state, intent, verdict),
        (Body::Created { .. } | Body::Ready { .. } | Body::Failed { .. } | Body::Closed { .. }, None) => {}
        (Body::Settled { address, id, standing }, _) => settle(state, address, id, standing),
        (Body::Adopted { address, object }, _) => adopt(state, address, object),
        (Body::Recorded { address, inputs, local, dependencies }, _) => {
            if let Some(object) = state.resources.get_mut(address).and_then(|entry| entry.current.as_mut()) {
                object.inputs = inputs.clone();
                object.local = local.clone();
                object.dependencies = dependencies.clone();
            }
        }
        (Body::Moved { from, to }, _) => rename(state, from, to),
        (Body::Forgotten { address, deposed }, _) => forget(state, address, *deposed),
        (Body::Arrived { address, token, id }, _) => arrive(state, address, token, id),
        (Body::Expired { address, token }, _) => {
            drop_suspect(state, address, token);
        }
        (Body::Outputs { values }, _) => state.outputs = values.clone(),
        (Body::Bound { account, region, endpoint }, _) => {
            state.account = Some(account.clone());
            state.region = Some(region.clone());
            state.endpoint = endpoint.clone();
        }
    }
}

fn begin(state: &mut State, intent: &Intent) {
    let Some(object) = object(state, intent) else { return };
    match intent.operation {
        Call::Create => {}
        Call::Update => {
            object.inputs = either(&intent.before, &intent.after);
            // The step that completes a create leaves it a create: it still is half done.
            if object.status != Status::Creating {
                object.status = Status::Updating;
            }
        }
        Call::Delete => object.status = Status::Deleting,
    }
}

fn made(state: &mut State, intent: &Intent, id: &Id) {
    let object = Object {
        id: id.clone(),
        status: Status::Creating,
        inputs: intent.after.clone(),
        outputs: empty(),
        dependencies: intent.dependencies.clone(),
        token: intent.token.clone(),
        local: intent.local.clone(),
    };
    install(state, &intent.address, object);
}

/// The object becomes the current one; what was current is deposed.
fn install(state: &mut State, address: &Address, object: Object) {
    let entry = state.resources.entry(address.clone()).or_insert_with(|| Entry::new(&address.kind));
    // A name that is taken again (a tombstone restored) is the same object under the same id.
    entry.deposed.retain(|it| it.id != object.id);
    let replaced = entry.current.replace(object);
    let current = entry.current.as_ref().map(|it| &it.id);
    entry.deposed.extend(replaced.filter(|it| Some(&it.id) != current && !planted(Bug::NotDeposed)));
}

fn done(state: &mut State, intent: &Intent, outputs: &Known, seconds: Option<f64>) {
    if let Some(seconds) = seconds {
        // The update that completes a create is part of creating.
        let completes = intent.status == Some(Status::Creating);
        let word = if completes { Call::Create.word() } else { intent.operation.word() };
        learn(state, &format!("{}.{word}", intent.kind), seconds);
    }
    match intent.operation {
        Call::Delete => remove(state, &intent.address, intent.id.as_ref()),
        Call::Create | Call::Update => {
            let Some(object) = object(state, intent) else { return };
            object.status = Status::Ready;
            object.inputs = intent.after.clone();
            object.outputs = outputs.clone();
            object.dependencies = intent.dependencies.clone();
            object.local = intent.local.clone();
        }
    }
}

fn restore(object: &mut Object, intent: &Intent, status: Status) {
    object.status = status;
    if intent.operation == Call::Update && Some(status) == intent.status {
        object.inputs = intent.before.clone();
    }
}

fn close(state: &mut State, intent: &Intent, verdict: &Verdict) {
    match verdict {
        Verdict::Undone => {
            if let (Some(object), Some(status)) = (object(state, intent), intent.status) {
                restore(object, intent, status);
            }
        }
        Verdict::Stands | Verdict::NotOurs { .. } => {}
        Verdict::Gone => remove(state, &intent.address, intent.id.as_ref()),
        Verdict::Suspect { until } => {
            let suspect = Suspect {
                inputs: intent.sent_inputs(),
                token: intent.token.clone(),
                until: *until,
                dependencies: intent.dependencies.clone(),
                local: intent.local.clone(),
            };
            let entry = state.resources.entry(intent.address.clone()).or_insert_with(|| Entry::new(&intent.kind));
            entry.suspects.push(suspect);
        }
    }
}

fn settle(state: &mut State, address: &Address, id: &Id, standing: &Standing) {
    let Some(object) = find(state, address, id) else { return };
    match standing {
        Standing::Ready { outputs } => {
            object.status = Status::Ready;
            object.outputs = outputs.clone();
        }
        Standing::Failed => object.status = Status::Failed,
        Standing::Gone => remove(state, address, Some(id)),
    }
}

fn adopt(state: &mut State, address: &Address, object: &Object) {
    install(state, address, object.clone());
}

fn rename(state: &mut State, from: &Address, to: &Address) {
    if let Some(mut entry) = state.resources.remove(from) {
        entry.kind.clone_from(&to.kind);
        state.resources.insert(to.clone(), entry);
    }
    for object in state.resources.values_mut().flat_map(Entry::objects_mut) {
        if object.dependencies.remove(from) {
            object.dependencies.insert(to.clone());
        }
    }
}

fn forget(state: &mut State, address: &Address, deposed: bool) {
    let Some(entry) = state.resources.get_mut(address) else { return };
    entry.current = None;
    if deposed {
        entry.deposed.clear();
        entry.suspects.clear();
    }
    drop_empty(state, address);
}

/// A late arrival is wanted where nothing else took its place, and deposed where something did.
fn arrive(state: &mut State, address: &Address, token: &str, id: &Id) {
    let Some(suspect) = drop_suspect(state, address, token) else { return };
    let entry = state.resources.entry(address.clone()).or_insert_with(|| Entry::new(&address.kind));
    if entry.objects().any(|object| object.id == *id) {
        return;
    }
    let object = Object {
        id: id.clone(),
        status: Status::Creating,
        inputs: suspect.inputs,
        outputs: empty(),
        dependencies: suspect.dependencies,
        token: suspect.token,
        local: suspect.local,
    };
    match entry.current {
        None => entry.current = Some(object),
        Some(_) => entry.deposed.push(object),
    }
}

fn drop_suspect(state: &mut State, address: &Address, token: &str) -> Option<Suspect> {
    let suspects = &mut state.resources.get_mut(address)?.suspects;
    let at = suspects.iter().position(|it| it.token == token)?;
    let suspect = suspects.remove(at);
    drop_empty(state, address);
    Some(suspect)
}

fn drop_empty(state: &mut State, address: &Address) {
    if state.resources.get(address).is_some_and(Entry::is_empty) {
        state.resources.remove(address);
    }
}

fn remove(state: &mut State, address: &Address, id: Option<&Id>) {
    let (Some(entry), Some(id)) = (state.resources.get_mut(address), id) else { return };
    entry.deposed.retain(|object| object.id != *id);
    if entry.current.as_ref().is_some_and(|object| object.id == *id) {
        entry.current = None;
    }
    drop_empty(state, address);
}

fn object<'a>(state: &'a mut State, intent: &Intent) -> Option<&'a mut Object> {
    find(state, &intent.address, intent.id.as_ref()?)
}

fn find<'a>(state: &'a mut State, address: &Address, id: &Id) -> Option<&'a mut Object> {
    state.resources.get_mut(address)?.objects_mut().find(|object| object.id == *id)
}

/// How much of an average the newest duration makes.
const NEWEST: f64 = 0.3;

fn learn(state: &mut State, key: &str, seconds: f64) {
    let average = state.durations.get(key).map_or(seconds, |old| old * (1.0 - NEWEST) + seconds * NEWEST);
    // Milliseconds are all that anyone wants to know, and keep snapshots short.
    state.durations.insert(key.to_owned(), (average * 1000.0).round() / 1000.0);
}

/// A fingerprint that no secret has: after an open update nobody knows which of two secrets AWS
/// holds, so it differs from both.
const UNCERTAIN: &str = "uncertain";

/// Last applied while an update is open: an argument counts as set if before or after set it.
fn either(before: &Known, after: &Known) -> Known {
    match (before, after) {
        (Tree::Map(before), Tree::Map(after)) => {
            let keys = before.keys().chain(after.keys());
            let null = Known::Null;
            let value = |key: &String| either(before.get(key).unwrap_or(&null), after.get(key).unwrap_or(&null));
            Tree::Map(keys.map(|key| (key.clone(), value(key))).collect())
        }
        (before, Tree::Null) => before.clone(),
        (before, after) if before != after && (before.has_secret() || after.has_secret()) => uncertain(after),
        (_, after) => after.clone(),
    }
}

fn uncertain(tree: &Known) -> Known {
    match tree {
        Tree::Secret(_) => Tree::Secret(Secret::Fingerprint(UNCERTAIN.to_owned())),
        Tree::List(items) => Tree::List(items.iter().map(uncertain).collect()),
        Tree::Map(members) => Tree::Map(members.iter().map(|(key, it)| (key.clone(), uncertain(it))).collect()),
        plain => plain.clone(),
    }
}
