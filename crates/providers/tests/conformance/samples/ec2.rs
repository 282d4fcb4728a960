//! Networks: VPCs, subnets, security groups and their rules, and the defaults of each.

use serde_json::{Value as Json, json};

use super::{other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![
        vpc(),
        subnet(),
        security_group(),
        rule("aws_vpc_security_group_ingress_rule"),
        rule_of_all("aws_vpc_security_group_ingress_rule"),
        rule("aws_vpc_security_group_egress_rule"),
        rule_of_all("aws_vpc_security_group_egress_rule"),
        default_vpc(),
        default_subnet(),
        default_security_group(),
    ]
}

fn in_vpc(sample: Sample) -> Sample {
    sample.need("vpc", "aws_vpc", json!({ "cidr_block": "10.7.0.0/16", "assign_generated_ipv6_cidr_block": true }))
}

fn vpc() -> Sample {
    let arguments = json!({
        "cidr_block": "10.0.0.0/16",
        "enable_dns_support": true,
        "enable_dns_hostnames": true,
        "tags": tags(),
    });
    Sample::new("aws_vpc", arguments)
        .change("tags", other_tags())
        .change("enable_dns_hostnames", [json!(false), json!(true)])
        .change("enable_dns_support", [json!(false), json!(true), json!(false)])
        .change("enable_network_address_usage_metrics", [json!(true)])
        .change_with(
            "ipv6_cidr_block_network_border_group",
            [json!({ "assign_generated_ipv6_cidr_block": true, "ipv6_cidr_block_network_border_group": "${region}" })],
        )
        .change("assign_generated_ipv6_cidr_block", [json!(true)])
        .change_with(
            "instance_tenancy",
            [json!({ "instance_tenancy": "default", "enable_network_address_usage_metrics": true })],
        )
}

fn subnet() -> Sample {
    let arguments = json!({
        "vpc_id": "${vpc.id}",
        "cidr_block": "10.7.1.0/24",
        "availability_zone": "${zone_a}",
        "map_public_ip_on_launch": true,
        "tags": tags(),
    });
    in_vpc(Sample::new("aws_subnet", arguments))
        .change("tags", other_tags())
        .change("map_public_ip_on_launch", [json!(false), json!(true)])
        .change("enable_resource_name_dns_a_record_on_launch", [json!(true)])
        .change_with(
            "assign_ipv6_address_on_creation",
            [json!({ "ipv6_cidr_block": "${vpc.ipv6_subnet}", "assign_ipv6_address_on_creation": true })],
        )
        .change("ipv6_cidr_block", [json!("${vpc.ipv6_subnet}")])
}

fn http(ranges: &[&str]) -> Json {
    json!({ "protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ranges, "description": "HTTP" })
}

fn everything() -> Json {
    json!({ "protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"] })
}

fn security_group() -> Sample {
    let arguments = json!({
        "name": "conformance",
        "description": "what the suite makes",
        "vpc_id": "${vpc.id}",
        "ingress": [
            http(&["10.0.0.0/8", "192.168.0.0/16"]),
            { "protocol": "tcp", "from_port": 443, "to_port": 443, "security_groups": ["${other.id}"], "self": true },
        ],
        "egress": [everything()],
        "tags": tags(),
    });
    in_vpc(Sample::new("aws_security_group", arguments))
        .need("other", "aws_security_group", json!({ "name": "conformance-other", "description": "the other", "vpc_id": "${vpc.id}" }))
        .change("tags", other_tags())
        .change(
            "ingress",
            [
                json!([http(&["10.0.0.0/8", "172.16.0.0/12"]), { "protocol": "udp", "from_port": 53, "to_port": 53, "ipv6_cidr_blocks": ["::/0"] }]),
                json!([{ "protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_blocks": ["10.0.0.0/8"] }]),
                json!([]),
            ],
        )
        .change("egress", [json!([http(&["0.0.0.0/0"])]), json!([]), json!([everything()])])
}

fn rule(kind: &'static str) -> Sample {
    let arguments = json!({
        "security_group_id": "${group.id}",
        "ip_protocol": "tcp",
        "from_port": 8080,
        "to_port": 8090,
        "cidr_ipv4": "10.0.0.0/8",
        "description": "an application",
        "tags": tags(),
    });
    in_vpc(Sample::new(kind, arguments))
        .need(
            "group",
            "aws_security_group",
            json!({ "name": "conformance", "description": "the group", "vpc_id": "${vpc.id}" }),
        )
        .change("tags", other_tags())
        .change("cidr_ipv4", [json!("10.1.0.0/16"), json!("192.168.0.0/24")])
        .change("to_port", [json!(9090), json!(8080)])
        .change("from_port", [json!(8079), json!(8078)])
        .change("ip_protocol", [json!("udp"), json!("tcp")])
        .change("description", [json!("other words"), json!("no words")])
}

/// A rule of all protocols has no ports, and what it is for may stay unsaid.
fn rule_of_all(kind: &'static str) -> Sample {
    let arguments = json!({ "security_group_id": "${group.id}", "ip_protocol": "-1", "cidr_ipv6": "2001:db8::/32" });
    in_vpc(Sample::new(kind, arguments).named("of all protocols"))
        .need(
            "group",
            "aws_security_group",
            json!({ "name": "conformance-all", "description": "the group", "vpc_id": "${vpc.id}" }),
        )
        .change("tags", other_tags())
}

fn default_vpc() -> Sample {
    Sample::new("aws_default_vpc", json!({ "enable_dns_hostnames": false, "tags": tags() }))
        .occupied_by("aws_subnet", "aws_subnets", "vpc-id")
        .change("tags", other_tags())
        .change("enable_dns_hostnames", [json!(true), json!(false)])
        .change("enable_dns_support", [json!(false), json!(true)])
        .change("enable_network_address_usage_metrics", [json!(true)])
        .change_with(
            "ipv6_cidr_block_network_border_group",
            [json!({ "assign_generated_ipv6_cidr_block": true, "ipv6_cidr_block_network_border_group": "${region}" })],
        )
        .change("assign_generated_ipv6_cidr_block", [json!(true)])
}

fn default_subnet() -> Sample {
    let arguments = json!({ "availability_zone": "${zone_a}", "map_public_ip_on_launch": false, "tags": tags() });
    Sample::new("aws_default_subnet", arguments)
        .need("vpc", "aws_default_vpc", json!({ "assign_generated_ipv6_cidr_block": true }))
        .change("tags", other_tags())
        .change("map_public_ip_on_launch", [json!(true), json!(false)])
        .change("enable_resource_name_dns_a_record_on_launch", [json!(true)])
        .change_with(
            "assign_ipv6_address_on_creation",
            [json!({ "ipv6_cidr_block": "${vpc.ipv6_subnet}", "assign_ipv6_address_on_creation": true })],
        )
        .change("ipv6_cidr_block", [json!("${vpc.ipv6_subnet}")])
}

fn default_security_group() -> Sample {
    let arguments = json!({ "vpc_id": "${vpc.id}", "ingress": [http(&["10.0.0.0/8"])], "tags": tags() });
    in_vpc(Sample::new("aws_default_security_group", arguments))
        .change("tags", other_tags())
        .change("ingress", [json!([http(&["172.16.0.0/12"])]), json!([])])
        .change("egress", [json!([everything()]), json!([http(&["0.0.0.0/0"])]), json!([])])
}
