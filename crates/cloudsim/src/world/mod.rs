//! What exists, and what is on its way.
//!
//! In: requests with a time. Out: answers. It must not know how long a caller waits, or that
//! calls are futures.

mod bucket;
mod change;
mod contract;
mod fill;
mod look;
mod refer;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use driver::{Created, Fault, FaultKind, Live, Phase, Token};
use model::catalog::{Identity, Kind, Life};
use model::{Id, Known};
use tokio::time::Instant;

use crate::dice::Dice;
use crate::faults::{Faults, Injection, Scripted};
use crate::log::{Call, Operation, Outcome};

pub use bucket::Throttle;

pub(crate) use fill::{clear, sample};

use bucket::Buckets;

/// How a cloud is.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Decides everything that chance decides.
    pub seed: u64,
    /// What goes wrong by chance.
    pub faults: Faults,
    /// What goes wrong at an exact place.
    pub script: Vec<Scripted>,
    /// What the schemas do not say.
    pub behaviors: Vec<Behavior>,
    /// Whether several callers change things at once: then what one refers to may be gone by
    /// another's doing, and only AWS's answer tells.
    pub crowded: bool,
    /// How long every call takes; by chance where nothing is said.
    pub latency: Option<Duration>,
    /// Services that take no more than so many calls.
    pub throttles: Vec<Throttle>,
}

/// What a kind does that no schema says.
#[derive(Clone, Copy, Debug)]
pub struct Behavior {
    /// The kind.
    pub kind: &'static str,
    /// Arguments that the create call does not take: an update has to follow.
    pub follow_up: &'static [&'static str],
    /// Whether an object of a named kind has a serial number for an id, rather than its name.
    pub serial: bool,
    /// The argument that forbids deleting while it is true.
    pub protection: Option<&'static str>,
    /// Arguments that only stackctl reads, one of which a delete has to know: a flag that must
    /// be true, or a text that must be set.
    pub farewell: Option<(&'static str, &'static str)>,
    /// How many times longer than expected it takes to settle.
    pub pace: f64,
}

impl Behavior {
    /// A kind that does nothing unusual.
    #[must_use]
    pub const fn of(kind: &'static str) -> Self {
        Self { kind, follow_up: &[], serial: false, protection: None, farewell: None, pace: 1.0 }
    }
}

/// Who an object belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Made through a driver.
    Ours,
    /// Made by somebody else.
    Foreign,
    /// Exists in every account.
    Default,
}

/// One object.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub kind: &'static Kind,
    pub id: Id,
    pub token: Option<String>,
    pub owner: Owner,
    /// Everything it has, write-only and secret values included, in clear.
    pub inputs: BTreeMap<String, Known>,
    /// Counts objects; tells one from an earlier one of the same id.
    pub generation: u64,
    pub made_at: Instant,
    pub visible_at: Instant,
    pub stage: Stage,
    pub settles_at: Instant,
    pub spoiled: bool,
}

/// What an object is in the middle of until it settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Creating,
    Updating,
    Deleting,
}

impl Thing {
    pub fn phase(&self, now: Instant) -> Phase {
        match self.stage {
            Stage::Deleting => Phase::Settling("deleting".to_owned()),
            Stage::Creating if now < self.settles_at => Phase::Settling("creating".to_owned()),
            Stage::Updating if now < self.settles_at => Phase::Settling("updating".to_owned()),
            Stage::Creating | Stage::Updating if self.spoiled => Phase::Failed("it did not come up".to_owned()),
            Stage::Creating | Stage::Updating => Phase::Ready,
        }
    }

    pub fn settled(&self, now: Instant) -> bool {
        now >= self.settles_at && self.stage != Stage::Deleting
    }

    pub fn live(&self, now: Instant) -> Live {
        Live { inputs: fill::reported(self), outputs: fill::outputs(self, now), phase: self.phase(now) }
    }
}

/// A mutating call.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Create { inputs: Known, token: Token },
    Update { id: Id, before: Known, after: Known },
    Delete { id: Id, before: Known },
}

/// What a mutating call answers.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Created(Created),
    Done,
}

/// A mutating call on its way.
struct Sent {
    /// Its place in the log.
    call: usize,
    kind: &'static Kind,
    request: Request,
    lands: Option<Instant>,
    answer: Option<Result<Answer, Fault>>,
}

