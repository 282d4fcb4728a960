//! Beginning the history here with one that was kept elsewhere.

use std::time::Duration;

use super::super::{Key, StoreError};
use super::SharedStore;
use crate::journal::Snapshot;
use crate::protocol::{Answer, TRIES};

/// What became of a history that was to be carried over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carried {
    /// It is here now.
    Done,
    /// It was here already.
    Before,
    /// There is another one here, which was left alone.
    Occupied,
}

impl SharedStore {
    /// Puts a snapshot here, and the key that its fingerprints were made with, where there is
    /// nothing yet. The key comes first: without a snapshot it does nothing, so this can be broken
    /// off and repeated. Whoever begins a history at the same time, one of the two wins.
    ///
    /// # Errors
    /// What could not be read or written.
    pub async fn carry_over(&self, snapshot: &Snapshot, key: Option<&Key>) -> Result<Carried, StoreError> {
        let mut first = snapshot.clone();
        // Holdings are counted anew by every lock.
        first.state.epoch = 0;
        let upload = self.upload(&first)?;
        for _ in 0..TRIES {
            if let Some((_, there)) = self.standing().await? {
                let same = there.state.lineage == first.state.lineage;
                return Ok(if same { Carried::Before } else { Carried::Occupied });
            }
            let rows = self.rows().await?;
            self.fresh(&rows)?;
            match (key, &rows.key) {
                (Some(key), None) => match super::answer(self.backend.put_key(key).await) {
                    Ok(Answer::Done(())) => {}
                    Ok(Answer::Refused | Answer::Again | Answer::Unclear) => {
                        self.nap(PAUSE).await;
                        continue;
                    }
                    Err(fault) => return Err(self.aws("write the key of", fault)),
                },
                (Some(key), Some(there)) if key != there => return Ok(Carried::Occupied),
                (Some(_) | None, _) => {}
            }
            match self.put(&upload, None).await? {
                Answer::Done(_) => return Ok(Carried::Done),
                Answer::Refused | Answer::Again | Answer::Unclear => self.nap(PAUSE).await,
            }
        }
        Err(self.gave_up("write the state"))
    }
}

const PAUSE: Duration = Duration::from_millis(300);
