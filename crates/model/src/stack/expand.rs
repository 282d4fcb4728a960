//! One declaration made into its members: `for_each`, `lifecycle.enabled`, arguments.
//!
//! In: a declaration and everything expanded before it. Out: resources or data sources, typed.
//! It must not look at what is expanded after it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::declaration::{Declaration, KindOf};
use super::dependencies::{self, LocalTargets, Targets};
use super::fold::Folder;
use super::meta::Flag;
use super::reference::{Checker, Expanded, Visible, Wrong};
use super::scope::{Locals, Objects, View};
use super::variables::Variables;
use super::written::Reader;
use super::{Data, Declared, Lifecycle, Resource, naming, rules, triggers};
use crate::address::Address;
use crate::coerce::{Subject, coerce, is_poisoned, is_secret, scalar};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Expr, Root};
use crate::path::Step;
use crate::source::{Files, Sources, Span};
use crate::tree::{Authored, Planned, Tree};

/// What a declaration is expanded with.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub stack: &'a str,
    pub environment: Option<&'a str>,
    pub sources: &'a Sources,
    pub files: &'a dyn Files,
    pub reader: &'a Reader,
    pub variables: &'a Variables,
    pub locals: &'a Locals<'a>,
    pub local_names: &'a BTreeMap<String, Authored>,
    pub local_targets: &'a LocalTargets,
    pub expanded: &'a Expanded,
}

/// What became of a declaration.
pub(super) struct Expansion {
    /// `None` where its members could not be told.
    pub declared: Option<Declared>,
    pub resources: Vec<Resource>,
    pub data: Vec<Data>,
    /// Its `for_each`, where the members' values may wait for AWS.
    pub for_each: Option<Authored>,
}

impl<'a> Context<'a> {
    /// The scope of an expression.
    pub fn view<'v>(&'v self, each: Option<(&'v str, &'v Planned)>, objects: &'v dyn Objects) -> View<'v> {
        View {
            stack: self.stack,
            environment: self.environment,
            variables: &self.variables.values,
            unset: &self.variables.unset,
            locals: self.locals,
            each,
            objects,
            files: self.files,
            symbolic: false,
        }
    }

