//! One stack's state on AWS: [`Backend`] by S3 and DynamoDB.
//!
//! In and out: what the protocol asks. Each method is one conditional request, apart from texts
//! that are too large for an item: they go to the bucket before the item that points to them, and
//! are deleted after it, so that an item never points to nothing.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{ConditionCheck, DeleteRequest, Put, TransactWriteItem, WriteRequest};
use aws_smithy_types::error::operation::BuildError;
use aws_types::SdkConfig;
use driver::{BoxFuture, Fault, FaultKind};
use engine::protocol::{Lock, Mark, Owner};
use engine::store::shared::{Backend, Batch, Etag, Rows, Stored, Upload};
use engine::store::{Key, Version};
use futures::{StreamExt, TryStreamExt};
use providers::aws::Calls;
use sha2::{Digest, Sha256};

use crate::connection::{Connection, Patience};
use crate::fault;
use crate::objects::{Kept, Objects};
use crate::rows::{self, HOLDS, HOLDS_NAMES, Item, Pointer, Row, STACK};
use crate::settings::Settings;

/// The largest text in an item, which may have 400 KB altogether.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const LARGEST_TEXT: usize = 300 * 1024;

/// The most items that one call deletes.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const DELETED_TOGETHER: usize = 25;

/// How often items that DynamoDB left over are sent again, before the caller decides.
const ROUNDS: u32 = 6;

/// How often the journal is read again because a large text went while it was read.
const READS: u32 = 3;

/// How many large texts are fetched together.
const FETCHED_TOGETHER: usize = 4;

/// One stack's state in one environment, in S3 and DynamoDB.
#[derive(Clone, Debug)]
pub struct AwsBackend {
    connection: Connection,
    settings: Settings,
}

impl AwsBackend {
    /// A backend on a connection of its own; nothing is sent yet.
    #[must_use]
    pub fn new(config: &SdkConfig, settings: Settings) -> Self {
        Self { connection: Connection::new(config, &settings, Patience::Lease), settings }
    }

