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
            secrets.insert(called.clone(), SecretUse { value: revealed, source: format!("{address}.{path}") });
            Some(Value::expression(&format!("var.{called}")))
        });
        for it in &taken {
            let Some(entries) = written.get(&it.address) else { continue };
            let path = vec!["resource".to_owned(), it.address.kind.clone(), it.address.name.clone()];
            let table = Table { entries: entries.clone() };
            sections.push(Section { path, is_item: false, above: Vec::new(), table });
            let carried = Carried {
                declaration: it.address.clone(),
                layer: self.sources[layer].name.clone(),
                place: None,
                members: vec![(it.address.clone(), it.object.address.clone())],
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

    /// What an object is called: modules and keys are a part of the name.
    fn own_address(&self, layer: usize, object: &TerraformObject) -> Address {
        let address = &object.address;
        let calls = address.module.0.iter().map(|it| match &it.key {
            Some(key) => format!("{}_{}", it.name, key.text()),
            None => it.name.clone(),
        });
        let mut name = names::prefixed(&calls.collect::<Vec<_>>(), &address.name);
        if let Some(key) = &address.key {
            name = names::identifier(&format!("{name}_{}", key.text()));
        }
        let prefix = names::of_layer(&self.sources[layer].name);
        let is_free = |name: &String| !self.addresses.contains(&Address::managed(&*address.kind, &**name));
        Address::managed(&*address.kind, names::unique(&name, &prefix, &is_free))
    }

    fn told_outputs(&self, layer: usize, taken: &[Taken<'_>], outputs: &mut Vec<Section>, made: &mut Made) {
        let ids: BTreeMap<&str, &Address> = taken.iter().map(|it| (it.instance.id.0.as_str(), &it.address)).collect();
        for (name, told) in self.outputs_of(layer).into_iter().flatten() {
            let called = self.output_name(layer, name);
            let reference = told.value.as_str().and_then(|it| ids.get(it));
            let value = match (told.sensitive, reference) {
                (true, _) => {
                    let source = format!("output {name} of {}", self.sources[layer].name);
                    made.found.secrets.insert(called.clone(), SecretUse { value: Some(told.value.clone()), source });
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
            outputs.push(Section { path, is_item: false, above: Vec::new(), table: Table { entries } });
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