    /// The checks of references from a place.
    pub fn checker(&self, own: Option<&'a Address>) -> Checker<'a> {
        let Self { expanded, variables, locals, local_names, .. } = *self;
        Checker { expanded, variables, locals, local_names, own }
    }

    /// Checks all references of some sites; returns the sites that cannot be evaluated.
    pub fn check(&self, sites: &[usize], own: Option<&'a Address>, problems: &mut Vec<Diagnostic>) -> BTreeSet<usize> {
        let checker = self.checker(own);
        let mut broken = BTreeSet::new();
        for &number in sites {
            let Some(site) = self.reader.sites.get(number) else { continue };
            for reference in site.expr.iter().flat_map(Expr::references) {
                match checker.check(reference) {
                    Ok(()) => continue,
                    Err(Wrong::New(problem)) => problems.push(*problem),
                    Err(Wrong::Old) => {}
                }
                broken.insert(number);
            }
            if !broken.contains(&number) {
                problems.extend(checker.unexpected(site));
            }
        }
        broken
    }

    /// What some sites refer to.
    pub fn targets(&self, sites: &[usize]) -> Targets {
        let mut targets = Targets::new();
        for expr in sites.iter().filter_map(|site| self.reader.expr(*site)) {
            dependencies::collect(expr, &self.expanded.declared, self.local_targets, self.sources, &mut targets);
        }
        targets
    }

    /// The sites whose value no resource can change.
    pub fn fixed(&self, sites: &[usize], each_is_fixed: bool) -> BTreeSet<usize> {
        let is_fixed = |expr: &Expr| {
            expr.references().iter().all(|reference| match &reference.root {
                Root::Variable(_) | Root::Stack => true,
                Root::Local(name) => self.local_targets.get(name).is_none_or(BTreeSet::is_empty),
                Root::Each => each_is_fixed || reference.steps.first() == Some(&Step::Field("key".to_owned())),
                Root::Object(_) => false,
            })
        };
        sites.iter().copied().filter(|site| self.reader.expr(*site).is_some_and(is_fixed)).collect()
    }
}

/// Expands a declaration.
pub(super) fn expand(
    context: &Context<'_>,
    declaration: &Declaration<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Expansion {
    let address = &declaration.block.address;
    let broken = context.check(&declaration.sites, Some(address), problems);
    let mut each_sites = Vec::new();
    declaration.for_each.iter().for_each(|(tree, _)| super::written::sites(tree, &mut each_sites));
    let mut each_targets = context.targets(&each_sites);
    let each_is_fixed = each_targets.is_empty();
    if let Some((tree, _)) = &declaration.for_each {
        dependencies::chain(context.reader, tree, &mut each_targets);
    }
    let each_sites: BTreeSet<usize> = each_sites.into_iter().collect();
    let others: Vec<usize> = declaration.sites.iter().copied().filter(|site| !each_sites.contains(site)).collect();
    let mut targets = context.targets(&others);
    targets.extend(each_targets);
    through_locals(context, declaration, &targets, problems);
    explicit(context, declaration, &mut targets, problems);
    let fixed = context.fixed(&declaration.sites, each_is_fixed);
    let work = Work { context, declaration, broken, fixed, targets };
    let mut expansion = Expansion { declared: None, resources: Vec::new(), data: Vec::new(), for_each: None };
    let Some(members) = work.members(problems) else { return expansion };
    let keyed = declaration.for_each.is_some();
    let mut keys = BTreeSet::new();
    let count = members.len();
    for each in members {
        if let Some(key) = work.member(each, &mut expansion, problems) {
            keys.insert(key);
        }
    }
    let alive = expansion.resources.len() + expansion.data.len();
    expansion.declared = Some(match keyed {
        _ if alive == 0 && count > 0 => Declared::Disabled,
        true => Declared::Members(keys),
        false => Declared::Single,
    });
    if let Some((tree, _)) = declaration.for_each.as_ref().filter(|_| !each_is_fixed) {
        expansion.for_each = Some(context.reader.authored(tree));
    }
    expansion
}

/// Reports a resource that refers to itself through a local; the direct way has been reported.
fn through_locals(
    context: &Context<'_>,
    declaration: &Declaration<'_>,
    targets: &Targets,
    problems: &mut Vec<Diagnostic>,
) {
    let address = &declaration.block.address;
    let own = targets.iter().find(|(target, _)| target.declaration == *address);
    let direct = || declaration.sites.iter().any(|it| context.reader.expr(*it).is_some_and(|it| names(it, address)));
    if let Some((_, span)) = own.filter(|_| !direct()) {
        problems.push(super::reference::self_reference(address, *span));
    }
}

fn names(expr: &Expr, address: &Address) -> bool {
    expr.references().iter().any(|reference| matches!(&reference.root, Root::Object(named) if named == address))
}

/// Adds `depends_on`.
fn explicit(
    context: &Context<'_>,
    declaration: &Declaration<'_>,
    targets: &mut Targets,
    problems: &mut Vec<Diagnostic>,
) {
    use super::dependencies::{Member, Target};
    for (address, span) in &declaration.depends_on {
        let of = address.declaration();
        if of == declaration.block.address {
            problems.push(super::reference::self_reference(&of, *span));
            continue;
        }
        if !context.expanded.kinds.contains_key(&of) {
            problems.extend(nothing(&of, context.expanded, *span));
            continue;
        }
        let keys = match context.expanded.declared.get(&of) {
            Some(Some(Declared::Members(keys))) => Some(keys),
            Some(Some(Declared::Single | Declared::Disabled) | None) | None => None,
        };
        let member = match (&address.key, keys) {
            (Some(key), Some(keys)) if !keys.contains(key) => {
                let message = format!("{of} has no member {key:?}");
                problems.push(Diagnostic::error("unknown-key", *span, message));
                continue;
            }
            (Some(key), _) => Member::Key(key.clone()),
            (None, _) => Member::All,
        };
        targets.entry(Target { declaration: of, member, attribute: None }).or_insert(*span);
    }
}

fn nothing(address: &Address, expanded: &Expanded, span: Span) -> Option<Diagnostic> {
    use crate::expr::ScopeError;
    match expanded.nothing(address) {
        ScopeError::Reported => None,
        ScopeError::Here { code, message, help } => {
            let mut problem = Diagnostic::error(code, span, message);
            problem.help = help;
            Some(problem)
        }
    }
}

/// One declaration at work.
struct Work<'a> {
    context: &'a Context<'a>,
    declaration: &'a Declaration<'a>,
    broken: BTreeSet<usize>,
    fixed: BTreeSet<usize>,
    targets: Targets,
}

impl Work<'_> {
    fn folder<'f>(&'f self, each: Option<(&'f str, &'f Planned)>, objects: &'f dyn Objects) -> Folder<'f> {
        Folder {
            reader: self.context.reader,
            view: self.context.view(each, objects),
            broken: &self.broken,
            fixed: &self.fixed,
            problems: Vec::new(),
            sound: true,
        }
    }

