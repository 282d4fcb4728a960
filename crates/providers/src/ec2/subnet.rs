//! `aws_subnet`

use std::time::Duration;

use aws_sdk_ec2::types::{ResourceType, Subnet as Description};
use driver::{Created, Fault, FaultKind, Found, Live, Token, Want};
use ipnet::{Ipv4Net, Ipv6Net};
use model::catalog::{Identity, Timing};
use model::schema::{Checked, Rule, Violation};
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, tags::Tags};
use crate::ec2::subnet_settings::{self, Settings};
use crate::ec2::wire::{BATCH, by_ids, by_token, optional, tag_specification, tags, text};
use crate::resource::{Lives, Made, Resource, Update};

/// A range of a VPC's addresses in one availability zone.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// VPC that the subnet is a part of.
    #[attr(replace, accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: String,
    /// IPv4 range, from `/16` to `/28`, inside the VPC's.
    #[attr(replace)]
    pub cidr_block: Option<String>,
    /// Availability zone, as `us-east-1a`.
    #[attr(replace, computed)]
    pub availability_zone: Option<String>,
    /// Availability zone by its id, as `use1-az1`, which means the same in every account.
    #[attr(replace, computed)]
    pub availability_zone_id: Option<String>,
    /// Whether new network interfaces get a public IPv4 address.
    #[attr(default = false)]
    pub map_public_ip_on_launch: Option<bool>,
    /// IPv6 range, inside the VPC's.
    #[attr(clear)]
    pub ipv6_cidr_block: Option<String>,
    /// Whether new network interfaces get an IPv6 address.
    #[attr(default = false)]
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// Whether the subnet has IPv6 addresses only.
    #[attr(replace, default = false)]
    pub ipv6_native: Option<bool>,
    /// Whether Amazon's DNS server translates IPv4-only names for IPv6 clients.
    #[attr(default = false)]
    pub enable_dns64: Option<bool>,
    /// Whether the resource names of instances resolve to their IPv4 address.
    #[attr(default = false)]
    pub enable_resource_name_dns_a_record_on_launch: Option<bool>,
    /// Whether the resource names of instances resolve to their IPv6 address.
    #[attr(default = false)]
    pub enable_resource_name_dns_aaaa_record_on_launch: Option<bool>,
    /// What host names of instances are made of: their address or their id.
    #[attr(computed, allowed = ["ip-name", "resource-name"])]
    pub private_dns_hostname_type_on_launch: Option<String>,
    /// Outpost that the subnet lies on.
    #[attr(replace)]
    pub outpost_arn: Option<String>,
    /// Pool of customer-owned addresses on the Outpost.
    pub customer_owned_ipv4_pool: Option<String>,
    /// Whether new network interfaces get a customer-owned address.
    #[attr(default = false)]
    pub map_customer_owned_ip_on_launch: Option<bool>,
    /// Device of new instances on the Outpost that is a local network interface, as 1.
    #[attr(clear, range = 1..=15)]
    pub enable_lni_at_device_index: Option<i32>,
    /// Tags of the subnet.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about a subnet.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `subnet-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// Id under which the IPv6 range is associated.
    #[attr(follows = ["ipv6_cidr_block"])]
    pub ipv6_cidr_block_association_id: Option<String>,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_subnet`; its id is `subnet-…`.
pub struct Subnet;

impl Resource for Subnet {
    const KIND: &'static str = "aws_subnet";
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Tag;
    const MARKED: bool = true;
    const READ_BATCH: usize = BATCH;
    const TIMING: Timing = TIMING;
    const IMPORT: &'static str = "SUBNET_ID";
    const RULES: &'static [Rule] = &[
        Rule::AtLeastOne(&["cidr_block", "ipv6_cidr_block"]),
        Rule::Conflicts(&["availability_zone", "availability_zone_id"]),
        Rule::RequiredWith("customer_owned_ipv4_pool", &["map_customer_owned_ip_on_launch", "outpost_arn"]),
        Rule::Check(size),
        Rule::Check(ipv6_only),
    ];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let subnets = subnet_settings::describe(aws, vec![by_ids("subnet-id", ids)]).await?;
        Ok(subnets.iter().map(|it| (Id(text(it.subnet_id())), live(it))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let call = aws
            .ec2()
            .create_subnet()
            .vpc_id(&inputs.vpc_id)
            .set_cidr_block(inputs.cidr_block.clone())
            .set_availability_zone(inputs.availability_zone.clone())
            .set_availability_zone_id(inputs.availability_zone_id.clone())
            .set_ipv6_cidr_block(inputs.ipv6_cidr_block.clone())
            .set_ipv6_native(inputs.ipv6_native)
            .set_outpost_arn(inputs.outpost_arn.clone())
            .tag_specifications(tag_specification(ResourceType::Subnet, inputs.tags.as_ref(), token));
        let answer = call.send().await.fault("ec2:CreateSubnet")?;
        let Some(subnet) = answer.subnet else {
            return Err(Fault::new(FaultKind::Unknown, "ec2:CreateSubnet", "the answer holds no subnet"));
        };
        let live = live(&subnet);
        // The block was part of the call, also while the answer does not tell it yet.
        let before = Settings { ipv6_cidr_block: inputs.ipv6_cidr_block.clone(), ..settings(&live.inputs) };
        let unfinished = subnet_settings::differ(&before, &settings(inputs));
        Ok(Created { id: Id(text(subnet.subnet_id())), live: Some(live), unfinished })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        subnet_settings::change(aws, id, &settings(before), &settings(after)).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        subnet_settings::delete(aws, id).await
    }

    async fn find(aws: &Aws, _: &Inputs, token: &Token) -> Result<Found, Fault> {
        let subnets = subnet_settings::describe(aws, vec![by_token(token)]).await?;
        Ok(subnets.first().map_or(Found::Absent, |it| Found::Ours(Id(text(it.subnet_id())))))
    }
}

/// Network interfaces of load balancers and tasks outlive their owners by minutes, and a subnet
/// with one in it cannot be deleted.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html>
pub(super) const TIMING: Timing = Timing {
    delete: Duration::from_secs(1_200),
    consistency: Duration::from_secs(300),
    ..Timing::seconds(2, 2, 2, 600)
};

fn live(it: &Description) -> Live<Inputs, Outputs> {
    let now = Settings::of(it);
    Live {
        inputs: Inputs {
            vpc_id: text(it.vpc_id()),
            cidr_block: optional(it.cidr_block()),
            availability_zone: optional(it.availability_zone()),
            availability_zone_id: optional(it.availability_zone_id()),
            map_public_ip_on_launch: now.public_ip,
            ipv6_cidr_block: now.ipv6_cidr_block,
            assign_ipv6_address_on_creation: now.assign_ipv6,
            ipv6_native: it.ipv6_native(),
            enable_dns64: now.dns64,
            enable_resource_name_dns_a_record_on_launch: now.a_record,
            enable_resource_name_dns_aaaa_record_on_launch: now.aaaa_record,
            private_dns_hostname_type_on_launch: now.hostname_type,
            outpost_arn: optional(it.outpost_arn()),
            customer_owned_ipv4_pool: now.customer_pool,
            map_customer_owned_ip_on_launch: now.customer_ip,
            enable_lni_at_device_index: now.lni_device_index,
            tags: Some(tags(it.tags())),
        },
        outputs: Outputs {
            id: text(it.subnet_id()),
            arn: text(it.subnet_arn()),
            owner_id: text(it.owner_id()),
            ipv6_cidr_block_association_id: subnet_settings::ipv6_association(it),
            tags_all: None,
        },
        phase: subnet_settings::phase(it),
    }
}

fn settings(inputs: &Inputs) -> Settings<'_> {
    Settings {
        assign_ipv6: inputs.assign_ipv6_address_on_creation,
        ipv6_cidr_block: inputs.ipv6_cidr_block.clone(),
        customer_pool: inputs.customer_owned_ipv4_pool.clone(),
        customer_ip: inputs.map_customer_owned_ip_on_launch,
        dns64: inputs.enable_dns64,
        lni_device_index: inputs.enable_lni_at_device_index,
        a_record: inputs.enable_resource_name_dns_a_record_on_launch,
        aaaa_record: inputs.enable_resource_name_dns_aaaa_record_on_launch,
        hostname_type: inputs.private_dns_hostname_type_on_launch.clone(),
        public_ip: inputs.map_public_ip_on_launch,
        tags: inputs.tags.as_ref(),
    }
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
fn size(checked: &Checked<'_>) -> Vec<Violation> {
    let wrong = |argument: &'static str, length: u8, limits: &str| Violation {
        code: "subnet-size",
        warning: false,
        argument,
        message: format!("a subnet's range is {limits}, this one is `/{length}`"),
        help: None,
    };
    // What is no range of its family at all is told by the check of all ranges.
    let ipv4 = checked.text("cidr_block").and_then(|it| it.parse::<Ipv4Net>().ok()).map(|it| it.prefix_len());
    let ipv4 = ipv4.filter(|it| !(16..=28).contains(it)).map(|it| wrong("cidr_block", it, "`/16` to `/28`"));
    let ipv6 = checked.text("ipv6_cidr_block").and_then(|it| it.parse::<Ipv6Net>().ok()).map(|it| it.prefix_len());
    let ipv6 = ipv6.filter(|it| !(44..=64).contains(it) || it % 4 != 0);
    let ipv6 = ipv6.map(|it| wrong("ipv6_cidr_block", it, "`/44` to `/64` in steps of four bits"));
    ipv4.into_iter().chain(ipv6).collect()
}

fn ipv6_only(checked: &Checked<'_>) -> Vec<Violation> {
    let wrong = checked.bool("ipv6_native") == Some(true) && checked.text("cidr_block").is_some();
    Vec::from_iter(wrong.then(|| Violation {
        code: "ipv6-only-subnet",
        warning: false,
        argument: "cidr_block",
        message: "a subnet with `ipv6_native` has no IPv4 range".to_owned(),
        help: Some("remove `cidr_block`, or `ipv6_native`".to_owned()),
    }))
}
