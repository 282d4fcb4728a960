//! Resources and data sources.
//!
//! In: a `resource` or `data` block in a scope. Out: a section of the manifest, and what became of
//! each of its instances. It must not know what else is in the file.

use std::collections::BTreeSet;

use model::catalog::Kind;
use model::schema::Schema;
use model::{Address, Mode};

use super::argument::{Made, is_document};
use super::blocks::{Group, groups, unknown};
use super::repetition::{Repetition, repetition};
use super::rewrite::{Bound, Obstacle};
use super::syntax::opened;
use super::{Found, Translator, literal, print, value};
use crate::attributes;
use crate::draft::{Carried, Entry, Section, Table, Value};
use crate::report::{Accounted, Fate, Note};
use crate::terraform::address::Key;
use crate::terraform::configuration::{Attribute, Block, Structure};
use crate::terraform::state::TerraformObject;

/// Arguments that are Terraform's own.
const META: &[&str] =
    &["count", "for_each", "provider", "depends_on", "lifecycle", "timeouts", "connection", "provisioner"];

/// What became of a block.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// Its section; none when it stays with Terraform or is written out elsewhere.
    pub section: Option<Section>,
    /// Its instances by workspace.
    pub carried: Vec<(String, Carried)>,
    /// What became of the instances that are not carried over.
    pub others: Vec<Accounted>,
}

/// One instance of a block in the state of a workspace.
pub(super) struct Member<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// What the manifest calls it.
    pub address: Address,
    /// The object.
    pub object: &'a TerraformObject,
}

