//! Reads everything that a plan needs to know of AWS, in as few calls as there can be.
//!
//! In: stack, state, drivers. Out: [`Observed`]. It changes nothing and decides nothing: what
//! else could be read is the planner's to say.

use std::collections::{BTreeMap, BTreeSet};

use driver::{Driver, Drivers, Fault, Live, Want};
use futures::StreamExt as _;
use model::catalog::Kind;
use model::state::{Object, Status};
use model::{Address, Id, Known, Mode};

use crate::fingerprint::Fingerprints;
use crate::observed::Observed;
use crate::patience::patiently;
use crate::place::Place;
use crate::plan::{Needs, Options, Survey};
use crate::wants::{self, Referenced};

/// How many reads are under way at the same time.
const PARALLEL: usize = 16;

/// What an observation is for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What should exist.
    pub stack: &'a model::stack::Stack,
    /// The kinds.
    pub catalog: &'a model::catalog::Catalog,
    /// What stackctl remembers.
    pub state: &'a model::state::State,
    /// The stack's fingerprints.
    pub fingerprints: &'a Fingerprints,
    /// What the plan will be asked for.
    pub options: &'a Options,
    /// Whether every attribute is read, rather than those that a plan compares.
    pub everything: bool,
}

/// Why AWS could not be observed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObserveError {
    /// State holds something of a kind that this stackctl does not have.
    #[error("{address} is of kind `{kind}`, which this stackctl does not know; use the version that made it")]
    UnknownKind {
        /// Where.
        address: Address,
        /// The kind.
        kind: String,
    },
    /// Some reads failed; what could not be read never counts as gone.
    #[error("AWS could not be read:{}", list(.0))]
    Faults(Vec<(Address, Fault)>),
}

fn list(faults: &[(Address, Fault)]) -> String {
    faults.iter().map(|(address, fault)| format!("\n  {address}: {fault}")).collect()
}

/// Objects of one kind to be read.
struct Batch<'a> {
    driver: &'a dyn Driver,
    objects: Vec<(Address, Id)>,
    want: Want,
}

/// Objects as they were read, `None` for those that are gone.
type Reads = BTreeMap<(Address, Id), Option<Live>>;

/// Reads what state knows, then whatever the planner still wants to know.
///
/// # Errors
/// When anything could not be read.
pub async fn observe(drivers: &Drivers, place: &Place, question: &Question<'_>) -> Result<Observed, ObserveError> {
    let Place { account, region, endpoint } = place.clone();
    let objects = read(batches(drivers, question)?).await?;
    let mut observed = Observed { account, region, endpoint, objects, ..Observed::default() };
    let Question { stack, catalog, state, fingerprints, options, everything: _ } = *question;
    let mut survey = Survey::new(stack, catalog, state, fingerprints, options);
    // Every round answers at least one question about one address.
    for _ in 0..=stack.resources.len() + stack.data.len() {
        let needs = survey.needs(&observed);
        if needs.is_empty() {
            break;
        }
        let (adoptable, data) = futures::join!(adoptable(drivers, &needs), data(drivers, &needs));
        observed.adoptable.extend(adoptable?);
        observed.data.extend(data?);
    }
    Ok(observed)
}

/// Everything that state knows and the plan may touch, kind by kind.
fn batches<'a>(drivers: &'a Drivers, question: &Question<'_>) -> Result<Vec<Batch<'a>>, ObserveError> {
    let touched = touched(question);
    let referenced = Referenced::of(question.stack);
    let mut kinds: BTreeMap<&str, Batch<'a>> = BTreeMap::new();
    for (address, entry) in &question.state.resources {
        if touched.as_ref().is_some_and(|it| !it.contains(address)) {
            continue;
        }
        let driver = driver(drivers, address, &entry.kind)?;
        let none = || Batch { driver, objects: Vec::new(), want: wants::none() };
        let batch = kinds.entry(&entry.kind).or_insert_with(none);
        for object in entry.objects() {
            batch.objects.push((address.clone(), object.id.clone()));
        }
        if let Some(object) = &entry.current {
            let want = want(question, address, driver.kind(), object, &referenced);
            batch.want = wants::union(batch.want.clone(), want);
        }
    }
    Ok(kinds.into_values().filter(|it| !it.objects.is_empty()).collect())
}

