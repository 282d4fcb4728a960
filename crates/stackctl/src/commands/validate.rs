//! `stackctl validate`

use model::diagnostic::{self, Severity};

use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::{load, render, stream};

/// Checks everything that can be known offline; every problem at once.
pub fn run(cli: &Cli, sarif: bool) -> Result<Exit, Failure> {
    let loaded = load::examine(load::folder(cli)?, &cli.options, &providers::catalog())?;
    let broken = loaded.diagnostics.iter().any(|it| it.severity == Severity::Error);
    if sarif {
        let root = loaded.folder.path.to_string_lossy();
        let document = diagnostic::sarif(&loaded.sources, &loaded.diagnostics, &root, env!("CARGO_PKG_VERSION"));
        outln!("{document:#}");
    } else if cli.command.json() {
        stream::document(&diagnostic::json(&loaded.sources, &loaded.diagnostics));
    } else {
        render::failure::diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.folder.root());
        if !broken && !cli.options.quiet {
            let (resources, data) = (loaded.stack.resources.len(), loaded.stack.data.len());
            let lookups = if data == 0 { String::new() } else { format!(" and {data} data sources") };
            outln!(
                "{}: {resources} resources{lookups} in {} layers are valid.",
                loaded.stack.name,
                loaded.stack.layers.len()
            );
        }
    }
    Ok(if broken { Exit::Wrong } else { Exit::Done })
}
