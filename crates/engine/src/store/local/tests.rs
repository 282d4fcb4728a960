//! Files that were cut, changed, swapped or held by somebody else.

use std::fs;
use std::time::Duration;

use driver::Lease;
use model::state::State;
use model::{Address, Known, Secret, Tree};

use super::*;
use crate::journal::{Body, Ledger};
use crate::store::StoreError;

struct Bed {
    folder: tempfile::TempDir,
    store: LocalStore,
}

fn bed() -> Bed {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Bed { store: LocalStore::new(folder.path(), None, Lease::unlimited()), folder }
}

fn body(value: &str) -> Body {
    Body::Outputs { values: [("value".to_owned(), Known::text(value))].into() }
}

impl Bed {
    async fn lock(&self) -> Held {
        self.store.lock(&holder(), Waiting::NOT).await.expect("the lock is free").0
    }

    async fn ledger(&self) -> Ledger {
        let loaded = self.store.load().await.expect("it is readable");
        Ledger::open(loaded.snapshot, &loaded.records)
    }

    /// Appends each value by itself.
    async fn write(&self, held: &Held, values: &[&str]) {
        let mut ledger = self.ledger().await;
        for value in values {
            crate::commit::append(&self.store, held, &mut ledger, vec![body(value)]).await.expect("written");
        }
    }

    async fn save(&self, held: &Held) {
        let mut ledger = self.ledger().await;
        crate::commit::save(&self.store, held, &mut ledger).await.expect("written");
    }

    async fn value(&self) -> Option<String> {
        let state = self.ledger().await.state;
        state.outputs.get("value").and_then(Known::as_text).map(str::to_owned)
    }

    async fn refusal(&self) -> StoreError {
        self.store.load().await.expect_err("it must be refused")
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the file is there")
    }

    fn replace(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("the file can be written");
    }
}

fn holder() -> Holder {
    Holder { owner: "ann".into(), host: "laptop".into(), command: "apply".into(), pid: 7, since: 1, link: None }
}

#[tokio::test]
async fn what_is_appended_is_there_after_a_crash_and_after_a_snapshot() {
    let bed = bed();
    let held = bed.lock().await;
    bed.write(&held, &["a", "b"]).await;
    assert_eq!(bed.value().await.as_deref(), Some("b"));
    bed.save(&held).await;
    assert_eq!(bed.store.load().await.expect("readable").records, []);
    bed.write(&held, &["c"]).await;
    assert_eq!(bed.value().await.as_deref(), Some("c"));
    assert_eq!(bed.ledger().await.state.serial, 1);
}

#[tokio::test]
async fn a_torn_last_record_is_dropped_and_mended() {
    let bed = bed();
    let held = bed.lock().await;
    bed.write(&held, &["a", "b"]).await;
    drop(held);
    let whole = bed.read("journal");
    let first = bed.value_after_lines(&whole, 2);
    for cut in first + 1..whole.len() {
        bed.replace("journal", &whole[..cut]);
        assert_eq!(bed.value().await.as_deref(), Some("a"), "cut at {cut}");
        assert_eq!(bed.read("journal").len(), cut, "loading changes nothing");
    }
    // The next lock cuts it off, and what is appended then is read back.
    let held = bed.lock().await;
    assert_eq!(bed.read("journal").len(), first);
    bed.write(&held, &["c"]).await;
    assert_eq!(bed.value().await.as_deref(), Some("c"));
}

impl Bed {
    /// How many bytes the first lines have.
    fn value_after_lines(&self, bytes: &[u8], lines: usize) -> usize {
        bytes.split_inclusive(|it| *it == b'\n').take(lines).map(<[u8]>::len).sum()
    }
}

