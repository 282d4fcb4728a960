//! What the engine asks of a kind of resource.
//!
//! In: known values, never unknown ones. Out: what AWS says, or a [`Fault`] that the engine can
//! act on. It must not know the AWS SDK, plans, or how anything is stored.

mod errand;
mod fault;
mod lease;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;

use model::catalog::{DataKind, Kind};
use model::{Id, Known};

pub use errand::{Errand, errand, on_errand};
pub use fault::{Fault, FaultKind};
pub use lease::{Clock, Lease, RunOut};

/// A future that a trait object returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One kind of resource, erased: arguments and outputs are maps typed by the kind's schemas.
pub trait Driver: Send + Sync {
    /// The kind's data.
    fn kind(&self) -> &'static Kind;

    /// Reads objects, at most [`Kind::read_batch`] at a time. An object that is gone (also one
    /// that AWS only remembers: inactive, terminated, scheduled for deletion) is absent from the
    /// answer; one missing id never fails the others. `Denied` is an error, never absence.
    fn read<'a>(&'a self, ids: &'a [Id], want: &'a Want) -> BoxFuture<'a, Result<BTreeMap<Id, Live>, Fault>>;

    /// Makes the one call that brings an object into being.
    fn create<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Created, Fault>>;

    /// Changes an object from `before` (live) to `after` (live, overlaid with what is desired).
    /// Only arguments that differ are sent; write-only arguments are set in `after` only when
    /// they must be sent.
    fn update<'a>(&'a self, id: &'a Id, before: Known, after: Known) -> BoxFuture<'a, Result<(), Fault>>;

    /// Deletes an object; one that is gone already is a success. `before` holds the live
    /// arguments and those that only stackctl reads.
    fn delete<'a>(&'a self, id: &'a Id, before: Known) -> BoxFuture<'a, Result<(), Fault>>;

    /// Looks for what a create without an answer may have made. Only reads.
    fn find<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Found, Fault>>;

    /// For kinds that are adopted: the id of the object that the arguments mean.
    fn adopt(&self, inputs: Known) -> BoxFuture<'_, Result<Option<Id>, Fault>>;

    /// The id that an import's text means, as Terraform's import takes it. It need not exist.
    fn locate<'a>(&'a self, import: &'a str) -> BoxFuture<'a, Result<Id, Fault>>;

    /// What would make deleting this object fail halfway; empty when nothing. Only reads.
    fn obstacles<'a>(&'a self, id: &'a Id, before: Known) -> BoxFuture<'a, Result<Vec<Obstacle>, Fault>>;

    /// The same of several objects, at most [`Driver::obstacle_batch`] at a time.
    fn all_obstacles<'a>(&'a self, objects: &'a [(Id, Known)]) -> BoxFuture<'a, Result<Obstacles, Fault>> {
        Box::pin(async move {
            let mut all = Obstacles::new();
            for (id, before) in objects {
                all.insert(id.clone(), self.obstacles(id, before.clone()).await?);
            }
            Ok(all)
        })
    }

    /// How many objects one question about obstacles serves.
    fn obstacle_batch(&self) -> usize {
        1
    }

    /// Fetches a secret output, just before the call that needs it.
    fn reveal<'a>(&'a self, id: &'a Id, output: &'a str) -> BoxFuture<'a, Result<Known, Fault>>;
}

/// One kind of data source, erased.
pub trait DataDriver: Send + Sync {
    /// The kind's data.
    fn kind(&self) -> &'static DataKind;

    /// Looks it up. Nothing found, or more than one, is [`FaultKind::Invalid`] with a sentence.
    fn lookup(&self, arguments: Known) -> BoxFuture<'_, Result<Known, Fault>>;

    /// Fetches a secret output, just before the call that needs it.
    fn reveal<'a>(&'a self, arguments: Known, output: &'a str) -> BoxFuture<'a, Result<Known, Fault>>;
}

/// The drivers of one connection to AWS.
#[derive(Default)]
pub struct Drivers {
    /// By kind.
    pub resources: BTreeMap<&'static str, Box<dyn Driver>>,
    /// By kind.
    pub data: BTreeMap<&'static str, Box<dyn DataDriver>>,
}

/// What a read is for: attributes that cost a call of their own are fetched only when wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Every argument and output: for adoption and import.
    Everything,
    /// These top-level arguments and outputs; others may be left null.
    Only(BTreeSet<String>),
}

impl Want {
    /// Whether any of these is wanted.
    #[must_use]
    pub fn any(&self, names: &[&str]) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(wanted) => names.iter().any(|name| wanted.contains(*name)),
        }
    }
}

/// The identity of one create: an RFC 4122 version 4 UUID in lower case, 36 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(pub String);

impl Token {
    /// The tag key under which a created object carries its token.
    pub const TAG: &'static str = "stackctl:token";

    /// The eight characters that end generated names.
    #[must_use]
    pub fn suffix(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

/// An object as AWS describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Live<I = Known, O = Known> {
    /// The arguments that it has now; what AWS does not tell is null.
    pub inputs: I,
    /// The outputs. Secrets that AWS holds are stamps.
    pub outputs: O,
    /// Whether it can be used.
    pub phase: Phase,
}

/// Whether an object can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Yes.
    Ready,
    /// Not yet, and what AWS says about it ("creating", "1 of 2 tasks running").
    Settling(String),
    /// It never will be, and why.
    Failed(String),
}

/// What a create call made.
#[derive(Clone, Debug, PartialEq)]
pub struct Created<L = Live> {
    /// What AWS calls it.
    pub id: Id,
    /// What the answer already told, which saves a read.
    pub live: Option<L>,
    /// Whether an update from `live` to the desired arguments has to follow (the rules of a
    /// security group, the versioning of a bucket): a journaled step of its own. Needs `live`.
    pub unfinished: bool,
}

/// What was found of a create without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It carries our token.
    Ours(Id),
    /// It carries another's mark, or none where ours would have been written by the call.
    Foreign(Id),
    /// Something is there, and the kind carries no mark that could prove whose it is.
    Unproven(Id),
    /// Nothing is there.
    Absent,
}

/// What would stop deletes halfway, by object.
pub type Obstacles = BTreeMap<Id, Vec<Obstacle>>;

/// What would stop a delete halfway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// What stands in the way, as one sentence.
    pub reason: String,
    /// What to do about it.
    pub help: String,
    /// The object that stands in the way, where AWS names one: it is no obstacle when the same
    /// plan deletes it too, nor is one whose reason names an id that goes.
    pub by: Option<Id>,
}
