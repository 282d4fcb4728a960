//! The planner, from manifest texts: a world to which one manifest was applied, a change to it,
//! and the plan that follows.

mod adoption;
mod attributes;
mod catalog;
mod documents;
mod edits;
mod life;
mod lookups;
mod narrowing;
mod properties;
mod removal;
mod replacement;
mod reports;
mod secrets;
mod world;

use world::{World, operations, shown};

/// Whether a plan shows exactly these lines.
#[track_caller]
fn check(world: &mut World, text: &str, expect: &str) {
    let plan = world.plan(text);
    let found = shown(&plan);
    assert_eq!(found, trimmed(expect), "\n--- found\n{found}\n---\n{}", operations(&plan));
}

/// Whether a plan does exactly these things in this order.
#[track_caller]
fn check_operations(world: &mut World, text: &str, expect: &str) {
    let plan = world.plan(text);
    let found = operations(&plan);
    assert_eq!(found, trimmed(expect), "\n--- found\n{found}\n---\n{}", shown(&plan));
}

/// Whether there is no plan, for exactly this reason.
#[track_caller]
fn check_refused(world: &mut World, text: &str, expect: &str) {
    let found = world.refused(text);
    assert_eq!(found, trimmed(expect), "\n--- found\n{found}\n---");
}

fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().skip_while(|it| it.trim().is_empty()).collect();
    let indent = lines.iter().filter(|it| !it.trim().is_empty()).map(|it| it.len() - it.trim_start().len()).min();
    lines.iter().map(|it| it.get(indent.unwrap_or(0)..).unwrap_or_default()).collect::<Vec<&str>>().join("\n")
}

/// A service with some arguments.
fn service(arguments: &str) -> String {
    format!("[resource.aws_service.web]\nname = \"web\"\npayer = \"me\"\n{arguments}\n")
}