impl Translator<'_> {
    /// The instances of a block, in every workspace.
    pub(super) fn members(&self, scope: usize, block: &Block) -> Vec<Member<'_>> {
        let [kind, name] = block.labels.as_slice() else { return Vec::new() };
        let mode = if block.name == "data" { Mode::Data } else { Mode::Managed };
        let Some(declaration) = self.addresses.get(scope, mode, kind, name) else { return Vec::new() };
        let repeats = self.tree.lifted(scope).is_some()
            || matches!(repetition(&block.body), Repetition::Count(_) | Repetition::Each(_));
        let scope = &self.tree.scopes[scope];
        let mut members = Vec::new();
        for (workspace, source) in &self.sources[scope.layer].states {
            for (key, object) in scope.objects(&source.state.objects, mode, kind, name) {
                let key: Option<Key> = key.filter(|_| repeats);
                let address = key.map_or_else(|| declaration.clone(), |it| declaration.member(it.text()));
                members.push(Member { workspace, address, object });
            }
        }
        members
    }

    /// What becomes of a block.
    pub(super) fn block(&self, scope: usize, block: &Block, made: &mut Made) -> Declared {
        let [kind, name] = block.labels.as_slice() else { return Declared::default() };
        let mode = if block.name == "data" { Mode::Data } else { Mode::Managed };
        let members = self.members(scope, block);
        let account = |member: &Member<'_>, fate: Fate| Accounted {
            terraform: member.object.address.to_string(),
            workspace: (member.workspace != super::DEFAULT).then(|| member.workspace.to_owned()),
            place: Some(block.place.clone()),
            fate,
        };
        let dissolved = match (mode, kind.as_str()) {
            (Mode::Data, "terraform_remote_state") => Some("what its outputs stand for is referred to directly"),
            (Mode::Data, super::policy::KIND) => Some("the document stands where it was used"),
            (Mode::Managed, "random_password") => Some("its value is one of the secrets"),
            (Mode::Managed, random) if random.starts_with("random_") => Some("its value, where it is used"),
            _ => None,
        };
        if let Some(into) = dissolved {
            let fate = Fate::Dissolved { into: into.to_owned() };
            let others = members.iter().map(|it| account(it, fate.clone())).collect();
            return Declared { others, ..Declared::default() };
        }
        if let Err(unsupported) = self.support(scope, block) {
            let id = |it: &Member<'_>| it.object.attributes.get("id").and_then(|it| it.as_str()).map(str::to_owned);
            let others = members.iter().map(|it| account(it, unsupported.clone().fate(id(it)))).collect();
            return Declared { others, ..Declared::default() };
        }
        let Some(address) = self.addresses.get(scope, mode, kind, name) else { return Declared::default() };
        let schema = match mode {
            Mode::Managed => self.catalog.kind(kind).map(|it| (it.inputs)()),
            Mode::Data => self.catalog.data_kind(kind).map(|it| (it.arguments)()),
        };
        let Some(schema) = schema else { return Declared::default() };
        let is_there = members.iter().any(|it| it.object.address.mode == mode);
        if self.is_off(scope, block) && members.is_empty() {
            return Declared::default();
        }
        let section = self.section(scope, block, address, schema, is_there, made);
        let changes = self.all_changes(scope, name, address, made);
        let mut carried: Vec<(String, Carried)> = Vec::new();
        for member in &members {
            let of_member = (member.address.clone(), member.object.address.clone());
            match carried.iter_mut().find(|(workspace, _)| workspace == member.workspace) {
                Some((_, carried)) => carried.members.push(of_member),
                None => carried.push((
                    member.workspace.to_owned(),
                    Carried {
                        declaration: address.clone(),
                        layer: self.sources[self.tree.scopes[scope].layer].name.clone(),
                        place: Some(block.place.clone()),
                        members: vec![of_member],
                        changes: changes.clone(),
                    },
                )),
            }
        }
        Declared { section: Some(section), carried, others: Vec::new() }
    }

    fn all_changes(&self, scope: usize, name: &str, address: &Address, made: &mut Made) -> Vec<String> {
        let mut changes = std::mem::take(&mut made.changes);
        if address.name != name {
            let from = self.tree.scopes[scope].path.iter().map(|(name, _)| format!("module.{name}."));
            changes.insert(0, format!("Terraform calls it `{}{}.{name}`", from.collect::<String>(), address.kind));
        }
        let mut seen = BTreeSet::new();
        changes.retain(|it| seen.insert(it.clone()));
        changes
    }

    fn section(
        &self,
        scope: usize,
        block: &Block,
        address: &Address,
        schema: &Schema,
        is_there: bool,
        made: &mut Made,
    ) -> Section {
        let at = self.place_of(scope, &block.body);
        let mut entries = Vec::new();
        entries.extend(self.for_each(address, scope, &block.body, made));
        let mut groups = groups(&block.body).into_iter().peekable();
        for structure in &block.body.structures {
            match structure {
                Structure::Attribute(attribute) => {
                    entries.extend(self.attribute(address, schema, attribute, &at, made));
                }
                // A group stands where its first block does.
                Structure::Block(first) => {
                    if let Some(group) =
                        groups.next_if(|it| it.blocks.first().is_some_and(|it| std::ptr::eq(*it, first)))
                    {
                        entries.extend(self.blocks(address, schema, block, &group, &at, made));
                    }
                }
            }
        }
        entries.extend(self.depends_on(scope, &block.body));
        let mut lifecycle = self.switch(address, scope, block, is_there, made);
        lifecycle.extend(self.lifecycle(&block.body, schema, &at, made));
        if !lifecycle.is_empty() {
            entries.push(Entry::new("lifecycle", Value::Table(Table { entries: lifecycle, ..Table::default() })));
        }
        let mut found = Found::default();
        entries.extend(self.timeouts(&block.body, &at, &mut found));
        made.found.extend(found);
        let table = match address.mode {
            Mode::Managed => "resource",
            Mode::Data => "data",
        };
        Section {
            path: vec![table.to_owned(), address.kind.clone(), address.name.clone()],
            is_item: false,
            above: block.comments.above.clone(),
            table: Table { entries, after: block.body.trailing.clone() },
        }
    }

    /// Blocks of one type as an entry.
    fn blocks(
        &self,
        address: &Address,
        schema: &Schema,
        block: &Block,
        group: &Group<'_>,
        at: &super::at::At,
        made: &mut Made,
    ) -> Option<Entry> {
        if META.contains(&group.name.as_str()) {
            if group.name == "provisioner" {
                made.notes.push(provisioner(address, block));
            }
            return None;
        }
        let Some(field) = schema.field(&group.name) else {
            let place = group.blocks.first().map_or(&block.place, |it| &it.place);
            made.notes.push(unknown(&format!("{} of {address}", group.name), place));
            return None;
        };
        let key = (address.clone(), group.name.clone());
        if let Some(why) = self.fallbacks.dropped.get(&key) {
            made.changes.push(format!("`{}` is left out: {why}", group.name));
            return None;
        }
        let written = match self.fallbacks.arguments.get(&key) {
            Some(why) => Err(Obstacle(why.clone())),
            None => self.group(field, group, at, &Bound::default(), made),
        };
        match written {
            Ok(entry) => entry,
            Err(Obstacle(why)) => {
                let was = format!("the `{}` blocks", group.name);
                let entry = self.literal(address, field, &was, &why, made);
                entry.map(|it| Entry { is_block: true, ..it })
            }
        }
    }

    fn attribute(
        &self,
        address: &Address,
        schema: &Schema,
        attribute: &Attribute,
        at: &super::at::At,
        made: &mut Made,
    ) -> Option<Entry> {
        if META.contains(&attribute.name.as_str()) {
            return None;
        }
        match schema.field(&attribute.name) {
            Some(field) => self.argument(address, field, attribute, at, made),
            None => {
                if !attribute.expression.is_null() {
                    made.notes.push(unknown(&format!("{} of {address}", attribute.name), &attribute.place));
                }
                None
            }
        }
    }

    /// `lifecycle.enabled`, where something switches the block.
    fn switch(&self, address: &Address, scope: usize, block: &Block, is_there: bool, made: &mut Made) -> Vec<Entry> {
        let key = (address.clone(), "lifecycle".to_owned());
        let mut found = Found::default();
        let condition = match self.fallbacks.arguments.get(&key) {
            Some(why) => Err(Obstacle(why.clone())),
            None => self.enabled(scope, &block.body, &mut found),
        };
        match condition {
            Ok(Some(condition)) if condition.as_bool() == Some(true) => Vec::new(),
            Ok(Some(condition)) => {
                made.found.extend(found);
                made.changes.push("`count`, which switches it on or off, became `lifecycle.enabled`".to_owned());
                let own = block.body.attributes().find(|it| it.name == "count").map(|it| it.comments.clone());
                let comments = own.unwrap_or_default();
                let entry = |it| Entry { above: comments.above, beside: comments.beside, ..Entry::new("enabled", it) };
                value::value(&condition).map(entry).into_iter().collect()
            }
            Ok(None) if is_there || self.is_repeated(scope, block) || address.mode == Mode::Data => Vec::new(),
            Ok(None) => {
                made.changes.push("Terraform never applied it: it is switched off".to_owned());
                let above = vec!["Terraform never applied this: remove the line to create it.".to_owned()];
                vec![Entry { above, ..Entry::new("enabled", Value::Bool(false)) }]
            }
            Err(Obstacle(why)) => {
                made.changes.push(format!("`lifecycle.enabled` is what Terraform's state has, as a literal: {why}"));
                let was = block.body.get("count").map(|it| print::expression(opened(it))).unwrap_or_default();
                let above = vec![format!("literal: was {}", literal::one_line(&was))];
                let is_on =
                    self.instances.get(self.base).into_iter().flatten().any(|(it, _)| it.declaration() == *address);
                vec![Entry { above, ..Entry::new("enabled", Value::Bool(is_on)) }]
            }
        }
    }

    /// Whether a module's own arguments switch a block off for good.
    pub(super) fn is_off(&self, scope: usize, block: &Block) -> bool {
        if self.tree.scopes[scope].parent.is_none() {
            return false;
        }
        let mut found = Found::default();
        if let Repetition::Count(number) = repetition(&block.body) {
            let number = self.rewrite(&number, &super::at::At::plain(scope), &mut found);
            return number.is_ok_and(|it| opened(&it).as_number().and_then(|it| it.as_u64()) == Some(0));
        }
        let condition = self.enabled(scope, &block.body, &mut found).ok().flatten();
        condition.and_then(|it| it.as_bool()) == Some(false)
    }

    fn is_repeated(&self, scope: usize, block: &Block) -> bool {
        self.tree.lifted(scope).is_some() || block.body.get("for_each").or(block.body.get("count")).is_some()
    }

    /// The arguments that states call sensitive as a whole.
    pub(super) fn read_sensitive_documents(&self) -> BTreeSet<(Address, String)> {
        let mut documents = BTreeSet::new();
        for (number, scope) in self.tree.scopes.iter().enumerate() {
            for block in scope.module.blocks.iter().filter(|it| it.name == "resource") {
                for member in self.members(number, block) {
                    let owner = member.address.declaration();
                    documents.extend(member.object.sensitive.iter().map(|it| (owner.clone(), it.clone())));
                }
            }
        }
        documents
    }

    /// Everything that states say of carried objects, in our types; what has no id in them is
    /// named.
    pub(super) fn read_members(&self) -> (super::Instances, super::DataValues) {
        let (mut instances, mut data) = (super::Instances::new(), super::DataValues::new());
        for (number, scope) in self.tree.scopes.iter().enumerate() {
            for block in &scope.module.blocks {
                if !matches!(block.name.as_str(), "resource" | "data") || self.support(number, block).is_err() {
                    continue;
                }
                for Member { workspace, address, object } in self.members(number, block) {
                    if let Some(kind) = self.catalog.kind(&address.kind).filter(|_| address.mode == Mode::Managed) {
                        let sensitive = leaves(kind, object);
                        let instance = attributes::read(kind, &object.attributes, &sensitive);
                        instances.entry(workspace.to_owned()).or_default().extend(instance.map(|it| (address, it)));
                    } else if let Some(kind) = self.catalog.data_kind(&address.kind) {
                        let value = attributes::read_data(kind, &object.attributes, &object.sensitive);
                        data.entry(workspace.to_owned()).or_default().insert(address, value);
                    }
                }
            }
        }
        (instances, data)
    }
}

/// What of an object is secret. Terraform calls a whole document sensitive when a secret is in it;
/// which part that is, the expressions tell.
fn leaves(kind: &Kind, object: &TerraformObject) -> Vec<String> {
    let is_document = |it: &&String| (kind.inputs)().field(it).is_some_and(|it| is_document(it) && !it.sensitive);
    object.sensitive.iter().filter(|it| !is_document(it)).cloned().collect()
}

fn provisioner(address: &Address, block: &Block) -> Note {
    Note {
        about: format!("provisioner of {address}"),
        text: "it is left out: do in your pipeline what it did".to_owned(),
        place: Some(block.place.clone()),
    }
}
