//! Data that begins to be deleted by itself: table items with a time, images under a policy.

use model::plan::Action;
use model::{Planned, Tree};

use super::case::{at, dotted, shown};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "data-expires",
    verdicts: &[Verdict::DataLoss],
    title: "Items or images begin to expire",
    why: "With `ttl` DynamoDB deletes every item whose time in the named attribute is over, usually within a few \
          days, those that are there already too: see [Using time to live]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html). A lifecycle policy has ECR \
          delete the images that its rules select within 24 hours: see [Creating a lifecycle policy]\
          (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lp_creation.html). An image that a task \
          definition still names may be among them, and then no new task starts from it.\n\n\
          The review cannot see items and images, so it cannot tell how many go.",
    instead: "Look before applying: query for items whose time is over, or have ECR list what would go with a \
              [preview](https://docs.aws.amazon.com/AmazonECR/latest/userguide/lpp_creation.html). Select images by \
              tag prefix rather than by age alone, so that released ones stay.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    match case.kind() {
        "aws_dynamodb_table" => time_to_live(case),
        "aws_ecr_lifecycle_policy" => lifecycle_policy(case),
        _ => Vec::new(),
    }
}

fn time_to_live(case: &Case<'_>) -> Vec<Finding> {
    if !case.differs("ttl") || !case.compares() || !matches!(at(case.after, "ttl.enabled"), Tree::Bool(true)) {
        return Vec::new();
    }
    let attribute = shown(at(case.after, "ttl.attribute_name"));
    let was = match at(case.before, "ttl.enabled") {
        Tree::Bool(true) => format!(" rather than in {}", shown(at(case.before, "ttl.attribute_name"))),
        _ => String::new(),
    };
    let reason = format!("items whose time in {attribute}{was} is over are deleted from now on");
    vec![case.finding(RULE.name, Verdict::DataLoss, Some(dotted("ttl")), reason)]
}

fn lifecycle_policy(case: &Case<'_>) -> Vec<Finding> {
    // Nothing is in a new repository yet.
    if case.comes_with("aws_ecr_repository") {
        return Vec::new();
    }
    let all = "images that the policy selects are deleted within a day".to_owned();
    let reason = match case.change.action {
        Action::Create => all,
        Action::Update | Action::Replace | Action::Adopt if case.differs("repository") => all,
        Action::Update | Action::Replace | Action::Adopt if case.differs("policy") => {
            match new_rules(at(case.before, "policy"), at(case.after, "policy")) {
                Some(0) => return Vec::new(),
                Some(1) => {
                    "a new or changed rule of the policy selects images, which are deleted within a day".to_owned()
                }
                Some(count) => {
                    format!("{count} new or changed rules of the policy select images, which are deleted within a day")
                }
                None => all,
            }
        }
        Action::Update | Action::Replace | Action::Adopt => return Vec::new(),
        Action::Delete | Action::Forget | Action::Move | Action::Record | Action::Read => return Vec::new(),
    };
    vec![case.finding(RULE.name, Verdict::DataLoss, Some(dotted("policy")), reason)]
}

/// How many rules select what no rule before did; `None` where either policy is no known document.
fn new_rules(before: &Planned, after: &Planned) -> Option<usize> {
    let selections = |policy: &Planned| -> Option<Vec<serde_json::Value>> {
        if policy.has_hole() || policy.has_secret() {
            return None;
        }
        let document = match policy {
            Tree::Text(text) => serde_json::from_str(text).ok()?,
            other => other.to_json(),
        };
        let rules = document.get("rules")?.as_array()?;
        Some(rules.iter().filter_map(|it| it.get("selection").cloned()).collect())
    };
    let (before, after) = (selections(before)?, selections(after)?);
    Some(after.iter().filter(|it| !before.contains(it)).count())
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Update};
    use serde_json::json;

    use super::super::testing::{Example, check};

    #[test]
    fn items_with_a_time_expire() {
        let table = |on: bool| json!({ "name": "a", "ttl": { "attribute_name": "until", "enabled": on } });
        check("aws_dynamodb_table", Update, table(false), table(true), &["data-loss data-expires"]);
        check("aws_dynamodb_table", Update, json!({ "name": "a" }), table(true), &["data-loss data-expires"]);
        check("aws_dynamodb_table", Update, table(true), table(false), &["safe no-risk-known"]);
    }

    #[test]
    fn a_policy_selects_images() {
        let rule = |days: i64| json!({ "rulePriority": 1, "selection": { "countType": "sinceImagePushed", "countNumber": days } });
        let policy = |rules: serde_json::Value| json!({ "repository": "app", "policy": { "rules": rules } });
        let (long, short) = (policy(json!([rule(90)])), policy(json!([rule(7)])));
        let kind = "aws_ecr_lifecycle_policy";
        check(kind, Create, json!({}), long.clone(), &["data-loss data-expires"]);
        let with_repository = Example::new(kind, Create, json!({}), long.clone()).on("aws_ecr_repository");
        with_repository.coming("aws_ecr_repository").expect(&["safe no-risk-known"]);
        check(kind, Update, long.clone(), short, &["data-loss data-expires"]);
        check(kind, Update, policy(json!([rule(90), rule(30)])), long, &["safe no-risk-known"]);
    }
}
