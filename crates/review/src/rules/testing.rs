//! A small change to try rules on.
//!
//! In: a kind, an action and the arguments before and after as JSON. Out: what all rules say.

use std::collections::{BTreeMap, BTreeSet};

use model::plan::{Action, Cause, Effect};
use model::{Address, Path, Pending, Planned, Secret, Step, Tree};
use serde_json::Value as Json;

use super::{Case, judge};
use crate::change::{Attribute, Change, Places};
use crate::verdict::Finding;

/// Compares what all rules say with `expected`: `"VERDICT RULE"` each, worst first.
#[track_caller]
pub(crate) fn check(kind: &str, action: Action, before: Json, after: Json, expected: &[&str]) {
    Example::new(kind, action, before, after).expect(expected);
}

/// What the rules give as reasons, worst first.
pub(crate) fn reasons(kind: &str, action: Action, before: Json, after: Json) -> Vec<String> {
    Example::new(kind, action, before, after).judge().into_iter().map(|it| it.reason).collect()
}

/// A change of `KIND.example`. In the arguments `{"$unknown": "id of KIND"}` (or `"id of KIND.NAME"`)
/// is a value that is not known, which will be a secret where `"secret": true` stands beside it, and
/// `{"$secret": TEXT}` a secret.
pub(crate) struct Example {
    change: Change,
    before: Planned,
    after: Planned,
    reads: BTreeSet<Address>,
    going: BTreeSet<Address>,
    coming: BTreeSet<Address>,
}

impl Example {
    /// The attributes are what differs; a replacement deletes first.
    pub(crate) fn new(kind: &str, action: Action, before: Json, after: Json) -> Self {
        let (before, after) = (planned(before), planned(after));
        let mut attributes = Vec::new();
        if action != Action::Delete {
            let effect = if action == Action::Replace { Effect::Replace } else { Effect::InPlace };
            differences(&Path::default(), &before, &after, effect, &mut attributes);
        }
        let change = Change {
            address: Address::managed(kind, "example"),
            kind: kind.to_owned(),
            layer: "main".to_owned(),
            action,
            delete_first: action == Action::Replace,
            deposed: None,
            attributes,
            reason: None,
            findings: Vec::new(),
            because_of: Vec::new(),
            moved_from: None,
            suggested_move: None,
            places: Places::default(),
        };
        let none = BTreeSet::new;
        Self { change, before, after, reads: none(), going: none(), coming: none() }
    }

    /// The new object comes before the old one goes.
    pub(crate) fn create_first(mut self) -> Self {
        self.change.delete_first = false;
        self
    }

    /// What differs reads like this after the change, which may be as it did before.
    pub(crate) fn with_after(mut self, after: Json) -> Self {
        self.after = planned(after);
        for attribute in &mut self.change.attributes {
            attribute.after = attribute.path.0.iter().fold(self.after.clone(), |tree, step| match step {
                Step::Field(name) => tree.get(name).cloned().unwrap_or(Tree::Null),
                Step::Index(_) | Step::Key(_) => Tree::Null,
            });
        }
        self
    }

    /// It depends on `KIND.other`.
    pub(crate) fn on(mut self, kind: &str) -> Self {
        self.reads.insert(Address::managed(kind, "other"));
        self
    }

    /// It depends on `KIND.other`, which is replaced in the same review and which it follows.
    pub(crate) fn follows(mut self, kind: &str) -> Self {
        self.change.because_of.push(Address::managed(kind, "other"));
        self.on(kind).going(kind).coming(kind)
    }

    /// `KIND.other` goes in the same review.
    pub(crate) fn going(mut self, kind: &str) -> Self {
        self.going.insert(Address::managed(kind, "other"));
        self
    }

    /// `KIND.other` is new in the same review.
    pub(crate) fn coming(mut self, kind: &str) -> Self {
        self.coming.insert(Address::managed(kind, "other"));
        self
    }

    /// What all rules say.
    pub(crate) fn judge(&self) -> Vec<Finding> {
        let Self { change, before, after, reads, going, coming } = self;
        judge(&Case { change, before, after, reads, going, coming })
    }

    /// Compares it with `"VERDICT RULE"` each, worst first.
    #[track_caller]
    pub(crate) fn expect(&self, expected: &[&str]) {
        let findings = self.judge();
        let found: Vec<String> = findings.iter().map(|it| format!("{} {}", it.verdict, it.rule)).collect();
        assert_eq!(found, expected, "{findings:#?}");
        for finding in &findings {
            assert!(!finding.reason.ends_with('.') && !finding.reason.contains("(secret)"), "{}", finding.reason);
        }
    }
}

fn differences(path: &Path, before: &Planned, after: &Planned, effect: Effect, found: &mut Vec<Attribute>) {
    if before == after {
        return;
    }
    let empty = BTreeMap::new();
    let sides = match (before, after) {
        (Tree::Map(before), Tree::Map(after)) => Some((before, after)),
        (Tree::Null, Tree::Map(after)) => Some((&empty, after)),
        (Tree::Map(before), Tree::Null) => Some((before, &empty)),
        _ => None,
    };
    let Some((old, new)) = sides else {
        let (path, before, after, places) = (path.clone(), before.clone(), after.clone(), Places::default());
        found.push(Attribute { path, before, after, cause: Cause::Manifest, effect, places });
        return;
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let null = &Tree::Null;
        let (before, after) = (old.get(name).unwrap_or(null), new.get(name).unwrap_or(null));
        differences(&path.join(Step::Field(name.clone())), before, after, effect, found);
    }
}

fn planned(json: Json) -> Planned {
    match json {
        Json::Object(members) => {
            if let Some(Json::String(text)) = members.get("$unknown") {
                let (attribute, kind) = text.split_once(" of ").expect("`ATTRIBUTE of KIND`");
                let (kind, name) = kind.split_once('.').unwrap_or((kind, "example"));
                let pending = Pending::on(Address::managed(kind, name), attribute);
                return Tree::Hole(Pending { secret: members.contains_key("secret"), ..pending });
            }
            if let Some(Json::String(text)) = members.get("$secret") {
                return Tree::Secret(Secret::plain(Tree::text(text)));
            }
            Tree::map(members.into_iter().map(|(name, value)| (name, planned(value))))
        }
        Json::Array(items) => Tree::List(items.into_iter().map(planned).collect()),
        plain => model::Known::from_json(&plain).widen(),
    }
}
