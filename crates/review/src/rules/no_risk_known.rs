//! The last rule: what no other minds is safe.

use model::plan::Action;

use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "no-risk-known",
    verdicts: &[Verdict::Safe],
    title: "No rule minds the change",
    why: "No rule knows a way in which this change stops, exposes or loses anything. Most changes are like that: \
          tags, descriptions, new resources beside old ones, another address for the same object.\n\n\
          It is no proof. The review knows the manifest, not the traffic, and what \
          [AWS itself says about changing a resource]\
          (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html) \
          holds for every tool.",
    instead: "Nothing is to be done.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let reason = match case.change.action {
        Action::Create => "it is new, and nothing that exists changes with it",
        Action::Move => "only its address changes",
        Action::Adopt => "it exists and is taken over as it is",
        Action::Record => "only what stackctl remembers changes",
        Action::Read => "it is only looked up",
        Action::Update | Action::Replace | Action::Delete | Action::Forget => {
            "nothing here stops, is exposed or gets lost"
        }
    };
    vec![case.finding(RULE.name, Verdict::Safe, None, reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Adopt, Create, Move, Record, Update};
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn what_nobody_minds_is_safe() {
        let tags = |name: &str| json!({ "name": "a", "tags": { "team": name } });
        for action in [Update, Record, Move, Adopt] {
            check("aws_cloudwatch_log_group", action, tags("a"), tags("b"), &["safe no-risk-known"]);
        }
        check("aws_db_subnet_group", Create, json!({}), json!({ "name": "a" }), &["safe no-risk-known"]);
    }
}
