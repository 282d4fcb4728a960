//! `aws_secretsmanager_secret_version`

use std::collections::BTreeSet;

use aws_smithy_types::Blob;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, id_attribute};
use model::schema::Rule;
use model::typed::{Held, Secret, Typed};
use model::{Attributes, Id, Known};

use super::generate::{Generate, password};
use super::{CURRENT, describe, stamp};
use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update, attribute};

/// A value of a secret. AWS keeps it; stackctl remembers only which version it is.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// ARN or name of the secret.
    #[attr(replace, accepts = ["aws_secretsmanager_secret.id", "aws_secretsmanager_secret.arn"])]
    pub secret_id: String,
    /// Has stackctl make a random value: it is made in memory, sent, and kept nowhere else.
    /// Changing it makes another value.
    #[attr(replace, write_only)]
    pub generate: Option<Generate>,
    /// The value as text. A new value is a new version.
    #[attr(replace, write_only)]
    pub secret_string: Option<Secret<String>>,
    /// The value as bytes in Base64. A new value is a new version.
    #[attr(replace, write_only)]
    pub secret_binary: Option<Secret<String>>,
    /// The value as text, sent only when the version is made or `secret_string_wo_version`
    /// changes.
    #[attr(write_only)]
    pub secret_string_wo: Option<Secret<String>>,
    /// Any number; another number sends `secret_string_wo` again, as a new version.
    #[attr(replace, write_only)]
    pub secret_string_wo_version: Option<i64>,
    /// Staging labels of the version. `AWSCURRENT` marks the one in use.
    #[attr(computed, keep)]
    pub version_stages: Option<BTreeSet<String>>,
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
    /// Whether the value came from `secret_string_wo`.
    pub has_secret_string_wo: Option<bool>,
    /// The value as text, fetched just before the call that needs it.
    pub secret_string: Option<Held>,
    /// The value as bytes in Base64, fetched just before the call that needs it.
    pub secret_binary: Option<Held>,
}

/// `aws_secretsmanager_secret_version`; its id is `ARN|VERSION`.
pub struct SecretVersion;

const VALUES: &[&str] = &["generate", "secret_string", "secret_binary", "secret_string_wo"];

