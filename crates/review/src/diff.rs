//! Two manifests, one held against the other, without asking anybody.
//!
//! In: the manifest before and the one after. Out: a review of what applying the second would do
//! where the first has been applied. It must not know AWS: the planner runs on an imagined cloud.

use std::collections::{BTreeMap, BTreeSet};

use engine::fingerprint::Fingerprints;
use engine::plan::{self, Inputs, Options, Preview};
use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::graph::{self, Graph};
use model::manifest::Manifest;
use model::plan::{Action, AttributeChange, Cause, Effect};
use model::source::Sources;
use model::stack::Stack;
use model::{Address, Path, Planned, Tree};

use crate::assemble::{Evidence, Text, assemble};
use crate::change::{Change, OutputChange, Place, Places, Released, Review, Sides};
use crate::imagine::{self, Applied};
use crate::map::Map;
use crate::rename;
use crate::scope::Scope;
use crate::symbols::{Symbols, variable};

/// One of two manifests.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What it is called, as `main:manifests/wordpress`.
    pub name: &'a str,
    /// What it says. Variables without a value must be symbols.
    pub stack: &'a Stack,
    /// Its texts.
    pub sources: &'a Sources,
    /// What it declares.
    pub manifest: &'a Manifest,
}

/// Which manifest is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one before.
    Before,
    /// The one after.
    After,
}

/// A manifest that cannot be reviewed.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// Whose problems these are.
    pub which: Which,
    /// What is wrong with it.
    pub problems: Vec<Diagnostic>,
}

/// Holds one manifest against another. The second value are warnings about the one after.
///
/// # Errors
/// A manifest that apply could not even plan.
pub fn diff(
    before: &Side<'_>,
    after: &Side<'_>,
    catalog: &Catalog,
    options: &Options,
) -> Result<(Review, Vec<Diagnostic>), Wrong> {
    let wrong = |which| move |problems| Wrong { which, problems };
    let old_graph = graph::build(before.stack).map_err(wrong(Which::Before))?;
    let new_graph = graph::build(after.stack).map_err(wrong(Which::After))?;
    let mut symbols = Symbols::new(catalog, [before.manifest, after.manifest]);
    let (none, renamed) = (BTreeMap::new(), imagine::renamed(before.stack, after.stack));
    let ((old, was), (new, is)) = loop {
        let was = imagine::applied(before.stack, &old_graph, symbols.under(&none));
        let is = imagine::applied(after.stack, &new_graph, symbols.under(&renamed));
        let (which, failed) = match (was, is) {
            (Ok(was), Ok(is)) => break (was, is),
            (Err(failed), _) => (Which::Before, failed),
            (Ok(_), Err(failed)) => (Which::After, failed),
        };
        if !symbols.demote(failed.symbols) {
            return Err(Wrong { which, problems: failed.problems });
        }
    };
    let graphs = [&old_graph, &new_graph];
    let scope = Scope::of(options, graphs).map_err(wrong(Which::After))?;
    let fingerprints = Fingerprints::new([0; 32]);
    let mut world = imagine::world(&old, &was, &symbols, &fingerprints);
    // A data source that is asked something else may tell something else.
    world.observed.data.retain(|address, _| was.desired.get(address) == is.desired.get(address));
    let inputs = Inputs {
        stack: &new,
        catalog,
        state: &world.state,
        observed: &world.observed,
        fingerprints: &fingerprints,
        // What is asked for is narrowed later, by what stands in either manifest.
        options: &Options::default(),
    };
    let preview = plan::preview(&inputs).map_err(wrong(Which::After))?;
    let compared = Compared { before, after, old, new, was, is, preview, symbols: &symbols, renamed };
    Ok(compared.review(catalog, &scope, graphs))
}

/// Everything that the comparison came to.
struct Compared<'a> {
    before: &'a Side<'a>,
    after: &'a Side<'a>,
    old: Stack,
    new: Stack,
    was: Applied,
    is: Applied,
    preview: Preview,
    symbols: &'a Symbols<'a>,
    /// Addresses before by those after, where something moved.
    renamed: BTreeMap<Address, Address>,
}

