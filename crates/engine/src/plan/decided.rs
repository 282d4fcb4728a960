//! What is to become of one address.
//!
//! Plain data between deciding and lowering. It must not know how either works.

use std::collections::{BTreeMap, BTreeSet};

use model::plan::{AttributeChange, Effect};
use model::{Address, Id, Known, Path, Planned, Tree};

/// What is to become of one address, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decided {
    /// The kind's name.
    pub kind: String,
    /// What happens.
    pub course: Course,
    /// The attributes that differ.
    pub attributes: Vec<AttributeChange>,
    /// Where AWS differs from what was applied last.
    pub drift: Vec<(Path, Known, Known)>,
    /// Why, in words.
    pub reason: Option<String>,
    /// The arguments as the manifest sets them.
    pub desired: Planned,
    /// The live arguments, secrets veiled; for what goes, with those that only stackctl reads.
    pub before: Known,
    /// The address that state has it under, where it moves.
    pub moved_from: Option<Address>,
}

/// What happens to an address.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Course {
    /// Nothing.
    Keep,
    /// State catches up with what AWS has and the manifest wants already; not shown.
    Refresh,
    /// State changes.
    Record,
    /// Something half-done is waited for; shown where it was ours to do.
    Settle { id: Id, shown: bool },
    /// It is made.
    Create,
    /// It is changed in place.
    Update { id: Id, arguments: BTreeSet<String> },
    /// It is made anew.
    Replace { old: Id, order: Order, after: After },
    /// It is taken into state, and then perhaps changed in place.
    Adopt { id: Id, arguments: BTreeSet<String> },
    /// It is looked for when its arguments are known, and adopted, or made where there is none.
    Find,
    /// It goes.
    Delete { id: Id },
    /// It is dropped from state.
    Forget,
    /// A data source is looked up.
    Read,
}

/// In which order a replacement goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The new object is there before the old one goes.
    CreateFirst,
    /// The old one goes first.
    DeleteFirst,
}

/// What becomes of the old object of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// It is deleted.
    Delete,
    /// It is left in AWS.
    Forget,
}

impl Decided {
    /// Something of a kind to which nothing happens.
    pub fn keep(kind: &str, desired: Planned) -> Self {
        Self {
            kind: kind.to_owned(),
            course: Course::Keep,
            attributes: Vec::new(),
            drift: Vec::new(),
            reason: None,
            desired,
            before: Tree::Map(BTreeMap::new()),
            moved_from: None,
        }
    }

    /// The top-level arguments that a call in place changes.
    pub fn changed_in_place(&self) -> BTreeSet<String> {
        let in_place = self.attributes.iter().filter(|it| match it.effect {
            Effect::InPlace => true,
            Effect::Replace | Effect::Record => false,
        });
        in_place.filter_map(|it| it.path.head().map(str::to_owned)).collect()
    }

    /// Whether AWS will be different afterwards.
    pub fn changes_aws(&self) -> bool {
        match &self.course {
            Course::Keep | Course::Refresh | Course::Record | Course::Settle { .. } => false,
            Course::Forget | Course::Read => false,
            Course::Adopt { arguments, .. } => !arguments.is_empty(),
            Course::Create | Course::Update { .. } | Course::Replace { .. } => true,
            Course::Find | Course::Delete { .. } => true,
        }
    }

    /// Whether references see another object than before.
    pub fn is_new(&self) -> bool {
        match &self.course {
            Course::Create | Course::Replace { .. } | Course::Find => true,
            Course::Keep | Course::Refresh | Course::Record | Course::Settle { .. } => false,
            Course::Update { .. } | Course::Adopt { .. } | Course::Delete { .. } => false,
            Course::Forget | Course::Read => false,
        }
    }

    /// Whether its old object goes before its new one comes.
    pub fn is_delete_first(&self) -> bool {
        matches!(self.course, Course::Replace { order: Order::DeleteFirst, .. })
    }
}
