//! From drafts to a manifest that says what Terraform applied.
//!
//! In: everything that translating needs, and what states hold. Out: the texts of a manifest whose
//! rehearsal plans nothing, and what stackctl would remember. It must not know expressions.
//!
//! Each round writes a draft and rehearses it. What does not agree is written as a literal in the
//! next round, until everything agrees or nothing more can be learned.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use model::state::State;
use model::{Address, Known, Mode};

use crate::draft::{File, Table, Value};
use crate::rehearsal::{Disagreement, Rehearsal, Where, Why, rehearse, replan};
use crate::request::Request;
use crate::terraform::Problem;
use crate::translate::{self, DEFAULT, DataValues, Draft, Fallbacks, Ground, Instances};
use crate::{manager, outputs, scrub, write};

/// A manifest that agrees with Terraform's states as far as it can.
#[derive(Debug)]
pub struct Settled {
    /// The last draft.
    pub draft: Draft,
    /// Its texts by path.
    pub files: BTreeMap<String, String>,
    /// The files that come along.
    pub copies: BTreeMap<String, Vec<u8>>,
    /// What stackctl would remember, by workspace.
    pub states: BTreeMap<String, State>,
    /// Values of secrets, in memory.
    pub secrets: BTreeMap<String, Known>,
    /// What does not agree in the end, by workspace.
    pub left: Vec<(String, Disagreement)>,
}

/// After so many rounds nothing more is learned.
const MOST_ROUNDS: usize = 12;

/// Writes and rehearses until everything agrees.
///
/// # Errors
/// Sources that cannot be read or do not go together.
pub fn settle(
    request: &Request<'_>,
    ground: &Ground<'_>,
    instances: &Instances,
    data: &DataValues,
) -> Result<Settled, Vec<Problem>> {
    let first = translate::translate(ground, &Fallbacks::default(), instances)?;
    let mut fallbacks = Fallbacks { in_use: first.in_use, ..Fallbacks::default() };
    let mut round = 0;
    loop {
        round += 1;
        let mut draft = translate::translate(ground, &fallbacks, instances)?;
        let before = fallbacks.clone();
        fallbacks.sensitive.extend(draft.sensitive.iter().cloned());
        for name in &draft.open {
            match told(&draft.files, ground, instances, name) {
                Some(value) => drop(fallbacks.values.insert(name.clone(), value)),
                None => drop(fallbacks.variables.insert(name.clone())),
            }
        }
        if fallbacks != before && round < MOST_ROUNDS {
            continue;
        }
        let secrets = secrets(&draft, ground, instances);
        scrub::files(&mut draft.files, &scrub::distinct(&secrets, ground.sources));
        let files = texts(&draft.files)?;
        let copies = copies(request, &draft)?;
        let mut states = BTreeMap::new();
        let mut left = Vec::new();
        for workspace in workspaces(ground) {
            let tried = rehearsal(request, &draft, (&files, &copies, &secrets), instances, data, &workspace, rehearse);
            let of_outputs = tried.state.iter().filter(|_| workspace == ground.base);
            let of_outputs = of_outputs.flat_map(|it| outputs::disagreements(&draft.outputs, it));
            for disagreement in tried.disagreements.into_iter().chain(of_outputs) {
                learn(&mut fallbacks, ground, &workspace, &disagreement);
                left.push((workspace.clone(), disagreement));
            }
            states.extend(tried.state.map(|it| (workspace, it)));
        }
        if fallbacks == before || round >= MOST_ROUNDS {
            return Ok(Settled { draft, files, copies, states, secrets, left });
        }
    }
}

/// The workspaces that have states, the one in the layers first.
fn workspaces(ground: &Ground<'_>) -> Vec<String> {
    let others = ground.environments.iter().filter(|it| **it != ground.base).cloned();
    std::iter::once(ground.base.clone()).chain(others).collect()
}

/// The environment of a workspace.
#[must_use]
pub fn environment(workspace: &str) -> Option<&str> {
    (workspace != DEFAULT).then_some(workspace)
}

type Written<'a> = (&'a BTreeMap<String, String>, &'a BTreeMap<String, Vec<u8>>, &'a BTreeMap<String, Known>);

