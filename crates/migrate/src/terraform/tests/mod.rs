//! What is read of Terraform's files.

mod backends;
mod comments;
mod folders;
mod json;
mod overrides;
mod syntax;

use hcl_edit::Decorate;

use super::configuration::{Body, Comments, Module, Structure};
use super::{Problem, read};
use crate::testing::Memory;

/// Reads the folder `layer` and compares it with how it would be written with every comment above
/// or beside what it belongs to.
fn check(files: &[(&str, &str)], expect: &str) {
    let module = read::module(&Memory::of(files), "layer").unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(shown(&module).trim(), unindented(expect));
}

/// One file.
fn check_file(text: &str, expect: &str) {
    check(&[("layer/main.tf", text)], expect);
}

/// Reads the folder `layer`, of which something is wrong.
fn check_problems(files: &[(&str, &str)], expect: &[&str]) -> Vec<Problem> {
    let problems = read::module(&Memory::of(files), "layer").expect_err("something is wrong");
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(shown, expect, "{problems:#?}");
    problems
}

/// Without the indentation of the first line.
fn unindented(text: &str) -> String {
    let text = text.trim_start_matches('\n');
    let indent = text.len() - text.trim_start().len();
    let lines: Vec<&str> = text.lines().map(|it| it.get(indent..).unwrap_or_default()).collect();
    lines.join("\n").trim().to_owned()
}

fn shown(module: &Module) -> String {
    let mut text = String::new();
    if !module.head.is_empty() {
        text += &format!("HEAD\n{}", lines(&module.head, ""));
    }
    let structures = module.blocks.iter().cloned().map(Structure::Block).collect();
    show_body(&Body { structures, trailing: Vec::new() }, "", &mut text);
    if !module.trailing.is_empty() {
        text += &format!("TRAILING\n{}", lines(&module.trailing, ""));
    }
    text
}

fn show_body(body: &Body, indent: &str, text: &mut String) {
    for structure in &body.structures {
        match structure {
            Structure::Attribute(attribute) => {
                let (above, beside) = show_comments(&attribute.comments, indent);
                let mut value = attribute.expression.clone();
                value.decor_mut().clear();
                *text += &format!("{above}{indent}{} = {value}{beside}\n", attribute.name);
            }
            Structure::Block(block) => {
                let (above, beside) = show_comments(&block.comments, indent);
                let labels: Vec<String> = block.labels.iter().map(|it| format!(" {it:?}")).collect();
                *text += &format!("{above}{indent}{}{} {{{beside}\n", block.name, labels.concat());
                show_body(&block.body, &format!("{indent}  "), text);
                *text += &format!("{indent}}}\n");
            }
        }
    }
    *text += &lines(&body.trailing, indent);
}

fn show_comments(comments: &Comments, indent: &str) -> (String, String) {
    let beside = comments.beside.as_ref().map(|it| format!(" # {it}"));
    (lines(&comments.above, indent), beside.unwrap_or_default())
}

fn lines(lines: &[String], indent: &str) -> String {
    lines.iter().map(|it| if it.is_empty() { "\n".to_owned() } else { format!("{indent}# {it}\n") }).collect()
}