    /// The requests for state so far, apart from those for resources.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.connection.calls
    }

    fn objects(&self) -> Objects<'_> {
        Objects::new(&self.connection, &self.settings)
    }

    fn stack(&self) -> String {
        self.settings.partition()
    }

    /// All items of the stack in the order of their names, which begins with key and lock.
    async fn items(&self) -> Result<Vec<Item>, Fault> {
        let call = self.connection.dynamodb.query().table_name(&self.settings.table).consistent_read(true);
        let call = call
            .key_condition_expression("#stack = :stack")
            .set_expression_attribute_names(Some(rows::names(&[STACK])))
            .expression_attribute_values(":stack", rows::text(&self.stack()));
        let mut pages = call.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            items.extend(fault::table("dynamodb:Query", page)?.items.unwrap_or_default());
        }
        Ok(items)
    }

    /// Everything in the table with its large texts; the pointer whose text has gone, otherwise.
    async fn read_once(&self) -> Result<Result<Rows, Pointer>, Fault> {
        let mut rows = Rows::default();
        let mut away = Vec::new();
        for item in self.items().await? {
            match rows::read(&item)? {
                Row::Lock(lock, lineage) => (rows.lock, rows.lineage) = (Some(lock), lineage),
                Row::Key(key) => rows.key = Some(key),
                Row::Batch(batch) => rows.batches.push(batch),
                Row::Away(batch, pointer) => {
                    away.push((rows.batches.len(), pointer));
                    rows.batches.push(batch);
                }
            }
        }
        let fetched = futures::stream::iter(away).map(|(place, pointer)| async move {
            let text = self.fetch(&pointer).await?;
            Ok::<_, Fault>((place, text.ok_or(pointer)))
        });
        let fetched: Vec<_> = fetched.buffer_unordered(FETCHED_TOGETHER).try_collect().await?;
        for (place, text) in fetched {
            match (text, rows.batches.get_mut(place)) {
                (Ok(text), Some(batch)) => batch.text = text,
                (Err(pointer), _) => return Ok(Err(pointer)),
                (Ok(_), None) => {}
            }
        }
        Ok(Ok(rows))
    }

    /// A large text, checked.
    async fn fetch(&self, pointer: &Pointer) -> Result<Option<String>, Fault> {
        let Some(stored) = self.objects().get(&pointer.object, None).await? else { return Ok(None) };
        let damaged = || {
            let place = format!("s3://{}/{}", self.settings.bucket, pointer.object);
            Fault::invalid("s3:GetObject", format!("`{place}` is not what the journal wrote there"))
        };
        if sha256(&stored.bytes) != pointer.sha256 {
            return Err(damaged());
        }
        String::from_utf8(stored.bytes).map(Some).map_err(|_| damaged())
    }

    async fn read_rows(&self) -> Result<Rows, Fault> {
        let mut gone = None;
        for _ in 0..READS {
            // Whoever holds the lock may trim the journal between the item and its text.
            match self.read_once().await? {
                Ok(rows) => return Ok(rows),
                Err(pointer) => gone = Some(pointer.object),
            }
        }
        let place = format!("s3://{}/{}", self.settings.bucket, gone.unwrap_or_default());
        let message = format!("the journal in the table `{}` points to `{place}`, which is gone", self.settings.table);
        Err(Fault::invalid("s3:GetObject", message))
    }

    /// Sets attributes of the lock item, on a condition. Attributes that are not set stay.
    async fn update_lock(&self, update: String, names: &[&str], values: Item, condition: &str) -> Result<(), Fault> {
        let call = self.connection.dynamodb.update_item().table_name(&self.settings.table);
        let call = call
            .set_key(Some(rows::key(&self.stack(), rows::LOCK)))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(rows::names(names)))
            .set_expression_attribute_values(Some(values));
        fault::table("dynamodb:UpdateItem", call.send().await).map(|_| ())
    }

    async fn write_lock(&self, lock: &Lock, there: Option<Mark>) -> Result<(), Fault> {
        let set = rows::lock_values(lock);
        let mut names: Vec<&str> = set.iter().map(|(name, _)| *name).collect();
        let update = names.iter().map(|name| format!("#{name} = :{name}")).collect::<Vec<_>>().join(", ");
        let mut values: Item = set.into_iter().map(|(name, value)| (format!(":{name}"), value)).collect();
        let condition = match there {
            None => {
                names.push(STACK);
                format!("attribute_not_exists(#{STACK})")
            }
            Some(mark) => {
                let mark = rows::mark_values(mark);
                let condition = mark.iter().map(|(name, _)| format!("#{name} = :was_{name}")).collect::<Vec<_>>();
                values.extend(mark.into_iter().map(|(name, value)| (format!(":was_{name}"), value)));
                condition.join(" AND ")
            }
        };
        self.update_lock(format!("SET {update}"), &names, values, &condition).await
    }

    async fn count_renewal(&self, owner: &Owner, lineage: &str) -> Result<(), Fault> {
        let mut values = rows::owner_values(owner);
        values.insert(":one".to_owned(), rows::number(1));
        values.insert(":lineage".to_owned(), rows::text(lineage));
        let names = [&HOLDS_NAMES[..], &["counter", "lineage"]].concat();
        let update = "SET #counter = #counter + :one, #lineage = :lineage".to_owned();
        self.update_lock(update, &names, values, HOLDS).await
    }

    async fn give_back(&self, owner: &Owner) -> Result<(), Fault> {
        let mut values = rows::owner_values(owner);
        values.insert(":free".to_owned(), aws_sdk_dynamodb::types::AttributeValue::Bool(false));
        self.update_lock("SET #held = :free".to_owned(), &HOLDS_NAMES, values, HOLDS).await
    }

    async fn write_key(&self, key: &Key) -> Result<(), Fault> {
        let call = self.connection.dynamodb.put_item().table_name(&self.settings.table);
        let call = call
            .set_item(Some(rows::key_item(&self.stack(), key)))
            .condition_expression(format!("attribute_not_exists(#{STACK})"))
            .set_expression_attribute_names(Some(rows::names(&[STACK])));
        fault::table("dynamodb:PutItem", call.send().await).map(|_| ())
    }

    async fn write_batch(&self, owner: &Owner, batch: &Batch) -> Result<(), Fault> {
        let away = if batch.text.len() > LARGEST_TEXT { Some(self.put_away(batch).await?) } else { None };
        let operation = "dynamodb:TransactWriteItems";
        let wrong = |wrong: BuildError| Fault::invalid(operation, wrong.to_string());
        let held = ConditionCheck::builder()
            .table_name(&self.settings.table)
            .set_key(Some(rows::key(&self.stack(), rows::LOCK)))
            .condition_expression(HOLDS)
            .set_expression_attribute_names(Some(rows::names(&HOLDS_NAMES)))
            .set_expression_attribute_values(Some(rows::owner_values(owner)))
            .build()
            .map_err(wrong)?;
        let put = Put::builder()
            .table_name(&self.settings.table)
            .set_item(Some(rows::batch_item(&self.stack(), batch, away.as_ref())))
            .build()
            .map_err(wrong)?;
        let call = self.connection.dynamodb.transact_write_items();
        let call = call
            .transact_items(TransactWriteItem::builder().condition_check(held).build())
            .transact_items(TransactWriteItem::builder().put(put).build());
        fault::transaction(operation, call.send().await).map(|_| ())
    }

    /// Writes a text to the bucket. Its name follows from its content: written twice, it is there
    /// once.
    async fn put_away(&self, batch: &Batch) -> Result<Pointer, Fault> {
        let sha256 = sha256(batch.text.as_bytes());
        let object = format!("{}{:020}-{}.json", self.settings.journal(), batch.first, &sha256[..16]);
        self.objects().put_text(&object, &batch.text).await?;
        Ok(Pointer { object, sha256 })
    }

    async fn delete_batches(&self, batches: &[u64]) -> Result<(), Fault> {
        if batches.is_empty() {
            return Ok(());
        }
        // An append or a trim that broke off may have left a text without an item. It comes no later
        // than these batches, so it goes with them.
        let last = batches.iter().copied().max().unwrap_or_default();
        let (objects, folder) = (self.objects(), self.settings.journal());
        let (deleted, large) = futures::join!(self.delete_items(batches), objects.all(&folder));
        deleted?;
        let trimmed = |object: &Kept| first_of(&folder, &object.key).is_some_and(|first| first <= last);
        let large: Vec<Kept> = large?.into_iter().filter(trimmed).collect();
        objects.delete(&large).await
    }

    async fn delete_items(&self, batches: &[u64]) -> Result<(), Fault> {
        let operation = "dynamodb:BatchWriteItem";
        let wrong = |wrong: BuildError| Fault::invalid(operation, wrong.to_string());
        for some in batches.chunks(DELETED_TOGETHER) {
            let mut requests = Vec::new();
            for first in some {
                let key = rows::key(&self.stack(), &rows::record(*first));
                let delete = DeleteRequest::builder().set_key(Some(key)).build().map_err(wrong)?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            let mut left = HashMap::from([(self.settings.table.clone(), requests)]);
            for round in 0..ROUNDS {
                let call = self.connection.dynamodb.batch_write_item().set_request_items(Some(left));
                left = fault::table(operation, call.send().await)?.unprocessed_items.unwrap_or_default();
                if left.is_empty() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50) * 2_u32.pow(round)).await;
            }
            if !left.is_empty() {
                return Err(Fault::new(FaultKind::Throttled, operation, "items were left over again and again"));
            }
        }
        Ok(())
    }
}

