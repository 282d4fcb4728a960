//! A database is restarted, or fails over, to take a new setting.

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "database-interrupted",
    verdicts: &[Verdict::BriefInterruption],
    title: "A database is restarted to take a new setting",
    why: "RDS restarts the instance, or moves it to another machine, for an engine version, an instance class, a port, \
          a subnet group and some others, and connections break for seconds to minutes; with a standby it is the \
          time of a failover. A major version takes longer, cannot be undone, and may change what queries mean. The \
          column *Downtime notes* of [Settings for DB instances]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html) tells which \
          settings do, and [Upgrading a DB instance engine version]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html) what an \
          upgrade means. RDS refuses a major one without `allow_major_version_upgrade`.\n\n\
          With `apply_immediately = false`, the default, most of it waits for the next maintenance window. A new \
          parameter group waits for a reboot that nobody does by itself: see [Associating a DB parameter group]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.Associating.html).",
    instead: "Choose the time: leave `apply_immediately` off and set `maintenance_window`, or apply in a quiet hour. \
              Have programs connect again by themselves. With `multi_az = true` most interruptions last as long as a \
              failover, a minute or two. Try a major version on a copy restored from a snapshot first.",
    check,
};

/// When a setting interrupts.
#[derive(Clone, Copy)]
enum When {
    /// With every change.
    Changed,
    /// When one side is the number 0.
    Zero,
    /// When one side is this text.
    One(&'static str),
    /// When it was set and is not any more.
    Removed,
}

const KIND: &str = "aws_db_instance";

const SETTINGS: &[(&str, When, &str)] = &[
    ("instance_class", When::Changed, "the database moves to another machine"),
    ("port", When::Changed, "the database restarts at once, and clients need the new port"),
    ("db_subnet_group_name", When::Changed, "the database moves to another VPC, where its clients have to reach it"),
    ("network_type", When::Changed, "the database may be away while its addresses change"),
    (
        "dedicated_log_volume",
        When::Changed,
        "the log is copied to or from a volume of its own, and the database may be away meanwhile",
    ),
    ("domain", When::Changed, "the database joins or leaves a domain"),
    ("license_model", When::Changed, "the database restarts under another license"),
    ("ca_cert_identifier", When::Changed, "engines that cannot rotate it restart, and clients need the new authority"),
    ("backup_retention_period", When::Zero, "turning automated backups on or off interrupts the database"),
    ("storage_type", When::One("standard"), "moving to or from magnetic storage interrupts the database"),
    ("replicate_source_db", When::Removed, "the replica is promoted, which reboots it, and follows its source no more"),
];

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let special = ["engine_version", ALLOWED, "parameter_group_name"];
    SETTINGS.iter().map(|(path, ..)| (KIND, *path)).chain(special.map(|it| (KIND, it))).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND || !case.stays() {
        return Vec::new();
    }
    let rows = SETTINGS.iter().filter_map(|(path, when, then)| {
        let attribute = case.attribute(path)?;
        let (before, after) = (&attribute.before, &attribute.after);
        let reason = || format!("{}: {then}{}", case.from_to(path, before, after), time(case, path));
        applies(*when, before, after).then(|| (*path, reason()))
    });
    let found = rows.chain(version(case)).chain(parameter_group(case));
    let finding = |(path, reason): (&str, String)| {
        case.finding(RULE.name, Verdict::BriefInterruption, Some(dotted(path)), reason)
    };
    found.map(finding).collect()
}

fn applies(when: When, before: &Planned, after: &Planned) -> bool {
    match when {
        When::Changed => true,
        When::Zero => (before == &Tree::Int(0)) != (after == &Tree::Int(0)),
        When::One(text) => (before.as_text() == Some(text)) != (after.as_text() == Some(text)),
        When::Removed => !before.is_null() && after.is_null(),
    }
}

