//! `stackctl state list | show | mv | rm | pull | history`

use engine::edit;
use engine::journal::Body;
use engine::session::Session;
use engine::store::Held;
use model::Address;
use model::diagnostic::nearest;
use model::state::Entry;
use serde_json::json;

use crate::args::{Cli, State};
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::home::Home;
use crate::interrupt::Interrupts;
use crate::render::{history, state as shown};
use crate::stream;

/// Looks at state and tidies it.
pub fn run(cli: &Cli, action: &State) -> Result<Exit, Failure> {
    block_on(async |interrupts| act(cli, action, &interrupts).await)?;
    Ok(Exit::Done)
}

async fn act(cli: &Cli, action: &State, interrupts: &Interrupts) -> Result<(), Failure> {
    let home = Home::alone(cli, interrupts).await?;
    match action {
        State::List { json, .. } => {
            let session = home.look().await?;
            // Where nothing is but a create that may arrive late, there is nothing to list.
            let there = |entry: &Entry| entry.current.is_some() || !entry.deposed.is_empty();
            let entries = session.ledger.state.resources.iter().filter(|(_, entry)| there(entry));
            let addresses: Vec<&Address> = entries.map(|(address, _)| address).collect();
            if *json {
                stream::document(&json!(addresses));
            } else {
                addresses.iter().for_each(|address| outln!("{address}"));
            }
        }
        State::Show { address, json } => {
            let session = home.look().await?;
            let entry = known(&session, address)?;
            if *json {
                stream::document(&shown::json(address, entry));
            } else {
                out!("{}", shown::text(address, entry));
            }
        }
        State::Pull { version, .. } => {
            let state = match version {
                Some(id) => home.ask(async || home.store().version(id).await).await?.state,
                None => home.look().await?.ledger.state,
            };
            let failed = |wrong: serde_json::Error| Failure::environment("state", wrong.to_string());
            outln!("{}", serde_json::to_string_pretty(&state).map_err(failed)?);
        }
        State::History { json, .. } => {
            let versions = home.ask(async || home.store().history().await).await?;
            match (json, versions.is_empty()) {
                (true, _) => stream::document(&history::json(&versions)),
                (false, true) => say(cli, "No state is stored yet: `stackctl apply` writes the first."),
                (false, false) => out!("{}", history::text(&versions)),
            }
        }
        State::Mv { from, to } => {
            change(&home, "state mv", |session| edit::mv(&session.ledger.state, from, to)).await?;
            say(cli, &format!("{from} is {to} now. Rename it in the manifest too, or the next plan deletes it."));
        }
        State::Rm { addresses } => {
            let all = |session: &Session| -> Result<Vec<Body>, edit::EditError> {
                let each: Result<Vec<Vec<Body>>, edit::EditError> =
                    addresses.iter().map(|address| edit::rm(&session.ledger.state, address)).collect();
                Ok(each?.into_iter().flatten().collect())
            };
            change(&home, "state rm", all).await?;
            let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            say(cli, &format!("Forgot {}. AWS keeps what it stood for.", names.join(", ")));
        }
    }
    Ok(())
}

async fn change(
    home: &Home,
    command: &str,
    edit: impl FnOnce(&Session) -> Result<Vec<Body>, edit::EditError>,
) -> Result<(), Failure> {
    let change = async |held: &Held, mut session: Session| {
        let bodies = edit(&session).map_err(|wrong| suggest(&session, &wrong))?;
        home.write(held, &mut session, bodies).await
    };
    home.locked(command, change).await
}

/// The entry of an address.
///
/// # Errors
/// State does not know it.
pub fn known<'a>(session: &'a Session, address: &Address) -> Result<&'a Entry, Failure> {
    let entry = session.ledger.state.resources.get(address);
    entry.ok_or_else(|| suggest(session, &edit::EditError::Unknown(address.clone())))
}

fn suggest(session: &Session, wrong: &edit::EditError) -> Failure {
    let failure = Failure::wrong("state", wrong.to_string());
    let edit::EditError::Unknown(address) = wrong else { return failure };
    let names: Vec<String> = session.ledger.state.resources.keys().map(ToString::to_string).collect();
    match nearest(&address.to_string(), names.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`stackctl state list` prints what it knows"),
    }
}

fn say(cli: &Cli, text: &str) {
    if !cli.options.quiet {
        outln!("{text}");
    }
}
