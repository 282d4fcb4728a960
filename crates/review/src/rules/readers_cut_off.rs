//! A way to the data is taken away while the data stays.

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "readers-cut-off",
    verdicts: &[Verdict::Outage],
    title: "An index, a stream, a replica or another way to the data is taken away",
    why: "The data stays, and whoever came to it this way fails until somebody changes the program or puts the way \
          back. Making an index again reads the whole table, which takes as long as the table is large: see [Managing \
          global secondary indexes]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.OnlineOps.html). A stream that is \
          turned off can be read for 24 hours more; turning it on again makes another stream with another ARN: see \
          [Change data capture for DynamoDB Streams]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html). A database that is no \
          longer publicly accessible cannot be reached from outside its VPC: see [Hiding a DB instance in a VPC from \
          the internet](https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html#USER_VPC.Hiding).",
    instead: "Do it in two steps: first change the readers and let that run for a while, then take the way away. For \
              another key or projection make a second index under a new name, move the readers, then drop the first.",
    check,
};

/// Switches that let readers in.
const SWITCHES: &[(&str, &str, &str)] = &[
    ("aws_dynamodb_table", "stream_enabled", "the stream ends, and its consumers see no more changes"),
    ("aws_db_instance", "publicly_accessible", "whoever connects from outside the VPC is cut off"),
    ("aws_db_instance", "iam_database_authentication_enabled", "whoever logs in with IAM credentials is refused"),
];

/// Sets of blocks that are ways to the data, paired by a name.
const WAYS: &[(&str, &str, &str, &str)] = &[
    ("aws_dynamodb_table", "global_secondary_index", "name", "queries of the index"),
    ("aws_dynamodb_table", "replica", "region_name", "reads and writes in that region"),
    ("aws_secretsmanager_secret", "replica", "region", "reads of the secret in that region"),
];

/// What of an index makes it another one.
const SHAPE: &[&str] = &["hash_key", "range_key", "projection_type", "non_key_attributes"];

const STREAM: (&str, &str) = ("aws_dynamodb_table", "stream_view_type");

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let switches = SWITCHES.iter().map(|(kind, path, _)| (*kind, *path));
    switches.chain(WAYS.iter().map(|(kind, path, ..)| (*kind, *path))).chain([STREAM]).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    if !case.stays() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (_, path, then) in SWITCHES.iter().filter(|it| it.0 == case.kind()) {
        if case.turned_off(path) {
            found.push((*path, format!("`{path}` is turned off: {then}")));
        }
    }
    for (_, path, key, users) in WAYS.iter().filter(|it| it.0 == case.kind()) {
        let reasons = ways(case, path, key, users);
        found.extend(reasons.into_iter().map(|it| (*path, it)));
    }
    found.extend(stream(case).map(|it| (STREAM.1, it)));
    found.into_iter().map(|(path, it)| case.finding(RULE.name, Verdict::Outage, Some(dotted(path)), it)).collect()
}

/// Another view makes another stream.
fn stream(case: &Case<'_>) -> Option<String> {
    let is_on = matches!(at(case.after, "stream_enabled"), Tree::Bool(true));
    let (before, after) = case.texts(STREAM.1).filter(|_| is_on && case.kind() == STREAM.0)?;
    Some(format!("the stream tells `{after}` rather than `{before}`, which makes another stream with another ARN"))
}

/// What is in a set of blocks may be unknown in part: AWS chooses some of it.
fn ways(case: &Case<'_>, path: &str, key: &str, users: &str) -> Vec<String> {
    if !case.differs(path) {
        return Vec::new();
    }
    let name = |block: &Planned| at(block, key).as_text().map(str::to_owned);
    let after = at(case.after, path).as_list().unwrap_or_default();
    let mut reasons = Vec::new();
    for block in at(case.before, path).as_list().unwrap_or_default() {
        let Some(wanted) = name(block) else { continue };
        match after.iter().find(|it| name(it).as_ref() == Some(&wanted)) {
            None => reasons.push(format!("`{path}` no longer has `{wanted}`: {users} fail")),
            Some(now) if SHAPE.iter().any(|it| !is_same(at(now, it), at(block, it))) => {
                let again = "is deleted and made again with another key or projection";
                reasons.push(format!("`{wanted}` {again}: {users} fail until then"));
            }
            Some(_) => {}
        }
    }
    reasons
}

/// Whether two values are the same, the order of a set aside.
fn is_same(one: &Planned, other: &Planned) -> bool {
    match (one.as_list(), other.as_list()) {
        (Some(one), Some(other)) => one.len() == other.len() && one.iter().all(|it| other.contains(it)),
        (Some(list), None) | (None, Some(list)) => list.is_empty() && (one.is_null() || other.is_null()),
        (None, None) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn an_index_goes_or_is_made_again() {
        let table = |indexes: serde_json::Value| json!({ "name": "a", "global_secondary_index": indexes });
        let index = |name: &str, key: &str| {
            let chosen = json!({ "$unknown": "read_capacity of aws_dynamodb_table" });
            json!({ "name": name, "hash_key": key, "projection_type": "ALL", "read_capacity": chosen })
        };
        let kind = "aws_dynamodb_table";
        check(kind, Update, table(json!([index("by_day", "day")])), table(json!([])), &["outage readers-cut-off"]);
        let other = table(json!([index("by_day", "week")]));
        check(kind, Update, table(json!([index("by_day", "day")])), other, &["outage readers-cut-off"]);
        let both = table(json!([index("by_day", "day"), index("by_user", "user")]));
        check(kind, Update, table(json!([index("by_day", "day")])), both, &["cost costs-more"]);
    }

    #[test]
    fn switches() {
        let stream = |on: bool| json!({ "stream_enabled": on });
        check("aws_dynamodb_table", Update, stream(true), stream(false), &["outage readers-cut-off"]);
        let view = |view: &str| json!({ "stream_enabled": true, "stream_view_type": view });
        check("aws_dynamodb_table", Update, view("KEYS_ONLY"), view("NEW_IMAGE"), &["outage readers-cut-off"]);
        let public = |on: bool| json!({ "publicly_accessible": on });
        check("aws_db_instance", Update, public(true), public(false), &["outage readers-cut-off"]);
    }
}
