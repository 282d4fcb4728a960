//! A guard against mistakes or failures is taken away.

use model::{Planned, Tree};

use super::case::dotted;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "protection-removed",
    verdicts: &[Verdict::WiderExposure],
    title: "A protection against deletion, overwriting or failure is taken away",
    why: "Nothing is lost yet; the next mistake, failure or attack finds one guard fewer.\n\n\
          - `lifecycle.prevent_destroy` and `lifecycle.retain` keep stackctl from deleting. AWS's own protection \
          keeps everybody from it: see [deletion protection of a DB instance]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html#USER_DeleteInstance.DeletionProtection) \
          and [of a table]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html).\n\
          - `skip_final_snapshot`, `delete_automated_backups`, `force_destroy`, `force_delete` and a shorter \
          `recovery_window_in_days` decide what a later deletion leaves.\n\
          - Suspended versioning keeps the versions that are there and makes no new ones, so overwriting and deleting \
          become final: see [Working with objects in a versioning-suspended bucket]\
          (https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersionSuspendedBehavior.html).\n\
          - A tag of a mutable repository can be moved to another image, so what was tested need not be what runs: \
          see [Preventing image tags from being overwritten]\
          (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html).\n\
          - A database without a standby stays away until its zone is back: see [Multi-AZ deployments]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html).",
    instead: "Keep the guard, and take it away only in the change before the one that deletes on purpose, so that a \
              review sees both. Say in the commit why it goes.",
    check,
};

/// When a guard counts as gone.
#[derive(Clone, Copy)]
enum Gone {
    /// The switch was on and is off.
    Off,
    /// The switch was off and is on.
    On,
    /// The switch was off and is on, which it is where nothing is said.
    OnByDefault,
    /// The number went down from this, where nothing is said, or from another.
    Lower(i64),
    /// The text was the first of these and is another.
    No(&'static str),
}

/// On any kind that has them. The first two stand beside the arguments of every resource.
const ANYWHERE: &[(&str, &str)] = &[
    ("lifecycle.prevent_destroy", "stackctl no longer refuses to delete it"),
    ("lifecycle.retain", "it is deleted, rather than left in AWS, when it leaves the manifest"),
    ("deletion_protection", "AWS no longer refuses to delete it"),
    ("deletion_protection_enabled", "AWS no longer refuses to delete it"),
];

const GUARDS: &[(&str, &str, Gone, &str)] = &[
    ("aws_db_instance", "skip_final_snapshot", Gone::On, "deleting it will leave no snapshot of its data"),
    ("aws_db_instance", "delete_automated_backups", Gone::OnByDefault, "deleting it will delete its backups too"),
    ("aws_db_instance", "multi_az", Gone::Off, "no standby takes over when its zone or machine fails"),
    ("aws_ecr_repository", "force_delete", Gone::On, "deleting it will delete all images in it"),
    ("aws_ecr_repository", "image_tag_mutability", Gone::No("IMMUTABLE"), "a tag can be moved to another image"),
    (
        "aws_ecr_repository",
        "image_scanning_configuration.scan_on_push",
        Gone::Off,
        "images are no longer scanned for known vulnerabilities when they are pushed",
    ),
    ("aws_s3_bucket", "force_destroy", Gone::On, "deleting it will delete all objects in it"),
    (
        "aws_s3_bucket_versioning",
        "versioning_configuration.status",
        Gone::No("Enabled"),
        "what is overwritten or deleted from now on cannot be brought back",
    ),
    (
        "aws_s3_bucket_versioning",
        "versioning_configuration.mfa_delete",
        Gone::No("Enabled"),
        "versions can be deleted without an MFA code",
    ),
    (
        "aws_secretsmanager_secret",
        "recovery_window_in_days",
        Gone::Lower(30),
        "there is less time to restore it after a deletion",
    ),
];

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let by_aws = [("aws_db_instance", "deletion_protection"), ("aws_dynamodb_table", "deletion_protection_enabled")];
    GUARDS.iter().map(|(kind, path, ..)| (*kind, *path)).chain(by_aws).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    if !case.compares() {
        return Vec::new();
    }
    let anywhere = ANYWHERE.iter().map(|(path, then)| (*path, Gone::Off, *then));
    let own = GUARDS.iter().filter(|it| it.0 == case.kind()).map(|(_, path, gone, then)| (*path, *gone, *then));
    let rows = anywhere.chain(own);
    rows.filter_map(|(path, gone, then)| {
        let attribute = case.attribute(path)?;
        let (before, after) = (&attribute.before, &attribute.after);
        let reason = || format!("{}: {then}", case.from_to(path, before, after));
        is_gone(gone, before, after)
            .then(|| case.finding(RULE.name, Verdict::WiderExposure, Some(dotted(path)), reason()))
    })
    .collect()
}

