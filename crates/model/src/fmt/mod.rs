//! One canonical layout for manifests.
//!
//! In: a text. Out: the same declarations and comments in the same order, laid out one way, as
//! TOML 1.0. It must not know what a manifest means.
//!
//! The layout: `=` and trailing comments are aligned over consecutive lines; one blank line
//! before each header (above the comments that belong to it), none after it, never two in a row;
//! a list stands on one line where it fits into 100 columns, else one element a line; inline
//! tables stand on one line; keys are bare and strings in double quotes where that needs no
//! escapes.
//!
//! It works on the parser's events rather than on an edited document, because those keep the
//! order of everything, dotted keys and comments included.

mod layout;
mod scalar;
#[cfg(test)]
mod tests;
mod tree;

use toml::de::DeTable;

use crate::diagnostic::Diagnostic;
use crate::manifest::syntax;
use crate::source::FileId;

/// Lays a text out. Doing it twice changes nothing.
///
/// # Errors
/// The text isn't TOML. The problems' places are in file 0: that of
/// [`Sources`](crate::source::Sources) that hold this text alone.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        Ok(layout::write(tree::read(text)))
    } else {
        Err(syntax::diagnostics(FileId(0), text, &errors))
    }
}
