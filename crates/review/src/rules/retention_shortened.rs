//! Logs and backups are kept for a shorter time.

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "retention-shortened",
    verdicts: &[Verdict::DataLoss],
    title: "Logs or backups are kept for a shorter time, or no longer",
    why: "A shorter time holds for what is there already: log events, backups and recovery points that are older than \
          the new limit are deleted, and lengthening it again brings none back.\n\n\
          - **Log groups**: events past the limit cannot be read any more and go within 72 hours; without a limit \
          they are kept for ever. See [PutRetentionPolicy]\
          (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).\n\
          - **Databases**: older automated backups go, so the database cannot be restored to an earlier point; 0 \
          turns them off, deletes them all, and interrupts the database. See [Backup retention period]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html).\n\
          - **Tables**: the recovery points of point-in-time recovery go, and turning it on again starts anew. See \
          [Enable point-in-time recovery]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html).",
    instead: "Keep what somebody may ask for first: export log events to S3, take a manual snapshot of the database, \
              make an on-demand backup of the table. Those do not expire.",
    check,
};

/// A number of days after which something is deleted.
struct Retention {
    kind: &'static str,
    path: &'static str,
    /// Whether 0 and unset mean for ever, rather than not at all.
    endless: bool,
    /// What is kept, in the plural.
    kept: &'static str,
}

const RETENTIONS: &[Retention] = &[
    Retention { kind: "aws_cloudwatch_log_group", path: "retention_in_days", endless: true, kept: "log events" },
    Retention { kind: "aws_db_instance", path: "backup_retention_period", endless: false, kept: "automated backups" },
    Retention {
        kind: "aws_db_instance",
        path: "performance_insights_retention_period",
        endless: false,
        kept: "performance measurements",
    },
];

const RECOVERY: (&str, &str) = ("aws_dynamodb_table", "point_in_time_recovery.enabled");
const RECOVERY_DAYS: (&str, &str) = ("aws_dynamodb_table", "point_in_time_recovery.recovery_period_in_days");

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    RETENTIONS.iter().map(|it| (it.kind, it.path)).chain([RECOVERY, RECOVERY_DAYS]).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    let rows = RETENTIONS.iter().filter(|it| it.kind == case.kind());
    let found = rows.filter_map(|row| Some((row.path, shortened(case, row)?)));
    let found = found.chain(recovery(case));
    found.map(|(path, reason)| case.finding(RULE.name, Verdict::DataLoss, Some(dotted(path)), reason)).collect()
}

fn shortened(case: &Case<'_>, row: &Retention) -> Option<String> {
    if !case.compares() || !case.differs(row.path) {
        return None;
    }
    let (path, kept) = (row.path, row.kept);
    let (was, is) = (days(at(case.before, path), row.endless), days(at(case.after, path), row.endless)?);
    if is == 0 && was != Some(0) {
        let was = was.map_or_else(|| "AWS's choice".to_owned(), |it| it.to_string());
        return Some(format!("`{path}` goes from {was} to 0: all {kept} are deleted, and no more are made"));
    }
    let was = was.filter(|was| is < *was)?;
    let was = if was == i64::MAX { "for ever".to_owned() } else { was.to_string() };
    Some(format!("`{path}` goes from {was} to {is} days: older {kept} are deleted"))
}

/// The days, where they are known; an unset number is known only where it means for ever.
fn days(value: &Planned, endless: bool) -> Option<i64> {
    match value {
        Tree::Null | Tree::Int(0) if endless => Some(i64::MAX),
        Tree::Int(days) => Some(*days),
        _ => None,
    }
}

fn recovery(case: &Case<'_>) -> Option<(&'static str, String)> {
    if case.kind() != RECOVERY.0 {
        return None;
    }
    if case.turned_off(RECOVERY.1) {
        let reason = "point-in-time recovery is turned off: its backups go, and turning it on again starts anew";
        return Some((RECOVERY.1, reason.to_owned()));
    }
    if !matches!(at(case.after, RECOVERY.1), Tree::Bool(true)) {
        return None;
    }
    let (before, after) = case.both(RECOVERY_DAYS.1)?;
    let days = |value: &Planned| match value {
        Tree::Null => Some(LONGEST_RECOVERY_DAYS),
        Tree::Int(days) => Some(*days),
        _ => None,
    };
    let (was, is) = (days(before)?, days(after)?);
    let reason = || format!("the table can be restored to any time in the last {is} days rather than {was}");
    (is < was).then(|| (RECOVERY_DAYS.1, reason()))
}

/// The period that AWS takes where none is set.
const LONGEST_RECOVERY_DAYS: i64 = 35;

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::{check, reasons};

    #[test]
    fn log_retention() {
        let group = |days: i64| json!({ "name": "a", "retention_in_days": days });
        let endless = json!({ "name": "a" });
        let kind = "aws_cloudwatch_log_group";
        check(kind, Update, group(90), group(30), &["data-loss retention-shortened"]);
        check(kind, Update, endless.clone(), group(30), &["data-loss retention-shortened"]);
        check(kind, Update, group(30), endless, &["cost costs-more"]);
        assert_eq!(
            reasons(kind, Update, group(0), group(7)),
            ["`retention_in_days` goes from for ever to 7 days: older log events are deleted"]
        );
    }

    #[test]
    fn backup_retention() {
        let database = |days: i64| json!({ "identifier": "a", "backup_retention_period": days });
        let kind = "aws_db_instance";
        check(kind, Update, database(14), database(3), &["data-loss retention-shortened"]);
        let off = ["data-loss retention-shortened", "brief-interruption database-interrupted"];
        check(kind, Update, database(14), database(0), &off);
        let chosen = json!({ "backup_retention_period": { "$unknown": "backup_retention_period of aws_db_instance" } });
        check(kind, Update, chosen.clone(), database(0), &off);
        check(kind, Update, chosen, database(7), &["safe no-risk-known"]);
        check(kind, Update, database(3), database(14), &["cost costs-more"]);
        let said = "`backup_retention_period` goes from 14 to 3 days: older automated backups are deleted";
        assert_eq!(reasons(kind, Update, database(14), database(3)), [said]);
    }

    #[test]
    fn recovery_of_a_table() {
        let table = |on: bool, days: i64| json!({ "point_in_time_recovery": { "enabled": on, "recovery_period_in_days": days } });
        let kind = "aws_dynamodb_table";
        check(kind, Update, table(true, 35), table(false, 35), &["data-loss retention-shortened"]);
        check(kind, Update, table(true, 35), json!({}), &["data-loss retention-shortened"]);
        check(kind, Update, table(true, 35), table(true, 7), &["data-loss retention-shortened"]);
        check(kind, Update, table(true, 7), table(true, 35), &["safe no-risk-known"]);
    }
}
