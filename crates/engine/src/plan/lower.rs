//! From decisions to operations.
//!
//! In: a finished walk. Out: operations, who plays which part in them, and the changes that
//! people see. It must not know what is ordered before what: that follows from the parts.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::Diagnostic;
use model::plan::{Action, AttributeChange, Cause, Change, Effect, Operation, OperationId, OperationStep};
use model::state::Entry;
use model::{Address, Known, Path, Planned, Tree};

use super::compare::veil;
use super::decided::{After, Course, Decided};
use super::detach::{detached, sources};
use super::moves::Tracking;
use super::replace::way_out;
use super::walk::{Ground, Walk};

/// Operations and their parts.
#[derive(Clone, Debug, Default)]
pub(super) struct Lowered {
    /// In dependency order, what goes after what comes.
    pub operations: Vec<Operation>,
    /// Per address.
    pub parts: BTreeMap<Address, Parts>,
    /// What people see, each with the operation that stands for it.
    pub changes: Vec<(Change, OperationId)>,
    /// Addresses to which nothing happens that anybody would see.
    pub unchanged: BTreeSet<Address>,
}

/// The operations of one address.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Gives the entry its new address.
    pub renames: Option<OperationId>,
    /// Lets go of something that has to be deleted before it is made again.
    pub detaches: Option<OperationId>,
    /// Brings the object to where others can use it, one after the other.
    pub provides: Vec<OperationId>,
    /// Deletes the object that was in use.
    pub deletes: Option<OperationId>,
    /// Delete objects that were replaced earlier.
    pub deposed: Vec<OperationId>,
    /// Drops the entry.
    pub forgets: Option<OperationId>,
}

/// Lowers every decision.
pub(super) fn lower(walk: &mut Walk<'_>) -> Lowered {
    let mut lowered = Lowered::default();
    let Ground { graph, tracking, .. } = walk.ground;
    let undeclared: Vec<Address> = walk.decided.keys().filter(|it| graph.node(it).is_none()).cloned().collect();
    for address in graph.order().iter().chain(&undeclared) {
        if let Some(decided) = walk.decided.get_mut(address) {
            lowered.address(tracking, address, decided);
        }
    }
    for (address, tracked) in
        walk.ground.tracking.entries.iter().filter(|(address, _)| walk.ground.selection.contains(address))
    {
        lowered.deposed(walk, address, tracked.entry);
    }
    lowered.detach_users(walk);
    lowered
}

impl Lowered {
    fn push(&mut self, address: &Address, kind: &str, step: OperationStep) -> OperationId {
        self.operations.push(Operation { address: address.clone(), kind: kind.to_owned(), step });
        OperationId(self.operations.len() - 1)
    }

    /// Takes from a decision what goes into operations and changes: the rest of it is what others
    /// are ordered by.
    fn address(&mut self, tracking: &Tracking<'_>, address: &Address, decided: &mut Decided) {
        let mut parts = Parts::default();
        let change = action(decided).map(|it| change(address, decided, it));
        if let Some(from) = &decided.moved_from {
            // Only the address changes here; what was applied last stays what it was.
            let is_all = matches!(decided.course, Course::Keep | Course::Refresh | Course::Record);
            let desired = if is_all { take(&mut decided.desired) } else { last_applied(tracking, address) };
            let step = OperationStep::Record { desired, moved_from: Some(from.clone()) };
            parts.renames = Some(self.push(address, &decided.kind, step));
        }
        self.steps(address, decided, &mut parts);
        let main = parts.provides.first().or(parts.deletes.as_ref()).or(parts.forgets.as_ref());
        let main = main.or(parts.renames.as_ref()).copied();
        match (change, main) {
            (Some(change), Some(main)) => self.changes.push((change, main)),
            (None, _) | (_, None) => {
                if matches!(address.mode, model::Mode::Managed) {
                    self.unchanged.insert(address.clone());
                }
            }
        }
        self.parts.insert(address.clone(), parts);
    }