impl Resource for SecretVersion {
    const KIND: &'static str = "aws_secretsmanager_secret_version";
    const SERVICE: &'static str = "secretsmanager";
    const IDENTITY: Identity = Identity::Token;
    const READ_BATCH: usize = 20;
    const IMPORT: &'static str = "ARN|VERSION";
    const RULES: &'static [Rule] =
        &[Rule::ExactlyOne(VALUES), Rule::RequiredWith("secret_string_wo_version", &["secret_string_wo"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let secrets: BTreeSet<&str> = ids.iter().map(|id| split(id).0).collect();
        let described =
            secrets.into_iter().map(|secret| async move { Ok::<_, Fault>((secret, describe(aws, secret).await?)) });
        let mut lives = Lives::<Self>::new();
        for (secret, described) in try_join_all(described).await? {
            let Some(it) = described.filter(|it| it.deleted_date().is_none()) else { continue };
            for id in ids.iter().filter(|id| split(id).0 == secret) {
                let stages = it.version_ids_to_stages().and_then(|versions| versions.get(split(id).1));
                if let Some(stages) = stages.filter(|stages| !stages.is_empty()) {
                    lives.insert(id.clone(), live(id, secret, stages.iter().cloned().collect()));
                }
            }
        }
        Ok(lives)
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "secretsmanager:PutSecretValue";
        let generated = inputs.generate.as_ref().map(password).transpose()?;
        let text =
            generated.clone().or_else(|| inputs.secret_string.clone()).or_else(|| inputs.secret_string_wo.clone());
        let decode = |value: &Secret<String>| {
            BASE64.decode(value.expose()).map_err(|_| Fault::invalid(operation, "`secret_binary` is not Base64"))
        };
        let binary = inputs.secret_binary.as_ref().map(decode).transpose()?;
        let call = aws
            .secretsmanager()
            .put_secret_value()
            .secret_id(&inputs.secret_id)
            .client_request_token(&token.0)
            .set_secret_string(text.map(|it| it.expose().clone()))
            .set_secret_binary(binary.map(Blob::new))
            .set_version_stages(inputs.version_stages.clone().map(|it| it.into_iter().collect()));
        let answer = call.send().await.fault(operation).map_err(|fault| without(fault, generated.as_ref()))?;
        let arn = answer.arn().unwrap_or(&inputs.secret_id);
        let id = Id(format!("{arn}|{}", answer.version_id().unwrap_or(&token.0)));
        let live = live(&id, arn, answer.version_stages().iter().cloned().collect());
        Ok(Created { id, live: Some(live), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let none = BTreeSet::new();
        let (old, new) =
            (before.version_stages.as_ref().unwrap_or(&none), after.version_stages.as_ref().unwrap_or(&none));
        for stage in new.difference(old) {
            move_stage(aws, id, stage, true).await?;
        }
        for stage in old.difference(new).filter(|stage| *stage != CURRENT) {
            move_stage(aws, id, stage, false).await?;
        }
        Ok(())
    }

    /// A version goes when it has no label left. The one in use cannot lose `AWSCURRENT`: it
    /// goes with its secret.
    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let (secret, version) = split(id);
        let Some(it) = describe(aws, secret).await?.filter(|it| it.deleted_date().is_none()) else { return Ok(()) };
        let stages = it.version_ids_to_stages().and_then(|versions| versions.get(version)).cloned().unwrap_or_default();
        for stage in stages.iter().filter(|stage| *stage != CURRENT) {
            move_stage(aws, id, stage, false).await?;
        }
        Ok(())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let Some(it) = describe(aws, &inputs.secret_id).await? else { return Ok(Found::Absent) };
        let made = it.version_ids_to_stages().is_some_and(|versions| versions.contains_key(&token.0));
        let id = Id(format!("{}|{}", it.arn().unwrap_or(&inputs.secret_id), token.0));
        Ok(if made { Found::Ours(id) } else { Found::Absent })
    }

    /// Terraform's id begins with what its configuration calls the secret, which may be a name.
    fn identify(attributes: &Known) -> Option<Id> {
        match (attribute(attributes, "arn"), attribute(attributes, "version_id")) {
            (Some(arn), Some(version)) => Some(Id(format!("{arn}|{version}"))),
            _ => id_attribute(attributes),
        }
    }

    fn stamp(attributes: &Known) -> Option<String> {
        Some(stamp(attribute(attributes, "arn")?, attribute(attributes, "version_id")?))
    }

    async fn reveal(aws: &Aws, id: &Id, output: &str) -> Result<Known, Fault> {
        let (secret, version) = split(id);
        value(aws, secret, Some(version), None, output).await
    }
}

/// Fetches the value of a version, as `secret_string` or `secret_binary`.
pub(super) async fn value(
    aws: &Aws,
    secret: &str,
    version: Option<&str>,
    stage: Option<&str>,
    output: &str,
) -> Result<Known, Fault> {
    let operation = "secretsmanager:GetSecretValue";
    let call = aws.secretsmanager().get_secret_value().secret_id(secret);
    let call = call.set_version_id(version.map(str::to_owned)).set_version_stage(stage.map(str::to_owned));
    let answer = call.send().await.fault(operation)?;
    let value = match output {
        "secret_string" => answer.secret_string().map(str::to_owned),
        "secret_binary" => answer.secret_binary().map(|it| BASE64.encode(it)),
        _ => None,
    };
    let value = value.ok_or_else(|| Fault::invalid(operation, format!("the secret `{secret}` has no `{output}`")))?;
    Ok(Secret::new(value).write())
}

async fn move_stage(aws: &Aws, id: &Id, stage: &str, to_it: bool) -> Result<(), Fault> {
    let (secret, version) = split(id);
    let call = aws.secretsmanager().update_secret_version_stage().secret_id(secret).version_stage(stage);
    let call = if to_it { call.move_to_version_id(version) } else { call.remove_from_version_id(version) };
    call.send().await.found("secretsmanager:UpdateSecretVersionStage").map(|_| ())
}

fn live(id: &Id, arn: &str, stages: BTreeSet<String>) -> Live<Inputs, Outputs> {
    let version = split(id).1;
    let held = Held { stamp: stamp(arn, version) };
    Live {
        inputs: Inputs {
            secret_id: arn.to_owned(),
            generate: None,
            secret_string: None,
            secret_binary: None,
            secret_string_wo: None,
            secret_string_wo_version: None,
            version_stages: Some(stages),
        },
        outputs: Outputs {
            id: id.0.clone(),
            arn: arn.to_owned(),
            version_id: version.to_owned(),
            has_secret_string_wo: None,
            secret_string: Some(held.clone()),
            secret_binary: Some(held),
        },
        phase: Phase::Ready,
    }
}

/// AWS sometimes repeats in an error what it was sent. The engine takes out the secrets that it
/// knows; a value that was made here is known only here.
fn without(mut fault: Fault, generated: Option<&Secret<String>>) -> Fault {
    if let Some(value) = generated {
        fault.message = fault.message.replace(value.expose().as_str(), "(secret)");
    }
    fault
}

fn split(id: &Id) -> (&str, &str) {
    id.0.split_once('|').unwrap_or((&id.0, ""))
}
