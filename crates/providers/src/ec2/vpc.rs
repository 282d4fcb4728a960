//! `aws_vpc`

use aws_sdk_ec2::types::{ResourceType, Tenancy};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use ipnet::Ipv4Net;
use model::catalog::{Identity, Timing};
use model::schema::{Checked, Rule, Violation};
use model::{Attributes, Id, Known};

use crate::aws::{Answer, Aws, tags::Tags};
use crate::ec2::vpc_settings::{self, Ipv6, Observed, Settings, prefix_length};
use crate::ec2::wire::{BATCH, by_token, is_another, optional, tag_specification, text};
use crate::resource::{Lives, Made, Resource, Update};

/// A virtual private cloud: a network of its own.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/configure-your-vpc.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// IPv4 range, from `/16` to `/28`, as `10.0.0.0/16`.
    #[attr(replace, computed)]
    pub cidr_block: Option<String>,
    /// Pool of the address manager that the IPv4 range comes from.
    #[attr(write_only, pattern = "ipam-pool-[0-9a-f]+", replace_when("it becomes another pool", is_another))]
    pub ipv4_ipam_pool_id: Option<String>,
    /// Size of the IPv4 range, where the pool chooses the range itself.
    #[attr(replace, range = 16..=28)]
    pub ipv4_netmask_length: Option<i32>,
    /// Hardware that instances run on: `dedicated` is the account's alone. It can be changed
    /// back to `default`, but not the other way.
    #[attr(
        default = "default", allowed = ["default", "dedicated"],
        replace_when("it becomes `dedicated`", is_dedicated)
    )]
    pub instance_tenancy: Option<String>,
    /// Whether Amazon's DNS server answers in the VPC.
    #[attr(default = true)]
    pub enable_dns_support: Option<bool>,
    /// Whether instances with a public address get a public DNS name.
    #[attr(default = false, computed)]
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
    /// Tags of the VPC.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about a VPC.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `vpc-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
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

/// `aws_vpc`; its id is `vpc-…`.
pub struct Vpc;

impl Resource for Vpc {
    const KIND: &'static str = "aws_vpc";
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Tag;
    const MARKED: bool = true;
    const READ_BATCH: usize = BATCH;
    const TIMING: Timing = Timing::seconds(3, 2, 2, 600);
    const IMPORT: &'static str = "VPC_ID";
    const RULES: &'static [Rule] = &[
        Rule::AtLeastOne(&["cidr_block", "ipv4_ipam_pool_id"]),
        Rule::Conflicts(&["cidr_block", "ipv4_netmask_length"]),
        Rule::RequiredWith("ipv4_netmask_length", &["ipv4_ipam_pool_id"]),
        Rule::Conflicts(&["assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id"]),
        Rule::Conflicts(&["assign_generated_ipv6_cidr_block", "ipv6_cidr_block"]),
        Rule::Conflicts(&["ipv6_cidr_block", "ipv6_netmask_length"]),
        Rule::RequiredWith("ipv6_cidr_block", &["ipv6_ipam_pool_id"]),
        Rule::RequiredWith("ipv6_netmask_length", &["ipv6_ipam_pool_id"]),
        Rule::RequiredWith("ipv6_cidr_block_network_border_group", &["assign_generated_ipv6_cidr_block"]),
        Rule::Check(size),
        Rule::Check(ipv6_size),
    ];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let observed = vpc_settings::observe(aws, ids, want).await?;
        Ok(observed.into_iter().map(|(id, it)| (id, live(aws, &it))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let ipv6 = ipv6(inputs);
        let call = aws
            .ec2()
            .create_vpc()
            .set_cidr_block(inputs.cidr_block.clone())
            .set_ipv4_ipam_pool_id(inputs.ipv4_ipam_pool_id.clone())
            .set_ipv4_netmask_length(inputs.ipv4_netmask_length)
            .set_instance_tenancy(inputs.instance_tenancy.as_deref().map(Tenancy::from))
            .set_amazon_provided_ipv6_cidr_block(inputs.assign_generated_ipv6_cidr_block)
            .set_ipv6_cidr_block(ipv6.cidr_block)
            .set_ipv6_cidr_block_network_border_group(ipv6.border_group)
            .set_ipv6_ipam_pool_id(ipv6.pool)
            .set_ipv6_netmask_length(ipv6.netmask_length)
            .tag_specifications(tag_specification(ResourceType::Vpc, inputs.tags.as_ref(), token));
        let answer = call.send().await.fault("ec2:CreateVpc")?;
        let Some(vpc) = answer.vpc else {
            return Err(Fault::new(FaultKind::Unknown, "ec2:CreateVpc", "the answer holds no VPC"));
        };
        let id = Id(text(vpc.vpc_id()));
        // The answer does not tell the defaults that come with the VPC, so it is read until it
        // has left its pending state.
        let live = Live { phase: Phase::Settling("pending".to_owned()), ..live(aws, &Observed::new(vpc, false)) };
        // The block was part of the call, so only the attributes can be left to do.
        let after = Settings { ipv6: settings(&live.inputs).ipv6, ..settings(inputs) };
        let unfinished = vpc_settings::differ(&settings(&live.inputs), &after);
        Ok(Created { id, live: Some(live), unfinished })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.instance_tenancy != after.instance_tenancy {
            let call = aws.ec2().modify_vpc_tenancy().vpc_id(&id.0).instance_tenancy("default".into());
            call.send().await.fault("ec2:ModifyVpcTenancy")?;
        }
        vpc_settings::change(aws, id, &settings(before), &settings(after)).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        vpc_settings::delete(aws, id).await
    }

    async fn find(aws: &Aws, _: &Inputs, token: &Token) -> Result<Found, Fault> {
        let vpcs = vpc_settings::describe(aws, vec![by_token(token)]).await?;
        Ok(vpcs.first().map_or(Found::Absent, |vpc| Found::Ours(Id(text(vpc.vpc_id())))))
    }
}

