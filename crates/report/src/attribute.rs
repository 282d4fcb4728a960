//! One differing attribute as text, before colours and markup.
//!
//! In: an attribute and the room there is. Out: its name, its values in the form that fits, and
//! what is to be noted about it. It must not know a terminal or Markdown.

use std::collections::BTreeSet;
use std::convert::Infallible;

use model::plan::{Action, Cause, Effect};
use model::{Address, Pending, Planned, Secret, Tree};
use review::{Attribute, Review};

use crate::lines::{self, Row};
use crate::value;

/// An attribute in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its path.
    pub name: String,
    /// Its values.
    pub form: Form,
    /// What else is to be said, as `forces replacement`.
    pub notes: Vec<&'static str>,
}

/// How the values are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// There was nothing before: the new value on one line or several.
    Set(Vec<String>),
    /// Both fit one line.
    Line {
        /// What it is now.
        before: String,
        /// What it becomes.
        after: String,
    },
    /// Line by line.
    Lines(Vec<Row>),
}

/// How many columns there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Beside the attribute's name.
    pub beside: usize,
    /// On the lines below it.
    pub below: usize,
}

/// The addresses whose objects are not the same before and after: an unknown `id` of one of them
/// is another than before, although it reads the same.
#[must_use]
pub fn remade(review: &Review) -> BTreeSet<Address> {
    let is_remade = |action| match action {
        Action::Create | Action::Replace | Action::Delete => true,
        Action::Update | Action::Adopt | Action::Forget | Action::Move | Action::Record | Action::Read => false,
    };
    let changes = review.changes.iter().filter(|it| it.deposed.is_none() && is_remade(it.action));
    changes.map(|it| it.address.clone()).collect()
}

/// An attribute of a change in words. `remade` is what [`remade`] says.
#[must_use]
pub fn shown(attribute: &Attribute, action: Action, remade: &BTreeSet<Address>, room: Room) -> Shown {
    let before = &attribute.before;
    let after = told_apart(before, &attribute.after, remade);
    let mut notes = notes(attribute, action);
    let is_fresh = before.is_null() && action != Action::Update;
    let form = if is_fresh {
        Form::Set(value::lines(&after, room.beside))
    } else {
        let (old, new) = (value::inline(before), value::inline(&after));
        notes.extend(hidden_difference(before, &after, old == new));
        let noted: usize = notes.iter().map(|it| it.chars().count() + "  # ".len()).sum();
        let columns = old.chars().count() + " → ".chars().count() + new.chars().count() + noted;
        if columns <= room.beside && !old.contains("\\n") && !new.contains("\\n") {
            Form::Line { before: old, after: new }
        } else {
            Form::Lines(lines::diff(before, &after, room.below))
        }
    };
    Shown { name: attribute.path.to_string(), form, notes }
}

fn notes(attribute: &Attribute, action: Action) -> Vec<&'static str> {
    let effect = (attribute.effect == Effect::Replace && action == Action::Replace).then_some("forces replacement");
    let cause = match attribute.cause {
        Cause::Manifest | Cause::Dependency => None,
        Cause::Drift => Some("changed outside stackctl"),
        Cause::Default => Some("no longer set: back to its default"),
    };
    effect.into_iter().chain(cause).collect()
}

/// What values do not show of their difference. `same` is whether they read the same.
#[must_use]
pub fn hidden_difference(before: &Planned, after: &Planned, same: bool) -> Option<&'static str> {
    let has_other = match (known_secrets(before), known_secrets(after)) {
        (Some(before), Some(after)) => before != after && !before.is_empty() && !after.is_empty(),
        (None, _) | (_, None) => false,
    };
    match (same, after.has_secret()) {
        (true, true) => Some("another secret"),
        (true, false) => Some("another value that reads the same"),
        (false, _) => has_other.then_some("another secret"),
    }
}

/// The secrets in a value; `None` where one is known only by what stands for it, and therefore
/// not to be compared.
fn known_secrets(value: &Planned) -> Option<Vec<Secret>> {
    let mut secrets = Vec::new();
    let is_sealed = value.any(&mut |tree| match tree {
        Tree::Secret(secret @ Secret::Plain { .. }) => {
            secrets.push(secret.clone());
            false
        }
        Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => true,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => false,
        Tree::Text(_) | Tree::List(_) | Tree::Map(_) | Tree::Hole(_) => false,
    });
    (!is_sealed).then_some(secrets)
}

