//! `data.aws_subnets`

use driver::Fault;
use model::Attributes;
use model::typed::Blocks;

use crate::aws::Aws;
use crate::aws::tags::Tags;
use crate::data::Lookup;
use crate::ec2::data::{FilterBlock, filters};
use crate::ec2::subnet_settings::describe;
use crate::ec2::wire::{by_tags, text};

/// All subnets that fit; none is a fine answer.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// Tags that they have to carry.
    pub tags: Option<Tags>,
    /// Filters of EC2's own, as `vpc-id`.
    #[attr(key = "name")]
    pub filter: Option<Blocks<FilterBlock>>,
}

/// The subnets.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// The region.
    pub id: String,
    /// Ids, in order.
    pub ids: Vec<String>,
}

/// `data.aws_subnets`
pub struct Subnets;

impl Lookup for Subnets {
    const KIND: &'static str = "aws_subnets";
    const SERVICE: &'static str = "ec2";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let mut filters = filters([], arguments.filter.as_ref());
        filters.extend(by_tags(arguments.tags.as_ref()));
        let mut ids: Vec<String> = describe(aws, filters).await?.iter().map(|it| text(it.subnet_id())).collect();
        ids.sort();
        Ok(Outputs { id: aws.region().to_owned(), ids })
    }
}