    fn steps(&mut self, address: &Address, decided: &mut Decided, parts: &mut Parts) {
        let is_delete_first = decided.is_delete_first();
        let Decided { kind, desired, before, course, .. } = decided;
        match course {
            Course::Keep => {}
            Course::Refresh | Course::Record if parts.renames.is_some() => {}
            Course::Refresh | Course::Record => {
                let step = OperationStep::Record { desired: take(desired), moved_from: None };
                parts.provides.push(self.push(address, kind, step));
            }
            Course::Settle { id, shown } => {
                parts.provides.push(self.push(address, kind, OperationStep::Settle { id: id.clone() }));
                // What an interrupted change left in doubt is certain once it has settled.
                if *shown {
                    let step = OperationStep::Record { desired: take(desired), moved_from: None };
                    parts.provides.push(self.push(address, kind, step));
                }
            }
            Course::Create | Course::Find => {
                parts.provides.push(self.push(address, kind, OperationStep::Create { desired: take(desired) }));
            }
            Course::Update { id, arguments } => {
                // Users that let go of something are decided by what they desire.
                let (id, before, desired, arguments) = (id.clone(), before.clone(), desired.clone(), arguments.clone());
                let step = OperationStep::Update { id, before, desired, arguments };
                parts.provides.push(self.push(address, kind, step));
            }
            Course::Adopt { id, arguments } => {
                let step = OperationStep::Adopt { id: id.clone(), desired: desired.clone() };
                parts.provides.push(self.push(address, kind, step));
                if !arguments.is_empty() {
                    let (id, arguments) = (id.clone(), arguments.clone());
                    let step = OperationStep::Update { id, before: take(before), desired: take(desired), arguments };
                    parts.provides.push(self.push(address, kind, step));
                }
            }
            Course::Replace { old, after, .. } => {
                match after {
                    After::Forget => parts.forgets = Some(self.push(address, kind, OperationStep::Forget)),
                    After::Delete => {
                        let step =
                            OperationStep::Delete { id: old.clone(), before: take(before), deposed: !is_delete_first };
                        parts.deletes = Some(self.push(address, kind, step));
                    }
                }
                parts.provides.push(self.push(address, kind, OperationStep::Create { desired: take(desired) }));
            }
            Course::Delete { id } => {
                let step = OperationStep::Delete { id: id.clone(), before: take(before), deposed: false };
                parts.deletes = Some(self.push(address, kind, step));
            }
            Course::Forget => parts.forgets = Some(self.push(address, kind, OperationStep::Forget)),
            Course::Read => {
                parts.provides.push(self.push(address, kind, OperationStep::Read { arguments: take(desired) }));
            }
        }
    }

    /// Deletes what was replaced earlier and is still there.
    fn deposed(&mut self, walk: &Walk<'_>, address: &Address, entry: &Entry) {
        for object in &entry.deposed {
            let live = walk.live(address, &object.id);
            let told = live.flatten().map_or_else(|| Tree::Map(BTreeMap::new()), |it| it.inputs.clone());
            let before = super::removal::with_local(veil(told, &Tree::Null, &object.inputs), &object.local);
            let step = OperationStep::Delete { id: object.id.clone(), before, deposed: true };
            let operation = self.push(address, &entry.kind, step);
            let reason = match live {
                Some(None) => "it was replaced and is gone from AWS",
                Some(Some(_)) | None => "it was replaced and is still there",
            };
            let mut deleted = Decided { reason: Some(reason.to_owned()), ..Decided::keep(&entry.kind, Tree::Null) };
            let change = Change { deposed: Some(object.id.clone()), ..change(address, &mut deleted, Action::Delete) };
            self.changes.push((change, operation));
            self.parts.entry(address.clone()).or_default().deposed.push(operation);
        }
    }

    /// Users that stay let go of what goes before it comes again; where they cannot, there is
    /// no plan.
    fn detach_users(&mut self, walk: &mut Walk<'_>) {
        let is_update = |it: &Decided| matches!(it.course, Course::Update { .. });
        let mut problems = Vec::new();
        for (user, decided) in walk.decided.iter().filter(|(_, it)| is_update(it)) {
            let goes = |it: &Address| walk.decided.get(it).is_some_and(Decided::is_delete_first);
            let gone: BTreeSet<&Address> = sources(&decided.desired).into_iter().filter(|it| goes(it)).collect();
            if !gone.is_empty() {
                self.detach(walk, user, decided, &gone, &mut problems);
            }
        }
        walk.problems.extend(problems);
    }

