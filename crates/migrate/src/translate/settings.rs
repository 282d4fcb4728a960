//! The files of a manifest: one for each layer, and the settings that they share.
//!
//! In: everything that blocks became. Out: the draft. It must not know how blocks are carried over.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::Expression;
use model::Mode;

use super::argument::Made;
use super::at::At;
use super::syntax::{self, opened};
use super::tree::Child;
use super::variables::Variable;
use super::{Draft, Found, Ground, Local, Translator, print, value};
use crate::draft::{Entry, File, Section, Table, Value};
use crate::report::{Accounted, Fate, Note};
use crate::terraform::Problem;
use crate::terraform::configuration::Block;

/// How the use of a root module's variable or local is remembered between rounds.
pub(super) fn use_key(what: &str, layer: usize, name: &str) -> String {
    format!("{what}.{layer}.{name}")
}

/// What one layer came to.
#[derive(Default)]
struct Layer {
    sections: Vec<Section>,
    outputs: Vec<Section>,
    made: Made,
    tags: Option<(Value, String)>,
    provider: Vec<Setting>,
}

/// A setting of the provider.
struct Setting {
    entry: Entry,
    found: Found,
    /// Its value, where it is known.
    constant: Option<String>,
}

/// The draft of everything.
///
/// # Errors
/// Layers that do not go together.
pub(super) fn files(translator: &Translator<'_>, ground: &Ground<'_>) -> Result<Draft, Vec<Problem>> {
    let mut draft = Draft::default();
    let mut layers = Vec::new();
    for number in 0..ground.sources.len() {
        layers.push(translator.layer(number, &mut draft));
    }
    let problems = regions(translator, &layers);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut found = Found::default();
    let mut secrets = BTreeMap::new();
    for (number, layer) in layers.iter_mut().enumerate() {
        for name in layer.made.found.secrets.keys() {
            secrets.entry(name.clone()).or_insert(number);
        }
        found.extend(std::mem::take(&mut layer.made.found));
        draft.sensitive.append(&mut layer.made.sensitive);
        draft.notes.extend(layer.made.notes.drain(..).map(|it| (number, it)));
    }
    let (provider, shared) = provider(translator, &mut layers, &mut found);
    let mut homes = Homes::of(translator, &found, secrets);
    homes.variables.extend(shared.into_iter().map(|it| (it, None)));
    let tags = Tags::of(&layers);
    let mut settings = File { path: "stack.toml".to_owned(), ..File::default() };
    settings.sections.push(section(&["stack"], vec![Entry::new("name", Value::literal(ground.name))]));
    if !provider.is_empty() {
        settings.sections.push(section(&["provider", "aws"], provider));
    }
    settings.sections.extend(translator.values(None, &homes, &found, &mut draft));
    settings.sections.extend(tags.shared.map(|entries| section(&["tags"], entries)));
    let shared_outputs = shared_outputs(&layers);
    settings.sections.extend(shared_outputs.iter().cloned());
    let mut files = vec![settings];
    for (number, layer) in layers.into_iter().enumerate() {
        let mut file = File { path: format!("{}.toml", ground.sources[number].name), ..File::default() };
        if let Some(root) = ground.tree.root(number) {
            file.head.clone_from(&ground.tree.scopes[root].module.head);
        }
        file.sections.extend(translator.values(Some(number), &homes, &found, &mut draft));
        file.sections.extend(tags.own.get(&number).map(|entries| section(&["tags"], entries.clone())));
        file.sections.extend(layer.sections);
        file.sections.extend(layer.outputs.into_iter().filter(|it| !shared_outputs.contains(it)));
        if let Some(root) = ground.tree.root(number) {
            let above = ground.tree.scopes[root].module.trailing.clone();
            let apart = Section { path: Vec::new(), is_item: false, above, table: Table::default() };
            file.sections.extend(Some(apart).filter(|it| !it.above.is_empty()));
        }
        files.push(file);
    }
    files.retain(|it| !it.sections.is_empty() || !it.head.is_empty());
    files.extend(translator.environment_files(ground, &found));
    draft.files = files;
    draft.copies = found.copies;
    draft.secrets = found.secrets;
    draft.in_use = found.uses;
    translator.sensitive_variables(&mut draft, &found.variables);
    Ok(draft)
}

