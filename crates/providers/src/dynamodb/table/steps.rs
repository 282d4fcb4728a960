//! What has to be done to a table, in which order.
//!
//! In: what it is and what it should be. Out: the steps between, each one change that DynamoDB
//! takes. Pure: it must not know any call.

use std::collections::BTreeMap;

use model::typed::Blocks;

use super::wire::is_provisioned;
use super::{GlobalIndex, Inputs, Recovery, Replica};

/// One change of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Takes an index away.
    DeleteIndex(String),
    /// Changes how the table and these indexes of it are paid for.
    Capacity(Vec<String>),
    /// Turns the stream off.
    StopStream,
    /// Turns the stream on.
    StartStream,
    /// Moves the table to another class.
    Class,
    /// Turns deletion protection on or off.
    Protection,
    /// Changes the key that encrypts.
    Encryption,
    /// Makes an index.
    CreateIndex(String),
    /// Takes a replica away.
    DeleteReplica(String),
    /// Makes a replica.
    CreateReplica(String),
    /// Turns a replica's continuous backups on or off.
    RecoverReplica(String, bool),
    /// Turns the expiry of items on or off.
    Expiry,
    /// Changes continuous backups.
    Recovery,
}

/// The steps from `now` to `after`; none when nothing is left to do.
pub(super) fn steps(now: &Inputs, after: &Inputs) -> Vec<Step> {
    let mut steps = Vec::new();
    let (old, new) = (indexes(now), indexes(after));
    let gone = |(name, it): &(&&str, &&GlobalIndex)| new.get(**name).is_none_or(|new| is_another(it, new));
    steps.extend(old.iter().filter(gone).map(|(name, _)| Step::DeleteIndex((*name).to_owned())));
    steps.extend(capacity(now, after, &old, &new));
    stream(now, after, &mut steps);
    if now.table_class != after.table_class {
        steps.push(Step::Class);
    }
    if now.deletion_protection_enabled != after.deletion_protection_enabled {
        steps.push(Step::Protection);
    }
    if encrypts_otherwise(now, after) {
        steps.push(Step::Encryption);
    }
    let made = |(name, it): &(&&str, &&GlobalIndex)| old.get(**name).is_none_or(|old| is_another(old, it));
    steps.extend(new.iter().filter(made).map(|(name, _)| Step::CreateIndex((*name).to_owned())));
    replicas(now, after, &mut steps);
    let ttl = |it: &Inputs| it.ttl.as_ref().filter(|it| it.enabled == Some(true)).map(|it| it.attribute_name.clone());
    if ttl(now) != ttl(after) {
        steps.push(Step::Expiry);
    }
    if recovers_otherwise(now.point_in_time_recovery.as_ref(), after.point_in_time_recovery.as_ref()) {
        steps.push(Step::Recovery);
    }
    steps
}

fn indexes(inputs: &Inputs) -> BTreeMap<&str, &GlobalIndex> {
    inputs.global_secondary_index.iter().flat_map(|it| it.iter()).map(|it| (it.name.as_str(), it)).collect()
}

/// An index keeps its keys and projection for life.
fn is_another(old: &GlobalIndex, new: &GlobalIndex) -> bool {
    let attributes = |it: &GlobalIndex| it.non_key_attributes.clone().unwrap_or_default();
    old.hash_key != new.hash_key
        || old.range_key != new.range_key
        || old.projection_type != new.projection_type
        || attributes(old) != attributes(new)
}

/// Whoever changes the mode has to say how every index is paid for.
fn capacity(
    now: &Inputs,
    after: &Inputs,
    old: &BTreeMap<&str, &GlobalIndex>,
    new: &BTreeMap<&str, &GlobalIndex>,
) -> Option<Step> {
    let provisioned = is_provisioned(after);
    let switched = is_provisioned(now) != provisioned;
    let differs = |old: &GlobalIndex, new: &GlobalIndex| {
        let sized = |new: Option<i64>, old: Option<i64>| new.is_some() && new != old;
        let resized = sized(new.read_capacity, old.read_capacity) || sized(new.write_capacity, old.write_capacity);
        let limited = new.on_demand_throughput.is_some() && new.on_demand_throughput != old.on_demand_throughput;
        if provisioned { switched || resized } else { limited }
    };
    let stays = |(name, new): (&&str, &&GlobalIndex)| {
        let old = old.get(*name).filter(|old| !is_another(old, new))?;
        differs(old, new).then(|| (*name).to_owned())
    };
    let changed: Vec<String> = new.iter().filter_map(stays).collect();
    let table = if provisioned {
        let sized = |new: Option<i64>, old: Option<i64>| new.is_some() && new != old;
        sized(after.read_capacity, now.read_capacity) || sized(after.write_capacity, now.write_capacity)
    } else {
        limits(now) != limits(after)
    };
    (switched || table || !changed.is_empty()).then_some(Step::Capacity(changed))
}

/// No limit is `-1` or nothing.
fn limits(inputs: &Inputs) -> (i64, i64) {
    let it = inputs.on_demand_throughput.as_ref();
    let of = |units: Option<i64>| units.unwrap_or(-1);
    (of(it.and_then(|it| it.max_read_request_units)), of(it.and_then(|it| it.max_write_request_units)))
}

