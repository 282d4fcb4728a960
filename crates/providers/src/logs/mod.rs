//! CloudWatch Logs.

mod listing;
pub mod log_group;
