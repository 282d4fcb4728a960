//! `data.aws_iam_policy`

use aws_sdk_iam::types::Policy as Description;
use driver::Fault;
use model::Attributes;
use model::schema::Rule;

use super::policy::{default_document, describe};
use super::tags_of;
use crate::aws::{Answer, Aws, tags};
use crate::data::Lookup;

/// A policy of the account or of AWS, by its ARN or its name.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html>
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// ARN of the policy.
    pub arn: Option<String>,
    /// Name of the policy.
    #[attr(length = 1..=128, pattern = r"[\w+=,.@-]+")]
    pub name: Option<String>,
    /// Folder of the ARN in which the name is looked for, as `/service-role/`.
    #[attr(length = 1..=512, pattern = "/|/[!-~]+/")]
    pub path_prefix: Option<String>,
}

/// What IAM reports about a policy.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// ARN of the policy.
    pub id: String,
    /// ARN of the policy.
    pub arn: String,
    /// Name of the policy.
    pub name: String,
    /// Folder of the policy's ARN.
    pub path: String,
    /// What the policy is for.
    pub description: Option<String>,
    /// The document in effect, as JSON text.
    pub policy: String,
    /// Identifier that no other policy ever has.
    pub policy_id: String,
    /// How many roles, users and groups of the account have the policy.
    #[attr(volatile)]
    pub attachment_count: i32,
    /// Tags of the policy.
    pub tags: Option<tags::Tags>,
}

/// `data.aws_iam_policy`
pub struct DataPolicy;

const LIST: &str = "iam:ListPolicies";

impl Lookup for DataPolicy {
    const KIND: &'static str = "aws_iam_policy";
    const SERVICE: &'static str = "iam";
    const RULES: &'static [Rule] = &[Rule::ExactlyOne(&["arn", "name"]), Rule::Conflicts(&["arn", "path_prefix"])];
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let arn = match (&arguments.arn, &arguments.name) {
            (Some(arn), _) => arn.clone(),
            (None, Some(name)) => named(aws, name, arguments.path_prefix.as_deref()).await?,
            (None, None) => return Err(Fault::invalid(Self::KIND, "neither `arn` nor `name` is set")),
        };
        let Some(it) = describe(aws, &arn).await? else {
            return Err(Fault::invalid("iam:GetPolicy", format!("there is no policy with the ARN `{arn}`")));
        };
        let document = default_document(aws, &it).await?;
        Ok(outputs(&it, document.to_text()))
    }
}

/// The ARN of the policy with a name, which AWS's and the account's policies may share.
async fn named(aws: &Aws, name: &str, path_prefix: Option<&str>) -> Result<String, Fault> {
    let call = aws.iam().list_policies().set_path_prefix(path_prefix.map(str::to_owned)).max_items(1000);
    let all: Result<Vec<Description>, _> = call.into_paginator().items().send().collect().await;
    let mut found = all.fault(LIST)?.into_iter().filter(|it| it.policy_name() == Some(name)).filter_map(|it| it.arn);
    match (found.next(), found.next()) {
        (Some(arn), None) => Ok(arn),
        (Some(one), Some(other)) => {
            Err(Fault::invalid(LIST, format!("`{one}` and `{other}` are both named `{name}`: give the `arn`")))
        }
        (None, _) => Err(Fault::invalid(LIST, format!("there is no policy named `{name}`"))),
    }
}

fn outputs(it: &Description, policy: String) -> Outputs {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Outputs {
        id: text(it.arn()),
        arn: text(it.arn()),
        name: text(it.policy_name()),
        path: text(it.path()),
        description: it.description().filter(|it| !it.is_empty()).map(str::to_owned),
        policy,
        policy_id: text(it.policy_id()),
        attachment_count: it.attachment_count().unwrap_or_default(),
        tags: Some(tags_of(it.tags())),
    }
}
