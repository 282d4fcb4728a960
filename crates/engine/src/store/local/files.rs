//! Whole files, written durably.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Key, StoreError};

/// Writes a file so that a crash leaves either the old one or the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = folder_of(path);
    let error = || StoreError::io("write", path);
    let mut file = tempfile::NamedTempFile::new_in(&folder).map_err(error())?;
    file.write_all(bytes).map_err(error())?;
    file.as_file().sync_all().map_err(error())?;
    file.persist(path).map_err(|wrong| error()(wrong.error))?;
    sync_folder(&folder)
}

/// The bytes of a file; `None` when there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::io("read", path)(source)),
    }
}

/// Makes a folder and the folders above it.
pub(super) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(StoreError::io("make the folder", folder))
}

/// Makes what was renamed into or made in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    // Windows has no such thing, and needs none.
    if cfg!(unix) { synced.map_err(StoreError::io("write", folder)) } else { Ok(()) }
}

pub(super) fn read_key(folder: &Path) -> Result<Option<Key>, StoreError> {
    let path = key_path(folder);
    let Some(bytes) = read(&path)? else { return Ok(None) };
    let wrong = |_| StoreError::io("read", &path)(io::Error::other("a key has 32 bytes"));
    Ok(Some(Key(<[u8; 32]>::try_from(bytes).map_err(wrong)?)))
}

/// The temporary file that becomes the key is readable by its owner alone from the start.
pub(super) fn write_key(folder: &Path, key: &Key) -> Result<(), StoreError> {
    let path = key_path(folder);
    replace(&path, &key.0)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(StoreError::io("protect", &path))?;
    }
    Ok(())
}

/// Opens a file for adding to its end.
pub(super) fn open_end(path: &Path) -> Result<File, StoreError> {
    OpenOptions::new().append(true).open(path).map_err(StoreError::io("open", path))
}

fn key_path(folder: &Path) -> PathBuf {
    folder.join("key")
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_owned).unwrap_or_default()
}
