//! All files of a Terraform folder as one module.
//!
//! In: a folder. Out: its blocks in the order in which people read them, overrides merged in, or
//! every file that cannot be read. It must not know what a block becomes.

use super::configuration::{Attribute, Block, Module, Structure};
use super::problem::Problem;
use super::{json, native, overrides, path};
use crate::request::Disk;

/// Reads the configuration in a folder, in Terraform's and OpenTofu's files and in both syntaxes.
///
/// # Errors
/// There is none, or what is wrong with its files.
pub fn module(disk: &dyn Disk, folder: &str) -> Result<Module, Vec<Problem>> {
    let folder = match folder.trim_end_matches('/') {
        "" if folder.starts_with('/') => "/",
        "" => ".",
        folder => folder,
    };
    let names = configuration_files(&disk.list(folder));
    if names.is_empty() {
        let problem = Problem::of(folder, "there is no Terraform configuration in this folder");
        return Err(vec![problem.help("a folder with `.tf` files is expected")]);
    }
    let mut module = Module { folder: folder.to_owned(), ..Module::default() };
    let mut problems = Vec::new();
    for name in names {
        let is_override = is_override(&name);
        match file(disk, &path::join(folder, &name)) {
            Ok(content) if is_override => overrides::merge(&mut module.blocks, content.blocks, &mut problems),
            Ok(content) => {
                append(&mut module.head, content.head);
                append(&mut module.trailing, content.trailing);
                module.blocks.extend(content.blocks);
            }
            Err(more) => problems.extend(more),
        }
    }
    if problems.is_empty() { Ok(module) } else { Err(problems) }
}

/// Whether a folder has a configuration.
#[must_use]
pub fn is_module(disk: &dyn Disk, folder: &str) -> bool {
    !configuration_files(&disk.list(folder)).is_empty()
}

/// One file.
pub(super) struct Content {
    pub(super) head: Vec<String>,
    pub(super) blocks: Vec<Block>,
    pub(super) trailing: Vec<String>,
}

/// The text of a file that is there.
pub(super) fn text(disk: &dyn Disk, path: &str) -> Result<String, Problem> {
    let bytes = match disk.read(path) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(Problem::of(path, "there is no such file")),
        Err(error) => return Err(Problem::of(path, format!("this file cannot be read: {error}"))),
    };
    let mut text = String::from_utf8(bytes)
        .map_err(|_| Problem::of(path, "this file is no text").help("Terraform's files are UTF-8: save it so"))?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    Ok(text)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

fn file(disk: &dyn Disk, path: &str) -> Result<Content, Vec<Problem>> {
    let text = text(disk, path).map_err(|it| vec![it])?;
    if path.ends_with(".json") {
        return json::file(path, &text);
    }
    let native::File { head, body } = native::file(path, &text).map_err(|it| vec![it])?;
    let (mut blocks, mut problems) = (Vec::new(), Vec::new());
    for structure in body.structures {
        match structure {
            Structure::Block(block) => blocks.push(block),
            Structure::Attribute(Attribute { name, place, .. }) => problems.push(
                Problem::at(place, format!("`{name}` is set outside of any block"))
                    .help("values of variables belong into a `.tfvars` file"),
            ),
        }
    }
    if problems.is_empty() { Ok(Content { head, blocks, trailing: body.trailing }) } else { Err(problems) }
}

/// Which of a folder's files Terraform reads, in the order in which they are read here: `main`
/// first, then by name, those that override others last and by name. OpenTofu leaves out `x.tf`
/// where there is `x.tofu` (<https://opentofu.org/docs/language/files/>).
fn configuration_files(names: &[String]) -> Vec<String> {
    let is_hidden = |name: &str| name.starts_with('.') || name.ends_with('~') || name.starts_with('#');
    let is_replaced = |name: &str| {
        let (stem, ending) = split(name).unwrap_or_default();
        ending.starts_with(".tf") && names.iter().any(|it| *it == format!("{stem}{}", ending.replace(".tf", ".tofu")))
    };
    let is_read = |name: &&String| split(name).is_some() && !is_hidden(name) && !is_replaced(name);
    let mut files: Vec<String> = names.iter().filter(is_read).cloned().collect();
    files.sort_by_key(|name| (is_override(name), stem(name) != "main", name.clone()));
    files
}

/// <https://developer.hashicorp.com/terraform/language/files/override>
fn is_override(name: &str) -> bool {
    stem(name) == "override" || stem(name).ends_with("_override")
}

fn stem(name: &str) -> &str {
    split(name).map_or(name, |(stem, _)| stem)
}

/// The name of a configuration file, and its ending.
fn split(name: &str) -> Option<(&str, &str)> {
    let endings = [".tf", ".tofu", ".tf.json", ".tofu.json"];
    endings.into_iter().find_map(|ending| name.strip_suffix(ending).map(|stem| (stem, ending)))
}

/// Adds the comments of another file.
fn append(lines: &mut Vec<String>, more: Vec<String>) {
    if !lines.is_empty() && !more.is_empty() {
        lines.push(String::new());
    }
    lines.extend(more);
}
