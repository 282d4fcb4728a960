//! Terraform's own things, read as they are: configurations, values of variables, states.
//!
//! In: texts. Out: plain data with places and comments. It must not know manifests.

pub mod address;
pub mod configuration;
pub mod state;
