//! Documents that a command writes beside what it prints.

use std::path::Path;

use engine::plan::Planning;
use model::graph;
use report::html::About;
use review::{Ground, Review};

use crate::failure::Failure;
use crate::holder::now;
use crate::render::time;
use crate::world::World;

/// Writes a document, whole or not at all as far as the file system goes.
///
/// # Errors
/// It cannot be written there.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|why| Failure::environment("unwritable", format!("cannot write `{}`: {why}", path.display())))
}

/// Who made a document, and when.
pub fn about() -> About {
    About { version: env!("CARGO_PKG_VERSION").to_owned(), made: time::utc(now()) }
}

/// A plan, reviewed.
///
/// # Errors
/// None that planning has not met before.
pub fn review(world: &World, planning: &Planning) -> Result<Review, Failure> {
    let loaded = &world.loaded;
    let graph = graph::build(&loaded.stack).map_err(|problems| world.wrong(problems))?;
    let ground = Ground {
        stack: &loaded.stack,
        sources: &loaded.sources,
        graph: &graph,
        catalog: &world.catalog,
        objects: &planning.objects,
    };
    Ok(review::of_plan(&planning.plan, &ground))
}