/// Another view of changes is another stream.
fn stream(now: &Inputs, after: &Inputs, steps: &mut Vec<Step>) {
    let (was, is) = (now.stream_enabled == Some(true), after.stream_enabled == Some(true));
    let other = was && is && after.stream_view_type.is_some() && now.stream_view_type != after.stream_view_type;
    if (was && !is) || other {
        steps.push(Step::StopStream);
    }
    if (!was && is) || other {
        steps.push(Step::StartStream);
    }
}

fn encrypts_otherwise(now: &Inputs, after: &Inputs) -> bool {
    let on = |it: &Inputs| it.server_side_encryption.as_ref().is_some_and(|it| it.enabled);
    let key = |it: &Inputs| it.server_side_encryption.as_ref().and_then(|it| it.kms_key_arn.clone());
    on(now) != on(after) || (on(after) && key(after).is_some() && key(now) != key(after))
}

fn replicas(now: &Inputs, after: &Inputs, steps: &mut Vec<Step>) {
    let (old, new) = (by_region(now.replica.as_ref()), by_region(after.replica.as_ref()));
    let another = |old: &Replica, new: &Replica| new.kms_key_arn.is_some() && old.kms_key_arn != new.kms_key_arn;
    for (region, it) in &old {
        if new.get(region).is_none_or(|new| another(it, new)) {
            steps.push(Step::DeleteReplica((*region).to_owned()));
        }
    }
    for (region, it) in &new {
        let kept = old.get(region).filter(|old| !another(old, it));
        if kept.is_none() {
            steps.push(Step::CreateReplica((*region).to_owned()));
        }
        let (was, is) = (kept.and_then(|it| it.point_in_time_recovery), it.point_in_time_recovery);
        if was.unwrap_or(false) != is.unwrap_or(false) {
            steps.push(Step::RecoverReplica((*region).to_owned(), is.unwrap_or(false)));
        }
    }
}

fn by_region(replicas: Option<&Blocks<Replica>>) -> BTreeMap<&str, &Replica> {
    replicas.into_iter().flat_map(|it| it.iter()).map(|it| (it.region_name.as_str(), it)).collect()
}

fn recovers_otherwise(now: Option<&Recovery>, after: Option<&Recovery>) -> bool {
    let on = |it: Option<&Recovery>| it.is_some_and(|it| it.enabled);
    let days = |it: Option<&Recovery>| it.and_then(|it| it.recovery_period_in_days);
    on(now) != on(after) || (on(after) && days(after).is_some() && days(now) != days(after))
}

#[cfg(test)]
mod tests {
    use model::Known;
    use model::typed::Typed;
    use serde_json::{Value as Json, json};

    use super::*;

    fn check(now: Json, after: Json, expect: &[Step]) {
        let read = |mut value: Json| {
            value["name"] = json!("table");
            Inputs::read(Known::from_json(&value)).expect("reads")
        };
        assert_eq!(steps(&read(now.clone()), &read(after.clone())), expect, "{now} {after}");
    }

    fn index(hash: &str) -> Json {
        json!([{ "name": "by", "hash_key": hash, "projection_type": "ALL", "read_capacity": 1, "write_capacity": 1 }])
    }

    #[test]
    fn an_index_with_another_key_is_made_again() {
        let with = |hash| json!({ "global_secondary_index": index(hash) });
        check(with("a"), with("a"), &[]);
        check(json!({}), with("a"), &[Step::CreateIndex("by".into())]);
        check(with("a"), json!({}), &[Step::DeleteIndex("by".into())]);
        check(with("a"), with("b"), &[Step::DeleteIndex("by".into()), Step::CreateIndex("by".into())]);
    }

    #[test]
    fn another_mode_is_said_of_every_index() {
        let with = |mode: &str| json!({ "billing_mode": mode, "global_secondary_index": index("a") });
        check(with("PROVISIONED"), with("PAY_PER_REQUEST"), &[Step::Capacity(vec![])]);
        check(with("PAY_PER_REQUEST"), with("PROVISIONED"), &[Step::Capacity(vec!["by".into()])]);
    }

    #[test]
    fn another_view_is_another_stream() {
        let with = |view: &str| json!({ "stream_enabled": true, "stream_view_type": view });
        check(json!({}), with("NEW_IMAGE"), &[Step::StartStream]);
        check(with("NEW_IMAGE"), with("OLD_IMAGE"), &[Step::StopStream, Step::StartStream]);
        check(with("NEW_IMAGE"), json!({ "stream_enabled": false }), &[Step::StopStream]);
    }

    #[test]
    fn what_is_off_is_as_good_as_absent() {
        let off = json!({
            "ttl": { "enabled": false },
            "point_in_time_recovery": { "enabled": false },
            "server_side_encryption": { "enabled": false },
            "on_demand_throughput": { "max_read_request_units": -1 },
        });
        check(off, json!({}), &[]);
    }

    #[test]
    fn a_new_replica_gets_its_backups_after_it() {
        let with = json!({ "replica": [{ "region_name": "eu-west-1", "point_in_time_recovery": true }] });
        let expect = [Step::CreateReplica("eu-west-1".into()), Step::RecoverReplica("eu-west-1".into(), true)];
        check(json!({}), with, &expect);
    }
}
