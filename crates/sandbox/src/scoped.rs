//! An emulator for one test.
//!
//! In: [`Tools`]. Out: an endpoint that nobody else uses, gone when the value is dropped, or
//! when the process ends, however it ends. Starting one costs about a second.

use std::process::Child;

use crate::server::{self, Folder, Identity, Lifetime};
use crate::{Emulator, Error, Report, Tools};

/// An emulator that lives as long as this value.
#[derive(Debug)]
pub struct Scoped {
    child: Child,
    identity: Identity,
    // Removed after the child has ended, for fields are dropped after `drop` ran.
    _folder: tempfile::TempDir,
}

impl Scoped {
    /// Starts an emulator of one's own.
    ///
    /// # Errors
    /// The emulator can neither be found nor installed, or does not start.
    pub async fn start(tools: &Tools, report: Report<'_>) -> Result<Scoped, Error> {
        let emulator = Emulator::find(tools, report).await?;
        Scoped::start_found(&emulator).await
    }

    /// Starts an emulator that was found before, which saves looking for it again.
    ///
    /// # Errors
    /// It does not start.
    pub async fn start_found(emulator: &Emulator) -> Result<Scoped, Error> {
        let folder = tempfile::Builder::new()
            .prefix("stackctl-sandbox-")
            .tempdir()
            .map_err(Error::io("create a temporary folder for", "the emulator"))?;
        let place = Folder(folder.path().to_path_buf());
        let (child, identity) = server::start(emulator, &place, &Lifetime::Bound).await?;
        Ok(Scoped { child, identity, _folder: folder })
    }

    /// The address that clients use.
    pub fn endpoint(&self) -> String {
        server::endpoint(self.identity.record.port)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The identity of the emulator's run when it was started or last reset from here.
    pub fn run(&self) -> &str {
        &self.identity.run
    }

    /// Empties the emulator, which is faster than starting another.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn reset(&mut self) -> Result<(), Error> {
        let silent = |reason| Error::Silent { pid: self.child.id(), reason };
        server::reset(self.identity.record.port).await.map_err(silent)?;
        self.identity = server::identity(self.identity.record.port).await.map_err(silent)?;
        Ok(())
    }
}

impl Drop for Scoped {
    fn drop(&mut self) {
        server::end(&mut self.child);
    }
}
