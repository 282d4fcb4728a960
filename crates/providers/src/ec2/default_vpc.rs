//! `aws_default_vpc`

use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Life, Timing};
use model::schema::Rule;
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, tags::Tags};
use crate::ec2::vpc::ipv6_size;
use crate::ec2::vpc_settings::{self, Ipv6, Observed, Settings};
use crate::ec2::wire::{BATCH, optional, text};
use crate::resource::{Lives, Made, Resource, Update};

/// The VPC that every region of an account comes with. It is adopted as it is; where it was
/// deleted, a new one is made.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Whether Amazon's DNS server answers in the VPC.
    #[attr(default = true)]
    pub enable_dns_support: Option<bool>,
    /// Whether instances with a public address get a public DNS name.
    #[attr(default = true)]
    pub enable_dns_hostnames: Option<bool>,
    /// Whether the use of addresses is measured in CloudWatch.
    #[attr(default = false, computed)]
    pub enable_network_address_usage_metrics: Option<bool>,
    /// Whether Amazon gives the VPC an IPv6 range, a `/56`.
    #[attr(default = false)]
    pub assign_generated_ipv6_cidr_block: Option<bool>,
    /// IPv6 range out of the pool.
    #[attr(computed, follows = ["assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length"])]
    pub ipv6_cidr_block: Option<String>,
    /// Where the IPv6 addresses are advertised from, as `us-east-1`; a local zone has one of its own.
    #[attr(computed, follows = ["assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id"])]
    pub ipv6_cidr_block_network_border_group: Option<String>,
    /// Pool of the address manager that the IPv6 range comes from.
    #[attr(clear, pattern = "ipam-pool-[0-9a-f]+")]
    pub ipv6_ipam_pool_id: Option<String>,
    /// Size of the IPv6 range, where the pool chooses the range itself: 44, 48, 52, 56 or 60.
    #[attr(range = 44..=60)]
    pub ipv6_netmask_length: Option<i32>,
    /// Terraform's switch for deleting the VPC with the stack. stackctl takes it, so that a stack
    /// can be carried over as it is, and forgets the VPC all the same: what it did not make, it
    /// never deletes. Only stackctl reads it.
    #[attr(local, default = false)]
    pub force_destroy: Option<bool>,
    /// Tags of the VPC.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about the default VPC.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `vpc-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// IPv4 range, usually `172.31.0.0/16`.
    pub cidr_block: Option<String>,
    /// Hardware that instances run on.
    pub instance_tenancy: Option<String>,
    /// Network ACL of subnets that name none.
    pub default_network_acl_id: Option<String>,
    /// Security group of interfaces that name none.
    pub default_security_group_id: Option<String>,
    /// Route table that came with the VPC.
    #[attr(volatile)]
    pub default_route_table_id: Option<String>,
    /// Route table of subnets that name none.
    #[attr(volatile)]
    pub main_route_table_id: Option<String>,
    /// Set of DHCP options.
    #[attr(volatile)]
    pub dhcp_options_id: Option<String>,
    /// Id under which the IPv6 range is associated.
    #[attr(follows = [
        "assign_generated_ipv6_cidr_block", "ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length",
    ])]
    pub ipv6_association_id: Option<String>,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_default_vpc`; its id is `vpc-…`.
pub struct DefaultVpc;

impl Resource for DefaultVpc {
    const KIND: &'static str = "aws_default_vpc";
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Natural(&[]);
    const READ_BATCH: usize = BATCH;
    const LIFE: Life = Life::Adopted;
    const TIMING: Timing = Timing::seconds(3, 2, 2, 600);
    const IMPORT: &'static str = "VPC_ID";
    const RULES: &'static [Rule] = &[
        Rule::Conflicts(&["assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id"]),
        Rule::Conflicts(&["assign_generated_ipv6_cidr_block", "ipv6_cidr_block"]),
        Rule::Conflicts(&["ipv6_cidr_block", "ipv6_netmask_length"]),
        Rule::RequiredWith("ipv6_cidr_block", &["ipv6_ipam_pool_id"]),
        Rule::RequiredWith("ipv6_netmask_length", &["ipv6_ipam_pool_id"]),
        Rule::RequiredWith("ipv6_cidr_block_network_border_group", &["assign_generated_ipv6_cidr_block"]),
        Rule::Check(ipv6_size),
    ];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let observed = vpc_settings::observe(aws, ids, want).await?;
        Ok(observed.into_iter().map(|(id, it)| (id, live(aws, &it))).collect())
    }

    async fn create(aws: &Aws, _: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let answer = aws.ec2().create_default_vpc().send().await.fault("ec2:CreateDefaultVpc")?;
        let Some(vpc) = answer.vpc else {
            return Err(Fault::new(FaultKind::Unknown, "ec2:CreateDefaultVpc", "the answer holds no VPC"));
        };
        let id = Id(text(vpc.vpc_id()));
        let phase = Phase::Settling("pending".to_owned());
        // The call takes no arguments and no tags, so an update follows always.
        Ok(Created { id, live: Some(Live { phase, ..live(aws, &Observed::new(vpc, true)) }), unfinished: true })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        vpc_settings::change(aws, id, &settings(before), &settings(after)).await
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        if before.force_destroy == Some(true) { vpc_settings::delete(aws, id).await } else { Ok(()) }
    }

    async fn find(aws: &Aws, _: &Inputs, _: &Token) -> Result<Found, Fault> {
        Ok(vpc_settings::default_vpc(aws).await?.map_or(Found::Absent, Found::Unproven))
    }

    async fn adopt(aws: &Aws, _: &Inputs) -> Result<Option<Id>, Fault> {
        vpc_settings::default_vpc(aws).await
    }
}

fn live(aws: &Aws, it: &Observed) -> Live<Inputs, Outputs> {
    let ipv6 = it.ipv6();
    Live {
        inputs: Inputs {
            enable_dns_support: it.dns_support,
            enable_dns_hostnames: it.dns_hostnames,
            enable_network_address_usage_metrics: it.usage_metrics,
            assign_generated_ipv6_cidr_block: Some(ipv6.generated),
            ipv6_cidr_block: ipv6.cidr_block,
            ipv6_cidr_block_network_border_group: ipv6.border_group,
            ipv6_ipam_pool_id: ipv6.pool,
            ipv6_netmask_length: ipv6.netmask_length,
            force_destroy: None,
            tags: Some(it.tags()),
        },
        outputs: Outputs {
            id: text(it.vpc.vpc_id()),
            arn: it.arn(aws),
            owner_id: text(it.vpc.owner_id()),
            cidr_block: optional(it.vpc.cidr_block()),
            instance_tenancy: it.vpc.instance_tenancy().map(|tenancy| tenancy.as_str().to_owned()),
            default_network_acl_id: it.default_network_acl.clone(),
            default_security_group_id: it.default_security_group.clone(),
            default_route_table_id: it.main_route_table.clone(),
            main_route_table_id: it.main_route_table.clone(),
            dhcp_options_id: optional(it.vpc.dhcp_options_id()),
            ipv6_association_id: it.ipv6_association(),
            tags_all: None,
        },
        phase: it.phase(),
    }
}

fn settings(inputs: &Inputs) -> Settings<'_> {
    Settings {
        dns_support: inputs.enable_dns_support,
        dns_hostnames: inputs.enable_dns_hostnames,
        usage_metrics: inputs.enable_network_address_usage_metrics,
        ipv6: Ipv6 {
            generated: inputs.assign_generated_ipv6_cidr_block == Some(true),
            cidr_block: inputs.ipv6_cidr_block.clone(),
            border_group: inputs.ipv6_cidr_block_network_border_group.clone(),
            pool: inputs.ipv6_ipam_pool_id.clone(),
            netmask_length: inputs.ipv6_netmask_length,
        },
        tags: inputs.tags.as_ref(),
    }
}
