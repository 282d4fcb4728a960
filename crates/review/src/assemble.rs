//! From a plan's changes to reviewed ones.
//!
//! In: changes, the arguments on both sides, the manifests. Out: changes with their places, what
//! they follow from, and what the rules say. It must not know where the changes come from.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::Catalog;
use model::diagnostic::Region;
use model::plan::{self, Action, AttributeChange};
use model::schema::Schema;
use model::source::{Sources, Span};
use model::stack::{Resource, Spans, Stack};
use model::{Address, Mode, Path, Planned, Step, Tree};

use crate::change::{Attribute, Change, Place, Places};
use crate::rules::{self, Case};

/// A manifest and its text.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub stack: &'a Stack,
    pub sources: &'a Sources,
    /// The arguments that it sets, where they have been evaluated.
    pub sets: &'a BTreeMap<Address, Planned>,
}

/// Everything that changes are judged by.
pub(crate) struct Evidence<'a> {
    pub changes: &'a [plan::Change],
    /// Addresses whose old object goes before the new one comes.
    pub delete_first: &'a BTreeSet<Address>,
    /// All arguments before, under the addresses before.
    pub before: &'a BTreeMap<Address, Planned>,
    /// All arguments after.
    pub after: &'a BTreeMap<Address, Planned>,
    /// The manifest before, where there is its text.
    pub old: Option<Text<'a>>,
    /// The manifest after.
    pub new: Text<'a>,
    pub catalog: &'a Catalog,
    /// A value as people see it.
    pub shown: &'a dyn Fn(Planned) -> Planned,
}

/// Assembles, in the order given.
pub(crate) fn assemble(evidence: &Evidence<'_>) -> Vec<Change> {
    let with = |actions: &[Action]| -> BTreeSet<Address> {
        evidence.changes.iter().filter(|it| actions.contains(&it.action)).map(|it| it.address.clone()).collect()
    };
    let going = with(&[Action::Replace, Action::Delete]);
    let coming = with(&[Action::Replace, Action::Create]);
    // Lookups during apply change nothing.
    let changes = evidence.changes.iter().filter(|it| it.action != Action::Read);
    changes.map(|change| evidence.change(change, &going, &coming)).collect()
}