/// When it happens, as the end of a sentence.
fn time(case: &Case<'_>, path: &str) -> &'static str {
    match at(case.after, "apply_immediately") {
        // AWS does these at once, whatever was asked for.
        _ if ["port", "replicate_source_db"].contains(&path) => "",
        Tree::Bool(true) => ", at once as `apply_immediately` says",
        Tree::Null | Tree::Bool(false) => ", in the next maintenance window as `apply_immediately` is off",
        _ => "",
    }
}

/// What has to be on for a major upgrade.
const ALLOWED: &str = "allow_major_version_upgrade";

fn version(case: &Case<'_>) -> Option<(&'static str, String)> {
    let path = "engine_version";
    let attribute = case.attribute(path)?;
    let (before, after) = (&attribute.before, &attribute.after);
    let engine = at(case.after, "engine").as_text().unwrap_or_default();
    let major = |value: &Planned| value.as_text().map(|it| major(engine, it));
    let is_major = major(before).zip(major(after)).is_some_and(|(was, is)| was != is);
    let is_refused = is_major && matches!(at(case.after, ALLOWED), Tree::Null | Tree::Bool(false));
    let upgrade = if is_major {
        "a major upgrade, which cannot be undone and restarts the database"
    } else {
        "the database restarts under the new version"
    };
    let refused = if is_refused { format!("; RDS refuses it without `{ALLOWED} = true`") } else { String::new() };
    Some((path, format!("{}: {upgrade}{}{refused}", case.from_to(path, before, after), time(case, path))))
}

/// The part of a version that names the major one: one number for PostgreSQL since 10, two for
/// the others.
fn major(engine: &str, version: &str) -> String {
    let mut numbers = version.split('.');
    let first = numbers.next().unwrap_or_default();
    let is_one_number = engine.starts_with("postgres") && first.parse::<u32>().is_ok_and(|it| it >= 10)
        || engine.starts_with("oracle")
        || engine.contains("sqlserver");
    match numbers.next().filter(|_| !is_one_number) {
        Some(second) => format!("{first}.{second}"),
        None => first.to_owned(),
    }
}

fn parameter_group(case: &Case<'_>) -> Option<(&'static str, String)> {
    let path = "parameter_group_name";
    let attribute = case.attribute(path)?;
    let then = "its settings take effect with the next reboot, which nobody does by itself and which interrupts";
    Some((path, format!("{}: {then}", case.from_to(path, &attribute.before, &attribute.after))))
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::{Example, check, reasons};

    const KIND: &str = super::KIND;

    #[test]
    fn versions() {
        let database = |engine: &str, version: &str| json!({ "engine": engine, "engine_version": version });
        let (before, after) = (database("mariadb", "10.11.6"), database("mariadb", "10.11.8"));
        check(KIND, Update, before.clone(), after.clone(), &["brief-interruption database-interrupted"]);
        let said = "`engine_version` goes from `10.11.6` to `10.11.8`: the database restarts under the new version, in \
                    the next maintenance window as `apply_immediately` is off";
        assert_eq!(reasons(KIND, Update, before.clone(), after), [said]);
        for (engine, from, to, is_major) in [
            ("mariadb", "10.11", "11.4", true),
            ("mysql", "5.7.44", "8.0.36", true),
            ("mysql", "8.0.35", "8.0.36", false),
            ("postgres", "15.4", "15.6", false),
            ("postgres", "15.4", "16.1", true),
        ] {
            let said = reasons(KIND, Update, database(engine, from), database(engine, to));
            assert_eq!(said[0].contains("major"), is_major, "{said:?}");
        }
    }

    #[test]
    fn a_major_upgrade_has_to_be_allowed() {
        let database = |version: &str, allowed: serde_json::Value| json!({ "engine": "mariadb", "engine_version": version, "allow_major_version_upgrade": allowed });
        for (version, allowed, is_refused) in [
            ("11.4.3", json!(null), true),
            ("11.4.3", json!(false), true),
            ("11.4.3", json!(true), false),
            ("10.11.9", json!(false), false),
        ] {
            let said = reasons(KIND, Update, database("10.11.8", allowed.clone()), database(version, allowed));
            let refused = "; RDS refuses it without `allow_major_version_upgrade = true`";
            assert_eq!(said[0].ends_with(refused), is_refused, "{said:?}");
        }
    }

    #[test]
    fn a_group_that_is_made_anew_is_followed() {
        let group = json!({ "parameter_group_name": { "$unknown": "name of aws_db_parameter_group.main" } });
        let example = Example::new(KIND, Update, group.clone(), json!({ "parameter_group_name": "x" }));
        let said = example.with_after(group).judge().remove(0).reason;
        assert!(said.starts_with("`parameter_group_name` follows `aws_db_parameter_group.main`: "), "{said}");
    }

    #[test]
    fn settings() {
        let interrupted = &["brief-interruption database-interrupted"];
        for path in ["port", "db_subnet_group_name", "parameter_group_name", "ca_cert_identifier"] {
            check(KIND, Update, json!({ path: "a" }), json!({ path: "b" }), interrupted);
        }
        check(KIND, Update, json!({ "replicate_source_db": "a" }), json!({}), interrupted);
        check(KIND, Update, json!({ "storage_type": "standard" }), json!({ "storage_type": "gp3" }), interrupted);
        check(
            KIND,
            Update,
            json!({ "storage_type": "gp2" }),
            json!({ "storage_type": "gp3" }),
            &["safe no-risk-known"],
        );
    }
}
