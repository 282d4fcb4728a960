//! The arguments of an operation, evaluated right before it: everything that it depends on has
//! been done by then.

use std::collections::{BTreeMap, BTreeSet};

use driver::Fault;
use model::plan::{OperationId, OperationStep};
use model::stack::Lookup;
use model::tree::Source;
use model::{Address, Id, Known, Mode, Planned, Tree};

use super::calls::Happened;
use super::run::Run;
use super::secrets::{self, Origin, Wanted};
use super::tasks::KindOf;
use super::{refuse, values};
use crate::fingerprint::keep;
use crate::journal::empty;
use crate::machine::{Event, Prepared};
use crate::plan;

/// What references see, with secrets laid open for one operation.
struct Opened<'a> {
    open: &'a BTreeMap<Address, Planned>,
    objects: &'a BTreeMap<Address, Planned>,
}

impl Lookup for Opened<'_> {
    fn object(&self, address: &Address) -> Option<&Planned> {
        self.open.get(address).or_else(|| self.objects.get(address))
    }
}

impl<'a> Run<'a> {
    pub fn prepare(&mut self, id: OperationId) {
        self.job_mut(id).began = tokio::time::Instant::now();
        match &self.job(id).operation.step {
            OperationStep::Delete { id: object, before, .. } => {
                let (object, before) = (object.clone(), before.clone());
                let token = self.token_of(id, &object);
                let job = self.job_mut(id);
                job.id = Some(object);
                job.desired = before;
                job.token = token;
                self.prepared(id, Prepared::Go);
            }
            OperationStep::Settle { id: object } => {
                let object = object.clone();
                self.job_mut(id).id = Some(object);
                self.prepared(id, Prepared::Go);
            }
            OperationStep::Forget => self.prepared(id, Prepared::Go),
            OperationStep::Create { .. } | OperationStep::Update { .. } | OperationStep::Adopt { .. } => {
                self.evaluate(id, None);
            }
            OperationStep::Record { .. } | OperationStep::Read { .. } => self.evaluate(id, None),
        }
    }

    /// The secrets that an operation needs are at hand.
    pub fn revealed(&mut self, id: OperationId, revealed: Result<Vec<(Wanted, Known)>, Fault>) {
        match revealed {
            Ok(revealed) => {
                let open = secrets::laid_open(&self.objects, revealed);
                self.evaluate(id, Some(open));
            }
            Err(fault) => self.prepared(id, Prepared::Failed(fault)),
        }
    }

    fn prepared(&mut self, operation: OperationId, prepared: Prepared) {
        self.events.push_back(Event::Prepared { operation, prepared });
    }

    /// `open` holds the secrets, once they have been asked for.
    fn evaluate(&mut self, id: OperationId, open: Option<BTreeMap<Address, Planned>>) {
        let outcome = self.values(id, open.as_ref());
        match outcome {
            Ok(Values::Known(desired)) => match self.ready(id, desired) {
                Ok(prepared) => self.prepared(id, prepared),
                Err(fault) => self.prepared(id, Prepared::Failed(fault)),
            },
            Ok(Values::Secrets(wanted)) => {
                let drivers = self.connections.drivers;
                self.ask(id, async move {
                    Happened::Revealed { operation: id, revealed: secrets::reveal(drivers, wanted).await }
                });
            }
            Err(fault) => self.prepared(id, Prepared::Failed(fault)),
        }
    }

    fn values(&mut self, id: OperationId, open: Option<&BTreeMap<Address, Planned>>) -> Result<Values, Fault> {
        let operation = self.job(id).operation;
        let Some((planned, needed)) = desired(&operation.step) else { return Ok(Values::Known(empty())) };
        let value = if planned.has_hole() && self.is_declared(&operation.address) {
            let none = BTreeMap::new();
            let lookup = Opened { open: open.unwrap_or(&none), objects: &self.objects };
            let evaluated = self.work.stack.evaluate(&operation.address, &lookup);
            values::fill(planned.clone(), &evaluated.map_err(|problems| refuse(sentence(&problems)))?)
        } else {
            planned.clone()
        };
        if open.is_none() {
            self.job_mut(id).reference = value.clone();
        }
        let value = self.remembered(id, value, needed);
        let waits = match value.known() {
            Ok(known) => return Ok(Values::Known(known)),
            Err(waits) => waits,
        };
        let wanted = match open {
            None => self.wanted(&waits.sources)?,
            Some(_) => Vec::new(),
        };
        if wanted.is_empty() {
            return Err(refuse(format!("it waits for {waits}, which is still unknown")));
        }
        Ok(Values::Secrets(wanted))
    }

