//! An argument that rules judge by its value changes, and nobody knows to what.

use std::collections::{BTreeMap, BTreeSet};

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule, TABLES};
use crate::policy::joined;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "value-not-known",
    verdicts: &[Verdict::Cost, Verdict::BriefInterruption, Verdict::WiderExposure, Verdict::Outage, Verdict::DataLoss],
    title: "An argument whose value matters depends on a variable that has none",
    why: "Some arguments are harmless with one value and not with another: `retention_in_days` that goes up keeps more, \
          and that goes down [deletes what is older]\
          (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html). Where \
          the value depends on a variable that nobody gave, the review cannot tell which it is. The verdict is then \
          the worst that a rule gives for that argument.\n\n\
          A variable that only stands in the same place on both sides is no change, and resources that do not exist \
          yet are not meant: their values are known once they are made.",
    instead: "Give the variable a value, as apply does: `--env`, `--var NAME=VALUE` or `--var-file`. The review then \
              judges what really changes.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    if !case.compares() {
        return Vec::new();
    }
    let judged = worst(case.kind()).into_iter().filter(|(path, _)| case.differs(path));
    judged
        .filter_map(|(path, verdict)| {
            let variables = unset(case, path);
            let reason = || reason(path, &variables);
            (!variables.is_empty()).then(|| case.finding(RULE.name, verdict, Some(dotted(path)), reason()))
        })
        .collect()
}

/// The worst that rules say about each argument of a kind that they judge by its value.
fn worst(kind: &str) -> BTreeMap<&'static str, Verdict> {
    let mut found = BTreeMap::new();
    for table in TABLES.iter().filter(|it| it.by_value) {
        let verdict = table.rule.verdicts.last().copied().unwrap_or_default();
        for (_, path) in (table.arguments)().into_iter().filter(|it| it.0 == kind) {
            let worst: &mut Verdict = found.entry(path).or_default();
            *worst = verdict.max(*worst);
        }
    }
    found
}

/// The variables without a value that an argument comes from, before or after.
fn unset(case: &Case<'_>, path: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut collect = |value: &Planned| {
        if let Tree::Hole(pending) = value {
            let variables = pending.sources.iter().filter(|it| it.address.kind == "var");
            found.extend(variables.map(|it| format!("`{}`", it.address)));
        }
    };
    collect(at(case.before, path));
    collect(at(case.after, path));
    // Texts that stand for a variable are unknown only where they are shown.
    if let Some(attribute) = case.attribute(path) {
        collect(&attribute.before);
        collect(&attribute.after);
    }
    found
}

fn reason(path: &str, variables: &BTreeSet<String>) -> String {
    let (have, give) = if variables.len() == 1 { ("has", "it one") } else { ("have", "them values") };
    let variables = joined(&variables.iter().cloned().collect::<Vec<_>>());
    format!(
        "how `{path}` changes depends on {variables}, which {have} no value here, so the worst is assumed: give {give} \
         with `--var`"
    )
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Replace, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::{check, reasons};
    use super::super::{RULES, TABLES};
    use super::RULE;

    fn group(days: Json) -> Json {
        json!({ "name": "a", "retention_in_days": days })
    }

    fn variable(name: &str) -> Json {
        json!({ "$unknown": format!("value of var.{name}") })
    }

    #[test]
    fn a_variable_without_a_value_hides_what_changes() {
        let kind = "aws_cloudwatch_log_group";
        check(kind, Update, group(json!(30)), group(variable("days")), &["data-loss value-not-known"]);
        check(kind, Update, group(variable("days")), group(json!(30)), &["data-loss value-not-known"]);
        check(kind, Update, group(variable("a")), group(variable("b")), &["data-loss value-not-known"]);
        check(kind, Create, json!({}), group(variable("days")), &["safe no-risk-known"]);
        let said = "how `retention_in_days` changes depends on `var.days`, which has no value here, so the worst is \
                    assumed: give it one with `--var`";
        assert_eq!(reasons(kind, Update, group(json!(30)), group(variable("days"))), [said]);
        let both = reasons(kind, Update, group(variable("a")), group(variable("b")));
        assert!(both[0].contains("`var.a` and `var.b`, which have no value"), "{both:?}");
    }

    #[test]
    fn every_argument_has_its_own_verdict() {
        for (kind, argument, before, verdict) in [
            ("aws_db_instance", "publicly_accessible", json!(false), "outage"),
            ("aws_db_instance", "deletion_protection", json!(true), "wider-exposure"),
            ("aws_db_instance", "allocated_storage", json!(20), "cost"),
            ("aws_ecs_service", "desired_count", json!(2), "outage"),
            ("aws_dynamodb_table", "deletion_protection_enabled", json!(true), "wider-exposure"),
        ] {
            let expect = format!("{verdict} value-not-known");
            check(kind, Update, json!({ argument: before }), json!({ argument: variable("x") }), &[&expect]);
        }
    }

    #[test]
    fn what_is_new_or_told_already_is_not_said_again() {
        let count = |count: Json| json!({ "desired_count": count });
        let other = json!({ "$unknown": "size of aws_thing" });
        check("aws_ecs_service", Update, count(json!(2)), count(other), &["safe no-risk-known"]);
        let class = |class: Json| json!({ "instance_class": class });
        let told = &["brief-interruption database-interrupted"];
        check("aws_db_instance", Update, class(json!("db.t3.micro")), class(variable("class")), told);
        let gone = |name: &str, size: Json| json!({ "identifier": name, "allocated_storage": size });
        check("aws_db_instance", Replace, gone("a", json!(20)), gone("b", variable("size")), &["data-loss data-goes"]);
    }

    #[test]
    fn it_gives_the_verdicts_of_the_tables() {
        assert!(RULES.iter().any(|it| it.name == RULE.name));
        for table in TABLES.iter().filter(|it| it.by_value) {
            let worst = table.rule.verdicts.last().expect("a verdict");
            assert!(RULE.verdicts.contains(worst), "{}: {worst}", table.rule.name);
        }
    }
}
