//! From a command line to a resolved stack: text, variables, catalog.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::manifest::{self, Manifest};
use model::source::Sources;
use model::stack::{self, Given, Provider, Stack};

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
    /// The variables whose values are secrets.
    pub sensitive: BTreeSet<String>,
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

/// What a manifest says about itself, for commands that look at state alone.
pub struct Settings {
    /// Where it lies.
    pub folder: Folder,
    /// The stack's name.
    pub stack: String,
    /// `[provider.aws]`.
    pub provider: Provider,
    /// `[state]`.
    pub state: Option<stack::Store>,
}

/// Reads the settings of a manifest. Problems elsewhere don't matter: whoever wants to know who
/// holds the lock may be in the middle of an edit, and has no variables at hand.
///
/// # Errors
/// Settings that cannot be read, with everything that is wrong with the manifest.
pub fn settings(cli: &Cli) -> Result<Settings, Failure> {
    let folder = folder(cli)?;
    let read = read(folder, &cli.options)?;
    let parsed = &read.parsed;
    let settings = stack::Options { sources: &parsed.sources, variables: &parsed.given, files: &read.folder };
    let found = stack::settings(&parsed.manifest, &settings).filter(|_| !read.settings_are_broken());
    let stack = parsed.manifest.name.as_ref().map(|(name, _)| name.clone());
    if let (Some(stack), Some((provider, state))) = (stack, found) {
        return Ok(Settings { folder: read.folder, stack, provider, state });
    }
    let loaded = resolve(read, &providers::catalog());
    Err(Failure::manifest(loaded.diagnostics, loaded.sources, loaded.folder.root()))
}

/// Reads and resolves a manifest, problems included.
///
/// # Errors
/// Files that cannot be read, variables on the command line that make no sense.
pub fn examine(folder: Folder, options: &Options, catalog: &Catalog) -> Result<Loaded, Failure> {
    Ok(resolve(read(folder, options)?, catalog))
}

/// A manifest as it is written, and the values of variables.
struct Read {
    folder: Folder,
    parsed: Parsed,
}

impl Read {
    /// Whether there is an error where settings stand, or a setting where none may stand.
    fn settings_are_broken(&self) -> bool {
        let holds_settings = |problem: &Diagnostic| {
            let names = problem.labels.iter().filter_map(|label| self.parsed.sources.get(label.span.file));
            let mut names = names.map(|it| it.path.as_str());
            problem.labels.is_empty() || names.any(|name| name == "stack.toml" || name.starts_with("environments/"))
        };
        let mut errors = self.parsed.diagnostics.iter().filter(|it| it.severity == Severity::Error);
        errors.any(|it| it.code == "misplaced-table" || holds_settings(it))
    }
}

fn read(folder: Folder, options: &Options) -> Result<Read, Failure> {
    let sources = folder.sources(options.env.as_deref())?;
    Ok(Read { parsed: parse(sources, options.env.as_deref(), options)?, folder })
}

/// Texts that were parsed, and the values of variables.
pub struct Parsed {
    /// The texts.
    pub sources: Sources,
    /// What they declare.
    pub manifest: Manifest,
    /// Values from outside the manifest.
    pub given: Given,
    /// Every problem found so far.
    pub diagnostics: Vec<Diagnostic>,
}

impl Parsed {
    /// The names of all declared variables.
    pub fn variables(&self) -> BTreeSet<String> {
        self.manifest.variables.keys().chain(&self.manifest.unparsed.variables).cloned().collect()
    }
}

/// Parses a manifest's texts.
///
/// # Errors
/// A file of variables that cannot be read.
pub fn parse(mut sources: Sources, environment: Option<&str>, options: &Options) -> Result<Parsed, Failure> {
    let (manifest, mut diagnostics) = manifest::parse(&sources, environment);
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
    Ok(Parsed { sources, manifest, given, diagnostics })
}

fn resolve(read: Read, catalog: &Catalog) -> Loaded {
    let Read { folder, parsed: Parsed { sources, manifest, given, mut diagnostics } } = read;
    let settings = stack::Options { sources: &sources, variables: &given, files: &folder };
    let (stack, problems) = stack::resolve(&manifest, catalog, &settings);
    diagnostics.extend(problems);
    let sensitive = manifest.variables.into_iter().filter(|(_, it)| it.sensitive).map(|(name, _)| name).collect();
    Loaded { folder, sources, sensitive, stack, diagnostics: model::diagnostic::sort(diagnostics) }
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
