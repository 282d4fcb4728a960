//! Policies that a role gets or loses as a whole.

use model::plan::Action;
use model::{Planned, Tree};

use super::case::at;
use super::{Case, Rule};
use crate::holes::{named, settled};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "policy-attached",
    verdicts: &[Verdict::WiderExposure, Verdict::Outage],
    title: "A role gets or loses a policy",
    why: "A role that gets a policy may do everything that it allows, at once: `wider-exposure`. A role that loses \
          one is denied what no other policy of it allows: `outage`. Policies of AWS change without you, and some \
          give away the account: `AdministratorAccess` allows everything, and `IAMFullAccess` lets its holder give \
          itself the rest. See [AWS managed policies]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#aws-managed-policies).\n\n\
          A role or a policy that is made anew, and only therefore attached anew, is no finding here.",
    instead: "Give the role a policy of your own that allows what it does: \
              [Grant least privilege](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege). \
              Before one is taken away, look at [last accessed information]\
              (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html).",
    check,
};

/// Policies of AWS that give away the account.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_job-functions.html>
const POWERFUL: &[(&str, &str)] = &[
    ("AdministratorAccess", ", which allows everything"),
    ("PowerUserAccess", ", which allows everything but IAM"),
    ("IAMFullAccess", ", with which it can give itself everything"),
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    let is_inline = match case.kind() {
        "aws_iam_role_policy_attachment" => false,
        "aws_iam_role_policy" => true,
        _ => return Vec::new(),
    };
    let (mut before, after) = (given(case.before, case.after, is_inline), given(case.after, case.before, is_inline));
    // What takes the place of a role or a policy is no other one: its own rule speaks.
    if let (Some((role, policy)), Some((new_role, new_policy))) = (&mut before, &after) {
        if case.follows_replaced("aws_iam_role") {
            role.clone_from(new_role);
        }
        if case.follows_replaced("aws_iam_policy") {
            policy.clone_from(new_policy);
        }
    }
    let gets = |(role, policy): (String, String)| {
        let reason = format!("the role {} gets {}", named(&role), called(&policy));
        case.finding(RULE.name, Verdict::WiderExposure, None, reason)
    };
    let loses = |(role, policy): (String, String)| {
        let reason = format!("the role {} loses {}", named(&role), called(&policy));
        case.finding(RULE.name, Verdict::Outage, None, reason)
    };
    match case.change.action {
        // What is inside a policy of a role is told by the rules about documents.
        Action::Create if !is_inline => after.map(gets).into_iter().collect(),
        Action::Delete if !is_inline && case.change.deposed.is_none() => before.map(loses).into_iter().collect(),
        Action::Replace if before.is_some() && before != after => {
            before.map(loses).into_iter().chain(after.map(gets)).collect()
        }
        Action::Create | Action::Delete | Action::Replace | Action::Update | Action::Adopt => Vec::new(),
        Action::Forget | Action::Move | Action::Record | Action::Read => Vec::new(),
    }
}

/// The role and the policy, where both are known; a policy inside a role is one whatever it says.
fn given(side: &Planned, other: &Planned, is_inline: bool) -> Option<(String, String)> {
    let text = |argument: &str| match settled(at(side, argument), at(other, argument)) {
        Tree::Text(text) => Some(text),
        _ => None,
    };
    let policy = if is_inline { Some(String::new()) } else { text("policy_arn") };
    Some((text("role")?, policy?))
}

fn called(policy: &str) -> String {
    if policy.is_empty() {
        return "what the policy allows".to_owned();
    }
    let of_aws = policy.strip_prefix("arn:").and_then(|it| it.split_once(":iam::aws:policy/"));
    let Some((_, name)) = of_aws else { return format!("the policy {}", named(policy)) };
    let short = name.rsplit('/').next().unwrap_or(name);
    let power = POWERFUL.iter().find(|(it, _)| *it == short).map_or("", |(_, power)| power);
    format!("AWS's policy `{short}`{power}")
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Delete, Replace};
    use serde_json::{Value as Json, json};

    use super::super::testing::{Example, check, reasons};

    const KIND: &str = "aws_iam_role_policy_attachment";
    const GETS: &str = "wider-exposure policy-attached";
    const LOSES: &str = "outage policy-attached";

    fn given(role: &str, policy: &str) -> Json {
        json!({ "role": role, "policy_arn": policy })
    }

    #[test]
    fn a_role_gets_and_loses_policies() {
        let own = || given("web", "arn:aws:iam::123456789012:policy/own");
        check(KIND, Create, json!({}), own(), &[GETS]);
        check(KIND, Delete, own(), json!({}), &[LOSES]);
        check(KIND, Replace, own(), given("other", "arn:aws:iam::123456789012:policy/own"), &[LOSES, GETS]);
        let said = reasons(KIND, Create, json!({}), given("web", "arn:aws:iam::aws:policy/AdministratorAccess"));
        assert_eq!(said, ["the role `web` gets AWS's policy `AdministratorAccess`, which allows everything"]);
    }

    #[test]
    fn a_policy_that_is_made_anew_is_the_same() {
        let before = given("web", "${aws_iam_policy.example.arn}");
        let after = json!({ "role": "web", "policy_arn": { "$unknown": "arn of aws_iam_policy" } });
        check(KIND, Replace, before, after, &["brief-interruption resource-goes"]);
    }

    #[test]
    fn a_role_that_is_made_anew_keeps_its_policies() {
        let reads = "arn:aws:iam::aws:policy/ReadOnlyAccess";
        let (before, after) = (given("web", reads), given("storefront", reads));
        let example = || Example::new(KIND, Replace, before.clone(), after.clone());
        example().create_first().follows("aws_iam_role").expect(&["safe resource-goes"]);
        example().follows("aws_iam_role").expect(&["brief-interruption resource-goes"]);
        // Another role that it depends on is not the one that is made anew.
        example().follows("aws_iam_policy").on("aws_iam_role").expect(&[LOSES, GETS]);
        let more = given("storefront", "arn:aws:iam::aws:policy/AdministratorAccess");
        Example::new(KIND, Replace, before.clone(), more).follows("aws_iam_role").expect(&[LOSES, GETS]);
    }

    #[test]
    fn a_policy_that_gets_another_name_is_the_same() {
        let policy = |name: &str| given("web", &format!("arn:aws:iam::123456789012:policy/{name}"));
        let example = Example::new(KIND, Replace, policy("a"), policy("b"));
        example.follows("aws_iam_policy").expect(&["brief-interruption resource-goes"]);
        check(KIND, Replace, policy("a"), policy("b"), &[LOSES, GETS]);
    }

    #[test]
    fn a_policy_inside_a_role_moves_to_another() {
        let policy = |role: &str| json!({ "name": "p", "role": role, "policy": { "Statement": [] } });
        check("aws_iam_role_policy", Replace, policy("a"), policy("b"), &[LOSES, GETS]);
    }
}
