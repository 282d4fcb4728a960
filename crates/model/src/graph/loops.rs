//! The shortest loop among things that need each other, and how it is told.
//!
//! In: a strongly connected group. Out: a loop; a diagnostic with every reference in it. It
//! must not know what the things are.

use std::collections::{BTreeMap, VecDeque};

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// The shortest loop in a group in which everything reaches everything; the first of equally
/// short ones. Empty where there is none.
pub(crate) fn shortest<T: Copy + Ord>(group: &[T], next: impl Fn(&T) -> Vec<T>) -> Vec<T> {
    let mut best: Vec<T> = Vec::new();
    for start in group {
        if let Some(round) = from(*start, &next).filter(|it| best.is_empty() || it.len() < best.len()) {
            best = round;
        }
        if best.len() == 1 || (best.len() == 2 && group.len() > 1) {
            break;
        }
    }
    best
}

/// The diagnostic of a loop: who refers to whom, and where.
pub(crate) fn report(steps: Vec<(String, String, Span)>) -> Option<Diagnostic> {
    let (first, _, span) = steps.first()?;
    let round: Vec<&str> = steps.iter().map(|(from, _, _)| from.as_str()).chain([first.as_str()]).collect();
    let mut problem =
        Diagnostic::error("dependency-cycle", *span, format!("these need each other: {}", round.join(" → ")))
            .note(format!("{first} needs {}", steps.first()?.1));
    for (from, to, span) in steps.iter().skip(1) {
        problem = problem.label(*span, format!("{from} needs {to}"));
    }
    Some(problem.help("remove one of these references, or move what is shared into a resource of its own"))
}

/// The shortest way from something back to itself.
fn from<T: Copy + Ord>(start: T, next: &impl Fn(&T) -> Vec<T>) -> Option<Vec<T>> {
    let mut before: BTreeMap<T, T> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for reached in next(&node) {
            if reached == start {
                let mut round = vec![node];
                let mut at = node;
                while at != start {
                    at = *before.get(&at)?;
                    round.push(at);
                }
                round.reverse();
                return Some(round);
            }
            before.entry(reached).or_insert_with(|| {
                queue.push_back(reached);
                node
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edges: &[(u8, u8)], expect: &[u8]) {
        let mut nodes: Vec<u8> = edges.iter().flat_map(|(from, to)| [*from, *to]).collect();
        nodes.sort_unstable();
        nodes.dedup();
        let next = |from: &u8| edges.iter().filter(|(it, _)| it == from).map(|(_, to)| *to).collect();
        assert_eq!(shortest(&nodes, next), expect, "{edges:?}");
    }

    #[test]
    fn the_shortest_loop_is_found() {
        check(&[(1, 1)], &[1]);
        check(&[(1, 2), (2, 1)], &[1, 2]);
        check(&[(1, 2), (2, 3), (3, 1)], &[1, 2, 3]);
        check(&[(1, 2), (2, 3), (3, 4), (4, 1), (3, 2)], &[2, 3]);
        check(&[(1, 2), (2, 3)], &[]);
    }
}
