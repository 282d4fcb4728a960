//! Layers of which there is only a state.
//!
//! In: the objects of a state. Out: sections with the arguments that a careful person would write,
//! and references between them. It must not know configurations.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Mode};

use super::argument::{Made, secret_of};
use super::{Draft, SecretUse, Translator, names, object, support, value};
use crate::attributes::{self, Instance};
use crate::draft::{Carried, Entry, Section, Table, Value};
use crate::from_state::{self, Object};
use crate::report::Accounted;
use crate::terraform::state::TerraformObject;

/// An object that is carried over.
struct Taken<'a> {
    address: Address,
    instance: Instance,
    object: &'a TerraformObject,
}

impl Translator<'_> {
    /// Writes the sections of a layer without configuration.
    pub(super) fn unconfigured(
        &self,
        layer: usize,
        sections: &mut Vec<Section>,
        outputs: &mut Vec<Section>,
        made: &mut Made,
        draft: &mut Draft,
    ) {
        let taken = self.taken(layer, draft);
        let declarations = |object: &TerraformObject| -> BTreeSet<Address> {
            let named = |it: &Taken<'_>| {
                let of = &it.object.address;
                let shown = format!("{}.{}", of.kind, of.name);
                object.dependencies.iter().any(|it| *it == shown || it.ends_with(&format!(".{shown}")))
            };
            taken.iter().filter(|it| named(it)).map(|it| it.address.clone()).collect()
        };
        let objects: Vec<Object<'_>> = taken
            .iter()
            .filter_map(|it| {
                let kind = self.catalog.kind(&it.address.kind)?;
                let dependencies = declarations(it.object);
                Some(Object { address: it.address.clone(), kind, instance: &it.instance, dependencies })
            })
            .collect();
        let secrets = &mut made.found.secrets;
        let written = from_state::written(&objects, &mut |address, path, value| {
            let argument = path.to_string().replace(['.', '[', ']', '"'], "_");
            let called = secret_of(address, argument.trim_matches('_'));
            let revealed = engine::fingerprint::reveal(value).map(|it| it.to_json());
            secrets.insert(
                called.clone(),
                SecretUse { value: revealed, source: format!("{address}.{path}"), generated: None },
            );
            Some(Value::expression(&format!("var.{called}")))
        });
        let mut members: Vec<(Address, Vec<&Taken<'_>>)> = Vec::new();
        for it in &taken {
            let declaration = it.address.declaration();
            match members.iter_mut().find(|(known, _)| *known == declaration) {
                Some((_, members)) => members.push(it),
                None => members.push((declaration, vec![it])),
            }
        }
        for (declaration, members) in members {
            let of_member = |it: &&Taken<'_>| Some((it.address.key.clone(), written.get(&it.address)?.clone()));
            let entries = together(members.iter().filter_map(of_member).collect());
            let path = vec!["resource".to_owned(), declaration.kind.clone(), declaration.name.clone()];
            let table = Table { entries, ..Table::default() };
            sections.push(Section { path, is_item: false, above: Vec::new(), table });
            let carried = Carried {
                declaration,
                layer: self.sources[layer].name.clone(),
                place: None,
                members: members.iter().map(|it| (it.address.clone(), it.object.address.clone())).collect(),
                changes: vec!["there is no configuration: it is written as the state has it".to_owned()],
            };
            draft.carried.entry(self.base.to_owned()).or_default().push(carried);
        }
        self.told_outputs(layer, &taken, outputs, made);
    }

    /// The objects that have a counterpart; what becomes of the others goes into the report.
    fn taken(&self, layer: usize, draft: &mut Draft) -> Vec<Taken<'_>> {
        let mut taken: Vec<Taken<'_>> = Vec::new();
        for object in self.objects_of(layer) {
            let address = &object.address;
            let kind = self.catalog.kind(&address.kind).filter(|_| address.mode == Mode::Managed && !object.is_deposed);
            let instance = kind.and_then(|it| attributes::read(it, &object.attributes, &object.sensitive));
            match instance {
                Some(instance) => {
                    let address = self.own_address(layer, object);
                    taken.push(Taken { address, instance, object });
                }
                None => {
                    let unsupported = support::unknown(&address.kind, address.mode == Mode::Data);
                    let id = object.attributes.get("id").and_then(|it| it.as_str()).map(str::to_owned);
                    draft.others.push((
                        layer,
                        Accounted {
                            terraform: address.to_string(),
                            workspace: None,
                            place: None,
                            fate: unsupported.fate(id),
                        },
                    ));
                }
            }
        }
        taken
    }

    /// What an object is called: modules are a part of the name.
    fn own_address(&self, layer: usize, object: &TerraformObject) -> Address {
        let address = &object.address;
        let calls = address.module.0.iter().map(|it| match &it.key {
            Some(key) => format!("{}_{}", it.name, key.text()),
            None => it.name.clone(),
        });
        let name = names::prefixed(&calls.collect::<Vec<_>>(), &address.name);
        let prefix = names::of_layer(&self.sources[layer].name);
        let is_free = |name: &String| !self.addresses.contains(&Address::managed(&*address.kind, &**name));
        let declaration = Address::managed(&*address.kind, names::unique(&name, &prefix, &is_free));
        address.key.as_ref().map_or_else(|| declaration.clone(), |it| declaration.member(it.text()))
    }

    fn told_outputs(&self, layer: usize, taken: &[Taken<'_>], outputs: &mut Vec<Section>, made: &mut Made) {
        let ids: BTreeMap<&str, &Address> = taken.iter().map(|it| (it.instance.id.0.as_str(), &it.address)).collect();
        for (name, told) in self.outputs_of(layer).into_iter().flatten() {
            let called = self.output_name(layer, name);
            let reference = told.value.as_str().and_then(|it| ids.get(it));
            let value = match (told.sensitive, reference) {
                (true, _) => {
                    let source = format!("output {name} of {}", self.sources[layer].name);
                    made.found
                        .secrets
                        .insert(called.clone(), SecretUse { value: Some(told.value.clone()), source, generated: None });
                    Some(Value::expression(&format!("var.{called}")))
                }
                (false, Some(address)) => Some(Value::expression(&format!("{address}.id"))),
                (false, None) => value::value(&object::literal(&told.value)),
            };
            let Some(value) = value else { continue };
            let mut entries = vec![Entry::new("value", value)];
            if told.sensitive {
                entries.push(Entry::new("sensitive", Value::Bool(true)));
            }
            let path = vec!["outputs".to_owned(), called];
            outputs.push(Section {
                path,
                is_item: false,
                above: Vec::new(),
                table: Table { entries, ..Table::default() },
            });
        }
    }

    /// The same objects in our types, by workspace.
    pub(super) fn read_unconfigured(&self, instances: &mut super::Instances) {
        for layer in (0..self.sources.len()).filter(|it| self.tree.root(*it).is_none()) {
            for it in self.taken(layer, &mut Draft::default()) {
                instances.entry(self.base.to_owned()).or_default().insert(it.address, it.instance);
            }
        }
    }
}

