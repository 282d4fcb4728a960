//! `aws_default_security_group`

use aws_sdk_ec2::types::SecurityGroup as Description;
use driver::{Fault, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Life};
use model::schema::Rule as SchemaRule;
use model::typed::Blocks;
use model::{Attributes, Id};

use crate::aws::{Aws, tags::Tags};
use crate::ec2::permission::{Rule, blocks, check_rules, same};
use crate::ec2::security_group_reading::{change_rules, describe, egress, ingress};
use crate::ec2::vpc_settings::default_vpc;
use crate::ec2::wire::{BATCH, by_ids, filter, optional, retag, tags, text};
use crate::resource::{Lives, Made, Resource, Update};

/// The security group that every VPC comes with, for interfaces that name none. It is adopted,
/// and its rules become exactly those of the manifest: without any, nothing may pass.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// VPC whose group is meant; the default one when unset.
    #[attr(replace, computed, accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: Option<String>,
    /// What may come in; nothing when unset.
    #[attr(exclusive, same = same)]
    pub ingress: Option<Blocks<Rule>>,
    /// What may go out; nothing when unset.
    #[attr(exclusive, same = same)]
    pub egress: Option<Blocks<Rule>>,
    /// Without effect, because AWS does not delete this group. Only stackctl reads it.
    #[attr(local, default = false)]
    pub revoke_rules_on_delete: Option<bool>,
    /// Tags of the group.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about a default security group.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `sg-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// Name: `default`.
    pub name: String,
    /// AWS's description of it.
    pub description: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_default_security_group`; its id is `sg-…`.
pub struct DefaultSecurityGroup;

impl Resource for DefaultSecurityGroup {
    const KIND: &'static str = "aws_default_security_group";
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Natural(&["vpc_id"]);
    const READ_BATCH: usize = BATCH;
    const LIFE: Life = Life::Adopted;
    const IMPORT: &'static str = "SECURITY_GROUP_ID";
    const RULES: &'static [SchemaRule] = &[SchemaRule::Check(check_rules)];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let groups = describe(aws, vec![by_ids("group-id", ids)]).await?;
        Ok(groups.iter().map(|it| (Id(text(it.group_id())), live(it))).collect())
    }

    /// AWS has no call that makes one: a VPC without it is about to get it, or there is no VPC.
    async fn create(_: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let message = match &inputs.vpc_id {
            Some(vpc) => format!("`{vpc}` has no default security group: is it a VPC of this account and region?"),
            None => "there is no default VPC: set `vpc_id`, or declare an `aws_default_vpc`".to_owned(),
        };
        Err(Fault::invalid("ec2:DescribeSecurityGroups", message))
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        // Both are exclusive: unset means none.
        let inbound = (before.ingress.as_deref(), Some(after.ingress.as_deref().unwrap_or_default()));
        let outbound = (before.egress.as_deref(), Some(after.egress.as_deref().unwrap_or_default()));
        change_rules(aws, id, after.vpc_id.as_deref(), inbound, outbound).await?;
        retag(aws, id, before.tags.as_ref(), after.tags.as_ref()).await
    }

    /// The group stays as long as its VPC does.
    async fn delete(_: &Aws, _: &Id, _: &Inputs) -> Result<(), Fault> {
        Ok(())
    }

    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        Ok(Self::adopt(aws, inputs).await?.map_or(Found::Absent, Found::Unproven))
    }

    async fn adopt(aws: &Aws, inputs: &Inputs) -> Result<Option<Id>, Fault> {
        let vpc = match &inputs.vpc_id {
            Some(vpc) => Some(Id(vpc.clone())),
            None => default_vpc(aws).await?,
        };
        let Some(vpc) = vpc else { return Ok(None) };
        let groups = describe(aws, vec![filter("vpc-id", [vpc.0]), filter("group-name", ["default"])]).await?;
        Ok(groups.first().map(|it| Id(text(it.group_id()))))
    }
}

fn live(it: &Description) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs {
            vpc_id: optional(it.vpc_id()),
            ingress: Some(blocks(&ingress(it))),
            egress: Some(blocks(&egress(it))),
            revoke_rules_on_delete: None,
            tags: Some(tags(it.tags())),
        },
        outputs: Outputs {
            id: text(it.group_id()),
            arn: text(it.security_group_arn()),
            owner_id: text(it.owner_id()),
            name: text(it.group_name()),
            description: text(it.description()),
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}
