//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`: the same but
//! for the direction.

use std::marker::PhantomData;

use aws_sdk_ec2::types::{
    IpPermission, ResourceType, SecurityGroupRule, SecurityGroupRuleRequest, SecurityGroupRuleUpdate, TagSpecification,
};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use model::catalog::Identity;
use model::schema::{Checked, Rule as SchemaRule, Violation};
use model::{Attributes, Id, Known, Tree};

use crate::aws::{Answer, Aws, tags::Tags};
use crate::ec2::permission::{
    Access, Accesses, Source, canonical, described, permissions, ports, same_cidr, same_protocol,
};
use crate::ec2::wire::{BATCH, by_ids, by_token, optional, retag, tag_specification, tags, text};
use crate::resource::{Lives, Made, Resource, Update};

/// One rule of a security group, with an id and tags of its own.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Group that the rule belongs to.
    #[attr(replace, accepts = ["aws_security_group.id", "aws_default_security_group.id"])]
    pub security_group_id: String,
    /// Protocol: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    #[attr(same = same_protocol)]
    pub ip_protocol: String,
    /// First port; for ICMP the type, where -1 means all. Unset when `ip_protocol` is `-1`.
    #[attr(range = -1..=65_535)]
    pub from_port: Option<i32>,
    /// Last port; for ICMP the code, where -1 means all. Unset when `ip_protocol` is `-1`.
    #[attr(range = -1..=65_535)]
    pub to_port: Option<i32>,
    /// IPv4 range that traffic comes from or goes to.
    #[attr(same = same_cidr, replace_when("the kind of peer changes", appears))]
    pub cidr_ipv4: Option<String>,
    /// IPv6 range that traffic comes from or goes to.
    #[attr(same = same_cidr, replace_when("the kind of peer changes", appears))]
    pub cidr_ipv6: Option<String>,
    /// Prefix list that traffic comes from or goes to.
    #[attr(replace_when("the kind of peer changes", appears))]
    pub prefix_list_id: Option<String>,
    /// Security group that traffic comes from or goes to; that of another account as
    /// `ACCOUNT/sg-…`.
    #[attr(
        accepts = ["aws_security_group.id", "aws_default_security_group.id"],
        replace_when("the kind of peer changes", appears)
    )]
    pub referenced_security_group_id: Option<String>,
    /// What the rule is for.
    #[attr(clear, length = 0..=255)]
    pub description: Option<String>,
    /// Tags of the rule.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// What EC2 reports about a rule.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Id, `sgr-…`.
    pub id: String,
    /// Id, `sgr-…`.
    pub security_group_rule_id: String,
    /// ARN.
    pub arn: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// A rule in one direction; its id is `sgr-…`.
pub struct Rule<D>(PhantomData<fn() -> D>);

/// `aws_vpc_security_group_ingress_rule`
pub type IngressRule = Rule<Ingress>;

/// `aws_vpc_security_group_egress_rule`
pub type EgressRule = Rule<Egress>;

/// Into the group's members.
pub struct Ingress;

/// Out of the group's members.
pub struct Egress;

/// What the two directions differ in.
pub trait Way: 'static {
    /// Terraform's name of the type.
    const KIND: &'static str;
    /// Whether rules of this type let traffic out.
    const EGRESS: bool;
    /// Adds the rule.
    fn authorize(
        aws: &Aws,
        group: &str,
        permissions: Vec<IpPermission>,
        tags: TagSpecification,
    ) -> impl Future<Output = Result<Vec<SecurityGroupRule>, Fault>> + Send;
    /// Removes the rule; one that is gone is fine.
    fn revoke(aws: &Aws, group: &str, id: &Id) -> impl Future<Output = Result<(), Fault>> + Send;
}

impl Way for Ingress {
    const KIND: &'static str = "aws_vpc_security_group_ingress_rule";
    const EGRESS: bool = false;

    async fn authorize(
        aws: &Aws,
        group: &str,
        permissions: Vec<IpPermission>,
        tags: TagSpecification,
    ) -> Result<Vec<SecurityGroupRule>, Fault> {
        let call = aws.ec2().authorize_security_group_ingress().group_id(group);
        let answer = call.set_ip_permissions(Some(permissions)).tag_specifications(tags).send().await;
        Ok(answer.fault("ec2:AuthorizeSecurityGroupIngress")?.security_group_rules.unwrap_or_default())
    }

