//! Looking up what others made: zones, networks, security groups.
//!
//! In: what to look for. Out: the one object that fits. It must not know who asks.

pub mod availability_zones;
pub mod security_group;
pub mod subnet;
pub mod subnets;
pub mod vpc;

use std::collections::BTreeSet;

use aws_sdk_ec2::types::Filter;
use driver::Fault;
use model::Attributes;
use model::typed::Blocks;

use crate::ec2::wire::filter;

/// A filter of EC2's own, as its describe call documents them.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct FilterBlock {
    /// Name of the filter, as `tag:Name`.
    pub name: String,
    /// Values, of which one has to fit; `*` and `?` stand for any characters.
    pub values: BTreeSet<String>,
}

/// The filters of a lookup: those that are arguments of their own, where set, and the blocks.
fn filters<'a>(
    named: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
    blocks: Option<&Blocks<FilterBlock>>,
) -> Vec<Filter> {
    let named = named.into_iter().filter_map(|(name, value)| Some(filter(name, [value?])));
    let blocks = blocks.into_iter().flat_map(|it| it.iter()).map(|it| filter(&it.name, &it.values));
    named.chain(blocks).collect()
}

/// The only one that was found.
fn only<T>(operation: &str, what: &str, mut found: Vec<T>) -> Result<T, Fault> {
    match (found.pop(), found.len()) {
        (Some(it), 0) => Ok(it),
        (None, _) => Err(Fault::invalid(operation, format!("no {what} fits the arguments"))),
        (Some(_), others) => {
            let message = format!("{} {what}s fit the arguments: narrow them down to one", others + 1);
            Err(Fault::invalid(operation, message))
        }
    }
}
