//! `aws_db_subnet_group`

use std::collections::BTreeSet;

use aws_sdk_rds::types::{DbSubnetGroup as Description, Subnet};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Naming};
use model::schema::Rule;
use model::{Attributes, Id, Known};

use super::{PAGE, direct_tags, retag, sdk_tags, tags_of};
use crate::aws::{Answer, Aws, FaultCodes, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// The subnets that database instances of a VPC may be placed in.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html#USER_VPC.Subnets>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the group, which AWS keeps in lower case. When neither it nor `name_prefix` is
    /// set, stackctl makes one. Changing it makes another group.
    #[attr(replace, computed, length = 1..=255, pattern = "[A-Za-z0-9_. -]+", same = same_but_case)]
    pub name: Option<String>,
    /// What a generated name begins with. Changing it makes another group.
    #[attr(replace, length = 1..=247, pattern = "[A-Za-z0-9_. -]+")]
    pub name_prefix: Option<String>,
    /// What the group is for. `Managed by stackctl` when unset.
    #[attr(on_create = "\"Managed by stackctl\"")]
    pub description: Option<String>,
    /// Ids of the subnets, in at least two availability zones of one VPC.
    #[attr(accepts = ["aws_subnet.id", "aws_default_subnet.id"], length = 1..=20)]
    pub subnet_ids: BTreeSet<String>,
    /// Tags of the group.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// What RDS reports about a subnet group.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the group.
    pub id: String,
    /// ARN of the group.
    pub arn: String,
    /// Network types that the subnets allow: `IPV4`, `DUAL`.
    #[attr(follows = ["subnet_ids"])]
    pub supported_network_types: BTreeSet<String>,
    /// Id of the VPC that the subnets belong to.
    #[attr(follows = ["subnet_ids"])]
    pub vpc_id: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_db_subnet_group`; its id is its name.
pub struct SubnetGroup;

impl Resource for SubnetGroup {
    const KIND: &'static str = "aws_db_subnet_group";
    const SERVICE: &'static str = "rds";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false });
    const READ_BATCH: usize = 100;
    const IMPORT: &'static str = "NAME";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["name", "name_prefix"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let groups = describe(aws, ids).await?;
        let arns: Vec<String> = groups.iter().map(arn_of).collect();
        let mut tags = if want.any(&["tags", "tags_all"]) { tags_of(aws, &arns).await? } else { Default::default() };
        Ok(groups.iter().map(|group| (id_of(group), live(group, tags.remove(&arn_of(group))))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let call = aws
            .rds()
            .create_db_subnet_group()
            .db_subnet_group_name(inputs.name.clone().unwrap_or_default())
            .db_subnet_group_description(inputs.description.as_deref().unwrap_or("Managed by stackctl"))
            .set_subnet_ids(Some(inputs.subnet_ids.iter().cloned().collect()))
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))));
        let answer = call.send().await.fault("rds:CreateDBSubnetGroup")?;
        let live = answer.db_subnet_group().map(|it| live(it, Some(inputs.tags.clone().unwrap_or_default())));
        Ok(Created { id: id_from(inputs), live, unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.description != after.description || before.subnet_ids != after.subnet_ids {
            let call = aws
                .rds()
                .modify_db_subnet_group()
                .db_subnet_group_name(&id.0)
                .set_db_subnet_group_description(after.description.clone())
                .set_subnet_ids(Some(after.subnet_ids.iter().cloned().collect()));
            call.send().await.fault("rds:ModifyDBSubnetGroup")?;
        }
        retag(aws, &aws.arn("rds", &format!("subgrp:{id}")), before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let call = aws.rds().delete_db_subnet_group().db_subnet_group_name(&id.0);
        let answer = call.send().await.found("rds:DeleteDBSubnetGroup").map(|_| ());
        answer.code_means(&["InvalidDBSubnetGroupStateFault"], FaultKind::InUse { by: Vec::new() })
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = id_from(inputs);
        let groups = describe(aws, std::slice::from_ref(&id)).await?;
        let Some(group) = groups.first() else { return Ok(Found::Absent) };
        let tags = direct_tags(aws, &arn_of(group)).await?;
        Ok(if tags::carries(&tags, token) { Found::Ours(id) } else { Found::Foreign(id) })
    }
}

/// AWS keeps some names in lower case, whatever they were given as.
pub(super) fn same_but_case(desired: &Known, live: &Known) -> bool {
    match (desired.as_text(), live.as_text()) {
        (Some(desired), Some(live)) => desired.eq_ignore_ascii_case(live),
        _ => desired == live,
    }
}

/// The list cannot be filtered: one group is asked for by name, several by listing all.
async fn describe(aws: &Aws, ids: &[Id]) -> Result<Vec<Description>, Fault> {
    let call = aws.rds().describe_db_subnet_groups().max_records(PAGE);
    let call = if let [id] = ids { call.db_subnet_group_name(&id.0) } else { call };
    let listed: Result<Vec<Description>, _> = call.into_paginator().items().send().collect().await;
    let listed = listed.found("rds:DescribeDBSubnetGroups")?.unwrap_or_default();
    Ok(listed.into_iter().filter(|group| ids.contains(&id_of(group))).collect())
}

fn live(group: &Description, tags: Option<tags::Tags>) -> Live<Inputs, Outputs> {
    let subnet = |it: &Subnet| it.subnet_identifier().map(str::to_owned);
    Live {
        inputs: Inputs {
            name: group.db_subnet_group_name().map(str::to_owned),
            name_prefix: None,
            description: group.db_subnet_group_description().map(str::to_owned),
            subnet_ids: group.subnets().iter().filter_map(subnet).collect(),
            tags,
        },
        outputs: Outputs {
            id: id_of(group).0,
            arn: arn_of(group),
            supported_network_types: group.supported_network_types().iter().cloned().collect(),
            vpc_id: group.vpc_id().unwrap_or_default().to_owned(),
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}

fn id_from(inputs: &Inputs) -> Id {
    Id(inputs.name.as_deref().unwrap_or_default().to_lowercase())
}

fn id_of(group: &Description) -> Id {
    Id(group.db_subnet_group_name().unwrap_or_default().to_lowercase())
}

fn arn_of(group: &Description) -> String {
    group.db_subnet_group_arn().unwrap_or_default().to_owned()
}
