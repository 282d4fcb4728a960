//! Files of variable values.
//!
//! In: `.tfvars` and `.tfvars.json` files. Out: expressions by variable. It must not know which
//! variables are declared.

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;

use super::configuration::{Block, Structure};
use super::problem::Problem;
use super::{json, native, path, read};
use crate::request::Disk;

/// Reads a file of values.
///
/// # Errors
/// It is not there, or what is wrong with it.
pub fn read(disk: &dyn Disk, path: &str) -> Result<BTreeMap<String, Expression>, Vec<Problem>> {
    let text = read::text(disk, path).map_err(|it| vec![it])?;
    if path.ends_with(".json") {
        return json::values(path, &text).map_err(|it| vec![it]);
    }
    let file = native::file(path, &text).map_err(|it| vec![it])?;
    let (mut values, mut problems) = (BTreeMap::new(), Vec::new());
    for structure in file.body.structures {
        match structure {
            Structure::Attribute(attribute) => {
                values.insert(attribute.name, attribute.expression);
            }
            Structure::Block(Block { name, place, .. }) => problems.push(
                Problem::at(place, format!("`{name}` is a block; a file of values sets variables, as `{name} = …`"))
                    .help(format!("`{name} = {{ … }}` is a map")),
            ),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(problems) }
}

/// The files of values in a folder that Terraform reads by itself, in its order: what a later one
/// sets wins (<https://developer.hashicorp.com/terraform/language/values/variables>).
///
/// # Errors
/// Which of them is a folder.
pub fn automatic(disk: &dyn Disk, folder: &str) -> Result<Vec<String>, Vec<Problem>> {
    let names = disk.list(folder);
    let fixed = ["terraform.tfvars", "terraform.tfvars.json"];
    let is_automatic = |name: &str| name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json");
    let is_read = |name: &str| fixed.contains(&name) || is_automatic(name);
    let folders = names.iter().filter_map(|it| it.strip_suffix('/')).filter(|it| is_read(it));
    let problems: Vec<Problem> = folders
        .map(|it| Problem::of(&path::join(folder, it), "Terraform reads this as a file of values, and it is a folder"))
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let first = fixed.into_iter().filter(|it| names.iter().any(|name| name == it));
    let mut others: Vec<&str> = names.iter().map(String::as_str).filter(|it| is_automatic(it)).collect();
    others.sort_unstable();
    Ok(first.chain(others).map(|name| path::join(folder, name)).collect())
}
