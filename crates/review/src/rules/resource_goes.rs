//! The general rule for what is deleted or replaced: by the part that its kind plays.

use model::plan::Action;

use super::kinds::{KindPart, Part, part_of};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "resource-goes",
    verdicts: &[Verdict::Safe, Verdict::BriefInterruption, Verdict::WiderExposure, Verdict::Outage, Verdict::DataLoss],
    title: "A resource is deleted or replaced",
    why: "What becomes of everything around a resource that goes depends on the part that it plays, and every type \
          has one of five:\n\n\
          - What **holds data** takes the data with it, and a replacement starts empty: `data-loss`.\n\
          - What **serves** (a cluster, a service, a network) stops until somebody makes it again: `outage`.\n\
          - What **grants access** (a role, a policy, a security group's rule) takes it away: `outage`.\n\
          - What **protects** something else leaves it bare: `wider-exposure`; unless that goes as well.\n\
          - What only **describes** how other things are made changes nothing that runs: `safe`.\n\n\
          A replacement of what serves or grants is a `brief-interruption` where the old object goes before the new \
          one comes, and `safe` where the new one comes first. A type that is in no table counts as one that holds \
          data.\n\n\
          Rules that know a type better speak instead of this one. Networks and roles, for instance, cannot be \
          deleted while something uses them: see [Delete your VPC]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html) and [Delete roles]\
          (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html).",
    instead: "Where the resource was only renamed in the manifest, add the `[[moved]]` block that the review \
              suggests: then nothing is deleted. Where it should go on without stackctl, write a `[[removed]]` block \
              or set `lifecycle.retain = true` first. Where a replacement is wanted, let the new object come first: \
              give it a new name, or a name prefix, and leave `create_before_destroy` to stackctl.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let kind = part_of(case.kind());
    let judged = match case.change.action {
        Action::Delete if case.change.deposed.is_some() => Some(deposed(&kind)),
        Action::Delete => Some(deleted(case, &kind)),
        Action::Replace => Some(replaced(case, &kind)),
        Action::Create | Action::Update | Action::Adopt => None,
        Action::Forget | Action::Move | Action::Record | Action::Read => None,
    };
    let finding = |(verdict, reason): (Verdict, String)| case.finding(RULE.name, verdict, None, reason);
    judged.map(finding).into_iter().collect()
}

fn deposed(kind: &KindPart) -> (Verdict, String) {
    match kind.part {
        Part::HoldsData => (Verdict::DataLoss, format!("what an earlier replacement left is deleted: {}", kind.gone)),
        Part::Serves | Part::GrantsAccess | Part::Protects { .. } | Part::Describes => {
            (Verdict::Safe, "what an earlier replacement left is deleted, and nothing uses it any more".to_owned())
        }
    }
}

fn deleted(case: &Case<'_>, kind: &KindPart) -> (Verdict, String) {
    let reason = format!("it is deleted: {}", kind.gone);
    match kind.part {
        Part::HoldsData => (Verdict::DataLoss, reason),
        Part::Serves | Part::GrantsAccess => (Verdict::Outage, reason),
        Part::Protects { subject } => unprotected(case, subject, reason),
        Part::Describes => (Verdict::Safe, reason),
    }
}

fn replaced(case: &Case<'_>, kind: &KindPart) -> (Verdict, String) {
    let cause = case.cause_of_replacement();
    let first = case.change.delete_first;
    match kind.part {
        Part::HoldsData => (Verdict::DataLoss, format!("another takes its place {cause}: {}", kind.gone)),
        Part::Serves | Part::GrantsAccess if first => (
            Verdict::BriefInterruption,
            format!("it is deleted before another takes its place {cause}: until then {}", kind.gone),
        ),
        Part::Serves | Part::GrantsAccess => {
            (Verdict::Safe, format!("another takes its place {cause}, and comes before it goes"))
        }
        Part::Protects { subject } => {
            unprotected(case, subject, format!("another takes its place {cause}: where it was, {}", kind.gone))
        }
        Part::Describes => (Verdict::Safe, format!("another takes its place {cause}, and nothing runs on it")),
    }
}

/// What loses its protection is worth one only while it is there.
fn unprotected(case: &Case<'_>, subject: &str, reason: String) -> (Verdict, String) {
    if case.goes_with(subject) {
        return (Verdict::Safe, format!("it goes together with the `{subject}` that it protects"));
    }
    (Verdict::WiderExposure, reason)
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Replace};
    use serde_json::json;

    use super::super::testing::{Example, check};

    #[test]
    fn what_is_deleted_is_judged_by_its_part() {
        let block = json!({ "bucket": { "$unknown": "id of aws_s3_bucket" }, "block_public_acls": true });
        check("aws_new_thing", Delete, json!({ "name": "a" }), json!({}), &["data-loss resource-goes"]);
        check("aws_db_subnet_group", Delete, json!({ "name": "a" }), json!({}), &["safe resource-goes"]);
        check("aws_s3_bucket_public_access_block", Delete, block, json!({}), &["wider-exposure resource-goes"]);
    }

    #[test]
    fn a_protection_may_go_with_what_it_protects() {
        let block = || Example::new("aws_s3_bucket_public_access_block", Delete, json!({ "bucket": "a" }), json!({}));
        block().on("aws_s3_bucket").going("aws_s3_bucket").expect(&["safe resource-goes"]);
        block().going("aws_s3_bucket").expect(&["wider-exposure resource-goes"]);
    }

    #[test]
    fn a_replacement_that_comes_first_interrupts_nothing() {
        let (before, after) = (json!({ "name": "a" }), json!({ "name": "b" }));
        let group = || Example::new("aws_db_parameter_group", Replace, before.clone(), after.clone());
        group().create_first().expect(&["safe resource-goes"]);
        group().expect(&["safe resource-goes"]);
    }
}
