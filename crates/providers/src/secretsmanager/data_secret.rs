//! `data.aws_secretsmanager_secret`

use driver::Fault;
use model::Attributes;
use model::schema::Rule;

use super::describe;
use crate::aws::{Aws, tags};
use crate::data::Lookup;

/// Looks a secret up by ARN or name. Its value is `data.aws_secretsmanager_secret_version`.
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// ARN of the secret.
    pub arn: Option<String>,
    /// Name of the secret.
    pub name: Option<String>,
}

/// What Secrets Manager reports about a secret.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// ARN of the secret.
    pub id: String,
    /// ARN of the secret.
    pub arn: String,
    /// Name of the secret.
    pub name: String,
    /// What the secret is for.
    pub description: Option<String>,
    /// The KMS key that encrypts it.
    pub kms_key_id: Option<String>,
    /// When it was made, in RFC 3339.
    pub created_date: Option<String>,
    /// When it was changed last, in RFC 3339.
    pub last_changed_date: Option<String>,
    /// Tags of the secret.
    pub tags: tags::Tags,
}

/// `data.aws_secretsmanager_secret`
pub struct DataSecret;

impl Lookup for DataSecret {
    const KIND: &'static str = "aws_secretsmanager_secret";
    const SERVICE: &'static str = "secretsmanager";
    const RULES: &'static [Rule] = &[Rule::ExactlyOne(&["arn", "name"])];
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let wanted = arguments.arn.as_deref().or(arguments.name.as_deref()).unwrap_or_default();
        let found = describe(aws, wanted).await?.filter(|it| it.deleted_date().is_none());
        let it = found
            .ok_or_else(|| Fault::invalid("secretsmanager:DescribeSecret", format!("there is no secret `{wanted}`")))?;
        let arn = it.arn().unwrap_or_default().to_owned();
        let pairs = it
            .tags()
            .iter()
            .map(|tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned()));
        Ok(Outputs {
            id: arn.clone(),
            arn,
            name: it.name().unwrap_or_default().to_owned(),
            description: it.description().map(str::to_owned),
            kms_key_id: it.kms_key_id().map(str::to_owned),
            created_date: it.created_date().map(ToString::to_string),
            last_changed_date: it.last_changed_date().map(ToString::to_string),
            tags: tags::managed(&pairs.collect(), aws.ignore_tags()),
        })
    }
}
