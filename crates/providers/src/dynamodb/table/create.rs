//! The three calls that bring a table into being.
//!
//! In: arguments and the token. Out: what DynamoDB answers. What a call cannot take follows as an
//! update. It must not know what is there already.

use aws_sdk_dynamodb::types::{
    BillingMode, CsvOptions, InputCompressionType, InputFormat, InputFormatOptions, S3BucketSource, TableClass,
    TableCreationParameters, TableDescription,
};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use driver::{Fault, Token};

use super::wire::{self, built, is_provisioned};
use super::{ImportTable, Inputs, busy, describe};
use crate::aws::{Answer, Aws, tags};

/// Makes the table: empty, from another table, or from data in S3.
pub(super) async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Option<TableDescription>, Fault> {
    if let Some(import) = &inputs.import_table {
        return from_data(aws, inputs, import, token).await;
    }
    if is_copy(inputs) {
        return from_table(aws, inputs).await;
    }
    new(aws, inputs, token).await
}

/// Whether the table gets its items from elsewhere, by a call that takes no tags.
pub(super) fn is_copy(inputs: &Inputs) -> bool {
    inputs.import_table.is_some() || inputs.restore_source_name.is_some() || inputs.restore_source_table_arn.is_some()
}

/// Whether an update has to follow, because the call cannot take an argument that is set.
pub(super) fn is_unfinished(inputs: &Inputs) -> bool {
    let later = inputs.ttl.as_ref().is_some_and(|it| it.enabled == Some(true))
        || inputs.point_in_time_recovery.as_ref().is_some_and(|it| it.enabled)
        || inputs.replica.as_ref().is_some_and(|it| !it.is_empty());
    let untaken = inputs.tags.as_ref().is_some_and(|it| !it.is_empty())
        || inputs.stream_enabled == Some(true)
        || inputs.deletion_protection_enabled == Some(true)
        || inputs.table_class.as_deref().is_some_and(|class| class != "STANDARD");
    later || (is_copy(inputs) && untaken)
}

async fn new(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Option<TableDescription>, Fault> {
    let provisioned = is_provisioned(inputs);
    let capacity = || wire::throughput(inputs.read_capacity, inputs.write_capacity);
    let stream = inputs.stream_enabled.filter(|enabled| *enabled);
    let stream = stream.map(|enabled| wire::stream(enabled, inputs.stream_view_type.as_deref())).transpose()?;
    let encryption = inputs.server_side_encryption.as_ref().filter(|it| it.enabled);
    let call = aws
        .dynamodb()
        .create_table()
        .table_name(&inputs.name)
        .set_attribute_definitions(Some(wire::attributes(inputs)?))
        .set_key_schema(Some(wire::table_key(inputs)?))
        .billing_mode(BillingMode::from(inputs.billing_mode.as_deref().unwrap_or("PROVISIONED")))
        .set_provisioned_throughput(provisioned.then(capacity).transpose()?)
        .set_on_demand_throughput(inputs.on_demand_throughput.as_ref().map(|it| wire::on_demand(Some(it))))
        .set_global_secondary_indexes(wire::global_indexes(inputs)?)
        .set_local_secondary_indexes(wire::local_indexes(inputs)?)
        .set_stream_specification(stream)
        .set_sse_specification(encryption.map(|it| wire::encryption(Some(it))))
        .set_table_class(inputs.table_class.as_deref().map(TableClass::from))
        .set_deletion_protection_enabled(inputs.deletion_protection_enabled)
        .set_tags(Some(wire::sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))?));
    match call.send().await.fault("dynamodb:CreateTable") {
        Ok(answer) => Ok(answer.table_description),
        Err(fault) => Err(taken(fault)),
    }
}

/// DynamoDB says "in use" of a name that is taken.
fn taken(fault: Fault) -> Fault {
    match fault.code.as_deref() {
        Some("ResourceInUseException" | "TableAlreadyExistsException" | "TableInUseException") => {
            Fault { kind: driver::FaultKind::Conflict, ..fault }
        }
        Some(_) | None => fault,
    }
}

