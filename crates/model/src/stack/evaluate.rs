//! A resolved stack evaluated again with more known: what plan and apply do.
//!
//! In: a stack and the objects at hand. Out: typed values. It must not know where objects come
//! from, nor read files: it knows those that resolving read.

use std::collections::{BTreeMap, BTreeSet};

use super::declaration::KindOf;
use super::dependencies::members_read;
use super::scope::{Locals, Objects, View, evaluate, unknown_object};
use super::{Declared, Dependency, Stack, expand, object_value};
use crate::address::{Address, Mode};
use crate::coerce::{Subject, coerce};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Object, Root, ScopeError};
use crate::source::Files;
use crate::tree::{Authored, Planned, Tree};

/// Objects as far as they are known.
pub trait Lookup {
    /// The value of a resource, data source or `for_each` member: all its arguments and
    /// outputs, as [`super::object_value`] makes it. `None` where nothing is known beyond what
    /// the manifest says.
    fn object(&self, address: &Address) -> Option<&Planned>;
}

/// Nothing is known beyond the manifest.
impl Lookup for () {
    fn object(&self, _: &Address) -> Option<&Planned> {
        None
    }
}

impl Lookup for BTreeMap<Address, Planned> {
    fn object(&self, address: &Address) -> Option<&Planned> {
        self.get(address)
    }
}

impl Stack {
    /// The arguments of a resource or data source, typed.
    ///
    /// # Errors
    /// What is wrong with a value that was unknown before; or there is no such address.
    pub fn evaluate(&self, address: &Address, lookup: &dyn Lookup) -> Result<Planned, Vec<Diagnostic>> {
        let absent = || vec![Diagnostic::nowhere("unknown-address", format!("{address} is not declared"))];
        let (arguments, offline, each, layer, dependencies, spans, kind) = match address.mode {
            Mode::Managed => {
                let it = self.resources.get(address).ok_or_else(absent)?;
                (&it.inputs, &it.offline, &it.each, &it.layer, &it.depends_on, &it.spans, KindOf::Resource(it.kind))
            }
            Mode::Data => {
                let it = self.data.get(address).ok_or_else(absent)?;
                (&it.arguments, &it.offline, &it.each, &it.layer, &it.depends_on, &it.spans, KindOf::Data(it.kind))
            }
        };
        // What reads no other object has its last value, and its problems have been reported. What
        // reads one may have to wait for it even where the manifest tells: a name, say, of what goes
        // before it comes again.
        if !offline.has_hole() && dependencies.values().all(|it| it.attributes.is_empty()) {
            return Ok(offline.clone());
        }
        let objects = self.objects(dependencies, lookup);
        let locals = Locals::new(&self.names.locals, &self.names.fixed);
        let each = match (each, self.names.for_each.get(&address.declaration())) {
            (Some((key, _)), Some(tree)) => {
                let members = self.value(tree, None, &objects, &locals)?;
                Some((key, members.get(key).cloned().unwrap_or_else(|| Tree::text(key.as_str()))))
            }
            (each, _) => each.as_ref().map(|(key, value)| (key, value.clone())),
        };
        let each = each.as_ref().map(|(key, value)| (key.as_str(), value));
        let mut value = self.value(arguments, each, &objects, &locals)?;
        let deferred = matches!(arguments.get("tags"), Some(Tree::Hole(_)));
        if let Some(base) = self.names.tags.get(layer).filter(|_| deferred) {
            expand::merge(&mut value, self.value(base, each, &objects, &locals)?);
        }
        let owner = address.declaration().to_string();
        let (arguments, outputs) = (kind.arguments(), kind.outputs());
        let (typed, problems) =
            coerce(Subject { owner: &owner, arguments, outputs, spans, sources: None, symbolic: self.symbolic }, value);
        let errors: Vec<Diagnostic> = problems.into_iter().filter(|it| it.severity == Severity::Error).collect();
        if errors.is_empty() { Ok(typed) } else { Err(errors) }
    }

    /// The value of an output; null for one that is not declared.
    ///
    /// # Errors
    /// What is wrong with a value that was unknown before.
    pub fn evaluate_output(&self, name: &str, lookup: &dyn Lookup) -> Result<Planned, Vec<Diagnostic>> {
        let Some(output) = self.outputs.get(name) else { return Ok(Tree::Null) };
        let objects = self.objects(&output.depends_on, lookup);
        self.value(&output.value, None, &objects, &Locals::new(&self.names.locals, &self.names.fixed))
    }

    /// The id of an import.
    ///
    /// # Errors
    /// What is wrong with a value that was unknown before.
    pub fn evaluate_import(&self, id: &Authored, lookup: &dyn Lookup) -> Result<Planned, Vec<Diagnostic>> {
        let read = self.reads(id);
        let objects = self.objects(&read, lookup);
        self.value(id, None, &objects, &Locals::new(&self.names.locals, &self.names.fixed))
    }

