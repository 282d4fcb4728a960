//! Security Token Service: who and where we are.

pub mod caller_identity;
pub mod region;