    /// Key and value of every member; one nameless member without `for_each`.
    fn members(&self, problems: &mut Vec<Diagnostic>) -> Option<Vec<Option<(String, Planned)>>> {
        let Some((tree, span)) = &self.declaration.for_each else { return Some(vec![None]) };
        let read =
            dependencies::expand(&self.targets, &self.declaration.block.address, &self.context.expanded.declared);
        let objects = Visible { expanded: self.context.expanded, read: &read };
        let mut folder = self.folder(None, &objects);
        let (_, value) = folder.fold(tree);
        problems.append(&mut folder.problems);
        if !folder.sound || is_poisoned(&value) {
            return None;
        }
        match keys(value, &self.declaration.owner, *span) {
            Ok(members) => Some(members.into_iter().map(Some).collect()),
            Err(problem) => {
                problems.push(*problem);
                None
            }
        }
    }

    /// Makes one member; returns its key if it is enabled.
    fn member(
        &self,
        each: Option<(String, Planned)>,
        expansion: &mut Expansion,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let declaration = self.declaration;
        let address = match &each {
            Some((key, _)) => declaration.block.address.member(key.as_str()),
            None => declaration.block.address.clone(),
        };
        let checker = self.context.checker(Some(&declaration.block.address));
        let (triggers, more) =
            triggers::read(&declaration.meta.triggers, &address, &checker, self.context.local_targets, problems);
        let targets = match more.is_empty() {
            true => Cow::Borrowed(&self.targets),
            // A place of its own in an expression says more.
            false => Cow::Owned(more.into_iter().chain(self.targets.clone()).collect()),
        };
        let depends_on = dependencies::expand(&targets, &address, &self.context.expanded.declared);
        let objects = Visible { expanded: self.context.expanded, read: &depends_on };
        let mut folder = self.folder(each.as_ref().map(|(key, value)| (key.as_str(), value)), &objects);
        if !self.enabled(&mut folder, problems) {
            problems.append(&mut folder.problems);
            return None;
        }
        let (mut authored, mut planned) = folder.fold(&declaration.body);
        if let Some(base) = &declaration.base_tags {
            put_under(&mut authored, &mut planned, folder.fold(base));
        }
        let lifecycle = self.lifecycle(&mut folder, problems);
        problems.append(&mut folder.problems);
        let offline = self.typed(planned, problems);
        let (layer, spans) = (declaration.block.layer.clone(), Arc::clone(&declaration.spans));
        let key = address.key.clone();
        match declaration.kind {
            KindOf::Resource(kind) => expansion.resources.push(Resource {
                address,
                kind,
                layer,
                inputs: authored,
                offline,
                spans,
                each,
                depends_on,
                lifecycle: Lifecycle { replace_triggered_by: triggers, ..lifecycle },
                timeouts: declaration.timeouts,
            }),
            KindOf::Data(kind) => {
                expansion.data.push(Data {
                    address,
                    kind,
                    layer,
                    arguments: authored,
                    offline,
                    spans,
                    each,
                    depends_on,
                });
            }
        }
        key
    }

    /// Types the arguments and checks them together.
    fn typed(&self, planned: Planned, problems: &mut Vec<Diagnostic>) -> Planned {
        let Declaration { kind, owner, spans, .. } = self.declaration;
        let (arguments, outputs) = (kind.arguments(), kind.outputs());
        let subject =
            Subject { owner, arguments, outputs, spans, sources: Some(self.context.sources), symbolic: false };
        let (typed, mut found) = coerce(subject, planned);
        let sound = found.iter().all(|problem| problem.severity == Severity::Warning);
        problems.append(&mut found);
        match kind {
            KindOf::Resource(kind) => {
                problems.extend(naming::exposed(kind, &typed, spans));
                if sound {
                    problems.extend(rules::check_rules(kind, &typed, false, spans));
                }
            }
            KindOf::Data(kind) if sound => problems.extend(rules::check_data_rules(kind, &typed, spans)),
            KindOf::Data(_) => {}
        }
        typed
    }

    fn enabled(&self, folder: &mut Folder<'_>, problems: &mut Vec<Diagnostic>) -> bool {
        let Some((tree, span)) = &self.declaration.meta.enabled else { return true };
        let value = folder.fold(tree).1;
        if !folder.sound || is_poisoned(&value) {
            return true;
        }
        if is_secret(&value) {
            let problem = Diagnostic::error("secret-in-enabled", *span, "`lifecycle.enabled` would show a secret");
            problems.push(problem.help("decide it by a variable that is no secret"));
            return true;
        }
        flag("enabled", value, *span, problems).unwrap_or(true)
    }

