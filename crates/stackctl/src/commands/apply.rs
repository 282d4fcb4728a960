//! `stackctl apply` and `stackctl destroy`

use std::collections::BTreeMap;
use std::path::Path;

use engine::execute::{self, Connections, Outcome, Progress, Surroundings, Work};
use engine::machine::Limits;
use engine::plan;
use engine::schedule::{self, Durations, Schedule};
use engine::session::Session;
use engine::store::Held;
use model::Known;
use model::plan::Plan;

use super::plan::{options, require_secrets};
use crate::args::Cli;
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::holder::now;
use crate::interrupt::{Changing, Interrupts};
use crate::render::progress::{Expected, Reporter};
use crate::saved::Saved;
use crate::world::{Planned, World};
use crate::{render, terminal, timeline};

/// Plans, asks, and does it.
pub fn run(mut cli: Cli, saved: Option<&Path>, destroy: bool) -> Result<Exit, Failure> {
    let saved = saved.map(Saved::read).transpose()?;
    if let Some(saved) = &saved {
        cli.options = saved.options(&cli.options);
    }
    let destroy = destroy || saved.as_ref().is_some_and(Saved::destroys);
    block_on(async |interrupts| act(&cli, saved.as_ref(), destroy, &interrupts).await)
}

async fn act(cli: &Cli, saved: Option<&Saved>, destroy: bool, interrupts: &Interrupts) -> Result<Exit, Failure> {
    let world = World::open(cli, interrupts).await?;
    let command = if destroy { "destroy" } else { "apply" };
    let done =
        world.locked(command, async |held, session| under_lock(cli, &world, saved, destroy, (held, session)).await);
    let Done { outcome, outputs } = done.await?;
    if world.home.talkative() && !destroy && outcome.is_complete() {
        out!("{}", render::outputs::render(&outputs));
    }
    Ok(match (&outcome.interrupted, outcome.is_complete()) {
        (true, _) => Exit::Interrupted,
        (false, false) => Exit::Incomplete,
        (false, true) => Exit::Done,
    })
}

/// What is left when the lock is given back.
struct Done {
    outcome: Outcome,
    outputs: BTreeMap<String, Known>,
}

async fn under_lock(
    cli: &Cli,
    world: &World,
    saved: Option<&Saved>,
    destroy: bool,
    (held, mut session): (&Held, Session),
) -> Result<Done, Failure> {
    let planned = world.plan(&session, &options(cli, destroy)).await?;
    let plan = &planned.planning.plan;
    if let Some(saved) = saved {
        saved.check(plan, &session.fingerprints)?;
    } else if !cli.command.json() && !cli.options.quiet {
        out!("{}", render::plan::render(plan, terminal::width()));
    }
    require_secrets(plan)?;
    if saved.is_none() && plan::has_changes(plan) && !cli.options.yes {
        ask(world, plan, destroy).await?;
    }
    let outcome = carry_out(cli, world, held, &mut session, planned).await?;
    Ok(Done { outcome, outputs: session.ledger.state.outputs })
}

async fn ask(world: &World, plan: &Plan, destroy: bool) -> Result<(), Failure> {
    let _asking = timeline::phase("wait for an answer");
    let what = if destroy { "Destroy all of this" } else { "Do this" };
    let place = format!("account {}, {}", world.connection.aws.account(), world.connection.aws.region());
    match terminal::confirm(&format!("\n{what} in {place}? Only `yes` does it:")).await {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::wrong("declined", "nothing was changed")),
        None => {
            let count = plan.operations.len();
            Err(Failure::wrong(
                "no-terminal",
                format!(
                    "there is no terminal to ask at, and {count} operation{} to be done",
                    if count == 1 { " is" } else { "s are" }
                ),
            )
            .help("give `--yes`, or save a plan and `apply --plan FILE`"))
        }
    }
}

async fn carry_out(
    cli: &Cli,
    world: &World,
    held: &Held,
    session: &mut Session,
    planned: &Planned,
) -> Result<Outcome, Failure> {
    let _carrying = timeline::phase("carry the plan out");
    let plan = &planned.planning.plan;
    let learnt = session.ledger.state.durations.clone();
    let schedule = schedule::schedule(plan, &Durations { catalog: &world.catalog, learnt: &learnt });
    let expected = expected(plan, &schedule);
    let mut reporter = reporter(cli, world, plan, &expected);
    timeline::planned(plan, &schedule);
    let mut progress = |news: Progress| {
        timeline::news(&news);
        reporter.show(&news, &expected);
    };
    let Changing { finish, stop } = world.home.interrupts().change()?;
    let limits = Limits { parallelism: usize::from(cli.options.parallelism), ..Limits::default() };
    let connections =
        Connections { drivers: &world.drivers, store: world.home.store(), held, fingerprints: &session.fingerprints };
    let work = Work {
        stack: &world.loaded.stack,
        catalog: &world.catalog,
        plan,
        objects: &planned.planning.objects,
        observed: &planned.observed,
        priorities: &schedule.priorities,
        limits: &limits,
    };
    let surroundings =
        Surroundings { progress: &mut progress, token: &mut execute::random_token, now: &now, interrupt: finish, stop };
    Ok(execute::execute(connections, work, &mut session.ledger, surroundings).await?)
}

fn reporter(cli: &Cli, world: &World, plan: &Plan, expected: &Expected) -> Reporter {
    if cli.command.json() {
        let (resources, state) = (world.connection.aws.calls().clone(), world.home.call_counter());
        let counts = move || render::progress::Counts {
            by_operation: resources.by_operation(),
            waiting: resources.waiting(),
            state: state(),
        };
        return Reporter::Json { calls: Box::new(counts) };
    }
    match (cli.options.quiet, terminal::interactive()) {
        (true, _) => Reporter::Quiet,
        (false, true) => Reporter::lively(plan.operations.len() as u64, expected),
        (false, false) => Reporter::Lines,
    }
}

fn expected(plan: &Plan, schedule: &Schedule) -> Expected {
    let named = plan.operations.iter().zip(&schedule.expected);
    let operations = named.map(|(operation, duration)| {
        (format!("{}.{}", operation.kind, render::progress::word(&operation.step)), *duration)
    });
    Expected { total: schedule.total, operations: operations.collect() }
}
