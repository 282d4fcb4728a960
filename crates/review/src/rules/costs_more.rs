//! The bill grows.

use model::plan::Action;
use model::{Planned, Tree};

use super::case::{at, dotted, shown};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "costs-more",
    verdicts: &[Verdict::Cost],
    title: "A class, count or size goes up, or something new is paid by the hour",
    why: "A larger class, more storage, more capacity, a standby or a longer retention is paid for from the moment it \
          is there, used or not. Storage of a database cannot be made smaller again: see [Working with storage]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.StorageTypes.html). Classes are compared by \
          their size within a family, as `db.t3.micro` with `db.t3.small`; between families only where the size grows \
          by more than one step, since each has prices of its own: see [DB instance classes]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.html).\n\n\
          The review knows no prices and no traffic. What only grows with use, like a bucket, an image repository or \
          a secret, is not mentioned.",
    instead: "Look the price up in the [AWS Pricing Calculator](https://calculator.aws/), and set a [budget]\
              (https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html) that warns. \
              For a database, `max_allocated_storage` lets storage follow the data.",
    check,
};

/// What costs more.
#[derive(Clone, Copy)]
enum More {
    /// A larger number.
    Higher,
    /// A larger number, or one where none was given.
    Provisioned,
    /// A larger number of days, of which 0 and unset mean for ever.
    Longer,
    /// The switch is on.
    On,
    /// The text becomes one of these.
    To(&'static [&'static str]),
    /// More members.
    Members,
}

const PRICES: &[(&str, &str, More, &str)] = &[
    ("aws_cloudwatch_log_group", "retention_in_days", More::Longer, "log events are stored for longer"),
    ("aws_db_instance", "allocated_storage", More::Higher, "storage is paid by the GiB and never shrinks"),
    ("aws_db_instance", "max_allocated_storage", More::Higher, "storage may grow up to that by itself"),
    ("aws_db_instance", "iops", More::Provisioned, "provisioned operations are paid for, used or not"),
    ("aws_db_instance", "storage_throughput", More::Provisioned, "provisioned throughput is paid for, used or not"),
    ("aws_db_instance", "backup_retention_period", More::Higher, "more backups are stored"),
    ("aws_db_instance", "performance_insights_retention_period", More::Higher, "more than 7 days are paid for"),
    ("aws_db_instance", "multi_az", More::On, "a standby is a second instance on the bill"),
    ("aws_db_instance", "dedicated_log_volume", More::On, "the log's volume is paid for as well"),
    ("aws_db_instance", "storage_type", More::To(&["io1", "io2"]), "provisioned storage costs more"),
    ("aws_db_instance", "database_insights_mode", More::To(&["advanced"]), "it is paid by the virtual CPU"),
    ("aws_dynamodb_table", "read_capacity", More::Higher, "provisioned reads are paid for, used or not"),
    ("aws_dynamodb_table", "write_capacity", More::Higher, "provisioned writes are paid for, used or not"),
    ("aws_dynamodb_table", "billing_mode", More::To(&["PAY_PER_REQUEST"]), "the bill follows use from now on"),
    ("aws_dynamodb_table", "point_in_time_recovery.enabled", More::On, "backups are paid by the table's size"),
    ("aws_dynamodb_table", "global_secondary_index", More::Members, "every write goes to the new index too"),
    ("aws_dynamodb_table", "replica", More::Members, "every write is made and stored in the new region too"),
    ("aws_secretsmanager_secret", "replica", More::Members, "every replica is paid like a secret"),
];

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let class = ("aws_db_instance", "instance_class");
    PRICES.iter().map(|(kind, path, ..)| (*kind, *path)).chain([class]).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.change.action == Action::Create {
        let finding = |reason| case.finding(RULE.name, Verdict::Cost, None, reason);
        return new(case).map(finding).into_iter().collect();
    }
    let rows = PRICES.iter().filter(|it| it.0 == case.kind()).filter_map(|(_, path, more, then)| {
        let (before, after) = (at(case.before, path), at(case.after, path));
        let counts = case.compares() && case.differs(path) && is_more(*more, before, after);
        counts.then(|| (*path, told(case, *more, path, before, after, then)))
    });
    let found = rows.chain(class(case));
    found.map(|(path, reason)| case.finding(RULE.name, Verdict::Cost, Some(dotted(path)), reason)).collect()
}

fn told(case: &Case<'_>, more: More, path: &str, before: &Planned, after: &Planned, then: &str) -> String {
    match more {
        More::Members => format!("`{path}` has one more: {then}"),
        More::Higher | More::Provisioned | More::Longer | More::On | More::To(_) => {
            format!("{}: {then}", case.from_to(path, before, after))
        }
    }
}

