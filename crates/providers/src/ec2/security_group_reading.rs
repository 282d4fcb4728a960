//! Reading security groups, for the kinds that make one and that adopt one.

use aws_sdk_ec2::types::{Filter, SecurityGroup};
use driver::Fault;
use model::Id;

use crate::aws::{Answer, Aws};
use crate::ec2::permission::{Accesses, Direction, Rule, accesses, change, flatten};
use crate::ec2::wire::{by_ids, text};

/// The groups that pass filters.
pub async fn describe(aws: &Aws, filters: Vec<Filter>) -> Result<Vec<SecurityGroup>, Fault> {
    let pages = aws.ec2().describe_security_groups().set_filters(Some(filters)).into_paginator().items().send();
    let groups: Result<Vec<SecurityGroup>, _> = pages.collect().await;
    groups.fault("ec2:DescribeSecurityGroups")
}

/// What a group lets in.
pub fn ingress(group: &SecurityGroup) -> Accesses {
    accesses(group.ip_permissions(), &text(group.group_id()), &text(group.owner_id()))
}

/// What a group lets out.
pub fn egress(group: &SecurityGroup) -> Accesses {
    accesses(group.ip_permissions_egress(), &text(group.group_id()), &text(group.owner_id()))
}

/// One direction's rules before and after; `None` before means that AWS has not told them yet,
/// `None` after that they are nobody's business.
pub type Rules<'a> = (Option<&'a [Rule]>, Option<&'a [Rule]>);

/// Brings the rules of a group to what is desired. The group is read first: AWS gives a new
/// group an outbound rule for IPv4, and one for IPv6 where the VPC has such a range, without
/// telling so in its answer.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>
pub async fn change_rules(aws: &Aws, id: &Id, inbound: Rules<'_>, outbound: Rules<'_>) -> Result<(), Fault> {
    let differs = |(before, after): Rules<'_>| {
        after.is_some_and(|after| before.is_none_or(|before| flatten(before) != flatten(after)))
    };
    if !differs(inbound) && !differs(outbound) {
        return Ok(());
    }
    let groups = describe(aws, vec![by_ids("group-id", std::slice::from_ref(id))]).await?;
    let Some(group) = groups.first() else {
        return Err(not_there(id));
    };
    for (rules, direction, now) in
        [(inbound, Direction::Ingress, ingress(group)), (outbound, Direction::Egress, egress(group))]
    {
        if let (_, Some(after)) = rules
            && differs(rules)
        {
            change(aws, &id.0, direction, &now, &flatten(after)).await?;
        }
    }
    Ok(())
}

/// A group that was made a moment ago may not show up in lists yet.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
fn not_there(id: &Id) -> Fault {
    let message = format!("the security group `{id}` does not show up");
    Fault::new(driver::FaultKind::NotYet, "ec2:DescribeSecurityGroups", message)
}
