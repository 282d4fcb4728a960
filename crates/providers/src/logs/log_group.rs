//! `aws_cloudwatch_log_group`

use std::collections::BTreeMap;

use aws_sdk_cloudwatchlogs::types::{LogGroup as Description, LogGroupClass};
use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Naming};
use model::schema::Rule;
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, tag_index, tags};
use crate::logs::listing::describe;
use crate::resource::{Lives, Made, Resource, Update};

/// A group of log streams that share retention and access.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the group. When neither it nor `name_prefix` is set, stackctl makes one.
    #[attr(replace, computed, length = 1..=512, pattern = "[-._/#A-Za-z0-9]+")]
    pub name: Option<String>,
    /// What a generated name begins with.
    #[attr(replace, length = 1..=504, pattern = "[-._/#A-Za-z0-9]+")]
    pub name_prefix: Option<String>,
    /// Days that log events are kept; `0` and unset keep them for ever. Shortening it deletes
    /// older events.
    #[attr(clear, allowed = [
        "0", "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1096", "1827", "2192", "2557", "2922", "3288", "3653"
    ])]
    pub retention_in_days: Option<i32>,
    /// ARN of the KMS key that encrypts new log data. Removing it leaves what is encrypted as
    /// it is.
    #[attr(clear, accepts = ["aws_kms_key.arn"])]
    pub kms_key_id: Option<String>,
    /// Class of the group. `INFREQUENT_ACCESS` costs less and can do less; `DELIVERY` keeps
    /// events for one or two days for other services to fetch.
    #[attr(replace, computed, allowed = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"])]
    pub log_group_class: Option<String>,
    /// Whether destroying forgets the group and leaves it, with its events, in AWS. Only stackctl
    /// reads it.
    #[attr(local, default = false)]
    pub skip_destroy: Option<bool>,
    /// Tags of the group.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// What CloudWatch Logs reports about a group.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the group.
    pub id: String,
    /// ARN of the group, without `:*`.
    pub arn: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_cloudwatch_log_group`; its id is its name.
pub struct LogGroup;

impl Resource for LogGroup {
    const KIND: &'static str = "aws_cloudwatch_log_group";
    const SERVICE: &'static str = "logs";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false });
    /// As many as one listing can tell, so that it is made once.
    const READ_BATCH: usize = 1_000;
    const IMPORT: &'static str = "NAME";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["name", "name_prefix"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let groups = describe(aws, ids).await?;
        let mut tags = if want.any(&["tags", "tags_all"]) { tags_of(aws, &groups).await? } else { BTreeMap::new() };
        let each = groups.iter().map(|group| (Id(name_of(group)), live(group, tags.remove(&arn_of(group)))));
        Ok(each.collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let name = inputs.name.clone().unwrap_or_default();
        let call = aws
            .logs()
            .create_log_group()
            .log_group_name(&name)
            .set_kms_key_id(inputs.kms_key_id.clone())
            .set_log_group_class(inputs.log_group_class.as_deref().map(LogGroupClass::from))
            .set_tags(Some(tags::with_token(inputs.tags.as_ref(), token).into_iter().collect()));
        call.send().await.fault("logs:CreateLogGroup")?;
        let unfinished = inputs.retention_in_days.is_some_and(|days| days != 0);
        let live = Live {
            inputs: Inputs {
                name: Some(name.clone()),
                name_prefix: None,
                retention_in_days: None,
                kms_key_id: inputs.kms_key_id.clone(),
                log_group_class: Some(inputs.log_group_class.clone().unwrap_or_else(|| "STANDARD".to_owned())),
                skip_destroy: None,
                tags: Some(inputs.tags.clone().unwrap_or_default()),
            },
            outputs: Outputs { id: name.clone(), arn: aws.arn("logs", &format!("log-group:{name}")), tags_all: None },
            phase: Phase::Ready,
        };
        Ok(Created { id: Id(name), live: Some(live), unfinished })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.retention_in_days.unwrap_or(0) != after.retention_in_days.unwrap_or(0) {
            keep_for(aws, id, after.retention_in_days.unwrap_or(0)).await?;
        }
        if before.kms_key_id != after.kms_key_id {
            encrypt(aws, id, after.kms_key_id.as_deref()).await?;
        }
        let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
        let arn = aws.arn("logs", &format!("log-group:{id}"));
        if !removed.is_empty() {
            let call = aws.logs().untag_resource().resource_arn(&arn).set_tag_keys(Some(removed));
            call.send().await.fault("logs:UntagResource")?;
        }
        if !set.is_empty() {
            let call = aws.logs().tag_resource().resource_arn(&arn).set_tags(Some(set.into_iter().collect()));
            call.send().await.fault("logs:TagResource")?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        aws.logs().delete_log_group().log_group_name(&id.0).send().await.found("logs:DeleteLogGroup").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.name.clone().unwrap_or_default());
        let groups = describe(aws, std::slice::from_ref(&id)).await?;
        let Some(group) = groups.first() else { return Ok(Found::Absent) };
        let tags = direct_tags(aws, &arn_of(group)).await?;
        Ok(if tags::carries(&tags, token) { Found::Ours(id) } else { Found::Foreign(id) })
    }
}

/// One group is asked directly; many through the tag index.
async fn tags_of(aws: &Aws, groups: &[Description]) -> Result<BTreeMap<String, tags::Tags>, Fault> {
    let arns: Vec<String> = groups.iter().map(arn_of).collect();
    tag_index::tags_of(aws, &arns, |arn| async move { direct_tags(aws, &arn).await }).await
}

async fn direct_tags(aws: &Aws, arn: &str) -> Result<tags::Tags, Fault> {
    let answer =
        aws.logs().list_tags_for_resource().resource_arn(arn).send().await.found("logs:ListTagsForResource")?;
    Ok(answer.and_then(|it| it.tags().map(|tags| tags.clone().into_iter().collect())).unwrap_or_default())
}

async fn keep_for(aws: &Aws, id: &Id, days: i32) -> Result<(), Fault> {
    if days == 0 {
        return aws
            .logs()
            .delete_retention_policy()
            .log_group_name(&id.0)
            .send()
            .await
            .fault("logs:DeleteRetentionPolicy")
            .map(|_| ());
    }
    let call = aws.logs().put_retention_policy().log_group_name(&id.0).retention_in_days(days);
    call.send().await.fault("logs:PutRetentionPolicy").map(|_| ())
}

async fn encrypt(aws: &Aws, id: &Id, key: Option<&str>) -> Result<(), Fault> {
    match key {
        Some(key) => aws
            .logs()
            .associate_kms_key()
            .log_group_name(&id.0)
            .kms_key_id(key)
            .send()
            .await
            .fault("logs:AssociateKmsKey")
            .map(|_| ()),
        None => aws
            .logs()
            .disassociate_kms_key()
            .log_group_name(&id.0)
            .send()
            .await
            .fault("logs:DisassociateKmsKey")
            .map(|_| ()),
    }
}

fn live(group: &Description, tags: Option<tags::Tags>) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs {
            name: group.log_group_name().map(str::to_owned),
            name_prefix: None,
            retention_in_days: group.retention_in_days(),
            kms_key_id: group.kms_key_id().map(str::to_owned),
            log_group_class: group.log_group_class().map(|it| it.as_str().to_owned()),
            skip_destroy: None,
            tags,
        },
        outputs: Outputs { id: name_of(group), arn: arn_of(group), tags_all: None },
        phase: Phase::Ready,
    }
}

pub(super) fn name_of(group: &Description) -> String {
    group.log_group_name().unwrap_or_default().to_owned()
}

/// The ARN that tagging takes: without the `:*` at the end.
fn arn_of(group: &Description) -> String {
    group.arn().unwrap_or_default().trim_end_matches(":*").to_owned()
}
