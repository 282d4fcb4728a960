//! A database or a bucket can be reached by everybody, or made so.

use model::Tree;

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "exposed-to-all",
    verdicts: &[Verdict::WiderExposure],
    title: "A database gets a public address, or a bucket may be made public",
    why: "A publicly accessible database has an address on the internet; only its security groups stand between it \
          and everybody. See [Hiding a DB instance in a VPC from the internet]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html#USER_VPC.Hiding).\n\n\
          A public access block makes S3 refuse, or ignore, policies and ACLs that open a bucket. AWS makes every \
          bucket with all four settings on, so a setting that is off, in a new block too, opens what was shut. See \
          [Blocking public access to your S3 storage]\
          (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).",
    instead: "Reach the database from inside its VPC: through a VPN, a bastion, or [Session Manager's port \
              forwarding](https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html). \
              Serve public objects through CloudFront with [origin access control]\
              (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html), \
              and leave the block on.",
    check,
};

const BLOCK: &str = "aws_s3_bucket_public_access_block";

/// The four settings of a public access block, and what happens without each.
const SETTINGS: &[(&str, &str)] = &[
    ("block_public_acls", "ACLs that make objects public are accepted"),
    ("block_public_policy", "a bucket policy that allows everybody is accepted"),
    ("ignore_public_acls", "public ACLs take effect"),
    ("restrict_public_buckets", "a public bucket policy lets everybody in"),
];

const PUBLIC: (&str, &str) = ("aws_db_instance", "publicly_accessible");

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    SETTINGS.iter().map(|(path, _)| (BLOCK, *path)).chain([PUBLIC]).collect()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if case.kind() == PUBLIC.0 {
        let is_on = matches!(at(case.after, PUBLIC.1), Tree::Bool(true));
        if case.turned_on(PUBLIC.1) || (case.is_new() && is_on) {
            let reason = "`publicly_accessible` is on: the database has an address on the internet, and its security \
                          groups alone keep others out";
            found.push((PUBLIC.1, reason.to_owned()));
        }
    }
    if case.kind() == BLOCK {
        for (path, then) in SETTINGS {
            let is_off = matches!(at(case.after, path), Tree::Null | Tree::Bool(false));
            if case.turned_off(path) {
                found.push((path, format!("`{path}` is turned off: {then}")));
            } else if case.is_new() && is_off {
                found.push((path, format!("`{path}` is off, which AWS has on for every new bucket: {then}")));
            }
        }
    }
    let finding =
        |(path, reason): (&str, String)| case.finding(RULE.name, Verdict::WiderExposure, Some(dotted(path)), reason);
    found.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Update};
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn a_public_database() {
        let database = |on: bool| json!({ "identifier": "a", "publicly_accessible": on });
        check("aws_db_instance", Update, database(false), database(true), &["wider-exposure exposed-to-all"]);
        let new = ["wider-exposure exposed-to-all", "cost costs-more"];
        check("aws_db_instance", Create, json!({}), database(true), &new);
    }

    #[test]
    fn a_bucket_that_may_become_public() {
        let block = |policy: bool| {
            let policy = json!(policy);
            json!({ "bucket": "a", "block_public_acls": true, "block_public_policy": policy,
                    "ignore_public_acls": true, "restrict_public_buckets": true })
        };
        let kind = "aws_s3_bucket_public_access_block";
        check(kind, Update, block(true), block(false), &["wider-exposure exposed-to-all"]);
        check(kind, Update, block(false), block(true), &["safe no-risk-known"]);
        check(kind, Create, json!({}), block(false), &["wider-exposure exposed-to-all"]);
        check(kind, Create, json!({}), block(true), &["safe no-risk-known"]);
    }
}
