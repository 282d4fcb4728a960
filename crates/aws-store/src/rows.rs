//! The items of the table, and their meaning.
//!
//! In: items as DynamoDB tells them. Out: lock, key and batches, or a fault that says what is
//! wrong with them; and the other way round. It must not know how they are fetched.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use driver::Fault;
use engine::protocol::{Lock, Mark, Owner};
use engine::store::shared::Batch;
use engine::store::{Holder, Key};

/// An item.
pub type Item = HashMap<String, AttributeValue>;

/// The table's partition key: bucket and key of the snapshot.
pub const STACK: &str = "stack";
/// The table's sort key: what the item is.
pub const ITEM: &str = "item";

/// The item of the lock.
pub const LOCK: &str = "lock";
/// The item of the key for fingerprints.
pub const KEY: &str = "key";
/// What the items of batches begin with; the first sequence follows, so that they sort by it.
const RECORD: &str = "record#";

/// That the item is the lock, held by an owner whose values [`owner_values`] are.
pub const HOLDS: &str = "#owner = :owner AND #epoch = :epoch AND #held = :held";
/// The names in [`HOLDS`].
pub const HOLDS_NAMES: [&str; 3] = ["owner", "epoch", "held"];

/// One item, read.
pub enum Row {
    /// The lock, and the lineage that it notes.
    Lock(Lock, Option<String>),
    /// The key.
    Key(Key),
    /// A batch.
    Batch(Batch),
    /// A batch whose text is in the bucket: under this key, with this SHA-256. Its own text is
    /// empty.
    Away(Batch, Pointer),
}

/// Where a large text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    /// Its key in the bucket.
    pub object: String,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// The sort key of a batch.
pub fn record(first: u64) -> String {
    format!("{RECORD}{first:020}")
}

/// Names of attributes for an expression, as `#name`: many are reserved words.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html>
pub fn names(names: &[&str]) -> HashMap<String, String> {
    names.iter().map(|name| (format!("#{name}"), (*name).to_owned())).collect()
}

/// The primary key of an item.
pub fn key(stack: &str, item: &str) -> Item {
    Item::from([(STACK.to_owned(), text(stack)), (ITEM.to_owned(), text(item))])
}

/// The values in [`HOLDS`].
pub fn owner_values(owner: &Owner) -> Item {
    Item::from([
        (":owner".to_owned(), text(&owner.token)),
        (":epoch".to_owned(), number(owner.epoch)),
        (":held".to_owned(), AttributeValue::Bool(true)),
    ])
}

/// The values of a lock item for `SET`, by attribute.
pub fn lock_values(lock: &Lock) -> Vec<(&'static str, AttributeValue)> {
    let lease = u64::try_from(lock.lease.as_millis()).unwrap_or(u64::MAX);
    vec![
        ("epoch", number(lock.epoch)),
        ("counter", number(lock.counter)),
        ("owner", text(&lock.owner)),
        ("held", AttributeValue::Bool(lock.held)),
        ("lease_ms", number(lease)),
        ("holder", AttributeValue::M(holder_item(&lock.holder))),
    ]
}

