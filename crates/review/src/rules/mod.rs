//! The rules that judge changes: one file each.
//!
//! In: a change with all arguments before and after it. Out: findings. A rule must not know how
//! the change came about, and looks at known values only: what is unknown is not guessed.

mod capacity_reduced;
mod case;
mod container_cut_off;
mod container_weakened;
mod containers;
mod costs_more;
mod credentials_changed;
mod data_expires;
mod data_goes;
mod database_interrupted;
mod database_parameters;
pub mod docs;
mod documents;
mod egress_opened;
mod encryption_weakened;
mod exposed_to_all;
mod forgotten;
mod group_membership;
mod group_rules;
mod ingress_opened;
mod key_changed;
pub mod kinds;
mod network_goes;
mod network_service_off;
mod no_risk_known;
mod policy_attached;
mod policy_narrowed;
mod policy_unclear;
mod policy_widened;
mod protection_removed;
mod public_address_on;
mod readers_cut_off;
mod resource_goes;
mod retention_shortened;
mod role_limits;
mod role_replaced;
mod safeguard_off;
mod security_group_replaced;
mod service_deployment;
mod service_goes;
mod service_interruptible;
mod service_scaled;
mod service_unreachable;
mod task_revision;
mod task_roles;
mod task_size;
#[cfg(test)]
mod testing;
mod traffic_blocked;

pub use case::Case;

use crate::verdict::{Finding, Verdict};

/// One rule, with the text of its documentation page.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name in kebab case, as `data-goes`; also its page's.
    pub name: &'static str,
    /// The verdicts that it gives, mildest first.
    pub verdicts: &'static [Verdict],
    /// What it finds, as a short sentence without a full stop.
    pub title: &'static str,
    /// Why that is a risk, in Markdown, with links to AWS's documentation.
    pub why: &'static str,
    /// What to do instead, or to make it safe, in Markdown.
    pub instead: &'static str,
    /// Finds it.
    pub check: fn(&Case<'_>) -> Vec<Finding>,
}

/// Every rule, in reading order; the general ones last.
pub const RULES: &[&Rule] = &[
    &data_goes::RULE,
    &data_expires::RULE,
    &retention_shortened::RULE,
    &readers_cut_off::RULE,
    &key_changed::RULE,
    &exposed_to_all::RULE,
    &protection_removed::RULE,
    &encryption_weakened::RULE,
    &database_interrupted::RULE,
    &database_parameters::RULE,
    &credentials_changed::RULE,
    &capacity_reduced::RULE,
    &costs_more::RULE,
    &ingress_opened::RULE,
    &policy_widened::RULE,
    &policy_unclear::RULE,
    &policy_attached::RULE,
    &egress_opened::RULE,
    &public_address_on::RULE,
    &group_membership::RULE,
    &traffic_blocked::RULE,
    &policy_narrowed::RULE,
    &role_limits::RULE,
    &role_replaced::RULE,
    &security_group_replaced::RULE,
    &network_goes::RULE,
    &network_service_off::RULE,
    &service_goes::RULE,
    &service_scaled::RULE,
    &service_unreachable::RULE,
    &service_interruptible::RULE,
    &service_deployment::RULE,
    &safeguard_off::RULE,
    &container_cut_off::RULE,
    &container_weakened::RULE,
    &task_roles::RULE,
    &task_size::RULE,
    &task_revision::RULE,
    &forgotten::RULE,
    &resource_goes::RULE,
    &no_risk_known::RULE,
];

/// How many rules at the end of [`RULES`] are general.
const GENERAL: usize = 2;

/// What all rules say about a change, worst first. A general rule speaks only where no other has
/// spoken for the resource as a whole or has found something as bad, so every change gets a
/// verdict and none gets two for one thing.
#[must_use]
pub fn judge(case: &Case<'_>) -> Vec<Finding> {
    let (special, general) = RULES.split_at(RULES.len() - GENERAL);
    let mut findings: Vec<Finding> = special.iter().flat_map(|rule| (rule.check)(case)).collect();
    for finding in general.iter().flat_map(|rule| (rule.check)(case)) {
        if !findings.iter().any(|it| it.path.is_none() || it.verdict >= finding.verdict) {
            findings.push(finding);
        }
    }
    findings.sort_by_key(|it| std::cmp::Reverse(it.verdict));
    findings
}

/// Every kind and dotted argument path that the tables of the rules name, so that a test can hold
/// them to the catalog.
#[must_use]
pub fn named_arguments() -> Vec<(&'static str, &'static str)> {
    let tables = [
        retention_shortened::arguments(),
        readers_cut_off::arguments(),
        key_changed::arguments(),
        exposed_to_all::arguments(),
        protection_removed::arguments(),
        database_interrupted::arguments(),
        capacity_reduced::arguments(),
        costs_more::arguments(),
        public_address_on::arguments(),
        group_membership::arguments(),
        network_service_off::arguments(),
        service_scaled::arguments(),
        service_unreachable::arguments(),
        service_interruptible::arguments(),
        service_deployment::arguments(),
        safeguard_off::arguments(),
        container_cut_off::arguments(),
        container_weakened::arguments(),
        task_roles::arguments(),
        task_size::arguments(),
    ];
    tables.concat()
}
