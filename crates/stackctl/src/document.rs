//! Documents that a command writes beside what it prints.

use std::path::Path;

use engine::plan::{self, Inputs, Options};
use engine::session::Session;
use model::graph;
use report::html::About;
use review::{Ground, Review};

use crate::failure::Failure;
use crate::holder::now;
use crate::render::time;
use crate::world::{Planned, World};

/// Writes a review as a page to look at.
///
/// # Errors
/// It cannot be written there.
pub fn write_page(path: &Path, review: &Review) -> Result<(), Failure> {
    let about = About { version: env!("CARGO_PKG_VERSION"), made: &time::utc(now()) };
    std::fs::write(path, report::html::page(review, &about))
        .map_err(|why| Failure::environment("unwritable", format!("cannot write `{}`: {why}", path.display())))
}

/// A plan, reviewed.
///
/// # Errors
/// None that planning has not met before.
pub fn review(world: &World, session: &Session, planned: &Planned, options: &Options) -> Result<Review, Failure> {
    let (loaded, state) = (&world.loaded, &session.ledger.state);
    let graph = graph::build(&loaded.stack).map_err(|problems| world.wrong(problems))?;
    let inputs = Inputs {
        stack: &loaded.stack,
        catalog: &world.catalog,
        state,
        observed: &planned.observed,
        fingerprints: &session.fingerprints,
        options,
    };
    let objects = plan::objects(&inputs).map_err(|problems| world.wrong(problems))?;
    let ground = Ground {
        stack: &loaded.stack,
        sources: &loaded.sources,
        graph: &graph,
        catalog: &world.catalog,
        objects: &objects,
        state,
    };
    Ok(review::of_plan(&planned.planning.plan, &ground))
}
