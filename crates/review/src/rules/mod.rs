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
mod value_not_known;

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
    &value_not_known::RULE,
    &resource_goes::RULE,
    &no_risk_known::RULE,
];

/// How many rules at the end of [`RULES`] are general.
const GENERAL: usize = 3;

/// What all rules say about a change, worst first. A general rule speaks only where no other has
/// said it, so every change gets a verdict and none gets two for one thing.
#[must_use]
pub fn judge(case: &Case<'_>) -> Vec<Finding> {
    let (special, general) = RULES.split_at(RULES.len() - GENERAL);
    let mut findings: Vec<Finding> = special.iter().flat_map(|rule| (rule.check)(case)).collect();
    for rule in general {
        let mut more = (rule.check)(case);
        more.retain(|it| !findings.iter().any(|said| is_said(it, said)));
        findings.extend(more);
    }
    findings.sort_by_key(|it| std::cmp::Reverse(it.verdict));
    findings
}

/// Whether a general finding need not be made beside another: that about the resource as a whole
/// where another is, or where something as bad was found; that about one argument where something
/// as bad was found of it, or of the whole.
fn is_said(general: &Finding, said: &Finding) -> bool {
    match (&general.path, &said.path) {
        (None, None) => true,
        (None, Some(_)) | (Some(_), None) => said.verdict >= general.verdict,
        (Some(path), Some(of)) => path == of && said.verdict >= general.verdict,
    }
}

/// An argument: its kind, and its dotted path.
type Argument = (&'static str, &'static str);

/// The arguments that a rule names.
struct Table {
    rule: &'static Rule,
    arguments: fn() -> Vec<Argument>,
    /// Whether the rule compares the values, so that it says nothing where one is not known.
    by_value: bool,
}

const TABLES: &[Table] = &[
    by_value(&retention_shortened::RULE, retention_shortened::arguments),
    by_value(&readers_cut_off::RULE, readers_cut_off::arguments),
    by_change(&key_changed::RULE, key_changed::arguments),
    by_value(&exposed_to_all::RULE, exposed_to_all::arguments),
    by_value(&protection_removed::RULE, protection_removed::arguments),
    by_value(&database_interrupted::RULE, database_interrupted::arguments),
    by_value(&capacity_reduced::RULE, capacity_reduced::arguments),
    by_value(&costs_more::RULE, costs_more::arguments),
    by_value(&public_address_on::RULE, public_address_on::arguments),
    by_change(&group_membership::RULE, group_membership::arguments),
    by_value(&network_service_off::RULE, network_service_off::arguments),
    by_value(&service_scaled::RULE, service_scaled::arguments),
    by_change(&service_unreachable::RULE, service_unreachable::arguments),
    by_value(&service_interruptible::RULE, service_interruptible::arguments),
    by_change(&service_deployment::RULE, service_deployment::arguments),
    by_value(&safeguard_off::RULE, safeguard_off::arguments),
    by_change(&container_cut_off::RULE, container_cut_off::arguments),
    by_change(&container_weakened::RULE, container_weakened::arguments),
    by_change(&task_roles::RULE, task_roles::arguments),
    by_value(&task_size::RULE, task_size::arguments),
];

const fn by_value(rule: &'static Rule, arguments: fn() -> Vec<Argument>) -> Table {
    Table { rule, arguments, by_value: true }
}

const fn by_change(rule: &'static Rule, arguments: fn() -> Vec<Argument>) -> Table {
    Table { rule, arguments, by_value: false }
}

/// Every kind and dotted argument path that the tables of the rules name, so that a test can hold
/// them to the catalog.
#[must_use]
pub fn named_arguments() -> Vec<(&'static str, &'static str)> {
    TABLES.iter().flat_map(|it| (it.arguments)()).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Replace, Update};
    use serde_json::json;

    use super::testing::reasons;
    use super::*;

    #[test]
    fn no_reason_speaks_of_a_secret() {
        let plain = || json!({ "$secret": "canary-canary" });
        let unknown = || json!({ "$unknown": "secret_string of aws_secretsmanager_secret_version", "secret": true });
        for (kind, path) in named_arguments() {
            let nested = |value| path.rsplit('.').fold(value, |value, name| json!({ name: value }));
            for (before, after) in [
                (plain(), unknown()),
                (unknown(), plain()),
                (unknown(), json!(0)),
                (json!(1), unknown()),
                (unknown(), json!(null)),
                (json!(["a"]), json!([plain(), unknown()])),
                (json!([plain()]), json!("b")),
            ] {
                for action in [Update, Replace] {
                    for reason in reasons(kind, action, nested(before.clone()), nested(after.clone())) {
                        let tells = ["canary", "(secret", "secret of", "$secret", "$unknown"];
                        assert!(!tells.iter().any(|it| reason.contains(it)), "{kind} {path}: {reason}");
                    }
                }
            }
        }
    }
}
