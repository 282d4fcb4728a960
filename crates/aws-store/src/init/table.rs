//! The table: on demand, protected against deletion, recoverable to any point in time.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoverySpecification,
    PointInTimeRecoveryStatus, ScalarAttributeType, TableDescription, TableStatus,
};
use aws_smithy_types::error::operation::BuildError;
use driver::{Fault, FaultKind};
use providers::aws::FaultCodes;

use super::{Done, Outcome, Report, Setup, patiently, set, switched};
use crate::fault;
use crate::rows::{ITEM, STACK};

/// How often it is asked whether the table can be used, with a pause in between: two minutes in
/// all, where a table takes some ten seconds.
const LOOKS: u32 = 60;
const PAUSE: Duration = Duration::from_secs(2);

impl Setup<'_> {
    /// Makes the table and sets it up.
    pub async fn table(&self, report: Report<'_>) -> Result<(), Fault> {
        let thing = format!("table `{}` in {}", self.settings.table, self.connection.region);
        let found = self.describe().await?;
        let outcome = match &found {
            Some(table) => {
                self.check(table)?;
                Outcome::AlreadySo
            }
            None => self.create_table().await?,
        };
        let table = self.active().await?;
        self.check(&table)?;
        report(Done { thing, outcome });
        report(switched("deletion protection of the table", self.deletion_protection(&table).await?));
        report(switched("point-in-time recovery of the table", self.point_in_time_recovery().await?));
        Ok(())
    }

    async fn describe(&self) -> Result<Option<TableDescription>, Fault> {
        let call = self.connection.dynamodb.describe_table().table_name(&self.settings.table);
        let answer = set(fault::table("dynamodb:DescribeTable", call.send().await))?;
        Ok(answer.and_then(|it| it.table))
    }

    async fn create_table(&self) -> Result<Outcome, Fault> {
        let operation = "dynamodb:CreateTable";
        let wrong = |wrong: BuildError| Fault::invalid(operation, wrong.to_string());
        let mut call = self.connection.dynamodb.create_table().table_name(&self.settings.table);
        for (name, role) in [(STACK, KeyType::Hash), (ITEM, KeyType::Range)] {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            let element = KeySchemaElement::builder().attribute_name(name).key_type(role);
            call = call
                .attribute_definitions(attribute.build().map_err(wrong)?)
                .key_schema(element.build().map_err(wrong)?);
        }
        let call = call.billing_mode(BillingMode::PayPerRequest).deletion_protection_enabled(true);
        match fault::table(operation, call.send().await) {
            Ok(_) => Ok(Outcome::Made),
            // Somebody else is at it too.
            Err(Fault { kind: FaultKind::InUse { .. }, .. }) => Ok(Outcome::AlreadySo),
            Err(fault) => Err(fault),
        }
    }

    /// Refuses a table that was made for something else, as Terraform's with its one `LockID`.
    fn check(&self, table: &TableDescription) -> Result<(), Fault> {
        let has = |name: &str, role: &KeyType| {
            let keyed = table.key_schema().iter().any(|it| it.attribute_name() == name && it.key_type() == role);
            let typed = table.attribute_definitions().iter().find(|it| it.attribute_name() == name);
            keyed && typed.is_some_and(|it| it.attribute_type() == &ScalarAttributeType::S)
        };
        if has(STACK, &KeyType::Hash) && has(ITEM, &KeyType::Range) {
            return Ok(());
        }
        let keys: Vec<String> = table.key_schema().iter().map(|it| format!("`{}`", it.attribute_name())).collect();
        let message = format!(
            "the table `{}` is there and was made for something else: its key is {}, and stackctl needs `{STACK}` and \
             `{ITEM}`, both text. Name another table as `lock_table` under `[state]`",
            self.settings.table,
            keys.join(" and ")
        );
        Err(Fault::invalid("dynamodb:DescribeTable", message))
    }

    /// Waits until the table can be used.
    async fn active(&self) -> Result<TableDescription, Fault> {
        let mut seen = None;
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            let Some(table) = self.describe().await? else { continue };
            seen = table.table_status().cloned();
            match seen {
                // A table that is being updated can be used.
                Some(TableStatus::Active | TableStatus::Updating) => return Ok(table),
                Some(TableStatus::Creating | TableStatus::Deleting) | None => {}
                Some(status) => {
                    let message = format!("the table `{}` is {status}", self.settings.table);
                    return Err(Fault::invalid("dynamodb:DescribeTable", message));
                }
            }
        }
        let status = seen.map_or_else(|| "not there".to_owned(), |it| it.to_string());
        let message = format!("the table `{}` is still {status} after two minutes", self.settings.table);
        Err(Fault::new(FaultKind::NotYet, "dynamodb:DescribeTable", message))
    }

    async fn deletion_protection(&self, table: &TableDescription) -> Result<bool, Fault> {
        if table.deletion_protection_enabled() == Some(true) {
            return Ok(true);
        }
        patiently(|| async {
            let call = self.connection.dynamodb.update_table().table_name(&self.settings.table);
            let answer = call.deletion_protection_enabled(true).send().await;
            // One change of a table at a time.
            fault::table("dynamodb:UpdateTable", answer).code_means(&["ResourceInUseException"], FaultKind::NotYet)
        })
        .await
        .map(|_| false)
    }

    async fn point_in_time_recovery(&self) -> Result<bool, Fault> {
        let read = self.connection.dynamodb.describe_continuous_backups().table_name(&self.settings.table);
        let read = fault::table("dynamodb:DescribeContinuousBackups", read.send().await)?;
        let recovery = read.continuous_backups_description().and_then(|it| it.point_in_time_recovery_description());
        if recovery.and_then(|it| it.point_in_time_recovery_status()) == Some(&PointInTimeRecoveryStatus::Enabled) {
            return Ok(true);
        }
        let operation = "dynamodb:UpdateContinuousBackups";
        let on = PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true).build();
        let on = on.map_err(|wrong| Fault::invalid(operation, wrong.to_string()))?;
        patiently(|| async {
            let call = self.connection.dynamodb.update_continuous_backups().table_name(&self.settings.table);
            let answer = call.point_in_time_recovery_specification(on.clone()).send().await;
            // A table that was just made takes a moment until it can be backed up.
            fault::table(operation, answer).code_means(&["ContinuousBackupsUnavailableException"], FaultKind::NotYet)
        })
        .await
        .map(|_| false)
    }
}
