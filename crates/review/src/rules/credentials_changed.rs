//! A password or another secret value changes.

use model::plan::Action;

use super::case::dotted;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "credentials-changed",
    verdicts: &[Verdict::BriefInterruption],
    title: "A password or another secret value changes",
    why: "Open connections stay, and new ones need the new value. Programs that fetched the old one when they started \
          go on with it: a running ECS task gets a new secret value only when it is started again, see [Pass Secrets \
          Manager secrets through environment variables]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html). Until \
          both sides have it, logins fail. RDS changes a master password at once, whatever `apply_immediately` says: \
          see [Settings for DB instances]\
          (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html).",
    instead: "Start the services that read it anew right after the apply (`force_new_deployment`), or use two users in \
              turn, as [alternating users rotation]\
              (https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotation-strategy.html) does: then the old \
              value stays good until nobody uses it.",
    check,
};

/// Arguments that decide the password of a database's master user.
const PASSWORD: &[&str] = &["password", "password_wo", "manage_master_user_password"];

fn check(case: &Case<'_>) -> Vec<Finding> {
    match (case.kind(), case.change.action) {
        ("aws_db_instance", Action::Update) => {
            let changed = PASSWORD.iter().find(|it| case.differs(it));
            let finding = |path: &&str| {
                let reason = format!("`{path}` changes: the old password is refused from then on");
                case.finding(RULE.name, Verdict::BriefInterruption, Some(dotted(path)), reason)
            };
            changed.map(finding).into_iter().collect()
        }
        ("aws_secretsmanager_secret_version", Action::Replace) => {
            let cause = case.cause_of_replacement();
            let reason = format!("a new value is current {cause}: readers keep the old one until they fetch it again");
            vec![case.finding(RULE.name, Verdict::BriefInterruption, None, reason)]
        }
        ("aws_secretsmanager_secret_version", Action::Update) if case.differs("version_stages") => {
            let reason = "`version_stages` changes: readers get another version with the next fetch";
            vec![case.finding(RULE.name, Verdict::BriefInterruption, Some(dotted("version_stages")), reason)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Replace, Update};
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn a_master_password() {
        let database = |word: &str| json!({ "identifier": "a", "password": { "$secret": word } });
        let expected = &["brief-interruption credentials-changed"];
        check("aws_db_instance", Update, database("correct horse"), database("battery staple"), expected);
    }

    #[test]
    fn another_version() {
        let version = |rotation: &str| json!({ "secret_id": "a", "generate": { "length": 32, "rotation": rotation } });
        let expected = &["brief-interruption credentials-changed"];
        check("aws_secretsmanager_secret_version", Replace, version("1"), version("2"), expected);
    }
}
