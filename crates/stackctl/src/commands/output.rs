//! `stackctl output [NAME]`

use std::collections::BTreeMap;

use model::Known;
use model::diagnostic::nearest;
use serde_json::{Map, Value, json};

use crate::args::Cli;
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::home::Home;
use crate::interrupt::Interrupts;
use crate::render;
use crate::stream;

/// Prints outputs from state; a secret only with `--reveal`, fetched, never from state.
pub fn run(cli: &Cli, name: Option<&str>, reveal: bool) -> Result<Exit, Failure> {
    block_on(async |interrupts| print(cli, name, reveal, &interrupts).await)?;
    Ok(Exit::Done)
}

async fn print(cli: &Cli, name: Option<&str>, reveal: bool, interrupts: &Interrupts) -> Result<(), Failure> {
    let home = Home::alone(cli, interrupts).await?;
    let mut outputs = home.look().await?.ledger.state.outputs;
    let sensitive: Vec<String> =
        outputs.iter().filter(|(_, value)| value.has_secret()).map(|(name, _)| name.clone()).collect();
    if let Some(name) = name {
        let value = outputs.remove(name).ok_or_else(|| unknown(name, &outputs))?;
        outputs = BTreeMap::from([(name.to_owned(), value)]);
    }
    if reveal {
        super::reveal::lay_open(cli, &mut outputs, interrupts).await?;
    }
    match (name, cli.command.json()) {
        (Some(name), false) => {
            let value = outputs.get(name).unwrap_or(&Known::Null);
            if value.has_secret() {
                return Err(Failure::wrong("secret-output", format!("the output `{name}` is a secret"))
                    .help("`--reveal` fetches and prints it"));
            }
            outln!("{}", render::outputs::bare(value));
        }
        (None, false) => out!("{}", render::outputs::render(&outputs).trim_start_matches('\n')),
        (_, true) => {
            let row = |(name, value): (&String, &Known)| {
                (name.clone(), json!({ "value": value.to_json(), "sensitive": sensitive.contains(name) }))
            };
            stream::document(&Value::Object(outputs.iter().map(row).collect::<Map<String, Value>>()));
        }
    }
    Ok(())
}

fn unknown(name: &str, outputs: &BTreeMap<String, Known>) -> Failure {
    let help = match nearest(name, outputs.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if outputs.is_empty() => "there are none yet: `stackctl apply` makes them".to_owned(),
        None => format!("there is {}", outputs.keys().cloned().collect::<Vec<String>>().join(", ")),
    };
    Failure::wrong("unknown-output", format!("there is no output `{name}`")).help(help)
}