pub(crate) struct World {
    pub setup: Setup,
    pub start: Instant,
    pub kinds: BTreeMap<&'static str, &'static Kind>,
    pub things: BTreeMap<(&'static str, Id), Thing>,
    pub log: Vec<Call>,
    pub violations: Vec<String>,
    /// Every secret text that anything ever held or told.
    pub secrets: BTreeSet<String>,
    serial: u64,
    asked: BTreeMap<(&'static str, Operation), u64>,
    /// The fates of calls that are signed and not sent: whose caller got no time in between.
    signed: BTreeMap<usize, (Option<Injection>, String)>,
    sent: Vec<Sent>,
    buckets: Buckets,
}

/// AWS refuses a request whose signature is older.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
const SIGNATURE: Duration = Duration::from_secs(15 * 60);

impl World {
    pub fn new(setup: Setup) -> Self {
        Self {
            setup,
            start: Instant::now(),
            kinds: BTreeMap::new(),
            things: BTreeMap::new(),
            log: Vec::new(),
            violations: Vec::new(),
            secrets: BTreeSet::new(),
            serial: 0,
            asked: BTreeMap::new(),
            signed: BTreeMap::new(),
            sent: Vec::new(),
            buckets: Buckets::default(),
        }
    }

    pub fn dice(&self) -> Dice {
        Dice(self.setup.seed)
    }

    pub fn behavior(&self, kind: &Kind) -> Behavior {
        let found = self.setup.behaviors.iter().find(|it| it.kind == kind.name);
        found.copied().unwrap_or(Behavior::of(kind.name))
    }

    /// Makes a kind known; what exists in every account comes to be.
    pub fn learn(&mut self, kind: &'static Kind) {
        let new = self.kinds.insert(kind.name, kind).is_none();
        if new && kind.life == Life::Adopted {
            let id = Id(format!("{}-default", kind.name));
            let thing = self.thing(kind, id, BTreeMap::new(), Instant::now());
            self.things.insert((kind.name, thing.id.clone()), Thing { owner: Owner::Default, ..thing });
        }
    }

    /// An object that has settled, with everything filled in.
    pub fn thing(&mut self, kind: &'static Kind, id: Id, given: BTreeMap<String, Known>, now: Instant) -> Thing {
        self.serial += 1;
        let inputs = fill::filled((kind.inputs)(), given, &id.0);
        Thing {
            kind,
            id,
            token: None,
            owner: Owner::Ours,
            inputs,
            generation: self.serial,
            made_at: now,
            visible_at: now,
            stage: Stage::Creating,
            settles_at: now,
            spoiled: false,
        }
    }

    /// The id of an object to be.
    pub fn new_id(&self, kind: &'static Kind, inputs: &BTreeMap<String, Known>, token: Option<&Token>) -> Id {
        let text = |name: &str| inputs.get(name).map(clear).as_ref().and_then(Known::as_text).unwrap_or("").to_owned();
        let short = kind.name.split_once('_').map_or(kind.name, |(_, short)| short);
        let serial = || format!("{short}-{:08x}", self.serial + 1);
        Id(match (kind.life, kind.identity, kind.naming) {
            (Life::Revisions, _, Some(naming)) => {
                let family = text(naming.argument);
                format!("{family}:{}", self.revision_after(kind, &family))
            }
            (_, Identity::Natural(keys), _) => keys.iter().map(|key| text(key)).collect::<Vec<String>>().join("/"),
            (_, Identity::Name, Some(naming)) if !self.behavior(kind).serial => {
                let scope = naming.scope.iter().copied().chain([naming.argument]);
                scope.map(text).collect::<Vec<String>>().join("/")
            }
            (_, Identity::Token, _) => match token {
                Some(token) => format!("{short}-{}", token.0),
                None => serial(),
            },
            (_, Identity::Name | Identity::Tag, _) => serial(),
        })
    }

    /// Revisions are counted for ever, also those that are retired.
    fn revision_after(&self, kind: &Kind, family: &str) -> u64 {
        let made = self.log.iter().filter(|call| call.kind == kind.name && call.committed);
        let revisions =
            made.filter_map(|call| call.id.as_ref()?.0.strip_prefix(family)?.strip_prefix(':')?.parse().ok());
        let there = self.things.keys().filter(|(name, _)| *name == kind.name);
        let there = there.filter_map(|(_, id)| id.0.strip_prefix(family)?.strip_prefix(':')?.parse().ok());
        revisions.chain(there).fold(0, u64::max) + 1
    }

    /// Notes a call and decides its fate.
    pub fn note(
        &mut self,
        by: u32,
        kind: &'static str,
        operation: Operation,
        id: Option<Id>,
    ) -> (usize, Option<Injection>, String) {
        let nth = self.asked.entry((kind, operation)).or_default();
        *nth += 1;
        let nth = *nth;
        let question = format!("{kind} {} {nth}", operation.word());
        let scripted =
            self.setup.script.iter().find(|it| it.kind == kind && it.operation == operation && it.nth == nth);
        let service = self.kinds.get(kind).map(|kind| kind.service);
        let throttle = self.setup.throttles.iter().find(|it| Some(it.service) == service);
        let full = throttle.is_none_or(|it| self.buckets.take(it, operation.mutates(), Instant::now()));
        let fate = match scripted {
            Some(scripted) => Some(scripted.injection),
            None if !full => Some(Injection::Throttled),
            None => self.setup.faults.fate(self.dice(), &question, operation),
        };
        let at = Instant::now().duration_since(self.start);
        let outcome = Outcome::Unheard;
        self.log.push(Call {
            by,
            at,
            kind,
            operation,
            id,
            token: None,
            committed: false,
            settles: None,
            outcome,
            injected: fate.is_some(),
        });
        (self.log.len() - 1, fate, question)
    }

    /// Notes what a call was answered.
    pub fn heard<T>(&mut self, call: usize, answer: &Result<T, Fault>) {
        self.log[call].outcome = match answer {
            Ok(_) => Outcome::Done,
            Err(fault) => Outcome::Failed(fault.kind.clone()),
        };
    }

    /// Signs a mutating call: whoever calls has decided on it. Answers its place in the log.
    pub fn sign(&mut self, by: u32, kind: &'static Kind, request: &Request) -> usize {
        let (operation, id, token) = match request {
            Request::Create { token, .. } => (Operation::Create, None, Some(token.0.clone())),
            Request::Update { id, .. } => (Operation::Update, Some(id.clone()), None),
            Request::Delete { id, .. } => (Operation::Delete, Some(id.clone()), None),
        };
        let (call, fate, question) = self.note(by, kind.name, operation, id);
        self.log[call].token = token;
        self.check(kind, request);
        self.signed.insert(call, (fate, question));
        call
    }

    /// Sends a signed call on its way; answers when it is answered.
    pub fn send(&mut self, call: usize, kind: &'static Kind, request: Request) -> Instant {
        let now = Instant::now();
        let (fate, question) = self.signed.remove(&call).unwrap_or_default();
        let operation = format!("{}:{}", kind.service, self.log[call].operation.word());
        let chance =
            |leg: &str| Duration::from_millis(20 + (self.dice().roll(&format!("{question} {leg}")) * 180.0) as u64);
        let latency = |leg: &str| self.setup.latency.map_or_else(|| chance(leg), |whole| whole / 2);
        let (there, back) = (latency("there"), latency("back"));
        let signed = self.start + self.log[call].at;
        let expired = |lands: Instant| lands.saturating_duration_since(signed) > SIGNATURE;
        let (lands, answer) = match fate {
            None if expired(now + there) => {
                let fault = Fault::new(FaultKind::Denied, operation, "the signature has expired");
                (None, Some(Err(fault)))
            }
            None => (Some(now + there), None),
            Some(injection) => {
                let lands = injection.lands().map(|delay| now + there + delay);
                (lands.filter(|lands| !expired(*lands)), Some(Err(injection.fault(&operation))))
            }
        };
        self.sent.push(Sent { call, kind, request, lands, answer });
        now + there + back
    }

    /// The answer of a call that was sent.
    pub fn collect(&mut self, call: usize) -> Result<Answer, Fault> {
        self.advance(Instant::now());
        let sent = self.sent.iter_mut().find(|it| it.call == call);
        let answer = match sent {
            Some(Sent { answer: Some(answer), .. }) => answer.clone(),
            Some(_) | None => Err(Injection::Lost.fault("cloudsim")),
        };
        // A call that has landed, or never will, is over; a late one is still on its way.
        self.sent.retain(|it| it.call != call || it.lands.is_some());
        self.heard(call, &answer);
        answer
    }

    /// The caller went away before the answer: what has not arrived yet may never do.
    pub fn abandon(&mut self, call: usize) {
        self.advance(Instant::now());
        let arrives = self.dice().happens(0.5, &format!("abandoned {call}"));
        self.sent.retain(|it| it.call != call || (arrives && it.lands.is_some()));
    }

    /// Lets happen what is due.
    pub fn advance(&mut self, now: Instant) {
        loop {
            let due = self.sent.iter().enumerate().filter_map(|(at, sent)| Some((sent.lands?, sent.call, at)));
            let Some((lands, call, at)) = due.filter(|(lands, ..)| *lands <= now).min() else { break };
            self.reap(lands);
            let (kind, request) = (self.sent[at].kind, self.sent[at].request.clone());
            let answer = self.land(call, kind, request, lands);
            self.sent[at].lands = None;
            self.sent[at].answer.get_or_insert(answer);
        }
        self.reap(now);
    }

    /// Whether a call is still on its way.
    pub fn busy(&self) -> bool {
        self.sent.iter().any(|sent| sent.lands.is_some())
    }

    fn reap(&mut self, now: Instant) {
        self.things.retain(|_, thing| thing.stage != Stage::Deleting || now < thing.settles_at);
    }

    pub fn violation(&mut self, kind: &Kind, what: impl std::fmt::Display) {
        let at = Instant::now().duration_since(self.start).as_secs_f64();
        self.violations.push(format!("{at:.3}s {}: {what}", kind.name));
    }
}
