//! What nobody can know offline, by name: `${aws_vpc.main.id}`, `${var.region}`.
//!
//! A symbol is equal to itself and to nothing else. Where it may, it is a text, so that templates
//! and documents around it can be compared by what they come to; where a manifest looks inside it
//! (splits it, adds to it, takes it for a list), it is an unknown with a stamp. It must not know
//! what is compared.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use model::catalog::Catalog;
use model::manifest::{Manifest, Variable};
use model::schema::{Field, Schema, Type};
use model::stack::variable_symbol;
use model::tree::{Source, SourceSet, symbol};
use model::{Address, Known, Mode, Pending, Planned, Secret, Tree};

/// The symbols of one comparison.
#[derive(Debug)]
pub(crate) struct Symbols<'a> {
    catalog: &'a Catalog,
    /// Where variables are declared.
    manifests: [&'a Manifest; 2],
    /// Those that cannot be texts.
    opaque: BTreeSet<Source>,
    /// What each text or stamp stands for, as it came up.
    seen: RefCell<BTreeMap<String, Pending>>,
}

/// The kind of the address under which a variable counts as a source.
const VARIABLE: &str = "var";

impl<'a> Symbols<'a> {
    /// All symbols are texts, where their types allow it.
    pub fn new(catalog: &'a Catalog, manifests: [&'a Manifest; 2]) -> Self {
        Self { catalog, manifests, opaque: BTreeSet::new(), seen: RefCell::default() }
    }

    /// Makes unknowns of some symbols. Whether any of them was a text before.
    pub fn demote(&mut self, sources: impl IntoIterator<Item = Source>) -> bool {
        let before = self.opaque.len();
        self.opaque.extend(sources);
        self.opaque.len() > before
    }

    /// Symbols for a manifest in which some objects have other names than before.
    pub fn under<'s>(&'s self, renamed: &'s BTreeMap<Address, Address>) -> Named<'s> {
        Named { symbols: self, renamed, texts: true }
    }

    /// The symbol of a source, which is that of `first` where that is its first name.
    fn value(&self, source: &Source, first: &Source, texts: bool) -> Planned {
        let secret = self.is_secret(source);
        let text = texts && !secret && self.is_text(source) && !self.opaque.contains(first);
        let symbol = name(first);
        let pending =
            Pending { sources: SourceSet::from([source.clone()]), secret, stamp: Some(symbol.as_str().into()) };
        self.seen.borrow_mut().insert(symbol.clone(), pending.clone());
        if text { Tree::Text(symbol) } else { Tree::Hole(pending) }
    }

    /// Notes what the stamps in a value stand for.
    pub fn note(&self, value: &Planned) {
        value.any(&mut |it| {
            if let Tree::Hole(pending) = it
                && let Some(stamp) = &pending.stamp
            {
                self.seen.borrow_mut().entry(stamp.to_string()).or_insert_with(|| pending.clone());
            }
            false
        });
    }

    /// A value as state would keep it: unknowns by their stamps.
    pub fn stored(&self, value: Planned) -> Known {
        self.note(&value);
        let stored = value.fill::<std::convert::Infallible, std::convert::Infallible>(&mut |pending| {
            Ok(pending.stamp.map_or(Tree::Null, |stamp| Tree::Secret(Secret::Stamp(stamp))))
        });
        match stored {
            Ok(known) => known,
            Err(never) => match never {},
        }
    }

    /// A value for people: symbols that stand alone are unknowns that say what they wait for.
    pub fn shown(&self, value: Planned) -> Planned {
        match value {
            Tree::List(items) => Tree::List(items.into_iter().map(|it| self.shown(it)).collect()),
            Tree::Map(members) => Tree::Map(members.into_iter().map(|(key, it)| (key, self.shown(it))).collect()),
            Tree::Text(text) => self.meant(&text).unwrap_or(Tree::Text(text)),
            Tree::Secret(Secret::Stamp(stamp)) => self.meant(&stamp).unwrap_or(Tree::Secret(Secret::Stamp(stamp))),
            other => other,
        }
    }

    fn meant(&self, symbol: &str) -> Option<Planned> {
        self.seen.borrow().get(symbol).cloned().map(Tree::Hole)
    }

    fn is_secret(&self, source: &Source) -> bool {
        if is_variable(&source.address) {
            return self.declared(source).any(|it| it.sensitive);
        }
        self.field(source).is_some_and(|it| it.sensitive)
    }

    fn is_text(&self, source: &Source) -> bool {
        if is_variable(&source.address) {
            let may = |it: &Variable| it.ty.as_ref().is_none_or(|(ty, _)| ty == "string" || ty == "any");
            return self.declared(source).all(may);
        }
        self.field(source).is_some_and(|it| matches!(it.ty, Type::Text))
    }

    fn declared(&self, source: &Source) -> impl Iterator<Item = &'a Variable> {
        self.manifests.into_iter().filter_map(move |it| it.variables.get(&source.address.name))
    }

    fn field(&self, source: &Source) -> Option<&'static Field> {
        let schemas: [&'static Schema; 2] = match source.address.mode {
            Mode::Managed => {
                let kind = self.catalog.kind(&source.address.kind)?;
                [(kind.outputs)(), (kind.inputs)()]
            }
            Mode::Data => {
                let kind = self.catalog.data_kind(&source.address.kind)?;
                [(kind.outputs)(), (kind.arguments)()]
            }
        };
        schemas.into_iter().find_map(|schema| schema.field_at(&source.attribute))
    }
}

/// The symbols of one manifest.
#[derive(Clone, Copy)]
pub(crate) struct Named<'a> {
    symbols: &'a Symbols<'a>,
    /// First names by present ones.
    renamed: &'a BTreeMap<Address, Address>,
    texts: bool,
}

impl<'a> Named<'a> {
    /// The same symbols, none of them a text.
    pub fn all_opaque(self) -> Self {
        Self { texts: false, ..self }
    }

    /// The value that stands for a source.
    pub fn imagine(self, source: &Source) -> Planned {
        self.symbols.value(source, &self.first(source), self.texts)
    }

    /// The same source under its first name.
    pub fn first(self, source: &Source) -> Source {
        let address = self.renamed.get(&source.address).unwrap_or(&source.address).clone();
        Source { address, attribute: source.attribute.clone() }
    }
}

/// The source that a variable is.
pub(crate) fn variable(name: &str) -> Source {
    Source { address: Address::managed(VARIABLE, name), attribute: "value".to_owned() }
}

fn is_variable(address: &Address) -> bool {
    address.mode == Mode::Managed && address.kind == VARIABLE
}

fn name(source: &Source) -> String {
    if is_variable(&source.address) {
        return variable_symbol(&source.address.name);
    }
    symbol(source)
}
