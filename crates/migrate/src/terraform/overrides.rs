//! Override files.
//!
//! In: the blocks of a module, and those of a file that overrides them. Out: the merged blocks. It
//! must not know files.
//!
//! The rules: <https://developer.hashicorp.com/terraform/language/files/override>.

use super::configuration::{Attribute, Block, Body, Structure};
use super::problem::Problem;

/// Merges the blocks of one override file into a module's.
pub(super) fn merge(blocks: &mut Vec<Block>, overriding: Vec<Block>, problems: &mut Vec<Problem>) {
    for over in overriding {
        if let Err(problem) = merge_one(blocks, over) {
            problems.push(problem);
        }
    }
}

fn merge_one(blocks: &mut Vec<Block>, over: Block) -> Result<(), Problem> {
    match over.name.as_str() {
        "locals" => merge_locals(blocks, over),
        "terraform" => {
            merge_settings(blocks, over);
            Ok(())
        }
        "moved" | "import" | "removed" | "check" => {
            Err(Problem::at(over.place, format!("a `{}` block overrides nothing", over.name))
                .help("move it to a file whose name does not end in `_override`"))
        }
        "provider" => {
            let is_same = |it: &&mut Block| has_same_header(it, &over) && alias(it) == alias(&over);
            match blocks.iter_mut().find(is_same) {
                Some(base) => merge_body(&mut base.body, over.body, &[]),
                None if alias(&over).is_none() => blocks.push(over),
                None => return Err(missing(&over)),
            }
            Ok(())
        }
        _ => {
            if let Some(dependencies) = over.body.attributes().find(|it| it.name == "depends_on") {
                let message = "`depends_on` cannot be overridden";
                return Err(
                    Problem::at(dependencies.place.clone(), message).help("set it where the block is first declared")
                );
            }
            let base = blocks.iter_mut().find(|it| has_same_header(it, &over)).ok_or_else(|| missing(&over))?;
            merge_body(&mut base.body, over.body, &["lifecycle"]);
            Ok(())
        }
    }
}

fn missing(over: &Block) -> Problem {
    let header: Vec<String> = over.labels.iter().map(|it| format!(" {it:?}")).collect();
    let message = format!("this overrides `{}{}`, and there is no such block", over.name, header.concat());
    Problem::at(over.place.clone(), message).help("an override file only changes what other files declare")
}

fn has_same_header(block: &Block, other: &Block) -> bool {
    block.name == other.name && block.labels == other.labels
}

fn alias(block: &Block) -> Option<&str> {
    block.body.get("alias").and_then(|it| it.as_str())
}

/// A local is overridden by name, whichever block it stands in.
fn merge_locals(blocks: &mut [Block], over: Block) -> Result<(), Problem> {
    for structure in over.body.structures {
        let Structure::Attribute(local) = structure else { continue };
        let mut bodies = blocks.iter_mut().filter(|it| it.name == "locals").map(|it| &mut it.body);
        match bodies.find_map(|it| find(it, &local.name)) {
            Some(base) => replace(base, local),
            None => {
                let message = format!("this overrides the local `{}`, and there is no such local", local.name);
                return Err(Problem::at(local.place, message));
            }
        }
    }
    Ok(())
}

/// Settings may be spread over several `terraform` blocks; providers are merged one by one, and a
/// backend takes the place of whatever kept the state before.
fn merge_settings(blocks: &mut Vec<Block>, over: Block) {
    const STATES: [&str; 2] = ["backend", "cloud"];
    if over.body.blocks().any(|it| STATES.contains(&it.name.as_str())) {
        for base in blocks.iter_mut().filter(|it| it.name == "terraform") {
            base.body.structures.retain(|it| !matches!(it, Structure::Block(it) if STATES.contains(&it.name.as_str())));
        }
    }
    let is_settings = |it: &Block| it.name == "terraform";
    let has_providers = |it: &Block| is_settings(it) && it.body.block("required_providers").is_some();
    let at = has_providers(&over).then(|| blocks.iter().position(has_providers)).flatten();
    match at.or_else(|| blocks.iter().position(is_settings)) {
        Some(at) => merge_body(&mut blocks[at].body, over.body, &["required_providers"]),
        None => blocks.push(over),
    }
}

/// An argument replaces the one of its name, and blocks of a type replace all of that type. Blocks
/// of the types in `by_argument` are merged themselves.
fn merge_body(base: &mut Body, over: Body, by_argument: &[&str]) {
    let is_merged = |block: &Block| by_argument.contains(&block.name.as_str());
    let replaced: Vec<String> = over.blocks().filter(|it| !is_merged(it)).map(|it| produced(it).to_owned()).collect();
    let is_replaced =
        |it: &Structure| matches!(it, Structure::Block(it) if replaced.iter().any(|type_| type_ == produced(it)));
    let at = base.structures.iter().position(is_replaced);
    base.structures.retain(|it| !is_replaced(it));
    let mut at = at.unwrap_or(base.structures.len());
    for structure in over.structures {
        match structure {
            Structure::Attribute(attribute) => match find(base, &attribute.name) {
                Some(existing) => replace(existing, attribute),
                None => {
                    base.structures.insert(at, Structure::Attribute(attribute));
                    at += 1;
                }
            },
            Structure::Block(block) => {
                let same = base.structures.iter_mut().find_map(|it| match it {
                    Structure::Block(it) if is_merged(&block) && it.name == block.name => Some(it),
                    Structure::Block(_) | Structure::Attribute(_) => None,
                });
                if let Some(same) = same {
                    merge_body(&mut same.body, block.body, &[]);
                } else {
                    base.structures.insert(at, Structure::Block(block));
                    at += 1;
                }
            }
        }
    }
}

/// The type of block that a block stands for: a `dynamic` one makes blocks of another type.
fn produced(block: &Block) -> &str {
    match block.labels.first() {
        Some(label) if block.name == "dynamic" => label,
        _ => &block.name,
    }
}

fn find<'a>(body: &'a mut Body, name: &str) -> Option<&'a mut Attribute> {
    body.structures.iter_mut().find_map(|it| match it {
        Structure::Attribute(attribute) if attribute.name == name => Some(attribute),
        Structure::Attribute(_) | Structure::Block(_) => None,
    })
}

/// The comments of what is replaced stay unless there are others.
fn replace(base: &mut Attribute, mut over: Attribute) {
    if over.comments == Default::default() {
        over.comments = std::mem::take(&mut base.comments);
    }
    *base = over;
}
