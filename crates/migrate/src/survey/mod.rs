//! Which layers a person means by the folders and states that they pass.
//!
//! In: operands, and files. Out: layers in the order passed, each with its configuration and its
//! states. It must not know what is in a state, nor fetch one.

mod names;
mod operands;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::names::Named;
use self::operands::Operand;
use crate::request::Disk;
use crate::terraform::backend::{self, DEFAULT_WORKSPACE, Location};
use crate::terraform::{Problem, path, read, workspaces};

/// One layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name: one of a kind, of `a` to `z`, digits, `_` and `-`.
    pub name: String,
    /// The folder of its configuration; none when only its state was passed.
    pub folder: Option<String>,
    /// Where it keeps the state of its default workspace.
    pub location: Location,
    /// Its states by workspace. That a file is there has been seen; an object in S3 may be missing.
    /// Empty when its state would be a file that isn't there: it was never applied.
    pub states: BTreeMap<String, Location>,
    /// Files of values that are named like a workspace, as `prod.tfvars`.
    pub values: Vec<String>,
}

impl Found {
    /// Adds a workspace that was found elsewhere, with its file of values.
    pub fn add_workspace(&mut self, disk: &dyn Disk, workspace: &str) {
        let location = || self.location.of_workspace(workspace);
        self.states.entry(workspace.to_owned()).or_insert_with(location);
        if let Some(folder) = &self.folder {
            let known = std::mem::take(&mut self.values);
            let more = values_of(disk, folder, workspace);
            self.values = known.iter().cloned().chain(more.into_iter().filter(|it| !known.contains(it))).collect();
        }
    }
}

/// Makes layers of folders and states, which are paths or `s3://BUCKET/KEY`. A state belongs to
/// the folder that keeps it there, else to the one that it lies in or is named like, else to the
/// one just before it if that has none; else it is a layer of its own.
///
/// # Errors
/// Everything that is wrong with an operand.
pub fn survey(disk: &dyn Disk, sources: &[String]) -> Result<Vec<Found>, Vec<Problem>> {
    let (operands, mut problems) = operands::read(disk, sources);
    let mut layers: Vec<Layer> = Vec::new();
    for operand in &operands {
        if let Operand::Folder(folder) = operand {
            match Layer::of_folder(disk, folder) {
                Ok(layer) => layers.push(layer),
                Err(more) => problems.extend(more),
            }
        }
    }
    // Without all folders there is no telling whose a state is.
    if !problems.is_empty() {
        return Err(problems);
    }
    problems.extend(shared(&layers));
    let mut before = None;
    for (position, operand) in operands.iter().enumerate() {
        match operand {
            Operand::Folder(folder) => before = Some(folder.as_str()),
            Operand::State(state) => {
                problems.extend(assign(disk, &mut layers, state, before, position).err());
                before = None;
            }
        }
    }
    for layer in &mut layers {
        problems.extend(layer.complete(disk).err());
    }
    if problems.is_empty() { Ok(in_order(disk, &operands, layers)) } else { Err(problems) }
}

/// A layer whose states are being gathered.
struct Layer {
    folder: Option<String>,
    location: Location,
    states: BTreeMap<String, Location>,
    /// Of a state alone: where it stands among the operands.
    position: usize,
}

impl Layer {
    fn of_folder(disk: &dyn Disk, folder: &str) -> Result<Self, Vec<Problem>> {
        let module = read::module(disk, folder)?;
        let location = backend::of_module(disk, &module).map_err(|it| vec![it])?;
        Ok(Self { folder: Some(folder.to_owned()), location, states: BTreeMap::new(), position: 0 })
    }

    /// Adds a state that was passed.
    fn add(&mut self, workspace: String, state: &Location) -> Result<(), Problem> {
        let whose = self.folder.clone().unwrap_or_else(|| self.location.to_string());
        if let Some(other) = self.states.get(&workspace) {
            let message = format!("`{other}` and `{state}` are both the state of `{whose}`");
            return Err(Problem::of(&state.to_string(), message).help("pass only the one that Terraform uses"));
        }
        self.states.insert(workspace, state.clone());
        Ok(())
    }

    /// Adds the states that nobody passed and that its configuration tells of.
    fn complete(&mut self, disk: &dyn Disk) -> Result<(), Problem> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let default = DEFAULT_WORKSPACE.to_owned();
        let mut known = Vec::new();
        match &self.location {
            Location::Local { .. } => {
                known.extend(workspaces::is_there(disk, &self.location).then_some(default));
                known.extend(workspaces::local(disk, &self.location));
            }
            Location::S3 { .. } if self.states.is_empty() => {
                known.push(default);
                known.extend(workspaces::selected(disk, &folder));
            }
            Location::S3 { .. } => {}
            Location::Other { kind, .. } if self.states.is_empty() => return Err(out_of_reach(&folder, kind)),
            Location::Other { .. } => {}
        }
        for workspace in known {
            let state = self.location.of_workspace(&workspace);
            self.states.entry(workspace).or_insert(state);
        }
        Ok(())
    }
}