/// What a plan compares of one object, or what others refer to.
fn want(question: &Question<'_>, address: &Address, kind: &Kind, object: &Object, referenced: &Referenced<'_>) -> Want {
    if question.everything {
        return Want::Everything;
    }
    // What goes is not compared.
    let present = renamed(question, address);
    let Some(resource) = question.stack.resources.get(&present).filter(|_| !question.options.destroy) else {
        return wants::none();
    };
    let set = |value: &Known| -> Vec<String> { value.as_map().into_iter().flat_map(|it| it.keys().cloned()).collect() };
    let mut names: BTreeSet<String> = set(&object.inputs).into_iter().collect();
    let offline = resource.offline.as_map().into_iter().flatten();
    names.extend(offline.filter(|(_, value)| !value.is_null()).map(|(name, _)| name.clone()));
    let half_done = object.status == Status::Creating;
    let is_local = |name: &str| (kind.inputs)().field(name).is_some_and(|field| field.local);
    names.retain(|name| !is_local(name));
    let fields = (kind.inputs)().fields.iter();
    let implied = fields.filter(|field| field.exclusive || (half_done && field.on_create.is_some()));
    names.extend(implied.map(|field| field.name.to_owned()));
    wants::union(wants::union(Want::Only(names), wants::switches(resource)), referenced.of_object(&present).want())
}

/// The address that a `[[moved]]` block gives to what state has under another.
fn renamed(question: &Question<'_>, address: &Address) -> Address {
    let mut present = address.clone();
    for _ in 0..=question.stack.moved.len() {
        if question.stack.resources.contains_key(&present) {
            break;
        }
        let step = question.stack.moved.iter().find_map(|moved| {
            if moved.from == present {
                return Some(moved.to.clone());
            }
            let whole = moved.from.key.is_none() && moved.from == present.declaration();
            whole.then(|| moved.to.keyed(present.key.clone()))
        });
        match step {
            Some(next) => present = next,
            None => break,
        }
    }
    present
}

/// The addresses that a narrowed plan may touch, or refer to; `None` for all.
fn touched(question: &Question<'_>) -> Option<BTreeSet<Address>> {
    let Options { destroy, targets, layers } = question.options;
    if targets.is_empty() && layers.is_empty() {
        return None;
    }
    let edges = edges(question);
    let is_asked_for = |address: &Address| {
        let layer = question.stack.resources.get(address).map(|it| &it.layer);
        let layer = layer.or_else(|| question.stack.data.get(address).map(|it| &it.layer));
        let target = targets.iter().any(|it| it == address || *it == address.declaration());
        // Where state has it under an older address, the planner decides.
        target || layer.is_some_and(|it| layers.contains(it)) || (layer.is_none() && address.mode == Mode::Managed)
    };
    let mut open: Vec<Address> = edges.keys().filter(|it| is_asked_for(it)).cloned().collect();
    let mut found = BTreeSet::new();
    while let Some(next) = open.pop() {
        if !found.insert(next.clone()) {
            continue;
        }
        if *destroy {
            open.extend(edges.iter().filter(|(_, on)| on.contains(&next)).map(|(address, _)| address.clone()));
        }
        open.extend(edges.get(&next).into_iter().flatten().cloned());
    }
    Some(found)
}

/// What depends on what, by manifest or by state.
fn edges(question: &Question<'_>) -> BTreeMap<Address, BTreeSet<Address>> {
    let mut edges: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for (address, it) in &question.stack.resources {
        edges.entry(address.clone()).or_default().extend(it.depends_on.keys().cloned());
    }
    for (address, it) in &question.stack.data {
        edges.entry(address.clone()).or_default().extend(it.depends_on.keys().cloned());
    }
    for (address, entry) in &question.state.resources {
        let on = entry.objects().flat_map(|object| object.dependencies.iter().cloned());
        edges.entry(address.clone()).or_default().extend(on);
    }
    edges
}

/// Reads batches, each in chunks, all at the same time.
async fn read(batches: Vec<Batch<'_>>) -> Result<Reads, ObserveError> {
    let chunks = batches.iter().flat_map(|batch| {
        let size = batch.driver.kind().read_batch.max(1);
        batch.objects.chunks(size).map(move |chunk| (batch, chunk))
    });
    let reads = chunks.map(|(batch, chunk)| async move { (chunk, look(batch.driver, chunk, &batch.want).await) });
    let answers: Vec<_> = futures::stream::iter(reads).buffer_unordered(PARALLEL).collect().await;
    let mut found = Reads::new();
    let mut faults = Vec::new();
    for (chunk, answer) in answers {
        match answer {
            Ok(lives) => found.extend(chunk.iter().map(|key| (key.clone(), lives.get(&key.1).cloned()))),
            Err(fault) => faults.extend(chunk.first().map(|(address, _)| (address.clone(), fault))),
        }
    }
    stop_on(faults)?;
    Ok(found)
}

