//! Finds out what became of calls whose end nobody saw.
//!
//! In: the ledger and drivers. Out: records that close what was open, and one line about each for
//! a person. It only reads AWS, so it can be stopped anywhere and repeated; the work that is left
//! is the next plan's.

use std::collections::BTreeMap;
use std::time::Duration;

use driver::{Driver, Drivers, Fault, Found, Phase, Token};
use futures::future::join_all;
use model::catalog::Life;
use model::schema::{Required, Schema, Type};
use model::state::Suspect;
use model::{Address, Id, Known, Secret, Tree};

use crate::conflict;
use crate::journal::{Body, Call, Ledger, OpenIntent, Verdict};
use crate::planted::{Bug, planted};
use crate::wants;

/// How long a create that was not found is looked for: AWS refuses a request whose signature is
/// older. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
pub const SUSPICION: Duration = Duration::from_secs(15 * 60);

/// What recovery found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recovery {
    /// The records that settle it. They belong together.
    pub bodies: Vec<Body>,
    /// One line each, for a person.
    pub notes: Vec<String>,
    /// What is there and is not provably ours, with what to do about it.
    pub problems: Vec<String>,
}

/// What could not be found out. Going on without knowing could make things twice.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an earlier run was interrupted, and what became of its calls could not be found out:{}", list(faults))]
pub struct RecoverError {
    /// Why, by address.
    pub faults: Vec<(Address, Fault)>,
}

fn list(faults: &[(Address, Fault)]) -> String {
    faults.iter().map(|(address, fault)| format!("\n  {address}: {fault}")).collect()
}

/// How long a create that is not found is looked for before the run goes on without it. AWS shows
/// most things at once and the rest within seconds; what comes later is a suspect.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The pause between two looks.
const AGAIN: Duration = Duration::from_secs(2);

/// When things are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Unix time in seconds.
    pub now: u64,
    /// For how long at least nothing was asked of AWS.
    pub silent: Duration,
}

/// Looks for everything that is open: intents without an end, and creates that may arrive late.
///
/// # Errors
/// What could not be looked for.
pub async fn recover(drivers: &Drivers, ledger: &Ledger, moment: Moment) -> Result<Recovery, RecoverError> {
    let mut recovery = Recovery::default();
    let mut faults = Vec::new();
    let open: Vec<&OpenIntent> = ledger.open_intents().collect();
    let settled = join_all(open.iter().map(|open| settle(drivers, open, moment))).await;
    for (open, settled) in open.iter().zip(settled) {
        match settled {
            Ok(found) => recovery.merge(found),
            Err(fault) => faults.push((open.intent.address.clone(), fault)),
        }
    }
    if let Err(wrong) = suspects(drivers, ledger, moment.now).await.map(|found| recovery.merge(found)) {
        faults.extend(wrong.faults);
    }
    if faults.is_empty() { Ok(recovery) } else { Err(RecoverError { faults }) }
}

/// Looks for creates that may have arrived late.
///
/// # Errors
/// What could not be looked for.
pub async fn suspects(drivers: &Drivers, ledger: &Ledger, now: u64) -> Result<Recovery, RecoverError> {
    let mut recovery = Recovery::default();
    let mut faults = Vec::new();
    for (address, entry) in &ledger.state.resources {
        for suspect in &entry.suspects {
            if let Err(fault) = look_for(drivers, address, suspect, now, &mut recovery).await {
                faults.push((address.clone(), fault));
            }
        }
    }
    if faults.is_empty() { Ok(recovery) } else { Err(RecoverError { faults }) }
}

impl Recovery {
    /// Applies it in memory only: for commands that hold no lock.
    pub fn apply(&self, ledger: &mut Ledger) {
        let epoch = ledger.state.epoch;
        for body in &self.bodies {
            let record = ledger.number(epoch, body.clone());
            ledger.apply(&record);
        }
    }

    fn merge(&mut self, other: Self) {
        self.bodies.extend(other.bodies);
        self.notes.extend(other.notes);
        self.problems.extend(other.problems);
    }

    fn close(&mut self, open: &OpenIntent, verdict: Verdict, note: String) {
        self.bodies.push(Body::Closed { intent: open.sequence, verdict });
        self.notes.push(note);
    }
}

async fn settle(drivers: &Drivers, open: &OpenIntent, moment: Moment) -> Result<Recovery, Fault> {
    let mut recovery = Recovery::default();
    let intent = &open.intent;
    let address = &intent.address;
    match (intent.operation, &open.created, &intent.id) {
        (Call::Create, Some(id), _) => {
            recovery.close(open, Verdict::Stands, format!("{address}: `{id}` was created; the plan completes it"));
        }
        (Call::Create, None, _) => create(drivers, open, moment, &mut recovery).await?,
        (Call::Update, _, _) => {
            let note = format!("{address}: an update was interrupted; the plan compares it again");
            let verdict = if planted(Bug::UpdateUndone) { Verdict::Undone } else { Verdict::Stands };
            recovery.close(open, verdict, note);
        }
        (Call::Delete, _, Some(id)) => delete(drivers, open, id, &mut recovery).await?,
        (Call::Delete, _, None) => recovery.close(open, Verdict::Undone, format!("{address}: nothing was deleted")),
    }
    Ok(recovery)
}

