//! `replace_triggered_by`: objects, their attributes, locals and variables.
//!
//! In: the entries as written. Out: triggers, and what they depend on. It must not evaluate
//! anything.

use super::Trigger;
use super::dependencies::{LocalTargets, Member, Target, Targets};
use super::reference::{Checker, Wrong};
use crate::address::Address;
use crate::diagnostic::Diagnostic;
use crate::expr::{self, Reference, Root};
use crate::path::Step;
use crate::source::Span;

/// Reads one member's triggers, and what they depend on, through locals too.
pub(super) fn read(
    entries: &[(String, Span)],
    own: &Address,
    checker: &Checker<'_>,
    locals: &LocalTargets,
    problems: &mut Vec<Diagnostic>,
) -> (Vec<Trigger>, Targets) {
    let (mut triggers, mut targets) = (Vec::new(), Targets::new());
    for (text, span) in entries {
        let text = match &own.key {
            Some(key) => text.replace("[each.key]", &format!("[{key:?}]")),
            None => text.clone(),
        };
        let expr = match expr::parse_bare(&text, *span) {
            Ok(expr) => expr,
            Err(wrong) => {
                problems.extend(wrong);
                continue;
            }
        };
        let [reference] = expr.references() else {
            problems.push(invalid(*span));
            continue;
        };
        let reference = Reference { span: *span, ..reference.clone() };
        match checker.check(&reference) {
            Err(Wrong::New(problem)) => problems.push(*problem),
            Err(Wrong::Old) => {}
            Ok(()) => match trigger(&reference) {
                Some((trigger, target)) => {
                    let read = match &trigger.root {
                        Root::Local(name) => locals.get(name),
                        Root::Object(_) | Root::Variable(_) | Root::Each | Root::Stack => None,
                    };
                    for target in target.iter().chain(read.into_iter().flatten()) {
                        targets.entry(target.clone()).or_insert(*span);
                    }
                    triggers.push(trigger);
                }
                None => problems.push(invalid(*span)),
            },
        }
    }
    (triggers, targets)
}

/// What triggers name, as far as it can be read without their member's key.
pub(super) fn roots(entries: &[(String, Span)]) -> Vec<Root> {
    let exprs = entries.iter().filter_map(|(text, span)| expr::parse_bare(text, *span).ok());
    exprs.flat_map(|it| it.references().iter().map(|it| it.root.clone()).collect::<Vec<Root>>()).collect()
}

fn trigger(reference: &Reference) -> Option<(Trigger, Option<Target>)> {
    let root = reference.root.clone();
    match &reference.root {
        Root::Local(_) | Root::Variable(_) => Some((Trigger { root, address: None, attribute: None }, None)),
        Root::Each | Root::Stack => None,
        Root::Object(declaration) => {
            let (member, rest) = match reference.steps.split_first() {
                Some((Step::Key(key), rest)) => (Member::Key(key.clone()), rest),
                Some((Step::Field(_) | Step::Index(_), _)) | None => (Member::All, reference.steps.as_slice()),
            };
            let attribute = match rest.first() {
                Some(Step::Field(name)) => Some(name.clone()),
                Some(Step::Index(_) | Step::Key(_)) | None => None,
            };
            let address = match &member {
                Member::Key(key) => declaration.member(key.as_str()),
                Member::All | Member::EachKey => declaration.clone(),
            };
            let target = Target { declaration: declaration.clone(), member, attribute: attribute.clone() };
            Some((Trigger { root, address: Some(address), attribute }, Some(target)))
        }
    }
}

fn invalid(span: Span) -> Diagnostic {
    Diagnostic::error("invalid-trigger", span, "`replace_triggered_by` names resources, their attributes, or locals")
        .help("write it like `aws_ecs_task_definition.web` or `local.release`")
}
