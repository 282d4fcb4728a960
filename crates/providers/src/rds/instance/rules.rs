//! What RDS refuses for certain, said before anything is sent.
//!
//! In: the arguments as far as they are known. Out: what is wrong with them. It must not know
//! what is there already.

use model::Known;
use model::schema::{Checked, Rule, Violation};

/// The rules over an instance's arguments.
pub(super) const RULES: &[Rule] = &[
    Rule::Conflicts(&["identifier", "identifier_prefix"]),
    Rule::Conflicts(&["password", "password_wo"]),
    Rule::Conflicts(ORIGINS),
    Rule::Conflicts(&["character_set_name", "replicate_source_db"]),
    Rule::Conflicts(&["character_set_name", "restore_to_point_in_time"]),
    Rule::Conflicts(&["character_set_name", "s3_import"]),
    Rule::Conflicts(&["character_set_name", "snapshot_identifier"]),
    Rule::Conflicts(&["username", "replicate_source_db"]),
    Rule::Conflicts(&["domain", "domain_auth_secret_arn"]),
    Rule::Conflicts(&["domain", "domain_dns_ips"]),
    Rule::Conflicts(&["domain", "domain_fqdn"]),
    Rule::Conflicts(&["domain", "domain_ou"]),
    Rule::RequiredWith("domain_iam_role_name", &["domain"]),
    Rule::RequiredWith("password_wo_version", &["password_wo"]),
    Rule::Check(credentials),
    Rule::Check(needed),
    Rule::Check(smallest),
    Rule::Check(growth),
    Rule::Check(storage),
    Rule::Check(watching),
    Rule::Check(time),
];

const ORIGINS: &[&str] = &["replicate_source_db", "snapshot_identifier", "restore_to_point_in_time", "s3_import"];

fn error(code: &'static str, argument: &'static str, message: impl Into<String>, help: &str) -> Violation {
    Violation { code, warning: false, argument, message: message.into(), help: Some(help.to_owned()) }
}

/// Whether an argument is written, known or not.
fn is_set(it: &Checked<'_>, name: &str) -> bool {
    it.inputs.get(name).is_some_and(|value| !value.is_null())
}

fn credentials(it: &Checked<'_>) -> Vec<Violation> {
    if it.bool("manage_master_user_password") != Some(true) {
        return Vec::new();
    }
    let given = ["password", "password_wo"].into_iter().filter(|name| is_set(it, name));
    let conflict = |name| {
        let message = format!("`{name}` is set, and `manage_master_user_password` has RDS make the password");
        error("conflicting-arguments", name, message, "remove one of the two")
    };
    given.map(conflict).collect()
}

/// What a new instance needs, where it does not come from another.
fn needed(it: &Checked<'_>) -> Vec<Violation> {
    if !it.creating || ORIGINS[..3].iter().any(|name| is_set(it, name)) {
        return Vec::new();
    }
    let missing = ["engine", "username", "allocated_storage"].into_iter().filter(|name| !is_set(it, name));
    let violation = |name| {
        let message = format!("a new database instance needs `{name}`");
        error("missing-argument", "", message, "add it, or make the instance from a snapshot or as a replica")
    };
    let mut missing: Vec<Violation> = missing.map(violation).collect();
    let passwords = ["password", "password_wo", "manage_master_user_password"];
    if !passwords.into_iter().any(|name| is_set(it, name)) || unmanaged(it) {
        let message = "a new database instance needs a master password";
        let help = "write `manage_master_user_password = true`, or set `password`";
        missing.push(error("missing-argument", "", message, help));
    }
    missing
}

fn unmanaged(it: &Checked<'_>) -> bool {
    it.bool("manage_master_user_password") == Some(false) && !is_set(it, "password") && !is_set(it, "password_wo")
}

