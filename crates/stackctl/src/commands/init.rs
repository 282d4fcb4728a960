//! `stackctl init`

use aws_store::Done;
use engine::session;
use engine::store::shared::Carried;
use engine::store::{Store, Waiting};
use serde_json::json;

use crate::args::Cli;
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::holder::holder;
use crate::home::{Home, Shared};
use crate::interrupt::Interrupts;
use crate::stream;

/// Makes the bucket and the table that `[state]` names, and carries over what state there is
/// beside the manifest. Safe to repeat.
pub fn run(cli: &Cli) -> Result<Exit, Failure> {
    block_on(async |interrupts| act(cli, &interrupts).await)?;
    Ok(Exit::Done)
}

async fn act(cli: &Cli, interrupts: &Interrupts) -> Result<(), Failure> {
    let home = Home::alone(cli, interrupts).await?;
    let json = cli.command.json();
    let Some(shared) = home.shared() else {
        match json {
            true => stream::document(&json!({ "state": "local", "steps": [], "carried_over": 0 })),
            false if !home.quiet() => out!("{LOCAL}"),
            false => {}
        }
        return Ok(());
    };
    let mut steps = Vec::new();
    let mut report = |done: Done| {
        if home.talkative() {
            outln!("{done}");
        }
        steps.push(json!({ "thing": done.thing, "outcome": done.outcome.to_string() }));
    };
    shared.init(&mut report).await?;
    let carried = if shared.is_sandbox() { 0 } else { carry_over(&home, shared).await? };
    if json {
        let settings = shared.settings();
        let document = json!({
            "state": "shared", "bucket": settings.bucket, "lock_table": settings.table, "key": settings.key, "steps": steps,
            "carried_over": carried,
        });
        outln!("{document:#}");
    } else if home.talkative() {
        outln!("\nReady: the state of this stack is `{}`.", shared.place());
        for command in shared.left_to_init().iter().filter(|_| !shared.is_sandbox()) {
            outln!("State of another environment lies beside the manifest: `{command}` carries it over.");
        }
    }
    Ok(())
}

const LOCAL: &str = r#"State is kept in `.stackctl/` beside the manifest, so there is nothing to make.

To share it with a team, write this into stack.toml and run `stackctl init` again. State that is
there by then is carried over.

  [state]
  bucket = "acme-stackctl-state"    # S3 knows every name only once, in the whole world
"#;

/// Carries over the state beside the manifest, if it has resources, under the lock on it; answers
/// how many it has.
async fn carry_over(home: &Home, shared: &Shared) -> Result<usize, Failure> {
    let beside = &shared.beside;
    if shared.left_behind().await? == 0 {
        return Ok(0);
    }
    let (held, loaded) = beside.lock(&holder("init"), Waiting::NOT).await?;
    let key = loaded.key.clone();
    let mut ledger = session::open(loaded).ledger;
    let count = ledger.state.resources.len();
    let what = format!("{count} resource{}", if count == 1 { "" } else { "s" });
    let from = beside.folder().display().to_string();
    let snapshot = ledger.snapshot(held.epoch());
    let carried = match shared.store.carry_over(&snapshot, key.as_ref()).await? {
        Carried::Done | Carried::Before => {
            let aside = beside.retire(&held).await?;
            if home.talkative() {
                outln!("state of {what} in `{from}`: carried over; the old files are in `{}`", aside.display());
            }
            count
        }
        Carried::Occupied => {
            errln!(
                "warning: the state of {what} in `{from}` was not carried over: `{}` has a history of its own. Move \
                 state.json away if it is of no use any more",
                shared.place()
            );
            0
        }
    };
    beside.release(held).await?;
    Ok(carried)
}
