//! A table or a database can do less.

use model::{Planned, Tree};

use super::case::dotted;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "capacity-reduced",
    verdicts: &[Verdict::BriefInterruption],
    title: "A table or a database gets less capacity",
    why: "Requests beyond a table's capacity are refused, and programs try again until the load falls: see [Throttling \
          in DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-diagnosing.html). \
          Lower storage performance makes a database slower while AWS moves the data. Whether anybody notices depends \
          on the traffic, which the review does not know, so the verdict is `brief-interruption` and not `outage`: it \
          passes with the load.\n\n\
          How often capacity can be lowered, and when a table may change its mode, is limited: see [Quotas]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).",
    instead: "Look at the consumed capacity of the last weeks, peaks included, and stay above it. \
              `billing_mode = \"PAY_PER_REQUEST\"` follows the load by itself.",
    check,
};

/// Numbers of which fewer means less.
const NUMBERS: &[(&str, &str, &str)] = &[
    ("aws_db_instance", "iops", "the storage gets slower"),
    ("aws_db_instance", "storage_throughput", "the storage gets slower"),
    ("aws_dynamodb_table", "read_capacity", "reads beyond it are throttled"),
    ("aws_dynamodb_table", "write_capacity", "writes beyond it are throttled"),
    ("aws_dynamodb_table", "on_demand_throughput.max_read_request_units", "reads beyond it are throttled"),
    ("aws_dynamodb_table", "on_demand_throughput.max_write_request_units", "writes beyond it are throttled"),
];

const MODE: (&str, &str) = ("aws_dynamodb_table", "billing_mode");

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    NUMBERS.iter().map(|(kind, path, _)| (*kind, *path)).chain([MODE]).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    if !case.stays() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (_, path, then) in NUMBERS.iter().filter(|it| it.0 == case.kind()) {
        let Some((before, after)) = case.both(path) else { continue };
        if limit(path, before).zip(limit(path, after)).is_some_and(|(was, is)| is < was) {
            found.push((*path, format!("{}: {then}", case.from_to(path, before, after))));
        }
    }
    if case.kind() == MODE.0 && case.texts(MODE.1) == Some(("PAY_PER_REQUEST", "PROVISIONED")) {
        let reason = "`billing_mode` goes from `PAY_PER_REQUEST` to `PROVISIONED`: requests beyond the capacity are \
                      throttled";
        found.push((MODE.1, reason.to_owned()));
    }
    let finding = |(path, reason): (&str, String)| {
        case.finding(RULE.name, Verdict::BriefInterruption, Some(dotted(path)), reason)
    };
    found.into_iter().map(finding).collect()
}

/// A number as an upper limit. Of on-demand throughput, unset and -1 mean none; elsewhere unset is
/// no number, because AWS chooses one or the table has another mode.
fn limit(path: &str, value: &Planned) -> Option<i64> {
    match value {
        Tree::Int(-1) => Some(i64::MAX),
        Tree::Int(number) => Some(*number),
        Tree::Null if path.starts_with("on_demand") => Some(i64::MAX),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    const REDUCED: &[&str] = &["brief-interruption capacity-reduced"];
    const KIND: &str = "aws_dynamodb_table";

    #[test]
    fn a_table_can_do_less() {
        let table = |reads: i64| json!({ "name": "a", "billing_mode": "PROVISIONED", "read_capacity": reads });
        check(KIND, Update, table(10), table(5), REDUCED);
        check(KIND, Update, table(5), table(10), &["cost costs-more"]);
        let limited = |reads: i64| json!({ "name": "a", "on_demand_throughput": { "max_read_request_units": reads } });
        check(KIND, Update, json!({ "name": "a" }), limited(100), REDUCED);
        check(KIND, Update, limited(-1), limited(100), REDUCED);
    }

    #[test]
    fn another_mode() {
        let provisioned = json!({ "name": "a", "billing_mode": "PROVISIONED", "read_capacity": 5 });
        let by_use = json!({ "name": "a", "billing_mode": "PAY_PER_REQUEST" });
        check(KIND, Update, by_use.clone(), provisioned.clone(), REDUCED);
        check(KIND, Update, provisioned, by_use, &["cost costs-more"]);
    }
}
