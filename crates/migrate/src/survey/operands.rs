//! What each operand is.
//!
//! In: the texts that a person passed. Out: folders with a configuration, and states. It must not
//! know which state belongs to which folder.

use crate::request::Disk;
use crate::terraform::backend::Location;
use crate::terraform::{Problem, path, read};

/// One operand.
pub(super) enum Operand {
    /// A folder with a configuration.
    Folder(String),
    /// A state.
    State(Location),
}

pub(super) fn read(disk: &dyn Disk, sources: &[String]) -> (Vec<Operand>, Vec<Problem>) {
    let (mut operands, mut problems) = (Vec::new(), Vec::new());
    let mut seen: Vec<(String, &str)> = Vec::new();
    for source in sources {
        let key = if source.starts_with("s3://") { source.clone() } else { path::normal(source) };
        if let Some((_, first)) = seen.iter().find(|(it, _)| *it == key) {
            let message = if first == source {
                "this source is passed twice".to_owned()
            } else {
                format!("this source is passed twice: it is also `{first}`")
            };
            problems.push(Problem::of(source, message));
            continue;
        }
        match operand(disk, source, &key) {
            Ok(operand) => operands.push(operand),
            Err(problem) => problems.push(problem),
        }
        seen.push((key, source));
    }
    (operands, problems)
}

fn operand(disk: &dyn Disk, source: &str, path: &str) -> Result<Operand, Problem> {
    if source.starts_with("s3://") {
        return Location::of_text(source).map(Operand::State).map_err(|it| Problem::of(source, it));
    }
    let names = disk.list(path);
    if !names.is_empty() {
        return if read::is_module(disk, path) {
            Ok(Operand::Folder(path.to_owned()))
        } else {
            Err(without_configuration(disk, source, path, &names))
        };
    }
    match disk.read(path) {
        Ok(Some(_)) => {}
        Ok(None) => {
            let problem = Problem::of(source, "there is no such file, and no folder with anything in it");
            return Err(problem.help("pass Terraform's folders, and states as files or `s3://BUCKET/KEY`"));
        }
        Err(error) => return Err(Problem::of(source, format!("this file cannot be read: {error}"))),
    }
    let folder = path::parent(path);
    let is_any = |endings: &[&str]| endings.iter().any(|it| path.ends_with(it));
    if is_any(&[".tf", ".tf.json", ".tofu", ".tofu.json"]) {
        return Err(
            Problem::of(source, "this is one file of a configuration").help(format!("pass its folder: `{folder}`"))
        );
    }
    if is_any(&[".tfvars", ".tfvars.json"]) {
        return Err(Problem::of(source, "this is a file of values, which is no layer by itself")
            .help("values are read from the folder of the configuration: as Terraform does, and `NAME.tfvars` for the workspace `NAME`"));
    }
    if is_any(&[".backup"]) {
        return Err(Problem::of(source, "this is the state as it was before Terraform's last change")
            .help(format!("pass `{}`, or rename this file if it is the right one", path.trim_end_matches(".backup"))));
    }
    Location::of_text(path).map(Operand::State).map_err(|it| Problem::of(source, it))
}

/// How far below a folder its layers are looked for.
const DEPTH: usize = 3;

fn without_configuration(disk: &dyn Disk, source: &str, path: &str, names: &[String]) -> Problem {
    let below = layers_below(disk, path, names, DEPTH);
    if !below.is_empty() {
        let message = "there is no configuration in this folder itself, only in folders below it";
        return Problem::of(source, message).help(format!("pass those that are layers: {}", below.join(" ")));
    }
    let problem = Problem::of(source, "there is no Terraform configuration in this folder");
    match names.iter().find(|it| it.ends_with(".tfstate")) {
        Some(state) => problem.help(format!("pass the state itself: `{}`", path::join(path, state))),
        None => problem.help("a folder with `.tf` files is expected"),
    }
}

/// The folders with a configuration; those of child modules are no layers.
fn layers_below(disk: &dyn Disk, folder: &str, names: &[String], depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let folders = names.iter().filter_map(|it| it.strip_suffix('/'));
    for name in folders.filter(|it| !it.starts_with('.') && *it != "modules") {
        let below = path::join(folder, name);
        if read::is_module(disk, &below) {
            found.push(below);
        } else if depth > 1 {
            found.extend(layers_below(disk, &below, &disk.list(&below), depth - 1));
        }
    }
    found
}