async fn from_table(aws: &Aws, inputs: &Inputs) -> Result<Option<TableDescription>, Fault> {
    let operation = "dynamodb:RestoreTableToPointInTime";
    let parse = |text: &String| DateTime::from_str(text, Format::DateTime);
    let at = inputs.restore_date_time.as_ref().map(parse).transpose();
    let at = at.map_err(|wrong| Fault::invalid(operation, format!("`restore_date_time`: {wrong}")))?;
    let mode = inputs.billing_mode.as_deref().map(BillingMode::from);
    let sized = mode == Some(BillingMode::Provisioned) && inputs.read_capacity.is_some();
    let capacity = || wire::throughput(inputs.read_capacity, inputs.write_capacity);
    let encryption = inputs.server_side_encryption.as_ref().map(|it| wire::encryption(Some(it)));
    let call = aws
        .dynamodb()
        .restore_table_to_point_in_time()
        .target_table_name(&inputs.name)
        .set_source_table_name(inputs.restore_source_name.clone())
        .set_source_table_arn(inputs.restore_source_table_arn.clone())
        .set_restore_date_time(at)
        .set_use_latest_restorable_time(inputs.restore_to_latest_time)
        .set_billing_mode_override(mode)
        .set_provisioned_throughput_override(sized.then(capacity).transpose()?)
        .set_global_secondary_index_override(wire::global_indexes(inputs)?)
        .set_local_secondary_index_override(wire::local_indexes(inputs)?)
        .set_sse_specification_override(encryption);
    match call.send().await.fault(operation) {
        Ok(answer) => Ok(answer.table_description),
        Err(fault) => busy(Err(taken(fault))),
    }
}

async fn from_data(
    aws: &Aws,
    inputs: &Inputs,
    import: &ImportTable,
    token: &Token,
) -> Result<Option<TableDescription>, Fault> {
    let provisioned = is_provisioned(inputs);
    let capacity = || wire::throughput(inputs.read_capacity, inputs.write_capacity);
    let encryption = inputs.server_side_encryption.as_ref().filter(|it| it.enabled);
    let parameters = TableCreationParameters::builder()
        .table_name(&inputs.name)
        .set_attribute_definitions(Some(wire::attributes(inputs)?))
        .set_key_schema(Some(wire::table_key(inputs)?))
        .billing_mode(BillingMode::from(inputs.billing_mode.as_deref().unwrap_or("PROVISIONED")))
        .set_provisioned_throughput(provisioned.then(capacity).transpose()?)
        .set_on_demand_throughput(inputs.on_demand_throughput.as_ref().map(|it| wire::on_demand(Some(it))))
        .set_global_secondary_indexes(wire::global_indexes(inputs)?)
        .set_sse_specification(encryption.map(|it| wire::encryption(Some(it))));
    let source = S3BucketSource::builder()
        .s3_bucket(&import.s3_bucket_source.bucket)
        .set_s3_bucket_owner(import.s3_bucket_source.bucket_owner.clone())
        .set_s3_key_prefix(import.s3_bucket_source.key_prefix.clone());
    let csv = import.input_format_options.as_ref().and_then(|it| it.csv.as_ref());
    let csv = csv.map(|it| {
        CsvOptions::builder().set_delimiter(it.delimiter.clone()).set_header_list(it.header_list.clone()).build()
    });
    let call = aws
        .dynamodb()
        .import_table()
        .client_token(&token.0)
        .s3_bucket_source(built(source.build())?)
        .input_format(InputFormat::from(import.input_format.as_str()))
        .set_input_format_options(csv.map(|csv| InputFormatOptions::builder().csv(csv).build()))
        .set_input_compression_type(import.input_compression_type.as_deref().map(InputCompressionType::from))
        .table_creation_parameters(built(parameters.build())?);
    call.send().await.fault("dynamodb:ImportTable").map_err(taken)?;
    describe(aws, &inputs.name).await
}
