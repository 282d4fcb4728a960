//! Checks across resources: pure functions of the resolved stack, one per file.

use model::catalog::StackCheck;

/// All checks, in the order they are reported.
pub const CHECKS: &[StackCheck] = &[];
