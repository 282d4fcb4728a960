//! The arguments of a call, made from what a plan desires.
//!
//! In: schemas, planned and live values. Out: what is sent and what is remembered. Pure: it must
//! not know how a value was found out.

use std::collections::{BTreeMap, BTreeSet};

use driver::Token;
use model::catalog::Kind;
use model::schema::{Field, Replace, Schema};
use model::{Known, Planned, Tree};

use crate::fingerprint::reveal;

/// Fills the holes of a planned value from the same value evaluated again. What the plan knew
/// stays as it was shown.
pub(super) fn fill(planned: Planned, evaluated: &Planned) -> Planned {
    match (planned, evaluated) {
        (Tree::Hole(_), value) => value.clone(),
        (Tree::Map(members), Tree::Map(values)) => {
            let member = |(key, it): (String, Planned)| {
                let filled = fill(it, values.get(&key).unwrap_or(&Tree::Null));
                (key, filled)
            };
            Tree::Map(members.into_iter().map(member).collect())
        }
        (Tree::List(items), Tree::List(values)) if items.len() == values.len() => {
            Tree::List(items.into_iter().zip(values).map(|(it, value)| fill(it, value)).collect())
        }
        // A list that was partly unknown can have another length once it is known.
        (planned, value) if planned.has_hole() => value.clone(),
        (planned, _) => planned,
    }
}

/// What a manifest set, as state remembers it: without what only stackctl reads.
pub(super) fn applied(schema: &Schema, desired: &Known) -> Known {
    let local = |name: &str| schema.field(name).is_some_and(|field| field.local);
    let set = desired.as_map().into_iter().flatten().filter(|(name, value)| !value.is_null() && !local(name));
    Tree::map(set.map(|(name, value)| (name, value.clone())))
}

/// Everything that a create sends: what is desired, what the schema sends when it is unset, and
/// a name where none is given, which ends in characters of the token.
pub(super) fn sent(kind: &Kind, desired: &Known, token: &Token) -> Known {
    let planned = crate::plan::sent(kind, &desired.clone().widen());
    let mut all = match planned.known() {
        Ok(Tree::Map(all)) => all,
        // Nothing is added to known arguments but what the schema itself says.
        Ok(_) | Err(_) => desired.as_map().cloned().unwrap_or_default(),
    };
    let unset = |all: &BTreeMap<String, Known>, name: &str| all.get(name).is_none_or(Tree::is_null);
    if let Some(naming) = kind.naming.filter(|naming| unset(&all, naming.argument)) {
        let prefix = naming.prefix.and_then(|prefix| all.get(prefix)).and_then(Tree::as_text);
        let name = format!("{}{}", prefix.unwrap_or("stackctl-"), token.suffix());
        all.insert(naming.argument.to_owned(), Tree::Text(name));
    }
    Tree::Map(all)
}

/// The members of the first that the second lacks.
pub(super) fn besides(all: &Known, known: &Known) -> Known {
    let extra = all.as_map().into_iter().flatten();
    let extra = extra.filter(|(name, value)| !value.is_null() && known.get(name).is_none());
    Tree::map(extra.map(|(name, value)| (name, value.clone())))
}

/// The arguments that the update after an unfinished create may send.
pub(super) fn completable(schema: &Schema) -> BTreeSet<String> {
    let fields = schema.fields.iter().filter(|field| !field.write_only && !field.local);
    let fields = fields.filter(|field| !matches!(field.replace, Replace::Always));
    fields.map(|field| field.name.to_owned()).collect()
}

/// Whether nothing that may be sent differs.
pub(super) fn is_same(schema: &Schema, before: &Known, after: &Known, arguments: &BTreeSet<String>) -> bool {
    differing(schema, before, after, arguments).is_empty()
}

/// What differs among the arguments that may be sent. A write-only argument always counts as
/// different, because AWS does not tell it.
pub(super) fn differing<'a>(
    schema: &'a Schema,
    before: &Known,
    after: &Known,
    arguments: &BTreeSet<String>,
) -> BTreeSet<&'a str> {
    let differs = |field: &&Field| {
        let value = |side: &Known| reveal(side.get(field.name).unwrap_or(&Tree::Null));
        // A secret whose value is not at hand cannot be compared.
        let (Some(before), Some(after)) = (value(before), value(after)) else { return true };
        field.write_only || !(before == after || field.same.is_some_and(|it| it(&after, &before)))
    };
    let fields = schema.fields.iter().filter(|field| arguments.contains(field.name));
    fields.filter(differs).map(|field| field.name).collect()
}

/// Whether an output of the kind changes with one of these arguments.
pub(super) fn moves_outputs(kind: &Kind, arguments: &BTreeSet<&str>) -> bool {
    let outputs = (kind.outputs)();
    outputs.fields.iter().any(|field| field.volatile || field.follows.iter().any(|it| arguments.contains(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_plan_knew_stays() {
        let hole = || Tree::Hole(model::Pending::on(model::Address::managed("aws_vpc", "main"), "id"));
        let planned = Planned::map([("a", Tree::text("shown")), ("b", hole()), ("c", Tree::List(vec![hole()]))]);
        let evaluated = Planned::map([
            ("a", Tree::text("changed")),
            ("b", Tree::text("vpc-1")),
            ("c", Tree::List(vec![Tree::text("x"), Tree::text("y")])),
        ]);
        let expect = Planned::map([
            ("a", Tree::text("shown")),
            ("b", Tree::text("vpc-1")),
            ("c", Tree::List(vec![Tree::text("x"), Tree::text("y")])),
        ]);
        assert_eq!(fill(planned, &evaluated), expect);
    }
}
