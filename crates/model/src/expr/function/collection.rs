//! Lists and maps.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::{Args, Fault};
use crate::expr::convert::{self, Number};
use crate::expr::veil::{Veil, taint};
use crate::tree::{Known, Pending, Planned, Secret, Tree};

type Plain = Result<Known, Fault>;
type Open = Result<Planned, Fault>;

/// `range` refuses more, as Terraform does.
const LONGEST_RANGE: usize = 1024;

pub(super) fn alltrue(args: &Args<Pending>) -> Open {
    decided(args.list(0)?, false)
}

pub(super) fn anytrue(args: &Args<Pending>) -> Open {
    decided(args.list(0)?, true)
}

/// One item that is `decisive` settles it, whatever the unknown ones are.
fn decided(items: &[Planned], decisive: bool) -> Open {
    let mut veil = Veil::default();
    for item in items {
        let mut here = Veil::default();
        let value = here.top(item.clone());
        let (opaque, found) = (here.is_opaque(), value.is_null().then_some(Ok(false)));
        let found = found.unwrap_or_else(|| convert::boolean(&value)).map_err(|why| Fault::at(0, why))?;
        if !opaque && found == decisive {
            return Ok(here.cover(Tree::Bool(decisive)));
        }
        veil.join(here);
    }
    Ok(veil.cover(Tree::Bool(!decisive)))
}

pub(super) fn chunklist(args: &Args<Pending>) -> Open {
    let (items, size) = (args.list(0)?, args.count(1)?);
    let size = if size == 0 { items.len().max(1) } else { size };
    Ok(Tree::List(items.chunks(size).map(|it| Tree::List(it.to_vec())).collect()))
}

pub(super) fn coalesce(args: &Args<Pending>) -> Open {
    let mut veil = Veil::default();
    for value in convert::unify(args.rest(0).to_vec()) {
        let value = veil.top(value);
        if veil.is_opaque() || !(value.is_null() || value.as_text() == Some("")) {
            return Ok(veil.cover(value));
        }
    }
    Err(Fault::all("every argument is null or empty text"))
}

pub(super) fn coalescelist(args: &Args<Pending>) -> Open {
    let mut veil = Veil::default();
    for (at, value) in args.rest(0).iter().enumerate() {
        match veil.top(value.clone()) {
            _ if veil.is_opaque() => return Ok(veil.cover(Tree::Null)),
            Tree::Null => {}
            Tree::List(items) if items.is_empty() => {}
            Tree::List(items) => return Ok(veil.cover(Tree::List(items))),
            other => return Err(Fault::at(at, format!("a list is needed, and this is {}", convert::noun(&other)))),
        }
    }
    Err(Fault::all("every list is empty"))
}

pub(super) fn compact(args: &Args<Infallible>) -> Plain {
    let filled = |it: &&Known| !(it.is_null() || it.as_text() == Some(""));
    let texts = args.list(0)?.iter().filter(filled).map(convert::text).collect::<Result<Vec<_>, _>>();
    Ok(Tree::List(texts.map_err(|why| Fault::at(0, why))?.into_iter().map(Tree::Text).collect()))
}

pub(super) fn concat(args: &Args<Pending>) -> Open {
    let mut items = Vec::new();
    for at in 0..args.len() {
        items.extend_from_slice(args.list(at)?);
    }
    Ok(Tree::List(items))
}

pub(super) fn contains(args: &Args<Pending>) -> Open {
    let mut veil = Veil::default();
    let (items, wanted) = (args.list(0)?, args.get(1));
    let different = |veil: &mut Veil, item| convert::same(veil, item, wanted).map(|same| !same);
    match convert::all(items.iter().map(|item| different(&mut veil, item))) {
        Some(absent) => Ok(veil.settle(Tree::Bool(!absent))),
        None => Ok(veil.cover(Tree::Null)),
    }
}

pub(super) fn distinct(args: &Args<Infallible>) -> Plain {
    let mut kept: Vec<Known> = Vec::new();
    for item in convert::unify(args.list(0)?.to_vec()) {
        if !kept.iter().any(|it| convert::order(it, &item).is_eq()) {
            kept.push(item);
        }
    }
    Ok(Tree::List(kept))
}

pub(super) fn element(args: &Args<Pending>) -> Open {
    let (items, index) = (args.list(0)?, args.count(1)?);
    match index.checked_rem(items.len()).and_then(|at| items.get(at)) {
        Some(item) => Ok(item.clone()),
        None => Err(Fault::at(0, "an empty list has no element")),
    }
}

pub(super) fn flatten(args: &Args<Pending>) -> Open {
    let (mut veil, mut flat) = (Veil::default(), Vec::new());
    flatten_into(args.list(0)?, &mut flat, &mut veil);
    Ok(veil.cover(Tree::List(flat)))
}

/// An unknown item may turn out to be a list of any length, so the whole is unknown then.
fn flatten_into(items: &[Planned], flat: &mut Vec<Planned>, veil: &mut Veil) {
    for item in items {
        match item {
            Tree::List(inner) => flatten_into(inner, flat, veil),
            Tree::Hole(pending) => veil.wait(pending.clone()),
            Tree::Secret(Secret::Plain { value, .. }) if value.as_list().is_some() => {
                let mut inner = Vec::new();
                flatten_into(std::slice::from_ref(&(**value).clone().widen()), &mut inner, veil);
                flat.extend(inner.into_iter().map(taint));
            }
            single => flat.push(single.clone()),
        }
    }
}