/// The provider's settings, and the variables that they use. A region that is a variable of nothing
/// else is written out.
fn provider(translator: &Translator<'_>, layers: &mut [Layer], found: &mut Found) -> (Vec<Entry>, BTreeSet<String>) {
    let (mut entries, mut shared) = (Vec::new(), BTreeSet::new());
    let settings = layers.iter_mut().map(|it| std::mem::take(&mut it.provider)).find(|it| !it.is_empty());
    for setting in settings.unwrap_or_default() {
        let is_used = setting.found.variables.iter().all(|it| found.variables.contains(it));
        match setting.constant.filter(|_| setting.entry.key == "region" && !is_used) {
            Some(region) => entries.push(Entry { value: Value::literal(&region), ..setting.entry }),
            None => {
                shared.extend(setting.found.variables.iter().cloned());
                found.extend(setting.found);
                entries.push(setting.entry);
            }
        }
    }
    if entries.is_empty()
        && let Some(region) = translator.region_of_states()
    {
        entries.push(Entry::new("region", Value::literal(&region)));
    }
    (entries, shared)
}

fn section(path: &[&str], entries: Vec<Entry>) -> Section {
    let path = path.iter().map(|it| (*it).to_owned()).collect();
    Section { path, is_item: false, above: Vec::new(), table: Table { entries, ..Table::default() } }
}

/// Outputs that several layers have alike.
fn shared_outputs(layers: &[Layer]) -> Vec<Section> {
    let mut seen: Vec<&Section> = Vec::new();
    let mut shared: Vec<Section> = Vec::new();
    for output in layers.iter().flat_map(|it| &it.outputs) {
        if seen.contains(&output) && !shared.contains(output) {
            shared.push(output.clone());
        }
        seen.push(output);
    }
    shared
}

/// Layers in different regions are different stacks.
fn regions(translator: &Translator<'_>, layers: &[Layer]) -> Vec<Problem> {
    let region = |(number, layer): (usize, &Layer)| {
        layer.provider.iter().find(|it| it.entry.key == "region")?;
        Some((number, translator.region(number)?))
    };
    let regions: Vec<(usize, String)> = layers.iter().enumerate().filter_map(region).collect();
    let Some((first, home)) = regions.first() else { return Vec::new() };
    let name = |number: usize| &translator.sources[number].name;
    let elsewhere = regions.iter().filter(|(_, it)| it != home);
    let problem = |(number, region): &(usize, String)| {
        let folder = translator.sources[*number].folder.clone().unwrap_or_default();
        let message =
            format!("`{}` is in {region}, `{}` in {home}: a stack has one region", name(*number), name(*first));
        Problem::of(&folder, message).help("migrate the layers of each region into a manifest of their own")
    };
    elsewhere.map(problem).collect()
}

/// Which file each variable and local stands in: that of the one layer that uses it, else the
/// settings.
struct Homes {
    variables: BTreeMap<String, Option<usize>>,
    locals: BTreeMap<String, Option<usize>>,
    /// The first layer that uses a secret that no variable of Terraform's stood for.
    secrets: BTreeMap<String, usize>,
}

impl Homes {
    fn of(translator: &Translator<'_>, found: &Found, secrets: BTreeMap<String, usize>) -> Self {
        let layers_of = |what: &str, name: &str| -> BTreeSet<usize> {
            let prefix = format!("{what}.");
            let layers = found.uses.iter().filter_map(|it| it.strip_prefix(&prefix)?.split_once('.'));
            layers.filter(|(_, it)| *it == name).filter_map(|(layer, _)| layer.parse().ok()).collect()
        };
        let home = |layers: BTreeSet<usize>| (layers.len() == 1).then(|| layers.into_iter().next()).flatten();
        let of_variable = |called: &String| {
            let mine = translator.variables.iter().filter(|(_, it)| it.called == *called);
            let layers = mine.filter(|((layer, name), _)| layers_of("var", name).contains(layer));
            (called.clone(), home(layers.map(|((layer, _), _)| *layer).collect()))
        };
        let of_local = |(called, local): (&String, &Local)| {
            let names =
                translator.locals.iter().filter(|(_, it)| *it == called).map(|((layer, name), _)| (*layer, name));
            let layers: BTreeSet<usize> = names
                .filter(|(layer, name)| layers_of("local", name).contains(layer))
                .map(|(layer, _)| layer)
                .collect();
            let own = translator.tree.scopes[local.scope].layer;
            (called.clone(), if layers.len() < 2 { Some(own) } else { home(layers) })
        };
        Self {
            variables: found.variables.iter().map(of_variable).collect(),
            locals: found.locals.iter().map(of_local).collect(),
            secrets,
        }
    }
}

