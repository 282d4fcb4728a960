//! The store that many machines share, on S3 and DynamoDB.

use std::sync::Arc;
use std::time::Duration;

use aws_store::{AwsBackend, Settings, clock};
use driver::{BoxFuture, Lease};
use engine::protocol::Terms;
use engine::store::{Backup, Holder, SharedStore, Store, StoreError, Waiting};

use crate::place::{Place, init, settings};

fn store(place: &Place, settings: &Settings, lease: &Lease) -> SharedStore {
    let backend = Arc::new(AwsBackend::new(&place.config(), settings.clone()));
    let spawn = |task: BoxFuture<'static, ()>| {
        tokio::spawn(task);
    };
    SharedStore::new(backend, lease.clone(), Terms { lease: Duration::from_secs(60) }, spawn)
}

fn holder(owner: &str) -> Holder {
    Holder { owner: owner.to_owned(), command: "apply".to_owned(), ..Holder::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_holds_the_lock_and_leaves_a_snapshot() {
    let place = Place::new().await;
    let settings = settings();
    let lease = Lease::none(clock());
    let ann = store(&place, &settings, &lease);
    let before = ann.load().await.expect_err("nothing is there");
    assert!(matches!(&before, StoreError::NotSetUp { place } if *place == settings.table), "{before}");
    init(&place.config(), &settings).await;

    let (held, loaded) = ann.lock(&holder("ann"), Waiting::NOT).await.expect("nobody holds it");
    assert!(lease.check().is_ok());
    assert_eq!((loaded.records.len(), held.epoch()), (0, 1));
    let holding = ann.holding().await.expect("it reads").expect("it is held");
    assert_eq!((holding.holder.owner.as_str(), holding.epoch), ("ann", 1));
    let mut snapshot = loaded.snapshot;
    snapshot.state.serial += 1;
    snapshot.state.epoch = held.epoch();
    ann.save(&held, &snapshot, Backup::Keep).await.expect("it is written");
    ann.release(held).await.expect("it is given back");
    assert!(lease.check().is_err());

    let bob = store(&place, &settings, &Lease::none(clock()));
    let (held, loaded) = bob.lock(&holder("bob"), Waiting::NOT).await.expect("it was given back");
    assert_eq!((held.epoch(), loaded.snapshot.state.serial), (2, snapshot.state.serial));
    assert_eq!(loaded.snapshot.state.lineage, snapshot.state.lineage);
    assert!(loaded.key.is_some());
    let history = bob.history().await.expect("it lists");
    assert!(history.len() >= 2 && history[0].current && history[0].epoch == 2, "{history:?}");
    bob.release(held).await.expect("it is given back");
}
