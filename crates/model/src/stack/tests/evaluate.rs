//! Evaluating again with more known.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::stack::{Live, object_value};
use crate::testing::{CATALOG, NetworkInputs, NetworkOutputs, resolved, stack, told};
use crate::tree::{Known, Planned};

const TEXT: &str = "[locals]\nnet = \"${aws_network.n}\"\n\
    [resource.aws_network.n]\nfor_each = [\"a\"]\ncidr = \"x\"\n\
    [resource.aws_store.s]\nfor_each = \"${local.net}\"\nengine = \"mysql\"\nnetwork_id = \"${each.value.id}\"\nlabels = [\"${each.key}\", \"${file(\"motd.txt\")}\"]\n\
    [resource.aws_store.t]\nengine = \"mysql\"\nsize = \"${aws_store.s[\"a\"].port}\"\nkey_id = \"${aws_store.s[\"a\"].cpu}\"\n\
    [outputs.o]\nvalue = \"${local.net[\"a\"].arn}\"";

fn text() -> String {
    TEXT.replace("file(\"motd.txt\")", "file(\\\"motd.txt\\\")").replace("[\"a\"].", "[\\\"a\\\"].")
}

fn network() -> (Address, Planned) {
    let address = Address::managed("aws_network", "n").member("a");
    let inputs = Planned::map([("cidr", Planned::text("x"))]);
    let outputs = Known::map([("id", Known::text("n-1")), ("arn", Known::text("arn:n-1"))]);
    let live = Live { inputs: &Known::map::<&str>([]), outputs: &outputs };
    let value = object_value(NetworkInputs::schema(), NetworkOutputs::schema(), &address, &inputs, Some(live));
    (address, value)
}

#[test]
fn more_is_known_once_something_exists() {
    let stack = stack(&text());
    let lookup = BTreeMap::from([network()]);
    let store = Address::managed("aws_store", "s").member("a");
    let json = |value: Planned| value.to_json().to_string();
    assert_eq!(
        json(stack.evaluate(&store, &()).expect("evaluates")),
        r#"{"engine":"mysql","labels":["a","hello"],"network_id":{"$unknown":"id of aws_network.n[\"a\"]"}}"#
    );
    assert_eq!(
        json(stack.evaluate(&store, &lookup).expect("evaluates")),
        r#"{"engine":"mysql","labels":["a","hello"],"network_id":"n-1"}"#
    );
    assert_eq!(json(stack.evaluate_output("o", &lookup).expect("evaluates")), r#""arn:n-1""#);
    let other = Address::managed("aws_store", "t");
    assert_eq!(
        json(stack.evaluate(&other, &lookup).expect("evaluates")),
        r#"{"engine":"mysql","key_id":"256","size":{"$unknown":"port of aws_store.s[\"a\"]"}}"#
    );
}

#[test]
fn what_was_unknown_is_checked_when_it_is_known() {
    let (stack, problems, sources) = resolved(&text(), &Default::default());
    assert_eq!(problems, []);
    let address = Address::managed("aws_store", "s").member("a");
    let lookup = BTreeMap::from([(address, Planned::map([("port", Planned::Int(3)), ("cpu", Planned::text("1"))]))]);
    let wrong = stack.evaluate(&Address::managed("aws_store", "t"), &lookup).expect_err("too small");
    assert_eq!(told(&wrong, &sources).split(": `").nth(1), Some("size` must be between 5 and 100, not 3"));
}

#[test]
fn an_object_holds_everything_that_can_be_referred_to() {
    let stack = stack("[resource.aws_store.a]\nengine = \"mysql\"\nlogging = { bucket = \"b\" }");
    let value = stack.offline_object(&Address::managed("aws_store", "a")).expect("declared");
    let json = |name: &str| value.get(name).expect(name).to_json().to_string();
    assert_eq!(json("engine"), r#""mysql""#);
    assert_eq!(json("cpu"), r#""256""#);
    assert_eq!(json("size"), "null");
    assert_eq!(json("port"), r#"{"$unknown":"port of aws_store.a"}"#);
    assert_eq!(json("secret"), r#"{"$secret":true}"#);
    assert_eq!(json("logging"), r#"{"bucket":"b","days":7,"stream":{"$unknown":"logging.stream of aws_store.a"}}"#);
}

#[test]
fn a_large_stack_resolves() {
    let mut text = String::from("[resource.aws_network.n0]\ncidr = \"x\"\n");
    for index in 1..2000 {
        let before = index - 1;
        text.push_str(&format!("[resource.aws_network.n{index}]\ncidr = \"${{aws_network.n{before}.cidr}}\"\ntags = {{ before = \"${{aws_network.n{before}.id}}\" }}\n"));
    }
    let stack = stack(&text);
    assert_eq!(stack.resources.len(), 2000);
    let last = &stack.resources[&Address::managed("aws_network", "n1999")];
    assert_eq!(last.offline.get("cidr"), Some(&Planned::text("x")));
    assert_eq!(crate::graph::build(&stack).expect("no cycle").order().len(), 2000);
    assert!(CATALOG.kind("aws_network").is_some());
}
