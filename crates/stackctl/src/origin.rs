//! Where the texts of a manifest come from: a folder, or a commit.

use std::path::Path;

use model::source::{Files, Sources};

use crate::failure::Failure;
use crate::folder::Folder;
use crate::revision::Revision;

/// Where the texts of a manifest come from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Files on disk.
    Folder(Folder),
    /// A commit.
    Revision(Revision),
}

impl Origin {
    /// What an operand means: a path, or `REV:PATH`. What exists as a path is one.
    ///
    /// # Errors
    /// There is no manifest.
    pub fn named(text: &str) -> Result<Self, Failure> {
        match text.split_once(':') {
            Some((revision, path)) if !Path::new(text).exists() => {
                Revision::of_path(revision, path).map(Self::Revision)
            }
            Some(_) | None => Folder::find(Some(Path::new(text))).map(Self::Folder),
        }
    }

    /// The texts: `stack.toml`, the layers by name, the environment asked for.
    ///
    /// # Errors
    /// A text that cannot be read. An environment that is not there is the parser's to report.
    pub fn sources(&self, environment: Option<&str>) -> Result<Sources, Failure> {
        match self {
            Self::Folder(folder) => folder.sources(environment),
            Self::Revision(revision) => revision.sources(environment),
        }
    }

    /// What `file()` reads.
    pub fn files(&self) -> &dyn Files {
        match self {
            Self::Folder(folder) => folder,
            Self::Revision(revision) => revision,
        }
    }

    /// What it is called in headings.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path.to_string_lossy().into_owned(),
            Self::Revision(revision) => revision.name(),
        }
    }

    /// What stands before the paths of its texts for a code host.
    pub fn path(&self) -> String {
        match self {
            Self::Folder(folder) => folder.root(),
            Self::Revision(revision) => revision.path(),
        }
    }

    /// What stands before the paths of its texts on screen.
    pub fn root(&self) -> String {
        match self {
            Self::Folder(folder) => folder.root(),
            Self::Revision(revision) => revision.root(),
        }
    }
}