/// The values of a mark for a condition, by attribute.
pub fn mark_values(mark: Mark) -> [(&'static str, AttributeValue); 3] {
    [("epoch", number(mark.epoch)), ("counter", number(mark.counter)), ("held", AttributeValue::Bool(mark.held))]
}

/// The item of the key.
pub fn key_item(stack: &str, secret: &Key) -> Item {
    let mut item = key(stack, KEY);
    item.insert("bytes".to_owned(), AttributeValue::B(Blob::new(secret.0.to_vec())));
    item
}

/// The item of a batch, with its text or with where that is.
pub fn batch_item(stack: &str, batch: &Batch, away: Option<&Pointer>) -> Item {
    let mut item = key(stack, &record(batch.first));
    item.insert("first".to_owned(), number(batch.first));
    item.insert("last".to_owned(), number(batch.last));
    item.insert("lineage".to_owned(), text(&batch.lineage));
    match away {
        None => item.insert("text".to_owned(), text(&batch.text)),
        Some(Pointer { object, sha256 }) => {
            item.insert("object".to_owned(), text(object));
            item.insert("sha256".to_owned(), text(sha256))
        }
    };
    item
}

/// Reads an item.
///
/// # Errors
/// It is none that this stackctl writes.
pub fn read(item: &Item) -> Result<Row, Fault> {
    let name = text_of(item, ITEM)?;
    match name {
        LOCK => Ok(Row::Lock(read_lock(item)?, text_of(item, "lineage").ok().map(str::to_owned))),
        KEY => read_key(item).map(Row::Key),
        _ if name.starts_with(RECORD) => read_batch(item),
        _ => Err(strange(item, "it is no lock, no key and no record; a newer stackctl may have written it")),
    }
}

fn read_lock(item: &Item) -> Result<Lock, Fault> {
    Ok(Lock {
        epoch: number_of(item, "epoch")?,
        counter: number_of(item, "counter")?,
        owner: text_of(item, "owner")?.to_owned(),
        held: *attribute(item, "held")?.as_bool().map_err(|_| not_a(item, "held", "truth value"))?,
        lease: Duration::from_millis(number_of(item, "lease_ms")?),
        holder: read_holder(item)?,
    })
}

fn read_holder(item: &Item) -> Result<Holder, Fault> {
    let holder = attribute(item, "holder")?.as_m().map_err(|_| not_a(item, "holder", "map"))?;
    let said = |name: &str| text_of(holder, name).map(str::to_owned).unwrap_or_default();
    Ok(Holder {
        owner: said("owner"),
        host: said("host"),
        command: said("command"),
        pid: number_of(holder, "pid").ok().and_then(|it| u32::try_from(it).ok()).unwrap_or_default(),
        since: number_of(holder, "since").unwrap_or_default(),
        link: text_of(holder, "link").ok().map(str::to_owned),
    })
}

fn holder_item(holder: &Holder) -> Item {
    let mut item = Item::from([
        ("owner".to_owned(), text(&holder.owner)),
        ("host".to_owned(), text(&holder.host)),
        ("command".to_owned(), text(&holder.command)),
        ("pid".to_owned(), number(u64::from(holder.pid))),
        ("since".to_owned(), number(holder.since)),
    ]);
    if let Some(link) = &holder.link {
        item.insert("link".to_owned(), text(link));
    }
    item
}

fn read_key(item: &Item) -> Result<Key, Fault> {
    let bytes = attribute(item, "bytes")?.as_b().map_err(|_| not_a(item, "bytes", "binary"))?;
    let bytes = <[u8; 32]>::try_from(bytes.as_ref()).map_err(|_| strange(item, "the key does not have 32 bytes"))?;
    Ok(Key(bytes))
}

fn read_batch(item: &Item) -> Result<Row, Fault> {
    let batch = |text: &str| {
        Ok::<_, Fault>(Batch {
            first: number_of(item, "first")?,
            last: number_of(item, "last")?,
            lineage: text_of(item, "lineage")?.to_owned(),
            text: text.to_owned(),
        })
    };
    if item.contains_key("text") {
        return Ok(Row::Batch(batch(text_of(item, "text")?)?));
    }
    let pointer = Pointer { object: text_of(item, "object")?.to_owned(), sha256: text_of(item, "sha256")?.to_owned() };
    Ok(Row::Away(batch("")?, pointer))
}

/// Text as a value.
pub fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

/// A number as a value.
pub fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

fn attribute<'a>(item: &'a Item, name: &str) -> Result<&'a AttributeValue, Fault> {
    item.get(name).ok_or_else(|| strange(item, &format!("it has no `{name}`")))
}

fn text_of<'a>(item: &'a Item, name: &str) -> Result<&'a str, Fault> {
    let text = attribute(item, name)?.as_s().map_err(|_| not_a(item, name, "text"))?;
    Ok(text)
}

fn number_of(item: &Item, name: &str) -> Result<u64, Fault> {
    let number = attribute(item, name)?.as_n().ok().and_then(|it| it.parse().ok());
    number.ok_or_else(|| not_a(item, name, "number"))
}

fn not_a(item: &Item, name: &str, what: &str) -> Fault {
    strange(item, &format!("its `{name}` is no {what}"))
}

fn strange(item: &Item, why: &str) -> Fault {
    let name = item.get(ITEM).and_then(|it| it.as_s().ok()).map_or("without a name", String::as_str);
    Fault::invalid("dynamodb:Query", format!("the item `{name}` is not as stackctl writes it: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock() -> Lock {
        let holder = Holder {
            owner: "ann".to_owned(),
            host: "laptop".to_owned(),
            command: "apply".to_owned(),
            pid: 4711,
            since: 1_700_000_000,
            link: Some("https://ci.example/1".to_owned()),
        };
        let owner = "abc".to_owned();
        Lock { epoch: 7, counter: 3, owner, held: true, lease: Duration::from_secs(30), holder }
    }

    #[test]
    fn a_lock_is_read_as_it_was_written() {
        let mut item = key("acme/x", LOCK);
        item.extend(lock_values(&lock()).into_iter().map(|(name, value)| (name.to_owned(), value)));
        assert!(matches!(read(&item), Ok(Row::Lock(read, None)) if read == lock()));
        item.insert("lineage".to_owned(), text("l1"));
        assert!(matches!(read(&item), Ok(Row::Lock(_, Some(lineage))) if lineage == "l1"));
        item.remove("counter");
        let fault = read(&item).err().expect("a lock without a counter is none");
        assert_eq!(fault.message, "the item `lock` is not as stackctl writes it: it has no `counter`");
    }

    #[test]
    fn batches_sort_by_their_first_sequence() {
        assert!(record(9) < record(10) && record(u64::MAX - 1) < record(u64::MAX));
        assert_eq!(record(17), "record#00000000000000000017");
        assert!(KEY < LOCK && LOCK < record(0).as_str());
    }

    #[test]
    fn an_item_of_another_make_is_refused() {
        let fault = read(&key("acme/x", "index")).err().expect("it is unknown");
        assert!(fault.message.contains("`index`"), "{fault}");
        let mut short = key("acme/x", KEY);
        short.insert("bytes".to_owned(), AttributeValue::B(Blob::new(vec![1, 2, 3])));
        assert!(read(&short).is_err());
    }
}