impl Compared<'_> {
    fn review(
        mut self,
        catalog: &Catalog,
        scope: &Scope,
        [old_graph, new_graph]: [&Graph; 2],
    ) -> (Review, Vec<Diagnostic>) {
        let problems = std::mem::take(&mut self.preview.problems);
        let (mut refusals, warnings): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|it| it.severity == Severity::Error);
        refusals.extend(elsewhere(&self.old, &self.new));
        self.show_what_adopted_things_get();
        self.show_what_replaced_things_lose();
        let shown = |value: Planned| self.symbols.shown(value);
        let evidence = Evidence {
            changes: &self.preview.changes,
            delete_first: &self.preview.delete_first,
            before: &self.was.objects,
            after: &self.preview.objects,
            old: Some(Text { stack: &self.old, sources: self.before.sources, sets: &self.was.desired }),
            new: Text { stack: &self.new, sources: self.after.sources, sets: &self.is.desired },
            catalog,
            shown: &shown,
        };
        let mut changes = assemble(&evidence);
        rename::suggest(&mut changes, &self.was, &self.is);
        let mut released = self.released(&changes);
        let in_scope =
            |it: &Change| scope.contains(&it.address) || it.moved_from.as_ref().is_some_and(|it| scope.contains(it));
        changes.retain(in_scope);
        released.retain(|it| scope.contains(&it.address));
        let review = Review {
            stack: self.new.name.clone(),
            sides: Sides::Diff {
                before: self.before.name.to_owned(),
                after: self.after.name.to_owned(),
                environment: self.new.environment.clone(),
            },
            outputs: if scope.is_everything() { self.outputs() } else { BTreeMap::new() },
            unchanged: self.preview.unchanged.iter().filter(|it| scope.contains(it)).count(),
            drift: Vec::new(),
            released,
            changes,
            refusals,
            map: Map::between(Some(old_graph), new_graph, &self.renamed),
        };
        (review, warnings)
    }

    /// What is adopted may have anything now; what the manifest sets is all that there is to see.
    fn show_what_adopted_things_get(&mut self) {
        let adopted = self.preview.changes.iter_mut().filter(|it| it.action == Action::Adopt);
        for change in adopted.filter(|it| it.attributes.is_empty()) {
            let desired = self.is.desired.get(&change.address).and_then(Planned::as_map);
            let set = desired.into_iter().flatten().filter(|(_, value)| !value.is_null());
            change.attributes = set
                .map(|(name, value)| AttributeChange {
                    path: Path::field(name),
                    before: Tree::Null,
                    after: value.clone(),
                    cause: Cause::Manifest,
                    effect: Effect::InPlace,
                })
                .collect();
        }
    }

    /// A new object has what the manifest sets now. What it only set before is not carried over.
    fn show_what_replaced_things_lose(&mut self) {
        for change in self.preview.changes.iter_mut().filter(|it| it.action == Action::Replace) {
            let old = self.was.desired.get(change.moved_from.as_ref().unwrap_or(&change.address));
            let (Some(old), Some(new)) = (old.and_then(Planned::as_map), self.is.desired.get(&change.address)) else {
                continue;
            };
            let told = |name: &String| change.attributes.iter().any(|it| it.path.head() == Some(name));
            let is_set = |name: &String| new.get(name).is_some_and(|it| !it.is_null());
            let lost = old.iter().filter(|(name, value)| !value.is_null() && !is_set(name) && !told(name));
            let lost: Vec<AttributeChange> = lost
                .map(|(name, value)| AttributeChange {
                    path: Path::field(name),
                    before: self.symbols.stored(value.clone()),
                    after: Tree::Null,
                    cause: Cause::Default,
                    effect: Effect::InPlace,
                })
                .collect();
            change.attributes.extend(lost);
        }
    }

    fn outputs(&self) -> BTreeMap<String, OutputChange> {
        let names: BTreeSet<&String> = self.old.outputs.keys().chain(self.new.outputs.keys()).collect();
        let mut changes = BTreeMap::new();
        for name in names {
            let value = |stack: &Stack, objects: &BTreeMap<Address, Planned>| {
                stack.evaluate_output(name, objects).unwrap_or(Tree::Null)
            };
            let (before, after) = (value(&self.old, &self.was.objects), value(&self.new, &self.preview.objects));
            if is_same(&before, &after) {
                continue;
            }
            let sensitive = [&self.old, &self.new].iter().any(|it| it.outputs.get(name).is_some_and(|it| it.sensitive));
            let place = |stack: &Stack, sources: &Sources| Place::of(sources, stack.outputs.get(name)?.span);
            let places =
                Places { before: place(&self.old, self.before.sources), after: place(&self.new, self.after.sources) };
            let shown = |value| self.symbols.shown(value);
            changes
                .insert(name.clone(), OutputChange { before: shown(before), after: shown(after), sensitive, places });
        }
        changes
    }

    /// Arguments that only the manifest before sets, and that nothing changes for that.
    fn released(&self, changes: &[Change]) -> Vec<Released> {
        let mut found = Vec::new();
        for (address, resource) in &self.new.resources {
            let change = changes.iter().find(|it| it.address == *address && it.deposed.is_none());
            let old_address = change.and_then(|it| it.moved_from.as_ref()).unwrap_or(address);
            let (Some(old), Some(was)) = (self.old.resources.get(old_address), self.was.desired.get(old_address))
            else {
                continue;
            };
            let is_set =
                |name: &str| self.is.desired.get(address).and_then(|it| it.get(name)).is_some_and(|it| !it.is_null());
            for field in (resource.kind.inputs)().fields {
                let path = Path::field(field.name);
                let told = change.is_some_and(|it| it.attributes.iter().any(|it| path.covers(&it.path)));
                let value = was.get(field.name).filter(|it| !it.is_null());
                if let Some(value) = value.filter(|_| !told && !is_set(field.name)) {
                    let place = Place::of(self.before.sources, old.spans.key(&path));
                    found.push(Released {
                        address: address.clone(),
                        path,
                        value: self.symbols.shown(value.clone()),
                        place,
                    });
                }
            }
        }
        found
    }
}