fn is_gone(gone: Gone, before: &Planned, after: &Planned) -> bool {
    let is_on = |it: &Planned| matches!(it, Tree::Bool(true));
    let is_off = |it: &Planned| matches!(it, Tree::Null | Tree::Bool(false));
    match gone {
        Gone::Off => is_on(before) && is_off(after),
        Gone::On => is_off(before) && is_on(after),
        Gone::OnByDefault => matches!(before, Tree::Bool(false)) && matches!(after, Tree::Null | Tree::Bool(true)),
        Gone::Lower(unset) => {
            let number = |it: &Planned| match it {
                Tree::Int(number) => Some(*number),
                Tree::Null => Some(unset),
                _ => None,
            };
            number(before).zip(number(after)).is_some_and(|(was, is)| is < was)
        }
        Gone::No(guard) => before.as_text() == Some(guard) && !after.has_hole() && after.as_text() != Some(guard),
    }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Record, Update};
    use serde_json::json;

    use super::super::testing::{check, reasons};

    const REMOVED: &[&str] = &["wider-exposure protection-removed"];

    #[test]
    fn lifecycle_and_deletion_protection() {
        let guarded = |on: bool| json!({ "lifecycle": { "prevent_destroy": on } });
        check("aws_vpc", Record, guarded(true), guarded(false), REMOVED);
        check("aws_vpc", Record, guarded(true), json!({}), REMOVED);
        check("aws_vpc", Record, guarded(false), guarded(true), &["safe no-risk-known"]);
        let database = |on: bool| json!({ "deletion_protection": on });
        check("aws_db_instance", Update, database(true), database(false), REMOVED);
        let said = "`deletion_protection` goes from true to false: AWS no longer refuses to delete it";
        assert_eq!(reasons("aws_db_instance", Update, database(true), database(false)), [said]);
        let table = |on: bool| json!({ "deletion_protection_enabled": on });
        check("aws_dynamodb_table", Update, table(true), table(false), REMOVED);
        check("aws_dynamodb_table", Delete, table(true), json!({}), &["data-loss data-goes"]);
    }

    #[test]
    fn what_a_deletion_leaves() {
        let database = |skip: bool| json!({ "skip_final_snapshot": skip });
        check("aws_db_instance", Record, database(false), database(true), REMOVED);
        check("aws_db_instance", Record, database(true), database(false), &["safe no-risk-known"]);
        let bucket = |force: bool| json!({ "bucket": "a", "force_destroy": force });
        check("aws_s3_bucket", Record, bucket(false), bucket(true), REMOVED);
        let database = |delete: bool| json!({ "delete_automated_backups": delete });
        check("aws_db_instance", Record, database(false), json!({}), REMOVED);
        let secret = |days: i64| json!({ "name": "a", "recovery_window_in_days": days });
        check("aws_secretsmanager_secret", Record, json!({ "name": "a" }), secret(7), REMOVED);
        check("aws_secretsmanager_secret", Record, secret(7), json!({ "name": "a" }), &["safe no-risk-known"]);
        check("aws_secretsmanager_secret", Record, secret(30), secret(0), REMOVED);
    }

    #[test]
    fn versions_and_tags() {
        let bucket = |status: &str| json!({ "bucket": "a", "versioning_configuration": { "status": status } });
        check("aws_s3_bucket_versioning", Update, bucket("Enabled"), bucket("Suspended"), REMOVED);
        check("aws_s3_bucket_versioning", Update, bucket("Suspended"), bucket("Enabled"), &["safe no-risk-known"]);
        let repository = |tags: &str| json!({ "name": "a", "image_tag_mutability": tags });
        check("aws_ecr_repository", Update, repository("IMMUTABLE"), repository("MUTABLE"), REMOVED);
    }

    #[test]
    fn a_standby_goes() {
        let database = |on: bool| json!({ "identifier": "a", "multi_az": on });
        check("aws_db_instance", Update, database(true), database(false), REMOVED);
    }
}
