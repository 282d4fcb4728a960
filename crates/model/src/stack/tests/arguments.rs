//! Arguments against their schema.

use crate::path::{Path, Step};
use crate::testing::{check, stack};
use crate::tree::{Planned, Tree};

#[test]
fn unknown_type() {
    check(
        "[resource.aws_netwrk.a]\ncidr = \"x\"",
        "error[unknown-type] main.toml:1 `aws_netwrk`: there is no resource type `aws_netwrk`
  help: did you mean `aws_network`?",
    );
    check(
        "[resource.aws_image.a]\nname = \"x\"",
        "error[unknown-type] main.toml:1 `aws_image`: there is no resource type `aws_image`
  help: did you mean `[data.aws_image.a]`?",
    );
    check(
        "[data.aws_store.a]\nname = \"x\"",
        "error[unknown-type] main.toml:1 `aws_store`: there is no data source `aws_store`
  help: did you mean `[resource.aws_store.a]`?",
    );
}

#[test]
fn unknown_argument() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nclas = \"small\"",
        "error[unknown-argument] main.toml:3 `clas`: aws_store.a has no argument `clas`
  help: did you mean `class`?",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\ncount = 2",
        "error[unknown-argument] main.toml:3 `count`: aws_store.a has no argument `count`
  help: there is no `count`: use `for_each` with a list of names or a map",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n[[resource.aws_store.a.rules]]\nport = 1\nprot = 2",
        "error[unknown-argument] main.toml:5 `prot`: `rules[0]` of aws_store.a has no argument `prot`
  help: did you mean `port`?",
    );
    check(
        "[resource.aws_network.a]\ncidr = \"x\"\nzzz = 1",
        "error[unknown-argument] main.toml:3 `zzz`: aws_network.a has no argument `zzz`
  help: it takes `cidr`, `tags`",
    );
}

#[test]
fn outputs_cannot_be_set() {
    check(
        "[resource.aws_network.a]\ncidr = \"x\"\nid = \"vpc-1\"\ntags_all = {}",
        "error[output-is-set] main.toml:3 `id`: `id` of aws_network.a is an output and cannot be set
  help: remove it
error[output-is-set] main.toml:4 `tags_all`: `tags_all` of aws_network.a is an output and cannot be set
  help: remove it",
    );
}

#[test]
fn an_argument_that_slipped_into_a_nested_table() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n\n[[resource.aws_store.a.rules]]\nport = 1\nsize = 10",
        "error[misplaced-argument] main.toml:6 `size`: `size` stands in `rules[0]`, which has no such argument
  help: `size` belongs to aws_store.a: move it above line 4",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n[resource.aws_store.a.policy]\nVersion = \"2012-10-17\"\n\
         Statement = []\ndepends_on = []",
        "error[misplaced-argument] main.toml:6 `depends_on`: `depends_on` stands in `policy`, which has no such argument
  help: `depends_on` belongs to aws_store.a: move it above line 3",
    );
}

#[test]
fn a_meta_argument_that_slipped_into_a_map() {
    check(
        "[resource.aws_network.a]\ncidr = \"x\"\n[resource.aws_network.a.tags]\nlifecycle = \"a tag\"\ndepends_on = []",
        "error[misplaced-argument] main.toml:5 `depends_on`: `depends_on` stands in `tags`, which has no such argument
  help: `depends_on` belongs to aws_network.a: move it above line 3",
    );
}

#[test]
fn a_wrong_value_is_reported_once() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nsize = \"big\"\n\
         [resource.aws_store.b]\nengine = \"mysql\"\nfor_each = [\"${aws_store.a.size}\"]\nsize = \"${aws_store.a.size}\"",
        "error[wrong-type] main.toml:3 `\"big\"`: `size` must be a whole number, not a string",
    );
}

#[test]
fn missing_argument() {
    check(
        "[resource.aws_store.a]\nname = \"a\"",
        "error[missing-argument] main.toml:1 `[resource.aws_store.a]`: `engine` is missing in aws_store.a
  help: `engine`: What it runs.",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nlogging = { days = 3 }",
        "error[missing-argument] main.toml:3 `logging`: `bucket` is missing in `logging` of aws_store.a
  help: `bucket`: Where to.",
    );
    check(
        "[resource.aws_network.a]\ncidr = \"${null}\"",
        "error[missing-argument] main.toml:1 `[resource.aws_network.a]`: `cidr` is missing in aws_network.a
  help: `cidr`: Its addresses.",
    );
}

