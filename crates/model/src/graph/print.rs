//! The graph as text, Graphviz, Mermaid and JSON.
//!
//! In: a graph. Out: text. The drawings leave out edges that follow from others; JSON has all.
//! It must not print.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::Graph;
use crate::address::Address;

/// Layer by layer in the order in which things are made, each with what it waits for.
#[must_use]
pub fn text(graph: &Graph) -> String {
    let reduced = graph.reduced();
    let mut out = String::new();
    for (layer, addresses) in by_layer(graph) {
        line(&mut out, format_args!("{layer}"));
        for address in addresses {
            let after = reduced.get(address).into_iter().flatten();
            let after: Vec<String> = after.map(|it| it.to_string()).collect();
            match after.as_slice() {
                [] => line(&mut out, format_args!("  {address}")),
                after => line(&mut out, format_args!("  {address} after {}", after.join(", "))),
            }
        }
    }
    out
}

/// Graphviz; arrows go from what depends to what it depends on, layers are clusters.
#[must_use]
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph stack {\n  rankdir = \"RL\";\n  node [shape = box];\n");
    for (index, (layer, addresses)) in by_layer(graph).into_iter().enumerate() {
        line(&mut out, format_args!("  subgraph cluster_{index} {{"));
        line(&mut out, format_args!("    label = {layer:?};"));
        addresses.iter().for_each(|address| line(&mut out, format_args!("    {:?};", address.to_string())));
        line(&mut out, format_args!("  }}"));
    }
    for (address, dependencies) in graph.reduced() {
        for dependency in dependencies {
            line(&mut out, format_args!("  {:?} -> {:?};", address.to_string(), dependency.to_string()));
        }
    }
    out.push_str("}\n");
    out
}

/// Mermaid; arrows go from what depends to what it depends on, layers are subgraphs.
#[must_use]
pub fn mermaid(graph: &Graph) -> String {
    let names: BTreeMap<&Address, String> =
        graph.order().iter().enumerate().map(|(index, address)| (address, format!("n{index}"))).collect();
    let name = |address: &Address| names.get(address).map(String::as_str).unwrap_or_default();
    let mut out = String::from("flowchart RL\n");
    for (index, (layer, addresses)) in by_layer(graph).into_iter().enumerate() {
        line(&mut out, format_args!("  subgraph layer{index} [\"{}\"]", escaped(layer)));
        for address in addresses {
            line(&mut out, format_args!("    {}[\"{}\"]", name(address), escaped(&address.to_string())));
        }
        line(&mut out, format_args!("  end"));
    }
    for (address, dependencies) in graph.reduced() {
        for dependency in dependencies {
            line(&mut out, format_args!("  {} --> {}", name(address), name(dependency)));
        }
    }
    out
}

/// Every node and every edge, with the attributes that are read.
#[must_use]
pub fn json(graph: &Graph) -> Json {
    let node = |address: &Address| {
        let layer = graph.node(address).map(|it| it.layer.as_str());
        serde_json::json!({ "address": address, "kind": address.kind, "layer": layer })
    };
    let edges = graph.order().iter().flat_map(|address| {
        graph.dependencies(address).into_iter().map(move |(dependency, why)| {
            serde_json::json!({ "dependent": address, "dependency": dependency, "attributes": why.attributes })
        })
    });
    serde_json::json!({
        "nodes": graph.order().iter().map(node).collect::<Vec<Json>>(),
        "edges": edges.collect::<Vec<Json>>(),
    })
}

/// The addresses of each layer that has any, in the order in which things are made.
fn by_layer(graph: &Graph) -> Vec<(&str, Vec<&Address>)> {
    let of = |layer: &str| -> Vec<&Address> {
        graph.order().iter().filter(|it| graph.node(it).is_some_and(|node| node.layer == layer)).collect()
    };
    let layers = graph.layers().iter().map(|layer| (layer.as_str(), of(layer)));
    layers.filter(|(_, addresses)| !addresses.is_empty()).collect()
}

fn escaped(text: &str) -> String {
    text.replace('"', "#quot;")
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}
