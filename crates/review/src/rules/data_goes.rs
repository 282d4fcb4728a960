//! What holds data is deleted or replaced: what is lost, and what can still be brought back.

use model::{Planned, Tree};

use super::case::{at, shown};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "data-goes",
    verdicts: &[Verdict::Safe, Verdict::BriefInterruption, Verdict::Outage, Verdict::DataLoss],
    title: "A database, table, bucket, repository, log group or secret is deleted or replaced",
    why: "A replacement is another, empty object: nothing copies the data over, whichever of the two comes first. \
          What can be brought back differs:\n\n\
          - **A database**: automated backups go with it unless `delete_automated_backups` is false, and a final \
          snapshot is made unless `skip_final_snapshot` is true. See [Deleting a DB instance]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html). A read replica only \
          holds a copy, so it is an `outage`, or a `brief-interruption` where it comes again.\n\
          - **A DynamoDB table**: with point-in-time recovery AWS keeps a system backup for 35 days. See [Enable \
          point-in-time recovery]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html).\n\
          - **A bucket or an image repository**: AWS refuses to delete one that holds anything, unless \
          `force_destroy` or `force_delete` empties it first. Without those the verdict is `outage`: whoever reads \
          from it finds nothing, or the apply fails half-way. See [Deleting a bucket]\
          (https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html) and [Deleting a private \
          repository](https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html).\n\
          - **A log group**: all its events go. See [DeleteLogGroup]\
          (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html).\n\
          - **A secret**: it cannot be read from then on (`outage`), and is gone for good after \
          `recovery_window_in_days` (`data-loss`). See [Delete a secret]\
          (https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html).\n\n\
          With deletion protection that is on before the change AWS refuses, also where the same change turns it off \
          for the object that comes instead. The verdict is still what losing it would be: whoever wants to get on \
          turns the protection off.",
    instead: "Where the resource was renamed in the manifest, add the `[[moved]]` block that the review suggests. \
              Where it has to be replaced, restore the data on purpose: `snapshot_identifier` or \
              `restore_to_point_in_time` for a database, `restore_source_name` for a table, a copy for a bucket or a \
              repository; and keep the old one with a `[[removed]]` block until the new one is known to be \
              complete. Set `lifecycle.prevent_destroy` and AWS's own deletion protection on what must stay.",
    check,
};

type Judged = (Verdict, String);

fn check(case: &Case<'_>) -> Vec<Finding> {
    // What an earlier replacement left is not in use, and how it goes is not told here.
    if !case.goes() || case.change.deposed.is_some() {
        return Vec::new();
    }
    let judged = match case.kind() {
        "aws_db_instance" => database(case),
        "aws_dynamodb_table" => table(case),
        "aws_s3_bucket" => emptied(case, "force_destroy", "bucket", "objects"),
        "aws_ecr_repository" => emptied(case, "force_delete", "repository", "images"),
        "aws_cloudwatch_log_group" => log_group(case),
        "aws_secretsmanager_secret" => secret(case),
        "aws_secretsmanager_secret_version" if !case.is_replaced() => {
            let reason = "the version in use stays in AWS until its secret goes; it is no longer managed";
            vec![(Verdict::Safe, reason.to_owned())]
        }
        _ => Vec::new(),
    };
    let refused = refused(case);
    let finding = |(verdict, reason)| case.finding(RULE.name, verdict, None, format!("{reason}{refused}"));
    judged.into_iter().map(finding).collect()
}

/// Arguments with which AWS refuses every deletion. What the manifest says of the new object does
/// not turn it off for the old one.
const PROTECTIONS: &[&str] = &["deletion_protection", "deletion_protection_enabled"];

/// What stands in the way, as the end of a sentence.
fn refused(case: &Case<'_>) -> String {
    let on = PROTECTIONS.iter().find(|it| is_on(case.before, it));
    on.map_or_else(String::new, |path| {
        format!("; AWS refuses to delete {} while `{path}` is on: the apply stops there", old(case))
    })
}

