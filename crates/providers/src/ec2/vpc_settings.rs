//! What a VPC that one makes and the default VPC have in common: reading them, and the
//! settings that change in place.
//!
//! In: ids, settings before and after. Out: what AWS says, and the calls between the two. It
//! must not know which of the two kinds asks.

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::modify_vpc_attribute::builders::ModifyVpcAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, Vpc, VpcAttributeName, VpcCidrBlockStateCode, VpcIpv6CidrBlockAssociation,
};
use driver::{Fault, FaultKind, Phase, Want};
use futures::future::try_join_all;
use ipnet::IpNet;
use model::Id;

use crate::aws::tags::Tags;
use crate::aws::{Answer, Aws, Stands};
use crate::ec2::wire::{by_ids, filter, optional, retag, tags, text};

/// A VPC and what only further calls tell about it; what was not asked for is `None`.
#[derive(Debug)]
pub struct Observed {
    /// The VPC.
    pub vpc: Vpc,
    /// Whether Amazon's DNS server answers.
    pub dns_support: Option<bool>,
    /// Whether instances get public DNS names.
    pub dns_hostnames: Option<bool>,
    /// Whether address usage is measured.
    pub usage_metrics: Option<bool>,
    /// The network ACL of subnets that name none.
    pub default_network_acl: Option<String>,
    /// The security group of interfaces that name none.
    pub default_security_group: Option<String>,
    /// The route table of subnets that name none.
    pub main_route_table: Option<String>,
}

impl Observed {
    /// A VPC as its create call answers it, with AWS's defaults.
    pub fn new(vpc: Vpc, dns_hostnames: bool) -> Self {
        Self {
            vpc,
            dns_support: Some(true),
            dns_hostnames: Some(dns_hostnames),
            usage_metrics: Some(false),
            default_network_acl: None,
            default_security_group: None,
            main_route_table: None,
        }
    }

    /// Its ARN, which names the owner: a shared VPC belongs to another account.
    pub fn arn(&self, aws: &Aws) -> String {
        let (owner, id) = (text(self.vpc.owner_id()), text(self.vpc.vpc_id()));
        format!("arn:{}:ec2:{}:{owner}:vpc/{id}", aws.partition(), aws.region())
    }

    /// Its tags.
    pub fn tags(&self) -> Tags {
        tags(self.vpc.tags())
    }

    /// Its IPv6 block and where that comes from.
    pub fn ipv6(&self) -> Ipv6 {
        let Some(it) = standing(&self.vpc) else { return Ipv6::default() };
        let pool = it.ipv6_pool().filter(|pool| pool.starts_with("ipam-pool-"));
        Ipv6 {
            generated: it.ipv6_pool().is_some_and(|pool| pool.eq_ignore_ascii_case("amazon")),
            cidr_block: optional(it.ipv6_cidr_block()),
            border_group: optional(it.network_border_group()),
            pool: pool.map(str::to_owned),
            netmask_length: pool.and(it.ipv6_cidr_block()).and_then(prefix_length),
        }
    }

    /// The id under which the IPv6 block is associated.
    pub fn ipv6_association(&self) -> Option<String> {
        standing(&self.vpc).and_then(|it| optional(it.association_id()))
    }

    /// Whether it and its IPv6 block are ready.
    pub fn phase(&self) -> Phase {
        if self.vpc.state().is_some_and(|state| state.as_str() == "pending") {
            return Phase::Settling("pending".to_owned());
        }
        let states = self.vpc.ipv6_cidr_block_association_set().iter().filter_map(|it| it.ipv6_cidr_block_state());
        for state in states {
            match state.state() {
                Some(VpcCidrBlockStateCode::Associating) => {
                    return Phase::Settling("associating the IPv6 block".to_owned());
                }
                Some(VpcCidrBlockStateCode::Disassociating) => {
                    return Phase::Settling("disassociating the IPv6 block".to_owned());
                }
                Some(VpcCidrBlockStateCode::Failing) => {
                    let why = state.status_message().unwrap_or("AWS could not associate it");
                    return Phase::Failed(format!("the IPv6 block: {why}"));
                }
                _ => {}
            }
        }
        Phase::Ready
    }
}

/// The number behind the slash; `None` for what is no range.
pub fn prefix_length(cidr_block: &str) -> Option<i32> {
    cidr_block.parse::<IpNet>().ok().map(|it| it.prefix_len().into())
}

/// The IPv6 block of a VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ipv6 {
    /// Whether Amazon chooses a /56.
    pub generated: bool,
    /// The block.
    pub cidr_block: Option<String>,
    /// Where its addresses are advertised from.
    pub border_group: Option<String>,
    /// The address manager's pool it comes from.
    pub pool: Option<String>,
    /// Its size, where a pool chooses the block.
    pub netmask_length: Option<i32>,
}

