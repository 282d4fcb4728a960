//! Elastic Container Registry.

pub mod lifecycle_policy;
pub mod repository;
