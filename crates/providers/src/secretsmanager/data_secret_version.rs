//! `data.aws_secretsmanager_secret_version`

use std::collections::BTreeSet;

use driver::Fault;
use model::typed::Held;
use model::{Attributes, Known};

use super::secret_version::value;
use super::{CURRENT, describe, stamp};
use crate::aws::Aws;
use crate::data::Lookup;
use crate::resource::attribute;

/// Looks a version of a secret up. Its value is fetched just before the call that needs it.
#[derive(Attributes, Debug)]
pub struct Arguments {
    /// ARN or name of the secret.
    #[attr(accepts = ["aws_secretsmanager_secret.id", "aws_secretsmanager_secret.arn"])]
    pub secret_id: String,
    /// Id of the version; found by its stage when unset.
    pub version_id: Option<String>,
    /// Stage of the version.
    #[attr(default = "AWSCURRENT")]
    pub version_stage: Option<String>,
}

/// What Secrets Manager reports about a version.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// `ARN|VERSION`.
    pub id: String,
    /// ARN of the secret.
    pub arn: String,
    /// Id of the version.
    pub version_id: String,
    /// Staging labels of the version.
    pub version_stages: BTreeSet<String>,
    /// The value as text.
    pub secret_string: Held,
    /// The value as bytes in Base64.
    pub secret_binary: Held,
}

/// `data.aws_secretsmanager_secret_version`
pub struct DataSecretVersion;

impl Lookup for DataSecretVersion {
    const KIND: &'static str = "aws_secretsmanager_secret_version";
    const SERVICE: &'static str = "secretsmanager";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, arguments: &Arguments) -> Result<Outputs, Fault> {
        let missing = |what: String| Fault::invalid("secretsmanager:DescribeSecret", what);
        let found = describe(aws, &arguments.secret_id).await?.filter(|it| it.deleted_date().is_none());
        let it = found.ok_or_else(|| missing(format!("there is no secret `{}`", arguments.secret_id)))?;
        let stage = arguments.version_stage.as_deref().unwrap_or(CURRENT);
        let wanted = |version: &str, stages: &[String]| match &arguments.version_id {
            Some(id) => version == id,
            None => stages.iter().any(|it| it == stage),
        };
        let versions = it.version_ids_to_stages().into_iter().flatten();
        let version = versions.into_iter().find(|(version, stages)| wanted(version, stages));
        let (version, stages) =
            version.ok_or_else(|| missing(format!("the secret `{}` has no version {stage}", arguments.secret_id)))?;
        let arn = it.arn().unwrap_or_default().to_owned();
        let held = Held { stamp: stamp(&arn, version) };
        Ok(Outputs {
            id: format!("{arn}|{version}"),
            arn,
            version_id: version.clone(),
            version_stages: stages.iter().cloned().collect(),
            secret_string: held.clone(),
            secret_binary: held,
        })
    }

    fn stamp(attributes: &Known) -> Option<String> {
        Some(stamp(attribute(attributes, "arn")?, attribute(attributes, "version_id")?))
    }

    async fn reveal(aws: &Aws, arguments: &Arguments, output: &str) -> Result<Known, Fault> {
        let stage = arguments.version_id.is_none().then(|| arguments.version_stage.as_deref().unwrap_or(CURRENT));
        value(aws, &arguments.secret_id, arguments.version_id.as_deref(), stage, output).await
    }
}
