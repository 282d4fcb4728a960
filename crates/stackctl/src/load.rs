//! From a command line to a resolved stack: text, variables, catalog.

use std::collections::BTreeMap;

use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::manifest::{self, Manifest};
use model::source::Sources;
use model::stack::{self, Given, Stack};

use crate::args::{Cli, Options};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::render;

/// A manifest with everything that can be known about it offline.
pub struct Loaded {
    /// Where it lies.
    pub folder: Folder,
    /// Its texts.
    pub sources: Sources,
    /// What it declares.
    pub manifest: Manifest,
    /// What it means.
    pub stack: Stack,
    /// Every problem found, warnings too.
    pub diagnostics: Vec<Diagnostic>,
}

/// The folder that a command line means.
///
/// # Errors
/// There is no manifest.
pub fn folder(cli: &Cli) -> Result<Folder, Failure> {
    match (cli.command.operand(), &cli.options.manifest) {
        (Some(operand), Some(option)) if operand != option => {
            Err(Failure::wrong("usage", "the manifest is named twice: as an operand and with -m"))
        }
        (operand, option) => Folder::find(operand.or(option.as_ref()).map(std::path::PathBuf::as_path)),
    }
}

/// Reads and resolves a manifest, problems included.
///
/// # Errors
/// Files that cannot be read, variables on the command line that make no sense.
pub fn examine(folder: Folder, options: &Options, catalog: &Catalog) -> Result<Loaded, Failure> {
    let mut sources = folder.sources(options.env.as_deref())?;
    let (manifest, mut diagnostics) = manifest::parse(&sources, options.env.as_deref());
    let mut given = Given {
        options: options.vars.iter().cloned().collect(),
        environment: environment_variables(),
        ..Given::default()
    };
    for path in &options.var_files {
        let text = std::fs::read_to_string(path)
            .map_err(|wrong| Failure::wrong("unreadable", format!("cannot read `{}`: {wrong}", path.display())))?;
        let file = sources.add(path.to_string_lossy(), text);
        let (table, problems) = manifest::parse_values(&sources, file);
        diagnostics.extend(problems);
        given.files.extend(table);
    }
    let settings = stack::Options { sources: &sources, variables: &given, files: &folder };
    let (stack, problems) = stack::resolve(&manifest, catalog, &settings);
    diagnostics.extend(problems);
    Ok(Loaded { folder, sources, manifest, stack, diagnostics: model::diagnostic::sort(diagnostics) })
}

/// Reads and resolves a manifest that a command will work with: warnings go to stderr.
///
/// # Errors
/// Any error in the manifest.
pub fn load(cli: &Cli, catalog: &Catalog) -> Result<Loaded, Failure> {
    let loaded = examine(folder(cli)?, &cli.options, catalog)?;
    if loaded.diagnostics.iter().any(|it| it.severity == Severity::Error) {
        return Err(Failure::manifest(loaded.diagnostics, loaded.sources, loaded.folder.root()));
    }
    if !cli.options.quiet && !cli.command.json() {
        render::failure::diagnostics(&loaded.diagnostics, &loaded.sources, &loaded.folder.root());
    }
    Ok(loaded)
}

/// `STACKCTL_VAR_name`.
fn environment_variables() -> BTreeMap<String, String> {
    let named = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        let name = name.to_str()?.strip_prefix("STACKCTL_VAR_")?.to_owned();
        Some((name, value.to_str()?.to_owned()))
    };
    std::env::vars_os().filter_map(named).filter(|(name, _)| name != "FILE").collect()
}
