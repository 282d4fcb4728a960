//! The objects in the bucket: snapshots and large texts.
//!
//! In: keys and bytes. Out: the same, with what S3 says about conditions and versions. It must
//! not know what is in them.

use std::time::Duration;

use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use driver::{Fault, FaultKind};
use engine::store::Version;
use engine::store::shared::{Etag, Stored, Upload};
use futures::{StreamExt, TryStreamExt};
use providers::aws::FaultCodes;

use crate::connection::Connection;
use crate::fault;
use crate::settings::Settings;

/// How many requests are under way together.
const TOGETHER: usize = 8;

/// The most keys that one call deletes.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html>
const DELETED_TOGETHER: usize = 1000;

/// How long the content of an object may take after its head.
const CONTENT: Duration = Duration::from_secs(30);

/// The bucket of a connection.
pub struct Objects<'a> {
    connection: &'a Connection,
    settings: &'a Settings,
}

/// One version of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The object's key.
    pub key: String,
    /// S3's name for the version.
    pub version: String,
}

impl<'a> Objects<'a> {
    /// The bucket that the settings name.
    pub fn new(connection: &'a Connection, settings: &'a Settings) -> Self {
        Self { connection, settings }
    }

    /// The content of an object, or of one of its versions; `None` where there is none.
    pub async fn get(&self, key: &str, version: Option<&str>) -> Result<Option<Stored>, Fault> {
        let operation = "s3:GetObject";
        let call = self.connection.s3.get_object().bucket(&self.settings.bucket).key(key);
        let call = call.expected_bucket_owner(&self.settings.account).set_version_id(version.map(str::to_owned));
        let answer = match fault::bucket(operation, call.send().await) {
            Ok(answer) => answer,
            Err(fault) if is_no_such_object(&fault, version.is_some()) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let etag = Etag(answer.e_tag().unwrap_or_default().to_owned());
        Ok(Some(Stored { etag, bytes: content(operation, answer.body).await? }))
    }

    /// Writes a snapshot, on condition of the one that is there.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>
    pub async fn put_snapshot(&self, written: &Upload, there: Option<&Etag>) -> Result<Etag, Fault> {
        let operation = "s3:PutObject";
        let call = self
            .put(&self.settings.key, &written.bytes)
            .metadata("serial", written.serial.to_string())
            .metadata("epoch", written.epoch.to_string());
        let call = match there {
            Some(etag) => call.if_match(&etag.0),
            None => call.if_none_match("*"),
        };
        // `If-Match` on an object that is gone is answered so.
        let answer = fault::bucket(operation, call.send().await).code_means(&["NoSuchKey"], FaultKind::Conflict)?;
        Ok(Etag(answer.e_tag().unwrap_or_default().to_owned()))
    }

    /// Writes a text, whatever is there.
    pub async fn put_text(&self, key: &str, text: &str) -> Result<(), Fault> {
        fault::bucket("s3:PutObject", self.put(key, text.as_bytes()).send().await).map(|_| ())
    }

    fn put(&self, key: &str, bytes: &[u8]) -> PutObjectFluentBuilder {
        let call = self.connection.s3.put_object().bucket(&self.settings.bucket).key(key);
        call.expected_bucket_owner(&self.settings.account)
            .content_type("application/json")
            .body(ByteStream::from(bytes.to_vec()))
    }

    /// Every version of every object that begins so, delete markers included.
    pub async fn all(&self, prefix: &str) -> Result<Vec<Kept>, Fault> {
        let mut found = Vec::new();
        let mut from = (None, None);
        loop {
            let call = self.connection.s3.list_object_versions().bucket(&self.settings.bucket).prefix(prefix);
            let call = call.expected_bucket_owner(&self.settings.account);
            let call = call.set_key_marker(from.0).set_version_id_marker(from.1);
            let page = fault::bucket("s3:ListObjectVersions", call.send().await)?;
            let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
            let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
            let kept = versions.chain(markers).filter_map(|(key, version)| Some((key?, version?)));
            found.extend(kept.map(|(key, version)| Kept { key: key.to_owned(), version: version.to_owned() }));
            from = (page.next_key_marker().map(str::to_owned), page.next_version_id_marker().map(str::to_owned));
            if page.is_truncated() != Some(true) || from.0.is_none() {
                return Ok(found);
            }
        }
    }

    /// Deletes versions for good; those that are gone already don't matter.
    pub async fn delete(&self, kept: &[Kept]) -> Result<(), Fault> {
        let operation = "s3:DeleteObjects";
        let wrong =
            |wrong: aws_smithy_types::error::operation::BuildError| Fault::invalid(operation, wrong.to_string());
        for some in kept.chunks(DELETED_TOGETHER) {
            let objects =
                some.iter().map(|it| ObjectIdentifier::builder().key(&it.key).version_id(&it.version).build());
            let objects = objects.collect::<Result<Vec<_>, _>>().map_err(wrong)?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().map_err(wrong)?;
            let call = self.connection.s3.delete_objects().bucket(&self.settings.bucket).delete(delete);
            let answer = call.expected_bucket_owner(&self.settings.account).send().await;
            let answer = fault::bucket(operation, answer)?;
            if let Some(failed) = answer.errors().first() {
                let message = failed.message().unwrap_or("a version was not deleted");
                let code = failed.code().map(str::to_owned);
                return Err(Fault { code, ..Fault::new(FaultKind::Unknown, operation, message) });
            }
        }
        Ok(())
    }

    /// The versions of the snapshot, newest first, at most so many.
    pub async fn versions(&self, most: usize) -> Result<Vec<Version>, Fault> {
        let mut found = self.listed(most).await?;
        found.truncate(most);
        // Serial and epoch are in each version's own head; one may have expired by now.
        let asked = futures::stream::iter(found).map(|version| self.with_head(version)).buffered(TOGETHER);
        let asked: Vec<Option<Version>> = asked.try_collect().await?;
        Ok(asked.into_iter().flatten().collect())
    }

    /// As S3 lists them: by key, and each key's versions from the newest on.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html>
    async fn listed(&self, most: usize) -> Result<Vec<Version>, Fault> {
        let key = self.settings.key.as_str();
        let mut found = Vec::new();
        let mut from = (None, None);
        loop {
            let call = self.connection.s3.list_object_versions().bucket(&self.settings.bucket).prefix(key);
            let call = call.expected_bucket_owner(&self.settings.account);
            let call = call.set_key_marker(from.0).set_version_id_marker(from.1);
            let page = fault::bucket("s3:ListObjectVersions", call.send().await)?;
            found.extend(page.versions().iter().filter(|it| it.key() == Some(key)).map(version));
            from = (page.next_key_marker().map(str::to_owned), page.next_version_id_marker().map(str::to_owned));
            // What begins with our key and is longer comes after all of ours.
            let more = page.is_truncated() == Some(true) && from.0.as_deref() == Some(key);
            if !more || found.len() >= most {
                return Ok(found);
            }
        }
    }

    async fn with_head(&self, version: Version) -> Result<Option<Version>, Fault> {
        let call = self.connection.s3.head_object().bucket(&self.settings.bucket).key(&self.settings.key);
        let call = call.version_id(&version.id).expected_bucket_owner(&self.settings.account);
        let head = match fault::bucket("s3:HeadObject", call.send().await) {
            Ok(head) => head,
            Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault),
        };
        // What somebody put there by hand says neither.
        let said = |name: &str| head.metadata().and_then(|it| it.get(name)).and_then(|it| it.parse().ok());
        Ok(Some(Version {
            serial: said("serial").unwrap_or_default(),
            epoch: said("epoch").unwrap_or_default(),
            ..version
        }))
    }
}