/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html>
fn smallest(it: &Checked<'_>) -> Vec<Violation> {
    let Some(size) = it.int("allocated_storage") else { return Vec::new() };
    let copied = ORIGINS[..3].iter().any(|name| is_set(it, name));
    let provisioned = matches!(it.text("storage_type"), Some("io1" | "io2"));
    let microsoft = it.text("engine").is_some_and(|engine| engine.contains("sqlserver"));
    let magnetic = it.text("storage_type") == Some("standard");
    let least = if provisioned && !microsoft { 100 } else { 20 };
    if size < 5 {
        let message = format!("{size} GiB of storage is less than any engine can have, which is 5");
        return vec![error("storage-too-small", "allocated_storage", message, "write at least 20")];
    }
    if size >= least || copied || magnetic {
        return Vec::new();
    }
    let message = if it.creating {
        format!("AWS makes no instance of this storage type with {size} GiB: the least is {least}")
    } else {
        format!("{size} GiB is less than the {least} that AWS demands of new instances; only older ones can have it")
    };
    let help = Some(format!("write at least {least}"));
    vec![Violation { code: "storage-too-small", warning: !it.creating, argument: "allocated_storage", message, help }]
}

fn growth(it: &Checked<'_>) -> Vec<Violation> {
    match (it.int("allocated_storage"), it.int("max_allocated_storage")) {
        (Some(size), Some(most)) if most > 0 && most < size => {
            let message = format!("storage cannot grow to {most} GiB from {size} GiB");
            vec![error("storage-limit", "max_allocated_storage", message, "write more than `allocated_storage`, or 0")]
        }
        (Some(_) | None, Some(_) | None) => Vec::new(),
    }
}

/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#Concepts.Storage>
fn storage(it: &Checked<'_>) -> Vec<Violation> {
    let Some(kind) = it.text("storage_type") else { return Vec::new() };
    let provisioned = matches!(kind, "io1" | "io2");
    let mut wrong = Vec::new();
    if provisioned && it.creating && !is_set(it, "iops") && !ORIGINS[..3].iter().any(|name| is_set(it, name)) {
        let message = format!("storage of type `{kind}` needs `iops`");
        wrong.push(error("missing-argument", "storage_type", message, "add `iops`, or write `gp3`"));
    }
    if matches!(kind, "gp2" | "standard") && it.int("iops").is_some() {
        let message = format!("storage of type `{kind}` has no provisioned operations");
        wrong.push(error("conflicting-arguments", "iops", message, "remove `iops`, or write `gp3`, `io1` or `io2`"));
    }
    if matches!(kind, "gp2" | "standard" | "io1" | "io2") && it.int("storage_throughput").is_some() {
        let message = format!("storage of type `{kind}` has no provisioned throughput");
        wrong.push(error("conflicting-arguments", "storage_throughput", message, "remove it, or write `gp3`"));
    }
    let size = it.int("allocated_storage");
    let open = it.text("engine").is_some_and(|engine| matches!(engine, "mariadb" | "mysql" | "postgres"));
    let tuned = it.int("iops").is_some() || it.int("storage_throughput").is_some();
    if kind == "gp3" && open && tuned && size.is_some_and(|size| size < 400) {
        wrong.push(Violation {
            code: "storage-too-small",
            warning: true,
            argument: "allocated_storage",
            message: "`gp3` storage below 400 GiB has fixed operations and throughput".to_owned(),
            help: Some("remove `iops` and `storage_throughput`, or write at least 400".to_owned()),
        });
    }
    wrong
}

fn watching(it: &Checked<'_>) -> Vec<Violation> {
    let mut wrong = Vec::new();
    if it.int("monitoring_interval").is_some_and(|seconds| seconds > 0)
        && it.creating
        && !is_set(it, "monitoring_role_arn")
    {
        let message = "enhanced monitoring needs a role that may write logs";
        wrong.push(error("missing-argument", "monitoring_interval", message, "set `monitoring_role_arn`"));
    }
    if let Some(days) = it.int("performance_insights_retention_period")
        && days != 7
        && days != 731
        && days % 31 != 0
    {
        let message = format!("Performance Insights cannot be kept for {days} days");
        let help = "write 7, a multiple of 31, or 731";
        wrong.push(error("not-allowed", "performance_insights_retention_period", message, help));
    }
    if it.bool("performance_insights_enabled") == Some(false) && is_set(it, "performance_insights_kms_key_id") {
        let message = "a key for Performance Insights, which are turned off";
        let help = "remove it, or write `performance_insights_enabled = true`";
        wrong.push(error("conflicting-arguments", "performance_insights_kms_key_id", message, help));
    }
    wrong
}

