//! Roles that make place for another.

use model::plan::Action;

use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "role-replaced",
    verdicts: &[Verdict::BriefInterruption],
    title: "A role is replaced",
    why: "What runs under the old role keeps its credentials only until the role is deleted, and is denied \
          everything from then until it has taken on the new one. The new role has another ARN and another unique \
          id, even under the same name, so policies outside this stack that name the old one no longer match: see \
          [IAM identifiers]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).",
    instead: "Keep the name and the path. Where the role has to get another name, declare a second role, move what \
              uses it in one change, and remove the old one in the next.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != "aws_iam_role" || case.change.action != Action::Replace {
        return Vec::new();
    }
    let reason = format!(
        "another role takes its place {}, and what still runs under the old one is denied everything",
        case.cause_of_replacement()
    );
    vec![case.finding(RULE.name, Verdict::BriefInterruption, None, reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Replace};
    use serde_json::json;

    use super::super::testing::{Example, check};

    #[test]
    fn a_role_is_interrupted_by_its_replacement() {
        let role = |name: &str| json!({ "name": name });
        let replaced = Example::new("aws_iam_role", Replace, role("a"), role("b")).create_first();
        replaced.expect(&["brief-interruption role-replaced"]);
        check("aws_iam_role", Delete, role("a"), json!({}), &["outage resource-goes"]);
    }
}