fn live(aws: &Aws, it: &Observed) -> Live<Inputs, Outputs> {
    let ipv6 = it.ipv6();
    Live {
        inputs: Inputs {
            cidr_block: optional(it.vpc.cidr_block()),
            ipv4_ipam_pool_id: None,
            ipv4_netmask_length: it.vpc.cidr_block().and_then(prefix_length),
            instance_tenancy: it.vpc.instance_tenancy().map(|tenancy| tenancy.as_str().to_owned()),
            enable_dns_support: it.dns_support,
            enable_dns_hostnames: it.dns_hostnames,
            enable_network_address_usage_metrics: it.usage_metrics,
            assign_generated_ipv6_cidr_block: Some(ipv6.generated),
            ipv6_cidr_block: ipv6.cidr_block,
            ipv6_cidr_block_network_border_group: ipv6.border_group,
            ipv6_ipam_pool_id: ipv6.pool,
            ipv6_netmask_length: ipv6.netmask_length,
            tags: Some(it.tags()),
        },
        outputs: Outputs {
            id: text(it.vpc.vpc_id()),
            arn: it.arn(aws),
            owner_id: text(it.vpc.owner_id()),
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
        ipv6: ipv6(inputs),
        tags: inputs.tags.as_ref(),
    }
}

fn ipv6(inputs: &Inputs) -> Ipv6 {
    Ipv6 {
        generated: inputs.assign_generated_ipv6_cidr_block == Some(true),
        cidr_block: inputs.ipv6_cidr_block.clone(),
        border_group: inputs.ipv6_cidr_block_network_border_group.clone(),
        pool: inputs.ipv6_ipam_pool_id.clone(),
        netmask_length: inputs.ipv6_netmask_length,
    }
}

fn is_dedicated(_: &Known, after: &Known) -> bool {
    after.as_text() == Some("dedicated")
}

/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>
fn size(checked: &Checked<'_>) -> Vec<Violation> {
    // What is no range of IPv4 addresses at all is told by the check of all ranges.
    let length = checked.text("cidr_block").and_then(|it| it.parse::<Ipv4Net>().ok()).map(|it| it.prefix_len());
    let wrong = length.filter(|it| !(16..=28).contains(it));
    Vec::from_iter(wrong.map(|length| Violation {
        code: "vpc-size",
        warning: false,
        argument: "cidr_block",
        message: format!("a VPC's range is `/16` to `/28`, this one is `/{length}`"),
        help: None,
    }))
}

/// Shared with the default VPC: ranges out of a pool come in steps of four bits.
pub(super) fn ipv6_size(checked: &Checked<'_>) -> Vec<Violation> {
    let wrong = checked.int("ipv6_netmask_length").filter(|length| length % 4 != 0);
    Vec::from_iter(wrong.map(|length| Violation {
        code: "ipv6-netmask-length",
        warning: false,
        argument: "ipv6_netmask_length",
        message: format!("an IPv6 range of `/{length}` does not exist"),
        help: Some("44, 48, 52, 56 and 60 do".to_owned()),
    }))
}