/// The arguments of all members of a declaration: those in which they differ come from its
/// `for_each`.
fn together(members: Vec<(Option<String>, Vec<Entry>)>) -> Vec<Entry> {
    let keys: Vec<String> = members.iter().filter_map(|(key, _)| key.clone()).collect();
    if keys.is_empty() {
        return members.into_iter().flat_map(|(_, entries)| entries).collect();
    }
    let mut names: Vec<&Entry> = Vec::new();
    for entry in members.iter().flat_map(|(_, entries)| entries) {
        if names.iter().all(|it| it.key != entry.key) {
            names.push(entry);
        }
    }
    let value_in = |entries: &[Entry], key: &str| entries.iter().find(|it| it.key == key).map(|it| it.value.clone());
    let is_same = |name: &str| {
        let first = members.first().and_then(|(_, it)| value_in(it, name));
        members.iter().all(|(_, it)| value_in(it, name) == first)
    };
    let differing: Vec<&str> = names.iter().map(|it| it.key.as_str()).filter(|it| !is_same(it)).collect();
    let for_each = match differing.is_empty() {
        true => Value::List(keys.into_iter().map(|it| Value::literal(&it).into()).collect()),
        false => {
            let of_member = |(key, entries): &(Option<String>, Vec<Entry>)| {
                let value = |name: &&str| value_in(entries, name).unwrap_or_else(|| Value::expression("null"));
                let entries = differing.iter().map(|it| Entry::new(*it, value(it))).collect();
                Some(Entry::new(key.clone()?, Value::Table(Table { entries, ..Table::default() })))
            };
            let entries = members.iter().filter_map(of_member).collect();
            Value::Table(Table { entries, ..Table::default() })
        }
    };
    let own = |it: &Entry| match differing.contains(&it.key.as_str()) {
        true => Entry::new(&*it.key, Value::expression(&format!("each.value.{}", it.key))),
        false => it.clone(),
    };
    std::iter::once(Entry::new("for_each", for_each)).chain(names.into_iter().map(own)).collect()
}
