//! The rules of security groups in a change: those that a group owns, and those that are resources
//! of their own.
//!
//! In: a change. Out: what is let through before and after it. It must not judge.

use model::plan::Action;
use model::{Address, Path, Planned, Tree};

use super::Case;
use super::case::at;
use crate::holes::{settled, texts_of};
use crate::traffic::{Access, Gap, Peer, beyond};

/// Which way traffic goes, by the name of a group's argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// Into the members of the group.
    Ingress,
    /// Out of them.
    Egress,
}

/// What is let through one way, before and after.
#[derive(Debug)]
pub(super) struct Sides {
    before: Vec<Access>,
    after: Vec<Access>,
    /// Whether there are rules before whose ports are not known, or after.
    is_unclear: bool,
    /// Whether the rule leaves one group for another, so that nothing stays as it is.
    has_moved: bool,
    /// Whether the group itself is new, so that nothing is in it yet.
    pub is_new_group: bool,
    /// Whether the rules before are those that AWS gives a default group.
    pub is_of_aws: bool,
    /// The argument that findings are about; `None` where the whole resource comes or goes.
    pub path: Option<Path>,
}

impl Sides {
    /// What is let through now and was not.
    pub fn gained(&self) -> Vec<Gap> {
        beyond(&self.after, if self.has_moved { &[] } else { &self.before })
    }

    /// What was let through and is not now; nothing where that is not known for sure.
    pub fn lost(&self) -> Vec<Gap> {
        if self.is_unclear {
            return Vec::new();
        }
        beyond(&self.before, if self.has_moved { &[] } else { &self.after })
    }
}

/// Both sides of one direction; `None` where the change does not touch it.
pub(super) fn sides(case: &Case<'_>, direction: Direction) -> Option<Sides> {
    let own = match direction {
        Direction::Ingress => "aws_vpc_security_group_ingress_rule",
        Direction::Egress => "aws_vpc_security_group_egress_rule",
    };
    match case.kind() {
        "aws_security_group" | DEFAULT => of_group(case, direction),
        kind if kind == own && case.change.deposed.is_none() => of_rule(case),
        _ => None,
    }
}

const DEFAULT: &str = "aws_default_security_group";

fn of_group(case: &Case<'_>, direction: Direction) -> Option<Sides> {
    let argument = match direction {
        Direction::Ingress => "ingress",
        Direction::Egress => "egress",
    };
    let is_default = case.kind() == DEFAULT;
    let (before, after) = (at(case.before, argument), at(case.after, argument));
    let is_taken_over = case.change.action == Action::Adopt && !case.compares();
    if is_default && (case.is_new() || is_taken_over) && !is_in_new(case, "vpc_id") {
        let (after, is_unclear) = blocks(after, &Tree::Null);
        let path = Some(Path::field(argument));
        let before = of_aws(direction);
        return Some(Sides { before, after, is_unclear, has_moved: false, is_new_group: false, is_of_aws: true, path });
    }
    // Unset, the rules of a group are not managed and stay; those of the default group go.
    let is_managed = is_default || !after.is_null();
    let is_touched = case.is_new() || (case.compares() && case.differs(argument));
    if !is_managed || !is_touched {
        return None;
    }
    let ((before, unclear_before), (after, unclear_after)) = (blocks(before, after), blocks(after, before));
    Some(Sides {
        before,
        after,
        is_unclear: unclear_before || unclear_after,
        has_moved: false,
        is_new_group: case.is_new(),
        is_of_aws: false,
        path: Some(Path::field(argument)),
    })
}

/// What the default group of a VPC lets through until somebody changes it.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html>
fn of_aws(direction: Direction) -> Vec<Access> {
    vec![Access::everything(match direction {
        Direction::Ingress => Peer::itself(),
        Direction::Egress => Peer::world(),
    })]
}

fn of_rule(case: &Case<'_>) -> Option<Sides> {
    let is_one_sided = matches!(case.change.action, Action::Create | Action::Delete);
    if !is_one_sided && !case.compares() {
        return None;
    }
    let is_there = |side: &Planned| side.as_map().is_some_and(|it| !it.is_empty());
    let access = |side: &Planned, other: &Planned| {
        if is_there(side) { Access::of_rule(&settled(side, other)) } else { Some(Vec::new()) }
    };
    let (before, after) = (access(case.before, case.after), access(case.after, case.before));
    let groups = texts_of(at(case.before, "security_group_id"), at(case.after, "security_group_id"));
    Some(Sides {
        is_unclear: before.is_none() || after.is_none(),
        before: before.unwrap_or_default(),
        after: after.unwrap_or_default(),
        has_moved: groups.is_some_and(|(before, after)| before != after),
        is_new_group: case.is_new() && is_in_new(case, "security_group_id"),
        is_of_aws: false,
        path: None,
    })
}

/// Whether an argument refers to something that is new in the same review, so that nothing is in
/// it yet.
fn is_in_new(case: &Case<'_>, argument: &str) -> bool {
    let Tree::Hole(pending) = at(case.after, argument) else { return false };
    let is_new = |address: &Address| case.coming.contains(address) && !case.going.contains(address);
    pending.sources.iter().any(|it| is_new(&it.address))
}

/// The accesses of all blocks, and whether there are some that are not known.
fn blocks(value: &Planned, other: &Planned) -> (Vec<Access>, bool) {
    let settled = settled(value, other);
    let Some(blocks) = settled.as_list() else { return (Vec::new(), !settled.is_null()) };
    let read: Vec<Option<Vec<Access>>> = blocks.iter().map(Access::of_block).collect();
    let is_unclear = read.iter().any(Option::is_none);
    (read.into_iter().flatten().flatten().collect(), is_unclear)
}
