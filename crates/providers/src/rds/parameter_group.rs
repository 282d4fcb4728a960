//! `aws_db_parameter_group`

use std::collections::BTreeMap;

use aws_sdk_rds::types::{ApplyMethod, DbParameterGroup as Description, Parameter as Setting};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Naming};
use model::schema::Rule;
use model::typed::Blocks;
use model::{Attributes, Id, Known};

use super::subnet_group::same_but_case;
use super::{PAGE, direct_tags, retag, sdk_tags, tags_of};
use crate::aws::{Answer, Aws, FaultCodes, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// The most parameters that one call changes.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBParameterGroup.html>
const CHUNK: usize = 20;

/// The engine settings that database instances share.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the group, which AWS keeps in lower case. When neither it nor `name_prefix` is
    /// set, stackctl makes one. Changing it makes another group.
    #[attr(replace, computed, length = 1..=255, pattern = "[A-Za-z](?:-?[A-Za-z0-9.])*", same = same_but_case)]
    pub name: Option<String>,
    /// What a generated name begins with. Changing it makes another group.
    #[attr(replace, length = 1..=247, pattern = "[A-Za-z](?:-?[A-Za-z0-9.])*-?")]
    pub name_prefix: Option<String>,
    /// Engine and version that the group is for, as `mariadb10.5`. Changing it makes another
    /// group.
    #[attr(replace)]
    pub family: String,
    /// What the group is for. `Managed by stackctl` when unset. Changing it makes another group.
    #[attr(replace, on_create = "\"Managed by stackctl\"")]
    pub description: Option<String>,
    /// The parameters that differ from the family's defaults. One that is removed goes back to
    /// its default.
    #[attr(clear, key = "name")]
    pub parameter: Option<Blocks<Parameter>>,
    /// Whether destroying forgets the group and leaves it in AWS. Only stackctl reads it.
    #[attr(local, default = false)]
    pub skip_destroy: Option<bool>,
    /// Tags of the group.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// One engine setting.
#[derive(Attributes, Clone, Debug)]
pub struct Parameter {
    /// Name of the parameter.
    #[attr(same = same_but_case)]
    pub name: String,
    /// Its value.
    pub value: String,
    /// When a change takes effect: `immediate`, or with the next reboot of each instance, which
    /// static parameters need. Changing it alone changes nothing.
    #[attr(default = "immediate", allowed = ["immediate", "pending-reboot"], same = however)]
    pub apply_method: Option<String>,
}

/// What RDS reports about a parameter group.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the group.
    pub id: String,
    /// ARN of the group.
    pub arn: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_db_parameter_group`; its id is its name.
pub struct ParameterGroup;

impl Resource for ParameterGroup {
    const KIND: &'static str = "aws_db_parameter_group";
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
        let mut tags = if want.any(&["tags", "tags_all"]) { tags_of(aws, &arns).await? } else { BTreeMap::new() };
        let read = groups.iter().map(|group| async move {
            let parameters = if want.any(&["parameter"]) { Some(parameters(aws, &id_of(group)).await?) } else { None };
            Ok::<_, Fault>((group, parameters))
        });
        let read = try_join_all(read).await?;
        Ok(read.into_iter().map(|(it, set)| (id_of(it), live(it, set, tags.remove(&arn_of(it))))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let call = aws
            .rds()
            .create_db_parameter_group()
            .db_parameter_group_name(inputs.name.clone().unwrap_or_default())
            .db_parameter_group_family(&inputs.family)
            .description(inputs.description.as_deref().unwrap_or("Managed by stackctl"))
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))));
        let answer = call.send().await.fault("rds:CreateDBParameterGroup")?;
        let tags = Some(inputs.tags.clone().unwrap_or_default());
        let live = answer.db_parameter_group().map(|it| live(it, Some(Blocks(Vec::new())), tags));
        let unfinished = inputs.parameter.as_ref().is_some_and(|it| !it.is_empty());
        Ok(Created { id: id_from(inputs), live, unfinished })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let (removed, changed) = changes(before.parameter.as_ref(), after.parameter.as_ref());
        for chunk in removed.chunks(CHUNK) {
            let call = aws.rds().reset_db_parameter_group().db_parameter_group_name(&id.0).reset_all_parameters(false);
            let answer = call.set_parameters(Some(chunk.to_vec())).send().await.fault("rds:ResetDBParameterGroup");
            answer.code_means(&["InvalidDBParameterGroupState"], FaultKind::NotYet)?;
        }
        for chunk in changed.chunks(CHUNK) {
            let call = aws.rds().modify_db_parameter_group().db_parameter_group_name(&id.0);
            let answer = call.set_parameters(Some(chunk.to_vec())).send().await.fault("rds:ModifyDBParameterGroup");
            answer.code_means(&["InvalidDBParameterGroupState"], FaultKind::NotYet)?;
        }
        retag(aws, &aws.arn("rds", &format!("pg:{id}")), before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let call = aws.rds().delete_db_parameter_group().db_parameter_group_name(&id.0);
        let answer = call.send().await.found("rds:DeleteDBParameterGroup").map(|_| ());
        answer.code_means(&["InvalidDBParameterGroupState"], FaultKind::InUse { by: Vec::new() })
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = id_from(inputs);
        let groups = describe(aws, std::slice::from_ref(&id)).await?;
        let Some(group) = groups.first() else { return Ok(Found::Absent) };
        let tags = direct_tags(aws, &arn_of(group)).await?;
        Ok(if tags::carries(&tags, token) { Found::Ours(id) } else { Found::Foreign(id) })
    }
}

/// How a change is applied is no state that could differ.
fn however(_: &Known, _: &Known) -> bool {
    true
}

/// The list cannot be filtered: one group is asked for by name, several by listing all.
async fn describe(aws: &Aws, ids: &[Id]) -> Result<Vec<Description>, Fault> {
    let call = aws.rds().describe_db_parameter_groups().max_records(PAGE);
    let call = if let [id] = ids { call.db_parameter_group_name(&id.0) } else { call };
    let listed: Result<Vec<Description>, _> = call.into_paginator().items().send().collect().await;
    let listed = listed.found("rds:DescribeDBParameterGroups")?.unwrap_or_default();
    Ok(listed.into_iter().filter(|group| ids.contains(&id_of(group))).collect())
}

/// The parameters that somebody set; the family's defaults are left out.
async fn parameters(aws: &Aws, id: &Id) -> Result<Blocks<Parameter>, Fault> {
    let call = aws.rds().describe_db_parameters().db_parameter_group_name(&id.0).source("user").max_records(PAGE);
    let listed: Result<Vec<Setting>, _> = call.into_paginator().items().send().collect().await;
    let listed = listed.found("rds:DescribeDBParameters")?.unwrap_or_default();
    let parameter = |it: Setting| {
        Some(Parameter {
            name: it.parameter_name?,
            value: it.parameter_value?,
            apply_method: it.apply_method.map(|it| it.as_str().to_owned()),
        })
    };
    Ok(listed.into_iter().filter_map(parameter).collect())
}

/// What has to go back to its default, and what has to be set.
fn changes(before: Option<&Blocks<Parameter>>, after: Option<&Blocks<Parameter>>) -> (Vec<Setting>, Vec<Setting>) {
    let (old, new) = (by_name(before), by_name(after));
    let removed = old.iter().filter(|(name, _)| !new.contains_key(*name));
    let changed = new.iter().filter(|(name, it)| old.get(*name).is_none_or(|old| old.value != it.value));
    let removed = connected_first(removed.map(|(_, it)| reset(it)).collect());
    (removed, connected_first(changed.map(|(_, it)| setting(it)).collect()))
}

fn by_name(parameters: Option<&Blocks<Parameter>>) -> BTreeMap<String, &Parameter> {
    parameters.into_iter().flat_map(|it| it.iter()).map(|it| (it.name.to_lowercase(), it)).collect()
}

fn setting(it: &Parameter) -> Setting {
    let method = it.apply_method.as_deref().unwrap_or("immediate");
    named(it).parameter_value(&it.value).apply_method(ApplyMethod::from(method)).build()
}

/// A static parameter only goes back with a reboot, which suits the others too.
fn reset(it: &Parameter) -> Setting {
    let method = it.apply_method.as_deref().unwrap_or("pending-reboot");
    named(it).apply_method(ApplyMethod::from(method)).build()
}

fn named(it: &Parameter) -> aws_sdk_rds::types::builders::ParameterBuilder {
    Setting::builder().parameter_name(it.name.to_lowercase())
}

/// Character sets and collations are checked against each other, so they must share a call.
fn connected_first(mut settings: Vec<Setting>) -> Vec<Setting> {
    let connected = |it: &Setting| {
        it.parameter_name().is_some_and(|name| name.starts_with("character_set") || name.starts_with("collation"))
    };
    settings.sort_by_key(|it| !connected(it));
    settings
}

fn live(group: &Description, parameter: Option<Blocks<Parameter>>, tags: Option<tags::Tags>) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs {
            name: group.db_parameter_group_name().map(str::to_owned),
            name_prefix: None,
            family: group.db_parameter_group_family().unwrap_or_default().to_owned(),
            description: group.description().map(str::to_owned),
            parameter,
            skip_destroy: None,
            tags,
        },
        outputs: Outputs { id: id_of(group).0, arn: arn_of(group), tags_all: None },
        phase: Phase::Ready,
    }
}

fn id_from(inputs: &Inputs) -> Id {
    Id(inputs.name.as_deref().unwrap_or_default().to_lowercase())
}

fn id_of(group: &Description) -> Id {
    Id(group.db_parameter_group_name().unwrap_or_default().to_lowercase())
}

fn arn_of(group: &Description) -> String {
    group.db_parameter_group_arn().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_is_reset_and_what_differs_is_set() {
        let parameter =
            |name: &str, value: &str| Parameter { name: name.to_owned(), value: value.to_owned(), apply_method: None };
        let before = Blocks(vec![parameter("gone", "1"), parameter("kept", "1"), parameter("other", "1")]);
        let after = Blocks(vec![parameter("Kept", "1"), parameter("other", "2"), parameter("new", "1")]);
        let (removed, changed) = changes(Some(&before), Some(&after));
        let names = |settings: &[Setting]| -> Vec<String> {
            settings.iter().filter_map(|it| it.parameter_name().map(str::to_owned)).collect()
        };
        assert_eq!(names(&removed), ["gone"]);
        assert_eq!(names(&changed), ["new", "other"]);
    }

    #[test]
    fn character_sets_and_collations_come_first_in_their_order() {
        let named = |name: &str| Setting::builder().parameter_name(name).build();
        let names = ["autocommit", "character_set_server", "binlog_format", "collation_server"];
        let sorted = connected_first(names.into_iter().map(named).collect());
        let sorted: Vec<&str> = sorted.iter().filter_map(Setting::parameter_name).collect();
        assert_eq!(sorted, ["character_set_server", "collation_server", "autocommit", "binlog_format"]);
    }
}