async fn create(drivers: &Drivers, open: &OpenIntent, moment: Moment, recovery: &mut Recovery) -> Result<(), Fault> {
    let intent = &open.intent;
    let address = &intent.address;
    let driver = driver(drivers, address)?;
    if driver.kind().life == Life::Adopted {
        // Whatever is there is found again when the next plan adopts it.
        recovery.close(open, Verdict::Undone, format!("{address}: an interrupted adoption begins again"));
        return Ok(());
    }
    let inputs = findable((driver.kind().inputs)(), &intent.sent_inputs());
    let ours = |id: Id, recovery: &mut Recovery| {
        recovery.bodies.push(Body::Created { intent: open.sequence, id: id.clone() });
        recovery.close(open, Verdict::Stands, format!("{address}: `{id}` had been created; the plan completes it"));
    };
    match patiently(driver, &inputs, &intent.create_token(), moment.silent).await? {
        Found::Ours(id) => ours(id, recovery),
        Found::Unproven(id) if intent.absent_before => ours(id, recovery),
        Found::Foreign(id) if planted(Bug::ForeignAdopted) => ours(id, recovery),
        Found::Foreign(id) | Found::Unproven(id) => {
            let note = format!("{address}: `{id}` exists and is not provably this stack's, so it was left alone");
            recovery.problems.push(format!("{note}; {}", conflict::advice(address, &id)));
            recovery.close(open, Verdict::NotOurs { id }, note);
        }
        Found::Absent if planted(Bug::NoSuspects) => {
            recovery.close(open, Verdict::Undone, format!("{address}: nothing"))
        }
        Found::Absent => {
            let until = moment.now + SUSPICION.as_secs();
            let note = format!("{address}: an interrupted create left nothing; it is looked for again for 15 minutes");
            recovery.close(open, Verdict::Suspect { until }, note);
        }
    }
    Ok(())
}

/// Looks until it is there, or patience has run out.
async fn patiently(driver: &dyn Driver, inputs: &Known, token: &Token, silent: Duration) -> Result<Found, Fault> {
    let mut silent = silent;
    loop {
        let found = driver.find(inputs.clone(), token).await?;
        if found != Found::Absent || silent >= PATIENCE {
            return Ok(found);
        }
        tokio::time::sleep(AGAIN).await;
        silent += AGAIN;
    }
}

async fn delete(drivers: &Drivers, open: &OpenIntent, id: &Id, recovery: &mut Recovery) -> Result<(), Fault> {
    let address = &open.intent.address;
    let ids = [id.clone()];
    let mut lives = driver(drivers, address)?.read(&ids, &wants::none()).await?;
    let (verdict, what) = match lives.remove(id).map(|live| live.phase) {
        _ if planted(Bug::DeleteBelieved) => (Verdict::Gone, "was deleted"),
        None => (Verdict::Gone, "was deleted"),
        Some(Phase::Settling(_)) => (Verdict::Stands, "is being deleted"),
        Some(Phase::Ready | Phase::Failed(_)) => (Verdict::Undone, "was not deleted"),
    };
    recovery.close(open, verdict, format!("{address}: `{id}` {what}"));
    Ok(())
}

async fn look_for(
    drivers: &Drivers,
    address: &Address,
    suspect: &Suspect,
    now: u64,
    recovery: &mut Recovery,
) -> Result<(), Fault> {
    let token = suspect.token.clone();
    let driver = driver(drivers, address)?;
    let kind = driver.kind();
    let inputs = findable((kind.inputs)(), &suspect.inputs);
    match driver.find(inputs, &Token(token.clone())).await? {
        Found::Ours(id) => recovery.arrived(address, token, id),
        // A kind without marks was only created after its name had been read as absent.
        Found::Unproven(id) if !kind.marked => recovery.arrived(address, token, id),
        // Looked for once more after the time is up, and never again.
        Found::Unproven(_) | Found::Foreign(_) | Found::Absent if now > suspect.until => {
            recovery.bodies.push(Body::Expired { address: address.clone(), token });
        }
        Found::Unproven(_) | Found::Foreign(_) | Found::Absent => {}
    }
    Ok(())
}

impl Recovery {
    fn arrived(&mut self, address: &Address, token: String, id: Id) {
        self.notes.push(format!("{address}: `{id}`, whose create got no answer, has arrived late"));
        self.bodies.push(Body::Arrived { address: address.clone(), token, id });
    }
}

fn driver<'a>(drivers: &'a Drivers, address: &Address) -> Result<&'a dyn Driver, Fault> {
    let unknown = || Fault::invalid("stackctl", format!("this stackctl does not know the kind `{}`", address.kind));
    drivers.resources.get(address.kind.as_str()).map(AsRef::as_ref).ok_or_else(unknown)
}

/// Arguments fit to look for an object by: a secret is remembered as a fingerprint, and no
/// object is found by its secrets, so they are left out where they may be.
fn findable(schema: &Schema, inputs: &Known) -> Known {
    let Some(members) = inputs.as_map() else { return inputs.clone() };
    let member = |(name, value): (&String, &Known)| {
        let field = schema.field(name);
        let left_out = field.is_some_and(|field| field.required == Required::No) && matches!(value, Tree::Secret(_));
        let value = match field.map(|field| field.ty) {
            _ if left_out => return None,
            Some(Type::Block(schema)) => findable(schema(), value),
            Some(_) | None => shown(value),
        };
        Some((name.clone(), value))
    };
    Tree::Map(members.iter().filter_map(member).collect())
}

/// Something in the place of every secret.
fn shown(value: &Known) -> Known {
    match value {
        Tree::Secret(_) => Tree::Secret(Secret::plain(Tree::text("(secret)"))),
        Tree::List(items) => Tree::List(items.iter().map(shown).collect()),
        Tree::Map(members) => {
            let shown: BTreeMap<String, Known> = members.iter().map(|(key, it)| (key.clone(), shown(it))).collect();
            Tree::Map(shown)
        }
        plain => plain.clone(),
    }
}
