//! Instances of which the same is to be said.
//!
//! In: a report. Out: groups in its order, so that forty instances of one resource are told once.
//! It must not know how they are told.

use super::{Accounted, Fate, Layer, Report};

/// An instance with the layer that it is in.
#[derive(Clone, Copy, Debug)]
pub struct Member<'a> {
    /// The layer.
    pub layer: &'a Layer,
    /// The instance.
    pub resource: &'a Accounted,
}

impl Member<'_> {
    /// Where to look for it: its line in Terraform's configuration, or the layer whose state alone
    /// tells of it.
    #[must_use]
    pub fn place(&self) -> String {
        let place = self.resource.place.as_ref();
        place.map_or_else(|| self.layer.name.clone(), |it| format!("{}:{}", it.file, it.line))
    }
}

/// The instances of one declaration that changed alike.
#[derive(Debug)]
pub struct Changed<'a> {
    /// What the manifest calls them, without a key where there are several.
    pub address: &'a str,
    /// Them.
    pub members: Vec<Member<'a>>,
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
    pub members: Vec<(Member<'a>, Option<&'a str>)>,
}

/// Instances that became the same.
#[derive(Debug)]
pub struct Alike<'a> {
    /// What they became, as one sentence.
    pub into: &'a str,
    /// Them.
    pub members: Vec<Member<'a>>,
}

impl Report {
    /// Every instance, layer by layer.
    fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.layers.iter().flat_map(|layer| layer.resources.iter().map(move |resource| Member { layer, resource }))
    }

    /// What stays with Terraform.
    #[must_use]
    pub fn left_out(&self) -> Vec<LeftOut<'_>> {
        let mut groups: Vec<LeftOut<'_>> = Vec::new();
        for member in self.members() {
            let Fate::Unsupported { id, reason, advice } = &member.resource.fate else { continue };
            let known = (member, id.as_deref().filter(|it| !it.is_empty()));
            match groups.iter_mut().find(|it| it.reason == reason && it.advice == advice) {
                Some(group) => group.members.push(known),
                None => groups.push(LeftOut { reason, advice, members: vec![known] }),
            }
        }
        groups
    }

    /// What was carried over in another shape.
    #[must_use]
    pub fn changed(&self) -> Vec<Changed<'_>> {
        let mut groups: Vec<Changed<'_>> = Vec::new();
        for member in self.members() {
            let Fate::Carried { address, changes, .. } = &member.resource.fate else { continue };
            if changes.is_empty() {
                continue;
            }
            match groups.iter_mut().find(|it| declaration(it.address) == declaration(address) && it.changes == changes)
            {
                Some(group) => {
                    group.address = declaration(address);
                    group.members.push(member);
                }
                None => groups.push(Changed { address, members: vec![member], changes }),
            }
        }
        groups
    }

    /// What is written where it was used.
    #[must_use]
    pub fn dissolved(&self) -> Vec<Alike<'_>> {
        let mut groups: Vec<Alike<'_>> = Vec::new();
        for member in self.members() {
            let Fate::Dissolved { into } = &member.resource.fate else { continue };
            match groups.iter_mut().find(|it| it.into == into) {
                Some(group) => group.members.push(member),
                None => groups.push(Alike { into, members: vec![member] }),
            }
        }
        groups
    }
}

/// An address without the key of the instance.
fn declaration(address: &str) -> &str {
    address.split_once('[').map_or(address, |(declaration, _)| declaration)
}
