//! Without a lease, nothing that changes AWS leaves the process.

use std::time::Duration;

use driver::{FaultKind, Lease, Token};
use model::Known;
use model::stack::IgnoreTags;
use providers::aws::{Answer, Aws};
use sandbox::{Proxy, Verdict};

use crate::place::{Place, config};

/// A connection under a lease, through a proxy.
async fn connect(proxy: &Proxy, lease: &Lease) -> Aws {
    let aws = Aws::connect(config(&proxy.endpoint()), IgnoreTags::default(), lease.clone()).await;
    proxy.take_calls();
    aws.expect("the emulator answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutating_call_without_a_lease_is_not_sent() {
    let place = Place::new().await;
    let proxy = Proxy::start(&place.endpoint(), |_| Verdict::Forward).await.expect("the proxy starts");
    let lease = Lease::none(aws_store::clock());
    let aws = connect(&proxy, &lease).await;
    let create = async || aws.ec2().create_vpc().cidr_block("10.0.0.0/16").send().await.fault("ec2:CreateVpc");

    let fault = create().await.expect_err("there is no lease");
    assert_eq!(fault.kind, FaultKind::Unreachable);
    assert_eq!(fault.to_string(), "ec2:CreateVpc: not sent: the lease on the state's lock has 0 ms left");
    let bucket = aws.s3().create_bucket().bucket("acme").send().await.fault("s3:CreateBucket");
    assert_eq!(bucket.expect_err("there is no lease").kind, FaultKind::Unreachable);
    assert_eq!(proxy.take_calls(), [], "nothing reached the wire");
    assert_eq!(aws.calls().all().len(), 1, "and only the connection was counted");

    aws.ec2().describe_vpcs().send().await.fault("ec2:DescribeVpcs").expect("reads need no lease");

    lease.extend(lease.now() + Duration::from_secs(3600), Duration::from_secs(20));
    create().await.expect("there is a lease");
    // Time left, but less than the call may take.
    lease.extend(lease.now() + Duration::from_secs(10), Duration::from_secs(20));
    proxy.take_calls();
    assert_eq!(create().await.expect_err("it has run out").kind, FaultKind::Unreachable);
    assert_eq!(proxy.take_calls(), []);
    lease.hold();
    create().await.expect("it lasts as long as the process");
    lease.end();
    create().await.expect_err("it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn drivers_make_their_calls_under_the_lease() {
    let place = Place::new().await;
    let proxy = Proxy::start(&place.endpoint(), |_| Verdict::Forward).await.expect("the proxy starts");
    let aws = connect(&proxy, &Lease::none(aws_store::clock())).await;
    let drivers = providers::drivers(&aws);
    let driver = drivers.resources.get("aws_ecs_cluster").expect("there is such a kind");
    let inputs = Known::from_json(&serde_json::json!({ "name": "shop" }));
    let token = Token("11111111-0000-4000-8000-000000000000".to_owned());
    let fault = driver.create(inputs, &token).await.expect_err("there is no lease");
    assert_eq!(fault.kind, FaultKind::Unreachable);
    let sent: Vec<_> = proxy.take_calls().iter().filter(|it| it.mutates()).map(sandbox::Call::name).collect();
    assert_eq!(sent, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mutating_call_is_given_up_after_its_share_of_the_lease() {
    let place = Place::new().await;
    let never = |call: &sandbox::Call| {
        if call.mutates() { Verdict::Delay(Duration::from_secs(3600)) } else { Verdict::Forward }
    };
    let proxy = Proxy::start(&place.endpoint(), never).await.expect("the proxy starts");
    let lease = Lease::none(aws_store::clock());
    let aws = connect(&proxy, &lease).await;
    lease.extend(lease.now() + Duration::from_secs(3600), Duration::from_millis(200));
    let answer = aws.ec2().create_vpc().cidr_block("10.0.0.0/16").send().await.fault("ec2:CreateVpc");
    let fault = answer.expect_err("it is never answered");
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Unknown, "no answer in time"));
    assert_eq!(proxy.take_calls().len(), 1, "it is not repeated");
}