    fn detach(
        &mut self,
        walk: &Walk<'_>,
        user: &Address,
        decided: &Decided,
        gone: &BTreeSet<&Address>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let Some(resource) = walk.inputs.stack.resources.get(user) else { return };
        let Course::Update { id, .. } = &decided.course else { return };
        let (mut live, mut changed) = (decided.before.clone(), BTreeSet::new());
        for gone in gone {
            match detached((resource.kind.inputs)(), &decided.desired, &live, gone) {
                Ok((without, arguments)) => {
                    live = without;
                    changed.extend(arguments);
                }
                Err(argument) => problems.push(stuck(walk, user, &argument, gone)),
            }
        }
        if changed.is_empty() {
            return;
        }
        let desired = remembered(&last_applied(&walk.ground.tracking, user), &live, &changed);
        let before = decided.before.clone();
        let step = OperationStep::Update { id: id.clone(), before, desired, arguments: changed };
        let operation = self.push(user, &decided.kind, step);
        let parts = self.parts.entry(user.clone()).or_default();
        parts.detaches = Some(operation);
        // What the update proper starts from is what the detaching leaves.
        for id in &parts.provides {
            if let OperationStep::Update { before, .. } = &mut self.operations[id.0].step {
                *before = live.clone();
            }
        }
    }
}

fn take<H>(value: &mut Tree<H>) -> Tree<H> {
    std::mem::replace(value, Tree::Null)
}

fn last_applied(tracking: &Tracking<'_>, address: &Address) -> Planned {
    let current = tracking.entries.get(address).and_then(|it| it.entry.current.as_ref());
    current.map_or_else(|| Tree::Map(BTreeMap::new()), |it| it.inputs.clone().widen())
}

/// What was applied last, with some arguments as they are now.
fn remembered(last: &Planned, live: &Known, arguments: &BTreeSet<String>) -> Planned {
    let mut all = last.as_map().cloned().unwrap_or_default();
    for name in arguments {
        all.insert(name.clone(), live.get(name).cloned().unwrap_or(Tree::Null).widen());
    }
    Tree::Map(all)
}

fn stuck(walk: &Walk<'_>, user: &Address, argument: &str, gone: &Address) -> Diagnostic {
    let message = format!("`{gone}` cannot be replaced while `{user}` uses it");
    let spans = walk.inputs.stack.resources.get(user).map(|it| &it.spans);
    let header = walk.inputs.stack.resources.get(gone).map(|it| it.spans.header).unwrap_or_default();
    let place = spans.map(|it| it.value(&model::Path::field(argument))).unwrap_or_default();
    let round = format!(
        "its old object has to go before the new one comes, `{user}` has to let go of the old one first, and \
         its `{argument}` cannot be left empty until the new one is there"
    );
    let way_out = walk.inputs.stack.resources.get(gone).map(|it| way_out(it.kind)).unwrap_or_default();
    Diagnostic::error("replacement-stuck", header, message)
        .note(round)
        .label(place, "the reference that is in the way")
        .help(format!("{way_out}, so that the new object can be there before the old one goes"))
}

/// What a decision is called; `None` where there is nothing to show.
fn action(decided: &Decided) -> Option<Action> {
    Some(match &decided.course {
        Course::Keep | Course::Refresh | Course::Settle { shown: false, .. } => {
            return decided.moved_from.is_some().then_some(Action::Move);
        }
        Course::Record if decided.moved_from.is_some() && decided.attributes.is_empty() => Action::Move,
        Course::Record => Action::Record,
        Course::Settle { shown: true, .. } | Course::Update { .. } => Action::Update,
        Course::Create => Action::Create,
        Course::Replace { .. } => Action::Replace,
        Course::Adopt { .. } | Course::Find => Action::Adopt,
        Course::Delete { .. } => Action::Delete,
        Course::Forget => Action::Forget,
        Course::Read => Action::Read,
    })
}

/// Everything that a new object is given.
fn all(desired: &Planned) -> Vec<AttributeChange> {
    let set = desired.as_map().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let attribute = |(name, value): (&String, &Planned)| AttributeChange {
        path: Path::field(name),
        before: Known::Null,
        after: value.clone(),
        cause: Cause::Manifest,
        effect: Effect::InPlace,
    };
    set.map(attribute).collect()
}

fn change(address: &Address, decided: &mut Decided, action: Action) -> Change {
    let attributes = std::mem::take(&mut decided.attributes);
    Change {
        address: address.clone(),
        kind: decided.kind.clone(),
        action,
        deposed: None,
        attributes: match action {
            Action::Create => all(&decided.desired),
            Action::Update | Action::Replace | Action::Delete | Action::Adopt | Action::Forget => attributes,
            Action::Move | Action::Record | Action::Read => attributes,
        },
        reason: decided.reason.take(),
        moved_from: decided.moved_from.clone(),
        after: BTreeSet::new(),
    }
}