pub(super) fn index(args: &Args<Infallible>) -> Plain {
    let wanted = args.get(1);
    let found = args.list(0)?.iter().zip(0_i64..).find(|(item, _)| convert::order(item, wanted).is_eq());
    found.map(|(_, at)| Tree::Int(at)).ok_or_else(|| Fault::at(1, "the list does not hold this value"))
}

pub(super) fn keys(args: &Args<Pending>) -> Open {
    Ok(Tree::List(args.map(0)?.keys().map(Tree::text).collect()))
}

pub(super) fn length(args: &Args<Pending>) -> Open {
    let length = match args.get(0) {
        Tree::List(items) => items.len(),
        Tree::Map(members) => members.len(),
        Tree::Text(text) => text.chars().count(),
        other => return Err(Fault::at(0, format!("{} has no length", convert::noun(other)))),
    };
    i64::try_from(length).map(Tree::Int).map_err(|_| Fault::at(0, "this is too long"))
}

pub(super) fn lookup(args: &Args<Pending>) -> Open {
    let mut veil = Veil::default();
    let (map, key) = (veil.top(args.get(0).clone()), veil.top(args.get(1).clone()));
    if veil.is_opaque() {
        return Ok(veil.cover(Tree::Null));
    }
    let plain = Args(vec![map, key]);
    let found = plain.map(0)?.get(&plain.text(1)?).or_else(|| args.rest(2).first());
    let missing = || Fault::at(1, "the map has no such key, and there is no default");
    Ok(veil.cover(found.cloned().ok_or_else(missing)?))
}

pub(super) fn merge(args: &Args<Pending>) -> Open {
    let mut merged = BTreeMap::new();
    for (at, map) in args.rest(0).iter().enumerate() {
        if !map.is_null() {
            merged.extend(args.map(at)?.clone());
        }
    }
    Ok(Tree::Map(merged))
}

pub(super) fn one(args: &Args<Pending>) -> Open {
    match args.get(0) {
        Tree::Null => Ok(Tree::Null),
        _ => match args.list(0)? {
            [] => Ok(Tree::Null),
            [only] => Ok(only.clone()),
            more => Err(Fault::at(0, format!("the list has {} items, not one or none", more.len()))),
        },
    }
}

pub(super) fn range(args: &Args<Infallible>) -> Plain {
    let (start, limit) = match args.len() {
        1 => (Number::Int(0), args.number(0)?),
        _ => (args.number(0)?, args.number(1)?),
    };
    let down = limit.order(start).is_lt();
    let step = match args.len() {
        3 => args.number(2)?,
        _ if down => Number::Int(-1),
        _ => Number::Int(1),
    };
    let backwards = step.order(Number::Int(0)).is_lt();
    if step.float() == 0.0 || (backwards != down && start != limit) {
        return Err(Fault::at(2, "the step must lead from the start towards the limit"));
    }
    let mut items = Vec::new();
    let mut at = start;
    while if down { at.order(limit).is_gt() } else { at.order(limit).is_lt() } {
        if items.len() == LONGEST_RANGE {
            return Err(Fault::all(format!("more than {LONGEST_RANGE} numbers")));
        }
        items.push(at.tree());
        let next = match (at, step) {
            (Number::Int(a), Number::Int(b)) => a.checked_add(b).map(Number::Int),
            (a, b) => Number::from_float(a.float() + b.float()),
        };
        at = next.ok_or_else(|| Fault::all(convert::OVERFLOW))?;
    }
    Ok(Tree::List(items))
}

pub(super) fn reverse(args: &Args<Pending>) -> Open {
    Ok(Tree::List(args.list(0)?.iter().rev().cloned().collect()))
}

pub(super) fn slice(args: &Args<Pending>) -> Open {
    let (items, start, end) = (args.list(0)?, args.count(1)?, args.count(2)?);
    if end > items.len() {
        return Err(Fault::at(2, format!("the list has only {} items", items.len())));
    }
    let slice = items.get(start..end).ok_or_else(|| Fault::at(1, "the start lies behind the end"))?;
    Ok(Tree::List(slice.to_vec()))
}

pub(super) fn sort(args: &Args<Infallible>) -> Plain {
    let mut texts = args.texts(0)?;
    texts.sort();
    Ok(Tree::List(texts.into_iter().map(Tree::Text).collect()))
}

pub(super) fn transpose(args: &Args<Infallible>) -> Plain {
    let mut exchanged: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for (key, items) in args.map(0)? {
        for item in Args(vec![items.clone()]).texts(0)? {
            exchanged.entry(item).or_default().push(Tree::text(key));
        }
    }
    Ok(Tree::Map(exchanged.into_iter().map(|(key, items)| (key, Tree::List(items))).collect()))
}

pub(super) fn values(args: &Args<Pending>) -> Open {
    Ok(Tree::List(args.map(0)?.values().cloned().collect()))
}

pub(super) fn zipmap(args: &Args<Pending>) -> Open {
    let (keys, values) = (args.list(0)?, args.list(1)?);
    if keys.len() != values.len() {
        return Err(Fault::all(format!("{} keys do not pair with {} values", keys.len(), values.len())));
    }
    let mut veil = Veil::default();
    let keys: Vec<Known> = keys.iter().map(|it| veil.deep(it.clone())).collect();
    if veil.is_opaque() {
        return Ok(veil.cover(Tree::Null));
    }
    let keys = Args(vec![Tree::List(keys)]).texts(0)?;
    Ok(veil.cover(Tree::map(keys.into_iter().zip(values.iter().cloned()))))
}