    /// What is not sent need not be fetched: state remembers secrets by their stamps.
    fn remembered(&self, id: OperationId, value: Planned, needed: Option<&BTreeSet<String>>) -> Planned {
        let (Some(needed), Tree::Map(members)) = (needed, &value) else { return value };
        let last = self.last_applied(id);
        let member = |(name, value): (&String, &Planned)| {
            if needed.contains(name) || !value.has_hole() {
                return (name.clone(), value.clone());
            }
            let value = plan::stamped(value.clone());
            let value = match value.has_hole() {
                true => last.get(name).cloned().unwrap_or(Tree::Null).widen(),
                false => value,
            };
            (name.clone(), value)
        };
        Tree::Map(members.iter().map(member).collect())
    }

    /// The secrets among what a value waits for.
    fn wanted(&self, sources: &[Source]) -> Result<Vec<Wanted>, Fault> {
        let mut wanted = Vec::new();
        for source in sources {
            let head = source.attribute.split(['.', '[']).next().unwrap_or_default().to_owned();
            let Some(stamp) = self.objects.get(&source.address).and_then(|it| secrets::stamp(it, &head)) else {
                continue;
            };
            let source = Source { address: source.address.clone(), attribute: head };
            let origin = self.origin(&source.address)?;
            if wanted.iter().all(|it: &Wanted| it.source != source) {
                wanted.push(Wanted { source, stamp, origin });
            }
        }
        Ok(wanted)
    }

    fn origin(&self, address: &Address) -> Result<Origin, Fault> {
        match address.mode {
            Mode::Managed => {
                let current = self.ledger.state.resources.get(address).and_then(|entry| entry.current.as_ref());
                let current =
                    current.ok_or_else(|| refuse(format!("{address}, which holds a secret, does not exist")))?;
                Ok(Origin::Object(current.id.clone()))
            }
            Mode::Data => {
                let arguments = self.work.stack.evaluate(address, &self.objects);
                let arguments = arguments.map_err(|problems| refuse(sentence(&problems)))?;
                let known = arguments.known().map_err(|waits| refuse(format!("{address} waits for {waits}")))?;
                Ok(Origin::Data(known))
            }
        }
    }

    /// Everything is known: what is sent, and what is remembered of it.
    fn ready(&mut self, id: OperationId, desired: Known) -> Result<Prepared, Fault> {
        let operation = self.job(id).operation;
        let address = &operation.address;
        let kind = match self.job(id).kind {
            KindOf::Resource(kind) => kind,
            KindOf::Data(_) => {
                self.job_mut(id).sent = desired;
                return Ok(Prepared::Go);
            }
        };
        self.job_mut(id).id = self.object_of(id);
        let last = self.last_applied(id);
        let applied = keep(values::applied((kind.inputs)(), &desired), &last);
        let applied = self.connections.fingerprints.seal(address, applied);
        let (local, dependencies) = self.settings(id, &desired);
        let job = self.job_mut(id);
        job.applied = applied;
        job.local = local;
        job.dependencies = dependencies;
        job.desired = desired;
        match &operation.step {
            OperationStep::Create { .. } => {
                job.sent = values::sent(kind, &job.desired, &job.token);
                Ok(Prepared::Go)
            }
            OperationStep::Update { id: object, arguments, .. } => {
                let token = self.token_of(id, object);
                self.job_mut(id).token = token;
                let (before, after) = self.sides(id)?;
                let same = values::is_same((kind.inputs)(), &before, &after, arguments);
                Ok(if same { Prepared::Unneeded } else { Prepared::Go })
            }
            OperationStep::Adopt { id: object, .. } => self.adoptable(id, object).map(|()| Prepared::Go),
            OperationStep::Delete { .. } | OperationStep::Settle { .. } | OperationStep::Forget => Ok(Prepared::Go),
            OperationStep::Record { .. } | OperationStep::Read { .. } => Ok(Prepared::Go),
        }
    }