#[test]
fn wrong_type() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nsize = \"big\"\npublic = 1\nnetwork_id = []\nlabels = \"x\"\nlogging = 1",
        "error[wrong-type] main.toml:3 `\"big\"`: `size` must be a whole number, not a string
error[wrong-type] main.toml:4 `1`: `public` must be `true` or `false`, not a whole number
error[wrong-type] main.toml:5 `[]`: `network_id` must be a string, not a list
error[wrong-type] main.toml:6 `\"x\"`: `labels` must be a list, not a string
  help: put it into a list: `[…]`
error[wrong-type] main.toml:7 `1`: `logging` must be a table, not a whole number",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n[[resource.aws_store.a.logging]]\nbucket = \"a\"\n\
         [[resource.aws_store.a.logging]]\nbucket = \"b\"",
        "error[wrong-type] main.toml:5 `[[resource.aws_store.a.logging]]`: `logging` may stand once, not 2 times
  help: keep one of them",
    );
}

#[test]
fn limits() {
    check(
        "[resource.aws_store.a]\nname = \"A_1\"\nengine = \"mysq\"\nclass = \"huge\"\nsize = 101",
        "error[wrong-format] main.toml:2 `\"A_1\"`: `name` must match `[a-z-]+`, not \"A_1\"
error[not-allowed] main.toml:3 `\"mysq\"`: `engine` cannot be \"mysq\"
  help: did you mean `mysql`?
warning[not-allowed] main.toml:4 `\"huge\"`: `class` is \"huge\", which is not among the values known here
  help: known values: `small`, `large`
error[out-of-range] main.toml:5 `101`: `size` must be between 5 and 100, not 101",
    );
    check(
        "[resource.aws_store.a]\nname = \"aaaaaaaaaaaaaaaaaaaaaaaaa\"\nengine = \"mysql\"\n[[resource.aws_store.a.rules]]\nport = 70000",
        "error[wrong-length] main.toml:2 `\"aaaaaaaaaaaaaaaaaaaaaaaaa\"`: `name` must have 1 to 20 characters, not 25
error[out-of-range] main.toml:5 `70000`: `rules[0].port` must be between 0 and 65535, not 70000",
    );
}

#[test]
fn sets_and_keyed_lists() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nlabels = [\"a\", \"b\", \"a\"]\n\
         parameters = [{ name = \"x\", value = \"1\" }, { name = \"x\", value = \"2\" }]",
        "warning[duplicate-member] main.toml:3 `\"a\"`: `labels` is a set and holds this member twice
  help: remove one of them
error[duplicate-member] main.toml:4 `{ name = \"x\", value = \"2\" }`: `parameters` has two members whose `name` is \"x\"",
    );
}

#[test]
fn deprecated_and_rules() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nkind = \"x\"\nname = \"a\"\nname_prefix = \"b\"\nsize = 7\npublic = true",
        "warning[deprecated-argument] main.toml:3 `kind`: `kind` is deprecated
  help: use `class`
error[conflicting-arguments] main.toml:5 `name_prefix`: `name_prefix` conflicts with `name`
  help: keep one of them
error[odd-size] main.toml:6 `7`: `size` must be even
  help: add one
error[missing-argument] main.toml:7 `public`: `public` needs `network_id`, which is not set",
    );
}

#[test]
fn documents() {
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\npolicy = '{\"Version\": '",
        "error[invalid-json] main.toml:3 `'{\"Version\": '`: `policy` is not valid JSON: EOF while parsing a value at line 1 column 12
  help: write the document as TOML tables, or correct the JSON text",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n[resource.aws_store.a.policy]\nVersion = \"2012\"\n\
         [[resource.aws_store.a.policy.Statement]]\neffect = \"Allow\"\nAction = \"s3:*\"\nResource = \"*\"\n\
         [[resource.aws_store.a.policy.Statement]]\nEffect = \"allow\"\nResource = \"*\"",
        "error[invalid-policy] main.toml:4 `\"2012\"`: `Version` cannot be \"2012\"
  help: it is `2012-10-17` or `2008-10-17`
error[invalid-policy] main.toml:5 `[[resource.aws_store.a.policy.Statement]]`: `policy.Statement[0]` has no `Effect`
  help: add `Effect = \"Allow\"` or `Effect = \"Deny\"`
error[unknown-field] main.toml:6 `effect`: a policy has no element `effect` here
  help: did you mean `Effect`?
error[invalid-policy] main.toml:9 `[[resource.aws_store.a.policy.Statement]]`: `policy.Statement[1]` has no `Action`
  help: say what it allows or denies
error[invalid-policy] main.toml:10 `\"allow\"`: `Effect` cannot be \"allow\"
  help: it is `Allow` or `Deny`",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\npolicy = {}",
        "error[invalid-policy] main.toml:3 `policy`: `policy` has no `Statement`
  help: add at least one statement
warning[invalid-policy] main.toml:3 `policy`: `policy` has no `Version`, so AWS assumes 2008-10-17
  help: add `Version = \"2012-10-17\"`",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n[[resource.aws_store.a.containers]]\nname = \"web\"\nimge = \"x\"\n\
         environment = [{ name = \"A\", valeu = \"b\" }]",
        "error[unknown-argument] main.toml:5 `imge`: `containers[0]` of aws_store.a has no argument `imge`
  help: did you mean `image`?
error[missing-argument] main.toml:6 `{ name = \"A\", valeu = \"b\" }`: `value` is missing in `containers[0].environment[0]` of aws_store.a
  help: `value`: Its value.
error[unknown-argument] main.toml:6 `valeu`: `containers[0].environment[0]` of aws_store.a has no argument `valeu`
  help: did you mean `value`?",
    );
}

