//! Instances of which the same is to be said.
//!
//! In: a report. Out: groups in its order, so that forty instances of one resource are told once.
//! It must not know how they are told.

use super::{Accounted, Fate, Layer, Report};

/// The instances of one declaration that changed alike.
#[derive(Debug)]
pub struct Changed<'a> {
    /// What the manifest calls them, without a key where there are several.
    pub address: &'a str,
    /// Them.
    pub members: Vec<&'a Accounted>,
    /// What reads differently, one sentence each.
    pub changes: &'a [String],
}

/// Instances that stay with Terraform for one reason.
#[derive(Debug)]
pub struct LeftOut<'a> {
    /// Why, as one sentence.
    pub reason: &'a str,
    /// What to do, as one sentence.
    pub advice: &'a str,
    /// Them, each with what AWS calls it.
    pub members: Vec<(&'a Accounted, Option<&'a str>)>,
}

/// Instances that became the same.
#[derive(Debug)]
pub struct Alike<'a> {
    /// What they became, as one sentence.
    pub into: &'a str,
    /// Them.
    pub members: Vec<&'a Accounted>,
}

impl Report {
    /// What stays with Terraform, over all layers.
    #[must_use]
    pub fn left_out(&self) -> Vec<LeftOut<'_>> {
        let mut groups: Vec<LeftOut<'_>> = Vec::new();
        for resource in self.layers.iter().flat_map(|it| &it.resources) {
            let Fate::Unsupported { id, reason, advice } = &resource.fate else { continue };
            let member = (resource, id.as_deref());
            match groups.iter_mut().find(|it| it.reason == reason && it.advice == advice) {
                Some(group) => group.members.push(member),
                None => groups.push(LeftOut { reason, advice, members: vec![member] }),
            }
        }
        groups
    }
}

impl Layer {
    /// What was carried over in another shape.
    #[must_use]
    pub fn changed(&self) -> Vec<Changed<'_>> {
        let mut groups: Vec<Changed<'_>> = Vec::new();
        for resource in &self.resources {
            let Fate::Carried { address, changes, .. } = &resource.fate else { continue };
            if changes.is_empty() {
                continue;
            }
            match groups.iter_mut().find(|it| declaration(it.address) == declaration(address) && it.changes == changes)
            {
                Some(group) => {
                    group.address = declaration(address);
                    group.members.push(resource);
                }
                None => groups.push(Changed { address, members: vec![resource], changes }),
            }
        }
        groups
    }

    /// What is written where it was used.
    #[must_use]
    pub fn dissolved(&self) -> Vec<Alike<'_>> {
        let mut groups: Vec<Alike<'_>> = Vec::new();
        for resource in &self.resources {
            let Fate::Dissolved { into } = &resource.fate else { continue };
            match groups.iter_mut().find(|it| it.into == into) {
                Some(group) => group.members.push(resource),
                None => groups.push(Alike { into, members: vec![resource] }),
            }
        }
        groups
    }
}

/// An address without the key of the instance.
fn declaration(address: &str) -> &str {
    address.split_once('[').map_or(address, |(declaration, _)| declaration)
}