    /// An object that another address has is not taken from it.
    fn adoptable(&mut self, id: OperationId, object: &Id) -> Result<(), Fault> {
        let address = self.job(id).address().clone();
        if let Some(other) = self.ledger.state.address_of(&address.kind, object).filter(|it| **it != address) {
            return Err(refuse(format!("`{object}` is managed as {other} already")));
        }
        let live = self.lives.get(&(address, object.clone())).cloned();
        self.job_mut(id).live = live;
        Ok(())
    }

    /// What only stackctl reads, and dependencies; as state has them where the manifest does not
    /// declare the address any more.
    fn settings(&self, id: OperationId, desired: &Known) -> (Known, BTreeSet<Address>) {
        let address = self.job(id).address();
        if let Some(resource) = self.work.stack.resources.get(address) {
            let local = plan::local(self.work.stack, resource, &desired.clone().widen(), &self.objects);
            let local = self.connections.fingerprints.seal(address, local);
            return (local, plan::dependencies(self.work.stack, address));
        }
        let entry = self.ledger.state.resources.get(address);
        let object = entry.and_then(|entry| entry.objects().find(|it| Some(&it.id) == self.job(id).id.as_ref()));
        object.map_or_else(|| (empty(), BTreeSet::new()), |it| (it.local.clone(), it.dependencies.clone()))
    }

    /// Last applied, of the object that the operation is about.
    pub fn last_applied(&self, id: OperationId) -> Known {
        let object = self.object_of(id);
        let job = self.job(id);
        let address = match &job.operation.step {
            OperationStep::Record { moved_from: Some(from), .. } => from,
            _ => job.address(),
        };
        // While its intent is open, state counts what either side set; the intent knows better.
        if let Some(open) = job.intent.and_then(|it| self.ledger.open_intent(it)) {
            return open.intent.before.clone();
        }
        let entry = self.ledger.state.resources.get(address);
        let found = entry.and_then(|entry| entry.objects().find(|it| Some(&it.id) == object.as_ref()));
        found.map_or_else(empty, |it| it.inputs.clone())
    }

    /// The object that an operation is about; for a create the one that it replaces.
    fn object_of(&self, id: OperationId) -> Option<Id> {
        let job = self.job(id);
        let current = |address: &Address| {
            let entry = self.ledger.state.resources.get(address)?;
            entry.current.as_ref().map(|object| object.id.clone())
        };
        match &job.operation.step {
            OperationStep::Update { id, .. } | OperationStep::Delete { id, .. } => Some(id.clone()),
            OperationStep::Settle { id } | OperationStep::Adopt { id, .. } => Some(id.clone()),
            OperationStep::Record { moved_from: Some(from), .. } => current(from),
            OperationStep::Record { moved_from: None, .. } => current(job.address()),
            OperationStep::Create { .. } => job.id.clone(),
            OperationStep::Forget | OperationStep::Read { .. } => None,
        }
    }

    fn token_of(&self, id: OperationId, object: &Id) -> driver::Token {
        let entry = self.ledger.state.resources.get(self.job(id).address());
        let found = entry.and_then(|entry| entry.objects().find(|it| it.id == *object));
        driver::Token(found.map(|it| it.token.clone()).unwrap_or_default())
    }

    fn is_declared(&self, address: &Address) -> bool {
        let stack = self.work.stack;
        stack.resources.contains_key(address) || stack.data.contains_key(address)
    }
}

/// What an operation's arguments came to.
enum Values {
    Known(Known),
    /// Secrets have to be asked for first.
    Secrets(Vec<Wanted>),
}

/// What a step desires, and which arguments of it must be at hand; `None` for all.
fn desired(step: &OperationStep) -> Option<(&Planned, Option<&BTreeSet<String>>)> {
    match step {
        OperationStep::Create { desired } => Some((desired, None)),
        OperationStep::Read { arguments } => Some((arguments, None)),
        OperationStep::Update { desired, arguments, .. } => Some((desired, Some(arguments))),
        OperationStep::Adopt { desired, .. } | OperationStep::Record { desired, .. } => Some((desired, Some(NONE))),
        OperationStep::Delete { .. } | OperationStep::Settle { .. } | OperationStep::Forget => None,
    }
}

static NONE: &BTreeSet<String> = &BTreeSet::new();

fn sentence(problems: &[model::diagnostic::Diagnostic]) -> String {
    let each: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    each.join("; ")
}
