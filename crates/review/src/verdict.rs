//! How bad a change can be.

use std::fmt;
use std::str::FromStr;

use model::Path;
use serde::Serialize;

/// What is at risk, from mildest to worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing stops, is exposed or gets lost.
    #[default]
    Safe,
    /// The bill grows: a class, count or size went up.
    Cost,
    /// Something is away for seconds to minutes and comes back by itself.
    BriefInterruption,
    /// More can be reached, read or done by more than before, or a protection is gone.
    WiderExposure,
    /// Something stops serving, or access is taken away, until someone acts.
    Outage,
    /// Data is deleted, or can no longer be read.
    DataLoss,
}

impl Verdict {
    /// All of them, from mildest to worst.
    pub const ALL: [Self; 6] =
        [Self::Safe, Self::Cost, Self::BriefInterruption, Self::WiderExposure, Self::Outage, Self::DataLoss];

    /// Its name, as `data-loss`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Cost => "cost",
            Self::BriefInterruption => "brief-interruption",
            Self::WiderExposure => "wider-exposure",
            Self::Outage => "outage",
            Self::DataLoss => "data-loss",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text names no verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownVerdict(String);

impl fmt::Display for UnknownVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Verdict::ALL.map(Verdict::name).join(", ");
        write!(f, "`{}` is no verdict: there are {names}", self.0)
    }
}

impl std::error::Error for UnknownVerdict {}

impl FromStr for Verdict {
    type Err = UnknownVerdict;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|it| it.name() == text).ok_or_else(|| UnknownVerdict(text.to_owned()))
    }
}

/// What a rule says about one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad.
    pub verdict: Verdict,
    /// The rule's name, as `database-replaced`.
    pub rule: &'static str,
    /// Why, as one sentence without a full stop at its end.
    pub reason: String,
    /// The attribute that it is about; `None` for the resource as a whole.
    #[serde(skip)]
    pub path: Option<Path>,
}
