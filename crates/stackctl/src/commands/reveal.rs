//! Secret outputs in clear: evaluated again, their secrets fetched from AWS.

use std::collections::BTreeMap;

use engine::execute;
use engine::plan;
use model::{Known, Tree};

use crate::args::Cli;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::world::World;

/// Replaces the secrets among these outputs by their values.
///
/// # Errors
/// A secret that cannot be fetched, or an output that still waits for an apply.
pub async fn lay_open(
    cli: &Cli,
    outputs: &mut BTreeMap<String, Known>,
    interrupts: &Interrupts,
) -> Result<(), Failure> {
    let hidden: Vec<String> =
        outputs.iter().filter(|(_, value)| value.has_secret()).map(|(name, _)| name.clone()).collect();
    if hidden.is_empty() {
        return Ok(());
    }
    let world = World::open(cli, interrupts).await?;
    let session = world.look().await?;
    let planned = world.plan(&session, &plan::Options::default()).await?;
    for name in hidden {
        let value = execute::reveal_output(
            &world.drivers,
            &world.loaded.stack,
            &session.ledger.state,
            &planned.planning.objects,
            &name,
        )
        .await;
        let value = value.map_err(|fault| Failure {
            message: format!("the output `{name}` cannot be revealed: {fault}"),
            ..Failure::from(fault)
        })?;
        outputs.insert(name, clear(value));
    }
    Ok(())
}

fn clear(value: Known) -> Known {
    match value {
        Tree::Secret(model::Secret::Plain { value, .. }) => clear(*value),
        Tree::List(items) => Tree::List(items.into_iter().map(clear).collect()),
        Tree::Map(map) => Tree::Map(map.into_iter().map(|(key, value)| (key, clear(value))).collect()),
        plain => plain,
    }
}
