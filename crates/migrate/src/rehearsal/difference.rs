//! What a plan would change, as places where the manifest disagrees with Terraform.
//!
//! In: the changes of a plan. Out: differences, one per attribute. It must not know which of them
//! come from others.

use std::collections::BTreeMap;

use model::plan::{Action, Change, OutputChange};
use model::{Address, Path, Planned};

use super::cause::Causes;
use super::{Disagreement, Where, Why, show};

/// One value that the manifest has otherwise than Terraform.
pub(super) struct Difference {
    /// The member.
    pub address: Address,
    /// Where in it; empty for the whole.
    pub path: Path,
    /// What the manifest comes to.
    pub manifest: Planned,
    /// What is wrong.
    pub why: Why,
}

impl Difference {
    /// A value that differs.
    pub fn new(address: &Address, path: Path, manifest: &Planned, terraform: &Planned) -> Self {
        let (shown, held) = show::both(manifest, terraform);
        let why = Why::Differs { manifest: shown, terraform: held };
        Self { address: address.clone(), path, manifest: manifest.clone(), why }
    }

    /// As it is reported.
    pub fn disagreement(self) -> Disagreement {
        Disagreement { place: Where::argument(&self.address, &self.path), why: self.why }
    }
}

/// The differences behind the changes of a plan. What would be made or would go is not among them:
/// which members there are is compared by itself.
pub(super) fn of_changes(changes: &[Change]) -> Vec<Difference> {
    changes.iter().flat_map(of_change).collect()
}

fn of_change(change: &Change) -> Vec<Difference> {
    let whole = |text: String| Difference {
        address: change.address.clone(),
        path: Path::default(),
        manifest: Planned::Null,
        why: Why::Wrong(text),
    };
    match change.action {
        Action::Create | Action::Delete | Action::Forget | Action::Adopt => Vec::new(),
        Action::Read => vec![whole("Terraform's state does not hold what this data source tells".to_owned())],
        Action::Update | Action::Replace | Action::Record | Action::Move => {
            let attributes = change.attributes.iter();
            let mut found: Vec<Difference> = attributes
                .map(|it| Difference::new(&change.address, it.path.clone(), &it.after, &it.before.clone().widen()))
                .collect();
            if found.is_empty() {
                let reason = change.reason.clone().unwrap_or_else(|| "the plan would change it".to_owned());
                found.push(whole(reason));
            }
            found
        }
    }
}

/// Outputs that are not known once everything is there.
pub(super) fn of_outputs(outputs: &BTreeMap<String, OutputChange>, causes: &Causes) -> Vec<Disagreement> {
    let first = outputs.iter().filter(|(_, it)| !causes.is_awaited(&it.after));
    let disagreement = |(name, it): (&String, &OutputChange)| {
        let (manifest, terraform) = show::both(&it.after, &it.before.clone().widen());
        Disagreement { place: Where::Output(name.clone()), why: Why::Differs { manifest, terraform } }
    };
    first.map(disagreement).collect()
}
