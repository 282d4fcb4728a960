//! What has a counterpart.
//!
//! In: a block. Out: whether it can be carried over, and if not, why and what to do. It must not
//! know its arguments.

use hcl_edit::expr::{Expression, ObjectKey};

use super::at::At;
use super::syntax::{attribute_name, opened};
use super::{Found, Translator, print};
use crate::report::Fate;
use crate::terraform::configuration::Block;

/// Why a block stays with Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// One sentence.
    pub reason: String,
    /// What to do, as one sentence.
    pub advice: String,
}

impl Unsupported {
    /// The fate of an object with an id.
    #[must_use]
    pub fn fate(self, id: Option<String>) -> Fate {
        Fate::Unsupported { id, reason: self.reason, advice: self.advice }
    }
}

impl Translator<'_> {
    /// Whether a `resource` or `data` block has a counterpart.
    pub(super) fn support(&self, scope: usize, block: &Block) -> Result<(), Unsupported> {
        let kind = block.labels.first().map_or("", String::as_str);
        let is_known = match block.name.as_str() {
            "data" => self.catalog.data_kind(kind).is_some(),
            _ => self.catalog.kind(kind).is_some(),
        };
        if !is_known {
            return Err(unknown(kind, block.name == "data"));
        }
        match self.elsewhere(scope, block) {
            Some((alias, place)) => Err(Unsupported {
                reason: format!("`aws.{alias}` is in {place}, and a stack has one"),
                advice: "leave it with Terraform, or write a stack of its own for it".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// The provider of a block, and where it is, where that is not the stack's region and account.
    fn elsewhere(&self, scope: usize, block: &Block) -> Option<(String, String)> {
        let alias = self.alias_of(scope, block)?;
        let root = *self.tree.ancestry(scope).first()?;
        let blocks = self.tree.scopes[root].module.blocks.iter().filter(|it| it.name == "provider");
        let blocks = blocks.filter(|it| it.labels.first().is_some_and(|it| it == "aws"));
        let alias_of = |it: &Block| it.body.get("alias").and_then(|it| opened(it).as_str().map(str::to_owned));
        let of = |wanted: Option<&String>| blocks.clone().find(|it| alias_of(it).as_ref() == wanted);
        let (own, other) = (of(None), of(Some(&alias)));
        let region = |it: Option<&Block>| {
            let region = self.rewrite(it?.body.get("region")?, &At::plain(root), &mut Found::default()).ok()?;
            self.constant(&region)
        };
        let account = |it: Option<&Block>| {
            let role = it?.body.block("assume_role").and_then(|it| it.body.get("role_arn"));
            Some([role, it?.body.get("profile")].map(|it| it.map(print::expression))).filter(|it| *it != [None, None])
        };
        if region(own) != region(other) {
            return Some((alias, region(other).unwrap_or_else(|| "a region of its own".to_owned())));
        }
        account(other).is_some_and(|it| account(own) != Some(it)).then(|| (alias, "an account of its own".to_owned()))
    }

    /// The alias of a block's provider as its root module knows it; none for the one without.
    fn alias_of(&self, scope: usize, block: &Block) -> Option<String> {
        let mut alias = block.body.get("provider").and_then(named);
        for around in self.tree.ancestry(scope).into_iter().rev() {
            let call = self.tree.scopes[around].call.as_ref();
            let Some(Expression::Object(given)) = call.and_then(|it| it.body.get("providers")).map(opened) else {
                continue;
            };
            let wanted = alias.as_ref().map_or_else(|| "aws".to_owned(), |it| format!("aws.{it}"));
            let is_it = |key: &ObjectKey| match key {
                ObjectKey::Ident(name) => name.as_str() == wanted,
                ObjectKey::Expression(it) => print::expression(opened(it)) == wanted,
            };
            if let Some((_, value)) = given.iter().find(|(key, _)| is_it(key)) {
                alias = named(value.expr());
            }
        }
        alias
    }
}

/// The alias in `aws.west`; none for `aws`.
fn named(provider: &Expression) -> Option<String> {
    let Expression::Traversal(provider) = opened(provider) else { return None };
    provider.operators.first().and_then(attribute_name).map(str::to_owned)
}

/// A type that is not in the catalog.
#[must_use]
pub fn unknown(kind: &str, is_data: bool) -> Unsupported {
    match (kind.starts_with("aws_"), is_data) {
        (_, true) => Unsupported {
            reason: format!("there is no data source `{kind}` here"),
            advice: "what it told is written as literals where it was used".to_owned(),
        },
        (true, false) => Unsupported {
            reason: format!("there is no type `{kind}` here yet"),
            advice: "keep it in a Terraform configuration of its own, with what it refers to as plain ids".to_owned(),
        },
        (false, false) => Unsupported {
            reason: format!("`{kind}` belongs to another provider"),
            advice: "what it told is written as literals or variables where it was used".to_owned(),
        },
    }
}
