//! States as Terraform leaves them, and what is no state.

use serde_json::json;

use super::*;

/// A state of one resource with these instances.
fn state(resource: &Json) -> String {
    json!({
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 7,
        "lineage": "3f",
        "outputs": { "vpc_id": { "value": "vpc-1", "type": "string" }, "password": { "value": "x", "sensitive": true } },
        "resources": [resource],
        "check_results": null,
    })
    .to_string()
}

fn resource(instances: &Json) -> Json {
    json!({
        "module": "module.network",
        "mode": "managed",
        "type": "aws_vpc",
        "name": "main",
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": instances,
    })
}

fn parse(text: &str) -> Vec<TerraformObject> {
    TerraformState::parse(text).expect("parses").objects
}

#[test]
fn a_state_tells_objects_and_outputs() {
    let text = state(&resource(&json!([{
        "schema_version": 1,
        "index_key": "a",
        "attributes": { "id": "vpc-1", "setting": [{ "value": "x" }] },
        "sensitive_attributes": [[
            { "type": "get_attr", "value": "setting" },
            { "type": "index", "value": { "value": 0, "type": "number" } },
            { "type": "get_attr", "value": "value" },
        ]],
        "private": "bnVsbA==",
        "dependencies": ["aws_vpc.other", "module.x.data.aws_region.here"],
    }])));
    let state = TerraformState::parse(&text).expect("parses");
    assert_eq!((state.terraform_version.as_str(), state.lineage.as_str(), state.serial), ("1.11.4", "3f", 7));
    assert!(state.outputs["password"].sensitive && !state.outputs["vpc_id"].sensitive);
    assert_eq!(state.outputs["vpc_id"].value, json!("vpc-1"));
    let [object] = state.objects.as_slice() else { panic!("one object") };
    assert_eq!(object.address.to_string(), "module.network.aws_vpc.main[\"a\"]");
    assert_eq!((object.provider.as_str(), &object.provider_alias), ("hashicorp/aws", &None));
    assert_eq!(object.attributes["id"], "vpc-1");
    assert_eq!(object.sensitive, ["setting[0].value"]);
    assert_eq!(object.dependencies, ["aws_vpc.other", "module.x.data.aws_region.here"]);
    assert!(!object.is_tainted && !object.is_deposed);
}

#[test]
fn instances_come_one_by_one() {
    let objects = parse(&state(&resource(&json!([
        { "index_key": 0, "attributes": {}, "status": "tainted" },
        { "index_key": 1, "attributes": null, "deposed": "4d2a" },
    ]))));
    let told: Vec<(String, bool, bool)> =
        objects.iter().map(|it| (it.address.to_string(), it.is_tainted, it.is_deposed)).collect();
    let expect = [
        ("module.network.aws_vpc.main[0]".to_owned(), true, false),
        ("module.network.aws_vpc.main[1]".to_owned(), false, true),
    ];
    assert_eq!(told, expect);
    assert_eq!(objects[1].attributes, json!({}));
}

#[test]
fn sensitive_paths_read_with_and_without_types() {
    let check = |steps: Json, expect: &str| {
        let objects = parse(&state(&resource(&json!([{ "attributes": {}, "sensitive_attributes": [steps] }]))));
        assert_eq!(objects[0].sensitive, [expect]);
    };
    let field = |name: &str| json!({ "type": "get_attr", "value": name });
    check(json!([field("password")]), "password");
    check(json!([field("tags"), { "type": "index", "value": "a.b" }]), "tags[\"a.b\"]");
    check(json!([field("list"), { "type": "index", "value": 2 }]), "list[2]");
    check(json!([field("map"), { "type": "index", "value": { "value": "k", "type": "string" } }]), "map[\"k\"]");
    let member =
        json!({ "type": "index", "value": { "value": { "port": 1 }, "type": ["object", { "port": "number" }] } });
    check(json!([field("set"), member, field("port")]), "set");
}

