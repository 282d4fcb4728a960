//! A review, made from two texts alone, says what the plan says once the first has been applied.

use std::collections::BTreeSet;

use cloudsim::Setup;
use cloudsim::kinds::CATALOG;
use cloudsim::stacks::Sketch;
use engine::plan::Options;
use model::plan::Action;
use model::{Address, Path};
use review::{Review, Side};

use crate::seeds::{on_a_clock, seeds};
use crate::stage::{Aim, Stage, Stop, parsed};

#[test]
fn a_review_says_what_the_plan_says() {
    let (mut compared, mut refused) = (0, 0);
    for seed in seeds(400) {
        match on_a_clock(outlook(seed)) {
            Outlook::Compared => compared += 1,
            Outlook::Refused => refused += 1,
        }
    }
    assert!(compared > refused, "{compared} compared, {refused} refused");
}

enum Outlook {
    /// Plan and review were held against each other.
    Compared,
    /// There is no plan, and the review says so.
    Refused,
}

async fn outlook(seed: u64) -> Outlook {
    let stage = Stage::new(Setup { seed, ..Setup::default() });
    let mut sketch = Sketch::new(seed, 10);
    let old = sketch.to_string();
    stage.run(&old, Aim::Apply).await.expect("nothing hinders it");
    let told = format!("seed {seed}: {:?}\n---- before\n{old}", sketch.edit());
    let new = sketch.to_string();
    let told = format!("{told}\n---- after\n{new}");
    for text in [&old, &new] {
        assert!(!reviewed(text, text).has_changes(), "{told}");
    }
    let review = reviewed(&old, &new);
    let planning = match stage.plan(&new, Aim::Apply).await {
        Ok(planning) => planning,
        Err(Stop::NoPlan(problems)) => {
            let codes: BTreeSet<&str> = problems.iter().map(|it| it.code).collect();
            let expected: BTreeSet<&str> = review.refusals.iter().map(|it| it.code).collect();
            assert!(codes.is_subset(&expected), "{codes:?} {expected:?} {told}");
            return Outlook::Refused;
        }
        Err(other) => panic!("{other:?}\n{told}"),
    };
    assert!(review.refusals.is_empty(), "{:#?}\n{told}", review.refusals);
    let planned = planning.plan.changes.iter().filter(|it| it.deposed.is_none() && it.action != Action::Read);
    let planned = planned.map(|it| line(&it.address, it.action, it.attributes.iter().map(|it| &it.path)));
    let expected = review.changes.iter();
    let expected = expected.map(|it| line(&it.address, it.action, it.attributes.iter().map(|it| &it.path)));
    assert_eq!(planned.collect::<BTreeSet<String>>(), expected.collect::<BTreeSet<String>>(), "{told}");
    Outlook::Compared
}

/// What happens to an address, and which attributes differ. Of what is adopted nobody knows offline
/// what it has.
fn line<'a>(address: &Address, action: Action, paths: impl Iterator<Item = &'a Path>) -> String {
    let paths: Vec<String> = paths.filter(|_| action != Action::Adopt).map(Path::to_string).collect();
    format!("{action:?} {address} {}", paths.join(" "))
}

fn reviewed(before: &str, after: &str) -> Review {
    let (old, new) = (parsed(before), parsed(after));
    let old = Side { name: "before", stack: &old.stack, sources: &old.sources, manifest: &old.manifest };
    let new = Side { name: "after", stack: &new.stack, sources: &new.sources, manifest: &new.manifest };
    let (review, _) = review::diff(&old, &new, &CATALOG, &Options::default()).expect("both are sound");
    review
}
