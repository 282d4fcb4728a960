//! Networks and subnets that go.

use model::plan::Action;

use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "network-goes",
    verdicts: &[Verdict::Outage],
    title: "A network or a subnet is deleted or replaced",
    why: "Nothing can move from one subnet or network to another: what lives in it is made anew or has to be deleted \
          first, and its addresses are gone. AWS refuses to delete a subnet while there are network interfaces in \
          it, also those of resources that this stack does not know. See [Delete a subnet]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html) and [Delete your VPC]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html).",
    instead: "Add a second subnet with the new range, let services use both, move what cannot be in both, and remove \
              the old one in a later change. A network gets more addresses by [another CIDR block]\
              (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html), not by another range.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let what = match case.kind() {
        "aws_vpc" => "network",
        "aws_subnet" => "subnet",
        _ => return Vec::new(),
    };
    let reason = match case.change.action {
        Action::Delete if case.change.deposed.is_none() => {
            format!("the {what} is deleted, and everything in it has to go first")
        }
        Action::Replace => {
            let cause = case.cause_of_replacement();
            format!("another {what} takes its place {cause}, and nothing that is in the old one can move to it")
        }
        Action::Create | Action::Update | Action::Delete | Action::Adopt => return Vec::new(),
        Action::Forget | Action::Move | Action::Record | Action::Read => return Vec::new(),
    };
    vec![case.finding(RULE.name, Verdict::Outage, None, reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Delete, Replace};
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn a_subnet_cannot_move() {
        let subnet = |range: &str| json!({ "vpc_id": "vpc-1", "cidr_block": range });
        let goes = &["outage network-goes"];
        check("aws_subnet", Replace, subnet("10.0.0.0/24"), subnet("10.0.1.0/24"), goes);
        check("aws_subnet", Delete, subnet("10.0.0.0/24"), json!({}), goes);
        check("aws_vpc", Delete, json!({ "cidr_block": "10.0.0.0/16" }), json!({}), goes);
        check("aws_vpc", Create, json!({}), json!({ "cidr_block": "10.0.0.0/16" }), &["safe no-risk-known"]);
    }
}
