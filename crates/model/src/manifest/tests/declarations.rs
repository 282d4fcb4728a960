//! What is read from manifests that are sound, or in part.

use super::*;
use crate::address::Address;

#[test]
fn everything_in_one_file() {
    let text = r#"
[stack]
name = "wordpress"
[provider.aws]
region = "us-east-1"
assume_role = { role_arn = "arn", external_id = "x" }
allowed_account_ids = ["123456789012"]
ignore_tags.keys = ["a"]
[state]
bucket = "b"
lock_table = "t"
[variables.size]
type = "list(string)"
default = ["a"]
allowed = [["a"], []]
pattern = "^a"
description = "How big."
sensitive = true
[variables.any]
[locals]
name = "x"
nested = { b = 1, a.c = 2.5 }
[tags]
project = "p"
[outputs.url]
value = "${local.name}"
description = "Where."
[resource.aws_vpc.main]
cidr_block = "10.0.0.0/16"
[[moved]]
from = 'aws_subnet.a["x"]'
to = "aws_subnet.b"
[[import]]
to = "aws_vpc.main"
id = "vpc-1"
[[removed]]
from = "aws_vpc.old"
"#;
    let files = [("stack.toml", text)];
    let manifest = sound(&files, None);
    insta::assert_snapshot!(outline(&sources(&files), &manifest));
}

/// Everything a manifest declares, a line each.
fn outline(sources: &Sources, manifest: &Manifest) -> String {
    let pair = |it: &Option<(String, Span)>| it.as_ref().map(|(it, span)| format!("{it} at {}", place(sources, *span)));
    let node = |it: &Option<Node>| it.as_ref().map(show_node);
    let mut lines = vec![
        format!("name {:?}", pair(&manifest.name)),
        format!("provider {:?}", node(&manifest.provider)),
        format!("state {:?}", node(&manifest.state)),
        format!("locals {}", show(&manifest.locals)),
        format!("tags {}", show(&manifest.tags)),
    ];
    for (name, it) in &manifest.variables {
        let (ty, pattern) = (pair(&it.ty), pair(&it.pattern));
        lines.push(format!("variable {name} at {}: type {ty:?}", place(sources, it.span)));
        lines.push(format!("  pattern {pattern:?}, description {:?}, sensitive {}", it.description, it.sensitive));
        lines.push(format!("  default {:?}, allowed {:?}", node(&it.default), node(&it.allowed)));
    }
    for (name, it) in &manifest.outputs {
        let (at, value) = (place(sources, it.span), show_node(&it.value));
        lines.push(format!("output {name} at {at}: {value}, {:?}, sensitive {}", it.description, it.sensitive));
    }
    for it in &manifest.blocks {
        lines.push(format!("block {} at {}: {}", it.address, place(sources, it.span), show(&it.body)));
    }
    for it in &manifest.moved {
        lines.push(format!("moved {} to {} at {}", it.from, it.to, place(sources, it.span)));
    }
    for it in &manifest.imports {
        lines.push(format!("import {} as {} at {}", show_node(&it.id), it.to, place(sources, it.span)));
    }
    for it in &manifest.removed {
        lines.push(format!("removed {} at {}", it.from, place(sources, it.span)));
    }
    lines.join("\n")
}

#[test]
fn blocks_in_the_order_written_with_their_headers() {
    let layer = "[data.aws_region.here]\n[resource.aws_vpc.b]\nz = 1\na = 2\n[[resource.aws_subnet.s.x]]\n\
                 [resource . aws_vpc . a] # here\n[resource.aws_subnet]\nt = { a = 1 }\n[resource.aws_vpc.c.tags]\nk = 'v'\n\
                 [resource.aws_vpc.c]\nq = 1\n";
    let files = [("stack.toml", "resource.aws_eip.e.domain = 'vpc'\n[stack]\nname = 's'\n"), ("net.toml", layer)];
    let manifest = sound(&files, None);
    let sources = sources(&files);
    let blocks: Vec<_> = manifest
        .blocks
        .iter()
        .map(|it| {
            let (span, kind) = (place(&sources, it.span), place(&sources, it.kind_span));
            format!("{} in {} at {span}, kind at {kind}: {}", it.address, it.layer, show(&it.body))
        })
        .collect();
    insta::assert_snapshot!(blocks.join("\n"));
    assert_eq!(manifest.layers, ["stack", "net"]);
}

#[test]
fn tags_of_the_stack_and_of_layers() {
    let manifest = sound(&[("stack.toml", "[stack]\nname='s'\n[tags]\na='1'\n"), ("db.toml", "[tags]\nb='2'\n")], None);
    assert_eq!(show(&manifest.tags), r#"a = "1""#);
    assert_eq!(show(&manifest.layer_tags["db"]), r#"b = "2""#);
}

#[test]
fn what_a_broken_file_declares_counts_as_existing() {
    let broken = "[resource.aws_vpc.main]\ncidr_block = \n[[resource.aws_subnet.a.x]]\n[data.aws_region.r\n\
                  [variables.v]\n[locals]\nl = \"\nm.n = 1\n[resource.aws_eip]\ne.x = 1\n";
    let sources = sources(&[("stack.toml", "[stack]\nname = 's'\n"), ("net.toml", broken)]);
    let (manifest, diagnostics) = parse(&sources, None);
    assert!(diagnostics.iter().all(|it| it.code == "syntax"), "{diagnostics:?}");
    let unparsed = &manifest.unparsed;
    assert_eq!(unparsed.files, ["net.toml"]);
    let addresses: Vec<_> = unparsed.addresses.iter().map(Address::to_string).collect();
    assert_eq!(addresses, ["aws_eip.e", "aws_subnet.a", "aws_vpc.main"]);
    assert!(unparsed.variables.iter().eq(["v"]));
    assert!(unparsed.locals.iter().eq(["l", "m"]));
    assert_eq!(manifest.layers, ["stack", "net"]);
}

#[test]
fn variable_files() {
    let sources = sources(&[("prod.vars.toml", "a = 1\nb = { c = ['x'] }\n"), ("bad.toml", "a = \nb")]);
    let (table, diagnostics) = parse_values(&sources, crate::source::FileId(0));
    assert_eq!((show(&table).as_str(), diagnostics.len()), (r#"a = 1, b = {c = ["x"]}"#, 0));
    let (table, diagnostics) = parse_values(&sources, crate::source::FileId(1));
    assert_eq!((table.len(), diagnostics.len()), (0, 2));
}
