//! Who keeps a security group from being deleted.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceType, SecurityGroupRule};
use driver::{Fault, Obstacle};
use model::Id;

use crate::aws::{Answer, Aws};
use crate::ec2::security_group_reading::describe;
use crate::ec2::wire::{by_ids, filter, text};

/// Rules of other groups that refer to this one, and instances in it: AWS refuses to delete the
/// group while there are any. Interfaces of load balancers, databases and tasks are left out:
/// they carry no id of their owner, and they go when their owner does.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html>
pub async fn outside_users(aws: &Aws, id: &Id) -> Result<Vec<Obstacle>, Fault> {
    let (inbound, outbound, interfaces) = tokio::try_join!(
        describe(aws, vec![filter("ip-permission.group-id", [&id.0])]),
        describe(aws, vec![filter("egress.ip-permission.group-id", [&id.0])]),
        interfaces(aws, id),
    )?;
    let groups: BTreeSet<Id> =
        inbound.iter().chain(&outbound).map(|it| Id(text(it.group_id()))).filter(|it| it != id).collect();
    let rules = rules_about(aws, id, &Vec::from_iter(groups)).await?;
    let referring = rules.iter().map(|rule| {
        let (group, rule) = (text(rule.group_id()), text(rule.security_group_rule_id()));
        Obstacle {
            reason: format!("the rule `{rule}` of the security group `{group}` refers to the security group `{id}`"),
            help: format!("remove the rule from `{group}`, or let the stack that owns it do so"),
            by: Some(Id(group)),
        }
    });
    let instances: BTreeSet<String> = interfaces.iter().filter_map(instance).collect();
    let instances = instances.into_iter().map(|instance| Obstacle {
        reason: format!("the instance `{instance}` is in the security group `{id}`"),
        help: format!("give `{instance}` other security groups, or terminate it"),
        by: Some(Id(instance)),
    });
    Ok(referring.chain(instances).collect())
}

/// The rules of other groups that refer to this one. They are told singly, because some are
/// resources of their own that go with the group.
async fn rules_about(aws: &Aws, id: &Id, groups: &[Id]) -> Result<Vec<SecurityGroupRule>, Fault> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let call = aws.ec2().describe_security_group_rules().filters(by_ids("group-id", groups));
    let rules: Result<Vec<SecurityGroupRule>, _> = call.into_paginator().items().send().collect().await;
    let mut rules = rules.fault("ec2:DescribeSecurityGroupRules")?;
    rules.retain(|it| it.referenced_group_info().and_then(|group| group.group_id()) == Some(id.0.as_str()));
    Ok(rules)
}

async fn interfaces(aws: &Aws, id: &Id) -> Result<Vec<NetworkInterface>, Fault> {
    let call = aws.ec2().describe_network_interfaces().filters(by_ids("group-id", std::slice::from_ref(id)));
    let interfaces: Result<Vec<_>, _> = call.into_paginator().items().send().collect().await;
    interfaces.fault("ec2:DescribeNetworkInterfaces")
}

/// The instance that a plain interface is attached to.
fn instance(interface: &NetworkInterface) -> Option<String> {
    let plain = interface.interface_type() == Some(&NetworkInterfaceType::Interface);
    let managed = interface.requester_managed() == Some(true);
    let attached = interface.attachment().filter(|_| plain && !managed)?;
    let ours = attached.instance_owner_id() == interface.owner_id();
    attached.instance_id().filter(|_| ours).map(str::to_owned)
}