impl Backend for AwsBackend {
    fn place(&self) -> String {
        self.settings.place()
    }

    fn table(&self) -> String {
        self.settings.table.clone()
    }

    fn read(&self) -> BoxFuture<'_, Result<Rows, Fault>> {
        Box::pin(self.read_rows())
    }

    fn put_lock<'a>(&'a self, lock: &'a Lock, there: Option<Mark>) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.write_lock(lock, there))
    }

    fn renew<'a>(&'a self, owner: &'a Owner, lineage: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.count_renewal(owner, lineage))
    }

    fn release<'a>(&'a self, owner: &'a Owner) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.give_back(owner))
    }

    fn put_key<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.write_key(key))
    }

    fn append<'a>(&'a self, owner: &'a Owner, batch: &'a Batch) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.write_batch(owner, batch))
    }

    fn trim<'a>(&'a self, batches: &'a [u64]) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(self.delete_batches(batches))
    }

    fn read_snapshot(&self) -> BoxFuture<'_, Result<Option<Stored>, Fault>> {
        Box::pin(async move { self.objects().get(&self.settings.key, None).await })
    }

    fn put_snapshot<'a>(&'a self, written: &'a Upload, there: Option<&'a Etag>) -> BoxFuture<'a, Result<Etag, Fault>> {
        Box::pin(async move { self.objects().put_snapshot(written, there).await })
    }

    fn versions(&self, most: usize) -> BoxFuture<'_, Result<Vec<Version>, Fault>> {
        Box::pin(async move { self.objects().versions(most).await })
    }

    fn read_version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        Box::pin(async move { Ok(self.objects().get(&self.settings.key, Some(id)).await?.map(|it| it.bytes)) })
    }
}

/// The first sequence of a large text's batch, as its key tells.
fn first_of(folder: &str, object: &str) -> Option<u64> {
    object.strip_prefix(folder)?.split('-').next()?.parse().ok()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
