//! `state.json` and its backups.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use model::state::{State, VERSION};
use serde_json::Value as Json;

use super::super::{Backup, StoreError, Written};
use super::files;

/// How many backups stay.
const BACKUPS: usize = 20;

/// The snapshot, checked; `None` when there is none.
pub(super) fn read(folder: &Path) -> Result<Option<State>, StoreError> {
    let path = path(folder);
    let Some(bytes) = files::read(&path)? else { return Ok(None) };
    let torn = |reason: serde_json::Error| StoreError::Torn { path: path.clone(), reason: reason.to_string() };
    let json: Json = serde_json::from_slice(&bytes).map_err(torn)?;
    let version = json.get("version").and_then(Json::as_u64).unwrap_or(0);
    if version > u64::from(VERSION) {
        return Err(StoreError::Newer { path, found: version, known: VERSION });
    }
    let state: State = serde_json::from_value(json).map_err(torn)?;
    check(&state, &path)?;
    Ok(Some(state))
}

/// Writes the snapshot, and keeps the one before under its serial.
pub(super) fn write(folder: &Path, state: &State, backup: Backup) -> Result<Written, StoreError> {
    let path = path(folder);
    check(state, &path)?;
    let mut text = serde_json::to_vec_pretty(state).map_err(|wrong| StoreError::io("write", &path)(wrong.into()))?;
    text.push(b'\n');
    if backup == Backup::Keep {
        keep(folder, &path)?;
    }
    files::replace(&path, &text)?;
    Ok(Written { bytes: text.len() as u64 })
}

fn check(state: &State, path: &Path) -> Result<(), StoreError> {
    state.check().map_err(|problems| StoreError::Broken { place: path.display().to_string(), problems })
}

fn keep(folder: &Path, path: &Path) -> Result<(), StoreError> {
    let Some(old) = read(folder)? else { return Ok(()) };
    let backups = folder.join("backups");
    files::make_folder(&backups)?;
    let name = backups.join(format!("state.{:06}.json", old.serial));
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

fn path(folder: &Path) -> PathBuf {
    folder.join("state.json")
}
