//! EC2's kinds against an emulator, through their drivers.

use crate::support;
use std::collections::BTreeMap;

use crate::drive::{Drive, holds, only, token};
use driver::{FaultKind, Found, Phase};
use model::{Id, Known};
use providers::aws::Aws;
use serde_json::{Value as Json, json};

/// Creates, makes the update that has to follow as the engine does, and answers the id.
async fn create(aws: &Aws, kind: &str, inputs: &Json, digit: u8) -> Id {
    let driver = providers::drivers(aws).resources.remove(kind).expect("the kind exists");
    let made = driver.create(Known::from_json(inputs), &token(digit)).await.expect("creates");
    if made.unfinished {
        let before = made.live.expect("an unfinished create tells what it made").inputs;
        let Known::Map(mut after) = before.clone() else { panic!("arguments are a map") };
        let Known::Map(desired) = Known::from_json(inputs) else { panic!("arguments are a map") };
        after.extend(desired);
        driver.update(&made.id, before, Known::Map(after)).await.expect("finishes");
    }
    made.id
}

async fn lookup(aws: &Aws, kind: &str, arguments: &Json) -> Result<Json, driver::Fault> {
    let driver = providers::drivers(aws).data.remove(kind).expect("the data source exists");
    driver.lookup(Known::from_json(arguments)).await.map(|it| it.to_json())
}

async fn adopted(aws: &Aws, kind: &str, inputs: &Json) -> Option<Id> {
    let driver = providers::drivers(aws).resources.remove(kind).expect("the kind exists");
    driver.adopt(Known::from_json(inputs)).await.expect("looks for it")
}

/// Calls made by `work`, by operation.
async fn calls<T>(aws: &Aws, work: impl Future<Output = T>) -> (T, BTreeMap<String, usize>) {
    let before = aws.calls().by_operation();
    let done = work.await;
    let mut made = aws.calls().by_operation();
    made.retain(|operation, count| {
        *count -= before.get(operation).copied().unwrap_or_default();
        *count > 0
    });
    (done, made)
}

fn names(made: &BTreeMap<String, usize>) -> Vec<&str> {
    made.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn vpcs_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let vpcs = Drive::of(&aws, "aws_vpc");
    let inputs = json!({
        "cidr_block": "10.1.0.0/16",
        "enable_dns_hostnames": true,
        "enable_network_address_usage_metrics": true,
        "tags": { "name": "main" },
    });

    assert_eq!(vpcs.find(&inputs, 1).await, Found::Absent);
    let id = create(&aws, "aws_vpc", &inputs, 1).await;
    assert_eq!(vpcs.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(vpcs.find(&inputs, 2).await, Found::Absent);
    assert_eq!(vpcs.locate(&id.0).await, Ok(id.clone()));

    let live = vpcs.live(&id).await;
    assert_eq!(live.phase, Phase::Ready);
    holds(&live.inputs.to_json(), &inputs);
    holds(&live.inputs.to_json(), &json!({ "instance_tenancy": "default", "enable_dns_support": true }));
    let outputs = live.outputs.to_json();
    holds(&outputs, &json!({ "id": id.0, "tags_all": { "name": "main" } }));
    for name in ["default_network_acl_id", "default_security_group_id", "main_route_table_id", "owner_id", "arn"] {
        assert!(outputs[name].is_string(), "`{name}` of {outputs:#}");
    }

    let changes = json!({ "enable_dns_support": false, "enable_dns_hostnames": false, "tags": { "team": "web" } });
    holds(&vpcs.update(&id, &changes).await, &changes);
    let dual = vpcs.update(&id, &json!({ "assign_generated_ipv6_cidr_block": true })).await;
    assert!(dual["ipv6_cidr_block"].is_string() && dual["assign_generated_ipv6_cidr_block"] == true, "{dual:#}");
    let single = vpcs.update(&id, &json!({ "assign_generated_ipv6_cidr_block": false })).await;
    holds(&single, &json!({ "ipv6_cidr_block": null, "assign_generated_ipv6_cidr_block": false }));
    vpcs.delete(&id).await;
}

#[tokio::test]
async fn a_read_asks_only_for_what_is_wanted_and_survives_missing_ids() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let vpcs = Drive::of(&aws, "aws_vpc");
    let mut ids = Vec::new();
    for digit in 1..=3 {
        ids.push(create(&aws, "aws_vpc", &json!({ "cidr_block": "10.1.0.0/16" }), digit).await);
    }
    let gone = Id("vpc-0123456789abcdef0".to_owned());
    let asked = [ids.as_slice(), std::slice::from_ref(&gone)].concat();

    let (lives, made) = calls(&aws, vpcs.read_all(&asked, &only(&["cidr_block", "tags"]))).await;
    assert_eq!(lives.into_keys().collect::<Vec<Id>>(), {
        ids.sort();
        ids.clone()
    });
    assert_eq!(made, BTreeMap::from([("ec2:DescribeVpcs".to_owned(), 1)]));

    let wanted = only(&["enable_dns_support", "default_security_group_id", "main_route_table_id"]);
    let (_, made) = calls(&aws, vpcs.read_all(&asked, &wanted)).await;
    let expect =
        [("DescribeRouteTables", 1), ("DescribeSecurityGroups", 1), ("DescribeVpcAttribute", 3), ("DescribeVpcs", 1)];
    assert_eq!(made, expect.map(|(name, count)| (format!("ec2:{name}"), count)).into());
}