/// The whole content of an object.
pub async fn content(operation: &str, body: ByteStream) -> Result<Vec<u8>, Fault> {
    let broken = |why: String| Fault::new(FaultKind::Unknown, operation, format!("the content broke off: {why}"));
    // The SDK's time-outs end with the head of the answer.
    let content = tokio::time::timeout(CONTENT, body.collect()).await;
    let content = content.map_err(|late| broken(late.to_string()))?.map_err(|wrong| broken(wrong.to_string()))?;
    Ok(content.to_vec())
}

/// Whether an object, or the version that was asked for, is not there; a bucket that is not there
/// is another matter. A version id that is none, and one of a delete marker, name no content.
fn is_no_such_object(fault: &Fault, of_version: bool) -> bool {
    match fault.code.as_deref() {
        Some("NoSuchKey" | "NoSuchVersion") => true,
        Some("InvalidArgument" | "MethodNotAllowed") => of_version,
        Some(_) | None => false,
    }
}

fn version(listed: &aws_sdk_s3::types::ObjectVersion) -> Version {
    Version {
        id: listed.version_id().unwrap_or_default().to_owned(),
        serial: 0,
        epoch: 0,
        written: listed.last_modified().and_then(|it| u64::try_from(it.secs()).ok()).unwrap_or_default(),
        bytes: listed.size().and_then(|it| u64::try_from(it).ok()).unwrap_or_default(),
        current: listed.is_latest() == Some(true),
    }
}
