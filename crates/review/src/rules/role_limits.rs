//! The limits of a role: its boundary and the length of its sessions.

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::holes::{named, texts_of};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "role-limits",
    verdicts: &[Verdict::WiderExposure, Verdict::Outage],
    title: "The limits of a role change",
    why: "A permissions boundary is the most that a role can be allowed, whatever its policies say: without it, or \
          with another, the role may do more; with a new one it may do only what the boundary allows as well. \
          Credentials of a session that somebody has stolen work until the session ends, so longer sessions are a \
          wider exposure. See [Permissions boundaries]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html) and \
          [Update the maximum session duration]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html).",
    instead: "Keep the boundary and widen it by the actions that are needed. Keep sessions as short as the longest \
              job needs. Before a boundary is added, hold the role's policies against it.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != "aws_iam_role" || !case.compares() {
        return Vec::new();
    }
    [boundary(case), session(case)].into_iter().flatten().collect()
}

fn boundary(case: &Case<'_>) -> Option<Finding> {
    let argument = "permissions_boundary";
    if !case.differs(argument) {
        return None;
    }
    let (before, after) = (at(case.before, argument), at(case.after, argument));
    let (verdict, reason) = match (before.is_null(), after.is_null()) {
        (true, true) => return None,
        (false, true) => {
            (Verdict::WiderExposure, "no boundary limits what the role can be allowed any more".to_owned())
        }
        (true, false) => (Verdict::Outage, "only what the new boundary allows as well is allowed any more".to_owned()),
        (false, false) => {
            let (before, after) = texts_of(before, after)?;
            if before == after {
                return None;
            }
            let reason = format!("{} bounds the role instead of {}", named(&after), named(&before));
            (Verdict::WiderExposure, reason)
        }
    };
    Some(case.finding(RULE.name, verdict, Some(dotted(argument)), reason))
}

fn session(case: &Case<'_>) -> Option<Finding> {
    let argument = "max_session_duration";
    let (before, after) = case.ints(argument).filter(|(before, after)| after > before)?;
    let reason = format!("a session may last {after} seconds instead of {before}");
    Some(case.finding(RULE.name, Verdict::WiderExposure, Some(dotted(argument)), reason))
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn limits_of_a_role_change() {
        let bounded = |arn: &str| json!({ "name": "r", "permissions_boundary": arn });
        let kind = "aws_iam_role";
        check(kind, Update, bounded("a"), json!({ "name": "r" }), &["wider-exposure role-limits"]);
        check(kind, Update, bounded("a"), bounded("b"), &["wider-exposure role-limits"]);
        check(kind, Update, json!({ "name": "r" }), bounded("a"), &["outage role-limits"]);
        let session = |seconds: i64| json!({ "name": "r", "max_session_duration": seconds });
        check(kind, Update, session(3600), session(43200), &["wider-exposure role-limits"]);
        check(kind, Update, session(43200), session(3600), &["safe no-risk-known"]);
    }
}
