//! The calls that bring a group's rules from one set to another.

use driver::Fault;

use super::{Access, Accesses, permissions};
use crate::aws::{Answer, Aws};

/// Which way traffic goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the group's members.
    Ingress,
    /// Out of the group's members.
    Egress,
}

/// Makes the fewest calls between two sets of accesses. What is new is authorized before what is
/// old is revoked, so that nothing wanted is ever shut out; a changed description is changed in
/// place.
pub async fn change(
    aws: &Aws,
    group: &str,
    direction: Direction,
    before: &Accesses,
    after: &Accesses,
) -> Result<(), Fault> {
    let fresh = |(access, _): &(&Access, &Option<String>)| !before.contains_key(*access);
    let retold = |(access, said): &(&Access, &Option<String>)| before.get(*access).is_some_and(|it| it != *said);
    let gone = |(access, _): &(&Access, &Option<String>)| !after.contains_key(*access);
    let authorized = permissions(group, after.iter().filter(fresh));
    if !authorized.is_empty() {
        match direction {
            Direction::Ingress => {
                let call = aws.ec2().authorize_security_group_ingress().group_id(group);
                let call = call.set_ip_permissions(Some(authorized));
                call.send().await.fault("ec2:AuthorizeSecurityGroupIngress")?;
            }
            Direction::Egress => {
                let call = aws.ec2().authorize_security_group_egress().group_id(group);
                let call = call.set_ip_permissions(Some(authorized));
                call.send().await.fault("ec2:AuthorizeSecurityGroupEgress")?;
            }
        }
    }
    let described = permissions(group, after.iter().filter(retold));
    if !described.is_empty() {
        match direction {
            Direction::Ingress => {
                let call = aws.ec2().update_security_group_rule_descriptions_ingress().group_id(group);
                let call = call.set_ip_permissions(Some(described));
                call.send().await.fault("ec2:UpdateSecurityGroupRuleDescriptionsIngress")?;
            }
            Direction::Egress => {
                let call = aws.ec2().update_security_group_rule_descriptions_egress().group_id(group);
                let call = call.set_ip_permissions(Some(described));
                call.send().await.fault("ec2:UpdateSecurityGroupRuleDescriptionsEgress")?;
            }
        }
    }
    let revoked: Accesses = before.iter().filter(gone).map(|(access, said)| (access.clone(), said.clone())).collect();
    revoke_all(aws, group, direction, &revoked).await
}

/// Revokes accesses; those that are gone are fine.
pub async fn revoke_all(aws: &Aws, group: &str, direction: Direction, accesses: &Accesses) -> Result<(), Fault> {
    let revoked = permissions(group, accesses.iter());
    if revoked.is_empty() {
        return Ok(());
    }
    match direction {
        Direction::Ingress => {
            let call = aws.ec2().revoke_security_group_ingress().group_id(group).set_ip_permissions(Some(revoked));
            call.send().await.found("ec2:RevokeSecurityGroupIngress").map(|_| ())
        }
        Direction::Egress => {
            let call = aws.ec2().revoke_security_group_egress().group_id(group).set_ip_permissions(Some(revoked));
            call.send().await.found("ec2:RevokeSecurityGroupEgress").map(|_| ())
        }
    }
}