fn offline(text: &str) -> Planned {
    let stack = stack(text);
    stack.resources.into_values().next().expect("a resource").offline
}

fn typed(arguments: &str, expect: &str) {
    let text = format!("[resource.aws_store.a]\nengine = \"mysql\"\n{arguments}");
    let mut value = offline(&text);
    if let Tree::Map(members) = &mut value {
        members.remove("engine");
    }
    assert_eq!(value.to_json().to_string(), expect, "{arguments}");
}

#[test]
fn values_convert_as_in_terraform() {
    typed("cpu = 256", r#"{"cpu":"256"}"#);
    typed("size = \"20\"", r#"{"size":20}"#);
    typed("network_id = \"n\"\npublic = \"true\"", r#"{"network_id":"n","public":true}"#);
    typed("labels = [1, \"a\"]", r#"{"labels":["1","a"]}"#);
    typed("size = \"${null}\"", "{}");
    typed("rules = { port = 1, from = [\"a\"] }", r#"{"rules":[{"from":["a"],"port":1}]}"#);
    typed("rules = \"${[{ port = 1 }]}\"", r#"{"rules":[{"port":1}]}"#);
    typed("logging = [{ bucket = \"b\" }]", r#"{"logging":{"bucket":"b"}}"#);
    typed(
        "logging = \"${[{ bucket = \"b\" }]}\"".replace("\"b\"", "\\\"b\\\"").as_str(),
        r#"{"logging":{"bucket":"b"}}"#,
    );
    typed("containers = '[{\"name\": \"a\", \"cpu\": \"5\"}]'", r#"{"containers":[{"cpu":5,"name":"a"}]}"#);
    typed(
        "policy = '{\"Version\":\"2012-10-17\",\"Statement\":[]}'",
        r#"{"policy":{"Statement":[],"Version":"2012-10-17"}}"#,
    );
    typed("password = \"opensesame\"", r#"{"password":{"$secret":true}}"#);
}

#[test]
fn spans_follow_the_typed_shape() {
    let stack = stack("[resource.aws_store.a]\nengine = \"mysql\"\n[[resource.aws_store.a.logging]]\nbucket = \"b\"");
    let resource = stack.resources.values().next().expect("a resource");
    let place = |path: &[&str]| {
        let steps = path.iter().map(|it| Step::Field((*it).to_owned())).collect();
        resource.spans.value(&Path(steps))
    };
    let (engine, logging, bucket) = (place(&["engine"]), place(&["logging"]), place(&["logging", "bucket"]));
    assert!(resource.spans.header < engine && engine < logging && logging < bucket, "each has a place of its own");
    assert_eq!(place(&["logging", "days"]), logging, "what is not there stands where its parent does");
    assert_eq!(place(&["size"]), resource.spans.header);
}

#[test]
fn what_only_a_create_needs() {
    let stack = stack("[resource.aws_store.a]\nengine = \"mysql\"\nsize = 6");
    let it = stack.resources.values().next().expect("a store");
    let told = |creating: bool| {
        let problems = crate::stack::check_rules(it.kind, &it.offline, creating, &it.spans);
        problems.into_iter().map(|problem| problem.message).collect::<Vec<String>>()
    };
    assert_eq!(told(false), [""; 0]);
    assert_eq!(told(true), ["`payer` must be set to create an aws_store"]);
}
