//! Manifests of any size, and what each stage from text to plan costs.
//!
//! In: a size and a shape, a catalog. Out: texts, and figures for every stage. It must not know
//! AWS, nor how figures are shown.

mod generate;
mod imagine;
pub mod kinds;
mod meter;
mod stages;

pub use generate::{Shape, generate};
pub use stages::{Report, Stage, measure};
