//! State in S3, lock and journal in DynamoDB: what is made for it, who may write it when, and what
//! is refused.

mod cost;
mod history;
mod init;
mod lock;
mod refusals;
mod signals;
pub mod writers;
