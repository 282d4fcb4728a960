//! `stackctl sandbox start | stop | status | reset`

use crate::args::{Options, Sandbox};
use crate::commands::block_on;
use crate::connect;
use crate::failure::{Exit, Failure};

/// Starts, stops, shows or empties the local AWS emulator.
pub fn run(action: Sandbox, options: &Options) -> Result<Exit, Failure> {
    block_on(async |_| act(action, options).await)?;
    Ok(Exit::Done)
}

async fn act(action: Sandbox, options: &Options) -> Result<(), Failure> {
    let folder = connect::sandbox_folder();
    let failed = |wrong: sandbox::Error| Failure::environment("sandbox", wrong.to_string());
    let mut report = |text: &str| errln!("{text}");
    match action {
        Sandbox::Start => {
            let running = connect::start_sandbox(options).await?;
            let state = if running.started_now { "started" } else { "already running" };
            outln!("{state} at {}", running.endpoint);
        }
        Sandbox::Stop => {
            let stopped = sandbox::stop(&folder, &mut report).await.map_err(failed)?;
            outln!("{}", if stopped { "stopped; what it held is gone" } else { "not running" });
        }
        Sandbox::Status => match sandbox::status(&folder).await.map_err(failed)? {
            Some(running) => outln!("running at {}", running.endpoint),
            None => outln!("not running"),
        },
        Sandbox::Reset => match sandbox::reset(&folder, &mut report).await.map_err(failed)? {
            Some(running) => outln!("emptied; running at {}", running.endpoint),
            None => outln!("not running"),
        },
    }
    Ok(())
}