/// Reads objects together. Lists lag behind, so what is missing from one counts as gone only when
/// a read of the object alone says so too.
async fn look(driver: &dyn Driver, chunk: &[(Address, Id)], want: &Want) -> Result<BTreeMap<Id, Live>, Fault> {
    let ids: Vec<Id> = chunk.iter().map(|(_, id)| id.clone()).collect();
    let mut lives = patiently(async || driver.read(&ids, want).await).await?;
    let missing: Vec<&Id> = ids.iter().filter(|id| ids.len() > 1 && !lives.contains_key(*id)).collect();
    let alone = missing.into_iter().map(|id| async move {
        let id = std::slice::from_ref(id);
        patiently(async || driver.read(id, want).await).await
    });
    let answers: Vec<_> = futures::stream::iter(alone).buffer_unordered(PARALLEL).collect().await;
    for answer in answers {
        lives.extend(answer?);
    }
    Ok(lives)
}

/// What stands ready to be adopted: first its id, then what it is like.
async fn adoptable(drivers: &Drivers, needs: &Needs) -> Result<BTreeMap<Address, Option<(Id, Live)>>, ObserveError> {
    let adopt = needs.adopt.iter().map(|(address, inputs)| async move {
        let driver = drivers.resources.get(address.kind.as_str()).ok_or_else(|| unknown(address))?;
        Ok::<_, Fault>((address, patiently(async || driver.adopt(inputs.clone()).await).await?))
    });
    let imports = needs.imports.iter().map(|(address, text)| async move {
        let driver = drivers.resources.get(address.kind.as_str()).ok_or_else(|| unknown(address))?;
        Ok::<_, Fault>((address, Some(patiently(async || driver.locate(text).await).await?)))
    });
    let names = needs.adopt.iter().map(|(address, _)| address).chain(needs.imports.iter().map(|(address, _)| address));
    let adopted = futures::stream::iter(adopt).buffered(PARALLEL).collect::<Vec<_>>();
    let located = futures::stream::iter(imports).buffered(PARALLEL).collect::<Vec<_>>();
    let (adopted, located) = futures::join!(adopted, located);
    let mut found = BTreeMap::new();
    let mut batches: BTreeMap<&str, Batch<'_>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, answer) in names.zip(adopted.into_iter().chain(located)) {
        match answer {
            Ok((address, Some(id))) => {
                let driver = driver(drivers, address, &address.kind)?;
                let none = || Batch { driver, objects: Vec::new(), want: Want::Everything };
                batches.entry(&address.kind).or_insert_with(none).objects.push((address.clone(), id));
            }
            Ok((address, None)) => {
                found.insert(address.clone(), None);
            }
            Err(fault) => faults.push((name.clone(), fault)),
        }
    }
    stop_on(faults)?;
    let lives = read(batches.into_values().collect()).await?;
    found.extend(lives.into_iter().map(|((address, id), live)| (address, live.map(|live| (id, live)))));
    Ok(found)
}

async fn data(drivers: &Drivers, needs: &Needs) -> Result<BTreeMap<Address, Known>, ObserveError> {
    let lookups = needs.data.iter().map(|(address, arguments)| async move {
        let looked_up = match drivers.data.get(address.kind.as_str()) {
            Some(driver) => patiently(async || driver.lookup(arguments.clone()).await).await,
            None => Err(unknown(address)),
        };
        (address.clone(), looked_up)
    });
    let answers: Vec<_> = futures::stream::iter(lookups).buffer_unordered(PARALLEL).collect().await;
    let mut found = BTreeMap::new();
    let mut faults = Vec::new();
    for (address, answer) in answers {
        match answer {
            Ok(outputs) => {
                found.insert(address, outputs);
            }
            Err(fault) => faults.push((address, fault)),
        }
    }
    stop_on(faults)?;
    Ok(found)
}

fn driver<'a>(drivers: &'a Drivers, address: &Address, kind: &str) -> Result<&'a dyn Driver, ObserveError> {
    let unknown = || ObserveError::UnknownKind { address: address.clone(), kind: kind.to_owned() };
    drivers.resources.get(kind).map(AsRef::as_ref).ok_or_else(unknown)
}

fn unknown(address: &Address) -> Fault {
    Fault::invalid("stackctl", format!("this stackctl does not know the kind `{}`", address.kind))
}

fn stop_on(mut faults: Vec<(Address, Fault)>) -> Result<(), ObserveError> {
    faults.sort_by(|(one, _), (other, _)| one.cmp(other));
    if faults.is_empty() { Ok(()) } else { Err(ObserveError::Faults(faults)) }
}
