//! `stackctl graph`

use std::collections::BTreeMap;

use model::graph;
use report::picture;
use review::Map;

use crate::args::{Cli, GraphFormat};
use crate::failure::{Exit, Failure};
use crate::load;
use crate::stream;

/// Prints the dependency graph.
pub fn run(cli: &Cli, format: GraphFormat) -> Result<Exit, Failure> {
    let loaded = load::load(cli, &providers::catalog())?;
    let root = loaded.folder.root();
    let graph = graph::build(&loaded.stack).map_err(|problems| Failure::manifest(problems, loaded.sources, root))?;
    match format {
        GraphFormat::Text => out!("{}", graph::text(&graph)),
        GraphFormat::Dot => out!("{}", graph::dot(&graph)),
        GraphFormat::Mermaid => out!("{}", graph::mermaid(&graph)),
        GraphFormat::Svg => {
            out!("{}", picture::svg(&Map::of(&graph), &BTreeMap::new(), "Dependency graph"))
        }
        GraphFormat::Json => stream::document(&graph::json(&graph)),
    }
    Ok(Exit::Done)
}