/// What changes in place.
#[derive(Debug)]
pub struct Settings<'a> {
    /// Whether Amazon's DNS server answers.
    pub dns_support: Option<bool>,
    /// Whether instances get public DNS names.
    pub dns_hostnames: Option<bool>,
    /// Whether address usage is measured.
    pub usage_metrics: Option<bool>,
    /// The IPv6 block.
    pub ipv6: Ipv6,
    /// The tags.
    pub tags: Option<&'a Tags>,
}

/// Reads VPCs. What costs calls of its own is asked only when wanted: one call for each
/// attribute of each VPC, and one for all VPCs for each kind of default.
pub async fn observe(aws: &Aws, ids: &[Id], want: &Want) -> Result<BTreeMap<Id, Observed>, Fault> {
    let vpcs = describe(aws, vec![by_ids("vpc-id", ids)]).await?;
    let found: Vec<Id> = vpcs.iter().map(|vpc| Id(text(vpc.vpc_id()))).collect();
    let (acls, groups, tables, mut attributes) = tokio::try_join!(
        default_network_acls(aws, &found, want),
        default_security_groups(aws, &found, want),
        main_route_tables(aws, &found, want),
        all_attributes(aws, &found, want),
    )?;
    let observed = vpcs.into_iter().zip(found).map(|(vpc, id)| {
        let (dns_support, dns_hostnames, usage_metrics) = attributes.remove(&id).unwrap_or_default();
        let it = Observed {
            vpc,
            dns_support,
            dns_hostnames,
            usage_metrics,
            default_network_acl: acls.get(&id.0).cloned(),
            default_security_group: groups.get(&id.0).cloned(),
            main_route_table: tables.get(&id.0).cloned(),
        };
        (id, it)
    });
    Ok(observed.collect())
}

