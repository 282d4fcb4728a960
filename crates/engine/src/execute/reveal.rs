//! A secret output in clear, for whoever asks to see it.
//!
//! In: what references see after planning, drivers. Out: the value, in memory. It must not know
//! where it is shown.

use std::collections::BTreeMap;

use driver::{Drivers, Fault};
use model::address::Mode;
use model::stack::Stack;
use model::state::State;
use model::tree::Source;
use model::{Address, Known, Planned};

use super::refuse;
use super::secrets::{self, Origin, Wanted, stamp};

/// Evaluates an output and fetches the secrets in it.
///
/// # Errors
/// A secret that AWS does not tell, or an output that waits for an apply.
pub async fn reveal_output(
    drivers: &Drivers,
    stack: &Stack,
    state: &State,
    objects: &BTreeMap<Address, Planned>,
    name: &str,
) -> Result<Known, Fault> {
    let evaluate = |objects: &BTreeMap<Address, Planned>| {
        stack
            .evaluate_output(name, objects)
            .map_err(|problems| refuse(problems.into_iter().map(|it| it.message).collect::<Vec<String>>().join("; ")))
    };
    let waits = match evaluate(objects)?.known() {
        Ok(known) => return Ok(known),
        Err(waits) => waits,
    };
    let wanted = waits.sources.iter().map(|source| want(stack, state, objects, source.clone()));
    let revealed = secrets::reveal(drivers, wanted.collect::<Result<Vec<Wanted>, Fault>>()?).await?;
    let mut open = objects.clone();
    open.extend(secrets::laid_open(objects, revealed));
    evaluate(&open)?.known().map_err(|waits| refuse(format!("it waits for {waits}: apply first")))
}

fn want(stack: &Stack, state: &State, objects: &BTreeMap<Address, Planned>, source: Source) -> Result<Wanted, Fault> {
    let stamp = objects.get(&source.address).and_then(|object| stamp(object, &source.attribute));
    let Some(stamp) = stamp else {
        return Err(refuse(format!("it waits for {} of {}: apply first", source.attribute, source.address)));
    };
    let origin = match source.address.mode {
        Mode::Managed => state
            .resources
            .get(&source.address)
            .and_then(|it| it.current.as_ref())
            .map(|it| Origin::Object(it.id.clone())),
        Mode::Data => {
            let arguments = stack.evaluate(&source.address, objects).ok().and_then(|it| it.known().ok());
            arguments.map(Origin::Data)
        }
    };
    let origin = origin.ok_or_else(|| refuse(format!("{} does not exist yet: apply first", source.address)))?;
    Ok(Wanted { source, stamp, origin })
}
