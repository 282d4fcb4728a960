//! Calls that only read.
//!
//! In: what is looked for, and when. Out: what AWS would say at that time.

use std::collections::BTreeMap;

use driver::{Fault, FaultKind, Found, Live, Obstacle, Token, Want};
use model::catalog::{DataKind, Identity, Kind};
use model::schema::{Field, Required, Schema};
use model::tree::{Secret, Tree};
use model::{Id, Known};
use tokio::time::Instant;

use super::{Stage, Thing, World, clear, fill, sample};

impl World {
    pub fn read(&mut self, kind: &'static Kind, ids: &[Id], want: &Want, now: Instant) -> BTreeMap<Id, Live> {
        if ids.len() > kind.read_batch {
            self.violation(kind, format!("{} objects in one read of at most {}", ids.len(), kind.read_batch));
        }
        let stingy = |id: &Id| self.dice().happens(self.setup.faults.stingy, &format!("stingy {} {id}", kind.name));
        let mut lives = BTreeMap::new();
        for id in ids {
            let thing = self.things.get(&(kind.name, id.clone())).filter(|it| it.visible_at <= now);
            if let Some(thing) = thing {
                let live = thing.live(now);
                lives.insert(id.clone(), if stingy(id) { spared(kind, live, want) } else { live });
            }
        }
        lives
    }

    pub fn find(&self, kind: &'static Kind, inputs: &Known, token: &Token, now: Instant) -> Found {
        let inputs: BTreeMap<String, Known> =
            inputs.as_map().into_iter().flatten().map(|(name, value)| (name.clone(), clear(value))).collect();
        let marked = |it: &&Thing| it.kind.name == kind.name && it.token.as_deref() == Some(&token.0);
        let found = match kind.identity {
            Identity::Token | Identity::Tag => self.things.values().find(marked),
            Identity::Name | Identity::Natural(_) => self.namesake(kind, &inputs),
        };
        let Some(thing) = found.filter(|it| it.visible_at <= now) else { return Found::Absent };
        let proves = kind.marked || matches!(kind.identity, Identity::Token | Identity::Tag);
        match (proves, thing.token.as_deref() == Some(&token.0)) {
            (true, true) => Found::Ours(thing.id.clone()),
            (true, false) => Found::Foreign(thing.id.clone()),
            (false, _) => Found::Unproven(thing.id.clone()),
        }
    }

    /// The object that exists in every account.
    pub fn default_of(&self, kind: &Kind) -> Option<Id> {
        let default = |it: &&Thing| it.kind.name == kind.name && it.owner == super::Owner::Default;
        self.things.values().find(default).map(|thing| thing.id.clone())
    }

    pub fn obstacles(&self, kind: &Kind, id: &Id, now: Instant) -> Vec<Obstacle> {
        let thing = self.things.get(&(kind.name, id.clone())).filter(|it| it.stage != Stage::Deleting);
        let Some(thing) = thing else { return Vec::new() };
        let protection = self.behavior(kind).protection;
        let protected = protection.filter(|name| thing.inputs.get(*name) == Some(&Known::Bool(true)));
        let protected = protected.map(|name| Obstacle {
            reason: format!("{id} is protected"),
            help: format!("set `{name}` to false first"),
            by: None,
        });
        let used = self.referrers(thing, now).into_iter().map(|by| Obstacle {
            reason: format!("{id} is used by {}", by.id),
            help: "delete that first".to_owned(),
            by: Some(by.id.clone()),
        });
        protected.into_iter().chain(used).collect()
    }

    /// A secret output: what was set, what was generated, or some text.
    pub fn reveal(&mut self, kind: &Kind, id: &Id, output: &str, now: Instant) -> Result<Known, Fault> {
        let operation = format!("{}:reveal", kind.service);
        let thing = self.things.get(&(kind.name, id.clone())).filter(|it| it.visible_at <= now);
        let Some(thing) = thing else {
            return Err(Fault::new(FaultKind::NotFound, operation, format!("there is no {id}")));
        };
        if !(kind.outputs)().field(output).is_some_and(|field| field.sensitive) {
            return Err(Fault::invalid(operation, format!("`{output}` is no secret")));
        }
        let value = secret(thing, output);
        self.secrets.extend(value.as_text().map(str::to_owned));
        Ok(Tree::Secret(Secret::plain(value)))
    }

    /// Looks a data source up: among the objects of the kind of its name, else out of thin air.
    pub fn lookup(&self, kind: &DataKind, arguments: &Known, now: Instant) -> Result<Known, Fault> {
        let outputs = (kind.outputs)();
        if !self.kinds.contains_key(kind.name) {
            let tag = arguments.to_json().to_string();
            return Ok(Tree::map(outputs.fields.iter().map(|field| (field.name, sample(field, field.ty, &tag)))));
        }
        let thing = self.wanted(kind, arguments, now)?;
        Ok(Tree::map(outputs.fields.iter().map(|field| (field.name, told(thing, field, now)))))
    }

    pub fn reveal_lookup(
        &mut self,
        kind: &DataKind,
        arguments: &Known,
        output: &str,
        now: Instant,
    ) -> Result<Known, Fault> {
        let thing = self.wanted(kind, arguments, now)?;
        let (kind, id) = (thing.kind, thing.id.clone());
        self.reveal(kind, &id, output, now)
    }

    fn wanted(&self, kind: &DataKind, arguments: &Known, now: Instant) -> Result<&Thing, Fault> {
        let wanted = arguments.as_map().into_iter().flatten().filter(|(_, value)| !value.is_null());
        let wanted: Vec<(&String, Known)> = wanted.map(|(name, value)| (name, clear(value))).collect();
        let fits = |thing: &&Thing| {
            let tells = |name: &str| {
                let output = (thing.kind.outputs)().field(name).map(|field| fill::output(thing, field, now));
                thing.inputs.get(name).cloned().or(output)
            };
            thing.kind.name == kind.name
                && thing.visible_at <= now
                && thing.stage != Stage::Deleting
                && wanted.iter().all(|(name, value)| tells(name).as_ref() == Some(value))
        };
        let mut found = self.things.values().filter(fits);
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(Fault::invalid(kind.name, "nothing like that was found")),
            (Some(_), Some(_)) => Err(Fault::invalid(kind.name, "more than one was found")),
        }
    }
}

fn told(thing: &Thing, field: &Field, now: Instant) -> Known {
    match (thing.kind.outputs)().field(field.name) {
        Some(output) => fill::output(thing, output, now),
        None => thing.inputs.get(field.name).cloned().unwrap_or(Known::Null),
    }
}

/// Only what is wanted, besides what must be there; the rest costs a call that nobody made.
fn spared(kind: &Kind, live: Live, want: &Want) -> Live {
    let Want::Only(wanted) = want else { return live };
    let spare = |schema: &Schema, tree: Known| {
        let kept = |name: &str| {
            wanted.contains(name) || schema.field(name).is_some_and(|field| field.required == Required::Always)
        };
        let member = |field: &Field| {
            let value = tree.get(field.name).filter(|_| kept(field.name)).cloned().unwrap_or(Known::Null);
            (field.name, value)
        };
        Tree::map(schema.fields.iter().map(member))
    };
    Live {
        inputs: spare((kind.inputs)(), live.inputs),
        outputs: spare((kind.outputs)(), live.outputs),
        phase: live.phase,
    }
}

fn secret(thing: &Thing, output: &str) -> Known {
    match thing.inputs.get(output) {
        Some(value) if !value.is_null() => value.clone(),
        Some(_) | None => Known::text(format!("{output}-of-{}-{}", thing.id, thing.generation)),
    }
}