    /// The value of a local or variable that a trigger names; null for any other root.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn evaluate_root(&self, root: &Root, lookup: &dyn Lookup) -> Result<Planned, Vec<Diagnostic>> {
        match root {
            Root::Variable(name) => Ok(self.names.variables.get(name).cloned().unwrap_or(Tree::Null)),
            Root::Local(name) => {
                let Some(tree) = self.names.locals.get(name) else { return Ok(Tree::Null) };
                let read = self.reads(tree);
                let objects = self.objects(&read, lookup);
                self.value(tree, None, &objects, &Locals::new(&self.names.locals, &self.names.fixed))
            }
            Root::Each | Root::Stack | Root::Object(_) => Ok(Tree::Null),
        }
    }

    /// An object as the manifest alone tells it: arguments as written, outputs unknown.
    #[must_use]
    pub fn offline_object(&self, address: &Address) -> Option<Planned> {
        let (kind, inputs) = match address.mode {
            Mode::Managed => self.resources.get(address).map(|it| (KindOf::Resource(it.kind), &it.offline))?,
            Mode::Data => self.data.get(address).map(|it| (KindOf::Data(it.kind), &it.offline))?,
        };
        Some(object_value(kind.arguments(), kind.outputs(), address, inputs, None))
    }

    fn value(
        &self,
        tree: &Authored,
        each: Option<(&str, &Planned)>,
        objects: &Known<'_>,
        locals: &Locals<'_>,
    ) -> Result<Planned, Vec<Diagnostic>> {
        let unset = BTreeSet::new();
        let files = Remembered(&self.names.files);
        let view = View {
            stack: &self.name,
            environment: self.environment.as_deref(),
            variables: &self.names.variables,
            unset: &unset,
            locals,
            each,
            objects,
            files: &files,
            symbolic: self.symbolic,
        };
        let mut problems = Vec::new();
        let value = evaluate(tree, &view, &mut problems);
        value.ok_or_else(|| {
            problems.extend(locals.take_problems());
            problems
        })
    }

    /// The objects that some dependencies name: looked up, else as the manifest tells them.
    fn objects<'a>(&'a self, read: &'a BTreeMap<Address, Dependency>, lookup: &'a dyn Lookup) -> Known<'a> {
        let unknown = |address: &&Address| lookup.object(address).is_none();
        let offline = read.iter().filter(|(_, it)| !it.attributes.is_empty()).map(|(address, _)| address);
        let offline = offline
            .filter(unknown)
            .filter_map(|address| Some((address.clone(), self.offline_object(address)?)))
            .collect();
        Known { stack: self, lookup, read, offline }
    }

    /// What a tree reads, through locals: every member of what it refers to.
    #[must_use]
    pub fn reads(&self, tree: &Authored) -> BTreeMap<Address, Dependency> {
        let mut read = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut pending = vec![tree];
        while let Some(tree) = pending.pop() {
            tree.any(&mut |leaf| {
                let Tree::Hole(expr) = leaf else { return false };
                for reference in expr.references() {
                    match &reference.root {
                        Root::Object(declaration) => {
                            let dependency =
                                Dependency { attributes: BTreeSet::from(["*".to_owned()]), span: reference.span };
                            for address in self.members(declaration) {
                                read.insert(address, dependency.clone());
                            }
                        }
                        Root::Local(name) if seen.insert(name.clone()) => {
                            pending.extend(self.names.locals.get(name));
                        }
                        Root::Local(_) | Root::Variable(_) | Root::Each | Root::Stack => {}
                    }
                }
                false
            });
        }
        read
    }

    /// The addresses that a declaration expands to.
    #[must_use]
    pub fn members(&self, declaration: &Address) -> Vec<Address> {
        match self.declared.get(declaration) {
            Some(Declared::Single) => vec![declaration.clone()],
            Some(Declared::Members(keys)) => keys.iter().map(|key| declaration.member(key.as_str())).collect(),
            Some(Declared::Disabled) | None => Vec::new(),
        }
    }
}

struct Known<'a> {
    stack: &'a Stack,
    lookup: &'a dyn Lookup,
    read: &'a BTreeMap<Address, Dependency>,
    offline: BTreeMap<Address, Planned>,
}

impl Known<'_> {
    fn find(&self, address: &Address) -> Option<&Planned> {
        self.lookup.object(address).or_else(|| self.offline.get(address))
    }
}

impl Objects for Known<'_> {
    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError> {
        let absent = || unknown_object(declaration, self.stack.declared.keys());
        match self.stack.declared.get(declaration).ok_or_else(absent)? {
            Declared::Disabled => Ok(Object::Disabled),
            Declared::Single => self.find(declaration).map(Object::Single).ok_or_else(absent),
            Declared::Members(keys) => {
                let read = members_read(self.read, declaration).filter(|(key, _)| keys.contains(*key));
                Ok(Object::Members(read.filter_map(|(key, address)| Some((key, self.find(address)?))).collect()))
            }
        }
    }
}

/// The files that resolving read.
struct Remembered<'a>(&'a BTreeMap<String, Vec<u8>>);

impl Files for Remembered<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let absent = || format!("`{path}` was not read when the manifest was checked: name it literally");
        self.0.get(path).cloned().ok_or_else(absent)
    }
}
