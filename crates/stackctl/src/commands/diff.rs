//! `stackctl diff`

use std::collections::BTreeSet;

use engine::plan;
use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::manifest::Manifest;
use model::source::Sources;
use model::stack::{self, Stack};
use review::{Review, Side, Verdict, Which};

use crate::args::{Cli, Diff};
use crate::failure::{Exit, Failure};
use crate::load::{self, Parsed};
use crate::origin::Origin;
use crate::revision::Revision;
use crate::{document, render, stream, terminal};

/// Reviews a change of a manifest, offline.
pub fn run(cli: &Cli, form: &Diff) -> Result<Exit, Failure> {
    let catalog = providers::catalog();
    let (old, new) = origins(cli, form)?;
    let environment = cli.options.env.as_deref();
    let base = form.against_env.as_deref().or(environment);
    let parse = |origin: &Origin, environment: Option<&str>| -> Result<Parsed, Failure> {
        load::parse(origin.sources(environment)?, environment, &cli.options)
    };
    let (before, after) = together(|| old.as_ref().map(|it| parse(it, base)).transpose(), || parse(&new, environment));
    let (before, after) = (before?, after?);
    let before = match before {
        Some(before) => before,
        None => load::parse(nothing(&after), None, &cli.options)?,
    };
    let (known_before, known_after) = (before.variables(), after.variables());
    let named = |origin: &Origin, environment: Option<&str>| match environment {
        Some(environment) => format!("{} ({environment})", origin.name()),
        None => origin.name(),
    };
    let old_name = old.as_ref().map_or_else(|| "nothing".to_owned(), |it| named(it, base));
    let (before, after) = together(
        || Text::read(before, old.as_ref().unwrap_or(&new), old_name, &known_after, &catalog),
        || Text::read(after, &new, named(&new, environment), &known_before, &catalog),
    );
    let (before, after) = (before?, after?);
    let options =
        plan::Options { destroy: false, targets: cli.options.targets.clone(), layers: cli.options.layers.clone() };
    let reviewed = review::diff(&before.side(), &after.side(), &catalog, &options);
    let (review, warnings) = reviewed.map_err(|wrong| match wrong.which {
        Which::Before => before.wrong(wrong.problems),
        Which::After => after.wrong(wrong.problems),
    })?;
    if !cli.options.quiet && !cli.command.json() {
        let warnings = model::diagnostic::sort(after.warnings.iter().cloned().chain(warnings).collect());
        render::failure::diagnostics(&warnings, &after.sources, &after.root);
    }
    show(form, &review, &new)?;
    Ok(ending(form, &review))
}

