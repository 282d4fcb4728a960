//! What is to become of one declared resource.
//!
//! In: its desired arguments, what state remembers, what AWS says. Out: a decision. It must not
//! know what the decision means for others: they see it in the values they refer to.

use model::catalog::Life;
use model::diagnostic::{Diagnostic, Severity};
use model::plan::{Cause, Effect};
use model::source::Span;
use model::stack::{Resource, Stack, check_rules};
use model::state::{Object, Status};
use model::tree::without_symbols;
use model::{Address, Authored, Id, Known, Path, Planned, Tree};

use driver::{Live, Phase};

use super::compare::{Comparer, Equality, NULL, veil};
use super::decided::{After, Course, Decided, Order};
use super::walk::Walk;
use super::{memory, replace};

/// Decides.
pub(super) fn resource(walk: &mut Walk<'_>, resource: &Resource, desired: Planned) -> Decided {
    let mut decided = match current(walk, &resource.address) {
        Some((object, Some(Some(live)))) => existing(walk, resource, desired, object, live),
        Some((object, Some(None))) => gone(resource, desired, object),
        // Nobody looked: nothing can be said, so nothing is done.
        Some((_, None)) => Decided::keep(resource.kind.name, desired),
        None => fresh(walk, resource, desired),
    };
    let tracked = walk.ground.tracking.entries.get(&resource.address);
    decided.moved_from = tracked.map(|it| it.recorded_as.clone()).filter(|it| *it != resource.address);
    check(walk, resource, &decided);
    decided
}

type Sight<'a> = Option<Option<&'a Live>>;

fn current<'a>(walk: &Walk<'a>, address: &Address) -> Option<(&'a Object, Sight<'a>)> {
    let object = walk.ground.tracking.entries.get(address)?.entry.current.as_ref()?;
    Some((object, walk.live(address, &object.id)))
}

/// State does not know it.
fn fresh(walk: &mut Walk<'_>, resource: &Resource, desired: Planned) -> Decided {
    let address = &resource.address;
    let looked_up = walk.inputs.observed.adoptable.get(address);
    if let Some((id, span)) = import(walk.inputs.stack, address) {
        return match (looked_up, walk.inputs.stack.evaluate_import(id, &walk.objects)) {
            (Some(Some((id, live))), _) => adopt(walk, resource, desired, id.clone(), live),
            (Some(None), _) => {
                let message = format!("there is nothing to import as `{address}`");
                let help = format!("`id` is what Terraform's import takes: {}", resource.kind.import);
                walk.problems.push(Diagnostic::error("import-not-found", span, message).help(help));
                Decided::keep(resource.kind.name, desired)
            }
            (None, Ok(Tree::Text(text))) => {
                walk.needs.imports.push((address.clone(), text));
                Decided { course: Course::Find, ..Decided::keep(resource.kind.name, desired) }
            }
            (None, Ok(_)) => {
                let message = format!("the id of the import of `{address}` is not known before apply");
                walk.problems.push(Diagnostic::error("import-unknown", span, message));
                Decided::keep(resource.kind.name, desired)
            }
            (None, Err(problems)) => {
                walk.problems.extend(problems);
                Decided::keep(resource.kind.name, desired)
            }
        };
    }
    let course = match (resource.kind.life, looked_up) {
        (Life::Adopted, Some(Some((id, live)))) => return adopt(walk, resource, desired, id.clone(), live),
        (Life::Adopted, None) => {
            if let Ok(known) = desired.clone().known() {
                walk.needs.adopt.push((address.clone(), known));
            }
            Course::Find
        }
        (Life::Adopted, Some(None)) | (Life::Owned | Life::Revisions, _) => Course::Create,
    };
    let reason = matches!(course, Course::Find).then(|| "found when its arguments are known".to_owned());
    Decided { course, reason, ..Decided::keep(resource.kind.name, desired) }
}

/// What is to be imported under an address, and where that stands.
pub(super) fn import<'a>(stack: &'a Stack, address: &Address) -> Option<(&'a Authored, Span)> {
    let at = stack.imports.binary_search_by(|(to, _, _)| to.cmp(address)).ok()?;
    let (_, id, span) = &stack.imports[at];
    Some((id, *span))
}

/// State knows it and AWS does not.
fn gone(resource: &Resource, desired: Planned, object: &Object) -> Decided {
    let (reason, drift) = match object.status {
        Status::Deleting => ("its deletion was under way", Vec::new()),
        Status::Creating | Status::Ready | Status::Updating | Status::Failed => {
            ("missing in AWS", vec![(Path::default(), object.inputs.clone(), Tree::Null)])
        }
    };
    let course = match resource.kind.life {
        Life::Adopted => Course::Find,
        Life::Owned | Life::Revisions => Course::Create,
    };
    Decided { course, drift, reason: Some(reason.to_owned()), ..Decided::keep(resource.kind.name, desired) }
}