#[tokio::test]
async fn subnets_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let network = json!({ "cidr_block": "10.1.0.0/16", "assign_generated_ipv6_cidr_block": true });
    let vpc = create(&aws, "aws_vpc", &network, 1).await;
    let range = Drive::of(&aws, "aws_vpc").live(&vpc).await.inputs.to_json()["ipv6_cidr_block"].clone();
    let block = range.as_str().expect("the VPC has a block").replace("/56", "/64");
    let subnets = Drive::of(&aws, "aws_subnet");
    let inputs = json!({
        "vpc_id": vpc.0,
        "cidr_block": "10.1.3.0/24",
        "availability_zone": "us-east-1b",
        "map_public_ip_on_launch": true,
        "tags": { "name": "public" },
    });

    assert_eq!(subnets.find(&inputs, 2).await, Found::Absent);
    let id = create(&aws, "aws_subnet", &inputs, 2).await;
    assert_eq!(subnets.find(&inputs, 2).await, Found::Ours(id.clone()));
    let live = subnets.live(&id).await;
    assert_eq!(live.phase, Phase::Ready);
    holds(&live.inputs.to_json(), &inputs);
    holds(&live.outputs.to_json(), &json!({ "id": id.0, "tags_all": { "name": "public" } }));

    let changes = json!({
        "map_public_ip_on_launch": false,
        "enable_resource_name_dns_a_record_on_launch": true,
        "ipv6_cidr_block": block,
        "assign_ipv6_address_on_creation": true,
        "tags": {},
    });
    holds(&subnets.update(&id, &changes).await, &changes);
    let back = json!({ "assign_ipv6_address_on_creation": false, "ipv6_cidr_block": null });
    holds(&subnets.update(&id, &back).await, &back);

    let outside = json!({ "vpc_id": vpc.0, "cidr_block": "10.2.0.0/24" });
    assert_eq!(subnets.try_create(&outside, 3).await.expect_err("it lies outside").kind, FaultKind::Invalid);
    subnets.delete(&id).await;
}

#[tokio::test]
async fn what_a_new_group_lets_out_follows_from_its_vpc() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let group = |vpc: &Id, name: &str, egress: Json| json!({ "name": name, "description": name, "vpc_id": vpc.0, "ingress": [], "egress": egress, "tags": { "a": "b" } });
    let everywhere = json!([{
        "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": null,
        "prefix_list_ids": null, "security_groups": null, "self": null, "description": null,
    }]);
    let plain = create(&aws, "aws_vpc", &json!({ "cidr_block": "10.1.0.0/16" }), 1).await;
    let (id, made) =
        calls(&aws, create(&aws, "aws_security_group", &group(&plain, "one", everywhere.clone()), 2)).await;
    assert_eq!(names(&made), ["ec2:CreateSecurityGroup", "ec2:DescribeVpcs"]);
    let live = Drive::of(&aws, "aws_security_group").live(&id).await.inputs.to_json();
    holds(&live, &group(&plain, "one", everywhere.clone()));
    let (id, made) = calls(&aws, create(&aws, "aws_security_group", &group(&plain, "two", json!([])), 3)).await;
    assert_eq!(names(&made), ["ec2:CreateSecurityGroup", "ec2:RevokeSecurityGroupEgress"], "the VPC is known");
    assert_eq!(Drive::of(&aws, "aws_security_group").live(&id).await.inputs.to_json()["egress"], json!([]));

    let dual = json!({ "cidr_block": "10.2.0.0/16", "assign_generated_ipv6_cidr_block": true });
    let dual = create(&aws, "aws_vpc", &dual, 4).await;
    let (id, made) =
        calls(&aws, create(&aws, "aws_security_group", &group(&dual, "three", everywhere.clone()), 5)).await;
    assert!(made.contains_key("ec2:DescribeSecurityGroups"), "{made:?}");
    holds(&Drive::of(&aws, "aws_security_group").live(&id).await.inputs.to_json(), &json!({ "egress": everywhere }));
}