/// What AWS chose before is unknown; a switch that it chose is off.
fn is_more(more: More, before: &Planned, after: &Planned) -> bool {
    let number = |value: &Planned, unset: i64| match value {
        Tree::Int(0) | Tree::Null => Some(unset),
        Tree::Int(number) => Some(*number),
        _ => None,
    };
    let grows = |unset| number(before, unset).zip(number(after, unset)).is_some_and(|(was, is)| is > was);
    match more {
        More::Higher => matches!((before, after), (Tree::Int(was), Tree::Int(is)) if is > was),
        More::Provisioned => grows(0) || before.has_hole() && matches!(after, Tree::Int(_)),
        More::Longer => grows(i64::MAX),
        More::On => !matches!(before, Tree::Bool(true)) && matches!(after, Tree::Bool(true)),
        More::To(texts) => after.as_text().is_some_and(|it| texts.contains(&it)) && before != after,
        More::Members => {
            let count = |value: &Planned| value.as_list().map_or(0, <[Planned]>::len);
            count(after) > count(before)
        }
    }
}

/// What is paid by the hour from the moment it is made.
fn new(case: &Case<'_>) -> Option<String> {
    match case.kind() {
        "aws_db_instance" => {
            let class = shown(at(case.after, "instance_class"));
            Some(format!("a new database of class {class} is paid by the hour"))
        }
        "aws_dynamodb_table" => {
            let provisioned = !matches!(at(case.after, "billing_mode").as_text(), Some("PAY_PER_REQUEST"));
            provisioned.then(|| "the capacity of a new `PROVISIONED` table is paid by the hour".to_owned())
        }
        _ => None,
    }
}

fn class(case: &Case<'_>) -> Option<(&'static str, String)> {
    let path = "instance_class";
    let (before, after) = case.texts(path)?;
    let ((family, was), (other, is)) = (parts(before)?, parts(after)?);
    let reason = if family == other && is > was {
        format!("`{path}` goes from `{before}` to `{after}`, a larger size")
    } else if family != other && is > was + 1 {
        format!("`{path}` goes from `{before}` to `{after}`, a much larger size in another family")
    } else {
        return None;
    };
    Some((path, reason))
}

/// A class's family and its size as a step: each is about twice the one before it.
fn parts(class: &str) -> Option<(&str, u32)> {
    let (family, size) = class.rsplit_once('.')?;
    let step = match size {
        "micro" => 0,
        "small" => 1,
        "medium" => 2,
        "large" => 3,
        "xlarge" => 4,
        _ => {
            let times: u32 = size.strip_suffix("xlarge")?.parse().ok()?;
            // 2xlarge is 5, 4xlarge 6; 3xlarge and 6xlarge count with the next larger power.
            4 + times.next_power_of_two().ilog2()
        }
    };
    Some((family, step))
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Update};
    use serde_json::json;

    use super::super::testing::check;

    const COST: &[&str] = &["cost costs-more"];

    #[test]
    fn a_larger_class() {
        let class = |class: &str| json!({ "instance_class": class });
        let more = &["brief-interruption database-interrupted", "cost costs-more"];
        let same = &["brief-interruption database-interrupted"];
        for (before, after, is_more) in [
            ("db.t3.micro", "db.t3.small", true),
            ("db.t3.small", "db.t3.micro", false),
            ("db.m5.xlarge", "db.m5.2xlarge", true),
            ("db.m5.large", "db.m6g.large", false),
            ("db.t3.micro", "db.m5.large", true),
        ] {
            let expected: &[&str] = if is_more { more } else { same };
            check("aws_db_instance", Update, class(before), class(after), expected);
        }
    }

    #[test]
    fn more_of_something() {
        let storage = |size: i64| json!({ "allocated_storage": size });
        check("aws_db_instance", Update, storage(20), storage(100), COST);
        check("aws_db_instance", Update, storage(100), storage(20), &["safe no-risk-known"]);
        check("aws_db_instance", Update, json!({ "multi_az": false }), json!({ "multi_az": true }), COST);
        let unknown = |path: &str| json!({ path: { "$unknown": "size of aws_thing" } });
        check("aws_db_instance", Update, storage(20), unknown("allocated_storage"), &["safe no-risk-known"]);
        check("aws_db_instance", Update, unknown("multi_az"), json!({ "multi_az": true }), COST);
        check("aws_db_instance", Update, unknown("iops"), json!({ "iops": 12_000 }), COST);
    }

    #[test]
    fn something_new_by_the_hour() {
        check("aws_db_instance", Create, json!({}), json!({ "instance_class": "db.t3.micro" }), COST);
        let by_use = json!({ "name": "a", "billing_mode": "PAY_PER_REQUEST" });
        check("aws_dynamodb_table", Create, json!({}), by_use, &["safe no-risk-known"]);
        check("aws_dynamodb_table", Create, json!({}), json!({ "name": "a" }), COST);
    }
}
