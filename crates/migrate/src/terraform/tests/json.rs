//! Terraform's JSON syntax.

use super::{check, check_problems};
use crate::terraform::{comments, read};
use crate::testing::Memory;

fn check_json(text: &str, expect: &str) {
    check(&[("layer/main.tf.json", text)], expect);
}

#[test]
fn blocks_with_labels() {
    check_json(
        r#"{"resource": {"aws_vpc": {"a": {"cidr_block": "10.0.0.0/16", "n": 1, "t": true, "x": null, "f": 1.5}, "b": {}}},
            "variable": {"v": {"type": "list(string)", "default": ["${not}"], "description": "d"}},
            "locals": {"l": "${var.v}", "m": "${var.v}-x", "n": "a $${b}"}}"#,
        r#"
        resource "aws_vpc" "a" {
          cidr_block = "10.0.0.0/16"
          n = 1
          t = true
          x = null
          f = 1.5
        }
        resource "aws_vpc" "b" {
        }
        variable "v" {
          type = list(string)
          default = ["$${not}"]
          description = "d"
        }
        locals {
          l = var.v
          m = "${var.v}-x"
          n = "a $${b}"
        }
        "#,
    );
}

#[test]
fn lists_at_every_level() {
    check_json(
        r#"[{"provider": {"aws": [{"region": "a"}, {"alias": "x"}]}}, {"resource": [{"a": [{"b": [{"x": 1}]}]}]}]"#,
        r#"
        provider "aws" {
          region = "a"
        }
        provider "aws" {
          alias = "x"
        }
        resource "a" "b" {
          x = 1
        }
        "#,
    );
}

#[test]
fn references_are_texts() {
    check_json(
        r#"{"resource": {"a": {"b": {"depends_on": ["a.c", "module.m"], "provider": "aws.x", "name": "a.c",
            "lifecycle": {"ignore_changes": ["tags[\"x\"]"], "replace_triggered_by": ["a.c.id"], "prevent_destroy": true}}}},
            "module": {"m": {"source": "./m", "providers": {"aws": "aws.x"}, "x": "${a.b}"}},
            "moved": [{"from": "a.x", "to": "a.b"}]}"#,
        r#"
        resource "a" "b" {
          depends_on = [a.c, module.m]
          provider = aws.x
          name = "a.c"
          lifecycle {
            ignore_changes = [tags["x"]]
            replace_triggered_by = [a.c.id]
            prevent_destroy = true
          }
        }
        module "m" {
          source = "./m"
          providers = {aws = aws.x,}
          x = a.b
        }
        moved {
          from = a.x
          to = a.b
        }
        "#,
    );
}

#[test]
fn nested_blocks_that_follow_a_schema_are_values() {
    check_json(
        r#"{"resource": {"a": {"b": {"ingress": [{"from_port": "${var.p}", "${var.k}": 1, "a b": 2, "x${var.k}": 3}],
            "dynamic": {"egress": {"for_each": "${var.l}", "iterator": "it", "content": {"x": "${it.value}"}}}}}}}"#,
        r#"
        resource "a" "b" {
          ingress = [{from_port = var.p,(var.k) = 1,"a b" = 2,"x${var.k}" = 3,}]
          dynamic "egress" {
            for_each = var.l
            iterator = it
            content {
              x = it.value
            }
          }
        }
        "#,
    );
}

#[test]
fn settings_mean_themselves() {
    check_json(
        r#"{"terraform": {"required_version": ">= 1", "backend": {"s3": {"bucket": "b"}}, "required_providers": {"aws": {"source": "hashicorp/aws"}}}}"#,
        r#"
        terraform {
          required_version = ">= 1"
          backend "s3" {
            bucket = "b"
          }
          required_providers {
            aws = {source = "hashicorp/aws",}
          }
        }
        "#,
    );
}

#[test]
fn comments_have_a_key() {
    check_json(
        r#"{"//": "the file", "resource": {"//": "left out", "a": {"b": {"//": "the\nresource", "x": 1}}, "c": {"d": {"//": {"tool": 1}}}}}"#,
        r#"
        HEAD
        # the file
        # the
        # resource
        resource "a" "b" {
          x = 1
        }
        resource "c" "d" {
        }
        "#,
    );
}

#[test]
fn comments_in_blocks_that_follow_a_schema() {
    let text = r#"{"resource": {"a": {"b": {"ingress": {"//": "both\nports", "from": 1, "to": 2}, "n": 1}}}}"#;
    let module = read::module(&Memory::of(&[("layer/a.tf.json", text)]), "layer").expect("it is right");
    let ingress = module.blocks[0].body.get("ingress").and_then(|it| it.as_object()).expect("an object");
    let above: Vec<Vec<String>> = comments::of_object(ingress).into_iter().map(|it| it.above).collect();
    assert_eq!(above, [vec!["both".to_owned(), "ports".to_owned()], Vec::new()]);
}

#[test]
fn places_are_lines() {
    let text = "\u{feff}{\n  \"resource\": {\n    \"a\": {\n      \"b{\\\"\": {\n        \"x\": [1,\n 2],\n        \"y\": \"}\"\n      },\n      \"c\": {}\n    }\n  },\n  \"locals\": [\n    {\"l\": 1},\n    {\"m\":\n 2}\n  ]\n}";
    let module = read::module(&Memory::of(&[("layer/a.tf.json", text)]), "layer").expect("it is right");
    let lines: Vec<usize> = module.blocks.iter().map(|it| it.place.line).collect();
    assert_eq!(lines, [4, 9, 13, 14]);
    let lines: Vec<usize> = module.blocks[0].body.attributes().map(|it| it.place.line).collect();
    assert_eq!(lines, [5, 7]);
}

#[test]
fn mistakes() {
    let problems = check_problems(
        &[("layer/a.tf.json", "{\n  \"a\": x\n}")],
        &["layer/a.tf.json:2: this is not JSON: expected value"],
    );
    assert_eq!(problems[0].excerpt.as_deref(), Some("  \"a\": x"));
    check_problems(
        &[(
            "layer/a.tf.json",
            "{\n  \"resources\": {},\n  \"output\": {\"a\": 1},\n  \"locals\": {\n    \"a\": \"${\",\n    \"b\": 1e999\n  }\n}",
        )],
        &["layer/a.tf.json:6: this is not JSON: number out of range"],
    );
    check_problems(
        &[(
            "layer/a.tf.json",
            "{\n  \"resources\": {},\n  \"output\": {\"a\": 1},\n  \"locals\": {\n    \"a\": \"${\"\n  }\n}",
        )],
        &[
            "layer/a.tf.json:2: `resources` is no block of Terraform",
            "layer/a.tf.json:3: an object is expected here, or a list of objects",
            "layer/a.tf.json:5: `a` cannot be read: `${` is no template",
        ],
    );
}
