//! When a resource is made anew, and in which order.
//!
//! In: a comparison and what was decided for its dependencies. Out: the reason, and whether the
//! old object goes before or after the new one comes. It must not know operations.

use model::catalog::{Identity, Kind, Life};
use model::diagnostic::Diagnostic;
use model::expr::Root;

use model::schema::{Field, Replace, Schema, Type};
use model::stack::{Resource, Trigger};
use model::state::Object;
use model::{Known, Path, Planned, Step, Tree};

use super::compare::is_nothing;
use super::decide::{first_replacing, waits_for};
use super::decided::{Course, Decided, Order};
use super::memory;
use super::walk::{Walk, present_argument};

/// Why a resource is made anew, if it is.
pub(super) fn reason(walk: &Walk<'_>, resource: &Resource, decided: &Decided, object: &Object) -> Option<String> {
    if let Some(change) = first_replacing(decided) {
        let replaced = waits_for(change).into_iter().find(|it| walk.decided.get(it).is_some_and(Decided::is_new));
        return Some(match replaced {
            Some(other) => format!("`{}` changes with `{other}`, and cannot change in place", change.path),
            None => match condition((resource.kind.inputs)(), &change.path) {
                Some(condition) => format!("`{}` changes, and {condition}", change.path),
                None => format!("`{}` cannot change in place", change.path),
            },
        });
    }
    if resource.kind.life == Life::Revisions && !decided.attributes.is_empty() {
        return Some("a new revision is registered".to_owned());
    }
    let triggers = resource.lifecycle.replace_triggered_by.iter();
    triggers.filter_map(|it| triggered(walk, it)).next().or_else(|| changed_value(walk, resource, decided, object))
}

/// Why a trigger goes off, if it does.
fn triggered(walk: &Walk<'_>, trigger: &Trigger) -> Option<String> {
    let address = trigger.address.as_ref()?;
    let (meant, decided) = address.covered(&walk.decided).find(|(it, decided)| goes_off(walk, trigger, it, decided))?;
    Some(match (&trigger.attribute, &decided.course) {
        (Some(attribute), _) => format!("`{attribute}` of `{meant}` changes, which triggers it"),
        (None, Course::Replace { .. }) => format!("`{meant}` is replaced, which triggers it"),
        (None, _) => format!("`{meant}` changes, which triggers it"),
    })
}

fn goes_off(walk: &Walk<'_>, trigger: &Trigger, address: &model::Address, decided: &Decided) -> bool {
    match &trigger.attribute {
        None => match &decided.course {
            Course::Update { .. } | Course::Replace { .. } => true,
            // Made again after it went missing.
            Course::Create | Course::Find => walk.ground.tracking.id(address).is_some(),
            Course::Adopt { .. } | Course::Keep | Course::Refresh | Course::Record => false,
            Course::Settle { .. } | Course::Delete { .. } | Course::Forget | Course::Read => false,
        },
        Some(attribute) => {
            let has_changed = decided.attributes.iter().any(|it| it.path.head() == Some(attribute));
            let value = walk.objects.get(address).and_then(|it| it.get(attribute));
            has_changed || value.is_some_and(|it| it.has_hole() && !is_held(it))
        }
    }
}

/// A secret that AWS holds is a hole whose value has not changed.
fn is_held(value: &Planned) -> bool {
    !value.any(&mut |it| match it {
        Tree::Hole(pending) => pending.stamp.is_none(),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => false,
    })
}

/// A local or variable that is not what it was when the object was last applied.
fn changed_value(walk: &Walk<'_>, resource: &Resource, decided: &Decided, object: &Object) -> Option<String> {
    let stack = walk.inputs.stack;
    let is_open = |root: &Root| {
        let value = stack.evaluate_root(root, &walk.objects);
        value.is_ok_and(|it| it.has_hole() && !is_held(&it))
    };
    let mut open = resource.lifecycle.replace_triggered_by.iter().map(|it| &it.root).filter(|it| is_open(it));
    if let Some(name) = open.find_map(memory::value_name) {
        return Some(format!("`{name}` is known after apply, which triggers it"));
    }
    let now = memory::local(stack, resource, &decided.desired, &walk.objects);
    let name = memory::changed_trigger(&object.local, &now)?;
    Some(format!("`{name}` changes, which triggers it"))
}

