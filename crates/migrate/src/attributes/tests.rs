//! Attributes as Terraform's states have them, in our types.

use serde_json::json;

use super::*;
use crate::sample::{ATTACHMENT, IMAGE, NETWORK, STORE};

fn secret(text: &str) -> Known {
    Tree::Secret(Secret::plain(Tree::text(text)))
}

/// Reads one attribute of a store beside its id and name.
fn check(name: &str, attribute: &Json, expect: Option<Known>) {
    check_sensitive(name, attribute, &[], expect);
}

fn check_sensitive(name: &str, attribute: &Json, sensitive: &[&str], expect: Option<Known>) {
    let sensitive: Vec<String> = sensitive.iter().map(|it| (*it).to_owned()).collect();
    let instance = read(&STORE, &json!({ "id": "s", "name": "s", name: attribute }), &sensitive).expect("has an id");
    assert_eq!(instance.inputs.get(name), expect.as_ref(), "{name} = {attribute}");
}

#[test]
fn scalars_take_the_schemas_type() {
    check("size", &json!("20"), Some(Tree::Int(20)));
    check("cpu", &json!(256), Some(Tree::text("256")));
    check("share", &json!(2), Some(Tree::Float(2.0)));
    check("public", &json!("true"), Some(Tree::Bool(true)));
    check("size", &json!([]), None);
}

#[test]
fn what_terraform_writes_for_unset_is_unset() {
    check("cpu", &json!(""), None);
    check("cpu", &json!(null), None);
    check("size", &json!(0), None);
    check("speed", &json!(0), Some(Tree::Int(0)));
    check("public", &json!(false), Some(Tree::Bool(false)));
    check("ingress", &json!([]), None);
    check("logging", &json!([]), None);
    check("logging", &json!([null]), None);
    check("groups", &json!([]), Some(Tree::List(vec![])));
    check("tags", &json!({}), Some(Tree::map::<&str>([])));
    check("password", &json!(""), None);
    check("policy", &json!(""), None);
}

#[test]
fn blocks_read_as_tables() {
    let logging = Tree::map([("bucket", Tree::text("b")), ("days", Tree::Int(3))]);
    check("logging", &json!([{ "bucket": "b", "days": 3, "stream": "unknown", "key": null }]), Some(logging));
    let rule = Tree::map([
        ("from_port", Tree::Int(0)),
        ("cidr_blocks", Tree::List(vec![Tree::text("10.0.0.0/8"), Tree::text("192.168.0.0/16")])),
        ("self", Tree::Bool(false)),
    ]);
    let state = json!([{
        "from_port": 0,
        "cidr_blocks": ["192.168.0.0/16", "10.0.0.0/8", "10.0.0.0/8"],
        "stores": [],
        "description": "",
        "self": false,
    }]);
    check("ingress", &state, Some(Tree::List(vec![rule])));
}

#[test]
fn documents_read_as_values() {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*" }] });
    check("policy", &json!(policy.to_string()), Some(Known::from_json(&policy)));
    check("rules", &json!("[1, null]"), Some(Tree::List(vec![Tree::Int(1), Tree::Null])));
    check("rules", &json!("{broken"), Some(Tree::text("{broken")));
    let containers = json!([{
        "name": "web",
        "cpu": 0,
        "environment": [{ "name": "N", "value": 3 }],
        "portMappings": [],
        "volumesFrom": [],
    }]);
    let expect = json!([{ "name": "web", "cpu": 0, "environment": [{ "name": "N", "value": "3" }] }]);
    check("containers", &json!(containers.to_string()), Some(Known::from_json(&expect)));
}

