//! The containers in a change of a task definition.
//!
//! In: a change. Out: the containers before and after it, by name. It must not judge.

use std::collections::{BTreeMap, BTreeSet};

use model::{Path, Planned, Step, Tree};

use super::Case;
use super::case::at;

/// The kind whose containers these are.
pub(super) const KIND: &str = "aws_ecs_task_definition";

/// The argument that holds them.
pub(super) const ARGUMENT: &str = "container_definitions";

/// One container on both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is said of it before; `None` for a new one.
    pub before: Option<&'a Planned>,
    /// What is said of it after; `None` for one that goes.
    pub after: Option<&'a Planned>,
}

/// All containers of a task definition that changes; none where either side is not known.
pub(super) fn containers<'a>(case: &Case<'a>) -> Vec<Container<'a>> {
    if case.kind() != KIND || !case.compares() || !case.differs(ARGUMENT) {
        return Vec::new();
    }
    let (Some(before), Some(after)) = (by_name(case.before), by_name(case.after)) else { return Vec::new() };
    let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let container = |name| Container { name, before: before.get(name).copied(), after: after.get(name).copied() };
    names.into_iter().map(container).collect()
}

fn by_name(task: &Planned) -> Option<BTreeMap<&str, &Planned>> {
    let definitions = at(task, ARGUMENT).as_list()?;
    definitions.iter().map(|it| Some((it.get("name")?.as_text()?, it))).collect()
}

/// The first changed attribute of that name in any container; all of them where there is none.
pub(super) fn path(case: &Case<'_>, field: &str) -> Path {
    let names = |path: &Path| path.0.iter().any(|step| matches!(step, Step::Field(name) if name == field));
    let own = case.changed(ARGUMENT).map(|it| &it.path).find(|it| names(it));
    own.cloned().unwrap_or_else(|| Path::field(ARGUMENT))
}

/// The names in a set of blocks, as those of `secrets`.
pub(super) fn names(container: &Planned, set: &str) -> BTreeSet<String> {
    let blocks = at(container, set).as_list().into_iter().flatten();
    blocks.filter_map(|it| it.get("name").and_then(Tree::as_text).map(str::to_owned)).collect()
}