/// One time and one source. What is not known yet is not counted.
fn time(it: &Checked<'_>) -> Vec<Violation> {
    let Some(block) = it.known("restore_to_point_in_time") else { return Vec::new() };
    let set = |name: &str| block.get(name).is_some_and(|value| !value.is_null() && *value != Known::Bool(false));
    let mut wrong = Vec::new();
    if set("restore_time") == set("use_latest_restorable_time") {
        let message = "exactly one of `restore_time` and `use_latest_restorable_time` says what time is meant";
        wrong.push(error("exactly-one", "restore_to_point_in_time", message, "keep one of the two"));
    }
    let sources =
        ["source_db_instance_identifier", "source_dbi_resource_id", "source_db_instance_automated_backups_arn"];
    if sources.into_iter().filter(|name| set(name)).count() != 1 {
        let message = "exactly one argument says whose backups are meant";
        let help = "keep one of `source_db_instance_identifier`, `source_dbi_resource_id` and `source_db_instance_automated_backups_arn`";
        wrong.push(error("exactly-one", "restore_to_point_in_time", message, help));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use model::{Planned, Tree};

    use super::*;

    fn check(creating: bool, pairs: &[(&str, Planned)], expect: &[(&str, bool)]) {
        let inputs = Tree::map(pairs.iter().cloned());
        let checked = Checked { inputs: &inputs, creating };
        let found = RULES.iter().filter_map(|rule| match rule {
            Rule::Check(check) => Some(check(&checked)),
            Rule::Conflicts(_) | Rule::ExactlyOne(_) | Rule::AtLeastOne(_) | Rule::RequiredWith(..) => None,
        });
        let found: Vec<Violation> = found.flatten().collect();
        let found: Vec<(&str, bool)> = found.iter().map(|it| (it.code, it.warning)).collect();
        assert_eq!(found, expect, "{pairs:?}");
    }

    fn server(size: i64) -> Vec<(&'static str, Planned)> {
        vec![
            ("engine", Tree::text("mariadb")),
            ("username", Tree::text("wordpress")),
            ("manage_master_user_password", Tree::Bool(true)),
            ("allocated_storage", Tree::Int(size)),
        ]
    }

    #[test]
    fn small_storage_is_an_error_only_where_aws_refuses_it() {
        let small = "storage-too-small";
        check(true, &server(20), &[]);
        check(true, &server(5), &[(small, false)]);
        check(false, &server(5), &[(small, true)]);
        check(false, &server(4), &[(small, false)]);
        check(true, &[("snapshot_identifier", Tree::text("s")), ("allocated_storage", Tree::Int(5))], &[]);
        check(true, &[("replicate_source_db", Tree::text("s")), ("allocated_storage", Tree::Int(5))], &[]);
        let kind =
            |size, kind| [server(size), vec![("storage_type", Tree::text(kind)), ("iops", Tree::Int(3000))]].concat();
        check(true, &kind(50, "io1"), &[(small, false)]);
        check(true, &kind(100, "io1"), &[]);
    }

    #[test]
    fn a_new_instance_needs_an_engine_a_user_storage_and_a_password() {
        let missing = ("missing-argument", false);
        check(true, &[], &[missing; 4]);
        check(false, &[], &[]);
        check(true, &[("snapshot_identifier", Tree::text("s"))], &[]);
    }

    #[test]
    fn a_managed_password_excludes_one_of_ones_own() {
        let both = [server(20), vec![("password", Tree::text("12345678"))]].concat();
        check(true, &both, &[("conflicting-arguments", false)]);
    }

    #[test]
    fn a_restore_names_one_time_and_one_source() {
        let restore = |pairs: &[(&str, Planned)]| [("restore_to_point_in_time", Tree::map(pairs.iter().cloned()))];
        let wrong = ("exactly-one", false);
        check(true, &restore(&[]), &[wrong; 2]);
        let source = ("source_db_instance_identifier", Tree::text("main"));
        check(true, &restore(&[source.clone(), ("use_latest_restorable_time", Tree::Bool(true))]), &[]);
        check(true, &restore(&[source, ("restore_time", Tree::text("2024-05-01T12:00:00Z"))]), &[]);
    }
}
