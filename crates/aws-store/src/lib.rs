//! State in S3, lock and journal in DynamoDB.
//!
//! In: an SDK configuration and what `[state]` names. Out: [`AwsBackend`], on which
//! [`engine::store::SharedStore`] works; [`init()`], which makes bucket and table; and [`clock()`],
//! by which a lease is measured; and [`Reader`], which reads what others keep in S3. It must not know
//! what records and snapshots mean, or who may write them when.

mod backend;
mod clock;
mod connection;
mod fault;
mod init;
mod objects;
mod reader;
mod rows;
mod settings;

pub use backend::AwsBackend;
pub use clock::clock;
pub use init::{Done, Outcome, init};
pub use reader::Reader;
pub use settings::Settings;
