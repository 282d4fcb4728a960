//! Stamps of computed values: the same before a secret is fetched and after.
//!
//! In: an expression, its scope and its value. Out: the value whose secret and unknown leaves
//! carry a digest over the expression's text and everything it refers to, each known thing by its
//! value and each other by its own stamp. It must not know when it is called: the digest follows the
//! references as written, not the order of evaluation, because an unknown condition keeps a plan
//! from reading what apply will read.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::evaluate::Context;
use super::places::Places;
use super::survey::{FileReads, Survey};
use super::{Expr, parse};
use crate::tree::{Pending, Planned, Secret, Stamp, Tree};

/// Stamps what evaluating has computed from stamped values alone. What is merely passed on keeps
/// its own stamp.
pub(super) fn apply(expr: &Expr, context: Context<'_>, value: Planned) -> Planned {
    if !value.any(&mut |it| is_unstamped(it)) {
        return value;
    }
    match digest(expr, context) {
        Some(digest) => mark(value, &digest, ""),
        None => value,
    }
}

fn is_unstamped(tree: &Planned) -> bool {
    match tree {
        Tree::Hole(pending) => pending.stamp.is_none(),
        Tree::Secret(Secret::Plain { stamp, .. }) => stamp.is_none(),
        Tree::Secret(Secret::Keep) => true,
        Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_)) | Tree::List(_) | Tree::Map(_) => false,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
    }
}

/// `None` where something that the expression refers to has neither a value nor a stamp, or
/// where no stamp is involved at all.
fn digest(expr: &Expr, context: Context<'_>) -> Option<String> {
    // What is referred to counts by its value alone, so that it may have another name.
    let mut reads = Reads { text: String::new(), stamped: false };
    let mut from = 0;
    for reference in expr.references() {
        let between = expr.text().get(from..reference.range.start).unwrap_or(expr.text());
        let _ = write!(reads.text, "{between:?}");
        from = reference.range.end;
        // A name that has no value now has none later either; `try` may be waiting for that.
        match context.read(reference) {
            Ok(value) => reads.value(&value)?,
            Err(_) => reads.text.push('!'),
        }
    }
    let _ = write!(reads.text, "{:?}", expr.text().get(from..).unwrap_or(expr.text()));
    reads.files(&expr.syntax.files, context)?;
    reads.stamped.then(|| hex(&Sha256::digest(reads.text.as_bytes())))
}

/// A text that differs whenever anything that was read differs.
struct Reads {
    text: String,
    stamped: bool,
}

impl Reads {
    fn value(&mut self, value: &Planned) -> Option<()> {
        match value {
            Tree::Hole(Pending { stamp: Some(stamp), .. })
            | Tree::Secret(Secret::Plain { stamp: Some(stamp), .. } | Secret::Stamp(stamp)) => {
                self.stamped = true;
                let _ = write!(self.text, "<{stamp:?}>");
            }
            Tree::Hole(_) | Tree::Secret(_) => return None,
            Tree::List(items) => {
                self.text.push('[');
                items.iter().try_for_each(|it| self.value(it))?;
                self.text.push(']');
            }
            Tree::Map(members) => {
                self.text.push('{');
                for (key, member) in members {
                    let _ = write!(self.text, "{key:?}:");
                    self.value(member)?;
                }
                self.text.push('}');
            }
            plain => {
                let _ = write!(self.text, "{},", plain.to_json());
            }
        }
        Some(())
    }

    fn files(&mut self, files: &FileReads, context: Context<'_>) -> Option<()> {
        if files.computed {
            return None;
        }
        for path in &files.literal {
            let bytes = context.file(path).unwrap_or_default();
            // A template file may read further files of its own.
            let places = Places::Call(crate::source::Span::default());
            let template = std::str::from_utf8(&bytes).ok().and_then(|it| parse::parse_template(it, &places).ok());
            if template.is_some_and(|it| Survey::of_file(&it, &places).files != FileReads::default()) {
                return None;
            }
            let _ = write!(self.text, "({path:?}:{})", hex(&Sha256::digest(&bytes)));
        }
        Some(())
    }
}

fn mark(value: Planned, digest: &str, path: &str) -> Planned {
    // Leaves of one expression are different secrets, so each stamp names its leaf.
    let stamp = || -> Stamp {
        if path.is_empty() { digest.into() } else { hex(&Sha256::digest(format!("{digest}{path}"))).into() }
    };
    match value {
        Tree::Hole(pending) if pending.stamp.is_none() => Tree::Hole(Pending { stamp: Some(stamp()), ..pending }),
        Tree::Secret(Secret::Plain { value, stamp: None }) => {
            Tree::Secret(Secret::Plain { value, stamp: Some(stamp()) })
        }
        Tree::Secret(Secret::Keep) => Tree::Secret(Secret::Stamp(stamp())),
        Tree::List(items) => {
            let item = |(index, it)| mark(it, digest, &format!("{path}[{index}]"));
            Tree::List(items.into_iter().enumerate().map(item).collect())
        }
        Tree::Map(members) => {
            let member = |(key, it): (String, Planned)| {
                let marked = mark(it, digest, &format!("{path}[{key:?}]"));
                (key, marked)
            };
            Tree::Map(members.into_iter().map(member).collect())
        }
        other => other,
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
