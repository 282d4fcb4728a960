//! A review as a document.
//!
//! In: a [`review::Review`]. Out: text. It must not print, and not judge.

pub mod attribute;
pub mod html;
pub mod knock_on;
pub mod lines;
mod markdown;
pub mod picture;
mod sarif;
pub mod value;
pub mod words;

pub use markdown::{markdown, text};
pub use sarif::sarif;
