//! Which differences come from others.
//!
//! In: everything that differs, and how the manifest's expressions refer to each other. Out:
//! whether a difference goes away with another one. It must not know how either is mended.
//!
//! A literal written too early would cut a reference that is right: the address range of a subnet
//! that follows from its network's is not wrong because the network's is.

use std::collections::{BTreeMap, BTreeSet};

use model::expr::Root;
use model::plan::{Action, Change};
use model::stack::{Dependency, Stack};
use model::{Address, Authored, Mode, Planned, Tree};

use super::difference::Difference;
use super::{Disagreement, Where, Why};

/// What others may follow from.
pub(super) struct Causes {
    /// Declarations whose members differ from those that Terraform has.
    members: BTreeSet<Address>,
    /// What is yet to be made, or will be made anew.
    new: BTreeSet<Address>,
    /// Arguments that differ, by member.
    arguments: BTreeMap<Address, BTreeSet<String>>,
}

impl Causes {
    pub fn new(disagreements: &[Disagreement], changes: &[Change], differences: &[Difference]) -> Self {
        let other_members = disagreements.iter().filter_map(|it| match (&it.place, &it.why) {
            (Where::Argument { declaration, .. }, Why::Members { .. }) => Some(declaration.clone()),
            _ => None,
        });
        let new = changes.iter().filter(|it| match it.action {
            Action::Create | Action::Replace | Action::Adopt => true,
            Action::Update | Action::Delete | Action::Forget | Action::Move => false,
            Action::Record | Action::Read => false,
        });
        let mut arguments: BTreeMap<Address, BTreeSet<String>> = BTreeMap::new();
        for difference in differences {
            if let Some(head) = difference.path.head() {
                arguments.entry(difference.address.clone()).or_default().insert(head.to_owned());
            }
        }
        Self { members: other_members.collect(), new: new.map(|it| it.address.clone()).collect(), arguments }
    }

    /// Whether a value waits for something that is yet to be made.
    pub fn is_awaited(&self, value: &Planned) -> bool {
        value.any(&mut |it| match it {
            Tree::Hole(pending) => pending.sources.iter().any(|it| self.new.contains(&it.address)),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
            Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => false,
        })
    }

    /// Whether a difference comes from another one.
    pub fn explain(&self, stack: &Stack, difference: &Difference) -> bool {
        self.is_awaited(&difference.manifest) || self.reads_a_cause(stack, difference)
    }

    fn reads_a_cause(&self, stack: &Stack, difference: &Difference) -> bool {
        let Some((arguments, depends_on)) = written(stack, &difference.address) else { return false };
        let own = difference.address.declaration();
        let argument = difference.path.head().and_then(|it| arguments.get(it)).unwrap_or(arguments);
        let read = declarations(stack, [Some(argument), stack.names.for_each.get(&own)].into_iter().flatten());
        let is_read = |address: &Address| read.contains(&address.declaration()) && address.declaration() != own;
        self.members.iter().any(is_read)
            || depends_on.iter().any(|(address, dependency)| is_read(address) && self.differs(address, dependency))
    }

    /// Whether something that is read of an address differs.
    fn differs(&self, address: &Address, dependency: &Dependency) -> bool {
        let reads = &dependency.attributes;
        self.arguments.get(address).is_some_and(|heads| reads.contains("*") || !heads.is_disjoint(reads))
    }
}

fn written<'a>(stack: &'a Stack, address: &Address) -> Option<(&'a Authored, &'a BTreeMap<Address, Dependency>)> {
    match address.mode {
        Mode::Managed => stack.resources.get(address).map(|it| (&it.inputs, &it.depends_on)),
        Mode::Data => stack.data.get(address).map(|it| (&it.arguments, &it.depends_on)),
    }
}

/// The declarations that expressions refer to, through locals.
fn declarations<'a>(stack: &'a Stack, trees: impl Iterator<Item = &'a Authored>) -> BTreeSet<Address> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<&Authored> = trees.collect();
    while let Some(tree) = open.pop() {
        tree.any(&mut |leaf| {
            let Tree::Hole(expr) = leaf else { return false };
            for reference in expr.references() {
                match &reference.root {
                    Root::Object(declaration) => {
                        found.insert(declaration.clone());
                    }
                    Root::Local(name) if seen.insert(name.clone()) => open.extend(stack.names.locals.get(name)),
                    Root::Local(_) | Root::Variable(_) | Root::Each | Root::Stack => {}
                }
            }
            false
        });
    }
    found
}