#[test]
fn what_the_schema_or_the_state_marks_is_secret() {
    check("password", &json!("hunter2"), Some(secret("hunter2")));
    let logging = Tree::map([("bucket", Tree::text("b")), ("key", secret("k"))]);
    check("logging", &json!([{ "bucket": "b", "key": "k" }]), Some(logging));
    check_sensitive("cpu", &json!("256"), &["cpu"], Some(secret("256")));
    check_sensitive("cpu", &json!("256"), &["cp", "size"], Some(Tree::text("256")));
    let tags = Tree::map([("a", Tree::text("1")), ("b", secret("2"))]);
    check_sensitive("tags", &json!({ "a": "1", "b": "2" }), &["tags[\"b\"]"], Some(tags));
    let tags = Tree::map([("a", secret("1"))]);
    check_sensitive("tags", &json!({ "a": "1" }), &["tags"], Some(tags));
    let logging = Tree::map([("bucket", secret("b"))]);
    check_sensitive("logging", &json!([{ "bucket": "b" }]), &["logging[0].bucket"], Some(logging));
    let rules = Tree::Secret(Secret::plain(Known::from_json(&json!({ "a": 1 }))));
    check_sensitive("rules", &json!("{\"a\": 1}"), &["rules"], Some(rules));
    check_sensitive("policy", &json!(""), &["policy"], None);
}

#[test]
fn outputs_are_those_of_the_schema() {
    let state = json!({
        "id": "vpc-1",
        "arn": "arn:1",
        "cidr": "10.0.0.0/16",
        "tags_all": { "Name": "x" },
        "ranges": [],
        "pool_id": "",
        "owner": "unknown",
    });
    let instance = read(&NETWORK, &state, &[]).expect("has an id");
    assert_eq!(instance.id, Id("vpc-1".to_owned()));
    assert_eq!(instance.inputs, Tree::map([("cidr", Tree::text("10.0.0.0/16"))]));
    let expect = json!({ "id": "vpc-1", "arn": "arn:1", "tags_all": { "Name": "x" }, "ranges": [] });
    assert_eq!(instance.outputs, Known::from_json(&expect));
    assert_eq!(read(&NETWORK, &json!({ "id": "" }), &[]), None);
}

#[test]
fn the_id_of_a_natural_key_is_ours() {
    let state = json!({ "id": "web-2024", "role": "web", "policy_arn": "arn:p" });
    let instance = read(&ATTACHMENT, &state, &[]).expect("has an id");
    assert_eq!(instance.id, Id("web/arn:p".to_owned()));
    assert_eq!(instance.outputs, Tree::map([("id", Tree::text("web/arn:p"))]));
}

#[test]
fn secrets_that_aws_holds_carry_their_stamp() {
    let state = json!({ "id": "s", "arn": "arn:s", "name": "s", "secret": "hunter2", "other_secret": "" });
    let outputs = read(&STORE, &state, &[]).expect("has an id").outputs;
    let stamp = "arn:s#1".to_owned();
    let held = Secret::Plain { value: Box::new(Tree::text("hunter2")), stamp: Some(stamp.as_str().into()) };
    assert_eq!(outputs.get("secret"), Some(&Tree::Secret(held)));
    assert_eq!(outputs.get("other_secret"), Some(&Tree::Secret(Secret::Stamp(stamp.into()))));
}

#[test]
fn a_data_source_tells_arguments_and_outputs() {
    let told = read_data(&IMAGE, &json!({ "id": "x", "name": "web", "age": "3" }), &[]);
    assert_eq!(told, Tree::map([("name", Tree::text("web")), ("age", Tree::Int(3))]));
}

#[test]
fn names_of_other_versions_are_ours() {
    let told = in_our_words("aws_db_instance", &json!({ "name": "web", "db_name": null }));
    assert_eq!(told["db_name"], "web");
    let told = in_our_words("aws_db_instance", &json!({ "name": "web", "db_name": "shop" }));
    assert_eq!(told["db_name"], "shop");
    assert_eq!(in_our_words("aws_vpc", &json!({ "id": "vpc-1" })), json!({ "id": "vpc-1" }));
}

#[test]
fn known_secrets_are_concealed_wherever_they_stand() {
    let check = |text: &str, hidden: bool| {
        let value = Tree::Map([("a".to_owned(), Tree::List(vec![Tree::text(text)]))].into());
        assert_eq!(conceal(value, &["hunter2-hunter2", "abcd", "x"]).has_secret(), hidden, "{text}");
    };
    check("hunter2-hunter2", true);
    check("mysql://root:hunter2-hunter2@db", true);
    check("abcd", true);
    check("abcde", false);
    check("x", false);
}
