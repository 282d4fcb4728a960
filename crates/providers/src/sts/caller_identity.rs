//! `data.aws_caller_identity`

use driver::Fault;
use model::Attributes;

use crate::aws::{Answer, Aws};
use crate::data::Lookup;

/// Who the credentials belong to. Takes no arguments.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
#[derive(Attributes, Debug)]
pub struct Arguments {}

/// Who the credentials belong to.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// The account's twelve digits.
    pub id: String,
    /// The account's twelve digits.
    pub account_id: String,
    /// ARN of the user or assumed role.
    pub arn: String,
    /// Unique identifier of the user or assumed role.
    pub user_id: String,
}

/// `data.aws_caller_identity`
pub struct CallerIdentity;

impl Lookup for CallerIdentity {
    const KIND: &'static str = "aws_caller_identity";
    const SERVICE: &'static str = "sts";
    type Arguments = Arguments;
    type Outputs = Outputs;

    async fn lookup(aws: &Aws, _: &Arguments) -> Result<Outputs, Fault> {
        let who = aws.sts().get_caller_identity().send().await.fault("sts:GetCallerIdentity")?;
        let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
        Ok(Outputs {
            id: text(who.account()),
            account_id: text(who.account()),
            arn: text(who.arn()),
            user_id: text(who.user_id()),
        })
    }
}
