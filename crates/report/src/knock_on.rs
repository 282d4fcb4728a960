//! What one change drags along, in one sentence.
//!
//! In: a review. Out: "replacing this replaces 2 aws_efs_mount_target and updates 1
//! aws_ecs_service". It must not know in which document the sentence stands.

use std::collections::{BTreeMap, BTreeSet};

use model::Address;
use model::plan::Action;
use review::{Change, Review};

/// What follows from the change of an address, near and far, in one sentence without a full stop
/// at its end; `None` where nothing does.
#[must_use]
pub fn sentence(review: &Review, address: &Address) -> Option<String> {
    Followers::of(review).sentence(address)
}

/// Who follows directly from whom: made once where many sentences are needed.
#[derive(Clone, Debug)]
pub struct Followers<'a> {
    changes: &'a [Change],
    direct: BTreeMap<&'a Address, Vec<usize>>,
}

impl<'a> Followers<'a> {
    /// Those of a review.
    #[must_use]
    pub fn of(review: &'a Review) -> Self {
        let mut direct: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
        for (index, change) in review.changes.iter().enumerate() {
            for cause in &change.because_of {
                direct.entry(cause).or_default().push(index);
            }
        }
        Self { changes: &review.changes, direct }
    }

    /// The changes that follow directly from that of an address, by their index in the review.
    #[must_use]
    pub fn direct(&self, address: &Address) -> &[usize] {
        self.direct.get(address).map_or(&[], Vec::as_slice)
    }

    /// See [`sentence`].
    #[must_use]
    pub fn sentence(&self, address: &Address) -> Option<String> {
        let mut groups: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for change in self.all(address).into_iter().filter_map(|index| self.changes.get(index)) {
            *groups.entry((rank(change.action), &change.kind)).or_default() += 1;
        }
        let mut clauses: Vec<(&str, Vec<String>)> = Vec::new();
        for ((rank, kind), count) in groups {
            let verb = VERBS.get(rank).map_or("", |(_, verb)| *verb);
            let item = format!("{count} {kind}");
            match clauses.last_mut() {
                Some((last, items)) if *last == verb => items.push(item),
                Some(_) | None => clauses.push((verb, vec![item])),
            }
        }
        if clauses.is_empty() {
            return None;
        }
        let clauses: Vec<String> =
            clauses.into_iter().map(|(verb, items)| format!("{verb} {}", list(&items))).collect();
        let change = self.changes.iter().find(|it| it.address == *address && it.deposed.is_none());
        Some(format!("{} this {}", change.map_or("changing", |it| gerund(it.action)), list(&clauses)))
    }

    /// Everything that follows, however far; the address itself is not among it, even where
    /// changes cause each other.
    fn all(&self, address: &Address) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut waiting: Vec<&Address> = vec![address];
        while let Some(cause) = waiting.pop() {
            for index in self.direct(cause) {
                let Some(change) = self.changes.get(*index).filter(|it| it.address != *address) else {
                    continue;
                };
                if seen.insert(*index) {
                    waiting.push(&change.address);
                }
            }
        }
        seen
    }
}

/// What each action does to others, what weighs most first.
const VERBS: [(Action, &str); 9] = [
    (Action::Replace, "replaces"),
    (Action::Delete, "deletes"),
    (Action::Update, "updates"),
    (Action::Create, "creates"),
    (Action::Adopt, "adopts"),
    (Action::Forget, "forgets"),
    (Action::Move, "moves"),
    (Action::Record, "changes the record of"),
    (Action::Read, "looks up"),
];

fn rank(action: Action) -> usize {
    VERBS.iter().position(|(it, _)| *it == action).unwrap_or(VERBS.len())
}

fn gerund(action: Action) -> &'static str {
    match action {
        Action::Create => "creating",
        Action::Update => "updating",
        Action::Replace => "replacing",
        Action::Delete => "deleting",
        Action::Adopt => "adopting",
        Action::Forget => "forgetting",
        Action::Move => "moving",
        Action::Record => "recording",
        Action::Read => "looking up",
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use review::{Map, Places, Sides};

    fn change(text: &str, action: Action, because_of: &[&str]) -> Change {
        let address: Address = text.parse().expect("an address");
        Change {
            kind: address.kind.clone(),
            address,
            layer: "network".to_owned(),
            action,
            delete_first: false,
            deposed: None,
            attributes: Vec::new(),
            reason: None,
            findings: Vec::new(),
            because_of: because_of.iter().map(|it| it.parse().expect("an address")).collect(),
            moved_from: None,
            suggested_move: None,
            places: Places::default(),
        }
    }

    fn check(changes: Vec<Change>, address: &str, expect: Option<&str>) {
        let review = Review {
            stack: "test".to_owned(),
            sides: Sides::Plan { environment: None },
            changes,
            outputs: BTreeMap::new(),
            unchanged: 0,
            drift: Vec::new(),
            released: Vec::new(),
            refusals: Vec::new(),
            map: Map::default(),
        };
        assert_eq!(sentence(&review, &address.parse().expect("an address")).as_deref(), expect, "{address}");
    }

    #[test]
    fn nothing_follows() {
        check(vec![change("aws_subnet.a", Action::Replace, &[])], "aws_subnet.a", None);
        check(Vec::new(), "aws_subnet.a", None);
    }

    #[test]
    fn near_and_far_grouped_by_action_and_kind() {
        let changes = vec![
            change("aws_subnet.a", Action::Replace, &[]),
            change("aws_efs_mount_target.a", Action::Replace, &["aws_subnet.a"]),
            change("aws_efs_mount_target.b", Action::Replace, &["aws_subnet.a"]),
            change("aws_instance.x", Action::Replace, &["aws_subnet.a"]),
            change("aws_ecs_service.web", Action::Update, &["aws_efs_mount_target.a", "aws_efs_mount_target.b"]),
            change("aws_ecs_service.far", Action::Update, &["aws_ecs_service.web"]),
            change("aws_vpc.other", Action::Delete, &[]),
        ];
        check(
            changes.clone(),
            "aws_subnet.a",
            Some("replacing this replaces 2 aws_efs_mount_target and 1 aws_instance and updates 2 aws_ecs_service"),
        );
        check(changes.clone(), "aws_ecs_service.web", Some("updating this updates 1 aws_ecs_service"));
        check(changes, "aws_vpc.other", None);
    }

    #[test]
    fn changes_that_cause_each_other_end() {
        let changes = vec![
            change("aws_security_group.a", Action::Update, &["aws_security_group.b"]),
            change("aws_security_group.b", Action::Delete, &["aws_security_group.a"]),
        ];
        check(changes, "aws_security_group.a", Some("updating this deletes 1 aws_security_group"));
    }
}
