//! What the written folder says to AWS: exactly what `stackctl plan` would.

use std::collections::BTreeSet;
use std::path::Path;

use migrate::request::Migration;
use model::Address;

use super::target::Target;
use crate::args::{Cli, Command, Manifest, Migrate, Options};
use crate::commands::plan;
use crate::failure::Failure;
use crate::interrupt::Interrupts;
use crate::verification::{LeftOut, Look, Verification};
use crate::world::World;
use crate::{connect, load};

/// Plans in every environment.
pub async fn verify(
    cli: &Cli,
    form: &Migrate,
    target: &Target,
    made: &Migration,
    interrupts: &Interrupts,
) -> Verification {
    let mut done = Verification::default();
    for environment in made.states.keys() {
        let cli = planning(cli, target.path(), environment.as_deref());
        match look(&cli, form, &made.expected, interrupts).await {
            Ok(Ok(look)) => done.looks.push(look),
            Ok(Err(why)) => done.left_out = Some(why),
            Err(failure) => {
                done.failure = Some(failure);
                break;
            }
        }
    }
    done
}

/// The command line of a plan of the written folder, by the same person in the same place.
pub fn planning(cli: &Cli, folder: &Path, environment: Option<&str>) -> Cli {
    let command = Command::Plan {
        manifest: Manifest { manifest: Some(folder.to_owned()) },
        destroy: false,
        out: None,
        detailed_exitcode: false,
        json: cli.command.json(),
        markdown: false,
        html: None,
    };
    let options = Options {
        manifest: None,
        env: environment.map(str::to_owned),
        vars: Vec::new(),
        var_files: Vec::new(),
        layers: Vec::new(),
        targets: Vec::new(),
        ..cli.options.clone()
    };
    Cli { command, options }
}

/// Without AWS, what was written is read all the same.
async fn look(
    cli: &Cli,
    form: &Migrate,
    expected: &BTreeSet<Address>,
    interrupts: &Interrupts,
) -> Result<Result<Look, LeftOut>, Failure> {
    let catalog = providers::catalog();
    let loaded = load::load(cli, &catalog)?;
    if form.no_verify {
        return Ok(Err(LeftOut::Asked));
    }
    if !form.verify {
        let configured = connect::prepare(&cli.options, &loaded.stack.provider).await?;
        if let Some(why) = configured.missing_credentials().await {
            return Ok(Err(LeftOut::NoCredentials(why)));
        }
    }
    let environment = loaded.stack.environment.clone();
    let world = World::of(cli, catalog, loaded, interrupts).await?;
    let session = world.look().await?;
    let planned = world.plan(&session, &plan::options(cli, false)).await?;
    Ok(Ok(Look {
        environment,
        plan: &planned.planning.plan,
        expected: expected.clone(),
        resources: session.ledger.state.resources.len(),
        calls: world.connection.aws.calls().all().len(),
    }))
}