#[tokio::test]
async fn a_damaged_earlier_record_is_refused_and_left_alone() {
    let bed = bed();
    let held = bed.lock().await;
    bed.write(&held, &["a", "b"]).await;
    drop(held);
    let mut bytes = bed.read("journal");
    let place = bed.value_after_lines(&bytes, 1) + 40;
    bytes[place] ^= 1;
    bed.replace("journal", &bytes);
    assert!(matches!(bed.refusal().await, StoreError::Damaged { record, .. } if record == "line 2"));
    assert!(bed.store.lock(&holder(), Waiting::NOT).await.is_err());
    assert_eq!(bed.read("journal"), bytes);
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_trusted_is_refused_and_left_alone() {
    let bed = bed();
    let held = bed.lock().await;
    bed.write(&held, &["a"]).await;
    bed.save(&held).await;
    drop(held);
    let good = bed.read("state.json");
    let text = String::from_utf8(good.clone()).expect("JSON is text");
    let check = async |bytes: &[u8], expect: fn(&StoreError) -> bool| {
        bed.replace("state.json", bytes);
        let refusal = bed.refusal().await;
        assert!(expect(&refusal), "{refusal}");
        assert!(bed.store.lock(&holder(), Waiting::NOT).await.is_err());
        assert_eq!(bed.read("state.json"), bytes);
    };
    check(&good[..good.len() / 2], |it| matches!(it, StoreError::Torn { .. })).await;
    check(b"", |it| matches!(it, StoreError::Torn { .. })).await;
    let newer = text.replace("\"version\": 1", "\"version\": 2");
    check(newer.as_bytes(), |it| matches!(it, StoreError::Newer { found: 2, .. })).await;
    let mut foreign: State = serde_json::from_str(&text).expect("it reads back");
    "another".clone_into(&mut foreign.lineage);
    let foreign = serde_json::to_vec(&foreign).expect("it serialises");
    check(&foreign, |it| matches!(it, StoreError::Foreign { .. })).await;
    let mut broken: State = serde_json::from_str(&text).expect("it reads back");
    broken.resources.insert(Address::managed("aws_vpc", "main"), model::state::Entry::new("aws_vpc"));
    let broken = serde_json::to_vec(&broken).expect("it serialises");
    check(&broken, |it| matches!(it, StoreError::Broken { .. })).await;
    bed.replace("state.json", &good);
    assert_eq!(bed.value().await.as_deref(), Some("a"));
}

#[tokio::test]
async fn an_older_snapshot_beside_a_trimmed_journal_is_noticed() {
    let bed = bed();
    let held = bed.lock().await;
    bed.write(&held, &["a"]).await;
    bed.save(&held).await;
    let old = bed.read("state.json");
    bed.write(&held, &["b"]).await;
    bed.save(&held).await;
    bed.write(&held, &["c"]).await;
    drop(held);
    bed.replace("state.json", old);
    assert!(matches!(bed.refusal().await, StoreError::Gap { first: 3, last: 1, .. }));
}

#[tokio::test]
async fn every_snapshot_that_a_command_leaves_is_kept() {
    let bed = bed();
    let held = bed.lock().await;
    for value in ["a", "b", "c"] {
        bed.write(&held, &[value]).await;
        bed.save(&held).await;
    }
    let mut names: Vec<String> = fs::read_dir(bed.path("backups"))
        .expect("backups")
        .flatten()
        .map(|it| it.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["state.000001.json", "state.000002.json"]);
    let history = bed.store.history().await.expect("readable");
    let told: Vec<(u64, bool)> = history.iter().map(|it| (it.serial, it.current)).collect();
    assert_eq!(told, [(3, true), (2, false), (1, false)]);
    for id in ["1", "state.000001.json"] {
        let snapshot = bed.store.version(id).await.expect("it is kept");
        assert_eq!(snapshot.state.outputs["value"], Known::text("a"));
    }
    assert!(matches!(bed.store.version("7").await, Err(StoreError::UnknownVersion { .. })));
    let old: State = serde_json::from_slice(&bed.read("backups/state.000001.json")).expect("a snapshot");
    assert_eq!(old.outputs["value"], Known::text("a"));
}

#[tokio::test(start_paused = true)]
async fn one_holds_the_lock_at_a_time_and_each_raises_the_epoch() {
    let bed = bed();
    let other = LocalStore::new(bed.folder.path(), None, Lease::unlimited());
    let held = bed.lock().await;
    let refusal = other.lock(&holder(), Waiting::NOT).await.expect_err("it is held");
    assert!(refusal.to_string().contains("ann on laptop (stackctl apply, process 7)"), "{refusal}");
    let holding = other.holding().await.expect("readable").expect("it is held");
    assert_eq!(holding.holder, holder());
    let refusal = other.break_lock(&holder()).await.expect_err("the system guards it");
    assert!(matches!(refusal, StoreError::Unbreakable { pid: 7 }));
    let epoch = held.epoch();
    // Whoever waits gets it as soon as it is given back.
    let (waited, ()) = futures::join!(
        async { other.lock(&holder(), Waiting { at_most: Duration::from_secs(60), ..Waiting::NOT }).await },
        async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            bed.store.release(held).await.expect("released");
        }
    );
    let (waited, _) = waited.expect("it was given back");
    assert_eq!(waited.epoch(), epoch + 1);
    drop(waited);
    assert_eq!(other.holding().await.expect("readable"), None);
    assert_eq!(other.break_lock(&holder()).await.expect("nobody holds it"), None);
    // Another environment has a lock of its own.
    let held = bed.lock().await;
    let prod = LocalStore::new(bed.folder.path(), Some("prod"), Lease::unlimited());
    prod.lock(&holder(), Waiting::NOT).await.expect("the lock is free");
    drop(held);
}

