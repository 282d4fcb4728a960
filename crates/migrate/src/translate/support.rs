//! What has a counterpart.
//!
//! In: a block. Out: whether it can be carried over, and if not, why and what to do. It must not
//! know its arguments.

use hcl_edit::expr::Expression;

use super::at::At;
use super::syntax::{attribute_name, opened};
use super::{Found, Translator};
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
        match self.region_of(scope, block) {
            Some((alias, region)) => Err(Unsupported {
                reason: format!("`provider = aws.{alias}` is in {region}, and a stack has one region"),
                advice: "leave it with Terraform, or write a stack of its own for that region".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// The provider of a block and its region, where that is not the stack's.
    fn region_of(&self, scope: usize, block: &Block) -> Option<(String, String)> {
        let Expression::Traversal(provider) = opened(block.body.get("provider")?) else { return None };
        let alias = provider.operators.first().and_then(attribute_name)?;
        let root = *self.tree.ancestry(scope).first()?;
        let at = At::plain(root);
        let region = |alias: Option<&str>| {
            let blocks = self.tree.scopes[root].module.blocks.iter().filter(|it| it.name == "provider");
            let mut blocks = blocks.filter(|it| it.labels.first().is_some_and(|it| it == "aws"));
            let block = blocks.find(|it| match (it.body.get("alias").map(opened), alias) {
                (Some(Expression::String(text)), Some(alias)) => text.value() == alias,
                (None, None) => true,
                _ => false,
            })?;
            let region = self.rewrite(block.body.get("region")?, &at, &mut Found::default()).ok()?;
            self.constant(&region)
        };
        let other = region(Some(alias)).unwrap_or_else(|| "a region of its own".to_owned());
        (region(None).as_ref() != Some(&other)).then(|| (alias.to_owned(), other))
    }
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
