//! How many of Terraform's objects became what.
//!
//! In: a report. Out: numbers that add up. It must not know how they are said.

use serde::Serialize;

use super::{Accounted, Fate, Layer, Report};

/// Numbers of instances; each is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Carried over as they were.
    pub carried: usize,
    /// Carried over, and reading differently from Terraform's configuration.
    pub changed: usize,
    /// Written where they were used.
    pub dissolved: usize,
    /// Left to Terraform.
    pub unsupported: usize,
}

impl Summary {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        self.carried + self.changed + self.dissolved + self.unsupported
    }
}

impl<'a> FromIterator<&'a Accounted> for Summary {
    fn from_iter<T: IntoIterator<Item = &'a Accounted>>(resources: T) -> Self {
        let mut summary = Self::default();
        for resource in resources {
            match &resource.fate {
                Fate::Carried { changes, .. } if changes.is_empty() => summary.carried += 1,
                Fate::Carried { .. } => summary.changed += 1,
                Fate::Dissolved { .. } => summary.dissolved += 1,
                Fate::Unsupported { .. } => summary.unsupported += 1,
            }
        }
        summary
    }
}

impl Layer {
    /// How many of the layer's objects became what.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.resources.iter().collect()
    }
}

impl Report {
    /// How many of all objects became what.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.layers.iter().flat_map(|it| &it.resources).collect()
    }

    /// How many remarks there are.
    #[must_use]
    pub fn notes(&self) -> usize {
        self.layers.iter().map(|it| it.notes.len()).sum()
    }
}
