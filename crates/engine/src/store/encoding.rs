//! How snapshots and records are written, whoever stores them.
//!
//! In: snapshots, records. Out: bytes, and the same back, checked. It must not know where they
//! are kept.

use model::state::{State, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::StoreError;
use crate::journal::{OpenIntent, Record, Snapshot};

/// A snapshot as every store writes it.
///
/// # Errors
/// A state that cannot be trusted, or a secret in clear.
pub fn encode(it: &Snapshot) -> Result<Vec<u8>, StoreError> {
    snapshot(it, None, "memory")
}

/// Reads what [`encode`] wrote.
///
/// # Errors
/// Bytes that are no snapshot, or one that cannot be trusted.
pub fn decode(bytes: &[u8]) -> Result<Snapshot, StoreError> {
    read_snapshot(bytes, "memory").map(|it| it.snapshot)
}

/// A snapshot as it was stored.
#[derive(Debug)]
pub(super) struct Decoded {
    pub snapshot: Snapshot,
    /// The lock table it names.
    pub lock_table: Option<String>,
}

/// The bytes of a snapshot, which is checked first.
pub(super) fn snapshot(snapshot: &Snapshot, lock_table: Option<&str>, place: &str) -> Result<Vec<u8>, StoreError> {
    check(&snapshot.state, place)?;
    let torn = |wrong: serde_json::Error| StoreError::Torn { place: place.to_owned(), reason: wrong.to_string() };
    let stored = Stored { state: &snapshot.state, lock_table, open: &snapshot.open };
    let mut text = serde_json::to_string_pretty(&stored).map_err(torn)?;
    sealed(&text)?;
    text.push('\n');
    Ok(text.into_bytes())
}

/// Reads a snapshot back, and refuses what cannot be trusted.
pub(super) fn read_snapshot(bytes: &[u8], place: &str) -> Result<Decoded, StoreError> {
    let torn = |wrong: serde_json::Error| StoreError::Torn { place: place.to_owned(), reason: wrong.to_string() };
    let Beside { version, lock_table, open } = serde_json::from_slice(bytes).map_err(torn)?;
    let version = version.as_u64().unwrap_or(0);
    if version > u64::from(VERSION) {
        return Err(StoreError::Newer { place: place.to_owned(), found: version, known: VERSION });
    }
    let lock_table = lock_table.map(serde_json::from_value).transpose().map_err(torn)?;
    let open = open.map(serde_json::from_value).transpose().map_err(torn)?.unwrap_or_default();
    let state: State = serde_json::from_slice(bytes).map_err(torn)?;
    check(&state, place)?;
    Ok(Decoded { snapshot: Snapshot { state, open }, lock_table })
}

/// The text of records that are appended together.
pub(super) fn records(records: &[Record]) -> Result<String, StoreError> {
    let text = serde_json::to_string(records).map_err(|_| StoreError::Unsealed)?;
    sealed(&text)?;
    Ok(text)
}

/// Checks that a journal continues a snapshot.
pub(super) fn continues(records: &[Record], state: &State, place: &str) -> Result<(), StoreError> {
    let mut last = state.applied_through;
    for record in records.iter().filter(|record| record.sequence > state.applied_through) {
        if record.sequence != last + 1 {
            return Err(StoreError::Gap { place: place.to_owned(), first: record.sequence, last });
        }
        last = record.sequence;
    }
    Ok(())
}

/// What a snapshot is written as: the state's fields, and what stands beside them.
#[derive(Serialize)]
struct Stored<'a> {
    #[serde(flatten)]
    state: &'a State,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock_table: Option<&'a str>,
    #[serde(skip_serializing_if = "<[OpenIntent]>::is_empty")]
    open: &'a [OpenIntent],
}

/// What is looked at before the state's fields are, whatever these are in another version.
#[derive(Deserialize)]
struct Beside {
    #[serde(default)]
    version: Json,
    #[serde(default)]
    lock_table: Option<Json>,
    #[serde(default)]
    open: Option<Json>,
}

/// This is how a secret serialises that is neither a fingerprint nor a stamp. It would not read
/// back.
fn sealed(text: &str) -> Result<(), StoreError> {
    let unsealed = text.contains(r#"{"$secret":true}"#) || text.contains(r#""$secret": true"#);
    if unsealed { Err(StoreError::Unsealed) } else { Ok(()) }
}

fn check(state: &State, place: &str) -> Result<(), StoreError> {
    state.check().map_err(|problems| StoreError::Broken { place: place.to_owned(), problems })
}
