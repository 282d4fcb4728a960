//! Changes of state by hand: `state mv`, `state rm`, `import`.
//!
//! In: a state and what is wanted. Out: the records that do it, or why it cannot be. Pure; they
//! are written like any other records, and [`crate::commit::save`] leaves a backup.

use std::collections::BTreeSet;

use driver::{Live, Phase};
use model::state::{Object, State, Status};
use model::{Address, Id, Known, Mode};

use crate::fingerprint::Fingerprints;
use crate::journal::{Body, empty};

/// Why state is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// Nothing is there.
    #[error("state knows no {0}")]
    Unknown(Address),
    /// Something is there already.
    #[error("state has {0} already")]
    Taken(Address),
    /// Kinds differ.
    #[error("{from} cannot become {to}: they are of different kinds")]
    Kinds {
        /// What it is.
        from: Box<Address>,
        /// What it was to become.
        to: Box<Address>,
    },
    /// Data sources are not in state.
    #[error("{0} is looked up, not managed")]
    NotManaged(Address),
    /// Another address has the object.
    #[error("`{id}` is managed as {address} already")]
    Managed {
        /// The object.
        id: Id,
        /// Its address.
        address: Address,
    },
}

/// Gives an entry another address.
///
/// # Errors
/// When there is no such entry, or the address cannot be taken.
pub fn mv(state: &State, from: &Address, to: &Address) -> Result<Vec<Body>, EditError> {
    if !state.resources.contains_key(from) {
        return Err(EditError::Unknown(from.clone()));
    }
    free(state, to)?;
    if from.kind != to.kind {
        return Err(EditError::Kinds { from: Box::new(from.clone()), to: Box::new(to.clone()) });
    }
    Ok(vec![Body::Moved { from: from.clone(), to: to.clone() }])
}

/// Drops an entry, deposed objects included; AWS is left alone. An address without a key means
/// all members.
///
/// # Errors
/// When there is no such entry.
pub fn rm(state: &State, address: &Address) -> Result<Vec<Body>, EditError> {
    let meant = |it: &&Address| *it == address || (address.key.is_none() && it.declaration() == *address);
    let found: Vec<Body> =
        state.resources.keys().filter(meant).map(|it| Body::Forgotten { address: it.clone(), deposed: true }).collect();
    if found.is_empty() { Err(EditError::Unknown(address.clone())) } else { Ok(found) }
}

/// What is taken into state.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    /// Under which address.
    pub address: &'a Address,
    /// The object.
    pub id: Id,
    /// What it is like.
    pub live: &'a Live,
    /// What only stackctl reads, where the manifest declares it. A map.
    pub local: Known,
    /// What it depends on, where the manifest declares it.
    pub dependencies: BTreeSet<Address>,
}

/// Takes an existing object into state. Nothing counts as applied, so the next plan compares
/// everything that the manifest sets.
///
/// # Errors
/// When address or object are taken.
pub fn import(state: &State, fingerprints: &Fingerprints, import: Import<'_>) -> Result<Vec<Body>, EditError> {
    let Import { address, id, live, local, dependencies } = import;
    if state.resources.get(address).is_some_and(|entry| entry.current.is_some()) {
        return Err(EditError::Taken(address.clone()));
    }
    if address.mode != Mode::Managed {
        return Err(EditError::NotManaged(address.clone()));
    }
    if let Some(other) = state.address_of(&address.kind, &id) {
        return Err(EditError::Managed { id, address: other.clone() });
    }
    let status = match live.phase {
        Phase::Ready | Phase::Failed(_) => Status::Ready,
        Phase::Settling(_) => Status::Updating,
    };
    let outputs = fingerprints.seal(address, live.outputs.clone());
    let object = Object { id, status, inputs: empty(), outputs, dependencies, token: String::new(), local };
    Ok(vec![Body::Adopted { address: address.clone(), object: Box::new(object) }])
}

fn free(state: &State, address: &Address) -> Result<(), EditError> {
    if address.mode != Mode::Managed {
        return Err(EditError::NotManaged(address.clone()));
    }
    if state.resources.contains_key(address) { Err(EditError::Taken(address.clone())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::{Ledger, Record};

    fn state() -> State {
        let fingerprints = Fingerprints::new([1; 32]);
        let live = Live { inputs: empty(), outputs: empty(), phase: Phase::Ready };
        let address = Address::managed("aws_vpc", "main");
        let id = Id("vpc-1".to_owned());
        let dependencies = BTreeSet::new();
        let wanted = Import { address: &address, id, live: &live, local: empty(), dependencies };
        apply(State::new("lineage"), import(&State::new("lineage"), &fingerprints, wanted).expect("free"))
    }

    fn apply(state: State, bodies: Vec<Body>) -> State {
        let mut ledger = Ledger::open(state.into(), &[]);
        for body in bodies {
            let record: Record = ledger.number(1, body);
            ledger.apply(&record);
        }
        ledger.state.check().expect("a good state");
        ledger.state
    }

    #[test]
    fn an_entry_moves_and_goes() {
        let (main, other) = (Address::managed("aws_vpc", "main"), Address::managed("aws_vpc", "other"));
        let moved = apply(state(), mv(&state(), &main, &other).expect("free"));
        assert_eq!(moved.resources.keys().collect::<Vec<_>>(), [&other]);
        assert_eq!(mv(&moved, &main, &other), Err(EditError::Unknown(main.clone())));
        assert_eq!(mv(&moved, &other, &other), Err(EditError::Taken(other.clone())));
        let subnet = Address::managed("aws_subnet", "main");
        assert_eq!(
            mv(&moved, &other, &subnet),
            Err(EditError::Kinds { from: Box::new(other.clone()), to: Box::new(subnet) })
        );
        let data = Address::data("aws_vpc", "main");
        assert_eq!(mv(&moved, &other, &data), Err(EditError::NotManaged(data)));
        let removed = apply(moved.clone(), rm(&moved, &other).expect("there"));
        assert!(removed.resources.is_empty());
        assert_eq!(rm(&removed, &other), Err(EditError::Unknown(other)));
    }
}
