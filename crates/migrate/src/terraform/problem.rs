//! What is wrong with a Terraform folder, in words for the person who passed it.
//!
//! In: nothing; this is the type. It must not know how a problem is shown.

use std::fmt;

use super::configuration::Place;

/// One thing that keeps a source from being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, as one sentence without a full stop.
    pub message: String,
    /// Where; the line is 0 when it is about the file or folder as a whole.
    pub place: Place,
    /// What to do.
    pub help: Option<String>,
    /// The line of the file that it is about, as written.
    pub excerpt: Option<String>,
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { message: message.into(), place, help: None, excerpt: None }
    }

    /// A problem of a file or folder as a whole.
    #[must_use]
    pub fn of(file: &str, message: impl Into<String>) -> Self {
        Self::at(Place { file: file.to_owned(), line: 0 }, message)
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds the line that it is about.
    #[must_use]
    pub fn excerpt(self, line: &str) -> Self {
        Self { excerpt: Some(line.trim_end().to_owned()), ..self }
    }
}

impl fmt::Display for Problem {
    /// `main.tf:3: a brace is missing`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.line {
            0 => write!(f, "{}: {}", self.place.file, self.message),
            line => write!(f, "{}:{line}: {}", self.place.file, self.message),
        }
    }
}
