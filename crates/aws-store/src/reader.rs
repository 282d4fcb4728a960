//! What others keep in a bucket: read, never written.
//!
//! In: an SDK configuration, a bucket, keys. Out: bytes. It must not know what is in them.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SdkConfig;
use aws_types::region::Region;
use driver::Fault;

use crate::fault;
use crate::objects;

/// Where a bucket is asked for when nothing says where it is: every region tells the right one.
const ANYWHERE: Region = Region::from_static("us-east-1");

/// A bucket of somebody's.
#[derive(Clone, Debug)]
pub struct Reader {
    config: SdkConfig,
    bucket: String,
}

impl Reader {
    /// A bucket, which need not be in the configuration's region; nothing is sent yet.
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        let region = config.region().cloned().unwrap_or(ANYWHERE);
        Self { config: config.to_builder().region(region).build(), bucket: bucket.into() }
    }

    /// The content of an object; `None` where there is none.
    ///
    /// # Errors
    /// Whatever else S3 says.
    pub async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Fault> {
        let operation = "s3:GetObject";
        let ask = async |client: &Client| client.get_object().bucket(&self.bucket).key(key).send().await;
        match self.ask(operation, ask).await {
            Ok(answer) => objects::content(operation, answer.body).await.map(Some),
            Err(fault) if fault.code.as_deref() == Some("NoSuchKey") => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The keys that begin so, in order.
    ///
    /// # Errors
    /// What S3 says.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, Fault> {
        let mut found = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let ask = async |client: &Client| {
                let call = client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
                call.set_continuation_token(from.clone()).send().await
            };
            let page = self.ask("s3:ListObjectsV2", ask).await?;
            found.extend(page.contents().iter().filter_map(|it| it.key()).map(str::to_owned));
            match page.next_continuation_token() {
                Some(next) if page.is_truncated() == Some(true) => from = Some(next.to_owned()),
                Some(_) | None => return Ok(found),
            }
        }
    }

    /// Asks in the configuration's region, and once more in the bucket's where that is another.
    async fn ask<T, E>(
        &self,
        operation: &str,
        call: impl AsyncFn(&Client) -> Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, Fault>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let answer = call(&self.client(&self.config)).await;
        match fault::sent_to(&answer).map(Region::new) {
            Some(region) if self.config.region() != Some(&region) => {
                let there = self.config.to_builder().region(region).build();
                fault::bucket(operation, call(&self.client(&there)).await)
            }
            Some(_) | None => fault::bucket(operation, answer),
        }
    }

    fn client(&self, config: &SdkConfig) -> Client {
        // A bucket's name is no host at a custom endpoint.
        let builder = aws_sdk_s3::config::Builder::from(config).force_path_style(config.endpoint_url().is_some());
        Client::from_conf(builder.build())
    }
}
