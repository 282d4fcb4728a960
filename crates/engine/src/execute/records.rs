//! The records of an operation, made from what the machine wants written and what the loop knows.

use model::plan::OperationStep;
use model::state::{Object, Status};
use model::{Address, Id, Known};

use super::jobs::Job;
use super::values;
use crate::fingerprint::Fingerprints;
use crate::journal::{Body, Call, Intent, Ledger, Standing, Verdict, empty};
use crate::machine::{Entry, Leaves, Standstill, Step};
use crate::recover::SUSPICION;

/// What records are made from.
pub(super) struct Desk<'a> {
    pub ledger: &'a Ledger,
    pub fingerprints: &'a Fingerprints,
    /// Unix time in seconds.
    pub now: u64,
}

impl Desk<'_> {
    /// The records of an entry. They are written together.
    pub fn bodies(&self, job: &Job<'_>, entry: Entry) -> Vec<Body> {
        let open = job.intent.unwrap_or_default();
        match entry {
            Entry::Intent { step: Step::Main, absent_before } => vec![self.intent(job, absent_before)],
            Entry::Intent { step: Step::Completion, .. } => {
                vec![closed(open, Verdict::Stands), self.completion(job)]
            }
            Entry::Created { id } => vec![Body::Created { intent: open, id }],
            Entry::Ready => vec![Body::Ready { intent: open, outputs: self.outputs(job), seconds: seconds(job) }],
            Entry::Failed { fault, leaves } => {
                let status = match leaves {
                    Leaves::Nothing => None,
                    Leaves::AsBefore => self.before(open),
                    Leaves::At(status) => Some(status),
                };
                vec![Body::Failed { intent: open, fault, status }]
            }
            Entry::Withdrawn => vec![closed(open, Verdict::Undone)],
            Entry::Left => vec![closed(open, Verdict::Stands)],
            Entry::Suspect => vec![closed(open, Verdict::Suspect { until: self.now + SUSPICION.as_secs() })],
            Entry::NotOurs { id } => vec![closed(open, Verdict::NotOurs { id })],
            Entry::Settled { standing } => self.settled(job, standing),
            Entry::Note => self.note(job),
        }
    }

    fn intent(&self, job: &Job<'_>, absent_before: bool) -> Body {
        let object = self.object(job);
        let (operation, id) = match &job.operation.step {
            OperationStep::Update { id, .. } => (Call::Update, Some(id.clone())),
            OperationStep::Delete { id, .. } => (Call::Delete, Some(id.clone())),
            OperationStep::Create { .. } | OperationStep::Settle { .. } | OperationStep::Adopt { .. } => {
                (Call::Create, None)
            }
            OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => (Call::Create, None),
        };
        let (before, status) = match (&id, object) {
            (Some(_), Some(object)) => (object.inputs.clone(), Some(object.status)),
            (Some(_), None) | (None, _) => (empty(), None),
        };
        let sent = match operation {
            Call::Create => self.seal(job, values::besides(&job.sent, &job.applied)),
            Call::Update | Call::Delete => empty(),
        };
        let (after, local, dependencies) = match (operation, object) {
            (Call::Delete, Some(object)) => (before.clone(), object.local.clone(), object.dependencies.clone()),
            _ => (job.applied.clone(), job.local.clone(), job.dependencies.clone()),
        };
        Body::Intent(Box::new(Intent {
            address: job.address().clone(),
            kind: job.operation.kind.clone(),
            operation,
            id,
            before,
            after,
            sent,
            local,
            dependencies,
            token: job.token.0.clone(),
            absent_before,
            status,
        }))
    }

    /// The update that completes a create.
    fn completion(&self, job: &Job<'_>) -> Body {
        Body::Intent(Box::new(Intent {
            address: job.address().clone(),
            kind: job.operation.kind.clone(),
            operation: Call::Update,
            id: job.id.clone(),
            before: job.applied.clone(),
            after: job.applied.clone(),
            sent: empty(),
            local: job.local.clone(),
            dependencies: job.dependencies.clone(),
            token: job.token.0.clone(),
            absent_before: false,
            status: Some(Status::Creating),
        }))
    }

    fn settled(&self, job: &Job<'_>, standing: Standstill) -> Vec<Body> {
        let Some(id) = job.id.clone() else { return Vec::new() };
        let standing = match standing {
            Standstill::Ready => Standing::Ready { outputs: self.outputs(job) },
            Standstill::Failed => Standing::Failed,
            Standstill::Gone => Standing::Gone,
        };
        vec![Body::Settled { address: job.address().clone(), id, standing }]
    }

    fn note(&self, job: &Job<'_>) -> Vec<Body> {
        let address = job.address().clone();
        let recorded = |address: Address| Body::Recorded {
            address,
            inputs: job.applied.clone(),
            local: job.local.clone(),
            dependencies: job.dependencies.clone(),
        };
        match &job.operation.step {
            OperationStep::Adopt { id, .. } => vec![self.adopted(job, id.clone())],
            OperationStep::Forget => vec![Body::Forgotten { address, deposed: false }],
            OperationStep::Record { moved_from, .. } => {
                let moved = moved_from.as_ref().map(|from| Body::Moved { from: from.clone(), to: address.clone() });
                moved.into_iter().chain([recorded(address)]).collect()
            }
            OperationStep::Update { .. } => vec![recorded(address)],
            OperationStep::Create { .. } | OperationStep::Delete { .. } => Vec::new(),
            OperationStep::Settle { .. } | OperationStep::Read { .. } => Vec::new(),
        }
    }

    fn adopted(&self, job: &Job<'_>, id: Id) -> Body {
        let object = Object {
            id,
            status: Status::Ready,
            inputs: job.applied.clone(),
            outputs: self.outputs(job),
            dependencies: job.dependencies.clone(),
            token: String::new(),
            local: job.local.clone(),
        };
        Body::Adopted { address: job.address().clone(), object: Box::new(object) }
    }

    /// What AWS told last, else what state remembers.
    fn outputs(&self, job: &Job<'_>) -> Known {
        match (&job.live, self.object(job)) {
            (Some(live), _) => self.seal(job, live.outputs.clone()),
            (None, Some(object)) => object.outputs.clone(),
            (None, None) => empty(),
        }
    }

    /// Where the object stood before its open intent.
    fn before(&self, open: u64) -> Option<Status> {
        self.ledger.open_intent(open)?.intent.status
    }

    fn seal(&self, job: &Job<'_>, value: Known) -> Known {
        self.fingerprints.seal(job.address(), value)
    }

    fn object(&self, job: &Job<'_>) -> Option<&Object> {
        let id = job.id.as_ref()?;
        self.ledger.state.resources.get(job.address())?.objects().find(|object| object.id == *id)
    }
}

fn closed(intent: u64, verdict: Verdict) -> Body {
    Body::Closed { intent, verdict }
}

/// How long it took, where that is the usual way.
fn seconds(job: &Job<'_>) -> Option<f64> {
    job.typical.then(|| job.began.elapsed().as_secs_f64())
}
