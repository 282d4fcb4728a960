//! What must hold of everything that is written.
//!
//! In: sums of what a store was asked. Out: nothing, or a panic that says what was too much. It must
//! not know how a run comes to write.

use std::fmt;

use crate::counting::{APPEND, Counts, SNAPSHOT, TRIM};
use crate::stage::Ran;

/// A stack, command by command.
pub struct Life {
    pub resources: u64,
    pub apply: Ran,
    pub nothing: Ran,
    pub change: Ran,
    pub destroy: Ran,
}

/// Where state is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    InAFolder,
    /// Where whoever takes the lock rewrites the snapshot, which shuts out whoever held it before.
    InServices,
}

/// The largest item that DynamoDB takes, names and all. Larger batches make a detour by way of the
/// bucket, which no run should need for what happens at the same time.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>
const LARGEST_ITEM: u64 = 400 * 1024;

/// The journal may have this many bytes before a snapshot is thought of.
const JOURNAL: f64 = 64.0 * 1024.0;

impl Life {
    /// Checks one life of a stack.
    #[track_caller]
    pub fn holds(&self, kept: Kept) {
        let fences = match kept {
            Kept::InAFolder => 0,
            Kept::InServices => 1,
        };
        for ran in [&self.apply, &self.destroy] {
            assert_eq!(ran.operations, self.resources);
            is_bounded(ran, fences);
        }
        let Ran { operations, counts, .. } = &self.nothing;
        assert_eq!((*operations, counts.of(APPEND).times, counts.of(SNAPSHOT).times), (0, 0, fences), "{counts:?}");
        let Ran { operations, counts, .. } = &self.change;
        assert_eq!((*operations, counts.of(SNAPSHOT).times), (1, 1 + fences), "{counts:?}");
        let (appended, written) = (counts.of(APPEND), counts.of(SNAPSHOT));
        assert!(appended.times <= 3 && appended.bytes <= 4 * 1024, "{counts:?}");
        assert!(counts.bytes() <= appended.bytes + (1 + fences) * written.largest, "{counts:?}");
        if kept == Kept::InServices {
            // Query, read, lock and fence; two writes of the journal, their trims, a snapshot, release.
            assert!(counts.requests() <= 12, "{counts:?}");
        }
    }
}

/// Checks a run that did something to every resource.
#[track_caller]
fn is_bounded(Ran { operations, counts, .. }: &Ran, fences: u64) {
    let (appended, written) = (counts.of(APPEND), counts.of(SNAPSHOT));
    // An intent, an id, an end; and what belongs to the whole.
    assert!(appended.times <= 3 * operations + 2, "{counts:?}");
    assert!(appended.largest < LARGEST_ITEM, "{counts:?}");
    // A snapshot in the middle of a run waits until the journal has outgrown the last one, so each
    // stands for more than half as much again as the one before.
    let outgrown = (appended.bytes as f64 / JOURNAL).max(1.0).log(1.5);
    assert!(written.times as f64 <= 2.0 + fences as f64 + outgrown, "{counts:?}");
    assert!(counts.bytes() <= 3 * (appended.bytes + written.largest), "{counts:?}");
    if fences > 0 {
        assert_eq!(counts.of(TRIM).times, appended.times, "every batch is deleted once: {counts:?}");
    }
}

/// Checks lives of more and more resources: ten times the resources are about ten times the bytes.
#[track_caller]
pub fn grows_with_the_work(lives: &[Life]) {
    let each = |of: fn(&Life) -> &Ran, what: fn(&Counts) -> u64| -> Vec<f64> {
        lives.iter().map(|life| what(&of(life).counts) as f64 / life.resources as f64).collect()
    };
    let of: [fn(&Life) -> &Ran; 2] = [|life| &life.apply, |life| &life.destroy];
    let what: [fn(&Counts) -> u64; 3] = [Counts::bytes, |it| it.of(APPEND).bytes, |it| it.of(APPEND).times];
    for of in of {
        for what in what {
            let each = each(of, what);
            assert!(each.iter().all(|it| *it <= 1.5 * each[0]), "by resource: {each:?}");
        }
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} resources", self.resources)?;
        let commands =
            [("apply", &self.apply), ("again", &self.nothing), ("change", &self.change), ("destroy", &self.destroy)];
        for (name, Ran { operations, counts, lasted, took, .. }) in commands {
            let each = took.as_micros() / u128::from(*operations).max(1);
            let (appended, written) = (counts.of(APPEND), counts.of(SNAPSHOT));
            writeln!(
                f,
                "  {name}: {} appends of {} bytes, {} snapshots of {} bytes; {:.1} s; {each} µs an operation",
                appended.times,
                appended.bytes,
                written.times,
                written.bytes,
                lasted.as_secs_f64()
            )?;
        }
        Ok(())
    }
}
