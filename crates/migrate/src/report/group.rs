//! Instances of which the same is to be said.
//!
//! In: a report. Out: groups in its order, so that forty instances of one resource are told once.
//! It must not know how they are told.

use std::collections::BTreeMap;

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
        let all = self.members().filter_map(|member| match &member.resource.fate {
            Fate::Unsupported { id, reason, advice } => {
                Some(((reason, advice), (member, id.as_deref().filter(|it| !it.is_empty()))))
            }
            Fate::Carried { .. } | Fate::Dissolved { .. } => None,
        });
        let groups = grouped(all).into_iter();
        groups.map(|((reason, advice), members)| LeftOut { reason, advice, members }).collect()
    }

    /// What was carried over in another shape.
    #[must_use]
    pub fn changed(&self) -> Vec<Changed<'_>> {
        let all = self.members().filter_map(|member| match &member.resource.fate {
            Fate::Carried { address, changes, .. } if !changes.is_empty() => {
                Some(((declaration(address), changes), (address, member)))
            }
            Fate::Carried { .. } | Fate::Dissolved { .. } | Fate::Unsupported { .. } => None,
        });
        let groups = grouped(all).into_iter().map(|((declaration, changes), members)| Changed {
            address: if let [(address, _)] = members.as_slice() { address } else { declaration },
            members: members.into_iter().map(|(_, it)| it).collect(),
            changes,
        });
        groups.collect()
    }

    /// What is written where it was used.
    #[must_use]
    pub fn dissolved(&self) -> Vec<Alike<'_>> {
        let all = self.members().filter_map(|member| match &member.resource.fate {
            Fate::Dissolved { into } => Some((into, member)),
            Fate::Carried { .. } | Fate::Unsupported { .. } => None,
        });
        grouped(all).into_iter().map(|(into, members)| Alike { into, members }).collect()
    }
}

/// What has the same key, in the order in which the keys come up.
fn grouped<K: Ord + Copy, T>(all: impl Iterator<Item = (K, T)>) -> Vec<(K, Vec<T>)> {
    let (mut groups, mut numbers) = (Vec::<(K, Vec<T>)>::new(), BTreeMap::new());
    for (key, member) in all {
        let number = *numbers.entry(key).or_insert(groups.len());
        match groups.get_mut(number) {
            Some((_, members)) => members.push(member),
            None => groups.push((key, vec![member])),
        }
    }
    groups
}

/// An address without the key of the instance.
fn declaration(address: &str) -> &str {
    address.split_once('[').map_or(address, |(declaration, _)| declaration)
}
