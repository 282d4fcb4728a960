//! State beside the manifest.

use super::shared::STEPS;
use super::{Point, Which, everywhere, killed};
use crate::cloud::Cloud;
use crate::program::Stack;

/// How many emulators are kept busy at once; most of a run is waiting.
const THREADS: usize = 4;

/// Runs a command and expects success.
fn finishes(stack: &Stack, line: &str, point: Point) {
    let ran = stack.run(line);
    assert_eq!(ran.code, Some(0), "`{line}` after {point:?}\n{}\n{}", ran.out, ran.err);
}

/// A stack that is not applied, and what there is before and after it is.
struct Place {
    cloud: Cloud,
    stack: Stack,
    empty: Vec<String>,
    whole: Vec<String>,
}

#[test]
fn at_every_call_of_apply_and_of_destroy() {
    let prepare = || {
        let cloud = Cloud::start();
        let stack = Stack::of(&cloud, &STEPS);
        let empty = cloud.inventory();
        stack.run("apply --yes -q").exits(0);
        let whole = cloud.inventory();
        stack.run("destroy --yes -q").exits(0);
        Place { cloud, stack, empty, whole }
    };
    let points =
        everywhere(THREADS, prepare, |place, index| comes_and_goes(place, Point::nth(Which::Resources, index)));
    assert!(points >= 2 * 5, "only {points} points");
}

/// Applies and destroys with a kill in each; false if neither came to the point.
fn comes_and_goes(place: &Place, point: Point) -> bool {
    let Place { cloud, stack, empty, whole } = place;
    let in_apply = killed(cloud, stack, "apply --yes", point);
    finishes(stack, "apply --yes", point);
    finishes(stack, "plan --detailed-exitcode", point);
    assert_eq!(cloud.inventory(), *whole, "after apply, {point:?}");
    let in_destroy = killed(cloud, stack, "destroy --yes", point);
    finishes(stack, "destroy --yes", point);
    assert_eq!(cloud.inventory(), *empty, "after destroy, {point:?}");
    assert_eq!(stack.run("state list").exits(0).out, "", "after destroy, {point:?}");
    in_apply || in_destroy
}

#[test]
fn at_every_call_of_a_replacement() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    stack.run("apply --yes -q").exits(0);
    let whole = cloud.inventory();
    for index in 0.. {
        let point = Point::nth(Which::Resources, index);
        stack.flip("wordpress.toml", ["\"wordpress-ecs-sg\"", "\"wordpress-http\""]);
        let was_killed = killed(&cloud, &stack, "apply --yes", point);
        finishes(&stack, "apply --yes", point);
        finishes(&stack, "plan --detailed-exitcode", point);
        assert_eq!(cloud.inventory(), whole, "{point:?}");
        if !was_killed {
            assert!(index >= 6, "only {index} points");
            return;
        }
    }
}

#[test]
fn twice_in_a_row() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    for call in [1, 3, 1, 4, 2] {
        for delivered in [true, false] {
            let point = Point { which: Which::Resources, call, delivered };
            if !killed(&cloud, &stack, "apply --yes", point) {
                break;
            }
            // Looking recovers in memory, and changes nothing that the next run relies on.
            stack.run("plan --detailed-exitcode").exits(2);
        }
    }
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    let again = Cloud::start();
    let untroubled = Stack::wordpress(&again);
    untroubled.run("apply --yes -q").exits(0);
    assert_eq!(cloud.inventory(), again.inventory());
}
