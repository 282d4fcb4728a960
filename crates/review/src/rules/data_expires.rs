//! Data that begins to be deleted by itself: table items with a time, images under a policy.

use model::plan::Action;
use model::{Planned, Tree};
use serde_json::{Value as Json, json};

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
          A rule that only keeps more images or days than before is no finding; one that keeps fewer is.\n\n\
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
    let all = || vec!["images that the policy selects are deleted within a day".to_owned()];
    let reasons = match case.change.action {
        Action::Create => all(),
        Action::Update | Action::Replace | Action::Adopt if case.differs("repository") => all(),
        Action::Update | Action::Replace | Action::Adopt if case.differs("policy") => {
            stricter(at(case.before, "policy"), at(case.after, "policy")).unwrap_or_else(all)
        }
        Action::Update | Action::Replace | Action::Adopt => return Vec::new(),
        Action::Delete | Action::Forget | Action::Move | Action::Record | Action::Read => return Vec::new(),
    };
    let finding = |reason| case.finding(RULE.name, Verdict::DataLoss, Some(dotted("policy")), reason);
    reasons.into_iter().map(finding).collect()
}

/// A rule of a lifecycle policy: what it selects and what it does, without the number of images or
/// days that it keeps; and that number.
struct Keeps {
    rest: Json,
    number: Option<i64>,
}

/// What expires that did not before, in words; `None` where either policy is no known document.
fn stricter(before: &Planned, after: &Planned) -> Option<Vec<String>> {
    let (before, after) = (rules(before)?, rules(after)?);
    let mut reasons = Vec::new();
    let mut others = 0;
    for rule in after {
        let same = || before.iter().filter(|it| it.rest == rule.rest);
        // Of several alike, the one that keeps the least decided.
        match (same().filter_map(|it| it.number).min(), rule.number) {
            (Some(was), Some(is)) if is < was => reasons.push(fewer(&rule.rest, was, is)),
            (Some(_), Some(_)) => {}
            _ if same().any(|it| it.number == rule.number) => {}
            _ => others += 1,
        }
    }
    let deleted = "images, which are deleted within a day";
    match others {
        0 => {}
        1 => reasons.push(format!("a new or changed rule of the policy selects {deleted}")),
        _ => reasons.push(format!("{others} new or changed rules of the policy select {deleted}")),
    }
    Some(reasons)
}

/// The `countType` that counts images; all others count days.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html>
const BY_IMAGES: &str = "imageCountMoreThan";

fn fewer(rule: &Json, was: i64, is: i64) -> String {
    if rule["selection"]["countType"].as_str() == Some(BY_IMAGES) {
        return format!("a rule keeps {is} images instead of {was}: those beyond are deleted within a day");
    }
    format!("a rule keeps images for {is} days instead of {was}: older ones are deleted within a day")
}

fn rules(policy: &Planned) -> Option<Vec<Keeps>> {
    if policy.has_hole() || policy.has_secret() {
        return None;
    }
    let document = match policy {
        Tree::Text(text) => serde_json::from_str(text).ok()?,
        other => other.to_json(),
    };
    let keeps = |rule: &Json| {
        let mut selection = rule.get("selection").cloned().unwrap_or_default();
        let number = selection.as_object_mut().and_then(|it| it.remove("countNumber"));
        let action = rule.get("action").cloned().unwrap_or_default();
        let number = number.and_then(|it| it.as_i64());
        Keeps { rest: json!({ "selection": selection, "action": action }), number }
    };
    Some(document.get("rules")?.as_array()?.iter().map(keeps).collect())
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Update};
    use serde_json::json;

    use super::super::testing::{Example, check, reasons};

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
        check(kind, Update, long.clone(), short.clone(), &["data-loss data-expires"]);
        check(kind, Update, short.clone(), long.clone(), &["safe no-risk-known"]);
        let said = "a rule keeps images for 7 days instead of 90: older ones are deleted within a day";
        assert_eq!(reasons(kind, Update, long.clone(), short), [said]);
        check(kind, Update, policy(json!([rule(90), rule(30)])), long, &["safe no-risk-known"]);
    }

    #[test]
    fn a_policy_keeps_more_or_fewer() {
        let kind = "aws_ecr_lifecycle_policy";
        let selection = |tags: &str, count: i64| json!({ "tagStatus": tags, "countType": "imageCountMoreThan", "countNumber": count });
        let policy = |number: i64, does: &str| {
            let rules = json!([
                { "rulePriority": 1, "selection": selection("untagged", 10), "action": { "type": "expire" } },
                { "rulePriority": 2, "selection": selection("any", number), "action": { "type": does } },
            ]);
            json!({ "repository": "app", "policy": json!({ "rules": rules }).to_string() })
        };
        let expires = |number: i64| policy(number, "expire");
        check(kind, Update, expires(100), expires(200), &["safe no-risk-known"]);
        let said = "a rule keeps 50 images instead of 100: those beyond are deleted within a day";
        assert_eq!(reasons(kind, Update, expires(100), expires(50)), [said]);
        let said = "a new or changed rule of the policy selects images, which are deleted within a day";
        assert_eq!(reasons(kind, Update, policy(100, "transition"), expires(200)), [said]);
    }
}