/// An object that is taken into state as it is; what can be changed in place is.
fn adopt(walk: &mut Walk<'_>, resource: &Resource, desired: Planned, id: Id, live: &Live) -> Decided {
    let comparer = comparer(walk, resource, &resource.address, false, false, true);
    let found = comparer.compare((resource.kind.inputs)(), &desired, NULL, &live.inputs);
    let fixed = found.attributes.iter().filter(|it| match it.effect {
        Effect::Replace => true,
        Effect::InPlace | Effect::Record => false,
    });
    for change in fixed {
        let message = format!("`{}` of `{id}` cannot be taken over as `{}`", change.path, resource.address);
        let note = format!("AWS has {}, and cannot change it", change.before.to_json());
        let problem = Diagnostic::error("adoption-differs", resource.spans.value(&change.path), message).note(note);
        walk.problems.push(problem.help("write what AWS has, or import another object"));
    }
    let before = veil(live.inputs.clone(), &desired, NULL);
    let mut decided = Decided { attributes: found.attributes, before, ..Decided::keep(resource.kind.name, desired) };
    decided.course = Course::Adopt { id, arguments: decided.changed_in_place() };
    decided
}

/// State and AWS both know it.
fn existing(walk: &mut Walk<'_>, resource: &Resource, desired: Planned, object: &Object, live: &Live) -> Decided {
    let recorded_as = &walk.ground.tracking.entries[&resource.address].recorded_as;
    let uncertain = matches!(object.status, Status::Updating | Status::Failed);
    let completing = object.status == Status::Creating;
    let comparer = comparer(walk, resource, recorded_as, uncertain, completing, false);
    let found = comparer.compare((resource.kind.inputs)(), &desired, &object.inputs, &live.inputs);
    let mut decided =
        Decided { attributes: found.attributes, drift: found.drift, ..Decided::keep(resource.kind.name, desired) };
    let remembered = memory::local(walk.inputs.stack, resource, &decided.desired, &walk.objects);
    let remembered = walk.inputs.fingerprints.seal(recorded_as, remembered);
    let (schema, ignore) = ((resource.kind.inputs)(), &resource.lifecycle.ignore_changes);
    let recorded = memory::compare(schema, &object.local, &remembered, ignore);
    let begun = match object.status {
        Status::Deleting => Some("its deletion was under way".to_owned()),
        Status::Failed => Some("its creation failed".to_owned()),
        Status::Creating => match &live.phase {
            Phase::Failed(why) => Some(format!("its creation failed: {why}")),
            Phase::Ready | Phase::Settling(_) => None,
        },
        Status::Ready | Status::Updating => None,
    };
    let spoiled = begun.is_some();
    let reason = begun.or_else(|| replace::reason(walk, resource, &decided, object));
    decided.attributes.extend(recorded);
    if let Some(reason) = reason {
        // The reason says more than the digests of what triggered it.
        decided.attributes.retain(|it| !memory::is_digests(&it.path));
        decided.reason = Some(reason);
        replacement(walk, resource, &mut decided, object, &live.inputs, spoiled);
        return decided;
    }
    decided.course = in_place(walk, resource, &decided, object, live);
    if let Course::Update { .. } = decided.course {
        decided.before = veil(live.inputs.clone(), &decided.desired, &object.inputs);
    }
    if let (Course::Settle { .. }, Status::Updating | Status::Creating) = (&decided.course, object.status) {
        let what = if object.status == Status::Creating { "creation" } else { "last update" };
        decided.reason = Some(format!("its {what} was not finished"));
    }
    if let Phase::Failed(why) = &live.phase {
        let message = format!("AWS says that `{}` has failed: {why}", resource.address);
        let warning = Diagnostic::warning("object-failed", resource.spans.header, message);
        walk.problems.push(warning.help("mend it in AWS, or replace it"));
    }
    decided
}

fn comparer<'a>(
    walk: &Walk<'a>,
    resource: &'a Resource,
    address: &'a Address,
    uncertain: bool,
    completing: bool,
    adopting: bool,
) -> Comparer<'a> {
    Comparer {
        equality: Equality { fingerprints: walk.inputs.fingerprints, address, uncertain },
        completing,
        adopting,
        revisions: resource.kind.life == Life::Revisions,
        ignore: &resource.lifecycle.ignore_changes,
        ignore_tags: &walk.inputs.stack.provider.ignore_tags,
    }
}

