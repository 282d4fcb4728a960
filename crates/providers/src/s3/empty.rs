//! Empties a bucket: every object, every old version, every delete marker.
//!
//! In: a bucket. Out: nothing, or the first object that could not be deleted. It must not know
//! why the bucket goes.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput as Page;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use driver::{Fault, FaultKind};

use crate::aws::{Answer, Aws};

/// Deletes all that is in a bucket; one that is gone is empty.
pub(super) async fn empty(aws: &Aws, bucket: &str, locked: bool) -> Result<(), Fault> {
    // What was listed is deleted before more is listed, so every page is the first one. A page
    // holds at most 1000 versions, which is what one delete takes.
    while let Some(objects) = first_page(aws, bucket, 1000).await? {
        delete(aws, bucket, objects, locked).await?;
    }
    Ok(())
}

/// Whether nothing is in a bucket; one that is gone is empty.
pub(super) async fn is_empty(aws: &Aws, bucket: &str) -> Result<bool, Fault> {
    Ok(first_page(aws, bucket, 1).await?.is_none())
}

async fn first_page(aws: &Aws, bucket: &str, most: i32) -> Result<Option<Vec<ObjectIdentifier>>, Fault> {
    let operation = "s3:ListObjectVersions";
    let call = aws.s3().list_object_versions().bucket(bucket).max_keys(most);
    let Some(page) = call.send().await.found(operation)? else { return Ok(None) };
    let objects = identifiers(&page).map_err(|wrong| Fault::invalid(operation, wrong.to_string()))?;
    Ok(Some(objects).filter(|objects| !objects.is_empty()))
}

fn identifiers(page: &Page) -> Result<Vec<ObjectIdentifier>, aws_smithy_types::error::operation::BuildError> {
    let identifier = |(key, version): (Option<&str>, Option<&str>)| {
        let builder = ObjectIdentifier::builder().key(key.unwrap_or_default());
        builder.set_version_id(version.map(str::to_owned)).build()
    };
    let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
    let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
    versions.chain(markers).map(identifier).collect()
}

/// Governance retention is lifted: whoever empties a bucket by `force_destroy` means all of it.
async fn delete(aws: &Aws, bucket: &str, objects: Vec<ObjectIdentifier>, locked: bool) -> Result<(), Fault> {
    let operation = "s3:DeleteObjects";
    let all = Delete::builder().set_objects(Some(objects)).quiet(true).build();
    let all = all.map_err(|wrong| Fault::invalid(operation, wrong.to_string()))?;
    let call = aws.s3().delete_objects().bucket(bucket).delete(all);
    let call = if locked { call.bypass_governance_retention(true) } else { call };
    let answer = call.send().await.fault(operation)?;
    match answer.errors().first() {
        None => Ok(()),
        Some(wrong) => {
            let denied = wrong.code() == Some("AccessDenied");
            let kind = if denied { FaultKind::Denied } else { FaultKind::Invalid };
            let why = wrong.message().unwrap_or("no reason was given");
            let message = format!("cannot delete `{}`: {why}", wrong.key().unwrap_or_default());
            Err(Fault { code: wrong.code().map(str::to_owned), ..Fault::new(kind, operation, message) })
        }
    }
}