/// The VPCs that pass filters.
pub async fn describe(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<Vpc>, Fault> {
    let pages = aws.ec2().describe_vpcs().set_filters(Some(filters)).into_paginator().items().send();
    let vpcs: Result<Vec<Vpc>, _> = pages.collect().await;
    vpcs.fault("ec2:DescribeVpcs")
}

/// Whether a VPC surely has no IPv6 range, nor one that comes or goes. It is asked once: what
/// is made in it meanwhile is made in the same VPC.
pub async fn is_without_ipv6(aws: &Aws, vpc: &str) -> Result<bool, Fault> {
    let id = Id(vpc.to_owned());
    let ask = async {
        let vpcs = describe(aws, vec![by_ids("vpc-id", std::slice::from_ref(&id))]).await?;
        Ok(vpcs.first().map(|vpc| vpc.ipv6_cidr_block_association_set().is_empty()))
    };
    match aws.once(format!("IPv6 of {vpc}"), Stands::ForGood, ask).await {
        // Who may not look at the VPC may still look at what is in it.
        Err(fault) if fault.kind == FaultKind::Denied => Ok(false),
        answer => Ok(answer?.unwrap_or(false)),
    }
}

/// The default VPC, where the account still has one in the region.
pub async fn default_vpc(aws: &Aws) -> Result<Option<Id>, Fault> {
    let vpcs = describe(aws, vec![filter("is-default", ["true"])]).await?;
    Ok(vpcs.first().map(|vpc| Id(text(vpc.vpc_id()))))
}

/// Whether anything is to be done between two settings.
pub fn differ(before: &Settings<'_>, after: &Settings<'_>) -> bool {
    !changed_attributes(before, after).is_empty() || ipv6_changed(&before.ipv6, &after.ipv6)
}

/// Makes the calls between two settings.
pub async fn change(aws: &Aws, id: &Id, before: &Settings<'_>, after: &Settings<'_>) -> Result<(), Fault> {
    for (attribute, value) in changed_attributes(before, after) {
        let call = attribute.set(aws.ec2().modify_vpc_attribute().vpc_id(&id.0), value);
        call.send().await.fault("ec2:ModifyVpcAttribute")?;
    }
    if ipv6_changed(&before.ipv6, &after.ipv6) {
        change_ipv6(aws, id, &before.ipv6, &after.ipv6).await?;
    }
    retag(aws, id, before.tags, after.tags).await
}

/// Deletes a VPC; one that is gone is fine.
pub async fn delete(aws: &Aws, id: &Id) -> Result<(), Fault> {
    aws.ec2().delete_vpc().vpc_id(&id.0).send().await.found("ec2:DeleteVpc").map(|_| ())
}

/// One attribute that has a call of its own.
#[derive(Clone, Copy, Debug)]
enum Attribute {
    DnsSupport,
    DnsHostnames,
    UsageMetrics,
}

impl Attribute {
    fn set(self, call: ModifyVpcAttributeFluentBuilder, value: bool) -> ModifyVpcAttributeFluentBuilder {
        let value = AttributeBooleanValue::builder().value(value).build();
        match self {
            Self::DnsSupport => call.enable_dns_support(value),
            Self::DnsHostnames => call.enable_dns_hostnames(value),
            Self::UsageMetrics => call.enable_network_address_usage_metrics(value),
        }
    }
}

/// AWS takes one attribute a call. Host names need DNS support, so support is switched on
/// before them and off after them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html>
fn changed_attributes(before: &Settings<'_>, after: &Settings<'_>) -> Vec<(Attribute, bool)> {
    let mut ordered = vec![
        (Attribute::DnsSupport, before.dns_support, after.dns_support),
        (Attribute::DnsHostnames, before.dns_hostnames, after.dns_hostnames),
        (Attribute::UsageMetrics, before.usage_metrics, after.usage_metrics),
    ];
    if after.dns_support == Some(false) {
        ordered.swap(0, 1);
    }
    let changed = |(attribute, before, after): (Attribute, Option<bool>, Option<bool>)| {
        after.filter(|_| before != after).map(|value| (attribute, value))
    };
    ordered.into_iter().filter_map(changed).collect()
}

/// A block that is not set is AWS's choice, and one without a source follows from there being
/// none.
fn ipv6_changed(before: &Ipv6, after: &Ipv6) -> bool {
    let sets = |before: &Option<String>, after: &Option<String>| after.is_some() && before != after;
    before.generated != after.generated
        || before.pool != after.pool
        || sets(&before.cidr_block, &after.cidr_block)
        || sets(&before.border_group, &after.border_group)
        || (after.netmask_length.is_some() && before.netmask_length != after.netmask_length)
}

/// The block is exchanged: AWS changes none in place.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>
async fn change_ipv6(aws: &Aws, id: &Id, before: &Ipv6, after: &Ipv6) -> Result<(), Fault> {
    if before.cidr_block.is_some() {
        let vpcs = describe(aws, vec![by_ids("vpc-id", std::slice::from_ref(id))]).await?;
        let associations = vpcs.iter().filter_map(standing).filter_map(VpcIpv6CidrBlockAssociation::association_id);
        for association in associations {
            let call = aws.ec2().disassociate_vpc_cidr_block().association_id(association);
            call.send().await.found("ec2:DisassociateVpcCidrBlock")?;
        }
    }
    let call = aws.ec2().associate_vpc_cidr_block().vpc_id(&id.0);
    let fresh = after.cidr_block.clone().filter(|_| before.cidr_block != after.cidr_block);
    let call = if after.generated {
        let group = after.border_group.clone();
        call.amazon_provided_ipv6_cidr_block(true).set_ipv6_cidr_block_network_border_group(group)
    } else if let Some(pool) = &after.pool {
        let length = after.netmask_length.filter(|_| fresh.is_none());
        call.ipv6_ipam_pool_id(pool).set_ipv6_cidr_block(fresh).set_ipv6_netmask_length(length)
    } else {
        return Ok(());
    };
    call.send().await.fault("ec2:AssociateVpcCidrBlock").map(|_| ())
}

/// The association that counts; AWS still tells of those that ended.
fn standing(vpc: &Vpc) -> Option<&VpcIpv6CidrBlockAssociation> {
    use VpcCidrBlockStateCode::{Disassociated, Disassociating, Failed, Failing};
    vpc.ipv6_cidr_block_association_set().iter().find(|it| {
        let state = it.ipv6_cidr_block_state().and_then(|it| it.state());
        !matches!(state, Some(Disassociated | Disassociating | Failed | Failing))
    })
}

type Attributes = (Option<bool>, Option<bool>, Option<bool>);

async fn all_attributes(aws: &Aws, ids: &[Id], want: &Want) -> Result<BTreeMap<Id, Attributes>, Fault> {
    let each = ids.iter().map(|id| async move {
        let attributes = tokio::try_join!(
            attribute(aws, id, want, "enable_dns_support", VpcAttributeName::EnableDnsSupport),
            attribute(aws, id, want, "enable_dns_hostnames", VpcAttributeName::EnableDnsHostnames),
            attribute(
                aws,
                id,
                want,
                "enable_network_address_usage_metrics",
                VpcAttributeName::EnableNetworkAddressUsageMetrics
            ),
        )?;
        Ok::<_, Fault>((id.clone(), attributes))
    });
    Ok(try_join_all(each).await?.into_iter().collect())
}

async fn attribute(
    aws: &Aws,
    id: &Id,
    want: &Want,
    name: &str,
    attribute: VpcAttributeName,
) -> Result<Option<bool>, Fault> {
    if !want.any(&[name]) {
        return Ok(None);
    }
    let call = aws.ec2().describe_vpc_attribute().vpc_id(&id.0).attribute(attribute);
    let answer = call.send().await.found("ec2:DescribeVpcAttribute")?;
    let value = answer.and_then(|it| {
        it.enable_dns_support
            .or(it.enable_dns_hostnames)
            .or(it.enable_network_address_usage_metrics)
            .and_then(|it| it.value())
    });
    Ok(value)
}

/// Ids by the VPC they belong to.
type ByVpc = BTreeMap<String, String>;

async fn default_network_acls(aws: &Aws, vpcs: &[Id], want: &Want) -> Result<ByVpc, Fault> {
    if vpcs.is_empty() || !want.any(&["default_network_acl_id"]) {
        return Ok(ByVpc::new());
    }
    let call = aws.ec2().describe_network_acls().filters(by_ids("vpc-id", vpcs)).filters(filter("default", ["true"]));
    let acls: Result<Vec<_>, _> = call.into_paginator().items().send().collect().await;
    let acls = acls.fault("ec2:DescribeNetworkAcls")?;
    Ok(acls.iter().map(|it| (text(it.vpc_id()), text(it.network_acl_id()))).collect())
}

async fn default_security_groups(aws: &Aws, vpcs: &[Id], want: &Want) -> Result<ByVpc, Fault> {
    if vpcs.is_empty() || !want.any(&["default_security_group_id"]) {
        return Ok(ByVpc::new());
    }
    let call = aws.ec2().describe_security_groups();
    let call = call.filters(by_ids("vpc-id", vpcs)).filters(filter("group-name", ["default"]));
    let groups: Result<Vec<_>, _> = call.into_paginator().items().send().collect().await;
    let groups = groups.fault("ec2:DescribeSecurityGroups")?;
    Ok(groups.iter().map(|it| (text(it.vpc_id()), text(it.group_id()))).collect())
}

async fn main_route_tables(aws: &Aws, vpcs: &[Id], want: &Want) -> Result<ByVpc, Fault> {
    if vpcs.is_empty() || !want.any(&["default_route_table_id", "main_route_table_id"]) {
        return Ok(ByVpc::new());
    }
    let call = aws.ec2().describe_route_tables();
    let call = call.filters(by_ids("vpc-id", vpcs)).filters(filter("association.main", ["true"]));
    let tables: Result<Vec<_>, _> = call.into_paginator().items().send().collect().await;
    let tables = tables.fault("ec2:DescribeRouteTables")?;
    Ok(tables.iter().map(|it| (text(it.vpc_id()), text(it.route_table_id()))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: (bool, bool), after: (Option<bool>, Option<bool>), expect: &[&str]) {
        let settings = |dns_support, dns_hostnames| Settings {
            dns_support,
            dns_hostnames,
            usage_metrics: None,
            ipv6: Ipv6::default(),
            tags: None,
        };
        let changed = changed_attributes(&settings(Some(before.0), Some(before.1)), &settings(after.0, after.1));
        let changed: Vec<String> = changed.iter().map(|(attribute, value)| format!("{attribute:?} {value}")).collect();
        assert_eq!(changed, expect);
    }

    #[test]
    fn host_names_never_stand_without_dns_support() {
        check((true, false), (None, None), &[]);
        check((true, false), (Some(true), Some(true)), &["DnsHostnames true"]);
        check((false, false), (Some(true), Some(true)), &["DnsSupport true", "DnsHostnames true"]);
        check((true, true), (Some(false), Some(false)), &["DnsHostnames false", "DnsSupport false"]);
    }

    #[test]
    fn a_block_changes_with_its_source_and_not_with_what_aws_chose() {
        let chosen = Ipv6 {
            generated: true,
            cidr_block: Some("2001:db8::/56".to_owned()),
            border_group: Some("us-east-1".to_owned()),
            ..Ipv6::default()
        };
        assert!(!ipv6_changed(&chosen, &Ipv6 { generated: true, ..Ipv6::default() }));
        assert!(ipv6_changed(&chosen, &Ipv6 { generated: false, ..chosen.clone() }));
        assert!(ipv6_changed(&Ipv6::default(), &chosen));
    }
}
