//! What commands ask of the state store, in S3 and DynamoDB: apart from the calls for resources.
//!
//! In: stacks whose manifest names a bucket and a table. Out: counts that are the same on every
//! machine. Records that come together are written together, so how many writes the journal takes
//! depends on how fast the machine is, and so does how often the lock is renewed. A long journal is
//! cut by snapshots where it has grown large, in bytes that no two runs have alike. Counted are the
//! records, and everything else.

use std::collections::BTreeMap;

use sandbox::Call;
use serde_json::{Map, Value, json};

use super::{Bench, compare};
use crate::vault::is_state;

/// What depends on how many writes the journal took.
const WITH_THE_JOURNAL: [&str; 3] = ["dynamodb:TransactWriteItems", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"];

/// A journal of more records may be cut before its end.
const LONG: u64 = 100;
/// What a snapshot takes.
const SNAPSHOT: [&str; 2] = ["s3:PUT /{bucket}/{key}", "s3:GET /{bucket}?versions"];

/// The calls for state of one command, and the records that it wrote.
fn counts(calls: &[Call]) -> Value {
    let calls: Vec<&Call> = calls.iter().filter(|call| is_state(call)).collect();
    let mut by_operation: BTreeMap<String, u64> = BTreeMap::new();
    for call in &calls {
        *by_operation.entry(call.name()).or_default() += 1;
    }
    let writes: Vec<u64> = calls.iter().filter_map(|call| records(call)).collect();
    let records: u64 = writes.iter().sum();
    assert!(writes.len() as u64 <= records, "{by_operation:#?}");
    let snapshots = by_operation.get(SNAPSHOT[0]).copied().unwrap_or_default();
    assert!(snapshots <= 2 + records / LONG, "{by_operation:#?}");
    by_operation.retain(|operation, _| {
        let cut = records > LONG && SNAPSHOT.contains(&operation.as_str());
        !cut && !WITH_THE_JOURNAL.contains(&operation.as_str())
    });
    json!({ "by_operation": by_operation, "records": records })
}

/// How many records a write to the journal holds.
fn records(call: &Call) -> Option<u64> {
    let body: Value = serde_json::from_slice(&call.body).ok()?;
    let items = body["TransactItems"].as_array()?;
    let item = items.iter().map(|it| &it["Put"]["Item"]).find(|it| it["first"].is_object())?;
    let number = |name: &str| item[name]["N"].as_str()?.parse::<u64>().ok();
    Some(number("last")? - number("first")? + 1)
}

fn measure(name: &str, manifest: &str, change: &str) {
    let mut bench = Bench::of(manifest);
    bench.stack = bench.stack.sharing(300);
    let mut commands = Map::new();
    let lines = [
        ("plan, from nothing", "plan".to_owned()),
        ("apply", "apply --yes".to_owned()),
        ("plan, nothing to do", "plan".to_owned()),
        ("apply, one attribute", format!("apply --yes --var {change}")),
        ("destroy", "destroy --yes".to_owned()),
    ];
    for (command, line) in lines {
        bench.cloud.take_calls();
        bench.stack.run(&line).exits(0);
        commands.insert(command.to_owned(), counts(&bench.cloud.take_calls()));
    }
    compare(name, commands);
}

#[test]
fn state_of_wordpress_takes_as_many_calls_as_committed() {
    measure("wordpress-state", "manifests/wordpress", "desired_count=2");
}

#[test]
fn state_of_groups_takes_as_many_calls_as_committed() {
    measure("groups-state", "docs/bench/stacks/groups", "first_retention=30");
}
