//! How an instance's arguments compare with what RDS reports.
//!
//! In: the desired and the live value of one argument. Out: whether they mean the same. It must
//! not know any other argument.

use model::{Known, Tree};

/// `10.5` means any version that begins so.
pub(super) fn version(desired: &Known, live: &Known) -> bool {
    match (desired.as_text(), live.as_text()) {
        (Some(desired), Some(live)) => is_version(desired, live),
        _ => desired == live,
    }
}

/// Whether the version that runs is one of those that were asked for.
pub(super) fn is_version(desired: &str, live: &str) -> bool {
    live.strip_prefix(desired).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A key is given by its id or its ARN, and reported by its ARN.
pub(super) fn key(desired: &Known, live: &Known) -> bool {
    match (desired.as_text(), live.as_text()) {
        (Some(desired), Some(live)) => is_key(desired, live),
        _ => desired == live,
    }
}

/// Whether an id or ARN of a key means the key with an ARN.
pub(super) fn is_key(desired: &str, live: &str) -> bool {
    desired == live || live.strip_suffix(desired).is_some_and(|rest| rest.ends_with('/'))
}

/// A source is given by its identifier or its ARN, and reported by either.
pub(super) fn source(desired: &Known, live: &Known) -> bool {
    match (desired.as_text(), live.as_text()) {
        (Some(desired), Some(live)) => identifier(desired) == identifier(live),
        _ => desired == live,
    }
}

/// Whether a replica gets another source, rather than none.
pub(super) fn other_source(before: &Known, after: &Known) -> bool {
    !after.is_null() && !source(after, before)
}

/// Storage that is there already, or that AWS let grow beyond what was asked for: it never shrinks.
pub(super) fn at_least(desired: &Known, live: &Known) -> bool {
    matches!((desired, live), (Tree::Int(desired), Tree::Int(live)) if live >= desired)
}

/// What AWS never changes once it has a value.
pub(super) fn was_set(before: &Known, _: &Known) -> bool {
    !before.is_null()
}

fn identifier(text: &str) -> String {
    text.rsplit(':').next().unwrap_or(text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_means_all_that_begin_so() {
        let check = |desired: &str, live: &str, expect: bool| {
            assert_eq!(version(&Known::text(desired), &Known::text(live)), expect, "{desired} {live}");
        };
        check("10.5", "10.5.13", true);
        check("10.5.13", "10.5.13", true);
        check("10.5", "10.50.1", false);
        check("10.5.13", "10.5", false);
        check("10", "10.5.13", true);
        check("15", "16.1", false);
    }

    #[test]
    fn a_source_is_an_identifier_or_an_arn() {
        let check = |desired: &str, live: &str, expect: bool| {
            assert_eq!(source(&Known::text(desired), &Known::text(live)), expect, "{desired} {live}");
        };
        check("main", "main", true);
        check("Main", "main", true);
        check("arn:aws:rds:eu-west-1:123456789012:db:main", "main", true);
        check("main", "arn:aws:rds:eu-west-1:123456789012:db:main", true);
        check("other", "main", false);
        assert!(!other_source(&Known::text("main"), &Tree::Null));
        assert!(other_source(&Tree::Null, &Known::text("main")));
    }

    #[test]
    fn a_key_is_an_id_or_an_arn() {
        let check = |desired: &str, live: &str, expect: bool| {
            assert_eq!(key(&Known::text(desired), &Known::text(live)), expect, "{desired} {live}");
        };
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1234";
        check(arn, arn, true);
        check("1234", arn, true);
        check("234", arn, false);
    }

    #[test]
    fn more_storage_than_asked_for_is_enough() {
        assert!(at_least(&Tree::Int(20), &Tree::Int(40)));
        assert!(at_least(&Tree::Int(20), &Tree::Int(20)));
        assert!(!at_least(&Tree::Int(40), &Tree::Int(20)));
        assert!(!at_least(&Tree::Int(20), &Tree::Null));
    }
}
