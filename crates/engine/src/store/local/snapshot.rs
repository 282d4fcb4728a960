//! `state.json` and its backups.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::{Backup, StoreError, Version, Written, encoding};
use super::files;
use crate::journal::Snapshot;

/// How many backups stay.
const BACKUPS: usize = 20;

/// The snapshot, checked; `None` when there is none.
pub(super) fn read(folder: &Path) -> Result<Option<Snapshot>, StoreError> {
    read_from(&path(folder))
}

fn read_from(path: &Path) -> Result<Option<Snapshot>, StoreError> {
    let Some(bytes) = files::read(path)? else { return Ok(None) };
    Ok(Some(encoding::read_snapshot(&bytes, &path.display().to_string())?.snapshot))
}

/// How many bytes the snapshot has; none where there is none.
pub(super) fn size(folder: &Path) -> Result<u64, StoreError> {
    let path = path(folder);
    match fs::metadata(&path) {
        Ok(about) => Ok(about.len()),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(StoreError::io("read", path)(source)),
    }
}

/// Writes the snapshot, and keeps the one before under its serial.
pub(super) fn write(folder: &Path, snapshot: &Snapshot, backup: Backup) -> Result<Written, StoreError> {
    let path = path(folder);
    let text = encoding::snapshot(snapshot, None, &path.display().to_string())?;
    if backup == Backup::Keep {
        keep(folder, &path)?;
    }
    files::replace(&path, &text)?;
    Ok(Written { bytes: text.len() as u64 })
}

/// The snapshot and its backups, newest first.
pub(super) fn history(folder: &Path) -> Result<Vec<Version>, StoreError> {
    let current = path(folder);
    let mut versions: Vec<Version> = version_of(&current, true)?.into_iter().collect();
    let listed = match fs::read_dir(backups(folder)) {
        Ok(listed) => listed.flatten().map(|entry| entry.path()).collect(),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(StoreError::io("read", backups(folder))(source)),
    };
    for path in listed {
        versions.extend(version_of(&path, false)?);
    }
    versions.sort_by_key(|it| (std::cmp::Reverse(it.serial), !it.current));
    Ok(versions)
}

/// A kept snapshot, by the name of its file or by its serial.
pub(super) fn version(folder: &Path, id: &str) -> Result<Snapshot, StoreError> {
    let found = history(folder)?.into_iter().find(|it| it.id == id || it.serial.to_string() == id);
    let unknown = || StoreError::UnknownVersion { id: id.to_owned() };
    let found = found.ok_or_else(unknown)?;
    let path = if found.current { path(folder) } else { backups(folder).join(found.id) };
    read_from(&path)?.ok_or_else(unknown)
}

fn version_of(path: &Path, current: bool) -> Result<Option<Version>, StoreError> {
    let Some(Snapshot { state, .. }) = read_from(path)? else { return Ok(None) };
    let about = fs::metadata(path).map_err(StoreError::io("read", path))?;
    let since = about.modified().ok().and_then(|it| it.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(Some(Version {
        id: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        serial: state.serial,
        epoch: state.epoch,
        written: since.map_or(0, |it| it.as_secs()),
        bytes: about.len(),
        current,
    }))
}

fn keep(folder: &Path, path: &Path) -> Result<(), StoreError> {
    let Some(serial) = serial(path)? else { return Ok(()) };
    let backups = backups(folder);
    files::make_folder(&backups)?;
    let name = backups.join(format!("state.{serial:06}.json"));
    match fs::hard_link(path, &name) {
        Ok(()) => {}
        Err(exists) if exists.kind() == io::ErrorKind::AlreadyExists => {}
        Err(_) => {
            fs::copy(path, &name).map_err(StoreError::io("write", &name))?;
        }
    }
    let listed = fs::read_dir(&backups).map_err(StoreError::io("read", &backups))?;
    let mut kept: Vec<PathBuf> = listed.flatten().map(|entry| entry.path()).collect();
    kept.sort();
    for old in kept.iter().rev().skip(BACKUPS) {
        fs::remove_file(old).map_err(StoreError::io("remove", old))?;
    }
    files::sync_folder(&backups)
}

/// The serial of the snapshot that is there, and nothing else of it: it was checked when the lock was
/// taken.
fn serial(path: &Path) -> Result<Option<u64>, StoreError> {
    #[derive(Deserialize)]
    struct Head {
        serial: u64,
    }
    let Some(bytes) = files::read(path)? else { return Ok(None) };
    let torn =
        |wrong: serde_json::Error| StoreError::Torn { place: path.display().to_string(), reason: wrong.to_string() };
    serde_json::from_slice(&bytes).map(|head: Head| Some(head.serial)).map_err(torn)
}

fn backups(folder: &Path) -> PathBuf {
    folder.join("backups")
}

fn path(folder: &Path) -> PathBuf {
    folder.join("state.json")
}
