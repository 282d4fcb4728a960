//! Where moto differs from AWS, in one table.
//!
//! In: nothing. Out: [`DIFFERENCES`] and the questions that a test asks of it. A difference
//! stands per operation or per argument, never per kind: a kind as a whole is always tested.
//!
//! # Adding a row
//!
//! See a test fail on moto and the AWS documentation say otherwise; then, in `table.rs`, put
//! - `argument(KIND, PATH, WHAT)` where one argument is dropped, changed or not checked. `PATH`
//!   is the argument's path without indexes, `ingress.prefix_list_ids`, and stands for everything
//!   below it;
//! - `operation(KIND, "service:Operation", WHAT)` where a call is missing or behaves otherwise,
//!   with the signing name of the service and `KIND` the kind for which that was seen.
//!
//! `WHAT` is a sentence that says what moto does, and what AWS does where that does not follow.
//! A provider is never bent to please moto: where a manifest that people write would not work, mend
//! moto in `server/serve.py` instead, as is done for the number of running tasks.

mod table;

pub use table::DIFFERENCES;

/// One thing that moto does otherwise than AWS documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// The resource type with which it was seen.
    pub kind: &'static str,
    /// What it is about.
    pub subject: Subject,
    /// What moto does, and what AWS does where that does not follow.
    pub what: &'static str,
}

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An argument of the kind and all that is below it, as a path without indexes.
    Argument(&'static str),
    /// An operation, as `service:Operation`.
    Operation(&'static str),
}

/// The difference that stands for an argument of a kind, or for one that it is part of. Indexes
/// in the path don't matter: `ingress[0].prefix_list_ids` and `ingress.0.prefix_list_ids` are
/// `ingress.prefix_list_ids`.
pub fn argument_differs(kind: &str, path: &str) -> Option<&'static Difference> {
    let asked: Vec<&str> = path
        .split(['.', '['])
        .map(|part| part.trim_end_matches(']'))
        .filter(|part| part.parse::<usize>().is_err())
        .collect();
    of_kind(kind).find(|difference| match difference.subject {
        Subject::Argument(known) => {
            let known: Vec<&str> = known.split('.').collect();
            asked.starts_with(&known)
        }
        Subject::Operation(_) => false,
    })
}

/// The differences of an operation, written as `service:Operation`: one for each kind with
/// which one was seen.
pub fn operation_differs(operation: &str) -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().filter(move |difference| match difference.subject {
        Subject::Operation(known) => known == operation,
        Subject::Argument(_) => false,
    })
}

/// All differences that were seen with a kind, in the order of the table.
pub fn of_kind(kind: &str) -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().filter(move |difference| difference.kind == kind)
}

const fn argument(kind: &'static str, path: &'static str, what: &'static str) -> Difference {
    Difference { kind, subject: Subject::Argument(path), what }
}

const fn operation(kind: &'static str, name: &'static str, what: &'static str) -> Difference {
    Difference { kind, subject: Subject::Operation(name), what }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn arguments_are_found_with_what_is_below_them() {
        fn check(kind: &str, path: &str, expect: Option<&'static str>) {
            let found = argument_differs(kind, path).map(|difference| difference.subject);
            assert_eq!(found, expect.map(Subject::Argument), "{kind} {path}");
        }
        let service = "aws_ecs_service";
        check(service, "volume_configuration", Some("volume_configuration"));
        check(service, "volume_configuration[0].name", Some("volume_configuration"));
        check(service, "volume_configuration_other", None);
        check(service, "desired_count", None);
        let group = "aws_security_group";
        check(group, "ingress.0.prefix_list_ids.1", Some("ingress.prefix_list_ids"));
        check(group, "ingress[2].prefix_list_ids[0]", Some("ingress.prefix_list_ids"));
        check(group, "ingress", None);
        check("aws_ecs_cluster", "volume_configuration", None);
    }

    #[test]
    fn operations_are_found_for_every_kind() {
        assert_eq!(operation_differs("ecs:ListTasks").count(), 1);
        assert_eq!(operation_differs("ecs:ListClusters").count(), 0);
        assert!(operation_differs("tagging:GetResources").count() > 1);
    }

    #[test]
    fn rows_are_well_formed_and_said_once() {
        let mut seen = BTreeSet::new();
        for Difference { kind, subject, what } in DIFFERENCES {
            assert!(kind.starts_with("aws_"), "{kind}");
            assert!(what.ends_with('.') && what.len() > 10, "{kind} {subject:?}: {what}");
            assert!(seen.insert((kind, subject)), "{kind} {subject:?} is there twice");
            match subject {
                Subject::Argument(path) => assert!(
                    path.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.".contains(c)),
                    "{path}"
                ),
                Subject::Operation(name) => {
                    let (service, operation) = name.split_once(':').expect("service:Operation");
                    assert!(service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
                    assert!(operation.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
                }
            }
        }
    }
}
