//! Problems as plain data: code, severity, labelled spans, help, fix.
//!
//! Rendering (terminal, JSON, SARIF) lives in the submodules and changes nothing in here.

mod json;
mod position;
pub mod sarif;
mod terminal;
#[cfg(test)]
mod tests;

pub use json::json;
pub use position::{Position, Region};
pub use sarif::sarif;
pub use terminal::{Terminal, summary};

use crate::source::Span;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The manifest cannot be used.
    Error,
    /// It can, but somebody should look.
    Warning,
}

/// A place, and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty for the main place.
    pub text: String,
}

/// A replacement of text that would mend the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// With what.
    pub replacement: String,
}

/// One problem. The first label is the place it is reported at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name in kebab case, as `unknown-argument`.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// One sentence without a full stop.
    pub message: String,
    /// The place first, related places after it; empty where no text is at fault.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// The edit that does it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message).label(span, "")
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message).label(span, "")
    }

    /// An error that no text is at fault for (a missing variable, an empty folder).
    pub fn nowhere(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), labels: Vec::new(), help: None, fix: None }
    }

    /// Adds a place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Sets what stands beside the main place.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers an edit.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }
}

/// Puts problems in the order of the text, errors and warnings together, and drops those that
/// were found twice. What has no place comes last.
#[must_use]
pub fn sort(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by(|a, b| order(a).cmp(&order(b)));
    diagnostics.dedup_by(|a, b| order(a) == order(b));
    diagnostics
}

fn order(diagnostic: &Diagnostic) -> (bool, Option<Span>, &str, &str) {
    let place = diagnostic.labels.first().map(|it| it.span);
    (place.is_none(), place, diagnostic.code, &diagnostic.message)
}

/// The candidate nearest to a misspelt word, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let score = |candidate: &str| strsim::damerau_levenshtein(word, candidate);
    let (distance, best) = candidates.into_iter().map(|it| (score(it), it)).min()?;
    let allowed = (word.chars().count() / 3).max(1);
    (distance <= allowed).then_some(best)
}
