//! Everything stops at every single step; the next run carries on by itself.

use super::bed::Bed;

const BEFORE: &str = r#"
[resource.test_thing.first]
name = "first"
zone = "a"
[resource.test_named.second]
name = "second"
uses = ["${test_thing.first.id}"]
[resource.test_group.third]
name = "third"
rules = ["ssh"]
uses = ["${test_named.second.id}"]
[resource.test_slow.fourth]
name = "fourth"
"#;

/// Crashes at every step on the way from one manifest to another, carries on, and checks that
/// the cloud is as if nothing had happened.
async fn check(from: &str, to: &str, destroy: bool, expect: &[&str]) {
    for step in 1.. {
        let mut bed = Bed::new();
        if !from.is_empty() {
            assert!(bed.apply(from).await.outcome().is_complete());
        }
        let crashed = bed.crash(to, destroy, step).await;
        let through = bed.cloud.world().steps < step;
        if !through {
            assert!(crashed.outcome().interrupted, "step {step}");
            let carried_on = bed.run(to, destroy, Default::default()).await;
            assert!(carried_on.problems.is_empty(), "step {step}: {:?}", carried_on.problems);
            assert!(carried_on.outcome().is_complete(), "step {step}: {:?}", carried_on.outcome());
        }
        assert_eq!(bed.cloud.names(), expect, "step {step}");
        if destroy {
            assert!(bed.state().await.resources.is_empty(), "step {step}");
        } else {
            assert_eq!(bed.pending(to).await, [""; 0], "step {step}");
        }
        if through {
            assert!(step > 10, "the run had {step} steps");
            return;
        }
    }
}

const ALL: &[&str] = &["first", "fourth", "second", "third"];

#[tokio::test(start_paused = true)]
async fn a_crash_while_creating() {
    check("", BEFORE, false, ALL).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_updating() {
    let after = BEFORE.replace("name = \"", "size = 7\nname = \"");
    check(BEFORE, &after, false, ALL).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_replacing() {
    let after = BEFORE.replace("zone = \"a\"", "zone = \"b\"");
    check(BEFORE, &after, false, ALL).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_while_destroying() {
    check(BEFORE, BEFORE, true, &[]).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_in_recovery_is_recovered_from() {
    let mut bed = Bed::new();
    // The create was done and nobody saw it: the call's second step.
    bed.crash("[resource.test_thing.first]\nname = \"first\"\n", false, 6).await;
    assert_eq!(bed.cloud.names(), ["first"]);
    // Recovery without the lock changes nothing that is stored, however often.
    for _ in 0..2 {
        let before = bed.bytes();
        bed.pending("[resource.test_thing.first]\nname = \"first\"\n").await;
        assert_eq!(bed.bytes(), before);
    }
    let run = bed.apply("[resource.test_thing.first]\nname = \"first\"\n").await;
    assert!(run.notes[0].contains("had been created"), "{:?}", run.notes);
    assert_eq!(bed.cloud.names(), ["first"]);
    assert_eq!(bed.cloud.count("create"), 1);
}
