//! What [`engine::store::shared::Backend`] promises, kept by S3 and DynamoDB as the sandbox's
//! emulator has them; the store upon it; and the guard that lets nothing through without a lease.

mod backend;
mod guard;
mod init;
mod place;
mod reader;
mod shared;
