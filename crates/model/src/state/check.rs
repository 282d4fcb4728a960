//! The invariants of a snapshot.
//!
//! In: a state. Out: every invariant that it breaks, as a sentence. It must not know where the
//! snapshot comes from or who is about to write it.

use std::collections::BTreeMap;

use super::{Entry, Object, State, VERSION};
use crate::address::{Address, Id, Mode};
use crate::tree::{Known, Secret, Tree};

impl State {
    /// A state that knows nothing, at the start of a lineage.
    #[must_use]
    pub fn new(lineage: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            lineage: lineage.into(),
            serial: 0,
            epoch: 0,
            applied_through: 0,
            account: None,
            region: None,
            endpoint: None,
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
            durations: BTreeMap::new(),
        }
    }

    /// The address of an object, current or deposed.
    #[must_use]
    pub fn address_of(&self, kind: &str, id: &Id) -> Option<&Address> {
        let holds = |entry: &Entry| entry.kind == kind && entry.objects().any(|object| object.id == *id);
        self.resources.iter().find(|(_, entry)| holds(entry)).map(|(address, _)| address)
    }

    /// Checks the invariants; runs after every load and before every write.
    ///
    /// # Errors
    /// Every invariant that does not hold, as a sentence.
    pub fn check(&self) -> Result<(), Vec<String>> {
        let mut broken = Vec::new();
        if self.version != VERSION {
            broken.push(format!("its version is {}, not {VERSION}", self.version));
        }
        if self.lineage.is_empty() {
            broken.push("it has no lineage".to_owned());
        }
        let mut homes: BTreeMap<(&str, &Id), &Address> = BTreeMap::new();
        let mut tokens: BTreeMap<&str, &Address> = BTreeMap::new();
        for (address, entry) in &self.resources {
            check_entry(address, entry, &mut broken);
            for object in entry.objects() {
                if let Some(other) = homes.insert((&entry.kind, &object.id), address) {
                    broken.push(format!("{} {} is held by both {other} and {address}", entry.kind, object.id));
                }
            }
            let made = entry.objects().map(|object| object.token.as_str());
            let suspected = entry.suspects.iter().map(|suspect| suspect.token.as_str());
            for token in made.chain(suspected).filter(|token| !token.is_empty()) {
                if let Some(other) = tokens.insert(token, address) {
                    broken.push(format!("{other} and {address} share the token {token}"));
                }
            }
        }
        for (name, value) in &self.outputs {
            check_sealed(|| format!("output {name}"), value, &mut broken);
        }
        for (name, seconds) in &self.durations {
            if !seconds.is_finite() || *seconds < 0.0 {
                broken.push(format!("the duration of {name} is {seconds}"));
            }
        }
        if broken.is_empty() { Ok(()) } else { Err(broken) }
    }
}

impl Entry {
    /// An entry that holds nothing yet.
    #[must_use]
    pub fn new(kind: impl Into<String>) -> Self {
        Self { kind: kind.into(), current: None, deposed: Vec::new(), suspects: Vec::new() }
    }

    /// The current object and the deposed ones.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.current.iter().chain(&self.deposed)
    }

    /// The same, to be changed.
    pub fn objects_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.current.iter_mut().chain(&mut self.deposed)
    }

    /// Whether nothing is held under the address any more.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.deposed.is_empty() && self.suspects.is_empty()
    }
}

fn check_entry(address: &Address, entry: &Entry, broken: &mut Vec<String>) {
    if address.mode != Mode::Managed {
        broken.push(format!("{address} is looked up, not managed"));
    }
    if entry.kind != address.kind {
        broken.push(format!("{address} is of kind {}", entry.kind));
    }
    if entry.is_empty() {
        broken.push(format!("{address} holds nothing"));
    }
    for object in entry.objects() {
        if object.id.0.is_empty() {
            broken.push(format!("an object of {address} has no id"));
        }
        for (name, value) in [("inputs", &object.inputs), ("outputs", &object.outputs), ("local", &object.local)] {
            check_map(|| format!("{name} of {address}"), value, broken);
        }
    }
    for suspect in &entry.suspects {
        if suspect.token.is_empty() {
            broken.push(format!("a suspect of {address} has no token"));
        }
        check_map(|| format!("a suspect's inputs of {address}"), &suspect.inputs, broken);
        check_map(|| format!("a suspect's local of {address}"), &suspect.local, broken);
    }
}

fn check_map(what: impl Fn() -> String, value: &Known, broken: &mut Vec<String>) {
    if value.as_map().is_none() {
        broken.push(format!("{} is not a map", what()));
    }
    check_sealed(what, value, broken);
}

fn check_sealed(what: impl Fn() -> String, value: &Known, broken: &mut Vec<String>) {
    if value.any(&mut |it| matches!(it, Tree::Secret(Secret::Plain { .. } | Secret::Keep))) {
        broken.push(format!("{} holds a secret that is not sealed", what()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Status;
    use std::collections::BTreeSet;

    fn object(id: &str) -> Object {
        let empty = || Known::map([] as [(&str, Known); 0]);
        Object {
            id: Id(id.to_owned()),
            status: Status::Ready,
            inputs: empty(),
            outputs: empty(),
            dependencies: BTreeSet::new(),
            token: String::new(),
            local: empty(),
        }
    }

    fn check(change: impl FnOnce(&mut State), expect: &[&str]) {
        let mut state = State::new("lineage");
        let mut entry = Entry::new("aws_vpc");
        entry.current = Some(object("vpc-1"));
        state.resources.insert(Address::managed("aws_vpc", "main"), entry);
        change(&mut state);
        assert_eq!(state.check().err().unwrap_or_default(), expect);
    }

    fn main(state: &mut State) -> &mut Entry {
        state.resources.get_mut(&Address::managed("aws_vpc", "main")).expect("the entry made above")
    }

    #[test]
    fn each_invariant_is_named() {
        check(|_| (), &[]);
        check(|it| it.version = 2, &["its version is 2, not 1"]);
        check(|it| it.lineage.clear(), &["it has no lineage"]);
        check(|it| main(it).current = None, &["aws_vpc.main holds nothing"]);
        check(|it| main(it).kind = "aws_subnet".into(), &["aws_vpc.main is of kind aws_subnet"]);
        check(
            |it| main(it).deposed.push(object("vpc-1")),
            &["aws_vpc vpc-1 is held by both aws_vpc.main and aws_vpc.main"],
        );
        check(|it| main(it).deposed.push(object("")), &["an object of aws_vpc.main has no id"]);
        check(
            |it| main(it).deposed.push(Object { inputs: Known::Null, ..object("vpc-2") }),
            &["inputs of aws_vpc.main is not a map"],
        );
        let plain = Known::map([("password", Tree::Secret(Secret::plain(Known::text("hidden"))))]);
        check(
            |it| main(it).deposed.push(Object { inputs: plain, ..object("vpc-2") }),
            &["inputs of aws_vpc.main holds a secret that is not sealed"],
        );
        check(
            |it| {
                it.durations.insert("aws_vpc.create".into(), f64::NAN);
            },
            &["the duration of aws_vpc.create is NaN"],
        );
    }
}