    async fn revoke(aws: &Aws, group: &str, id: &Id) -> Result<(), Fault> {
        let call = aws.ec2().revoke_security_group_ingress().group_id(group).security_group_rule_ids(&id.0);
        call.send().await.found("ec2:RevokeSecurityGroupIngress").map(|_| ())
    }
}

impl Way for Egress {
    const KIND: &'static str = "aws_vpc_security_group_egress_rule";
    const EGRESS: bool = true;

    async fn authorize(
        aws: &Aws,
        group: &str,
        permissions: Vec<IpPermission>,
        tags: TagSpecification,
    ) -> Result<Vec<SecurityGroupRule>, Fault> {
        let call = aws.ec2().authorize_security_group_egress().group_id(group);
        let answer = call.set_ip_permissions(Some(permissions)).tag_specifications(tags).send().await;
        Ok(answer.fault("ec2:AuthorizeSecurityGroupEgress")?.security_group_rules.unwrap_or_default())
    }

    async fn revoke(aws: &Aws, group: &str, id: &Id) -> Result<(), Fault> {
        let call = aws.ec2().revoke_security_group_egress().group_id(group).security_group_rule_ids(&id.0);
        call.send().await.found("ec2:RevokeSecurityGroupEgress").map(|_| ())
    }
}

impl<D: Way> Resource for Rule<D> {
    const KIND: &'static str = D::KIND;
    const SERVICE: &'static str = "ec2";
    const IDENTITY: Identity = Identity::Tag;
    const MARKED: bool = true;
    const READ_BATCH: usize = BATCH;
    const IMPORT: &'static str = "SECURITY_GROUP_RULE_ID";
    const RULES: &'static [SchemaRule] = &[
        SchemaRule::ExactlyOne(&["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"]),
        SchemaRule::Check(check_ports),
    ];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let call = aws.ec2().describe_security_group_rules().filters(by_ids("security-group-rule-id", ids));
        let rules: Result<Vec<SecurityGroupRule>, _> = call.into_paginator().items().send().collect().await;
        let rules = rules.fault("ec2:DescribeSecurityGroupRules")?;
        // Ids of both directions look alike; one of the other direction is not an object of this type.
        let rules = rules.iter().filter(|it| it.is_egress() == Some(D::EGRESS));
        Ok(rules.map(|it| (Id(text(it.security_group_rule_id())), live(aws, it))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let access = Access::new(&inputs.ip_protocol, inputs.from_port, inputs.to_port, peer(inputs));
        let accesses = Accesses::from([(access, described(inputs.description.as_deref()))]);
        let permissions = permissions(&inputs.security_group_id, accesses.iter());
        let tags = tag_specification(ResourceType::SecurityGroupRule, inputs.tags.as_ref(), token);
        let made = D::authorize(aws, &inputs.security_group_id, permissions, tags).await?;
        let Some(rule) = made.first() else {
            return Err(Fault::new(FaultKind::Unknown, D::KIND, "the answer holds no rule"));
        };
        Ok(Created { id: Id(text(rule.security_group_rule_id())), live: Some(live(aws, rule)), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if content(before) != content(after) {
            let rule =
                SecurityGroupRuleUpdate::builder().security_group_rule_id(&id.0).security_group_rule(request(after));
            let call = aws.ec2().modify_security_group_rules().group_id(&after.security_group_id);
            call.security_group_rules(rule.build()).send().await.fault("ec2:ModifySecurityGroupRules")?;
        }
        retag(aws, id, before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        D::revoke(aws, &before.security_group_id, id).await
    }

    async fn find(aws: &Aws, _: &Inputs, token: &Token) -> Result<Found, Fault> {
        let call = aws.ec2().describe_security_group_rules().filters(by_token(token));
        let rules: Result<Vec<SecurityGroupRule>, _> = call.into_paginator().items().send().collect().await;
        let rules = rules.fault("ec2:DescribeSecurityGroupRules")?;
        Ok(rules.first().map_or(Found::Absent, |it| Found::Ours(Id(text(it.security_group_rule_id())))))
    }
}

fn live(aws: &Aws, it: &SecurityGroupRule) -> Live<Inputs, Outputs> {
    let owner = it.group_owner_id();
    let referenced = it.referenced_group_info().and_then(|group| {
        let id = optional(group.group_id())?;
        let foreign = group.user_id().filter(|account| owner.is_some_and(|owner| owner != *account));
        Some(foreign.map_or_else(|| id.clone(), |account| format!("{account}/{id}")))
    });
    let id = text(it.security_group_rule_id());
    let arn = optional(it.security_group_rule_arn());
    Live {
        inputs: Inputs {
            security_group_id: text(it.group_id()),
            ip_protocol: text(it.ip_protocol()),
            from_port: it.from_port(),
            to_port: it.to_port(),
            cidr_ipv4: optional(it.cidr_ipv4()),
            cidr_ipv6: optional(it.cidr_ipv6()),
            prefix_list_id: optional(it.prefix_list_id()),
            referenced_security_group_id: referenced,
            description: optional(it.description()),
            tags: Some(tags(it.tags())),
        },
        outputs: Outputs {
            arn: arn.unwrap_or_else(|| aws.arn("ec2", &format!("security-group-rule/{id}"))),
            security_group_rule_id: id.clone(),
            id,
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}

/// The peer of a rule; the schema's rules see to it that there is exactly one.
fn peer(inputs: &Inputs) -> Source {
    if let Some(range) = &inputs.cidr_ipv4 {
        return Source::Ipv4(canonical(range));
    }
    if let Some(range) = &inputs.cidr_ipv6 {
        return Source::Ipv6(canonical(range));
    }
    match (&inputs.prefix_list_id, &inputs.referenced_security_group_id) {
        (Some(list), _) => Source::PrefixList(list.clone()),
        (None, Some(group)) => Source::Group(group.clone()),
        (None, None) => Source::Own,
    }
}

/// What `ModifySecurityGroupRules` changes, in a form that compares.
fn content(inputs: &Inputs) -> (Access, Option<String>) {
    let access = Access::new(&inputs.ip_protocol, inputs.from_port, inputs.to_port, peer(inputs));
    (access, described(inputs.description.as_deref()))
}

/// The whole rule: AWS replaces what it holds by what is sent. Ports of protocols without any
/// are -1, as AWS answers them.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRuleRequest.html>
fn request(inputs: &Inputs) -> SecurityGroupRuleRequest {
    let group = inputs.referenced_security_group_id.as_deref();
    let group = group.map(|it| it.rsplit_once('/').map_or(it, |(_, id)| id).to_owned());
    SecurityGroupRuleRequest::builder()
        .ip_protocol(&inputs.ip_protocol)
        .set_from_port(inputs.from_port)
        .set_to_port(inputs.to_port)
        .set_cidr_ipv4(inputs.cidr_ipv4.as_deref().map(canonical))
        .set_cidr_ipv6(inputs.cidr_ipv6.as_deref().map(canonical))
        .set_prefix_list_id(inputs.prefix_list_id.clone())
        .set_referenced_group_id(group)
        .set_description(inputs.description.clone())
        .build()
}

/// AWS changes a range into another range, but not into a group or a prefix list.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-security-group-rules.html>
fn appears(before: &Known, after: &Known) -> bool {
    before.is_null() != after.is_null()
}

fn check_ports(checked: &Checked<'_>) -> Vec<Violation> {
    let null = Tree::Null;
    let value = |name: &str| checked.inputs.get(name).unwrap_or(&null);
    let Some(protocol) = checked.text("ip_protocol") else { return Vec::new() };
    let all = matches!(protocol, "-1" | "all");
    let given = ["from_port", "to_port"].into_iter().find(|name| checked.int(name).is_some_and(|port| port != -1));
    let meaningless = given.filter(|_| all).map(|argument| Violation {
        code: "rule-ports",
        warning: false,
        argument,
        message: format!("`{argument}` means nothing to the protocol `-1`, which is all ports"),
        help: Some("remove the ports, or name a protocol".to_owned()),
    });
    let wrong = ports(protocol, value("from_port"), value("to_port")).map(|(message, help)| Violation {
        code: "rule-ports",
        warning: false,
        argument: "from_port",
        message,
        help,
    });
    meaningless.into_iter().chain(wrong).collect()
}
