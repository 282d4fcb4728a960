//! Terraform's own things, read as they are: configurations, values of variables, states.
//!
//! In: texts. Out: plain data with places and comments. It must not know manifests.

pub mod address;
pub mod backend;
pub mod comments;
pub mod configuration;
mod json;
mod layout;
pub mod modules;
mod native;
mod overrides;
pub mod path;
mod problem;
pub mod read;
pub mod state;
pub mod values;
pub mod workspaces;

#[cfg(test)]
mod tests;

pub use problem::Problem;
