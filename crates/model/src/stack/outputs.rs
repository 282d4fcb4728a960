//! `[outputs.NAME]` and the ids of `[[import]]`.
//!
//! In: declarations, after every resource has been expanded. Out: values and dependencies. It
//! must not know what a plan does with them.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::Context;
use super::fold::Folder;
use super::reference::Visible;
use super::written::{Written, sites};
use super::{Dependency, Output, dependencies};
use crate::address::Address;
use crate::coerce::is_secret;
use crate::diagnostic::Diagnostic;
use crate::manifest;
use crate::tree::{Authored, Planned};

/// A declaration outside any resource, read.
pub(super) struct Loose<'m, T> {
    /// As the manifest has it.
    pub declared: &'m T,
    /// Its value.
    pub value: Written,
}

/// Evaluates one output.
pub(super) fn output(
    context: &Context<'_>,
    name: &str,
    loose: &Loose<'_, manifest::Output>,
    problems: &mut Vec<Diagnostic>,
) -> Output {
    let (value, offline, depends_on) = evaluate(context, &loose.value, problems);
    let declared = loose.declared;
    if is_secret(&offline) && !declared.sensitive {
        let message = format!("the output `{name}` holds a secret");
        let problem = Diagnostic::error("secret-in-output", declared.value.span, message);
        problems.push(problem.help(format!("mark it: `[outputs.{name}] sensitive = true`, or leave the secret out")));
    }
    Output {
        value,
        offline,
        sensitive: declared.sensitive,
        description: declared.description.clone(),
        depends_on,
        span: declared.span,
    }
}

/// Evaluates the id of one import.
pub(super) fn import_id(
    context: &Context<'_>,
    loose: &Loose<'_, manifest::Import>,
    problems: &mut Vec<Diagnostic>,
) -> Authored {
    let (value, offline, _) = evaluate(context, &loose.value, problems);
    if is_secret(&offline) {
        let problem = Diagnostic::error("secret-in-name", loose.declared.id.span, "an import id would show a secret");
        problems.push(problem.help("write the id that AWS shows"));
    }
    value
}

fn evaluate(
    context: &Context<'_>,
    written: &Written,
    problems: &mut Vec<Diagnostic>,
) -> (Authored, Planned, BTreeMap<Address, Dependency>) {
    let mut numbers = Vec::new();
    sites(written, &mut numbers);
    let broken = context.check(&numbers, None, problems);
    let fixed: BTreeSet<usize> = context.fixed(&numbers, true);
    let nowhere = Address::managed("", "");
    let depends_on = dependencies::expand(&context.targets(&numbers), &nowhere, &context.expanded.declared);
    let objects = Visible { expanded: context.expanded, read: &depends_on };
    let view = context.view(None, &objects);
    let mut folder =
        Folder { reader: context.reader, view, broken: &broken, fixed: &fixed, problems: Vec::new(), sound: true };
    let (authored, planned) = folder.fold(written);
    problems.append(&mut folder.problems);
    (authored, planned, depends_on)
}
