//! `stackctl lock show | break`

use engine::store::Holding;
use tokio::time::timeout;

use crate::args::{Cli, Lock};
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::holder::holder;
use crate::home::Home;
use crate::interrupt::Interrupts;
use crate::render::lock::{self, Life};
use crate::stream;
use crate::terminal;

/// Looks at the lock, or breaks it.
pub fn run(cli: &Cli, action: &Lock) -> Result<Exit, Failure> {
    block_on(async |interrupts| act(cli, action, &interrupts).await)?;
    Ok(Exit::Done)
}

async fn act(cli: &Cli, action: &Lock, interrupts: &Interrupts) -> Result<(), Failure> {
    let home = Home::alone(cli, interrupts).await?;
    match action {
        Lock::Show { json, .. } => show(&home, *json).await,
        Lock::Break { .. } => shut_out(cli, &home).await,
    }
}

async fn show(home: &Home, json: bool) -> Result<(), Failure> {
    let held = look(home).await?;
    match (&held, json) {
        (held, true) => stream::document(&lock::json(held.as_ref().map(|(holding, life)| (holding, *life)))),
        (Some((holding, life)), false) => out!("{}", lock::text(holding, *life)),
        (None, false) => outln!("{NOBODY}"),
    }
    Ok(())
}

/// Who holds the lock, and whether they are at work.
async fn look(home: &Home) -> Result<Option<(Holding, Life)>, Failure> {
    let now = async || home.ask(async || home.store().holding().await).await;
    let Some(before) = now().await? else { return Ok(None) };
    let life = life(home, &before).await?;
    // It may have been given back while it was watched, or somebody else may have taken it.
    let life = |it: &Holding| if it.epoch == before.epoch { life } else { Life::Alive };
    Ok(now().await?.map(|it| {
        let life = life(&it);
        (it, life)
    }))
}

const NOBODY: &str = "No lock is held.";

/// Watches a holder for as long as three renewals take to come: whoever is called silent may get
/// their lock broken, and a busy machine or a slow network misses one now and then.
async fn life(home: &Home, holding: &Holding) -> Result<Life, Failure> {
    let Some(lease) = holding.lease else { return Ok(Life::Alive) };
    let watched = lease / 2;
    let watching = home.ask(async || home.store().watch(&|_| ()).await);
    match timeout(watched, watching).await {
        Ok(alive) => Ok(alive?.map_or(Life::Silent(watched), |_| Life::Alive)),
        Err(_) => Ok(Life::Silent(watched)),
    }
}

async fn shut_out(cli: &Cli, home: &Home) -> Result<(), Failure> {
    let Some(holding) = home.ask(async || home.store().holding().await).await? else {
        say(home, NOBODY);
        return Ok(());
    };
    // What the system watches over cannot be broken, which need not be asked.
    if holding.lease.is_some() && !cli.options.yes {
        ask(&holding).await?;
    }
    let breaker = holder("lock break");
    match home.ask(async || home.store().break_lock(&breaker).await).await? {
        Some(broken) => say(
            home,
            &format!(
                "Broke the lock of {}: it can record nothing any more. The next apply finds out what became of its last \
                 calls.",
                broken.holder
            ),
        ),
        None => say(home, "The lock was given back in the meantime: there was nothing to break."),
    }
    Ok(())
}

async fn ask(holding: &Holding) -> Result<(), Failure> {
    let question = format!(
        "{} holds the lock. If that is still at work, it is stopped in the middle; calls that it has sent still happen.\n\
         Break its lock? Only `yes` does it:",
        holding.holder
    );
    match terminal::confirm(&question).await {
        Some(true) => Ok(()),
        Some(false) => Err(Failure::wrong("declined", "the lock was left alone")),
        None => {
            let message = format!("there is no terminal to ask at, and {} holds the lock", holding.holder);
            Err(Failure::wrong("no-terminal", message).help("`--yes` breaks it without asking"))
        }
    }
}

fn say(home: &Home, text: &str) {
    if !home.quiet() {
        outln!("{text}");
    }
}
