//! What a subnet that one makes and a default subnet have in common: reading them, and the
//! settings that change in place.
//!
//! In: ids, settings before and after. Out: what AWS says, and the calls between the two. It
//! must not know which of the two kinds asks.

use aws_sdk_ec2::operation::modify_subnet_attribute::builders::ModifySubnetAttributeFluentBuilder;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, Filter, HostnameType, Subnet, SubnetCidrBlockStateCode, SubnetIpv6CidrBlockAssociation,
};
use driver::{Fault, FaultKind, Phase};
use model::Id;

use crate::aws::tags::Tags;
use crate::aws::{Answer, Aws};
use crate::ec2::wire::{by_ids, optional, retag};

/// What changes in place.
#[derive(Clone, Debug)]
pub struct Settings<'a> {
    /// Whether new interfaces get an IPv6 address.
    pub assign_ipv6: Option<bool>,
    /// The IPv6 block.
    pub ipv6_cidr_block: Option<String>,
    /// The pool of customer-owned addresses on an Outpost.
    pub customer_pool: Option<String>,
    /// Whether new interfaces get an address from that pool.
    pub customer_ip: Option<bool>,
    /// Whether DNS answers IPv6 clients with translated IPv4 addresses.
    pub dns64: Option<bool>,
    /// Which device of new instances is a local network interface.
    pub lni_device_index: Option<i32>,
    /// Whether resource names resolve to IPv4 addresses.
    pub a_record: Option<bool>,
    /// Whether resource names resolve to IPv6 addresses.
    pub aaaa_record: Option<bool>,
    /// What host names are made of.
    pub hostname_type: Option<String>,
    /// Whether new interfaces get a public IPv4 address.
    pub public_ip: Option<bool>,
    /// The tags.
    pub tags: Option<&'a Tags>,
}

impl Settings<'_> {
    /// The settings that an answer tells.
    pub fn of(subnet: &Subnet) -> Settings<'static> {
        let names = subnet.private_dns_name_options_on_launch();
        Settings {
            assign_ipv6: subnet.assign_ipv6_address_on_creation(),
            ipv6_cidr_block: standing(subnet).and_then(|it| optional(it.ipv6_cidr_block())),
            customer_pool: optional(subnet.customer_owned_ipv4_pool()),
            customer_ip: subnet.map_customer_owned_ip_on_launch(),
            dns64: subnet.enable_dns64(),
            lni_device_index: subnet.enable_lni_at_device_index(),
            a_record: names.and_then(|it| it.enable_resource_name_dns_a_record()),
            aaaa_record: names.and_then(|it| it.enable_resource_name_dns_aaaa_record()),
            hostname_type: names.and_then(|it| it.hostname_type()).map(|it| it.as_str().to_owned()),
            public_ip: subnet.map_public_ip_on_launch(),
            tags: None,
        }
    }
}

