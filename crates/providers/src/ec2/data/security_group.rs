//! `data.aws_security_group`

use driver::Fault;
use model::Attributes;
use model::typed::Blocks;

use crate::aws::Aws;
use crate::aws::tags::{self, Tags};
use crate::data::Lookup;
use crate::ec2::data::{FilterBlock, filters, only};
use crate::ec2::security_group_reading::describe;
use crate::ec2::wire::{by_tags, optional, tags as tags_of, text};

/// One security group of the region.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html>
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// Id, `sg-…`.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// VPC that it belongs to.
    #[attr(accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: Option<String>,
    /// Tags that it has to carry.
    pub tags: Option<Tags>,
    /// Filters of EC2's own.
    #[attr(key = "name")]
    pub filter: Option<Blocks<FilterBlock>>,
}

/// What EC2 reports about the security group.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `sg-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// VPC that it belongs to.
    pub vpc_id: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// `data.aws_security_group`
pub struct SecurityGroup;

impl Lookup for SecurityGroup {
    const KIND: &'static str = "aws_security_group";
    const SERVICE: &'static str = "ec2";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let named = [
            ("group-id", arguments.id.as_deref()),
            ("group-name", arguments.name.as_deref()),
            ("vpc-id", arguments.vpc_id.as_deref()),
        ];
        let mut filters = filters(named, arguments.filter.as_ref());
        filters.extend(by_tags(arguments.tags.as_ref()));
        let it = only("ec2:DescribeSecurityGroups", "security group", describe(aws, filters).await?)?;
        Ok(Outputs {
            id: text(it.group_id()),
            arn: text(it.security_group_arn()),
            name: text(it.group_name()),
            description: text(it.description()),
            vpc_id: optional(it.vpc_id()),
            tags: tags::managed(&tags_of(it.tags()), aws.ignore_tags()),
        })
    }
}