#[tokio::test]
async fn the_key_is_made_once_and_is_its_owners_alone() {
    let bed = bed();
    assert_eq!(bed.store.load().await.expect("readable").key, None);
    drop(bed.lock().await);
    let key = bed.store.load().await.expect("readable").key.expect("the lock made it");
    drop(bed.lock().await);
    assert!(bed.store.load().await.expect("readable").key.as_ref() == Some(&key));
    assert_eq!(format!("{key:?}"), "(secret)");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(bed.path("key")).expect("the file is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn a_secret_that_is_not_sealed_is_never_written() {
    let bed = bed();
    let held = bed.lock().await;
    let before = bed.read("journal");
    for secret in [Secret::plain(Known::text("hunter2")), Secret::Keep] {
        let mut ledger = bed.ledger().await;
        let body = Body::Outputs { values: [("value".to_owned(), Tree::Secret(secret))].into() };
        let refusal = crate::commit::append(&bed.store, &held, &mut ledger, vec![body]).await;
        assert!(matches!(refusal, Err(StoreError::Unsealed)));
    }
    assert_eq!(bed.read("journal"), before);
}

#[tokio::test]
async fn a_state_that_was_made_elsewhere_begins_a_history() {
    let (bed, key) = (bed(), Key([7; 32]));
    let mut state = State::new("elsewhere");
    state.serial = 40;
    state.outputs.insert("value".to_owned(), Known::text("carried"));
    assert!(bed.store.begin_with(state.clone(), &key).await.expect("written"));
    let loaded = bed.store.load().await.expect("it is readable");
    let first = loaded.snapshot.state;
    assert_eq!((first.serial, loaded.key.as_ref()), (1, Some(&key)));
    assert_ne!(first.lineage, "elsewhere");
    assert!(!bed.store.begin_with(state, &key).await.expect("refused"), "there is a history");
    assert!(!bed.store.begin_with(State::new("other"), &Key([8; 32])).await.expect("refused"));

    let held = bed.lock().await;
    assert_eq!((held.lineage(), held.epoch()), (first.lineage.as_str(), 2));
    bed.write(&held, &["changed"]).await;
    bed.save(&held).await;
    assert_eq!(bed.value().await.as_deref(), Some("changed"));
    assert_eq!(bed.ledger().await.state.serial, 2);
}
