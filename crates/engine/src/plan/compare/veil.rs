//! Hides live values that stand where a manifest puts a secret.
//!
//! In: what AWS told, in clear, and the sides that know what is secret. Out: the same value with
//! secret leaves. Without it, a secret that a driver reads back as plain text would be shown as
//! the value before a change.

use model::{Known, Planned, Secret, Tree};

/// Makes a secret of everything in `value` that stands where `desired` or `last` has one.
pub(in crate::plan) fn veil(value: Known, desired: &Planned, last: &Known) -> Known {
    let hidden = |it: &Planned| match it {
        Tree::Secret(_) => true,
        Tree::Hole(pending) => pending.secret,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) => false,
    };
    if !desired.any(&mut |it| hidden(it)) && !last.has_secret() {
        return value;
    }
    if hidden(desired) || matches!(last, Tree::Secret(_)) {
        return leaves(value);
    }
    match value {
        Tree::Map(members) => {
            let (wanted, stored) = (desired.as_map(), last.as_map());
            let member = |(key, value): (String, Known)| {
                let desired = wanted.and_then(|it| it.get(&key)).unwrap_or(&Tree::Null);
                let last = stored.and_then(|it| it.get(&key)).unwrap_or(&Tree::Null);
                let veiled = veil(value, desired, last);
                (key, veiled)
            };
            Tree::Map(members.into_iter().map(member).collect())
        }
        // Which member corresponds to which is not known here, and a text may be a document.
        other => leaves(other),
    }
}

fn leaves(value: Known) -> Known {
    match value {
        Tree::List(items) => Tree::List(items.into_iter().map(leaves).collect()),
        Tree::Map(members) => Tree::Map(members.into_iter().map(|(key, it)| (key, leaves(it))).collect()),
        Tree::Null => Tree::Null,
        Tree::Secret(secret) => Tree::Secret(secret),
        leaf => Tree::Secret(Secret::plain(leaf)),
    }
}
