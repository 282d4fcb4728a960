//! Each promise of a backend.

use aws_store::{AwsBackend, Settings};
use driver::{Fault, FaultKind};
use engine::store::Key;
use engine::store::shared::{Backend, Etag, Upload};
use sandbox::{Proxy, Verdict};

use crate::place::{Place, batch, config, init, lock, owner, settings};

fn kind<T>(answer: Result<T, Fault>) -> FaultKind {
    answer.err().expect("it is refused").kind
}

fn upload(serial: u64, text: &str) -> Upload {
    Upload { bytes: text.as_bytes().to_vec(), serial, epoch: 7 }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_init_nothing_is_there() {
    let place = Place::new().await;
    let backend = AwsBackend::new(&place.config(), settings());
    assert_eq!(kind(backend.read().await), FaultKind::NotFound);
    assert_eq!(kind(backend.put_lock(&lock(1, "a"), None).await), FaultKind::NotFound);
    assert_eq!(kind(backend.append(&owner(1, "a"), &batch(1, 10)).await), FaultKind::NotFound);
    assert_eq!(kind(backend.read_snapshot().await), FaultKind::NotFound);
    assert_eq!(kind(backend.put_snapshot(&upload(1, "{}"), None).await), FaultKind::NotFound);
    assert_eq!(kind(backend.versions(5).await), FaultKind::NotFound);
    // Reads are repeated by the SDK, but not what will never succeed; writes never are.
    assert_eq!(backend.calls().all().len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_is_taken_by_its_mark() {
    let place = Place::new().await;
    let backend = place.backend().await;
    let rows = backend.read().await.expect("it reads");
    assert!(rows.lock.is_none() && rows.lineage.is_none() && rows.key.is_none() && rows.batches.is_empty());

    let first = lock(1, "a");
    backend.put_lock(&first, None).await.expect("nobody holds it");
    assert_eq!(kind(backend.put_lock(&lock(1, "b"), None).await), FaultKind::Conflict);
    assert_eq!(backend.read().await.expect("it reads").lock, Some(first.clone()));

    backend.renew(&owner(1, "a"), "l1").await.expect("it is held");
    let rows = backend.read().await.expect("it reads");
    let renewed = rows.lock.expect("there is a lock");
    assert_eq!((renewed.counter, rows.lineage.as_deref()), (2, Some("l1")));
    assert_eq!(kind(backend.renew(&owner(1, "b"), "l2").await), FaultKind::Conflict);
    assert_eq!(kind(backend.renew(&owner(2, "a"), "l2").await), FaultKind::Conflict);

    let second = lock(2, "b");
    assert_eq!(kind(backend.put_lock(&second, Some(first.mark())).await), FaultKind::Conflict);
    backend.put_lock(&second, Some(renewed.mark())).await.expect("nothing happened in between");
    let rows = backend.read().await.expect("it reads");
    assert_eq!((rows.lock, rows.lineage.as_deref()), (Some(second.clone()), Some("l1")), "the lineage stays");
    assert_eq!(kind(backend.renew(&owner(1, "a"), "l1").await), FaultKind::Conflict);

    assert_eq!(kind(backend.release(&owner(1, "a")).await), FaultKind::Conflict);
    backend.release(&owner(2, "b")).await.expect("it is held");
    assert!(!backend.read().await.expect("it reads").lock.expect("it stays").held);
    assert_eq!(kind(backend.release(&owner(2, "b")).await), FaultKind::Conflict);
    assert_eq!(kind(backend.renew(&owner(2, "b"), "l1").await), FaultKind::Conflict);
    assert_eq!(kind(backend.put_lock(&lock(3, "c"), Some(second.mark())).await), FaultKind::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_one_of_many_takes_the_lock() {
    let place = Place::new().await;
    let backend = place.backend().await;
    let locks: Vec<_> = (0..8).map(|it| lock(1, &format!("owner-{it}"))).collect();
    let taken = futures::future::join_all(locks.iter().map(|lock| backend.put_lock(lock, None))).await;
    let winners: Vec<usize> = (0..8).filter(|it| taken[*it].is_ok()).collect();
    assert_eq!(winners.len(), 1, "{taken:?}");
    assert_eq!(backend.read().await.expect("it reads").lock.as_ref(), Some(&locks[winners[0]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_one_key() {
    let place = Place::new().await;
    let backend = place.backend().await;
    let key = Key::random();
    backend.put_key(&key).await.expect("there is none");
    assert_eq!(kind(backend.put_key(&Key::random()).await), FaultKind::Conflict);
    assert_eq!(backend.read().await.expect("it reads").key, Some(key));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_appends() {
    let place = Place::new().await;
    let backend = place.backend().await;
    assert_eq!(kind(backend.append(&owner(1, "a"), &batch(1, 10)).await), FaultKind::Conflict, "without a lock");
    let first = lock(1, "a");
    backend.put_lock(&first, None).await.expect("nobody holds it");
    backend.append(&owner(1, "a"), &batch(1, 10)).await.expect("it is the owner");
    backend.append(&owner(1, "a"), &batch(1, 10)).await.expect("written twice is written once");
    assert_eq!(kind(backend.append(&owner(1, "b"), &batch(2, 10)).await), FaultKind::Conflict);
    backend.put_lock(&lock(2, "b"), Some(first.mark())).await.expect("it is taken over");
    assert_eq!(kind(backend.append(&owner(1, "a"), &batch(2, 10)).await), FaultKind::Conflict, "by a stale owner");
    backend.append(&owner(2, "b"), &batch(2, 20)).await.expect("it is the owner");
    assert_eq!(backend.read().await.expect("it reads").batches, [batch(1, 10), batch(2, 20)]);
    backend.release(&owner(2, "b")).await.expect("it is held");
    assert_eq!(kind(backend.append(&owner(2, "b"), &batch(3, 10)).await), FaultKind::Conflict, "after release");
}

#[tokio::test(flavor = "multi_thread")]
async fn long_journals_are_read_in_pages_and_trimmed() {
    let place = Place::new().await;
    let backend = place.backend().await;
    backend.put_lock(&lock(1, "a"), None).await.expect("nobody holds it");
    let batches: Vec<_> = (1..=30).map(|it| batch(it * 7, 100 * 1024)).collect();
    for batch in &batches {
        backend.append(&owner(1, "a"), batch).await.expect("it is the owner");
    }
    let before = queries(&backend);
    assert_eq!(backend.read().await.expect("it reads").batches, batches);
    assert!(queries(&backend) > before + 2, "3 MB take more than two pages");
    let firsts: Vec<u64> = batches.iter().take(28).map(|it| it.first).collect();
    backend.trim(&firsts).await.expect("they are there");
    backend.trim(&firsts).await.expect("they are gone, which doesn't matter");
    backend.trim(&[]).await.expect("nothing to do");
    assert_eq!(backend.read().await.expect("it reads").batches, batches[28..]);
}

fn queries(backend: &AwsBackend) -> usize {
    backend.calls().by_operation().get("dynamodb:Query").copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_batch_goes_through_the_bucket() {
    let place = Place::new().await;
    let settings = settings();
    init(&place.config(), &settings).await;
    let backend = AwsBackend::new(&place.config(), settings.clone());
    backend.put_lock(&lock(1, "a"), None).await.expect("nobody holds it");
    let (small, large) = (batch(1, 1000), batch(17, 600 * 1024));
    backend.append(&owner(1, "a"), &small).await.expect("it is the owner");
    backend.append(&owner(1, "a"), &large).await.expect("it is the owner");
    backend.append(&owner(1, "a"), &large).await.expect("written twice is written once");
    assert_eq!(backend.read().await.expect("it reads").batches, [small.clone(), large.clone()]);
    // An append that is refused leaves its text behind, and it goes with the batch in its place.
    assert_eq!(kind(backend.append(&owner(1, "b"), &batch(17, 500 * 1024)).await), FaultKind::Conflict);
    assert_eq!(backend.read().await.expect("it reads").batches, [small.clone(), large]);
    let objects = journal(&place, &settings).await;
    assert_eq!(objects.len(), 2);
    assert!(objects.iter().all(|it| it.starts_with("stackctl/shop/environments/prod/journal/00000000000000000017-")));
    backend.trim(&[17]).await.expect("it is there");
    assert_eq!(journal(&place, &settings).await, [""; 0]);
    assert_eq!(backend.read().await.expect("it reads").batches, [small]);
}

/// The keys under which large texts lie, once for each version.
async fn journal(place: &Place, settings: &Settings) -> Vec<String> {
    let s3 = s3(place);
    let prefix = settings.key.replace("state.json", "journal/");
    let listed = s3.list_object_versions().bucket(&settings.bucket).prefix(prefix).send().await.expect("it lists");
    let mut keys: Vec<String> = listed.versions().iter().filter_map(|it| it.key()).map(str::to_owned).collect();
    keys.extend(listed.delete_markers().iter().filter_map(|it| it.key()).map(str::to_owned));
    keys.dedup();
    keys
}

fn s3(place: &Place) -> aws_sdk_s3::Client {
    let builder = aws_sdk_s3::config::Builder::from(&place.config()).force_path_style(true);
    aws_sdk_s3::Client::from_conf(builder.build())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_text_that_is_damaged_or_gone_is_told() {
    let place = Place::new().await;
    let settings = settings();
    init(&place.config(), &settings).await;
    let backend = AwsBackend::new(&place.config(), settings.clone());
    backend.put_lock(&lock(1, "a"), None).await.expect("nobody holds it");
    backend.append(&owner(1, "a"), &batch(17, 600 * 1024)).await.expect("it is the owner");
    let object = journal(&place, &settings).await.pop().expect("it is in the bucket");
    let put = s3(&place).put_object().bucket(&settings.bucket).key(&object);
    put.body(b"[]".to_vec().into()).send().await.expect("it is overwritten");
    let fault = backend.read().await.expect_err("the text is another");
    assert_eq!(fault.kind, FaultKind::Invalid);
    assert!(fault.message.contains("is not what the journal wrote there"), "{fault}");
    s3(&place).delete_object().bucket(&settings.bucket).key(&object).send().await.expect("it is deleted");
    let fault = backend.read().await.expect_err("the text is gone");
    assert_eq!(fault.kind, FaultKind::Invalid, "a bucket that is not there is another matter");
    assert!(fault.message.contains("which is gone"), "{fault}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_written_on_condition_of_the_one_before() {
    let place = Place::new().await;
    let backend = place.backend().await;
    assert!(backend.read_snapshot().await.expect("it reads").is_none());
    let never = Etag("\"0123456789abcdef0123456789abcdef\"".to_owned());
    assert_eq!(kind(backend.put_snapshot(&upload(1, "{}"), Some(&never)).await), FaultKind::Conflict);
    let first = backend.put_snapshot(&upload(1, "{\"serial\":1}"), None).await.expect("there is none");
    assert_eq!(kind(backend.put_snapshot(&upload(1, "{}"), None).await), FaultKind::Conflict);
    let stored = backend.read_snapshot().await.expect("it reads").expect("it is there");
    assert_eq!((stored.etag, stored.bytes), (first.clone(), b"{\"serial\":1}".to_vec()));
    let second = backend.put_snapshot(&upload(2, "{\"serial\":2}"), Some(&first)).await.expect("it is the one");
    assert_ne!(first, second);
    assert_eq!(kind(backend.put_snapshot(&upload(2, "{}"), Some(&first)).await), FaultKind::Conflict);
    let (a, b) = (upload(3, "{\"by\":\"a\"}"), upload(3, "{\"by\":\"b\"}"));
    let (a, b) = futures::join!(backend.put_snapshot(&a, Some(&second)), backend.put_snapshot(&b, Some(&second)));
    assert_eq!([&a, &b].iter().filter(|it| it.is_ok()).count(), 1, "{a:?} {b:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_snapshots_are_kept() {
    let place = Place::new().await;
    let backend = place.backend().await;
    assert_eq!(backend.versions(10).await.expect("it lists"), []);
    let mut there: Option<Etag> = None;
    for serial in 1..=4 {
        let written = upload(serial, &format!("{{\"serial\":{serial}}}"));
        there = Some(backend.put_snapshot(&written, there.as_ref()).await.expect("it is the one"));
    }
    let versions = backend.versions(3).await.expect("it lists");
    let told: Vec<_> = versions.iter().map(|it| (it.serial, it.epoch, it.bytes, it.current)).collect();
    assert_eq!(told, [(4, 7, 12, true), (3, 7, 12, false), (2, 7, 12, false)]);
    assert!(versions.iter().all(|it| it.written > 1_700_000_000));
    let second = backend.read_version(&versions[2].id).await.expect("it reads");
    assert_eq!(second, Some(b"{\"serial\":2}".to_vec()));
    for id in ["no-version", "8bdd7ec2-3f3a-4f5e-9c59-1c8a5c1fdd5e"] {
        assert_eq!(backend.read_version(id).await.expect("it reads"), None, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stacks_do_not_see_each_other() {
    let place = Place::new().await;
    let settings = settings();
    init(&place.config(), &settings).await;
    let prod = AwsBackend::new(&place.config(), settings.clone());
    let other = Settings { key: Settings::key_of("shop", None), ..settings };
    let plain = AwsBackend::new(&place.config(), other);
    prod.put_lock(&lock(1, "a"), None).await.expect("nobody holds it");
    plain.put_lock(&lock(1, "b"), None).await.expect("nobody holds that one");
    prod.append(&owner(1, "a"), &batch(17, 600 * 1024)).await.expect("it is the owner");
    plain.append(&owner(1, "b"), &batch(17, 400 * 1024)).await.expect("it is the owner");
    prod.put_snapshot(&upload(1, "{}"), None).await.expect("there is none");
    assert!(plain.read_snapshot().await.expect("it reads").is_none());
    prod.trim(&[17]).await.expect("it is there");
    assert_eq!(plain.read().await.expect("it reads").batches, [batch(17, 400 * 1024)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_is_sent_once_and_its_fault_says_how_sure_it_is() {
    let place = Place::new().await;
    let settings = settings();
    init(&place.config(), &settings).await;
    let proxy = Proxy::start(&place.endpoint(), |_| Verdict::Forward).await.expect("the proxy starts");
    let backend = AwsBackend::new(&config(&proxy.endpoint()), settings);
    backend.put_lock(&lock(1, "a"), None).await.expect("nobody holds it");
    let renew = async |verdict: fn(&sandbox::Call) -> Verdict| {
        proxy.take_calls();
        proxy.judge(verdict);
        let answer = kind(backend.renew(&owner(1, "a"), "l1").await);
        assert_eq!(proxy.take_calls().len(), 1, "it is sent once");
        answer
    };
    assert_eq!(renew(|_| Verdict::Drop).await, FaultKind::Unknown);
    assert_eq!(renew(|_| Verdict::ForwardThenDrop).await, FaultKind::Unknown);
    assert_eq!(renew(|call| call.refuse(500, "InternalServerError", "")).await, FaultKind::Unknown);
    assert_eq!(renew(|call| call.refuse(400, "ThrottlingException", "")).await, FaultKind::Throttled);
    let throttled = |call: &sandbox::Call| call.refuse(400, "ProvisionedThroughputExceededException", "");
    assert_eq!(renew(throttled).await, FaultKind::Throttled);
    assert_eq!(renew(|call| call.refuse(400, "TransactionConflictException", "")).await, FaultKind::NotYet);
    assert_eq!(renew(|call| call.refuse(400, "AccessDeniedException", "")).await, FaultKind::Denied);

    let put = async |verdict: fn(&sandbox::Call) -> Verdict| {
        proxy.take_calls();
        proxy.judge(verdict);
        let answer = kind(backend.put_snapshot(&upload(1, "{}"), None).await);
        assert_eq!(proxy.take_calls().len(), 1, "it is sent once");
        answer
    };
    assert_eq!(put(|_| Verdict::Drop).await, FaultKind::Unknown);
    assert_eq!(put(|call| call.refuse(409, "ConditionalRequestConflict", "")).await, FaultKind::NotYet);
    assert_eq!(put(|call| call.refuse(412, "PreconditionFailed", "")).await, FaultKind::Conflict);
    assert_eq!(put(|call| call.refuse(503, "SlowDown", "")).await, FaultKind::Throttled);
    assert_eq!(put(|call| call.refuse(503, "ServiceUnavailable", "")).await, FaultKind::Unknown);

    // Reads are repeated.
    proxy.take_calls();
    let mut refused = 0;
    proxy.judge(move |call| {
        refused += 1;
        if refused < 3 { call.refuse(500, "InternalServerError", "") } else { Verdict::Forward }
    });
    let answer = backend.read().await;
    assert_eq!(proxy.calls().len(), 3, "{answer:?}");
    assert_eq!(answer.expect("the third is answered").lock.map(|it| it.counter), Some(2));
}