fn out_of_reach(folder: &str, kind: &str) -> Problem {
    let file = format!("{}.tfstate", path::name(folder));
    Problem::of(folder, format!("its state lies in the backend `{kind}`, which only Terraform reads"))
        .help(format!("run `terraform state pull > {file}` in that folder, and pass the file after the folder"))
}

/// Folders that keep their state at the same place.
fn shared(layers: &[Layer]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let Some(other) = layers[..index].iter().find(|it| it.location.same_place(&layer.location)) else { continue };
        if let (Some(folder), Some(other)) = (&layer.folder, &other.folder) {
            let message = format!("it keeps its state where `{other}` does: {}", layer.location);
            let help = "one of the two backends was copied and not changed, or one folder is an old copy";
            problems.push(Problem::of(folder, message).help(help));
        }
    }
    problems
}

/// Gives a state to the layer that it belongs to.
fn assign(
    disk: &dyn Disk,
    layers: &mut Vec<Layer>,
    state: &Location,
    before: Option<&str>,
    position: usize,
) -> Result<(), Problem> {
    if let Some((layer, workspace)) =
        layers.iter_mut().find_map(|it| it.location.workspace_at(state).map(|workspace| (it, workspace)))
    {
        // The folder's own location knows region and credentials.
        let state = layer.location.of_workspace(&workspace);
        return layer.add(workspace, &state);
    }
    let default = || DEFAULT_WORKSPACE.to_owned();
    let lies_in = |it: &Layer| match (state, &it.folder) {
        (Location::Local { path, .. }, Some(folder)) => path::parent(path) == folder,
        (Location::Local { .. } | Location::S3 { .. } | Location::Other { .. }, _) => false,
    };
    let title = names::of_state(state);
    let is_named = |it: &Layer| it.folder.as_ref().is_some_and(|it| names::of_folder(it).last() == title.last());
    let follows = |it: &Layer| before.is_some() && it.folder.as_deref() == before && !has_state(disk, it);
    let only = |is_it: &dyn Fn(&Layer) -> bool| {
        let mut found = layers.iter().enumerate().filter(|(_, it)| is_it(it)).map(|(index, _)| index);
        found.next().filter(|_| found.next().is_none())
    };
    if let Some(index) = only(&lies_in).or_else(|| only(&is_named)).or_else(|| only(&follows)) {
        return layers[index].add(default(), state);
    }
    let (location, workspace) = state.apart();
    let states = BTreeMap::from([(workspace, state.clone())]);
    layers.push(Layer { folder: None, location, states, position });
    Ok(())
}

/// Whether a folder's own state is there, as far as its files tell.
fn has_state(disk: &dyn Disk, layer: &Layer) -> bool {
    match &layer.location {
        Location::Local { .. } => {
            workspaces::is_there(disk, &layer.location) || !workspaces::local(disk, &layer.location).is_empty()
        }
        Location::S3 { .. } => true,
        Location::Other { .. } => false,
    }
}

/// The layers in the order of the operands, with their names.
fn in_order(disk: &dyn Disk, operands: &[Operand], mut layers: Vec<Layer>) -> Vec<Found> {
    let position = |layer: &Layer| match &layer.folder {
        Some(folder) => operands.iter().position(|it| matches!(it, Operand::Folder(it) if it == folder)),
        None => Some(layer.position),
    };
    layers.sort_by_key(position);
    let named: Vec<Named> = layers
        .iter()
        .map(|it| match &it.folder {
            Some(folder) => names::of_folder(folder),
            None => names::of_state(&it.location),
        })
        .collect();
    let names = names::distinct(&named);
    let found = layers.into_iter().zip(names).map(|(Layer { folder, location, states, .. }, name)| {
        let values = folder.iter().flat_map(|folder| states.keys().flat_map(|it| values_of(disk, folder, it)));
        Found { name, values: values.collect(), folder, location, states }
    });
    found.collect()
}

/// The files of values in a folder that are named like a workspace.
fn values_of(disk: &dyn Disk, folder: &str, workspace: &str) -> Vec<String> {
    if workspace == DEFAULT_WORKSPACE {
        return Vec::new();
    }
    let names = disk.list(folder);
    let files = [format!("{workspace}.tfvars"), format!("{workspace}.tfvars.json")];
    files.into_iter().filter(|it| names.contains(it)).map(|it| path::join(folder, &it)).collect()
}
