//! A second kill, inside the run that recovers from the first.

use super::shared::{Place, THREADS};
use super::{Point, Which, everywhere, killed};
use crate::vault::Vault;

/// Where the first run dies: at a call that is not made, and at a write of the journal that is.
const FIRST: [Point; 2] = [
    Point { which: Which::Resources, call: 3, delivered: false },
    Point { which: Which::State, call: 7, delivered: true },
];

/// How many calls of the recovering run are tried: at least the claim of the lock, the new
/// snapshot that shuts the dead writer out, what closes its intents, and the first of its own.
const CALLS: usize = 6;

#[test]
fn in_the_run_that_recovers() {
    let of_one = CALLS * 2;
    let end = FIRST.len() * of_one;
    let points = everywhere(THREADS, Place::steps, |place, index| {
        let Some(first) = FIRST.get(index / of_one) else { return false };
        let vault = Vault::of(&place.cloud, "steps");
        let second = Point::nth(Which::State, index % of_one);
        assert!(killed(&place.cloud, &place.stack, "apply --yes", *first), "{first:?}");
        place.carries_on(second, ("apply --yes", "apply --yes"), &place.forms[0], &vault);
        assert!(killed(&place.cloud, &place.stack, "destroy --yes", *first), "{first:?} of destroy");
        place.carries_on(second, ("destroy --yes", "destroy --yes"), &place.empty, &vault);
        true
    });
    assert_eq!(points, end);
}
