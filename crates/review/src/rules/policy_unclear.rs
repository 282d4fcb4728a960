//! Policies that cannot be compared.

use super::documents::{Changed, changed};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "policy-unclear",
    verdicts: &[Verdict::WiderExposure],
    title: "A policy changes in a way that cannot be told beforehand",
    why: "The document, or a statement of it, is made of something that is not known until it is applied, or is a \
          secret. Whether it allows more than before cannot be told, so it counts as if it did. What a statement can \
          be is told by [IAM JSON policy elements]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html).",
    instead: "Write the document as TOML tables and put references into single values, as \
              `Resource = \"${aws_s3_bucket.uploads.arn}/*\"`: then everything else can be compared. Policies are \
              no place for secrets.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let unclear = |it: &Changed| it.is_unknown || it.difference.is_unclear;
    let finding = |it: Changed| {
        let what = if it.is_unknown { "the policy is" } else { "a statement of the policy is" };
        let reason = format!("{what} not known beforehand, so what it allows cannot be told");
        case.finding(RULE.name, Verdict::WiderExposure, it.path, reason)
    };
    changed(case).into_iter().filter(unclear).map(finding).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    fn policy(statements: Json) -> Json {
        json!({ "name": "p", "policy": { "Version": "2012-10-17", "Statement": statements } })
    }

    #[test]
    fn what_is_not_known_may_allow_more() {
        let allow = json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*" });
        let unknown = json!({ "$unknown": "policy of aws_iam_policy" });
        let expect = &["wider-exposure policy-unclear"];
        check("aws_iam_policy", Update, policy(json!([allow])), json!({ "name": "p", "policy": unknown }), expect);
        check("aws_iam_policy", Update, policy(json!([allow])), policy(json!([allow, unknown])), expect);
        let secret = json!({ "name": "p", "policy": { "$secret": "{}" } });
        check("aws_iam_policy", Update, policy(json!([allow])), secret, expect);
    }
}
