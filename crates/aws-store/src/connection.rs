//! The two services as state needs them.
//!
//! In: an SDK configuration. Out: clients for the region of bucket and table, that count their
//! requests and never repeat a write by themselves. They carry no lease: lock and journal check
//! their owner in DynamoDB, and snapshots their epoch in S3.

use std::time::Duration;

use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use providers::aws::Calls;

use crate::settings::Settings;

/// Clients of both services.
#[derive(Clone, Debug)]
pub struct Connection {
    /// For snapshots, and for what is too large for the table.
    pub s3: aws_sdk_s3::Client,
    /// For lock and journal.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// Their requests.
    pub calls: Calls,
    /// The region of bucket and table.
    pub region: String,
}

/// How long the services may take for one request.
#[derive(Clone, Copy, Debug)]
pub enum Patience {
    /// A lease is running: a request about the lock that has not been answered in 5 s is asked
    /// again, and one about a snapshot in 30 s.
    Lease,
    /// As the configuration says.
    Configured,
}

impl Connection {
    /// Connects; nothing is sent.
    pub fn new(config: &SdkConfig, settings: &Settings, patience: Patience) -> Self {
        let config = match &settings.region {
            Some(region) => config.to_builder().region(Region::new(region.clone())).build(),
            None => config.clone(),
        };
        let calls = Calls::default();
        let mut s3 = aws_sdk_s3::config::Builder::from(&config)
            // A bucket's name is no host at a custom endpoint.
            .force_path_style(config.endpoint_url().is_some())
            .interceptor(calls.clone());
        let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(&config).interceptor(calls.clone());
        match patience {
            Patience::Lease => {
                s3 = s3.timeout_config(timeouts(&config, Duration::from_secs(30)));
                dynamodb = dynamodb.timeout_config(timeouts(&config, Duration::from_secs(5)));
            }
            Patience::Configured => {}
        }
        Self {
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
            dynamodb: aws_sdk_dynamodb::Client::from_conf(dynamodb.build()),
            calls,
            region: config.region().map(ToString::to_string).unwrap_or_default(),
        }
    }
}

/// The configuration's time-outs with so much for one attempt, and three times that for a read
/// with its repetitions.
fn timeouts(config: &SdkConfig, attempt: Duration) -> TimeoutConfig {
    let configured = config.timeout_config().map_or_else(TimeoutConfig::builder, TimeoutConfig::to_builder);
    configured.operation_attempt_timeout(attempt).operation_timeout(attempt * 3).build()
}
