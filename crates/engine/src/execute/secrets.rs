//! Secrets are fetched just before the call that needs them, and kept no longer.
//!
//! In: values that wait for secrets, drivers. Out: the same objects with the secrets in clear,
//! in memory. It must not know what they are for.

use std::collections::BTreeMap;

use driver::{Drivers, Fault};
use futures::future::try_join_all;
use model::address::Mode;
use model::tree::{Source, Stamp};
use model::{Address, Id, Known, Pending, Planned, Secret, Tree};

/// Where secrets are asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Origin {
    /// An object.
    Object(Id),
    /// A data source, by its arguments.
    Data(Known),
}

/// One secret and the stamp it was planned with.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub source: Source,
    pub stamp: Option<Stamp>,
    pub origin: Origin,
}

/// The stamp of one attribute of an object, if it is a pending secret.
pub(super) fn stamp(object: &Planned, attribute: &str) -> Option<Option<Stamp>> {
    match object.get(attribute)? {
        Tree::Hole(Pending { secret: true, stamp, .. }) => Some(stamp.clone()),
        _ => None,
    }
}

/// Asks for all of them at once.
pub(super) async fn reveal(drivers: &Drivers, wanted: Vec<Wanted>) -> Result<Vec<(Wanted, Known)>, Fault> {
    let each = wanted.into_iter().map(|it| async move {
        let value = ask(drivers, &it).await?;
        Ok::<_, Fault>((it, value))
    });
    try_join_all(each).await
}

async fn ask(drivers: &Drivers, wanted: &Wanted) -> Result<Known, Fault> {
    let Source { address, attribute } = &wanted.source;
    let unknown = || Fault::invalid("stackctl", format!("{address} is of a kind that this stackctl does not know"));
    match (&wanted.origin, address.mode) {
        (Origin::Object(id), Mode::Managed) => {
            let driver = drivers.resources.get(address.kind.as_str()).ok_or_else(unknown)?;
            driver.reveal(id, attribute).await
        }
        (Origin::Data(arguments), Mode::Data) => {
            let driver = drivers.data.get(address.kind.as_str()).ok_or_else(unknown)?;
            driver.reveal(arguments.clone(), attribute).await
        }
        (Origin::Object(_), Mode::Data) | (Origin::Data(_), Mode::Managed) => Err(unknown()),
    }
}

/// Copies of the objects that hold secrets, with these laid open.
pub(super) fn laid_open(
    objects: &BTreeMap<Address, Planned>,
    revealed: Vec<(Wanted, Known)>,
) -> BTreeMap<Address, Planned> {
    let mut open: BTreeMap<Address, Planned> = BTreeMap::new();
    for (Wanted { source: Source { address, attribute }, stamp, .. }, value) in revealed {
        let Some(object) = objects.get(&address) else { continue };
        if let Tree::Map(members) = open.entry(address).or_insert_with(|| object.clone()) {
            members.insert(attribute, Tree::Secret(Secret::Plain { value: Box::new(value), stamp }));
        }
    }
    open
}

/// Secrets that AWS holds, as something to be fetched: their stamps stand in live outputs.
pub(super) fn pending(address: &Address, outputs: &Planned) -> Planned {
    let Some(members) = outputs.as_map() else { return outputs.clone() };
    let member = |(name, value): (&String, &Planned)| {
        let value = match value {
            Tree::Secret(Secret::Stamp(stamp)) => {
                let on = Pending::on(address.clone(), name.as_str());
                Tree::Hole(Pending { secret: true, stamp: Some(stamp.clone()), ..on })
            }
            other => other.clone(),
        };
        (name.clone(), value)
    };
    Tree::Map(members.iter().map(member).collect())
}

/// AWS sometimes repeats what it was sent in its errors.
pub(super) fn redact(mut fault: Fault, sent: &Known) -> Fault {
    let mut texts = Vec::new();
    collect(sent, false, &mut texts);
    for text in texts {
        fault.message = fault.message.replace(&text, "(secret)");
    }
    fault
}

fn collect(value: &Known, secret: bool, texts: &mut Vec<String>) {
    match value {
        Tree::Secret(Secret::Plain { value, .. }) => collect(value, true, texts),
        Tree::List(items) => items.iter().for_each(|it| collect(it, secret, texts)),
        Tree::Map(members) => members.values().for_each(|it| collect(it, secret, texts)),
        Tree::Text(text) if secret && !text.is_empty() => texts.push(text.clone()),
        Tree::Int(number) if secret => texts.push(number.to_string()),
        Tree::Float(number) if secret => texts.push(number.to_string()),
        Tree::Text(_) | Tree::Int(_) | Tree::Float(_) | Tree::Null | Tree::Bool(_) => {}
        Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => {}
        Tree::Hole(never) => match *never {},
    }
}
