//! Order, closures and drawings.

use std::collections::BTreeSet;

use super::{build, dot, json, mermaid, text};
use crate::address::Address;
use crate::testing::stack;

const TEXT: &str = "[resource.aws_store.s]\nengine = \"mysql\"\nnetwork_id = \"${aws_network.a.id}\"\nkey_id = \"${aws_network.b.id}\"\n\
    [resource.aws_network.b]\ncidr = \"${aws_network.a.id}\"\n\
    [resource.aws_network.a]\ncidr = \"x\"\n\
    [data.aws_image.i]\nname = \"x\"\n";

fn names(addresses: impl IntoIterator<Item = Address>) -> Vec<String> {
    addresses.into_iter().map(|it| it.to_string()).collect()
}

#[test]
fn order_and_closures() {
    let graph = build(&stack(TEXT)).expect("no cycle");
    assert_eq!(names(graph.order().to_vec()), ["aws_network.a", "aws_network.b", "aws_store.s", "data.aws_image.i"]);
    let (a, b) = (Address::managed("aws_network", "a"), Address::managed("aws_network", "b"));
    assert_eq!(names(graph.with_dependencies([&b])), ["aws_network.a", "aws_network.b"]);
    assert_eq!(names(graph.with_dependents([&b])), ["aws_network.b", "aws_store.s"]);
    assert_eq!(graph.dependents(&a).into_keys().cloned().collect::<BTreeSet<Address>>().len(), 2);
    assert_eq!(graph.of_layer("main").len(), 4);
}

#[test]
fn drawings_leave_out_what_follows() {
    let graph = build(&stack(TEXT)).expect("no cycle");
    assert_eq!(
        text(&graph),
        "main\n  aws_network.a\n  aws_network.b after aws_network.a\n  aws_store.s after aws_network.b\n  data.aws_image.i\n"
    );
    assert!(dot(&graph).contains("  \"aws_store.s\" -> \"aws_network.b\";\n"));
    assert!(!dot(&graph).contains("  \"aws_store.s\" -> \"aws_network.a\";\n"));
    assert!(mermaid(&graph).contains("  subgraph layer0 [\"main\"]\n    n0[\"aws_network.a\"]\n"));
    assert!(mermaid(&graph).contains("  n2 --> n1\n"));
    let json = json(&graph);
    assert_eq!(json["edges"].as_array().map(Vec::len), Some(3));
    assert_eq!(json["edges"][1]["attributes"][0], "id");
}