impl Evidence<'_> {
    fn change(&self, change: &plan::Change, going: &BTreeSet<Address>, coming: &BTreeSet<Address>) -> Change {
        let sides = Both { old: self.old_resource(change), new: self.new.stack.resources.get(&change.address) };
        let attribute = |it: &AttributeChange| self.attribute(change, it, &sides);
        let layer = sides.new.or(sides.old).map(|it| it.layer.clone()).unwrap_or_default();
        let mut reviewed = Change {
            address: change.address.clone(),
            kind: change.kind.clone(),
            layer,
            action: change.action,
            delete_first: self.delete_first.contains(&change.address),
            deposed: change.deposed.clone(),
            attributes: change.attributes.iter().map(attribute).collect(),
            reason: change.reason.clone(),
            findings: Vec::new(),
            because_of: self.causes(change).into_iter().collect(),
            moved_from: change.moved_from.clone(),
            suggested_move: None,
            places: self.places(&sides, |spans| spans.header),
        };
        let (before, mut after) = self.arguments(change);
        // References may see of an argument that the manifest gave up what it was before.
        for attribute in &change.attributes {
            put(&mut after, &attribute.path, &attribute.after);
        }
        let reads = sides.old.into_iter().chain(sides.new).flat_map(|it| it.depends_on.keys().cloned()).collect();
        let case = Case { change: &reviewed, before: &before, after: &after, reads: &reads, going, coming };
        reviewed.findings = rules::judge(&case);
        reviewed
    }

    fn old_address<'c>(&self, change: &'c plan::Change) -> &'c Address {
        change.moved_from.as_ref().unwrap_or(&change.address)
    }

    fn old_resource(&self, change: &plan::Change) -> Option<&Resource> {
        self.old?.stack.resources.get(self.old_address(change)).filter(|_| change.action != Action::Create)
    }

    /// All arguments on both sides; empty where there is no object of ours.
    fn arguments(&self, change: &plan::Change) -> (Planned, Planned) {
        let empty = || Tree::Map(BTreeMap::new());
        let Some(schema) = self.catalog.kind(&change.kind).map(|it| (it.inputs)()) else { return (empty(), empty()) };
        let of = |objects: &BTreeMap<Address, Planned>, address: &Address| {
            objects.get(address).map_or_else(empty, |object| arguments(schema, object))
        };
        let before = match change.action {
            Action::Create => empty(),
            Action::Update | Action::Replace | Action::Delete | Action::Adopt => {
                of(self.before, self.old_address(change))
            }
            Action::Forget | Action::Move | Action::Record | Action::Read => of(self.before, self.old_address(change)),
        };
        let after = match change.action {
            Action::Delete | Action::Forget => empty(),
            Action::Create | Action::Update | Action::Replace | Action::Adopt => of(self.after, &change.address),
            Action::Move | Action::Record | Action::Read => of(self.after, &change.address),
        };
        (before, after)
    }

    fn attribute(&self, change: &plan::Change, attribute: &AttributeChange, sides: &Both<'_>) -> Attribute {
        // What the text before says is shown rather than what was made of it for comparing.
        let at =
            |side: &'_ BTreeMap<Address, Planned>| find(side.get(self.old_address(change))?, &attribute.path).cloned();
        let written = self.old.and_then(|old| at(old.sets).or_else(|| at(self.before)));
        let before = match attribute.before.is_null() {
            true => Tree::Null,
            false => written.unwrap_or_else(|| attribute.before.clone().widen()),
        };
        let (mut before, mut after) = ((self.shown)(before), (self.shown)(attribute.after.clone()));
        // Where both sides come to the same unknown, the texts tell what changed.
        let texts = || Some((expression(sides.old?, &attribute.path)?, expression(sides.new?, &attribute.path)?));
        let reads_alike = before.to_json() == after.to_json() && !is_hidden(&before);
        if let Some((old, new)) = texts().filter(|(old, new)| old != new && reads_alike) {
            (before, after) = (Tree::text(old), Tree::text(new));
        }
        Attribute {
            path: attribute.path.clone(),
            before,
            after,
            cause: attribute.cause,
            effect: attribute.effect,
            places: self.places(sides, |spans| spans.key(&attribute.path)),
        }
    }

    fn places(&self, sides: &Both<'_>, span: impl Fn(&Spans) -> Span) -> Places {
        let place =
            |text: Option<Text<'_>>, resource: Option<&Resource>| Place::of(text?.sources, span(&resource?.spans));
        Places { before: place(self.old, sides.old), after: place(Some(self.new), sides.new) }
    }

    /// The other changes that this one follows from: those that its changed arguments read.
    fn causes(&self, change: &plan::Change) -> BTreeSet<Address> {
        let mut found = BTreeSet::new();
        let Some(resource) = self.new.stack.resources.get(&change.address) else { return found };
        if change.action == Action::Create {
            return found;
        }
        for attribute in &change.attributes {
            attribute.after.any(&mut |it| {
                if let Tree::Hole(pending) = it {
                    found.extend(pending.sources.iter().map(|it| it.address.clone()));
                }
                false
            });
        }
        let triggers = resource.lifecycle.replace_triggered_by.iter().filter_map(|it| it.address.as_ref());
        let triggers = triggers.filter(|_| change.action == Action::Replace).flat_map(|it| match it.key {
            Some(_) => vec![it.clone()],
            None => self.new.stack.members(it),
        });
        found.extend(triggers);
        for attribute in &change.attributes {
            found.extend(self.read_at(resource, &attribute.path));
        }
        let mut through = BTreeSet::new();
        found.iter().for_each(|it| self.managed(it, &mut through));
        through.retain(|it| *it != change.address && self.moves(it, resource));
        through
    }

    /// What the expression that stands at a path reads, as far as the resource depends on it.
    fn read_at(&self, resource: &Resource, path: &Path) -> BTreeSet<Address> {
        let Some(written) = nearest(&resource.inputs, path) else { return BTreeSet::new() };
        self.new.stack.reads(written).into_keys().filter(|it| resource.depends_on.contains_key(it)).collect()
    }

    /// A managed resource as it is, a data source by what it is looked up by.
    fn managed(&self, address: &Address, found: &mut BTreeSet<Address>) {
        match address.mode {
            Mode::Managed => {
                found.insert(address.clone());
            }
            Mode::Data => {
                let Some(data) = self.new.stack.data.get(address) else { return };
                data.depends_on.keys().for_each(|it| self.managed(it, found));
            }
        }
    }

    /// Whether something that a resource reads of another changes.
    fn moves(&self, other: &Address, resource: &Resource) -> bool {
        let Some(change) = self.changes.iter().find(|it| it.address == *other && it.deposed.is_none()) else {
            return false;
        };
        match change.action {
            Action::Create | Action::Replace | Action::Delete | Action::Adopt => true,
            Action::Forget | Action::Move | Action::Record | Action::Read => false,
            Action::Update => {
                let read = resource.depends_on.get(other).map(|it| &it.attributes);
                let heads = || change.attributes.iter().filter_map(|it| it.path.head());
                let outputs = self.catalog.kind(&change.kind).map(|it| (it.outputs)());
                let follows = |name: &str| {
                    let output = outputs.and_then(|it| it.field(name));
                    output.is_some_and(|it| heads().any(|head| it.follows.contains(&head)))
                };
                let triggered = resource.lifecycle.replace_triggered_by.iter().filter_map(|it| it.address.as_ref());
                triggered.into_iter().any(|it| it == other || *it == other.declaration())
                    || read.is_none_or(|read| {
                        read.contains("*") || read.iter().any(|it| heads().any(|head| head == it) || follows(it))
                    })
            }
        }
    }
}