/// Does two things at once.
fn together<A: Send, B>(first: impl FnOnce() -> A + Send, second: impl FnOnce() -> B) -> (A, B) {
    std::thread::scope(|scope| {
        let first = scope.spawn(first);
        let second = second();
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// What is compared with what; `None` where there was no manifest before.
fn origins(cli: &Cli, form: &Diff) -> Result<(Option<Origin>, Origin), Failure> {
    let here = || load::folder(cli).map(Origin::Folder);
    match (&form.old, &form.new, &form.base) {
        (Some(old), Some(new), None) if cli.options.manifest.is_none() => {
            Ok((Some(Origin::named(old)?), Origin::named(new)?))
        }
        (None, None, Some(base)) => {
            let folder = load::folder(cli)?;
            let revision = Revision::of_folder(base, &folder.path)?;
            let environment = form.against_env.as_ref().or(cli.options.env.as_ref());
            let was_there = revision.has_manifest() && environment.is_none_or(|it| revision.has_environment(it));
            Ok((was_there.then_some(Origin::Revision(revision)), Origin::Folder(folder)))
        }
        (None, None, None) if form.against_env.is_some() => Ok((Some(here()?), here()?)),
        (Some(_), Some(_), None) => {
            Err(Failure::wrong("usage", "the manifests are named twice: as operands and with -m"))
        }
        _ => Err(Failure::wrong("usage", "there is nothing to compare with").help(
            "`stackctl diff OLD NEW`, each a path or REV:PATH; `stackctl diff --base REV`; or `--env ENV --against-env ENV`",
        )),
    }
}

/// A manifest of the same stack that declares nothing.
fn nothing(after: &Parsed) -> Sources {
    let name = after.manifest.name.as_ref().map_or("", |(name, _)| name);
    let mut sources = Sources::default();
    sources.add("stack.toml", format!("[stack]\nname = {name:?}\n"));
    sources
}

/// One side, resolved.
struct Text {
    name: String,
    root: String,
    sources: Sources,
    stack: Stack,
    manifest: Manifest,
    warnings: Vec<Diagnostic>,
}

impl Text {
    /// Variables without a value stand for themselves; one that only the other side declares may
    /// be given all the same.
    fn read(
        mut parsed: Parsed,
        origin: &Origin,
        name: String,
        elsewhere: &BTreeSet<String>,
        catalog: &Catalog,
    ) -> Result<Self, Failure> {
        let declared = parsed.variables();
        let is_ours = |name: &String| declared.contains(name) || !elsewhere.contains(name);
        parsed.given.options.retain(|name, _| is_ours(name));
        parsed.given.files.retain(|name, _| is_ours(name));
        parsed.given.environment.retain(|name, _| is_ours(name));
        parsed.given.symbols = true;
        let options = stack::Options { sources: &parsed.sources, variables: &parsed.given, files: origin.files() };
        let (stack, problems) = stack::resolve(&parsed.manifest, catalog, &options);
        parsed.diagnostics.extend(problems);
        let is_wrong = parsed.diagnostics.iter().any(|it| it.severity == Severity::Error);
        let text = Self {
            name,
            root: origin.root(),
            sources: parsed.sources,
            stack,
            manifest: parsed.manifest,
            warnings: Vec::new(),
        };
        match is_wrong {
            true => Err(text.unreadable(parsed.diagnostics)),
            false => Ok(Self { warnings: parsed.diagnostics, ..text }),
        }
    }

    fn side(&self) -> Side<'_> {
        Side { name: &self.name, stack: &self.stack, sources: &self.sources, manifest: &self.manifest }
    }

    /// Some places need a value that only a variable could tell: what a `for_each` goes over.
    fn unreadable(&self, problems: Vec<Diagnostic>) -> Failure {
        let waits = |name: &String| problems.iter().any(|it| it.message.contains(&format!("var.{name}")));
        let unset: Vec<String> = review::unset(&self.stack).into_iter().filter(waits).collect();
        let failure = self.wrong(model::diagnostic::sort(problems));
        match unset.first() {
            Some(first) => {
                let names: Vec<String> = unset.iter().map(|it| format!("`{it}`")).collect();
                failure.help(format!("without a value are {}; give one with `--var {first}=…`", names.join(", ")))
            }
            None => failure,
        }
    }

    fn wrong(&self, problems: Vec<Diagnostic>) -> Failure {
        Failure::manifest(problems, self.sources.clone(), self.root.clone())
    }
}

fn show(form: &Diff, review: &Review, new: &Origin) -> Result<(), Failure> {
    if let Some(path) = &form.html {
        document::write_page(path, review)?;
    }
    if form.json {
        stream::document(&review::to_json(review));
    } else if form.sarif {
        stream::document(&report::sarif(review, &new.path(), env!("CARGO_PKG_VERSION")));
    } else if form.markdown {
        out!("{}", report::markdown(review));
    } else {
        out!("{}", render::review::render(review, terminal::width()));
    }
    Ok(())
}

/// Pending where somebody asked for changes, or for changes as bad as these.
fn ending(form: &Diff, review: &Review) -> Exit {
    let is_bad = |most: Verdict| review.has_changes() && review.verdict() >= most;
    let asked = form.exit_code && review.has_changes();
    if asked || form.fail_on.is_some_and(is_bad) { Exit::Pending } else { Exit::Done }
}
