//! From a place in a text to what a manifest declares there.
//!
//! In: a problem's span, and the texts. Out: a [`Where`]. It must not know what is wrong there.

use model::diagnostic::Diagnostic;
use model::source::{Sources, Span};
use model::{Address, Mode, Path};

use crate::write::path_at;

/// A place in a manifest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Where {
    /// In a resource or data source.
    Argument {
        /// Which, without a key.
        declaration: Address,
        /// The top-level argument, `for_each`, or `lifecycle.enabled` and its like; empty for the
        /// declaration as a whole.
        argument: String,
        /// The full path, beginning with the argument.
        path: String,
        /// The member that it was seen at, where there are several.
        member: Option<Address>,
    },
    /// In a local.
    Local(String),
    /// In a variable's declaration or value.
    Variable(String),
    /// In an output.
    Output(String),
    /// Anywhere else: the file and the keys that lead there, or nothing.
    Elsewhere(String),
}

impl Where {
    /// A path in one resource or data source.
    pub(super) fn argument(address: &Address, path: &Path) -> Self {
        Self::Argument {
            declaration: address.declaration(),
            argument: path.head().unwrap_or_default().to_owned(),
            path: path.to_string(),
            member: member(address),
        }
    }

    /// The same place, seen at one member of its declaration.
    pub(super) fn seen_at(self, address: &Address) -> Self {
        match self {
            Self::Argument { declaration, argument, path, .. } if declaration == address.declaration() => {
                Self::Argument { declaration, argument, path, member: member(address) }
            }
            other => other,
        }
    }
}

fn member(address: &Address) -> Option<Address> {
    address.key.is_some().then(|| address.clone())
}

/// Where a problem is reported.
pub(super) fn of(sources: &Sources, problem: &Diagnostic) -> Where {
    match problem.labels.first() {
        Some(label) => of_span(sources, label.span),
        None => Where::Elsewhere(String::new()),
    }
}

fn of_span(sources: &Sources, span: Span) -> Where {
    let Some(source) = sources.get(span.file) else { return Where::Elsewhere(String::new()) };
    let path = path_at(&source.text, span.start as usize).unwrap_or_default();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    of_path(&source.path, &path)
}

fn of_path(file: &str, path: &[&str]) -> Where {
    let declared = |mode, kind: &str, name: &str, rest: &[&str]| Where::Argument {
        declaration: Address::new(mode, kind, name),
        argument: head(rest),
        path: joined(rest),
        member: None,
    };
    match path {
        ["resource", kind, name, rest @ ..] => declared(Mode::Managed, kind, name, rest),
        ["data", kind, name, rest @ ..] => declared(Mode::Data, kind, name, rest),
        ["locals", name, ..] => Where::Local((*name).to_owned()),
        ["variables" | "values", name, ..] => Where::Variable((*name).to_owned()),
        ["outputs", name, ..] => Where::Output((*name).to_owned()),
        [] => Where::Elsewhere(file.to_owned()),
        other => Where::Elsewhere(format!("{file}: {}", joined(other))),
    }
}

/// The top-level argument; what is in `lifecycle` and `timeouts` are settings of their own.
fn head(path: &[&str]) -> String {
    match path {
        [table @ ("lifecycle" | "timeouts"), setting, ..] => format!("{table}.{setting}"),
        [first, ..] => (*first).to_owned(),
        [] => String::new(),
    }
}

fn joined(path: &[&str]) -> String {
    let mut text = String::new();
    for key in path {
        match key.parse::<usize>() {
            Ok(index) => text.push_str(&format!("[{index}]")),
            Err(_) if text.is_empty() => text.push_str(key),
            Err(_) => {
                text.push('.');
                text.push_str(key);
            }
        }
    }
    text
}
