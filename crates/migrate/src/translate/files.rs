//! Files that expressions read: they come along.
//!
//! In: a call of `file` and its kin. Out: the same with the path of the copy. It must not read
//! anything: copying is the caller's business.

use hcl_edit::expr::{Expression, FuncCall};

use super::at::At;
use super::rewrite::{Bound, Obstacle, Rewritten};
use super::syntax::{self, attribute_name, opened};
use super::{Found, Translator};
use crate::terraform::path::{join, name, normal};

/// Functions whose first argument is the path of a file.
const READERS: &[&str] = &[
    "file", "templatefile", "filebase64", "filemd5", "filesha1", "filesha256", "filesha512", "filebase64sha256",
    "filebase64sha512", "fileexists",
];

impl Translator<'_> {
    /// The call with the path of a copy; none where it reads no file.
    pub(super) fn file_call(&self, call: &FuncCall, at: &At, bound: &Bound, found: &mut Found) -> Option<Rewritten> {
        READERS.contains(&call.name.name.as_str()).then(|| {
            let path = call.args.get(0).and_then(|it| self.path(it, at, found));
            let path = path.ok_or_else(|| Obstacle("the path of a file is not known".to_owned()))?;
            let scope = &self.tree.scopes[at.scope];
            let folder = normal(&scope.module.folder);
            let shown = path.strip_prefix(&format!("{folder}/")).unwrap_or_else(|| name(&path));
            let copy = join(name(&folder), shown);
            let mut call = call.clone();
            for argument in call.args.iter_mut().skip(1) {
                *argument = self.within(argument, at, bound, found)?;
            }
            if let Some(first) = call.args.get_mut(0) {
                *first = syntax::text(&copy);
            }
            found.copies.insert(copy, path);
            Ok(Expression::from(call))
        })
    }

    /// A path as the disk has it, where every part of it is known.
    fn path(&self, expression: &Expression, at: &At, found: &mut Found) -> Option<String> {
        let scope = &self.tree.scopes[at.scope];
        let root = self.sources[scope.layer].folder.as_deref()?;
        let text = match opened(expression) {
            Expression::String(text) => join(root, text.value()),
            Expression::StringTemplate(template) => {
                let mut text = String::new();
                for element in template.iter() {
                    match element {
                        hcl_edit::template::Element::Literal(literal) => text.push_str(literal.value()),
                        hcl_edit::template::Element::Interpolation(it) => {
                            text.push_str(&self.part(&it.expr, at, root, found)?);
                        }
                        hcl_edit::template::Element::Directive(_) => return None,
                    }
                }
                text
            }
            other => self.part(other, at, root, found)?,
        };
        Some(normal(&text))
    }

    fn part(&self, expression: &Expression, at: &At, root: &str, found: &mut Found) -> Option<String> {
        if let Expression::Traversal(it) = opened(expression)
            && let Expression::Variable(name) = &it.expr
            && name.as_str() == "path"
        {
            return match it.operators.first().and_then(attribute_name) {
                Some("module") => Some(self.tree.scopes[at.scope].module.folder.clone()),
                Some("root" | "cwd") => Some(root.to_owned()),
                _ => None,
            };
        }
        self.constant(&self.rewrite(expression, at, found).ok()?)
    }
}
