//! `data.aws_vpc`

use driver::{Fault, Want};
use model::typed::Blocks;
use model::{Attributes, Id};

use crate::aws::Aws;
use crate::aws::tags::{self, Tags};
use crate::data::Lookup;
use crate::ec2::data::{FilterBlock, filters, only};
use crate::ec2::vpc_settings::{describe, observe};
use crate::ec2::wire::{by_tags, optional, text};

/// One VPC of the region.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html>
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// Id, `vpc-…`.
    pub id: Option<String>,
    /// Primary IPv4 range.
    pub cidr_block: Option<String>,
    /// Whether it is the default one.
    pub default: Option<bool>,
    /// Set of DHCP options.
    pub dhcp_options_id: Option<String>,
    /// State: `pending` or `available`.
    pub state: Option<String>,
    /// Tags that it has to carry.
    pub tags: Option<Tags>,
    /// Filters of EC2's own, as `cidr-block-association.cidr-block`.
    #[attr(key = "name")]
    pub filter: Option<Blocks<FilterBlock>>,
}

/// What EC2 reports about the VPC.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `vpc-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// State: `pending` or `available`.
    pub state: String,
    /// Whether it is the default one.
    pub default: bool,
    /// Primary IPv4 range.
    pub cidr_block: Option<String>,
    /// All IPv4 ranges.
    pub cidr_block_associations: Vec<Association>,
    /// IPv6 range.
    pub ipv6_cidr_block: Option<String>,
    /// Id under which the IPv6 range is associated.
    pub ipv6_association_id: Option<String>,
    /// Hardware that instances run on.
    pub instance_tenancy: Option<String>,
    /// Set of DHCP options.
    pub dhcp_options_id: Option<String>,
    /// Whether Amazon's DNS server answers.
    pub enable_dns_support: Option<bool>,
    /// Whether instances with a public address get a public DNS name.
    pub enable_dns_hostnames: Option<bool>,
    /// Whether the use of addresses is measured.
    pub enable_network_address_usage_metrics: Option<bool>,
    /// Route table of subnets that name none.
    pub main_route_table_id: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// One IPv4 range of the VPC.
#[derive(Attributes, Debug)]
pub struct Association {
    /// Id under which it is associated.
    pub association_id: Option<String>,
    /// The range.
    pub cidr_block: Option<String>,
    /// State, as `associated`.
    pub state: Option<String>,
}

/// `data.aws_vpc`
pub struct Vpc;

impl Lookup for Vpc {
    const KIND: &'static str = "aws_vpc";
    const SERVICE: &'static str = "ec2";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let named = [
            ("vpc-id", arguments.id.as_deref()),
            ("cidr", arguments.cidr_block.as_deref()),
            ("is-default", arguments.default.map(|it| if it { "true" } else { "false" })),
            ("dhcp-options-id", arguments.dhcp_options_id.as_deref()),
            ("state", arguments.state.as_deref()),
        ];
        let mut filters = filters(named, arguments.filter.as_ref());
        filters.extend(by_tags(arguments.tags.as_ref()));
        let id = Id(text(only("ec2:DescribeVpcs", "VPC", describe(aws, filters).await?)?.vpc_id()));
        let wanted = [
            "enable_dns_support",
            "enable_dns_hostnames",
            "enable_network_address_usage_metrics",
            "main_route_table_id",
        ];
        let want = Want::Only(wanted.into_iter().map(str::to_owned).collect());
        let observed = observe(aws, std::slice::from_ref(&id), &want).await?;
        let it = only("ec2:DescribeVpcs", "VPC", observed.into_values().collect())?;
        let association = |it: &aws_sdk_ec2::types::VpcCidrBlockAssociation| Association {
            association_id: optional(it.association_id()),
            cidr_block: optional(it.cidr_block()),
            state: it.cidr_block_state().and_then(|it| it.state()).map(|it| it.as_str().to_owned()),
        };
        Ok(Outputs {
            id: id.0,
            arn: it.arn(aws),
            owner_id: text(it.vpc.owner_id()),
            state: text(it.vpc.state().map(|it| it.as_str())),
            default: it.vpc.is_default().unwrap_or_default(),
            cidr_block: optional(it.vpc.cidr_block()),
            cidr_block_associations: it.vpc.cidr_block_association_set().iter().map(association).collect(),
            ipv6_cidr_block: it.ipv6().cidr_block,
            ipv6_association_id: it.ipv6_association(),
            instance_tenancy: it.vpc.instance_tenancy().map(|it| it.as_str().to_owned()),
            dhcp_options_id: optional(it.vpc.dhcp_options_id()),
            enable_dns_support: it.dns_support,
            enable_dns_hostnames: it.dns_hostnames,
            enable_network_address_usage_metrics: it.usage_metrics,
            main_route_table_id: it.main_route_table.clone(),
            tags: tags::managed(&it.tags(), aws.ignore_tags()),
        })
    }
}