fn replacement(
    walk: &mut Walk<'_>,
    resource: &Resource,
    decided: &mut Decided,
    object: &Object,
    live: &Known,
    spoiled: bool,
) {
    let address = &resource.address;
    let old = object.id.clone();
    let order = match (resource.kind.life, object.status) {
        (Life::Adopted, _) | (_, Status::Deleting) => Order::DeleteFirst,
        (Life::Revisions, _) => Order::CreateFirst,
        (Life::Owned, Status::Creating | Status::Ready | Status::Updating | Status::Failed) => {
            match replace::order(walk, resource, &decided.desired, live, &object.inputs) {
                Ok(order) => order,
                // What never worked has nothing to keep up until its successor is there.
                Err(_) if spoiled => Order::DeleteFirst,
                Err(problem) => {
                    walk.problems.push(*problem);
                    Order::CreateFirst
                }
            }
        }
    };
    let local = memory::local(walk.inputs.stack, resource, &decided.desired, &walk.objects);
    let stays = resource.lifecycle.retain || super::removal::skips_destroy(&local);
    let after = match resource.kind.life {
        Life::Adopted => After::Forget,
        Life::Owned | Life::Revisions if stays => After::Forget,
        Life::Owned | Life::Revisions => After::Delete,
    };
    // What never was in use holds nothing to protect, and a revision is made to be replaced.
    let is_protected = resource.lifecycle.prevent_destroy && after == After::Delete && !spoiled;
    if is_protected && resource.kind.life == Life::Owned {
        let reason = decided.reason.clone().unwrap_or_default();
        walk.problems.push(super::removal::protected(address, resource.spans.header, "replaced", &reason));
    }
    let before = veil(live.clone(), &decided.desired, &object.inputs);
    decided.before = super::removal::with_local(before, &local);
    decided.course = Course::Replace { old, order, after };
}

fn in_place(walk: &Walk<'_>, resource: &Resource, decided: &Decided, object: &Object, live: &Live) -> Course {
    let id = object.id.clone();
    let arguments = decided.changed_in_place();
    if !arguments.is_empty() {
        return Course::Update { id, arguments };
    }
    let settling = matches!(live.phase, Phase::Settling(_));
    match object.status {
        Status::Creating | Status::Updating => return Course::Settle { id, shown: true },
        // Somebody else's doing: waited for, because what depends on it may not work before.
        Status::Ready | Status::Failed | Status::Deleting if settling => return Course::Settle { id, shown: false },
        Status::Ready | Status::Failed | Status::Deleting => {}
    }
    if !decided.attributes.is_empty() {
        return Course::Record;
    }
    let depends_on = memory::dependencies(walk.inputs.stack, &resource.address);
    let recorded = walk.ground.tracking.present(&object.dependencies);
    if depends_on != recorded || !decided.drift.is_empty() { Course::Refresh } else { Course::Keep }
}

/// What AWS would refuse, now that more is known than while validating.
fn check(walk: &mut Walk<'_>, resource: &Resource, decided: &Decided) {
    let creating = match &decided.course {
        Course::Create | Course::Replace { .. } => true,
        Course::Update { .. } | Course::Adopt { .. } | Course::Find => false,
        Course::Keep | Course::Refresh | Course::Record | Course::Settle { .. } => return,
        Course::Delete { .. } | Course::Forget | Course::Read => return,
    };
    // Nobody knows what a symbol stands for, so no rule can be broken by it.
    let open = walk.inputs.stack.symbolic.then(|| without_symbols(&decided.desired, &resource.address));
    let found = check_rules(resource.kind, open.as_ref().unwrap_or(&decided.desired), creating, &resource.spans);
    walk.problems.extend(found.into_iter().filter(|it| creating || it.severity == Severity::Error));
}

/// Whether anything in AWS would change for the manifest's sake; for reasons in words.
pub(super) fn first_replacing(decided: &Decided) -> Option<&model::plan::AttributeChange> {
    decided.attributes.iter().find(|it| it.effect == Effect::Replace)
}

/// Whose change an attribute follows, where it waits for another resource.
pub(super) fn waits_for(change: &model::plan::AttributeChange) -> Vec<Address> {
    let mut sources = Vec::new();
    if change.cause == Cause::Dependency {
        change.after.any(&mut |it| {
            if let Tree::Hole(pending) = it {
                sources.extend(pending.sources.iter().map(|it| it.address.clone()));
            }
            false
        });
    }
    sources
}