/// The object that goes.
fn old(case: &Case<'_>) -> &'static str {
    if case.is_replaced() { "the old one" } else { "it" }
}

/// How the change begins to be told: `it is deleted`, or why another takes its place.
fn fate(case: &Case<'_>, another: &str) -> String {
    if case.is_replaced() {
        format!("{another} takes its place {}", case.cause_of_replacement())
    } else {
        "it is deleted".to_owned()
    }
}

fn is_on(arguments: &Planned, path: &str) -> bool {
    matches!(at(arguments, path), Tree::Bool(true))
}

fn database(case: &Case<'_>) -> Vec<Judged> {
    let last = case.last();
    if !at(case.before, "replicate_source_db").is_null() {
        return vec![replica(case)];
    }
    let sources = ["snapshot_identifier", "restore_to_point_in_time", "replicate_source_db", "s3_import"];
    let source = sources.iter().find(|it| case.is_replaced() && !at(case.after, it).is_null());
    let another = match source {
        Some(source) => format!("a database restored by `{source}`"),
        None => "an empty database".to_owned(),
    };
    let snapshot = match (is_on(last, "skip_final_snapshot"), at(last, "final_snapshot_identifier")) {
        (true, _) => "without a final snapshot, as `skip_final_snapshot` says".to_owned(),
        (false, Tree::Null) => {
            "and AWS is asked for a final snapshot, which `final_snapshot_identifier` must name".to_owned()
        }
        (false, name) => format!("after a final snapshot, {}", shown(name)),
    };
    let backups = match at(last, "delete_automated_backups") {
        Tree::Bool(false) => "its automated backups stay",
        _ => "its automated backups go too",
    };
    let old = if case.is_replaced() { "the old one is deleted " } else { "" };
    let joint = if case.is_replaced() { "; " } else { " " };
    vec![(Verdict::DataLoss, format!("{}{joint}{old}{snapshot}; {backups}", fate(case, &another)))]
}

/// A replica holds a copy: its source keeps the data.
fn replica(case: &Case<'_>) -> Judged {
    let reason = format!("{}; its source keeps the data", fate(case, "another read replica"));
    match (case.is_replaced(), case.change.delete_first) {
        (false, _) => (Verdict::Outage, reason),
        (true, true) => (Verdict::BriefInterruption, reason),
        (true, false) => (Verdict::Safe, reason),
    }
}

fn table(case: &Case<'_>) -> Vec<Judged> {
    let rest = if is_on(case.before, "point_in_time_recovery.enabled") {
        format!("AWS keeps a system backup of {} for 35 days, because point-in-time recovery is on", old(case))
    } else {
        "all items are gone for good, because point-in-time recovery is off".to_owned()
    };
    let sources = ["restore_source_name", "restore_source_table_arn", "import_table"];
    let source = sources.iter().find(|it| case.is_replaced() && !at(case.after, it).is_null());
    let another = match source {
        Some(source) => format!("a table filled by `{source}`"),
        None => "an empty table".to_owned(),
    };
    vec![(Verdict::DataLoss, format!("{}; {rest}", fate(case, &another)))]
}

/// What AWS deletes only when it is empty, unless a switch has it emptied.
fn emptied(case: &Case<'_>, switch: &str, noun: &str, content: &str) -> Vec<Judged> {
    let fate = fate(case, &format!("an empty {noun}"));
    vec![match at(case.last(), switch) {
        Tree::Null | Tree::Bool(false) => {
            let rest = format!("AWS refuses to delete {} while it holds {content}, as `{switch}` is off", old(case));
            (Verdict::Outage, format!("{fate}, and readers find no {content} in it; {rest}"))
        }
        _ => (Verdict::DataLoss, format!("{fate}; all {content} are deleted with it, as `{switch}` is on")),
    }]
}

fn log_group(case: &Case<'_>) -> Vec<Judged> {
    let fate = fate(case, "an empty log group");
    if is_on(case.last(), "skip_destroy") {
        let reason = if case.is_replaced() {
            format!("{fate}; the old one stays in AWS, as `skip_destroy` says")
        } else {
            "it is no longer managed and stays in AWS, as `skip_destroy` says".to_owned()
        };
        return vec![(Verdict::Safe, reason)];
    }
    let reason = if case.is_replaced() {
        format!("{fate}; all log events in the old one are deleted")
    } else {
        format!("{fate} with all its log events")
    };
    vec![(Verdict::DataLoss, reason)]
}

fn secret(case: &Case<'_>) -> Vec<Judged> {
    let fate = fate(case, "another secret with another ARN");
    match at(case.last(), "recovery_window_in_days") {
        Tree::Int(0) => {
            vec![(Verdict::DataLoss, format!("{fate}; its value is gone at once, as `recovery_window_in_days` is 0"))]
        }
        window => {
            let days = if let Tree::Int(days) = window { *days } else { DEFAULT_RECOVERY_DAYS };
            let its = if case.is_replaced() { "the old value" } else { "its value" };
            let outage = format!("{fate}; whoever reads {} is refused from then on", old(case));
            let loss = format!("{its} can be restored for {days} days, and is gone after that");
            vec![(Verdict::Outage, outage), (Verdict::DataLoss, loss)]
        }
    }
}

/// Secrets Manager's own default, and stackctl's.
const DEFAULT_RECOVERY_DAYS: i64 = 30;

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Replace};
    use serde_json::json;

    use super::super::testing::{Example, check, reasons};

    #[test]
    fn a_renamed_database_starts_empty() {
        let before = json!({ "identifier": "blog", "skip_final_snapshot": true });
        let after = json!({ "identifier": "weblog", "skip_final_snapshot": true });
        check("aws_db_instance", Replace, before.clone(), after.clone(), &["data-loss data-goes"]);
        let said = "an empty database takes its place because `identifier` changes; the old one is deleted without a \
                    final snapshot, as `skip_final_snapshot` says; its automated backups go too";
        assert_eq!(reasons("aws_db_instance", Replace, before.clone(), after.clone()), [said]);
        Example::new("aws_db_instance", Replace, before, after).create_first().expect(&["data-loss data-goes"]);
    }

    #[test]
    fn a_deleted_database_tells_its_snapshot() {
        let before = json!({ "identifier": "blog", "final_snapshot_identifier": "blog-last" });
        let said = "it is deleted after a final snapshot, `blog-last`; its automated backups go too";
        assert_eq!(reasons("aws_db_instance", Delete, before, json!({})), [said]);
        let replica = json!({ "identifier": "copy", "replicate_source_db": "blog" });
        check("aws_db_instance", Delete, replica, json!({}), &["outage data-goes"]);
    }

    #[test]
    fn a_table_goes_with_its_items() {
        let table = |name: &str, on: bool| json!({ "name": name, "point_in_time_recovery": { "enabled": on } });
        check("aws_dynamodb_table", Replace, table("a", true), table("b", true), &["data-loss data-goes"]);
        let said = "it is deleted; all items are gone for good, because point-in-time recovery is off";
        assert_eq!(reasons("aws_dynamodb_table", Delete, table("a", false), json!({})), [said]);
    }

    #[test]
    fn protection_stops_the_apply() {
        let database = |name: &str, on: bool| json!({ "identifier": name, "skip_final_snapshot": true, "deletion_protection": on });
        let kind = "aws_db_instance";
        let said = reasons(kind, Delete, database("a", true), json!({}));
        let refused = "; AWS refuses to delete it while `deletion_protection` is on: the apply stops there";
        assert!(said[0].ends_with(refused), "{said:?}");
        for (before, after, is_refused) in [(true, true, true), (true, false, true), (false, true, false)] {
            let said = reasons(kind, Replace, database("a", before), database("b", after));
            assert_eq!(said[0].contains("; AWS refuses to delete the old one while"), is_refused, "{said:?}");
        }
        let table = json!({ "name": "a", "deletion_protection_enabled": true });
        let said = reasons("aws_dynamodb_table", Delete, table, json!({}));
        assert!(said[0].contains("while `deletion_protection_enabled` is on"), "{said:?}");
    }

    #[test]
    fn a_bucket_is_emptied_only_when_told() {
        let bucket = |force: bool| json!({ "bucket": "files", "force_destroy": force });
        check("aws_s3_bucket", Delete, bucket(true), json!({}), &["data-loss data-goes"]);
        check("aws_s3_bucket", Delete, bucket(false), json!({}), &["outage data-goes"]);
        let repository = |name: &str| json!({ "name": name, "force_delete": true });
        check("aws_ecr_repository", Replace, repository("a"), repository("b"), &["data-loss data-goes"]);
    }

    #[test]
    fn a_log_group_may_be_left() {
        let group = |name: &str, skip: bool| json!({ "name": name, "skip_destroy": skip });
        let kind = "aws_cloudwatch_log_group";
        check(kind, Replace, group("a", false), group("b", false), &["data-loss data-goes"]);
        check(kind, Replace, group("a", true), group("b", true), &["safe data-goes"]);
        let said = "it is deleted with all its log events";
        assert_eq!(reasons(kind, Delete, group("a", false), json!({})), [said]);
        let said = "it is no longer managed and stays in AWS, as `skip_destroy` says";
        assert_eq!(reasons(kind, Delete, group("a", true), json!({})), [said]);
    }

    #[test]
    fn a_secret_is_refused_first_and_gone_later() {
        let secret = |days: i64| json!({ "name": "db", "recovery_window_in_days": days });
        let kind = "aws_secretsmanager_secret";
        check(kind, Delete, secret(7), json!({}), &["data-loss data-goes", "outage data-goes"]);
        check(kind, Delete, secret(0), json!({}), &["data-loss data-goes"]);
        let version = json!({ "secret_id": "db", "secret_string": { "$secret": "hunter2hunter2" } });
        check("aws_secretsmanager_secret_version", Delete, version, json!({}), &["safe data-goes"]);
    }
}