/// The order of a replacement: the new object first, unless the old one is in its way.
///
/// # Errors
/// The manifest asks for an order that cannot be had.
pub(super) fn order(
    walk: &Walk<'_>,
    resource: &Resource,
    desired: &Planned,
    live: &Known,
    last: &Known,
) -> Result<Order, Box<Diagnostic>> {
    let address = &resource.address;
    let claim = collision(resource.kind, desired, live, last);
    let dependencies = memory::dependencies(walk.inputs.stack, address);
    let dragged = dependencies.iter().find(|it| walk.decided.get(it).is_some_and(Decided::is_delete_first));
    match (resource.lifecycle.create_before_destroy, claim, dragged) {
        (Some(true), Some(claim), _) => {
            let message = format!("`{address}` cannot be created before its old object is gone: {claim} is taken");
            Err(Box::new(
                Diagnostic::error("name-is-exclusive", resource.spans.header, message).help(way_out(resource.kind)),
            ))
        }
        (Some(true), None, Some(other)) => {
            let message = format!(
                "`{address}` cannot be created before its old object is gone: `{other}`, which it depends on, \
                 goes before it comes again"
            );
            let help = format!("give `{other}` a new name, or leave `create_before_destroy` out");
            Err(Box::new(Diagnostic::error("order-conflict", resource.spans.header, message).help(help)))
        }
        (Some(false), _, _) | (None, Some(_), _) | (None, None, Some(_)) => Ok(Order::DeleteFirst),
        (Some(true) | None, None, None) => Ok(Order::CreateFirst),
    }
}

/// How to get out of a collision of names.
pub(super) fn way_out(kind: &Kind) -> String {
    match kind.naming {
        Some(naming) => match naming.prefix {
            Some(prefix) => format!("give it a new `{}`, or use `{prefix}`", naming.argument),
            None => format!("give it a new `{}`", naming.argument),
        },
        None => "leave `create_before_destroy` out".to_owned(),
    }
}

/// What old and new object cannot both have, in words.
fn collision(kind: &Kind, desired: &Planned, live: &Known, last: &Known) -> Option<String> {
    let stays = |name: &str| match desired.get(name).filter(|it| !it.is_null()) {
        Some(value) => value.clone().known().is_ok_and(|it| it == *present_argument(live, last, name)),
        None => true,
    };
    let named = kind.naming.filter(|it| !it.shared && it.scope.iter().all(|it| stays(it))).and_then(|naming| {
        let name = desired.get(naming.argument)?.as_text()?;
        let is_same = present_argument(live, last, naming.argument).as_text() == Some(name);
        is_same.then(|| format!("its {} `{name}`", naming.argument))
    });
    named.or_else(|| match kind.identity {
        Identity::Natural(keys) if keys.iter().all(|it| stays(it)) => {
            let set = |it: &&&str| desired.get(it).is_some_and(|it| !is_nothing(it));
            keys.iter().any(|it| set(&it)).then(|| format!("its {}", keys.join(" and ")))
        }
        Identity::Natural(_) | Identity::Name | Identity::Token | Identity::Tag => None,
    })
}

/// The condition under which a changed argument needs a new object.
fn condition(schema: &'static Schema, path: &Path) -> Option<&'static str> {
    let (first, rest) = path.0.split_first()?;
    let Step::Field(name) = first else { return condition(schema, &Path(rest.to_vec())) };
    let field: &Field = schema.field(name)?;
    if let Replace::When { condition, .. } = field.replace {
        return Some(condition);
    }
    match field.ty {
        Type::Block(inner) | Type::List(Type::Block(inner)) | Type::Set(Type::Block(inner)) => {
            condition(inner(), &Path(rest.to_vec()))
        }
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => None,
        Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Json(_) => None,
    }
}