#[tokio::test]
async fn a_rule_that_somebody_made_meanwhile_is_no_fault() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let vpc = create(&aws, "aws_vpc", &json!({ "cidr_block": "10.1.0.0/16" }), 1).await;
    let groups = Drive::of(&aws, "aws_security_group");
    let rule = |port: u16| {
        json!({
            "protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["10.0.0.0/8"],
            "ipv6_cidr_blocks": null, "prefix_list_ids": null, "security_groups": null, "self": null,
            "description": null,
        })
    };
    let inputs = json!({ "name": "web", "description": "web", "vpc_id": vpc.0, "ingress": [], "egress": [] });
    let id = create(&aws, "aws_security_group", &inputs, 2).await;
    let stale = groups.live(&id).await.inputs;
    groups.update(&id, &json!({ "ingress": [rule(80)] })).await;
    let Known::Map(mut after) = stale.clone() else { panic!("arguments are a map") };
    after.insert("ingress".to_owned(), Known::from_json(&json!([rule(80), rule(443)])));
    let driver = providers::drivers(&aws).resources.remove("aws_security_group").expect("the kind exists");
    driver.update(&id, stale, Known::Map(after)).await.expect("updates");
    assert_eq!(groups.live(&id).await.inputs.to_json()["ingress"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn security_groups_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let vpc = create(&aws, "aws_vpc", &json!({ "cidr_block": "10.1.0.0/16" }), 1).await;
    let groups = Drive::of(&aws, "aws_security_group");
    let web = json!({ "name": "web", "description": "web", "vpc_id": vpc.0, "ingress": [], "egress": [] });
    let web = create(&aws, "aws_security_group", &web, 2).await;
    let rule = |port: u16, ranges: Json| {
        json!({
            "protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ranges,
            "ipv6_cidr_blocks": null, "prefix_list_ids": null, "security_groups": null, "self": null,
            "description": null,
        })
    };
    let mut from_web = rule(3306, Json::Null);
    from_web["security_groups"] = json!([web.0]);
    let inputs = json!({
        "name": "database",
        "description": "MySQL from the web only",
        "vpc_id": vpc.0,
        "ingress": [from_web],
        "egress": [],
        "tags": { "name": "database" },
    });

    assert_eq!(groups.find(&inputs, 3).await, Found::Absent);
    let id = create(&aws, "aws_security_group", &inputs, 3).await;
    assert_eq!(groups.find(&inputs, 3).await, Found::Ours(id.clone()));
    assert_eq!(groups.find(&inputs, 4).await, Found::Foreign(id.clone()));
    assert_eq!(groups.try_create(&inputs, 4).await.expect_err("the name is taken").kind, FaultKind::Conflict);
    let live = groups.live(&id).await;
    holds(&live.inputs.to_json(), &inputs);
    holds(&live.outputs.to_json(), &json!({ "id": id.0, "tags_all": { "name": "database" } }));

    let web_live = groups.obstacles(&web).await;
    assert!(web_live.len() == 1 && web_live[0].contains(&id.0), "{web_live:?}");
    assert_eq!(groups.obstacles(&id).await, [""; 0]);

    // Only what differs is sent, in the order that shuts nobody out.
    let mut own = rule(80, json!(["10.0.0.0/8", "192.168.0.0/16"]));
    own["self"] = json!(true);
    let two = json!({ "ingress": [own.clone(), rule(443, json!(["0.0.0.0/0"]))] });
    let (after, made) = calls(&aws, groups.update(&id, &two)).await;
    holds(&after, &two);
    assert_eq!(
        names(&made),
        ["ec2:AuthorizeSecurityGroupIngress", "ec2:DescribeSecurityGroups", "ec2:RevokeSecurityGroupIngress"]
    );
    let mut told = rule(443, json!(["0.0.0.0/0"]));
    told["description"] = json!("everybody");
    let (after, made) = calls(&aws, groups.update(&id, &json!({ "ingress": [own, told] }))).await;
    assert_eq!(after["ingress"].as_array().map(Vec::len), Some(2), "{after:#}");
    assert_eq!(names(&made), ["ec2:DescribeSecurityGroups", "ec2:UpdateSecurityGroupRuleDescriptionsIngress"]);
    let everywhere = json!({
        "egress": [{
            "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"],
            "ipv6_cidr_blocks": ["::/0"], "prefix_list_ids": null, "security_groups": null, "self": null,
            "description": null,
        }],
        "ingress": [],
    });
    holds(&groups.update(&id, &everywhere).await, &everywhere);

    let mut before = groups.live(&id).await.inputs.to_json();
    before["revoke_rules_on_delete"] = json!(true);
    groups.try_delete(&id, &before).await.expect("deletes with its rules");
    assert!(groups.read(&id).await.is_none());
    groups.try_delete(&id, &before).await.expect("a second delete succeeds");
    groups.delete(&web).await;
}

