//! Files that expressions read: they come along.
//!
//! In: a call of `file` and its kin. Out: the same with the path of the copy. It must not read
//! anything: copying is the caller's business.

use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::template::{Element, Interpolation};

use super::at::At;
use super::rewrite::{Bound, Obstacle, Rewritten};
use super::syntax::{self, opened};
use super::{Found, Translator, print};
use crate::terraform::path::{join, name, normal};

/// Functions whose first argument is the path of a file.
const READERS: &[&str] = &[
    "file",
    "templatefile",
    "filebase64",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
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

    /// What `path.module` and `path.root` are as text: seen from the root module's folder, where
    /// Terraform runs.
    pub(super) fn folder(&self, which: &str, at: &At) -> Rewritten {
        let scope = &self.tree.scopes[at.scope];
        let root = self.sources[scope.layer].folder.as_deref().unwrap_or(".");
        match which {
            "root" => Ok(syntax::text(".")),
            "module" => Ok(syntax::text(&relative(root, &scope.module.folder))),
            _ => Err(Obstacle("the folder that Terraform ran in is not known".to_owned())),
        }
    }

    /// A path as the disk has it, where every part of it is known.
    fn path(&self, expression: &Expression, at: &At, found: &mut Found) -> Option<String> {
        let scope = &self.tree.scopes[at.scope];
        let root = self.sources[scope.layer].folder.as_deref()?;
        let (text, folder) = match opened(expression) {
            Expression::StringTemplate(template) => {
                let mut text = String::new();
                let mut elements = template.iter().peekable();
                let first = elements.next_if(|it| matches!(it, Element::Interpolation(it) if is_path(&it.expr)));
                for element in elements {
                    match element {
                        Element::Literal(literal) => text.push_str(literal.value()),
                        Element::Interpolation(it) => {
                            text.push_str(&self.constant(&self.rewrite(&it.expr, at, found).ok()?)?);
                        }
                        Element::Directive(_) => return None,
                    }
                }
                let is_of_module = |it: &Interpolation| print::expression(&it.expr) == "path.module";
                let is_of_module = matches!(first, Some(Element::Interpolation(it)) if is_of_module(it));
                let folder = if is_of_module { &scope.module.folder } else { root };
                (if first.is_some() { format!("./{text}") } else { text }, folder)
            }
            other => (self.constant(&self.rewrite(other, at, found).ok()?)?, root),
        };
        Some(normal(&join(folder, &text)))
    }
}

/// Whether an expression is a folder that Terraform knows.
fn is_path(expression: &Expression) -> bool {
    ["path.module", "path.root", "path.cwd"].contains(&print::expression(opened(expression)).as_str())
}

/// A folder as seen from another.
fn relative(from: &str, to: &str) -> String {
    let (from, to) = (normal(from), normal(to));
    let parts = |path: &str| -> Vec<String> { path.split('/').filter(|it| *it != ".").map(str::to_owned).collect() };
    let (from, to) = (parts(&from), parts(&to));
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from[common..].iter().map(|_| "..".to_owned());
    let path: Vec<String> = up.chain(to[common..].iter().cloned()).collect();
    if path.is_empty() { ".".to_owned() } else { path.join("/") }
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn folders_are_seen_from_where_terraform_runs() {
        assert_eq!(relative("terraform/net", "terraform/modules/network"), "../modules/network");
        assert_eq!(relative(".", "modules/network"), "modules/network");
        assert_eq!(relative("net", "net/.terraform/modules/vpc"), ".terraform/modules/vpc");
        assert_eq!(relative("net", "net"), ".");
    }
}
