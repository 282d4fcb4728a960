//! One connection to AWS: credentials, region, account, and a client per service.
//!
//! In: an SDK configuration, and the lease on the state's lock. Out: clients that share one HTTP
//! client, count their calls, never repeat a mutating call by themselves, and make none when the
//! lease has run out. It must not know any resource type.

mod calls;
mod fault;
mod guard;
pub mod tag_index;
pub mod tags;
mod told;

use std::sync::{Arc, OnceLock};

use aws_types::SdkConfig;
use driver::{Fault, Lease};
use model::stack::IgnoreTags;

pub use calls::{Call, Calls, Response, is_read};
pub use fault::{Answer, FaultCodes};
use guard::Guard;
pub use told::Stands;
use told::Told;

/// A connection. Cloning it is cheap; clones share clients and call counts.
#[derive(Clone, Debug)]
pub struct Aws {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: SdkConfig,
    calls: Calls,
    guard: Guard,
    told: Told,
    account: String,
    region: String,
    partition: String,
    path_style: bool,
    ignore_tags: IgnoreTags,
    clients: Clients,
}

/// Lists the services once: a field for the client and an accessor for each.
macro_rules! services {
    ($($(#[$doc:meta])* $name:ident: $sdk:ident),* $(,)?) => {
        #[derive(Debug, Default)]
        struct Clients {
            $($name: OnceLock<$sdk::Client>,)*
        }

        impl Aws {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> &$sdk::Client {
                self.inner.clients.$name.get_or_init(|| {
                    let builder = $sdk::config::Builder::from(&self.inner.config);
                    let builder = builder.interceptor(self.inner.calls.clone()).interceptor(self.inner.told.clone());
                    $sdk::Client::from_conf(builder.interceptor(self.inner.guard.clone()).build())
                })
            })*
        }
    };
}

services! {
    /// CloudWatch Logs.
    logs: aws_sdk_cloudwatchlogs,
    /// DynamoDB.
    dynamodb: aws_sdk_dynamodb,
    /// EC2 and VPC.
    ec2: aws_sdk_ec2,
    /// Elastic Container Registry.
    ecr: aws_sdk_ecr,
    /// Elastic Container Service.
    ecs: aws_sdk_ecs,
    /// Identity and Access Management.
    iam: aws_sdk_iam,
    /// Relational Database Service.
    rds: aws_sdk_rds,
    /// Resource Groups Tagging.
    tagging: aws_sdk_resourcegroupstagging,
    /// Secrets Manager.
    secretsmanager: aws_sdk_secretsmanager,
    /// Security Token Service.
    sts: aws_sdk_sts,
}

impl Aws {
    /// Connects, which asks STS who we are: one call, counted. Mutating calls are made only while
    /// there is enough left of the lease.
    ///
    /// # Errors
    /// Credentials that are missing, expired or refused, an endpoint that does not answer, or a
    /// configuration without a region.
    pub async fn connect(config: SdkConfig, ignore_tags: IgnoreTags, lease: Lease) -> Result<Self, Fault> {
        let operation = "sts:GetCallerIdentity";
        let Some(region) = config.region().map(ToString::to_string) else {
            return Err(Fault::invalid(
                operation,
                "no region is set: write `region` under `[provider.aws]` or give `--region`",
            ));
        };
        let calls = Calls::default();
        let sts = aws_sdk_sts::config::Builder::from(&config).interceptor(calls.clone()).build();
        let who = aws_sdk_sts::Client::from_conf(sts).get_caller_identity().send().await.fault(operation)?;
        let arn = who.arn().unwrap_or_default();
        let partition = arn.split(':').nth(1).filter(|it| !it.is_empty()).unwrap_or("aws").to_owned();
        let account = who.account().unwrap_or_default().to_owned();
        let path_style = config.endpoint_url().is_some();
        let (guard, told, clients) = (Guard::new(lease), Told::default(), Clients::default());
        let inner = Inner { config, calls, guard, told, account, region, partition, path_style, ignore_tags, clients };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// S3. A custom endpoint is addressed by path, because a bucket's name is no host there.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let builder = aws_sdk_s3::config::Builder::from(&self.inner.config);
        let builder = builder.force_path_style(self.inner.path_style).interceptor(self.inner.calls.clone());
        let builder = builder.interceptor(self.inner.told.clone()).interceptor(self.inner.guard.clone());
        aws_sdk_s3::Client::from_conf(builder.build())
    }

    /// The twelve digits of the account.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.inner.account
    }

    /// The region, as `us-east-1`.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.inner.region
    }

    /// The partition of ARNs: `aws`, `aws-cn`, `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &str {
        &self.inner.partition
    }

    /// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
    #[must_use]
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region(), self.account())
    }

    /// The calls made so far.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.inner.calls
    }

    /// Asks a question of AWS once, for however many want to know. The question's name says which
    /// call is made about what. Only an answer is kept.
    ///
    /// # Errors
    /// AWS does not answer.
    pub async fn once<T: Clone + Send + Sync + 'static>(
        &self,
        question: String,
        stands: Stands,
        ask: impl Future<Output = Result<Option<T>, Fault>>,
    ) -> Result<Option<T>, Fault> {
        self.inner.told.once(question, stands, ask).await
    }

    /// Tags that belong to others.
    #[must_use]
    pub fn ignore_tags(&self) -> &IgnoreTags {
        &self.inner.ignore_tags
    }
}