/// The subnets that pass filters.
pub async fn describe(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<Subnet>, Fault> {
    let pages = aws.ec2().describe_subnets().set_filters(Some(filters)).into_paginator().items().send();
    let subnets: Result<Vec<Subnet>, _> = pages.collect().await;
    subnets.fault("ec2:DescribeSubnets")
}

/// Whether a subnet and its IPv6 block are ready.
pub fn phase(subnet: &Subnet) -> Phase {
    if let Some(state) = subnet.state().map(|it| it.as_str().to_owned()) {
        match state.as_str() {
            "pending" => return Phase::Settling(state),
            "failed" | "failed-insufficient-capacity" => return Phase::Failed(state),
            _ => {}
        }
    }
    for state in subnet.ipv6_cidr_block_association_set().iter().filter_map(|it| it.ipv6_cidr_block_state()) {
        match state.state() {
            Some(SubnetCidrBlockStateCode::Associating) => {
                return Phase::Settling("associating the IPv6 block".to_owned());
            }
            Some(SubnetCidrBlockStateCode::Disassociating) => {
                return Phase::Settling("disassociating the IPv6 block".to_owned());
            }
            Some(SubnetCidrBlockStateCode::Failing) => {
                let why = state.status_message().unwrap_or("AWS could not associate it");
                return Phase::Failed(format!("the IPv6 block: {why}"));
            }
            _ => {}
        }
    }
    Phase::Ready
}

/// The id under which the IPv6 block is associated.
pub fn ipv6_association(subnet: &Subnet) -> Option<String> {
    standing(subnet).and_then(|it| optional(it.association_id()))
}

/// Whether anything is to be done between two settings.
pub fn differ(before: &Settings<'_>, after: &Settings<'_>) -> bool {
    !changes(before, after).is_empty()
}

/// Makes the calls between two settings.
pub async fn change(aws: &Aws, id: &Id, before: &Settings<'_>, after: &Settings<'_>) -> Result<(), Fault> {
    for change in changes(before, after) {
        match change {
            Change::Ipv6Block(block) => exchange_ipv6(aws, id, block).await?,
            Change::Attribute(attribute) => {
                let call = attribute.set(aws.ec2().modify_subnet_attribute().subnet_id(&id.0));
                call.send().await.fault("ec2:ModifySubnetAttribute")?;
            }
        }
    }
    retag(aws, id, before.tags, after.tags).await
}

/// Deletes a subnet; one that is gone is fine.
pub async fn delete(aws: &Aws, id: &Id) -> Result<(), Fault> {
    aws.ec2().delete_subnet().subnet_id(&id.0).send().await.found("ec2:DeleteSubnet").map(|_| ())
}

#[derive(Debug)]
enum Change {
    Ipv6Block(Option<String>),
    Attribute(Attribute),
}

/// What one call of `ModifySubnetAttribute` sets.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html>
#[derive(Debug)]
enum Attribute {
    AssignIpv6(bool),
    CustomerIp { on: bool, pool: Option<String> },
    Dns64(bool),
    LocalInterface(Option<i32>),
    ARecord(bool),
    AaaaRecord(bool),
    HostnameType(String),
    PublicIp(bool),
}

impl Attribute {
    fn set(self, call: ModifySubnetAttributeFluentBuilder) -> ModifySubnetAttributeFluentBuilder {
        let flag = |value| AttributeBooleanValue::builder().value(value).build();
        match self {
            Self::AssignIpv6(on) => call.assign_ipv6_address_on_creation(flag(on)),
            Self::CustomerIp { on, pool } => {
                call.map_customer_owned_ip_on_launch(flag(on)).set_customer_owned_ipv4_pool(pool)
            }
            Self::Dns64(on) => call.enable_dns64(flag(on)),
            Self::LocalInterface(Some(index)) => call.enable_lni_at_device_index(index),
            Self::LocalInterface(None) => call.disable_lni_at_device_index(flag(true)),
            Self::ARecord(on) => call.enable_resource_name_dns_a_record_on_launch(flag(on)),
            Self::AaaaRecord(on) => call.enable_resource_name_dns_aaaa_record_on_launch(flag(on)),
            Self::HostnameType(name) => call.private_dns_hostname_type_on_launch(HostnameType::from(name.as_str())),
            Self::PublicIp(on) => call.map_public_ip_on_launch(flag(on)),
        }
    }
}

/// What to do, in an order that AWS accepts: IPv6 addresses are assigned only while there is a
/// block, so the block goes after switching that off and comes before switching it on.
fn changes(before: &Settings<'_>, after: &Settings<'_>) -> Vec<Change> {
    let flag = |before: Option<bool>, after: Option<bool>| after.filter(|_| before != after);
    let assign = flag(before.assign_ipv6, after.assign_ipv6);
    let block = (before.ipv6_cidr_block != after.ipv6_cidr_block).then(|| after.ipv6_cidr_block.clone());
    let customer = flag(before.customer_ip, after.customer_ip).is_some()
        || (after.customer_pool.is_some() && before.customer_pool != after.customer_pool);
    let lni = (before.lni_device_index != after.lni_device_index).then_some(after.lni_device_index);
    let name = after.hostname_type.clone().filter(|_| before.hostname_type != after.hostname_type);
    let ordered = [
        assign.filter(|on| !on).map(|on| Change::Attribute(Attribute::AssignIpv6(on))),
        block.map(Change::Ipv6Block),
        assign.filter(|on| *on).map(|on| Change::Attribute(Attribute::AssignIpv6(on))),
        customer.then(|| {
            let on = after.customer_ip.unwrap_or_default();
            Change::Attribute(Attribute::CustomerIp { on, pool: after.customer_pool.clone().filter(|_| on) })
        }),
        flag(before.dns64, after.dns64).map(|on| Change::Attribute(Attribute::Dns64(on))),
        lni.map(|index| Change::Attribute(Attribute::LocalInterface(index))),
        name.map(|name| Change::Attribute(Attribute::HostnameType(name))),
        flag(before.a_record, after.a_record).map(|on| Change::Attribute(Attribute::ARecord(on))),
        flag(before.aaaa_record, after.aaaa_record).map(|on| Change::Attribute(Attribute::AaaaRecord(on))),
        flag(before.public_ip, after.public_ip).map(|on| Change::Attribute(Attribute::PublicIp(on))),
    ];
    ordered.into_iter().flatten().collect()
}

/// A subnet has one IPv6 block at a time, and AWS takes its time to let go of one: until then
/// the answer is [`FaultKind::NotYet`], and the same call is made again.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv6>
async fn exchange_ipv6(aws: &Aws, id: &Id, wanted: Option<String>) -> Result<(), Fault> {
    let subnets = describe(aws, vec![by_ids("subnet-id", std::slice::from_ref(id))]).await?;
    let associations = subnets.iter().flat_map(Subnet::ipv6_cidr_block_association_set);
    let there: Vec<_> = associations.filter(|it| is_standing(it) || is_leaving(it)).collect();
    let mut leaving = there.iter().any(|it| is_leaving(it));
    for it in there.iter().filter(|it| is_standing(it) && it.ipv6_cidr_block() != wanted.as_deref()) {
        let call = aws.ec2().disassociate_subnet_cidr_block().set_association_id(optional(it.association_id()));
        let answer = call.send().await.found("ec2:DisassociateSubnetCidrBlock")?;
        leaving |= answer.and_then(|it| it.ipv6_cidr_block_association).is_some_and(|it| is_leaving(&it));
    }
    let operation = "ec2:AssociateSubnetCidrBlock";
    let Some(block) = wanted else { return Ok(()) };
    if there.iter().any(|it| is_standing(it) && it.ipv6_cidr_block() == Some(block.as_str())) {
        return Ok(());
    }
    if leaving {
        return Err(Fault::new(FaultKind::NotYet, operation, "the former IPv6 block is still being disassociated"));
    }
    let call = aws.ec2().associate_subnet_cidr_block().subnet_id(&id.0).ipv6_cidr_block(block);
    call.send().await.fault(operation).map(|_| ())
}

/// The association that counts; AWS still tells of those that ended.
fn standing(subnet: &Subnet) -> Option<&SubnetIpv6CidrBlockAssociation> {
    subnet.ipv6_cidr_block_association_set().iter().find(|it| is_standing(it))
}

fn is_standing(it: &SubnetIpv6CidrBlockAssociation) -> bool {
    use SubnetCidrBlockStateCode::{Disassociated, Disassociating, Failed, Failing};
    let state = it.ipv6_cidr_block_state().and_then(|it| it.state());
    !matches!(state, Some(Disassociated | Disassociating | Failed | Failing))
}

fn is_leaving(it: &SubnetIpv6CidrBlockAssociation) -> bool {
    it.ipv6_cidr_block_state().and_then(|it| it.state()) == Some(&SubnetCidrBlockStateCode::Disassociating)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl Fn(&mut Settings<'static>), expect: &[&str]) {
        let before = Settings {
            assign_ipv6: Some(false),
            hostname_type: Some("ip-name".to_owned()),
            public_ip: Some(false),
            ..Settings::of(&Subnet::builder().build())
        };
        let mut after = before.clone();
        change(&mut after);
        let made: Vec<String> = changes(&before, &after).iter().map(|it| format!("{it:?}")).collect();
        assert_eq!(made, expect);
    }

    #[test]
    fn only_what_differs_is_sent_and_the_block_comes_before_its_addresses() {
        check(|_| {}, &[]);
        check(|it| it.hostname_type = None, &[]);
        check(|it| it.public_ip = Some(true), &["Attribute(PublicIp(true))"]);
        check(
            |it| {
                it.assign_ipv6 = Some(true);
                it.ipv6_cidr_block = Some("2001:db8::/64".to_owned());
            },
            &["Ipv6Block(Some(\"2001:db8::/64\"))", "Attribute(AssignIpv6(true))"],
        );
        check(|it| it.lni_device_index = Some(1), &["Attribute(LocalInterface(Some(1)))"]);
    }
}