#[test]
fn modules_read_with_their_keys() {
    let check = |text: &str, expect: Option<&[(&str, Option<Key>)]>| {
        let calls = names::module(text).map(|it| it.0);
        let told = calls.as_ref().map(|calls| calls.iter().map(|it| (it.name.as_str(), it.key.clone())).collect());
        assert_eq!(told, expect.map(<[(&str, Option<Key>)]>::to_vec), "{text}");
    };
    let text = |key: &str| Some(Key::Text(key.to_owned()));
    check("module.a", Some(&[("a", None)]));
    check(r#"module.a["x"].module.b[0]"#, Some(&[("a", text("x")), ("b", Some(Key::Number(0)))]));
    check(r#"module.a["x\"].module.b"]"#, Some(&[("a", text("x\"].module.b"))]));
    check(r#"module.a["1\\2\t\u00e9$${x}%%{y}$1"]"#, Some(&[("a", text("1\\2\té${x}%{y}$1"))]));
    for wrong in ["a", "module.", "module.a[x]", "module.a[\"x]", "module.a[0", "module.a.b", r#"module.a["\q"]"#] {
        check(wrong, None);
    }
}

#[test]
fn providers_read_wherever_they_come_from() {
    let check = |text: &str, expect: Option<(&str, Option<&str>)>| {
        let told = names::provider(text);
        let told = told.as_ref().map(|(source, alias)| (source.as_str(), alias.as_deref()));
        assert_eq!(told, expect, "{text}");
    };
    check(r#"provider["registry.terraform.io/hashicorp/aws"]"#, Some(("hashicorp/aws", None)));
    check(r#"provider["registry.opentofu.org/hashicorp/aws"].us_east_1"#, Some(("hashicorp/aws", Some("us_east_1"))));
    check(r#"module.a["x"].provider["registry.terraform.io/hashicorp/aws"].b"#, Some(("hashicorp/aws", Some("b"))));
    check(r#"provider["terraform.io/builtin/terraform"]"#, Some(("builtin/terraform", None)));
    check("provider.aws", None);
    check(r#"provider["aws"]"#, None);
}

#[test]
fn what_is_no_state_is_refused_with_advice() {
    let check = |text: &str, expect: &str| {
        let told = TerraformState::parse(text).expect_err(text).to_string();
        assert!(told.contains(expect), "{text}\n{told}");
    };
    check(" \n", "nothing was applied yet");
    check("resource {}", "not JSON (expected value at line 1 column 1)");
    check("PK\u{3}\u{4}…", "a saved plan");
    check("[]", "no `version`");
    check("{\"resources\": []}", "no `version`");
    check("{\"format_version\": \"1.0\", \"values\": {}}", "`terraform show -json` prints");
    check(
        r#"{"version": 3, "backend": {"type": "s3", "config": {"bucket": "states", "key": "aws-vpc.tfstate"}}}"#,
        "the backend `s3`: pass `s3://states/aws-vpc.tfstate`",
    );
    check(r#"{"version": 3, "backend": {"type": "remote"}}"#, "pass the folder of the configuration");
    check(r#"{"version": 3, "terraform_version": "0.11.14", "modules": []}"#, "format 3, Terraform 0.11.14");
    check(r#"{"version": 4, "terraform_version": "0.12.31", "resources": []}"#, "Terraform 0.14 or older");
    check(r#"{"version": 4, "terraform_version": "0.14.11", "resources": []}"#, "Terraform 0.14.11");
    check(r#"{"version": 5}"#, "the state has format 5");
    check(
        r#"{"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "…", "encryption_version": "v0"}"#,
        "OpenTofu",
    );
    check(
        &state(&resource(&json!([{ "attributes_flat": { "id": "vpc-1" } }]))),
        "`module.network.aws_vpc.main` still has attributes as Terraform 0.11",
    );
    let mut broken = resource(&json!([]));
    broken["provider"] = json!("aws");
    check(&state(&broken), "the provider `aws` of `aws_vpc.main` cannot be read");
    check(&state(&json!({ "mode": "managed" })), "a missing member of a resource");
}

#[test]
fn a_damaged_state_is_told_without_its_values() {
    let mut broken = resource(&json!([]));
    broken["instances"] = json!([{ "attributes": { "password": "hunter2" }, "dependencies": "hunter2" }]);
    let told = TerraformState::parse(&state(&broken)).expect_err("a text is no list").to_string();
    assert!(!told.contains("hunter2"), "{told}");
}
