//! The engine settings of a parameter group.

use std::collections::BTreeMap;

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "database-parameters",
    verdicts: &[Verdict::BriefInterruption, Verdict::WiderExposure],
    title: "Engine settings of databases change",
    why: "A parameter with `apply_method = \"immediate\"` takes effect at once on every database of the group. One with \
          `pending-reboot` waits for a reboot of each, which AWS does not do by itself, not even in the maintenance \
          window: see [Modifying parameters in a DB parameter group]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithParamGroups.Modifying.html). Until \
          then the database runs with the old value, and the next reboot for another reason brings the new one.\n\n\
          `rds.force_ssl` and `require_secure_transport` make the database refuse connections without TLS: see [Using \
          SSL/TLS to encrypt a connection]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html).",
    instead: "Reboot each database of the group in a quiet hour after the apply, and try the value on a copy first. \
              Keep TLS required, and give the client that cannot speak it another way in.",
    check,
};

/// Parameters that, while on, keep connections private.
const TLS: &[&str] = &["rds.force_ssl", "require_secure_transport"];

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != "aws_db_parameter_group" || !case.stays() || !case.differs("parameter") {
        return Vec::new();
    }
    let (before, after) = (parameters(at(case.before, "parameter")), parameters(at(case.after, "parameter")));
    let mut waiting = Vec::new();
    let mut found = Vec::new();
    let mut names: Vec<&str> = before.keys().chain(after.keys()).copied().collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let (was, is) = (before.get(name), after.get(name));
        let value = |it: Option<&&Planned>| it.map_or(Tree::Null, |it| at(it, "value").clone());
        if value(was) == value(is) {
            continue;
        }
        if TLS.contains(&name) && is_on(&value(was)) && !is_on(&value(is)) {
            let reason = format!("`{name}` is turned off: the databases accept connections without TLS");
            found.push(case.finding(RULE.name, Verdict::WiderExposure, Some(dotted("parameter")), reason));
        }
        // One that goes back to its default does so the way it was set.
        let method = is.or(was).map(|it| at(it, "apply_method"));
        if method.and_then(|it| it.as_text()) == Some("pending-reboot") {
            waiting.push(format!("`{name}`"));
        }
    }
    if !waiting.is_empty() {
        let names = waiting.join(", ");
        let reason = format!("each database in the group needs a reboot for {names}, which interrupts it");
        found.push(case.finding(RULE.name, Verdict::BriefInterruption, Some(dotted("parameter")), reason));
    }
    found
}

fn is_on(value: &Planned) -> bool {
    value.as_text().is_some_and(|it| ["1", "on", "true"].iter().any(|on| it.eq_ignore_ascii_case(on)))
}

fn parameters(set: &Planned) -> BTreeMap<&str, &Planned> {
    let named = |it| Some((at(it, "name").as_text()?, it));
    set.as_list().unwrap_or_default().iter().filter_map(named).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    fn group(name: &str, value: &str, method: &str) -> serde_json::Value {
        json!({ "parameter": [{ "name": name, "value": value, "apply_method": method }] })
    }

    #[test]
    fn some_wait_for_a_reboot() {
        let change = |method| {
            let before = group("max_connections", "100", method);
            (before, group("max_connections", "200", method))
        };
        let (before, after) = change("pending-reboot");
        check("aws_db_parameter_group", Update, before.clone(), after, &["brief-interruption database-parameters"]);
        check("aws_db_parameter_group", Update, before, json!({}), &["brief-interruption database-parameters"]);
        let (before, after) = change("immediate");
        check("aws_db_parameter_group", Update, before, after, &["safe no-risk-known"]);
    }

    #[test]
    fn tls_is_no_longer_required() {
        let (before, after) = (group("rds.force_ssl", "1", "immediate"), group("rds.force_ssl", "0", "immediate"));
        check("aws_db_parameter_group", Update, before, after, &["wider-exposure database-parameters"]);
    }
}
