//! The proxy in front of a real emulator.

use std::time::Duration;

use sandbox::{Gate, Proxy, Scoped, Verdict};

use crate::{heard, json, remember, remembers, send, tools};

async fn start() -> (Scoped, Proxy) {
    let scoped = Scoped::start(&tools(), &mut heard).await.expect("an emulator");
    let proxy = Proxy::start(&scoped.endpoint(), |_| Verdict::Forward).await.expect("a port");
    (scoped, proxy)
}

#[tokio::test]
async fn it_forwards_and_counts() {
    let (_scoped, proxy) = start().await;
    let endpoint = proxy.endpoint();
    remember(&endpoint).await;
    assert!(remembers(&endpoint).await);
    let put = send(&endpoint, "s3", "PUT /bucket", "", "").await;
    assert!(put.starts_with("HTTP/1.1 200"), "{put}");
    let put = send(&endpoint, "s3", "PUT /bucket/a/key?x=1", "", "content").await;
    assert!(put.starts_with("HTTP/1.1 200"), "{put}");
    let get = send(&endpoint, "s3", "GET /bucket/a/key", "", "").await;
    assert!(get.ends_with("\r\n\r\ncontent"), "{get}");
    let head = send(&endpoint, "s3", "HEAD /bucket/a/key", "", "").await;
    assert!(head.to_lowercase().contains("content-length: 7\r\n"), "{head}");
    let calls = proxy.take_calls();
    let names: Vec<_> = calls.iter().map(|call| (call.name(), call.mutates())).collect();
    let expect = [
        ("logs:CreateLogGroup", true),
        ("logs:DescribeLogGroups", false),
        ("s3:PUT /{bucket}", true),
        ("s3:PUT /{bucket}/{key}", true),
        ("s3:GET /{bucket}/{key}", false),
        ("s3:HEAD /{bucket}/{key}", false),
    ];
    assert_eq!(names, expect.map(|(name, mutates)| (name.to_owned(), mutates)));
    assert!(proxy.calls().is_empty());
}

#[tokio::test]
async fn a_lost_answer_was_delivered_and_a_lost_call_was_not() {
    let (scoped, proxy) = start().await;
    let create = async |name: &str| {
        let body = format!(r#"{{"logGroupName":"{name}"}}"#);
        json(&proxy.endpoint(), "logs", "Logs_20140328.CreateLogGroup", &body).await
    };
    proxy.judge(|_| Verdict::Drop);
    assert_eq!(create("g").await, "");
    assert!(!remembers(&scoped.endpoint()).await);
    proxy.judge(|_| Verdict::ForwardThenDrop);
    assert_eq!(create("g").await, "");
    assert!(remembers(&scoped.endpoint()).await);
}

#[tokio::test]
async fn it_refuses_and_delays_by_call() {
    let (scoped, proxy) = start().await;
    proxy.judge(|call| match call.operation.as_str() {
        "CreateLogGroup" => call.refuse(400, "ThrottlingException", "Rate exceeded"),
        _ => Verdict::Delay(Duration::from_millis(1)),
    });
    let target = "Logs_20140328.CreateLogGroup";
    let answer = json(&proxy.endpoint(), "logs", target, r#"{"logGroupName":"g"}"#).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains(r#""__type":"ThrottlingException""#), "{answer}");
    assert!(!remembers(&scoped.endpoint()).await);
    assert!(!remembers(&proxy.endpoint()).await);
    let endpoint = proxy.endpoint();
    assert_eq!(proxy.calls().len(), 2);
    drop(proxy);
    tokio::task::yield_now().await;
    assert!(!crate::listens(&endpoint).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_holds_a_call_up_until_it_is_opened() {
    let (scoped, proxy) = start().await;
    let gate = Gate::shut();
    let held = gate.clone();
    proxy.judge(move |call| if call.mutates() { Verdict::Hold(held.clone()) } else { Verdict::Forward });
    let endpoint = proxy.endpoint();
    let target = "Logs_20140328.CreateLogGroup";
    let asked = tokio::spawn(async move { json(&endpoint, "logs", target, r#"{"logGroupName":"g"}"#).await });
    while proxy.underway() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!remembers(&scoped.endpoint()).await, "others pass, and it is not delivered");
    gate.open();
    assert!(asked.await.expect("answered").starts_with("HTTP/1.1 200"));
    assert!(remembers(&scoped.endpoint()).await);
}
