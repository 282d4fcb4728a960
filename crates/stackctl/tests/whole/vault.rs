//! What `[state]` names, looked at from behind: the bucket with its versions, the table with its
//! items.
//!
//! In: a cloud and a stack's name. Out: what lies there, put there or taken away past the proxy.
//! It knows names and places, and what the parts of an item are called.

use sandbox::Call;
use serde_json::{Value, json};

use crate::cloud::{Cloud, elements};
use crate::program::Stack;

/// The bucket of every test.
pub const BUCKET: &str = "acme-state";
/// The lock table of every test.
pub const TABLE: &str = "acme-locks";

/// One stack's part of bucket and table.
pub struct Vault<'a> {
    cloud: &'a Cloud,
    key: String,
}

/// One version of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The object's key.
    pub key: String,
    /// S3's name for it.
    pub id: String,
}

impl Stack {
    /// Keeps its state in bucket and table from now on, which are made, with a lease of so many
    /// seconds.
    pub fn sharing(self, lease: u32) -> Self {
        self.declare_state(TABLE, lease);
        self.run("init").exits(0);
        self
    }

    /// Writes `[state]` into the manifest.
    pub fn declare_state(&self, table: &str, lease: u32) {
        let state = format!("\n[state]\nbucket = \"{BUCKET}\"\nlock_table = \"{table}\"\nlease_seconds = {lease}\n");
        self.write("stack.toml", &(self.text("stack.toml") + &state));
    }
}

/// Whether a call reads or writes state, its lock or its journal.
pub fn is_state(call: &Call) -> bool {
    match call.service.as_str() {
        "s3" => call.path.trim_start_matches('/').starts_with(BUCKET),
        "dynamodb" => String::from_utf8_lossy(&call.body).contains(&format!("\"{TABLE}")),
        _ => false,
    }
}

impl<'a> Vault<'a> {
    /// The part of a stack.
    pub fn of(cloud: &'a Cloud, stack: &str) -> Self {
        Self { cloud, key: format!("stackctl/{stack}/state.json") }
    }

    /// The snapshot's text, if there is one.
    pub fn snapshot(&self) -> Option<String> {
        let answer = self.s3("GET", &format!("/{}", self.key), "");
        (answer.status == 200).then_some(answer.body)
    }

    /// The snapshot.
    pub fn state(&self) -> Value {
        serde_json::from_str(&self.snapshot().expect("a snapshot")).expect("JSON")
    }

    /// Puts a snapshot there, whatever is there.
    pub fn put_snapshot(&self, text: &str) {
        assert_eq!(self.s3("PUT", &format!("/{}", self.key), text).status, 200);
    }

    /// Deletes the snapshot as a person would: earlier versions stay.
    pub fn delete_snapshot(&self) {
        assert_eq!(self.s3("DELETE", &format!("/{}", self.key), "").status, 204);
    }

    /// The text of a version.
    pub fn text_of(&self, version: &Version) -> String {
        let answer = self.s3("GET", &format!("/{}?versionId={}", version.key, version.id), "");
        assert_eq!(answer.status, 200, "{version:?}: {}", answer.body);
        answer.body
    }

    /// Every version of every object in the bucket; delete markers have no content and are none.
    pub fn versions(&self) -> Vec<Version> {
        let listed = self.s3("GET", "?versions", "").body;
        let one = |text: &str, name: &str| elements(text, name).next().unwrap_or_default().to_owned();
        elements(&listed, "Version").map(|it| Version { key: one(it, "Key"), id: one(it, "VersionId") }).collect()
    }

    /// Every item of the table.
    pub fn items(&self) -> Vec<Value> {
        let scanned = self.dynamodb("Scan", &json!({ "TableName": TABLE, "ConsistentRead": true }));
        scanned["Items"].as_array().cloned().unwrap_or_default()
    }

    /// The items of the stack whose name begins so.
    fn ours(&self, name: &str) -> Vec<Value> {
        let stack = format!("{BUCKET}/{}", self.key);
        let begins = |it: &Value| it["item"]["S"].as_str().is_some_and(|it| it.starts_with(name));
        self.items().into_iter().filter(|it| it["stack"]["S"] == stack.as_str() && begins(it)).collect()
    }

    /// The journal.
    pub fn records(&self) -> Vec<Value> {
        self.ours("record#")
    }

    /// The lock, once somebody has taken it.
    pub fn lock(&self) -> Option<Value> {
        self.ours("lock").pop()
    }

    /// Whether somebody holds the lock, dead or alive.
    pub fn is_locked(&self) -> bool {
        self.lock().is_some_and(|it| it["held"]["BOOL"] == true)
    }

    /// Puts an item there, whatever is there.
    pub fn put_item(&self, item: &Value) {
        self.dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item }));
    }

    /// Fails unless what a command that ended leaves behind is a snapshot and nothing else: the
    /// lock is free, the journal is trimmed, and no large record is left in the bucket.
    #[track_caller]
    pub fn is_tidy(&self, after: &str) {
        assert!(!self.is_locked(), "{after}: the lock is held: {:#?}", self.lock());
        assert_eq!(self.records(), Vec::<Value>::new(), "{after}: the journal is not trimmed");
        let others: Vec<_> = self.versions().into_iter().filter(|it| it.key != self.key).collect();
        assert_eq!(others, [], "{after}: large records are left");
    }

    fn s3(&self, method: &str, rest: &str, body: &str) -> crate::cloud::Answer {
        self.cloud.ask("s3", &format!("{method} /{BUCKET}{rest}"), "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n", body)
    }

    fn dynamodb(&self, operation: &str, body: &Value) -> Value {
        self.cloud.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), body)
    }
}
