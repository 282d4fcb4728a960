//! Reading security groups, for the kinds that make one and that adopt one.

use aws_sdk_ec2::types::{Filter, SecurityGroup};
use driver::{Fault, FaultKind};
use model::Id;

use crate::aws::{Answer, Aws};
use crate::ec2::permission::{Access, Accesses, Direction, Rule, Source, accesses, change, flatten};
use crate::ec2::vpc_settings;
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

/// Brings the rules of a group, which is in a VPC, to what is desired. The group is read only
/// where what it has is not known, or not any more.
pub async fn change_rules(
    aws: &Aws,
    id: &Id,
    vpc: Option<&str>,
    inbound: Rules<'_>,
    outbound: Rules<'_>,
) -> Result<(), Fault> {
    let differs = |(before, after): Rules<'_>| {
        after.is_some_and(|after| before.is_none_or(|before| flatten(before) != flatten(after)))
    };
    let after = |rules: Rules<'_>| rules.1.filter(|_| differs(rules)).map(flatten);
    let after = (after(inbound), after(outbound));
    if after == (None, None) {
        return Ok(());
    }
    if let Some(inbound) = inbound.0
        && let Some(outbound) = outbound_now(aws, vpc, outbound.0).await?
    {
        match bring(aws, id, (&flatten(inbound), &outbound), &after).await {
            // Somebody has made one of the rules meanwhile.
            Err(fault) if fault.kind == FaultKind::Conflict => {}
            answer => return answer,
        }
    }
    let groups = describe(aws, vec![by_ids("group-id", std::slice::from_ref(id))]).await?;
    let group = groups.first().ok_or_else(|| not_there(id))?;
    bring(aws, id, (&ingress(group), &egress(group)), &after).await
}

/// Makes the calls between two states of a group; a direction without rules after stays.
async fn bring(
    aws: &Aws,
    id: &Id,
    (inbound, outbound): (&Accesses, &Accesses),
    after: &(Option<Accesses>, Option<Accesses>),
) -> Result<(), Fault> {
    if let Some(after) = &after.0 {
        change(aws, &id.0, Direction::Ingress, inbound, after).await?;
    }
    if let Some(after) = &after.1 {
        change(aws, &id.0, Direction::Egress, outbound, after).await?;
    }
    Ok(())
}

/// What a group lets out, as far as that is known without reading the group: a new one lets all
/// of IPv4 out, and all of IPv6 where its VPC has such a range, which is asked once for each VPC.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
async fn outbound_now(aws: &Aws, vpc: Option<&str>, told: Option<&[Rule]>) -> Result<Option<Accesses>, Fault> {
    if let Some(told) = told {
        return Ok(Some(flatten(told)));
    }
    let Some(vpc) = vpc else { return Ok(None) };
    let all = Access::new("-1", None, None, Source::Ipv4("0.0.0.0/0".to_owned()));
    Ok(vpc_settings::is_without_ipv6(aws, vpc).await?.then(|| Accesses::from([(all, None)])))
}

/// A group that was made a moment ago may not show up in lists yet.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html>
fn not_there(id: &Id) -> Fault {
    let message = format!("the security group `{id}` does not show up");
    Fault::new(FaultKind::NotYet, "ec2:DescribeSecurityGroups", message)
}
