//! What a policy allowed and no longer does.

use super::documents::changed;
use super::{Case, Rule};
use crate::policy::sentences;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "policy-narrowed",
    verdicts: &[Verdict::Outage],
    title: "A policy allows less than before",
    why: "Whoever still does what is no longer allowed gets `AccessDenied`, usually within seconds, until somebody \
          allows it again. A `Deny` that is added or gets wider counts too: it overrides every `Allow`, also those of \
          other policies. See [Policy evaluation logic]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).",
    instead: "Look whether it is used: [last accessed information]\
              (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html) tells when a role \
              last used a service or an action. Where a resource only gets another name, allow both in one change \
              and take the old one away in the next.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for changed in changed(case) {
        let lost = sentences(&changed.difference.lost, "is", "are", "no longer allowed");
        let denied = sentences(&changed.difference.denied, "is", "are", "denied now");
        let finding = |reason| case.finding(RULE.name, Verdict::Outage, changed.path.clone(), reason);
        findings.extend(lost.into_iter().chain(denied).map(finding));
    }
    findings
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::{check, reasons};

    fn policy(statements: Json) -> Json {
        json!({ "name": "p", "policy": { "Version": "2012-10-17", "Statement": statements } })
    }

    const NARROWED: &[&str] = &["outage policy-narrowed"];

    #[test]
    fn actions_are_lost() {
        let allow = |action: Json| json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
        let both = || policy(json!([allow(json!(["s3:GetObject", "s3:PutObject"]))]));
        let one = || policy(json!([allow(json!("s3:GetObject"))]));
        check("aws_iam_policy", Update, both(), one(), NARROWED);
        let said = reasons("aws_iam_policy", Update, both(), one());
        assert_eq!(said, ["`s3:PutObject` on every resource (`*`) is no longer allowed"]);
        check("aws_iam_role_policy", Delete, one(), json!({}), NARROWED);
        let deny = json!({ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" });
        check(
            "aws_iam_policy",
            Update,
            both(),
            policy(json!([allow(json!(["s3:*"])), deny])),
            &["outage policy-narrowed", "wider-exposure policy-widened"],
        );
    }
}