#[tokio::test]
async fn separate_rules_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let vpc = create(&aws, "aws_vpc", &json!({ "cidr_block": "10.1.0.0/16" }), 1).await;
    let group = json!({ "name": "web", "description": "web", "vpc_id": vpc.0, "egress": [] });
    let group = create(&aws, "aws_security_group", &group, 2).await;
    let kinds = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"];
    for (digit, kind) in (3..).zip(kinds) {
        let rules = Drive::of(&aws, kind);
        let inputs = json!({
            "security_group_id": group.0,
            "ip_protocol": "tcp",
            "from_port": 80,
            "to_port": 80,
            "cidr_ipv4": "10.0.0.0/8",
            "description": "inside",
            "tags": { "name": "http" },
        });
        assert_eq!(rules.find(&inputs, digit).await, Found::Absent);
        let id = create(&aws, kind, &inputs, digit).await;
        assert!(id.0.starts_with("sgr-"), "{id}");
        assert_eq!(rules.find(&inputs, digit).await, Found::Ours(id.clone()));
        let live = rules.live(&id).await;
        holds(&live.inputs.to_json(), &inputs);
        holds(&live.outputs.to_json(), &json!({ "id": id.0, "tags_all": { "name": "http" } }));
        let other = Drive::of(&aws, kinds[usize::from(kind == kinds[0])]);
        assert!(other.read(&id).await.is_none(), "it is no rule of the other direction");

        let changes = json!({ "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0", "tags": {} });
        holds(&rules.update(&id, &changes).await, &changes);
        rules.delete(&id).await;
    }
    let all = json!({ "security_group_id": group.0, "ip_protocol": "-1", "cidr_ipv6": "::/0" });
    let id = create(&aws, kinds[1], &all, 9).await;
    holds(&Drive::of(&aws, kinds[1]).live(&id).await.inputs.to_json(), &all);
}

