//! `aws_security_group`

use std::time::Duration;

use aws_sdk_ec2::types::{ResourceType, SecurityGroup as Description};
use driver::{Created, Fault, FaultKind, Found, Live, Obstacle, Obstacles, Phase, Token, Want};
use model::catalog::{Identity, Naming, Timing};
use model::schema::{Checked, Rule as SchemaRule, Violation};
use model::typed::Blocks;
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, tags::Tags};
use crate::ec2::permission::{Direction, Rule, blocks, check_rules, revoke_all, same};
use crate::ec2::security_group_reading::{change_rules, describe, egress, ingress};
use crate::ec2::security_group_users::outside_users;
use crate::ec2::wire::{BATCH, by_ids, by_token, filter, is_another, optional, retag, tag_specification, tags, text};
use crate::resource::{Lives, Made, Resource, Update};

/// A firewall around network interfaces: what may come in and go out.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name, unique in its VPC; generated when unset.
    #[attr(replace, computed, length = 1..=255, pattern = "[A-Za-z0-9 ._:/()#,@\\[\\]+=&;{}!$*-]+")]
    pub name: Option<String>,
    /// Beginning of a generated name.
    #[attr(length = 1..=247, replace_when("it becomes another prefix", is_another))]
    pub name_prefix: Option<String>,
    /// What the group is for. AWS wants one and never changes it.
    #[attr(replace, on_create = "\"Managed by stackctl\"", length = 1..=255)]
    pub description: Option<String>,
    /// VPC that the group belongs to; the default one when unset.
    #[attr(replace, computed, accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: Option<String>,
    /// What may come in. The rules are owned as a whole; separate rules for the same group and
    /// direction are an error. Unset, they are not managed.
    #[attr(same = same)]
    pub ingress: Option<Blocks<Rule>>,
    /// What may go out. A group that is created without this argument lets nothing out: AWS's
    /// own rule, which allows everything, is revoked. Later, unset means not managed.
    #[attr(on_create = "[]", same = same)]
    pub egress: Option<Blocks<Rule>>,
    /// Whether the group's rules are revoked before it is deleted, for groups that refer to
    /// each other. Only stackctl reads it.
    #[attr(local, default = false)]
    pub revoke_rules_on_delete: Option<bool>,
    /// Tags of the group.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about a security group.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `sg-…`.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account that it belongs to.
    pub owner_id: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_security_group`; its id is `sg-…`.
pub struct SecurityGroup;

impl Resource for SecurityGroup {
    const KIND: &'static str = "aws_security_group";
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Tag;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["vpc_id"], shared: false });
    const READ_BATCH: usize = BATCH;
    const OBSTACLE_BATCH: usize = BATCH;
    /// Network interfaces of load balancers and tasks outlive their owners by minutes.
    const TIMING: Timing = Timing {
        delete: Duration::from_secs(900),
        consistency: Duration::from_secs(300),
        ..Timing::seconds(1, 1, 1, 600)
    };
    const IMPORT: &'static str = "SECURITY_GROUP_ID";
    const RULES: &'static [SchemaRule] = &[
        SchemaRule::Conflicts(&["name", "name_prefix"]),
        SchemaRule::Check(check_name),
        SchemaRule::Check(check_rules),
    ];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let groups = describe(aws, vec![by_ids("group-id", ids)]).await?;
        Ok(groups.iter().map(|it| (Id(text(it.group_id())), live(it))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let call = aws
            .ec2()
            .create_security_group()
            .set_group_name(inputs.name.clone())
            .set_description(inputs.description.clone())
            .set_vpc_id(inputs.vpc_id.clone())
            .tag_specifications(tag_specification(ResourceType::SecurityGroup, inputs.tags.as_ref(), token));
        let operation = "ec2:CreateSecurityGroup";
        let answer = call.send().await.fault(operation)?;
        let Some(id) = optional(answer.group_id()) else {
            return Err(Fault::new(FaultKind::Unknown, operation, "the answer holds no id"));
        };
        let live = Live {
            inputs: Inputs {
                name: inputs.name.clone(),
                name_prefix: None,
                description: inputs.description.clone(),
                vpc_id: inputs.vpc_id.clone(),
                ingress: Some(Blocks::default()),
                // The answer does not tell which rules AWS gave the group.
                egress: None,
                revoke_rules_on_delete: None,
                tags: Some(inputs.tags.clone().unwrap_or_default()),
            },
            outputs: Outputs {
                id: id.clone(),
                arn: optional(answer.security_group_arn())
                    .unwrap_or_else(|| aws.arn("ec2", &format!("security-group/{id}"))),
                owner_id: aws.account().to_owned(),
                tags_all: None,
            },
            // Only a read tells which VPC is the default one.
            phase: if inputs.vpc_id.is_some() { Phase::Ready } else { Phase::Settling("created".to_owned()) },
        };
        Ok(Created { id: Id(id), live: Some(live), unfinished: true })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let inbound = (before.ingress.as_deref(), after.ingress.as_deref());
        let outbound = (before.egress.as_deref(), after.egress.as_deref());
        change_rules(aws, id, after.vpc_id.as_deref(), inbound, outbound).await?;
        retag(aws, id, before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        if before.revoke_rules_on_delete == Some(true) {
            for group in describe(aws, vec![by_ids("group-id", std::slice::from_ref(id))]).await? {
                revoke_all(aws, &id.0, Direction::Ingress, &ingress(&group)).await?;
                revoke_all(aws, &id.0, Direction::Egress, &egress(&group)).await?;
            }
        }
        aws.ec2().delete_security_group().group_id(&id.0).send().await.found("ec2:DeleteSecurityGroup").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        if let Some(ours) = describe(aws, vec![by_token(token)]).await?.first() {
            return Ok(Found::Ours(Id(text(ours.group_id()))));
        }
        let (Some(name), Some(vpc)) = (&inputs.name, &inputs.vpc_id) else { return Ok(Found::Absent) };
        let named = describe(aws, vec![filter("group-name", [name]), filter("vpc-id", [vpc])]).await?;
        Ok(named.first().map_or(Found::Absent, |it| Found::Foreign(Id(text(it.group_id())))))
    }

    async fn obstacles(aws: &Aws, id: &Id, _: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        Ok(outside_users(aws, std::slice::from_ref(id)).await?.remove(id).unwrap_or_default())
    }

    async fn all_obstacles(aws: &Aws, objects: &[(Id, Inputs)]) -> Result<Obstacles, Fault> {
        let ids: Vec<Id> = objects.iter().map(|(id, _)| id.clone()).collect();
        outside_users(aws, &ids).await
    }
}

fn live(it: &Description) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs {
            name: optional(it.group_name()),
            name_prefix: None,
            description: optional(it.description()),
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
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>
fn check_name(checked: &Checked<'_>) -> Vec<Violation> {
    let wrong = ["name", "name_prefix"].into_iter().find(|it| checked.text(it).is_some_and(|it| it.starts_with("sg-")));
    Vec::from_iter(wrong.map(|argument| Violation {
        code: "reserved-name",
        warning: false,
        argument,
        message: "a security group's name cannot begin with `sg-`".to_owned(),
        help: None,
    }))
}
