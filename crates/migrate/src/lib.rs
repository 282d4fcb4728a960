//! Takes over what Terraform built.
//!
//! In: the texts of Terraform configurations, their states, and the catalog. Out: the texts of a
//! manifest folder, a state, and a report in which every Terraform resource is accounted for. It
//! must not know files, AWS, or how anything is shown.

pub mod attributes;
pub mod draft;
pub mod report;
pub mod request;
pub mod terraform;
