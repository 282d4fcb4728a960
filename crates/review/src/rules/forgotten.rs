//! What is dropped from state and stays in AWS.

use model::plan::Action;

use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "forgotten",
    verdicts: &[Verdict::Safe],
    title: "A resource is forgotten and stays in AWS",
    why: "A `[[removed]]` block, `lifecycle.retain`, `skip_destroy` or the end of an adopted default resource drops \
          the resource from state without a call to AWS. It goes on as it is, and nothing manages it any more: no \
          later change reaches it, and it stays on the bill. Resources without a manifest are found by their tags: \
          see [Finding resources to tag]\
          (https://docs.aws.amazon.com/tag-editor/latest/userguide/find-resources-to-tag.html).",
    instead: "Make sure that somebody owns it from now on: another stack can take it over with `[[import]]`. Where \
              it was meant to go, leave the `[[removed]]` block and `retain` out.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.change.action != Action::Forget {
        return Vec::new();
    }
    let why = case.change.reason.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
    let reason = format!("it stays in AWS as it is and is no longer managed{why}");
    vec![case.finding(RULE.name, Verdict::Safe, None, reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Forget;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn a_forgotten_database_is_safe() {
        let before = json!({ "identifier": "main", "deletion_protection": true });
        check("aws_db_instance", Forget, before, json!({}), &["safe forgotten"]);
    }
}
