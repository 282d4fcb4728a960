//! Override files.

use super::{check, check_problems};

fn check_merge(base: &str, over: &str, expect: &str) {
    check(&[("layer/main.tf", base), ("layer/x_override.tf", over)], expect);
}

#[test]
fn arguments_replace_and_add() {
    check_merge(
        "resource \"a\" \"b\" {\n  # why\n  x = 1\n  y = 2\n}\n",
        "resource \"a\" \"b\" {\n  x = 3\n  z = 4 # new\n}\n",
        r#"
        resource "a" "b" {
          # why
          x = 3
          y = 2
          z = 4 # new
        }
        "#,
    );
}

#[test]
fn blocks_replace_all_of_their_type() {
    check_merge(
        "resource \"a\" \"b\" {\n  i {\n    x = 1\n  }\n  i {\n    x = 2\n  }\n  e {\n    x = 3\n  }\n}\n",
        "resource \"a\" \"b\" {\n  i {\n    x = 4\n  }\n}\n",
        r#"
        resource "a" "b" {
          i {
            x = 4
          }
          e {
            x = 3
          }
        }
        "#,
    );
    check_merge(
        "resource \"a\" \"b\" {\n  i {\n    x = 1\n  }\n}\n",
        "resource \"a\" \"b\" {\n  dynamic \"i\" {\n    for_each = []\n  }\n}\n",
        "resource \"a\" \"b\" {\n  dynamic \"i\" {\n    for_each = []\n  }\n}",
    );
}

#[test]
fn lifecycle_is_merged_by_argument() {
    check_merge(
        "resource \"a\" \"b\" {\n  lifecycle {\n    ignore_changes = [x]\n    prevent_destroy = true\n  }\n}\n",
        "resource \"a\" \"b\" {\n  lifecycle {\n    prevent_destroy = false\n  }\n}\n",
        "
        resource \"a\" \"b\" {
          lifecycle {
            ignore_changes = [x]
            prevent_destroy = false
          }
        }
        ",
    );
}

#[test]
fn locals_by_name() {
    check_merge(
        "locals {\n  a = 1\n}\nlocals {\n  b = 2\n}\n",
        "locals {\n  b = 3\n  a = 4\n}\n",
        "locals {\n  a = 4\n}\nlocals {\n  b = 3\n}",
    );
}

#[test]
fn settings_are_spread_and_a_backend_replaces_the_other() {
    check_merge(
        "terraform {\n  required_version = \"1\"\n  cloud {\n    organization = \"o\"\n  }\n}\nterraform {\n  required_providers {\n    aws = 1\n    tls = 2\n  }\n}\n",
        "terraform {\n  backend \"local\" {}\n  required_providers {\n    aws = 3\n  }\n}\n",
        r#"
        terraform {
          required_version = "1"
        }
        terraform {
          required_providers {
            aws = 3
            tls = 2
          }
          backend "local" {
          }
        }
        "#,
    );
    check_merge(
        "locals {}\n",
        "terraform {\n  backend \"local\" {}\n}\n",
        "locals {\n}\nterraform {\n  backend \"local\" {\n  }\n}",
    );
}

#[test]
fn providers_by_alias() {
    check_merge(
        "provider \"aws\" {\n  region = \"a\"\n}\nprovider \"aws\" {\n  alias = \"x\"\n  region = \"b\"\n}\n",
        "provider \"aws\" {\n  alias = \"x\"\n  region = \"c\"\n}\nprovider \"tls\" {}\n",
        "
        provider \"aws\" {
          region = \"a\"
        }
        provider \"aws\" {
          alias = \"x\"
          region = \"c\"
        }
        provider \"tls\" {
        }
        ",
    );
}

#[test]
fn later_files_win() {
    check(
        &[
            ("layer/override.tf", "variable \"a\" {\n  default = 2\n}\n"),
            ("layer/main.tf", "variable \"a\" {\n  default = 1\n}\n"),
            ("layer/z_override.tf.json", r#"{"variable": {"a": {"default": 3}}}"#),
        ],
        "variable \"a\" {\n  default = 3\n}",
    );
}

#[test]
fn what_cannot_be_overridden() {
    check_problems(
        &[
            ("layer/main.tf", "resource \"a\" \"b\" {}\n"),
            (
                "layer/override.tf",
                "resource \"a\" \"c\" {}\nlocals {\n  x = 1\n}\nresource \"a\" \"b\" {\n  depends_on = []\n}\nmoved {}\nprovider \"aws\" {\n  alias = \"x\"\n}\n",
            ),
        ],
        &[
            "layer/override.tf:1: this overrides `resource \"a\" \"c\"`, and there is no such block",
            "layer/override.tf:3: this overrides the local `x`, and there is no such local",
            "layer/override.tf:6: `depends_on` cannot be overridden",
            "layer/override.tf:8: a `moved` block overrides nothing",
            "layer/override.tf:9: this overrides `provider \"aws\"`, and there is no such block",
        ],
    );
}
