//! Terraform's own syntax: order, places, errors.

use super::{check, check_file, check_problems};
use crate::terraform::configuration::{Module, Structure};
use crate::terraform::read;
use crate::testing::Memory;

#[test]
fn main_comes_first() {
    let names = ["zone.tf", "main.tf", "a.tf", "outputs.tf", "notes.txt", "x.tfvars", ".hidden.tf", "b.tf~"];
    let files: Vec<(String, String)> =
        names.iter().map(|name| (format!("layer/{name}"), format!("locals {{\n  file = \"{name}\"\n}}\n"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let module = read::module(&Memory::of(&files), "layer/").expect("it is right");
    assert_eq!(module.folder, "layer");
    let files: Vec<&str> = module.blocks.iter().filter_map(|it| it.body.get("file")?.as_str()).collect();
    assert_eq!(files, ["main.tf", "a.tf", "outputs.tf", "zone.tf"]);
}

#[test]
fn the_other_tool_has_files_of_its_own() {
    check(
        &[("layer/a.tf", "locals {}"), ("layer/a.tofu", "output \"a\" {}"), ("layer/b.tofu", "output \"b\" {}")],
        "output \"a\" {\n}\noutput \"b\" {\n}",
    );
}

#[test]
fn the_folder_where_one_stands() {
    for folder in [".", "", "./"] {
        let module = read::module(&Memory::of(&[("main.tf", "locals {}")]), folder).expect("it is right");
        assert_eq!((module.folder.as_str(), module.blocks[0].place.file.as_str()), (".", "main.tf"));
    }
}

fn line_of(module: &Module, name: &str) -> usize {
    let body = module.blocks.iter().map(|it| &it.body);
    let nested = module.blocks.iter().flat_map(|it| it.body.blocks()).map(|it| &it.body);
    let places = body.chain(nested).flat_map(|it| &it.structures).filter_map(|it| match it {
        Structure::Attribute(it) if it.name == name => Some(it.place.line),
        Structure::Block(it) if it.name == name => Some(it.place.line),
        Structure::Attribute(_) | Structure::Block(_) => None,
    });
    places.last().expect("it is there")
}

#[test]
fn places_are_lines() {
    let text = "\u{feff}# c\r\n\r\na \"b\" {\r\n  # d\r\n  x = <<EOT\r\n1\r\n2\r\nEOT\r\n\r\n  y = 1\r\n  nested {\r\n    z = 1\r\n  }\r\n  one { w = 1 }\r\n}\r\n";
    let module = read::module(&Memory::of(&[("layer/main.tf", text)]), "layer").expect("it is right");
    assert_eq!((module.blocks[0].place.line, module.blocks[0].place.file.as_str()), (3, "layer/main.tf"));
    let lines = ["x", "y", "nested", "z", "one", "w"].map(|name| line_of(&module, name));
    assert_eq!(lines, [5, 10, 11, 12, 14, 14]);
}

#[test]
fn expressions_of_all_kinds() {
    let values = [
        "null",
        "-1.5",
        "var.a.b[0].c[*].d",
        "a.*.b",
        "aws_x.y.0.id",
        "[for k, v in var.m : upper(k) if v != \"\"]",
        "{ for k, v in var.m : k => v...}",
        "a ? b : !c && d || e >= 1",
        "\"${var.a}-%{ if x }y%{ else }z%{ endif }\"",
        "\"$${not} %%{this}\"",
        "provider::aws::arn_parse(x)",
        "f(x...)",
        "merge(\n    a,\n    {\n      b = \"c\"\n    },\n  )",
        "(\n    a\n    ? b\n    : c\n  )",
        "[\n    <<-EOT\n      a\n    EOT\n    ,\n  ]",
    ];
    for value in values {
        check_file(&format!("locals {{\n  x = {value}\n}}\n"), &format!("locals {{\n  x = {value}\n}}"));
    }
}

#[test]
fn a_folder_without_a_configuration() {
    let problems =
        check_problems(&[("layer/readme.md", "")], &["layer: there is no Terraform configuration in this folder"]);
    assert!(problems[0].help.is_some());
}

#[test]
fn mistakes_have_a_line_and_a_hint() {
    let check = |text: &str, expect: &str, excerpt: &str, hint: &str| {
        let problems = check_problems(&[("layer/main.tf", text)], &[expect]);
        assert_eq!(problems[0].excerpt.as_deref(), Some(excerpt));
        let help = problems[0].help.clone().unwrap_or_default();
        assert!(help.contains(hint), "{help}");
    };
    check("a {\n  b = 1\n", "layer/main.tf:2: a block or an object is never closed", "  b = 1", "`}` is missing");
    check("a {\n  b = 1\n  b = 2\n}\n", "layer/main.tf:3: this argument is set twice", "  b = 2", "remove");
    check(
        "a {\n  b = {\n    c = 1\n    c = 2\n  }\n}\n",
        "layer/main.tf:4: this key is set twice",
        "    c = 2",
        "remove",
    );
    check("a {\n  b = \"\\d\"\n}\n", "layer/main.tf:2: this escape sequence does not exist", "  b = \"\\d\"", "`\\\\`");
    check("a {\n  b = <<EOT\nx\n}\n", "layer/main.tf:3: the text after `<<` is never closed", "x", "alone on a line");
}

#[test]
fn what_terraform_would_not_read() {
    check_problems(
        &[("layer/a.tf", "x = 1\nlocals {}\n"), ("layer/b.tf", "a {\n  = 1\n}\n")],
        &[
            "layer/a.tf:1: `x` is set outside of any block",
            "layer/b.tf:2: this is not Terraform's syntax: invalid block body: expected `}`, newline or identifier",
        ],
    );
    let broken: &[(&str, &[u8])] = &[("layer/main.tf", b"# \xff")];
    let problems = read::module(&Memory::of_bytes(broken), "layer").expect_err("it is no text");
    assert_eq!(problems[0].to_string(), "layer/main.tf: this file is no text");
    check_problems(&[("layer/main.tf", "locked")], &["layer/main.tf: this file cannot be read: permission denied"]);
}

#[test]
fn what_the_parser_does_not_read_by_itself() {
    let check = |value: &str, expect: &str| {
        check_file(
            &format!("locals {{\n  x = {value}\n  y = 1 # y\n}}\n"),
            &format!("locals {{\n  x = {expect}\n  y = 1 # y\n}}"),
        );
    };
    check("<<EOT\nEOT\n  z = <<EOT\nz\nEOT", "\"\"\n  z = <<EOT\nz\nEOT");
    check("f(<<-EOT\n  EOT\n  )", "f(\"\"    \n     \n  )");
    check("<<A\ncat <<B\nB\nA", "<<A\ncat <<B\nB\nA");
    check("{ for k in y : k => k\n ? 1 # c\n : \"#\" }", "{ for k in y : k => k  ? 1      : \"#\" }");
    check("f(\"é\\\\\", \"\\\"{\", [for\r\n k in y : k])", "f(\"é\\\\\", \"\\\"{\", [for   k in y : k])");
    check("[for\r\n k in y : { a = 1\n b = 2 }]", "[for   k in y : { a = 1\n b = 2 }]");
    check("\"%{ if a\n && b }c%{ endif }\"", "\"%{ if a && b }c%{ endif }\"");
}

#[test]
fn lines_stay_what_they_are() {
    let text = "a {\n  x = <<EOT\nEOT\n  y = { for k in l : k => a\n    ? 1\n    : 2\n  }\n  z = 1\n}\n";
    let module = read::module(&Memory::of(&[("layer/main.tf", text)]), "layer").expect("it is right");
    assert_eq!(["x", "y", "z"].map(|name| line_of(&module, name)), [2, 4, 8]);
}
