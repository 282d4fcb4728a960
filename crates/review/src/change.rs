//! The data of a review.

use std::collections::BTreeMap;

use model::diagnostic::Diagnostic;
use model::plan::{Action, Cause, Drift, Effect};
use model::{Address, Id, Path, Planned};
use serde::Serialize;

use crate::map::Map;
use crate::verdict::{Finding, Verdict};

/// Everything that a change would do.
#[derive(Clone, Debug)]
pub struct Review {
    /// The stack's name.
    pub stack: String,
    /// What is held against what.
    pub sides: Sides,
    /// One per address (and per deposed object), in dependency order.
    pub changes: Vec<Change>,
    /// Outputs that change, by name.
    pub outputs: BTreeMap<String, OutputChange>,
    /// How many resources stay as they are.
    pub unchanged: usize,
    /// Where AWS is not what was applied last, whether the change mends it or not; empty where
    /// nobody asked AWS.
    pub drift: Vec<Drift>,
    /// What the manifest no longer sets and AWS therefore keeps.
    pub released: Vec<Released>,
    /// Why apply would refuse to do it; empty when it would not. Their places are in the text
    /// after the change.
    pub refusals: Vec<Diagnostic>,
    /// Everything that there is before or after, and what depends on what.
    pub map: Map,
}

impl Review {
    /// The worst verdict of all; safe where nothing changes.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.changes.iter().map(Change::verdict).max().unwrap_or_default()
    }

    /// Whether anything changes.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.changes.is_empty() || !self.outputs.is_empty()
    }

    /// What follows directly from the change of an address, in dependency order.
    pub fn knock_on<'a>(&'a self, address: &'a Address) -> impl Iterator<Item = &'a Change> {
        self.changes.iter().filter(move |it| it.because_of.contains(address))
    }
}

/// What is held against what, in words for a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Two manifests: what each is called, as `main:manifests/wordpress` or `prod`.
    Diff {
        /// The one before.
        before: String,
        /// The one after.
        after: String,
        /// The environment that the one after is for.
        environment: Option<String>,
    },
    /// What AWS has and what the manifest says.
    Plan {
        /// The environment.
        environment: Option<String>,
    },
}

/// What happens to one address.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub address: Address,
    /// The kind.
    pub kind: String,
    /// The layer it stands in; in the manifest after the change where it is still there.
    pub layer: String,
    /// What.
    pub action: Action,
    /// For a replacement: whether the old object goes before the new one comes.
    pub delete_first: bool,
    /// Set for a deposed object: its id.
    pub deposed: Option<Id>,
    /// The attributes that differ. For a create all that are set; for a delete none.
    pub attributes: Vec<Attribute>,
    /// Why, in words, where it is not plain.
    pub reason: Option<String>,
    /// What the rules say; never empty, worst first.
    pub findings: Vec<Finding>,
    /// The changed addresses from which this change follows.
    pub because_of: Vec<Address>,
    /// The address it had before, where `[[moved]]` says so.
    pub moved_from: Option<Address>,
    /// What looks like a rename that no `[[moved]]` tells.
    pub suggested_move: Option<Move>,
    /// Where the resource stands.
    pub places: Places,
}

impl Change {
    /// The worst of its verdicts.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings.iter().map(|it| it.verdict).max().unwrap_or_default()
    }
}

/// One differing attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Where in the resource.
    pub path: Path,
    /// What it is now; null where it is not set. Secrets stay sealed.
    pub before: Planned,
    /// What it becomes.
    pub after: Planned,
    /// Who wants it.
    pub cause: Cause,
    /// What it takes.
    pub effect: Effect,
    /// Where it is written.
    pub places: Places,
}

/// A `[[moved]]` block that could be written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Move {
    /// The address before.
    pub from: Address,
    /// The address after.
    pub to: Address,
}

impl Move {
    /// The block as it stands in a manifest, without a line break at its end.
    #[must_use]
    pub fn block(&self) -> String {
        let quoted = |address: &Address| {
            let text = address.to_string();
            if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
        };
        format!("[[moved]]\nfrom = {}\nto = {}", quoted(&self.from), quoted(&self.to))
    }
}

/// Where something is written before and after the change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Places {
    /// In the text before.
    pub before: Option<Place>,
    /// In the text after.
    pub after: Option<Place>,
}

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, relative to the manifest, with `/`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// An argument that the manifest no longer sets and whose value AWS keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Released {
    /// Where.
    pub address: Address,
    /// Which argument.
    pub path: Path,
    /// The value that stays.
    pub value: Planned,
    /// Where it was written.
    pub place: Option<Place>,
}

/// A changing output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// The value before; null for a new one.
    pub before: Planned,
    /// The value after; null for one that is gone.
    pub after: Planned,
    /// Whether it is a secret.
    pub sensitive: bool,
    /// Where it is written.
    pub places: Places,
}
