//! Which workspaces a configuration has, as far as its folder tells.
//!
//! In: a folder and where its state lies. Out: names of workspaces. It must not know what they
//! become. Workspaces: <https://developer.hashicorp.com/terraform/language/state/workspaces>.

use super::backend::Location;
use super::{path, read};
use crate::request::Disk;

/// The workspaces, other than the default one, whose states are files.
#[must_use]
pub fn local(disk: &dyn Disk, location: &Location) -> Vec<String> {
    let Location::Local { workspaces, .. } = location else { return Vec::new() };
    let names = disk.list(workspaces);
    let names = names.iter().filter_map(|it| it.strip_suffix('/'));
    names.filter(|it| is_there(disk, &location.of_workspace(it))).map(str::to_owned).collect()
}

/// Whether a state is a file that is there.
#[must_use]
pub fn is_there(disk: &dyn Disk, location: &Location) -> bool {
    match location {
        Location::Local { path, .. } => disk.list(path).is_empty() && !matches!(disk.read(path), Ok(None)),
        Location::S3 { .. } | Location::Other { .. } => false,
    }
}

/// The workspace that is selected in a folder, unless it is the default one.
#[must_use]
pub fn selected(disk: &dyn Disk, folder: &str) -> Option<String> {
    let name = read::text(disk, &path::join(folder, ".terraform/environment")).ok()?;
    let name = name.trim();
    (!name.is_empty() && name != super::backend::DEFAULT_WORKSPACE).then(|| name.to_owned())
}
