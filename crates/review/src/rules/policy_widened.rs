//! What a policy allows and did not.

use super::documents::{Changed, changed};
use super::{Case, Rule};
use crate::policy::{Scope, Shift, sentences};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "policy-widened",
    verdicts: &[Verdict::WiderExposure],
    title: "A policy allows more than before",
    why: "More can be done, by more, on more, or under fewer conditions. Documents are compared by what they mean: \
          wildcards cover what they match (`s3:*` covers `s3:GetObject`), actions compare without case, and order, \
          `Sid` and the way in which statements are cut make no difference. What an explicit `Deny` of the same \
          document forbids does not count as allowed, and a `Deny` that goes or gets narrower counts as a gain. \
          See [Policy evaluation logic]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).",
    instead: "Allow the actions that are called and the resources that they are called on: \
              [Grant least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege). \
              [IAM Access Analyzer](https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-policy-generation.html) \
              writes such a policy from what CloudTrail has seen.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let finding = |changed: &Changed, reason: String| {
        case.finding(RULE.name, Verdict::WiderExposure, changed.path.clone(), reason)
    };
    let mut findings = Vec::new();
    for changed in changed(case) {
        let gained: Vec<Shift> = changed.difference.gained.iter().filter(|it| counts(case, it)).cloned().collect();
        let allowed = sentences(&gained, "is", "are", "allowed now");
        let undenied = sentences(&changed.difference.undenied, "is", "are", "no longer denied");
        findings.extend(allowed.into_iter().chain(undenied).map(|it| finding(&changed, it)));
    }
    findings
}

/// A new role can do nothing yet and a new policy is not in use, so that they matter only where
/// they let in others, or allow everything.
fn counts(case: &Case<'_>, shift: &Shift) -> bool {
    let grant = &shift.grant;
    match case.kind() {
        _ if !case.is_new() => true,
        "aws_iam_role" => match &grant.principal {
            Scope::Is(name) => !name.text.ends_with(".amazonaws.com"),
            Scope::Except(_) => true,
        },
        "aws_iam_policy" => grant.action.is_everything() && grant.resource.is_everything(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Replace, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::{check, reasons};

    fn policy(action: Json, resource: &str) -> Json {
        let statement = json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        json!({ "name": "p", "policy": { "Version": "2012-10-17", "Statement": [statement] } })
    }

    fn trust(principal: Json) -> Json {
        let statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal });
        json!({ "name": "r", "assume_role_policy": { "Version": "2012-10-17", "Statement": [statement] } })
    }

    const WIDENED: &[&str] = &["wider-exposure policy-widened"];
    const SAFE: &[&str] = &["safe no-risk-known"];

    #[test]
    fn actions_are_gained() {
        let get = || policy(json!("s3:GetObject"), "arn:aws:s3:::b/*");
        let all = || policy(json!("s3:*"), "arn:aws:s3:::b/*");
        check("aws_iam_policy", Update, get(), all(), WIDENED);
        assert_eq!(reasons("aws_iam_policy", Update, get(), all()), ["`s3:*` on `arn:aws:s3:::b/*` is allowed now"]);
        check("aws_iam_policy", Update, get(), policy(json!(["s3:getobject"]), "arn:aws:s3:::b/*"), SAFE);
        check("aws_s3_bucket_policy", Create, json!({}), get(), WIDENED);
        check("aws_iam_role_policy", Create, json!({}), get(), WIDENED);
        check("aws_iam_policy", Create, json!({}), get(), SAFE);
        check("aws_iam_policy", Create, json!({}), policy(json!("*"), "*"), WIDENED);
    }

    #[test]
    fn principals_are_gained() {
        let service = || trust(json!({ "Service": "ecs-tasks.amazonaws.com" }));
        let account = || trust(json!({ "AWS": "123456789012", "Service": "ecs-tasks.amazonaws.com" }));
        check("aws_iam_role", Update, service(), account(), WIDENED);
        check("aws_iam_role", Create, json!({}), service(), SAFE);
        check("aws_iam_role", Create, json!({}), account(), WIDENED);
    }

    #[test]
    fn inline_policies_count_together() {
        let role = |list: Json| json!({ "name": "r", "inline_policy": list });
        let named = |name: &str, action: &str| {
            let mut policy = policy(json!(action), "*");
            policy["name"] = json!(name);
            policy
        };
        let before = role(json!([named("a", "s3:GetObject"), named("b", "s3:PutObject")]));
        let moved = role(json!([named("c", "s3:PutObject"), named("b", "s3:GetObject")]));
        check("aws_iam_role", Update, before.clone(), moved, SAFE);
        check("aws_iam_role", Update, before, role(json!([named("a", "s3:*")])), WIDENED);
    }

    #[test]
    fn other_documents_are_none_of_its_business() {
        let rules = |count: i64| json!({ "repository": "r", "policy": { "rules": [{ "rulePriority": count }] } });
        check("aws_ecr_lifecycle_policy", Update, rules(1), rules(2), SAFE);
    }

    #[test]
    fn a_bucket_that_is_made_anew_is_the_same_resource() {
        let text = policy(json!("s3:GetObject"), "${aws_s3_bucket.example.arn}/*");
        let mut hole = text.clone();
        hole["policy"]["Statement"][0]["Resource"] = json!({ "$unknown": "arn of aws_s3_bucket" });
        check("aws_iam_policy", Update, text.clone(), hole.clone(), SAFE);
        check("aws_iam_role_policy", Replace, text, hole, &["brief-interruption resource-goes"]);
    }
}
