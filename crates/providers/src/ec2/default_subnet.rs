//! `aws_default_subnet`

use aws_sdk_ec2::types::Subnet as Description;
use driver::{Created, Fault, FaultKind, Found, Live, Token, Want};
use model::catalog::{Identity, Life, Timing};
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, tags::Tags};
use crate::ec2::subnet;
use crate::ec2::subnet_settings::{self, Settings};
use crate::ec2::wire::{BATCH, by_ids, filter, optional, tags, text};
use crate::resource::{Lives, Made, Resource, Update};

/// The subnet that the default VPC has in one availability zone. It is adopted as it is; where
/// it was deleted, a new one is made.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Availability zone, as `us-east-1a`; it says which subnet is meant.
    #[attr(replace)]
    pub availability_zone: String,
    /// Whether new network interfaces get a public IPv4 address.
    #[attr(default = true)]
    pub map_public_ip_on_launch: Option<bool>,
    /// IPv6 range, inside the VPC's.
    #[attr(computed)]
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
    /// Pool of customer-owned addresses on an Outpost.
    pub customer_owned_ipv4_pool: Option<String>,
    /// Whether new network interfaces get a customer-owned address.
    #[attr(default = false)]
    pub map_customer_owned_ip_on_launch: Option<bool>,
    /// Terraform's switch for deleting the subnet with the stack. stackctl takes it, so that a stack
    /// can be carried over as it is, and forgets the subnet all the same: what it did not make, it
    /// never deletes. Only stackctl reads it.
    #[attr(local, default = false)]
    pub force_destroy: Option<bool>,
    /// Tags of the subnet.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about a default subnet.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `subnet-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// VPC that the subnet is a part of: the default one.
    pub vpc_id: String,
    /// IPv4 range.
    pub cidr_block: Option<String>,
    /// Availability zone by its id, as `use1-az1`.
    pub availability_zone_id: Option<String>,
    /// Outpost that the subnet lies on.
    pub outpost_arn: Option<String>,
    /// Device of new instances that is a local network interface.
    #[attr(volatile)]
    pub enable_lni_at_device_index: Option<i32>,
    /// Id under which the IPv6 range is associated.
    #[attr(follows = ["ipv6_cidr_block"])]
    pub ipv6_cidr_block_association_id: Option<String>,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_default_subnet`; its id is `subnet-…`.
pub struct DefaultSubnet;

impl Resource for DefaultSubnet {
    const KIND: &'static str = "aws_default_subnet";
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Natural(&["availability_zone"]);
    const READ_BATCH: usize = BATCH;
    const LIFE: Life = Life::Adopted;
    const TIMING: Timing = subnet::TIMING;
    const IMPORT: &'static str = "SUBNET_ID";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let subnets = subnet_settings::describe(aws, vec![by_ids("subnet-id", ids)]).await?;
        Ok(subnets.iter().map(|it| (Id(text(it.subnet_id())), live(it))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let call = aws.ec2().create_default_subnet().availability_zone(&inputs.availability_zone);
        let answer = call.set_ipv6_native(inputs.ipv6_native).send().await.fault("ec2:CreateDefaultSubnet")?;
        let Some(subnet) = answer.subnet else {
            return Err(Fault::new(FaultKind::Unknown, "ec2:CreateDefaultSubnet", "the answer holds no subnet"));
        };
        // The call takes no settings and no tags, so an update follows always.
        Ok(Created { id: Id(text(subnet.subnet_id())), live: Some(live(&subnet)), unfinished: true })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        subnet_settings::change(aws, id, &settings(before), &settings(after)).await
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        if before.force_destroy == Some(true) { subnet_settings::delete(aws, id).await } else { Ok(()) }
    }

    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        Ok(default_subnet(aws, inputs).await?.map_or(Found::Absent, Found::Unproven))
    }

    async fn adopt(aws: &Aws, inputs: &Inputs) -> Result<Option<Id>, Fault> {
        default_subnet(aws, inputs).await
    }
}

async fn default_subnet(aws: &Aws, inputs: &Inputs) -> Result<Option<Id>, Fault> {
    let zone = filter("availability-zone", [&inputs.availability_zone]);
    let subnets = subnet_settings::describe(aws, vec![zone, filter("default-for-az", ["true"])]).await?;
    Ok(subnets.first().map(|it| Id(text(it.subnet_id()))))
}

fn live(it: &Description) -> Live<Inputs, Outputs> {
    let now = Settings::of(it);
    Live {
        inputs: Inputs {
            availability_zone: text(it.availability_zone()),
            map_public_ip_on_launch: now.public_ip,
            ipv6_cidr_block: now.ipv6_cidr_block,
            assign_ipv6_address_on_creation: now.assign_ipv6,
            ipv6_native: it.ipv6_native(),
            enable_dns64: now.dns64,
            enable_resource_name_dns_a_record_on_launch: now.a_record,
            enable_resource_name_dns_aaaa_record_on_launch: now.aaaa_record,
            private_dns_hostname_type_on_launch: now.hostname_type,
            customer_owned_ipv4_pool: now.customer_pool,
            map_customer_owned_ip_on_launch: now.customer_ip,
            force_destroy: None,
            tags: Some(tags(it.tags())),
        },
        outputs: Outputs {
            id: text(it.subnet_id()),
            arn: text(it.subnet_arn()),
            owner_id: text(it.owner_id()),
            vpc_id: text(it.vpc_id()),
            cidr_block: optional(it.cidr_block()),
            availability_zone_id: optional(it.availability_zone_id()),
            outpost_arn: optional(it.outpost_arn()),
            enable_lni_at_device_index: now.lni_device_index,
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
        // Not an argument of this kind, so it is none before and after.
        lni_device_index: None,
        a_record: inputs.enable_resource_name_dns_a_record_on_launch,
        aaaa_record: inputs.enable_resource_name_dns_aaaa_record_on_launch,
        hostname_type: inputs.private_dns_hostname_type_on_launch.clone(),
        public_ip: inputs.map_public_ip_on_launch,
        tags: inputs.tags.as_ref(),
    }
}
