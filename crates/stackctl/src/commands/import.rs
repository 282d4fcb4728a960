//! `stackctl import ADDRESS ID`

use std::collections::{BTreeMap, BTreeSet};

use driver::{Driver, Want};
use engine::edit;
use engine::plan;
use model::{Address, Planned};
use serde_json::json;

use crate::args::Cli;
use crate::commands::block_on;
use crate::failure::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::stream;
use crate::world::World;

/// Adopts one existing resource under an address that the manifest declares.
pub fn run(cli: &Cli, address: &Address, id: &str) -> Result<Exit, Failure> {
    block_on(async |interrupts| adopt(cli, address, id, &interrupts).await)?;
    Ok(Exit::Done)
}

async fn adopt(cli: &Cli, address: &Address, text: &str, interrupts: &Interrupts) -> Result<(), Failure> {
    let world = World::open(cli, interrupts).await?;
    let Some(resource) = world.loaded.stack.resources.get(address) else {
        let message = format!("the manifest does not declare {address}");
        return Err(Failure::wrong("unknown-address", message)
            .help("write the resource first; `stackctl plan` then shows what differs"));
    };
    let Some(driver) = world.drivers.resources.get(address.kind.as_str()) else {
        return Err(Failure::wrong("unknown-type", format!("there is no kind `{}`", address.kind)));
    };
    let adopted = world.locked("import", async |held, mut session| {
        let (id, live) = read(driver.as_ref(), address, text).await?;
        let objects: BTreeMap<Address, Planned> = BTreeMap::new();
        let local = plan::local(&world.loaded.stack, resource, &resource.offline, &objects);
        let dependencies: BTreeSet<Address> = plan::dependencies(&world.loaded.stack, address);
        let import = edit::Import { address, id: id.clone(), live: &live, local, dependencies };
        let bodies = edit::import(&session.ledger.state, &session.fingerprints, import)
            .map_err(|wrong| Failure::wrong("state", wrong.to_string()))?;
        world.home.write(held, &mut session, bodies).await?;
        Ok((id, live))
    });
    let (id, live) = adopted.await?;
    if cli.command.json() {
        stream::document(&json!({ "address": address, "id": id, "outputs": live.outputs.to_json() }));
    } else if !cli.options.quiet {
        outln!("{address} is `{id}` now. `stackctl plan` shows what differs from the manifest.");
    }
    Ok(())
}

async fn read(driver: &dyn Driver, address: &Address, text: &str) -> Result<(model::Id, driver::Live), Failure> {
    let id = driver.locate(text).await.map_err(|fault| Failure::from(fault).at(address.clone()))?;
    let ids = [id];
    let mut lives =
        driver.read(&ids, &Want::Everything).await.map_err(|fault| Failure::from(fault).at(address.clone()))?;
    let [id] = ids;
    match lives.remove(&id) {
        Some(live) => Ok((id, live)),
        None => {
            let help = format!("import takes {} for {}", driver.kind().import, driver.kind().name);
            Err(Failure::wrong("not-found", format!("AWS has no {} `{text}`", address.kind)).help(help))
        }
    }
}
