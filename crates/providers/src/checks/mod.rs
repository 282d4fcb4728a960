//! Checks across resources: pure functions of the resolved stack, one per file.

mod cidr_invalid;
pub mod fargate;
mod inline_and_separate_rules;
mod reference;
mod subnet_outside_vpc;
mod subnets_overlap;
#[cfg(test)]
mod testing;

use model::catalog::StackCheck;

/// All checks, in the order they are reported.
pub const CHECKS: &[StackCheck] =
    &[cidr_invalid::check, subnet_outside_vpc::check, subnets_overlap::check, inline_and_separate_rules::check];
