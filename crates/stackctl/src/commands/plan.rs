//! `stackctl plan`

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use engine::plan::{self, Report};
use model::plan::Plan;

use crate::args::Cli;
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::saved::Saved;
use crate::world::World;
use crate::{document, render, stream, terminal};

/// How a plan is shown and what it is for.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// Plan a destroy.
    pub destroy: bool,
    /// Save it here.
    pub out: Option<&'a Path>,
    /// Exit with 2 when changes are pending.
    pub detailed_exitcode: bool,
    /// Print Markdown.
    pub markdown: bool,
    /// Write a page here.
    pub html: Option<&'a Path>,
}

/// Reads AWS and shows the difference. Changes nothing.
pub fn run(cli: &Cli, form: Form<'_>) -> Result<Exit, Failure> {
    block_on(async |interrupts| show(cli, form, &interrupts).await)
}

async fn show(cli: &Cli, form: Form<'_>, interrupts: &Interrupts) -> Result<Exit, Failure> {
    let started = Instant::now();
    let world = World::open(cli, interrupts).await?;
    if form.out.is_some() {
        world.begin_history().await?;
    }
    let session = world.look().await?;
    let options = options(cli, form.destroy);
    let planned = world.plan(&session, &options).await?;
    let plan = &planned.planning.plan;
    let told = || plan::to_json(plan, &report(&world, started));
    if let Some(path) = form.out {
        Saved::new(plan, &session.fingerprints, &cli.options, world.loaded, told()).write(path)?;
    }
    if let Some(path) = form.html {
        let review = document::review(&world, &session, planned, &options)?;
        document::write_page(path, &review)?;
    }
    if cli.command.json() {
        stream::document(&told());
    } else if form.markdown {
        out!("{}", ::report::markdown(&document::review(&world, &session, planned, &options)?));
    } else {
        out!("{}", render::plan::render(plan, terminal::width()));
        if let (Some(path), false) = (form.out, cli.options.quiet) {
            outln!("\nSaved. To do exactly this: stackctl apply --plan {}", path.display());
        }
    }
    Ok(if form.detailed_exitcode && plan::has_changes(plan) { Exit::Pending } else { Exit::Done })
}

/// What the command line asks the planner for.
pub fn options(cli: &Cli, destroy: bool) -> plan::Options {
    plan::Options { destroy, targets: cli.options.targets.clone(), layers: cli.options.layers.clone() }
}

/// What a run knows besides the plan.
pub fn report(world: &World, started: Instant) -> Report {
    let counts = world.connection.aws.calls().by_operation();
    Report {
        stack: world.loaded.stack.name.clone(),
        environment: world.loaded.stack.environment.clone(),
        aws_calls: counts.into_iter().map(|(name, count)| (name, count as u64)).collect::<BTreeMap<String, u64>>(),
        state_calls: (world.home.call_counter())() as u64,
        elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    }
}

/// Refuses a plan whose calls would have to send a sensitive variable that was not given.
///
/// # Errors
/// Names every such place.
pub fn require_secrets(plan: &Plan) -> Result<(), Failure> {
    let missing = plan::missing_secrets(plan);
    if missing.is_empty() {
        return Ok(());
    }
    let places: Vec<String> = missing.iter().map(|(address, path)| format!("  {address} {path}")).collect();
    let message = format!("these arguments come from a sensitive variable that was not given:\n{}", places.join("\n"));
    Err(Failure::wrong("missing-variable", message)
        .help("give it with `--var NAME=VALUE` or STACKCTL_VAR_NAME; nothing was changed"))
}
