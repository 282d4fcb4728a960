//! The journal file.
//!
//! The first line names the lineage, every other line holds the records of one append. A line is
//! a checksum, a space, JSON and a newline, so an append is read back whole or not at all. Only
//! the last line can be torn by a crash, and was then never acknowledged: it is dropped. A
//! damaged line before it is an error, because what follows it was really done.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use model::state::State;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::{StoreError, Written, encoding};
use super::files;
use crate::fingerprint::hex;
use crate::journal::Record;

/// What the file holds.
#[derive(Debug, Default)]
pub(super) struct Journal {
    /// Whose it is; `None` when it was not begun.
    pub lineage: Option<String>,
    /// Its records.
    pub records: Vec<Record>,
    /// How many bytes of the file are whole lines.
    whole: u64,
    /// How many bytes it has.
    length: u64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    journal: u32,
    lineage: String,
}

/// The version of the file's format.
const VERSION: u32 = 1;

/// Characters of a checksum: 64 bits tell a torn line from a whole one.
const CHECKSUM: usize = 16;

impl Journal {
    /// Whether it continues the snapshot.
    pub fn check(&self, folder: &Path, state: &State) -> Result<(), StoreError> {
        let place = path(folder).display().to_string();
        if let Some(found) = self.lineage.as_ref().filter(|it| **it != state.lineage) {
            return Err(StoreError::Foreign { place, found: found.clone(), expected: state.lineage.clone() });
        }
        encoding::continues(&self.records, state, &place)
    }
}

pub(super) fn read(folder: &Path) -> Result<Journal, StoreError> {
    let path = path(folder);
    let Some(bytes) = files::read(&path)? else { return Ok(Journal::default()) };
    let mut journal = Journal { length: bytes.len() as u64, ..Journal::default() };
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for (index, line) in lines.iter().enumerate() {
        match take(&mut journal, index, line) {
            Ok(()) => journal.whole += line.len() as u64,
            Err(_) if index + 1 == lines.len() => break,
            Err(reason) => {
                let (place, record) = (path.display().to_string(), format!("line {}", index + 1));
                return Err(StoreError::Damaged { place, record, reason });
            }
        }
    }
    Ok(journal)
}

fn take(journal: &mut Journal, index: usize, line: &[u8]) -> Result<(), String> {
    let json = unwrap(line)?;
    let wrong = |it: serde_json::Error| it.to_string();
    if index == 0 {
        let header: Header = serde_json::from_slice(json).map_err(wrong)?;
        if header.journal > VERSION {
            return Err(format!("it has format {}, written by a newer stackctl", header.journal));
        }
        journal.lineage = Some(header.lineage);
    } else {
        let records: Vec<Record> = serde_json::from_slice(json).map_err(wrong)?;
        journal.records.extend(records);
    }
    Ok(())
}

/// Cuts a torn last line off, so that the next append starts a line of its own.
pub(super) fn mend(folder: &Path) -> Result<(), StoreError> {
    let journal = read(folder)?;
    if journal.whole == journal.length {
        return Ok(());
    }
    let path = path(folder);
    let error = || StoreError::io("mend", &path);
    let file = OpenOptions::new().write(true).open(&path).map_err(error())?;
    file.set_len(journal.whole).map_err(error())?;
    file.sync_all().map_err(error())
}

/// Begins the file where there is none.
pub(super) fn begin(folder: &Path, lineage: &str) -> Result<(), StoreError> {
    match read(folder)?.lineage {
        Some(_) => Ok(()),
        None => trim(folder, lineage).map(|_| ()),
    }
}

/// The line of one append.
pub(super) fn line(records: &[Record]) -> Result<Vec<u8>, StoreError> {
    Ok(wrap(&encoding::records(records)?))
}

pub(super) fn append(folder: &Path, line: &[u8]) -> Result<Written, StoreError> {
    let path = path(folder);
    let error = || StoreError::io("write", &path);
    let mut file = files::open_end(&path)?;
    let before = file.metadata().map_err(error())?.len();
    let written = file.write_all(line).and_then(|()| file.sync_data());
    if let Err(source) = written {
        // Half a line in the middle would damage the journal for good; should cutting it off
        // fail too, the next lock mends it.
        let _ = file.set_len(before);
        return Err(error()(source));
    }
    Ok(Written { bytes: line.len() as u64 })
}

/// Starts the file anew: a snapshot contains what stood in it.
pub(super) fn trim(folder: &Path, lineage: &str) -> Result<Written, StoreError> {
    let header = Header { journal: VERSION, lineage: lineage.to_owned() };
    let header = serde_json::to_string(&header).map_err(|_| StoreError::Unsealed)?;
    let bytes = wrap(&header);
    files::replace(&path(folder), &bytes)?;
    Ok(Written { bytes: bytes.len() as u64 })
}

fn wrap(json: &str) -> Vec<u8> {
    format!("{} {json}\n", checksum(json.as_bytes())).into_bytes()
}

fn unwrap(line: &[u8]) -> Result<&[u8], String> {
    let rest = line.strip_suffix(b"\n").ok_or("it has no end")?;
    let (sum, json) = rest.split_at_checked(CHECKSUM).ok_or("it is too short")?;
    let json = json.strip_prefix(b" ").ok_or("it has no checksum")?;
    if sum == checksum(json).as_bytes() { Ok(json) } else { Err("its checksum is wrong".to_owned()) }
}

fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..CHECKSUM / 2])
}

fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}