    fn lifecycle(&self, folder: &mut Folder<'_>, problems: &mut Vec<Diagnostic>) -> Lifecycle {
        let meta = &self.declaration.meta;
        let mut read = |name: &str, written: &Flag| {
            let (tree, span) = written.as_ref()?;
            let before = std::mem::replace(&mut folder.sound, true);
            let value = folder.fold(tree).1;
            let sound = std::mem::replace(&mut folder.sound, before);
            if sound && !is_poisoned(&value) { flag(name, value, *span, problems) } else { None }
        };
        Lifecycle {
            prevent_destroy: read("prevent_destroy", &meta.prevent_destroy).unwrap_or(false),
            create_before_destroy: read("create_before_destroy", &meta.create_before_destroy),
            retain: read("retain", &meta.retain).unwrap_or(false),
            ignore_changes: meta.ignore_changes.clone(),
            replace_triggered_by: Vec::new(),
        }
    }
}

fn flag(name: &str, value: Planned, span: Span, problems: &mut Vec<Diagnostic>) -> Option<bool> {
    let problem = match scalar::to_bool(value) {
        Ok(Tree::Bool(value)) => return Some(value),
        Ok(_) | Err(Tree::Null) => return None,
        Err(Tree::Hole(pending)) => {
            let message = format!("`lifecycle.{name}` is not known until apply: it waits for {pending}");
            Diagnostic::error("unknown-lifecycle", span, message).help("decide it by a variable or a local")
        }
        Err(other) => {
            let message = format!("`lifecycle.{name}` must be `true` or `false`, not {}", scalar::describe(&other));
            Diagnostic::error("wrong-type", span, message)
        }
    };
    problems.push(problem);
    None
}

/// Merges evaluated tags of stack and layer under the resource's own `tags`, which is one
/// expression. While that is unknown, the merge waits too.
fn put_under(authored: &mut Authored, planned: &mut Planned, base: (Authored, Planned)) {
    merge(authored, base.0);
    merge(planned, base.1);
}

/// Puts tags under a resource's own, unless those are still unknown.
pub(super) fn merge<H>(arguments: &mut Tree<H>, base: Tree<H>) {
    let (Tree::Map(arguments), Tree::Map(mut merged)) = (arguments, base) else { return };
    match arguments.remove("tags") {
        Some(Tree::Map(own)) => merged.extend(own),
        None | Some(Tree::Null) => {}
        Some(other) => {
            arguments.insert("tags".to_owned(), other);
            return;
        }
    }
    arguments.insert("tags".to_owned(), Tree::Map(merged));
}

/// The members of a `for_each`, by key.
fn keys(value: Planned, owner: &str, span: Span) -> Result<Vec<(String, Planned)>, Box<Diagnostic>> {
    let secret = || {
        let problem = Diagnostic::error("secret-in-for-each", span, "a `for_each` key would show a secret");
        Err(Box::new(problem.help("keys are part of the address: use names that are no secret")))
    };
    let unknown = |pending: &crate::tree::Pending| {
        if pending.secret {
            return secret();
        }
        let message = format!("the keys of `for_each` are not known until apply: they wait for {pending}");
        let help = "use keys that the manifest knows; values may wait: `{ a = aws_subnet.a.id }`";
        Err(Box::new(Diagnostic::error("unknown-for-each", span, message).help(help)))
    };
    let wrong = |found: &str| {
        let problem = Diagnostic::error("wrong-type", span, format!("`for_each` of {owner} {found}"));
        Err(Box::new(problem.help("give it a list of strings or a map")))
    };
    match value {
        Tree::Map(members) => Ok(members.into_iter().collect()),
        Tree::Hole(pending) => unknown(&pending),
        Tree::Secret(_) => secret(),
        Tree::List(items) => {
            let mut members: BTreeMap<String, Planned> = BTreeMap::new();
            for item in items {
                let key = match scalar::to_text(item) {
                    Ok(Tree::Text(key)) => key,
                    Ok(_) => continue,
                    Err(Tree::Hole(pending)) => return unknown(&pending),
                    Err(Tree::Secret(_)) => return secret(),
                    Err(other) => return wrong(&format!("holds {}", scalar::describe(&other))),
                };
                if members.insert(key.clone(), Tree::text(key.clone())).is_some() {
                    let message = format!("`for_each` of {owner} names {key:?} twice");
                    return Err(Box::new(Diagnostic::error("duplicate-key", span, message).help("remove one of them")));
                }
            }
            Ok(members.into_iter().collect())
        }
        other => wrong(&format!("must be a list of strings or a map, not {}", scalar::describe(&other))),
    }
}