fn rehearsal<T>(
    request: &Request<'_>,
    draft: &Draft,
    (files, copies, secrets): Written<'_>,
    instances: &Instances,
    data: &DataValues,
    workspace: &str,
    act: impl FnOnce(&Rehearsal<'_>) -> T,
) -> T {
    let (no_instances, no_data) = (BTreeMap::new(), BTreeMap::new());
    act(&Rehearsal {
        files,
        copies,
        environment: environment(workspace),
        catalog: request.catalog,
        carried: draft.carried.get(workspace).map_or(&[], Vec::as_slice),
        instances: instances.get(workspace).unwrap_or(&no_instances),
        data: data.get(workspace).unwrap_or(&no_data),
        secrets,
        fingerprints: request.fingerprints,
    })
}

/// The texts of a draft.
pub fn texts(files: &[File]) -> Result<BTreeMap<String, String>, Vec<Problem>> {
    let text = |file: &File| match write::file(file) {
        Ok(text) => Ok((file.path.clone(), text)),
        Err(malformed) => Err(vec![Problem::of(&file.path, malformed.to_string())]),
    };
    files.iter().map(text).collect()
}

fn copies(request: &Request<'_>, draft: &Draft) -> Result<BTreeMap<String, Vec<u8>>, Vec<Problem>> {
    let mut copies = BTreeMap::new();
    for (path, from) in &draft.copies {
        match request.disk.read(from) {
            Ok(Some(bytes)) => drop(copies.insert(path.clone(), bytes)),
            // What is not there is told by the rehearsal, at the place that reads it.
            Ok(None) => {}
            Err(why) => return Err(vec![Problem::of(from, why)]),
        }
    }
    Ok(copies)
}

/// Turns a disagreement into what the next draft does differently.
fn learn(fallbacks: &mut Fallbacks, ground: &Ground<'_>, workspace: &str, disagreement: &Disagreement) {
    let why = match &disagreement.why {
        Why::Differs { manifest, terraform } => {
            format!("the configuration says {manifest}, Terraform applied {terraform}")
        }
        Why::Wrong(why) => why.clone(),
        Why::Members { .. } => "the configuration says other instances than Terraform applied".to_owned(),
    };
    match &disagreement.place {
        Where::Argument { declaration, argument, path, .. } => {
            let members = matches!(disagreement.why, Why::Members { .. });
            let is_below = *path != *argument && !argument.is_empty() && argument != "lifecycle";
            let argument = match argument.split('.').next().unwrap_or_default() {
                "" if !members => return,
                "" => switch_of(ground, declaration),
                first => first.to_owned(),
            };
            // What something is looked up by is not for a state to say.
            if declaration.mode == Mode::Data && matches!(disagreement.why, Why::Differs { .. }) {
                return;
            }
            let key = (declaration.clone(), argument);
            if workspace != ground.base {
                let (declaration, argument) = key;
                fallbacks.overrides.insert((workspace.to_owned(), declaration, argument));
            } else if is_below && !fallbacks.members.contains_key(&(key.0.clone(), path.clone())) {
                fallbacks.members.insert((key.0, path.clone()), why);
            } else {
                match fallbacks.arguments.entry(key) {
                    Entry::Vacant(entry) => drop(entry.insert(why)),
                    Entry::Occupied(entry) => drop(fallbacks.dropped.entry(entry.key().clone()).or_insert(why)),
                }
            }
        }
        Where::Local(name) => drop(fallbacks.locals.insert(name.clone())),
        Where::Variable(name) => {
            if !fallbacks.types.insert(name.clone()) {
                fallbacks.variables.insert(name.clone());
            }
        }
        Where::Output(name) => drop(fallbacks.outputs.insert(name.clone())),
        Where::Elsewhere(_) => {}
    }
}

/// Which meta-argument says how many instances there are.
fn switch_of(ground: &Ground<'_>, declaration: &Address) -> String {
    let scopes = ground.tree.scopes.iter().flat_map(|it| &it.module.blocks);
    let mut blocks = scopes.filter(|it| it.labels.first() == Some(&declaration.kind));
    let repeats = blocks.any(|it| it.labels.get(1) == Some(&declaration.name) && it.body.get("for_each").is_some());
    if repeats { "for_each".to_owned() } else { "lifecycle".to_owned() }
}

/// The values of secrets: from files of values, else from what states hold where they are used.
fn secrets(draft: &Draft, ground: &Ground<'_>, instances: &Instances) -> BTreeMap<String, Known> {
    let mut secrets = BTreeMap::new();
    for (name, secret) in &draft.secrets {
        let known = secret.value.as_ref().map(Known::from_json);
        if let Some(value) = known.or_else(|| told(&draft.files, ground, instances, name)) {
            secrets.insert(name.clone(), value);
        }
    }
    secrets
}

/// The value of a variable as a state has it: where an argument or an output is the variable.
fn told(files: &[File], ground: &Ground<'_>, instances: &Instances, name: &str) -> Option<Known> {
    let reference = format!("${{var.{name}}}");
    let members = instances.get(&ground.base);
    for section in files.iter().flat_map(|it| &it.sections) {
        match section.path.as_slice() {
            [table, kind, resource] if table == "resource" => {
                let declaration = Address::managed(&**kind, &**resource);
                let mut mine = members.into_iter().flatten().filter(|(it, _)| it.declaration() == declaration);
                let found = mine.find_map(|(_, it)| in_table(&section.table, &it.inputs, &reference));
                if found.is_some() {
                    return found;
                }
            }
            [table, output] if table == "outputs" => {
                let is_it = matches!(section.table.get("value"), Some(Value::Text(text)) if *text == reference);
                let states = ground.sources.iter().filter_map(|it| it.states.get(&ground.base));
                let value = states.filter(|_| is_it).find_map(|it| it.state.outputs.get(output));
                if let Some(value) = value {
                    return Some(Known::from_json(&value.value));
                }
            }
            _ => {}
        }
    }
    None
}

fn in_table(table: &Table, known: &Known, reference: &str) -> Option<Known> {
    table.entries.iter().find_map(|it| within(&it.value, known.get(&it.key)?, reference))
}

fn within(value: &Value, known: &Known, reference: &str) -> Option<Known> {
    match value {
        Value::Text(text) if text == reference => engine::fingerprint::reveal(known).filter(|it| !it.is_null()),
        Value::Table(table) => in_table(table, known, reference),
        Value::List(items) => {
            let known = known.as_list()?;
            items.iter().zip(known).find_map(|(item, known)| within(&item.value, known, reference))
        }
        Value::Text(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
    }
}

/// Moves the secrets into Secrets Manager; answers what the first plan will show because of that.
///
/// # Errors
/// What was written cannot be read back.
pub fn into_manager(
    request: &Request<'_>,
    ground: &Ground<'_>,
    settled: &mut Settled,
    instances: &Instances,
    data: &DataValues,
) -> Result<BTreeSet<Address>, Vec<Problem>> {
    manager::manage(&mut settled.draft.files, &settled.draft.secrets);
    settled.files = texts(&settled.draft.files)?;
    let mut expected = BTreeSet::new();
    for workspace in workspaces(ground) {
        let Some(state) = settled.states.get(&workspace) else { continue };
        let written = (&settled.files, &settled.copies, &settled.secrets);
        let changes = rehearsal(request, &settled.draft, written, instances, data, &workspace, |it| replan(it, state));
        expected.extend(changes.into_iter().map(|it| it.address));
    }
    Ok(expected)
}

/// The disagreements that people have to know about.
#[must_use]
pub fn unsettled(left: &[(String, Disagreement)]) -> BTreeSet<(String, String)> {
    let sentence = |(workspace, it): &(String, Disagreement)| {
        let about = match &it.place {
            Where::Argument { declaration, path, .. } => format!("{declaration} {path}"),
            Where::Local(name) => format!("local.{name}"),
            Where::Variable(name) => format!("var.{name}"),
            Where::Output(name) => format!("output {name}"),
            Where::Elsewhere(place) => place.clone(),
        };
        let why = match &it.why {
            Why::Differs { manifest, terraform } => {
                format!("the manifest says {manifest}, Terraform applied {terraform}")
            }
            Why::Wrong(why) => why.clone(),
            Why::Members { manifest, terraform } => {
                format!("the manifest has {}, Terraform has {}", manifest.join(", "), terraform.join(", "))
            }
        };
        let about = if workspace == DEFAULT { about } else { format!("{about} ({workspace})") };
        (about.trim().to_owned(), why)
    };
    left.iter().map(sentence).collect()
}
