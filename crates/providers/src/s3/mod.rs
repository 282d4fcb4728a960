//! Simple Storage Service: buckets, and the settings that AWS keeps apart from them.
//!
//! What its kinds share: ids that may name the bucket's owner. It must not know objects, but for
//! emptying a bucket.

pub mod bucket;
pub mod bucket_encryption;
pub mod bucket_public_access_block;
pub mod bucket_versioning;

mod empty;
mod website_zone;

use model::Id;

/// The id of a bucket's setting, as Terraform's: `BUCKET`, or `BUCKET,OWNER`.
fn id_of(bucket: &str, owner: Option<&str>) -> Id {
    Id(owner.map_or_else(|| bucket.to_owned(), |owner| format!("{bucket},{owner}")))
}

/// The bucket and the account that is expected to own it.
fn split(id: &Id) -> (&str, Option<String>) {
    match id.0.split_once(',') {
        Some((bucket, owner)) => (bucket, Some(owner.to_owned())),
        None => (&id.0, None),
    }
}