/// A resource in both manifests.
struct Both<'a> {
    old: Option<&'a Resource>,
    new: Option<&'a Resource>,
}

impl Place {
    /// Where a span lies.
    pub(crate) fn of(sources: &Sources, span: Span) -> Option<Self> {
        let region = Region::of(sources, span)?;
        Some(Self { file: region.file.to_owned(), line: region.start.line })
    }
}

/// The arguments of an object that references see.
pub(crate) fn arguments(schema: &Schema, object: &Planned) -> Planned {
    let argument = |name: &'static str| Some((name, object.get(name)?.clone()));
    Tree::map(schema.fields.iter().filter_map(|it| argument(it.name)))
}

/// Whether a secret is in a value.
fn is_hidden(value: &Planned) -> bool {
    value.any(&mut |it| match it {
        Tree::Secret(_) => true,
        Tree::Hole(pending) => pending.secret,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) => false,
    })
}

/// The expression that stands at a path.
fn expression<'r>(resource: &'r Resource, path: &Path) -> Option<&'r str> {
    match nearest(&resource.inputs, path)? {
        Tree::Hole(expr) => Some(expr.text()),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => None,
        Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => None,
    }
}

/// Puts a value in its place, where only fields lead to it.
fn put(tree: &mut Planned, path: &Path, value: &Planned) {
    let Some((Step::Field(last), around)) = path.0.split_last() else { return };
    let parent = around.iter().try_fold(tree, |tree, step| match (step, tree) {
        (Step::Field(name), Tree::Map(members)) => members.get_mut(name),
        _ => None,
    });
    if let Some(Tree::Map(members)) = parent {
        members.insert(last.clone(), value.clone());
    }
}

/// The value at a path; members of sets by whatever of theirs is the key.
fn find<'t>(tree: &'t Planned, path: &Path) -> Option<&'t Planned> {
    path.0.iter().try_fold(tree, |tree, step| match (step, tree) {
        (Step::Field(name), _) => tree.get(name),
        (Step::Index(at), Tree::List(items)) => items.get(*at),
        (Step::Key(key), Tree::Map(members)) => members.get(key),
        (Step::Key(key), Tree::List(items)) => {
            let named = |it: &&Planned| it.as_map().is_some_and(|it| it.values().any(|it| it.as_text() == Some(key)));
            items.iter().find(named)
        }
        (Step::Index(_) | Step::Key(_), _) => None,
    })
}

/// What is written at a path, or the nearest thing around it.
fn nearest<'t>(tree: &'t model::Authored, path: &Path) -> Option<&'t model::Authored> {
    let mut tree = tree;
    for step in &path.0 {
        let next = match (step, tree) {
            (Step::Field(name) | Step::Key(name), Tree::Map(members)) => members.get(name),
            (Step::Index(at), Tree::List(items)) => items.get(*at),
            (Step::Field(_) | Step::Index(_) | Step::Key(_), _) => None,
        };
        match next {
            Some(next) => tree = next,
            None => return Some(tree),
        }
    }
    Some(tree)
}
