//! Secrets Manager.

pub mod data_secret;
pub mod data_secret_version;
mod generate;
pub mod secret;
pub mod secret_version;

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use driver::Fault;

use crate::aws::{Answer, Aws, Stands};

/// The stage of the version in use.
const CURRENT: &str = "AWSCURRENT";

/// One secret by ARN or name; `None` when it is not there. A secret that is scheduled for
/// deletion is there still, with its `deleted_date`. A secret and its versions are told by the
/// same answer.
async fn describe(aws: &Aws, secret: &str) -> Result<Option<DescribeSecretOutput>, Fault> {
    let operation = "secretsmanager:DescribeSecret";
    let ask = async { aws.secretsmanager().describe_secret().secret_id(secret).send().await.found(operation) };
    aws.once(secret.to_owned(), Stands::UntilChanged, ask).await
}

/// What stands for a secret's value: it changes whenever the value may have changed.
fn stamp(arn: &str, version: &str) -> String {
    format!("{arn}#{version}")
}