/// The value after, in which unknowns that the value before has too are called new: those of
/// objects that are made anew, or all of them where nothing else tells the two values apart.
#[must_use]
pub fn told_apart(before: &Planned, after: &Planned, remade: &BTreeSet<Address>) -> Planned {
    let reads_same = |one: &Pending, other: &Pending| one.sources == other.sources && one.secret == other.secret;
    let holds = |test: &dyn Fn(&Pending) -> bool| before.any(&mut |tree| matches!(tree, Tree::Hole(it) if test(it)));
    let both = |pending: &Pending| holds(&|it| reads_same(it, pending));
    // What stands for a value may tell that it is another, although it waits for the same.
    let is_other = |pending: &Pending| !holds(&|it| it == pending);
    let is_remade = |pending: &Pending| pending.sources.iter().any(|it| remade.contains(&it.address));
    let marked = renamed(after, &|pending| both(pending) && (is_remade(pending) || is_other(pending)));
    if marked.has_hole() && value::inline(&marked) == value::inline(before) {
        return renamed(after, &both);
    }
    marked
}

fn renamed(value: &Planned, is_new: &dyn Fn(&Pending) -> bool) -> Planned {
    let filled = value.clone().fill::<Pending, Infallible>(&mut |mut pending| {
        if is_new(&pending) {
            let attribute = |name: &str| format!("new {}", if pending.secret { "secret" } else { name });
            pending.sources = pending
                .sources
                .iter()
                .map(|it| model::tree::Source { address: it.address.clone(), attribute: attribute(&it.attribute) })
                .collect();
            // The name says already that it is a secret.
            pending.secret = false;
        }
        Ok(Tree::Hole(pending))
    });
    match filled {
        Ok(tree) => tree,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Path;
    use review::Places;

    fn id(name: &str) -> Planned {
        Tree::Hole(Pending::on(Address::managed("aws_subnet", name), "id"))
    }

    fn check(before: Planned, after: Planned, remade: &[&str], expect: Form, notes: &[&str]) {
        let attribute = Attribute {
            path: Path::field("it"),
            before,
            after,
            cause: Cause::Dependency,
            effect: Effect::InPlace,
            places: Places::default(),
        };
        let remade = remade.iter().map(|it| Address::managed("aws_subnet", *it)).collect();
        let shown = shown(&attribute, Action::Update, &remade, Room { beside: 80, below: 80 });
        assert_eq!((shown.form, shown.notes.as_slice()), (expect, notes));
    }

    fn line(before: &str, after: &str) -> Form {
        Form::Line { before: before.to_owned(), after: after.to_owned() }
    }

    #[test]
    fn unknowns_that_read_the_same_are_told_apart() {
        check(id("a"), id("a"), &[], line("(id of aws_subnet.a)", "(new id of aws_subnet.a)"), &[]);
        let stamped = |stamp: &str| {
            let pending = Pending::on(Address::managed("aws_subnet", "a"), "id");
            Tree::Hole(Pending { stamp: Some(stamp.into()), ..pending })
        };
        check(stamped("1"), stamped("2"), &[], line("(id of aws_subnet.a)", "(new id of aws_subnet.a)"), &[]);
        check(id("a"), id("b"), &["b"], line("(id of aws_subnet.a)", "(id of aws_subnet.b)"), &[]);
        let list = || Tree::List(vec![id("a"), id("b")]);
        let expect =
            line("[(id of aws_subnet.a), (id of aws_subnet.b)]", "[(new id of aws_subnet.a), (id of aws_subnet.b)]");
        let attribute = told_apart(&list(), &list(), &BTreeSet::from([Address::managed("aws_subnet", "a")]));
        assert_eq!(line(&value::inline(&list()), &value::inline(&attribute)), expect);
    }

    #[test]
    fn secrets_are_not_shown_and_told_apart() {
        let secret = |text: &str| Tree::Secret(Secret::plain(Tree::text(text)));
        check(secret("hunter2"), secret("hunter3"), &[], line("(secret)", "(secret)"), &["another secret"]);
    }
}