/// Why apply would not find what the manifest before made.
fn elsewhere(old: &Stack, new: &Stack) -> Vec<Diagnostic> {
    if old.environment != new.environment {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let (Some(before), Some(after)) = (&old.provider.region, &new.provider.region)
        && before != after
    {
        let message = format!("the region changes from `{before}` to `{after}`, and state belongs to `{before}`");
        let help = "destroy the stack in the one region and apply it in the other, or give it another name there";
        found.push(Diagnostic::nowhere("region-changes", message).help(help));
    }
    if old.name != new.name {
        let message = format!(
            "the stack was called `{}` and is called `{}`: under that name there is no state, and apply would make \
             everything once more, beside what there is",
            old.name, new.name
        );
        found.push(Diagnostic::nowhere("stack-renamed", message).help("a stack keeps its name for life"));
    }
    found
}

/// Equal, or unknown and known to be equal.
fn is_same(before: &Planned, after: &Planned) -> bool {
    match (before, after) {
        (Tree::Hole(before), Tree::Hole(after)) if before.stamp.is_some() => before.stamp == after.stamp,
        (Tree::List(before), Tree::List(after)) => {
            before.len() == after.len() && before.iter().zip(after).all(|(before, after)| is_same(before, after))
        }
        (Tree::Map(before), Tree::Map(after)) => {
            before.len() == after.len()
                && before.iter().all(|(key, before)| after.get(key).is_some_and(|after| is_same(before, after)))
        }
        (before, after) => before == after,
    }
}

/// The variables without a value, as symbols.
#[must_use]
pub fn unset(stack: &Stack) -> BTreeSet<String> {
    let is_symbol = |(name, value): &(&String, &Planned)| match value {
        Tree::Hole(pending) => pending.sources.contains(&variable(name)),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => false,
    };
    stack.names.variables.iter().filter(is_symbol).map(|(name, _)| name.clone()).collect()
}