/// Default tags: those of all layers, and those of single ones.
struct Tags {
    shared: Option<Vec<Entry>>,
    own: BTreeMap<usize, Vec<Entry>>,
}

impl Tags {
    fn of(layers: &[Layer]) -> Self {
        let entries = |value: &Value| match value {
            Value::Table(table) => table.entries.clone(),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => Vec::new(),
        };
        let with_resources: Vec<&Layer> = layers.iter().filter(|it| !it.sections.is_empty()).collect();
        let texts: BTreeSet<Option<&String>> =
            with_resources.iter().map(|it| it.tags.as_ref().map(|(_, text)| text)).collect();
        let first = with_resources.first().and_then(|it| it.tags.as_ref());
        match first {
            Some((value, _)) if texts.len() == 1 && with_resources.len() > 1 => {
                Self { shared: Some(entries(value)), own: BTreeMap::new() }
            }
            _ => {
                let own = |(number, layer): (usize, &Layer)| Some((number, entries(&layer.tags.as_ref()?.0)));
                Self { shared: None, own: layers.iter().enumerate().filter_map(own).collect() }
            }
        }
    }
}

impl Translator<'_> {
    fn layer(&self, number: usize, draft: &mut Draft) -> Layer {
        let mut layer = Layer::default();
        let Some(root) = self.tree.root(number) else {
            self.unconfigured(number, &mut layer.sections, &mut layer.outputs, &mut layer.made, draft);
            return layer;
        };
        self.scope(root, &mut layer.sections, &mut layer.made, draft);
        self.leftovers(number, draft);
        let at = At::plain(root);
        for block in &self.tree.scopes[root].module.blocks {
            match block.name.as_str() {
                "output" => {
                    draft.outputs.extend(self.told_output(number, block));
                    layer.outputs.extend(self.output(number, block, &at, &mut layer.made));
                }
                "provider"
                    if block.labels.first().is_some_and(|it| it == "aws") && block.body.get("alias").is_none() =>
                {
                    layer.provider = self.provider(block, &at);
                    layer.tags = self.default_tags(block, &at, &mut layer.made);
                }
                "moved" | "import" | "removed" => layer.made.notes.push(done(block)),
                "check" => layer.made.notes.push(Note {
                    about: format!("check {}", block.labels.first().map_or("", String::as_str)),
                    text: "it is left out: there are no checks here".to_owned(),
                    place: Some(block.place.clone()),
                }),
                _ => {}
            }
        }
        layer
    }

    /// The resources of a scope, and of what it calls where it calls it.
    fn scope(&self, scope: usize, sections: &mut Vec<Section>, made: &mut Made, draft: &mut Draft) {
        for block in &self.tree.scopes[scope].module.blocks {
            match block.name.as_str() {
                "resource" | "data" => {
                    let declared = self.block(scope, block, made);
                    let layer = self.tree.scopes[scope].layer;
                    for (workspace, carried) in declared.carried {
                        draft.carried.entry(workspace).or_default().push(carried);
                    }
                    draft.others.extend(declared.others.into_iter().map(|it| (layer, it)));
                    sections.extend(declared.section);
                }
                "module" => {
                    let name = block.labels.first().map_or("", String::as_str);
                    let children: Vec<usize> = match self.tree.scopes[scope].children.get(name) {
                        Some(Child::One(child) | Child::Every(child)) => vec![*child],
                        Some(Child::Rounds(rounds)) => rounds.values().copied().collect(),
                        None => Vec::new(),
                    };
                    sections.push(self.heading(scope, name, block));
                    for child in children {
                        self.scope(child, sections, made, draft);
                    }
                }
                _ => {}
            }
        }
    }

    /// The comment that names a module.
    fn heading(&self, scope: usize, name: &str, block: &Block) -> Section {
        let mut names: Vec<String> = self.tree.scopes[scope].path.iter().map(super::names::call).collect();
        names.push(name.to_owned());
        let source = match block.body.get("source").map(opened) {
            Some(Expression::String(source)) => source.value().clone(),
            _ => String::new(),
        };
        let mut above = block.comments.above.clone();
        above.push(format!("Module {}, from {source}.", names.join(".")));
        Section { path: Vec::new(), is_item: false, above, table: Table::default() }
    }

    /// Objects of a state that no configuration declares.
    fn leftovers(&self, layer: usize, draft: &mut Draft) {
        let scopes: Vec<usize> =
            (0..self.tree.scopes.len()).filter(|it| self.tree.scopes[*it].layer == layer).collect();
        for (workspace, source) in &self.sources[layer].states {
            for object in &source.state.objects {
                let address = &object.address;
                let declares = |it: &&usize| {
                    let scope = &self.tree.scopes[**it];
                    scope.key_of(address).is_some()
                        && scope.object(address.mode, &address.kind, &address.name).is_some()
                };
                if !object.is_deposed && scopes.iter().any(|it| declares(&it)) {
                    continue;
                }
                let reason = match (object.is_deposed, address.mode) {
                    (true, _) => "Terraform replaced it and did not delete it",
                    (false, Mode::Data) => "nothing declares it any more",
                    (false, Mode::Managed) => "the state holds it, and no configuration declares it",
                };
                let id = object.attributes.get("id").and_then(|it| it.as_str()).map(str::to_owned);
                let advice = "apply Terraform once more before the migration: it deletes it; or delete it by hand";
                draft.others.push((
                    layer,
                    Accounted {
                        terraform: address.to_string(),
                        workspace: (workspace != super::DEFAULT).then(|| workspace.clone()),
                        place: None,
                        fate: Fate::Unsupported { id, reason: reason.to_owned(), advice: advice.to_owned() },
                    },
                ));
            }
        }
    }

    fn provider(&self, block: &Block, at: &At) -> Vec<Setting> {
        let mut entries = Vec::new();
        let mut add = |key: &str, expression: Option<&Expression>| {
            let mut found = Found::default();
            let rewritten = expression.and_then(|it| self.rewrite(it, at, &mut found).ok());
            let constant = rewritten.as_ref().and_then(|it| self.constant(it));
            let entry = rewritten.and_then(|it| Some(Entry::new(key, value::value(&it)?)));
            entries.extend(entry.map(|entry| Setting { entry, found, constant }));
        };
        for key in ["region", "profile", "allowed_account_ids"] {
            add(key, block.body.get(key));
        }
        for (name, keys) in [
            ("assume_role", ["role_arn", "external_id", "session_name"].as_slice()),
            ("ignore_tags", ["keys", "key_prefixes"].as_slice()),
        ] {
            let Some(inner) = block.body.block(name) else { continue };
            let members = keys.iter().filter_map(|key| Some((*key, inner.body.get(key)?.clone())));
            let object = syntax::object(members);
            add(name, Some(&object));
        }
        entries
    }

    /// The region that ARNs in the states name, where it is one.
    fn region_of_states(&self) -> Option<String> {
        let instances = self.instances.values().flat_map(BTreeMap::values);
        let arns = instances.filter_map(|it| Some(it.outputs.get("arn")?.as_text()?.to_owned()));
        let regions: BTreeSet<String> = arns.filter_map(|it| it.split(':').nth(3).map(str::to_owned)).collect();
        let mut regions = regions.into_iter().filter(|it| !it.is_empty());
        regions.next().filter(|_| regions.next().is_none())
    }

    /// The region of a layer, where it is known.
    fn region(&self, layer: usize) -> Option<String> {
        let root = self.tree.root(layer)?;
        let blocks = self.tree.scopes[root].module.blocks.iter();
        let mut providers = blocks.filter(|it| it.name == "provider" && it.body.get("alias").is_none());
        let block = providers.find(|it| it.labels.first().is_some_and(|it| it == "aws"))?;
        let region = self.rewrite(block.body.get("region")?, &At::plain(root), &mut Found::default()).ok()?;
        self.constant(&region)
    }

    fn default_tags(&self, block: &Block, at: &At, made: &mut Made) -> Option<(Value, String)> {
        let tags = block.body.block("default_tags")?.body.get("tags")?;
        let mut found = Found::default();
        let rewritten = self.rewrite(tags, at, &mut found).ok()?;
        // The manifest has a table there, not an expression.
        let opened_up = match opened(&rewritten) {
            Expression::Traversal(_) => found.locals.values().next().map(|it| it.value.clone()),
            other => Some(other.clone()),
        }?;
        let is_reference = matches!(opened(&rewritten), Expression::Traversal(_));
        if is_reference {
            let name = found.locals.keys().next().cloned();
            found.locals.retain(|it, _| Some(it) != name.as_ref());
        }
        let value = value::value(&opened_up)?;
        made.found.extend(found);
        matches!(value, Value::Table(_)).then(|| (value, print::expression(&opened_up)))
    }

    /// The variables and locals that stand in a file.
    fn values(&self, layer: Option<usize>, homes: &Homes, found: &Found, draft: &mut Draft) -> Vec<Section> {
        let mut sections = Vec::new();
        let mut done = BTreeSet::new();
        for ((_, name), variable) in self.ordered_variables() {
            let is_here = homes.variables.get(&variable.called) == Some(&layer);
            if !is_here || !done.insert(variable.called.clone()) {
                continue;
            }
            let mut notes = Vec::new();
            sections.push(self.variable_section(name, variable, &mut notes));
            draft.notes.extend(notes.into_iter().map(|it| (layer.unwrap_or_default(), it)));
            if variable.value.is_none()
                && !variable.is_sensitive
                && !self.fallbacks.values.contains_key(&variable.called)
            {
                draft.open.insert(variable.called.clone());
            }
        }
        let declared: BTreeSet<&String> = self.variables.values().map(|it| &it.called).collect();
        for name in found.secrets.keys().filter(|it| !declared.contains(it)) {
            if homes.secrets.get(name).copied() == layer {
                sections.push(secret_section(name));
            }
        }
        let locals = self.ordered_locals(found).into_iter().filter(|(name, _)| homes.locals.get(*name) == Some(&layer));
        let entries: Vec<Entry> = locals.filter_map(|(name, local)| self.local_entry(name, local)).collect();
        if !entries.is_empty() {
            sections.push(section(&["locals"], entries));
        }
        sections
    }

    /// Variables in the order in which Terraform's files have them.
    fn ordered_variables(&self) -> Vec<(&(usize, String), &Variable)> {
        let mut all: Vec<_> = self.variables.iter().collect();
        let position = |(layer, name): &(usize, String)| {
            let root = self.tree.root(*layer).unwrap_or_default();
            let mut blocks = self.tree.scopes[root].module.blocks.iter();
            blocks.position(|it| it.name == "variable" && it.labels.first() == Some(name))
        };
        all.sort_by_key(|(key, _)| (key.0, position(key)));
        all
    }

    /// Locals in the order of scopes, and within one in that of its text.
    fn ordered_locals<'f>(&self, found: &'f Found) -> Vec<(&'f String, &'f Local)> {
        let mut all: Vec<_> = found.locals.iter().collect();
        let position = |called: &str, scope: usize| {
            let scope = &self.tree.scopes[scope];
            let blocks =
                scope.module.blocks.iter().filter(|it| it.name == "locals").flat_map(|it| it.body.attributes());
            let mut names = blocks.map(|it| it.name.as_str());
            let variables =
                scope.call.iter().flat_map(|it| it.body.attributes()).position(|it| called.ends_with(&it.name));
            let local = names.position(|it| called == it || called.ends_with(&format!("_{it}")));
            (local.is_some(), local.or(variables))
        };
        all.sort_by_key(|(name, local)| (local.scope, position(name, local.scope)));
        all
    }

    fn local_entry(&self, name: &str, local: &Local) -> Option<Entry> {
        let scope = &self.tree.scopes[local.scope];
        let attributes =
            scope.module.blocks.iter().filter(|it| it.name == "locals").flat_map(|it| it.body.attributes());
        let mut mine = attributes.filter(|it| {
            let called = match scope.parent {
                None => self.locals.get(&(scope.layer, it.name.clone())).cloned().unwrap_or_else(|| it.name.clone()),
                Some(_) => self.inner.get(&(local.scope, format!("local.{}", it.name))).cloned().unwrap_or_default(),
            };
            called == name
        });
        let comments = mine.next().map(|it| it.comments.clone()).unwrap_or_default();
        let value = value::value(&local.value).unwrap_or_else(|| Value::expression("null"));
        Some(Entry { above: comments.above, beside: comments.beside, ..Entry::new(name, value) })
    }
}

fn secret_section(name: &str) -> Section {
    section(
        &["variables", name],
        vec![Entry::new("type", Value::literal("string")), Entry::new("sensitive", Value::Bool(true))],
    )
}

fn done(block: &Block) -> Note {
    Note {
        about: format!("{} block", block.name),
        text: "it has done its work in Terraform and is left out".to_owned(),
        place: Some(block.place.clone()),
    }
}
