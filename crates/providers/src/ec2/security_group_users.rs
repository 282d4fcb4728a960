//! Who keeps security groups from being deleted.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceType, SecurityGroupRule};
use driver::{Fault, Obstacle, Obstacles};
use model::Id;

use crate::aws::{Answer, Aws};
use crate::ec2::security_group_reading::describe;
use crate::ec2::wire::{BATCH, by_ids, text};

/// Rules of other groups that refer to these, and instances in them: AWS refuses to delete a
/// group while there are any. Interfaces of load balancers, databases and tasks are left out:
/// they carry no id of their owner, and they go when their owner does.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html>
pub async fn outside_users(aws: &Aws, ids: &[Id]) -> Result<Obstacles, Fault> {
    let (inbound, outbound, interfaces) = tokio::try_join!(
        describe(aws, vec![by_ids("ip-permission.group-id", ids)]),
        describe(aws, vec![by_ids("egress.ip-permission.group-id", ids)]),
        interfaces(aws, ids),
    )?;
    let groups: BTreeSet<Id> = inbound.iter().chain(&outbound).map(|it| Id(text(it.group_id()))).collect();
    let rules = rules_of(aws, &Vec::from_iter(groups)).await?;
    let each = ids.iter().map(|id| {
        let referring = rules.iter().filter(|rule| refers(rule, id)).map(|rule| from_rule(rule, id));
        let inside = interfaces.iter().filter(|it| it.groups().iter().any(|group| group.group_id() == Some(&id.0)));
        let instances: BTreeSet<String> = inside.filter_map(instance).collect();
        (id.clone(), referring.chain(instances.into_iter().map(|instance| from_instance(&instance, id))).collect())
    });
    Ok(each.filter(|(_, obstacles): &(Id, Vec<Obstacle>)| !obstacles.is_empty()).collect())
}

/// Whether a rule of another group refers to this one.
fn refers(rule: &SecurityGroupRule, id: &Id) -> bool {
    let about = rule.referenced_group_info().and_then(|group| group.group_id());
    about == Some(id.0.as_str()) && rule.group_id() != Some(id.0.as_str())
}

fn from_rule(rule: &SecurityGroupRule, id: &Id) -> Obstacle {
    let (group, rule) = (text(rule.group_id()), text(rule.security_group_rule_id()));
    Obstacle {
        reason: format!("the rule `{rule}` of the security group `{group}` refers to the security group `{id}`"),
        help: format!("remove the rule from `{group}`, or let the stack that owns it do so"),
        by: Some(Id(group)),
    }
}

fn from_instance(instance: &str, id: &Id) -> Obstacle {
    Obstacle {
        reason: format!("the instance `{instance}` is in the security group `{id}`"),
        help: format!("give `{instance}` other security groups, or terminate it"),
        by: Some(Id(instance.to_owned())),
    }
}

/// The rules of groups. They are told singly, because some are resources of their own that go with
/// their group.
async fn rules_of(aws: &Aws, groups: &[Id]) -> Result<Vec<SecurityGroupRule>, Fault> {
    let mut rules = Vec::new();
    for some in groups.chunks(BATCH) {
        let call = aws.ec2().describe_security_group_rules().filters(by_ids("group-id", some));
        let listed: Result<Vec<SecurityGroupRule>, _> = call.into_paginator().items().send().collect().await;
        rules.extend(listed.fault("ec2:DescribeSecurityGroupRules")?);
    }
    Ok(rules)
}

async fn interfaces(aws: &Aws, ids: &[Id]) -> Result<Vec<NetworkInterface>, Fault> {
    let call = aws.ec2().describe_network_interfaces().filters(by_ids("group-id", ids));
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
