//! Small manifests and what is wrong or right about them.

mod arguments;
mod evaluate;
mod meta;
mod names;
mod references;
mod secrets;
mod variables;