#[tokio::test]
async fn defaults_are_adopted_and_made_anew_where_they_are_gone() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let none = json!({});
    let vpcs = Drive::of(&aws, "aws_default_vpc");
    let vpc = adopted(&aws, "aws_default_vpc", &none).await.expect("an account has one");
    let tags = json!({ "tags": { "name": "default" }, "enable_dns_hostnames": false });
    holds(&vpcs.update(&vpc, &tags).await, &tags);
    holds(&vpcs.live(&vpc).await.outputs.to_json(), &json!({ "id": vpc.0, "cidr_block": "172.31.0.0/16" }));

    let zone = json!({ "availability_zone": "us-east-1a" });
    let subnets = Drive::of(&aws, "aws_default_subnet");
    let subnet = adopted(&aws, "aws_default_subnet", &zone).await.expect("each zone has one");
    let changes = json!({ "map_public_ip_on_launch": false, "tags": { "name": "a" } });
    holds(&subnets.update(&subnet, &changes).await, &changes);
    holds(&subnets.live(&subnet).await.outputs.to_json(), &json!({ "id": subnet.0, "vpc_id": vpc.0 }));

    let groups = Drive::of(&aws, "aws_default_security_group");
    let group = adopted(&aws, "aws_default_security_group", &none).await.expect("each VPC has one");
    assert_eq!(adopted(&aws, "aws_default_security_group", &json!({ "vpc_id": vpc.0 })).await, Some(group.clone()));
    let nothing = json!({ "ingress": [], "egress": [] });
    holds(&groups.update(&group, &nothing).await, &nothing);
    groups.try_delete(&group, &none).await.expect("is forgotten");
    groups.live(&group).await;
    groups.try_create(&json!({ "vpc_id": "vpc-1" }), 1).await.expect_err("AWS has no call for it");

    subnets.try_delete(&subnet, &zone).await.expect("is forgotten");
    subnets.live(&subnet).await;
    // The last one, because moto gives a new default subnet the block after those that are left.
    let zone = json!({ "availability_zone": "us-east-1f", "force_destroy": true });
    let subnet = adopted(&aws, "aws_default_subnet", &zone).await.expect("each zone has one");
    subnets.try_delete(&subnet, &zone).await.expect("deletes");
    assert_eq!(adopted(&aws, "aws_default_subnet", &zone).await, None);
    assert_eq!(subnets.find(&zone, 1).await, Found::Absent);
    let again = create(&aws, "aws_default_subnet", &zone, 1).await;
    assert_eq!(adopted(&aws, "aws_default_subnet", &zone).await, Some(again.clone()));
    assert_eq!(subnets.find(&zone, 1).await, Found::Unproven(again));
}

#[tokio::test]
async fn data_sources_find_one() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let zones =
        lookup(&aws, "aws_availability_zones", &json!({ "exclude_names": ["us-east-1b"] })).await.expect("zones");
    assert_eq!(zones["names"][0], "us-east-1a");
    assert_eq!(zones["names"][1], "us-east-1c");

    let default = lookup(&aws, "aws_vpc", &json!({ "default": true })).await.expect("the default VPC");
    holds(&default, &json!({ "cidr_block": "172.31.0.0/16", "default": true, "enable_dns_support": true }));
    let vpc = create(&aws, "aws_vpc", &json!({ "cidr_block": "10.1.0.0/16", "tags": { "name": "main" } }), 1).await;
    let found = lookup(&aws, "aws_vpc", &json!({ "tags": { "name": "main" } })).await.expect("by tag");
    holds(&found, &json!({ "id": vpc.0, "tags": { "name": "main" } }));
    let many = lookup(&aws, "aws_vpc", &json!({})).await.expect_err("two fit");
    assert_eq!(many.message, "2 VPCs fit the arguments: narrow them down to one");
    let missing = lookup(&aws, "aws_vpc", &json!({ "cidr_block": "10.9.0.0/16" })).await.expect_err("none fits");
    assert_eq!(missing.message, "no VPC fits the arguments");

    let in_vpc = json!({ "filter": [{ "name": "vpc-id", "values": [vpc.0] }] });
    assert_eq!(lookup(&aws, "aws_subnets", &in_vpc).await.expect("none is fine")["ids"], json!([]));
    let subnet = create(&aws, "aws_subnet", &json!({ "vpc_id": vpc.0, "cidr_block": "10.1.1.0/24" }), 2).await;
    assert_eq!(lookup(&aws, "aws_subnets", &in_vpc).await.expect("one")["ids"], json!([subnet.0]));
    let found = lookup(&aws, "aws_subnet", &json!({ "cidr_block": "10.1.1.0/24" })).await.expect("by range");
    holds(&found, &json!({ "id": subnet.0, "vpc_id": vpc.0, "default_for_az": false }));

    let arguments = json!({ "name": "default", "vpc_id": vpc.0 });
    let group = lookup(&aws, "aws_security_group", &arguments).await.expect("by name");
    holds(&group, &arguments);
}
