//! `data.aws_subnet`

use driver::Fault;
use model::Attributes;
use model::typed::Blocks;

use crate::aws::Aws;
use crate::aws::tags::{self, Tags};
use crate::data::Lookup;
use crate::ec2::data::{FilterBlock, filters, only};
use crate::ec2::subnet_settings::{Settings, describe, ipv6_association};
use crate::ec2::wire::{by_tags, optional, tags as tags_of, text};

/// One subnet of the region.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html>
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// Id, `subnet-…`.
    pub id: Option<String>,
    /// VPC that it is a part of.
    #[attr(accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: Option<String>,
    /// IPv4 range.
    pub cidr_block: Option<String>,
    /// IPv6 range.
    pub ipv6_cidr_block: Option<String>,
    /// Availability zone, as `us-east-1a`.
    pub availability_zone: Option<String>,
    /// Availability zone by its id, as `use1-az1`.
    pub availability_zone_id: Option<String>,
    /// Whether it is the default one of its zone.
    pub default_for_az: Option<bool>,
    /// State: `pending` or `available`.
    pub state: Option<String>,
    /// Tags that it has to carry.
    pub tags: Option<Tags>,
    /// Filters of EC2's own.
    #[attr(key = "name")]
    pub filter: Option<Blocks<FilterBlock>>,
}

/// What EC2 reports about the subnet.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `subnet-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// VPC that it is a part of.
    pub vpc_id: String,
    /// State: `pending` or `available`.
    pub state: String,
    /// IPv4 range.
    pub cidr_block: Option<String>,
    /// IPv6 range.
    pub ipv6_cidr_block: Option<String>,
    /// Id under which the IPv6 range is associated.
    pub ipv6_cidr_block_association_id: Option<String>,
    /// Availability zone, as `us-east-1a`.
    pub availability_zone: Option<String>,
    /// Availability zone by its id, as `use1-az1`.
    pub availability_zone_id: Option<String>,
    /// How many addresses are free.
    pub available_ip_address_count: Option<i32>,
    /// Whether it is the default one of its zone.
    pub default_for_az: bool,
    /// Whether new network interfaces get a public IPv4 address.
    pub map_public_ip_on_launch: Option<bool>,
    /// Whether new network interfaces get an IPv6 address.
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// Whether it has IPv6 addresses only.
    pub ipv6_native: Option<bool>,
    /// Whether IPv4-only names are translated for IPv6 clients.
    pub enable_dns64: Option<bool>,
    /// Device of new instances that is a local network interface.
    pub enable_lni_at_device_index: Option<i32>,
    /// Whether the resource names of instances resolve to their IPv4 address.
    pub enable_resource_name_dns_a_record_on_launch: Option<bool>,
    /// Whether the resource names of instances resolve to their IPv6 address.
    pub enable_resource_name_dns_aaaa_record_on_launch: Option<bool>,
    /// What host names of instances are made of.
    pub private_dns_hostname_type_on_launch: Option<String>,
    /// Outpost that it lies on.
    pub outpost_arn: Option<String>,
    /// Pool of customer-owned addresses.
    pub customer_owned_ipv4_pool: Option<String>,
    /// Whether new network interfaces get a customer-owned address.
    pub map_customer_owned_ip_on_launch: Option<bool>,
    /// Tags.
    pub tags: Tags,
}

/// `data.aws_subnet`
pub struct Subnet;

impl Lookup for Subnet {
    const KIND: &'static str = "aws_subnet";
    const SERVICE: &'static str = "ec2";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let named = [
            ("subnet-id", arguments.id.as_deref()),
            ("vpc-id", arguments.vpc_id.as_deref()),
            ("cidr-block", arguments.cidr_block.as_deref()),
            ("ipv6-cidr-block-association.ipv6-cidr-block", arguments.ipv6_cidr_block.as_deref()),
            ("availability-zone", arguments.availability_zone.as_deref()),
            ("availability-zone-id", arguments.availability_zone_id.as_deref()),
            ("default-for-az", arguments.default_for_az.map(|it| if it { "true" } else { "false" })),
            ("state", arguments.state.as_deref()),
        ];
        let mut filters = filters(named, arguments.filter.as_ref());
        filters.extend(by_tags(arguments.tags.as_ref()));
        let it = only("ec2:DescribeSubnets", "subnet", describe(aws, filters).await?)?;
        let now = Settings::of(&it);
        Ok(Outputs {
            id: text(it.subnet_id()),
            arn: text(it.subnet_arn()),
            owner_id: text(it.owner_id()),
            vpc_id: text(it.vpc_id()),
            state: text(it.state().map(|it| it.as_str())),
            cidr_block: optional(it.cidr_block()),
            ipv6_cidr_block: now.ipv6_cidr_block,
            ipv6_cidr_block_association_id: ipv6_association(&it),
            availability_zone: optional(it.availability_zone()),
            availability_zone_id: optional(it.availability_zone_id()),
            available_ip_address_count: it.available_ip_address_count(),
            default_for_az: it.default_for_az().unwrap_or_default(),
            map_public_ip_on_launch: now.public_ip,
            assign_ipv6_address_on_creation: now.assign_ipv6,
            ipv6_native: it.ipv6_native(),
            enable_dns64: now.dns64,
            enable_lni_at_device_index: now.lni_device_index,
            enable_resource_name_dns_a_record_on_launch: now.a_record,
            enable_resource_name_dns_aaaa_record_on_launch: now.aaaa_record,
            private_dns_hostname_type_on_launch: now.hostname_type,
            outpost_arn: optional(it.outpost_arn()),
            customer_owned_ipv4_pool: now.customer_pool,
            map_customer_owned_ip_on_launch: now.customer_ip,
            tags: tags::managed(&tags_of(it.tags()), aws.ignore_tags()),
        })
    }
}
