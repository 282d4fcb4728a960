//! HCL template expressions in TOML strings: parsed with `hcl-edit`, evaluated here, because
//! values may be unknown or secret at any depth.
//!
//! In: text with its place, and a [`Scope`] that answers names. Out: a [`Planned`] value or a
//! diagnostic whose span lies inside the string. It must not know the manifest's tables, the
//! schemas or any IO.

mod convert;
mod evaluate;
mod function;
mod parse;
mod places;
mod stamp;
mod survey;
mod veil;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::address::Address;
use crate::path::Step;
use crate::source::Span;
use crate::tree::Planned;

pub use evaluate::evaluate;
pub use function::{FUNCTIONS, Function};
pub use parse::{Parsed, parse, parse_bare};

/// What a name in an expression refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// `var.NAME`
    Variable(String),
    /// `local.NAME`
    Local(String),
    /// `each.key`, `each.value`
    Each,
    /// `stack.name`, `stack.environment`
    Stack,
    /// `aws_vpc.main`, `data.aws_vpc.main`: the declaration, without a `for_each` key.
    Object(Address),
}

/// One reference in an expression, found without evaluating it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What it starts at.
    pub root: Root,
    /// The steps after the root as far as they are literal; `["a"]` and `[0]` included. Ends
    /// before a splat or a computed index.
    pub steps: Vec<Step>,
    /// The reference in the manifest's text.
    pub span: Span,
    /// Its bytes in the decoded text.
    pub range: Range<usize>,
    /// How many steps belong to the root, before `steps`.
    pub(crate) rooted: usize,
}

/// The value of an object that a reference names.
#[derive(Clone, Debug)]
pub enum Object<'a> {
    /// A resource or data source without `for_each`: a map of its arguments and outputs.
    Single(&'a Planned),
    /// One with `for_each`: its members by key.
    Members(BTreeMap<&'a str, &'a Planned>),
    /// `lifecycle.enabled = false`: null.
    Disabled,
}

/// Answers the names that an expression uses. Every answer may hold unknowns.
pub trait Scope {
    /// The value of a variable; an error is a sentence for the person (missing, no such
    /// variable), with a suggestion where there is one.
    ///
    /// # Errors
    /// What is wrong.
    fn variable(&self, name: &str) -> Result<&Planned, ScopeError>;
    /// The value of a local.
    ///
    /// # Errors
    /// What is wrong; an error inside the local's own expression keeps its own place.
    fn local(&self, name: &str) -> Result<Arc<Planned>, ScopeError>;
    /// Key and value of the `for_each` member being evaluated.
    fn each(&self) -> Option<(&str, &Planned)>;
    /// `stack.NAME`; `None` for an unknown name.
    fn stack(&self, name: &str) -> Option<Planned>;
    /// The object declared under an address.
    ///
    /// # Errors
    /// There is no such declaration.
    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError>;
    /// Whether parts of texts may be symbols, of which nobody knows what is in them.
    fn symbolic(&self) -> bool {
        false
    }
    /// The bytes of a file named relative to the manifest's folder.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn file(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// Why a name has no value.
#[derive(Clone, Debug)]
pub enum ScopeError {
    /// Reported at the reference's own place.
    Here {
        /// The diagnostic's code.
        code: &'static str,
        /// One sentence.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// Already reported elsewhere (an error in the local's own expression): nothing more to say.
    Reported,
}

/// A parsed template that stands where a value will be.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Its place.
    pub span: Span,
    /// The text and its parsed form, shared by every copy.
    syntax: Arc<Syntax>,
}

/// What parsing found out about an expression.
#[derive(Debug)]
struct Syntax {
    text: Box<str>,
    body: Body,
    places: places::Places,
    references: Vec<Reference>,
    files: survey::FileReads,
}

/// The two forms in which an expression is written.
#[derive(Clone, Debug)]
enum Body {
    /// Text with `${…}` in it.
    Template(hcl_edit::template::Template),
    /// An expression without `${…}` around it.
    Bare(hcl_edit::expr::Expression),
}

impl Expr {
    /// The decoded text, as `${aws_vpc.main.id}`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.syntax.text
    }

    /// Every reference in the order written, whether evaluating would reach it or not; the
    /// variables of `for` are none.
    #[must_use]
    pub fn references(&self) -> &[Reference] {
        &self.syntax.references
    }
}

impl PartialEq for Expr {
    /// Two expressions are the same when their texts are; where they stand says nothing.
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}
