//! Bugs that can be planted, to see that the tests find them.
//!
//! A build without the feature `planted-bugs`, which only the engine's own tests switch on, has
//! none of them: [`planted`] is `false` there for the compiler. Each is a mistake that somebody
//! could make in one line.

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Calls are made without an intent in the journal.
    NoIntent,
    /// The token that an intent holds is not the one that is sent.
    ForgottenToken,
    /// Whoever takes the lock does not rewrite the snapshot.
    NoFence,
    /// A snapshot counts records that are not written yet.
    StateBeforeResult,
    /// Recovery takes what it finds under the name, whoever made it.
    ForeignAdopted,
    /// The journal is trimmed before the snapshot is written.
    TrimFirst,
    /// A lock that is held is taken over without watching it.
    TakeoverAtOnce,
    /// A lease counts from when its renewal was answered.
    LeaseFromAnswer,
    /// After a takeover, what was read of the journal before it counts.
    StaleJournal,
    /// Whoever takes the lock leaves the epoch as it is.
    EpochKept,
    /// A lease counts from the last of several equal claims, whichever of them was done.
    LeaseFromLastClaim,
    /// Whoever takes the lock rewrites a snapshot that a later holder has written.
    NewerFenced,
    /// Records that were refused count as written.
    RefusedAppend,
    /// A snapshot that was refused counts as written.
    RefusedSave,
    /// A create that is not found is forgotten.
    NoSuspects,
    /// A create without an answer is sent again without looking for what it made.
    CreateAgain,
    /// An open delete counts as done.
    DeleteBelieved,
    /// The object that a replacement leaves behind is not remembered.
    NotDeposed,
    /// An open update leaves what was last applied as it was.
    UpdateUndone,
    /// A snapshot leaves the open intents out.
    OpenLeftOut,
}

impl Bug {
    /// Those in the protocol, which the model checker finds.
    pub const PROTOCOL: &[Self] = &[
        Self::NoFence,
        Self::TrimFirst,
        Self::TakeoverAtOnce,
        Self::LeaseFromAnswer,
        Self::StaleJournal,
        Self::EpochKept,
        Self::LeaseFromLastClaim,
        Self::NewerFenced,
        Self::RefusedAppend,
        Self::RefusedSave,
    ];

    /// Those that the simulation finds.
    pub const ALL: &[Self] = &[
        Self::NoIntent,
        Self::ForgottenToken,
        Self::NoFence,
        Self::StateBeforeResult,
        Self::ForeignAdopted,
        Self::TrimFirst,
        Self::TakeoverAtOnce,
        Self::LeaseFromAnswer,
        Self::StaleJournal,
        Self::EpochKept,
        Self::NewerFenced,
        Self::NoSuspects,
        Self::CreateAgain,
        Self::DeleteBelieved,
        Self::NotDeposed,
        Self::UpdateUndone,
        Self::OpenLeftOut,
    ];
}

#[cfg(feature = "planted-bugs")]
mod switch {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether this bug is planted on this thread.
    #[must_use]
    pub fn planted(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Plants a bug on this thread while the guard lives.
    #[must_use]
    pub fn plant(bug: Bug) -> Plant {
        PLANTED.set(Some(bug));
        Plant(())
    }

    /// A planted bug; dropping it takes it out.
    #[derive(Debug)]
    pub struct Plant(());

    impl Drop for Plant {
        fn drop(&mut self) {
            PLANTED.set(None);
        }
    }
}

#[cfg(feature = "planted-bugs")]
pub use switch::{Plant, plant, planted};

/// Whether this bug is planted: never.
#[cfg(not(feature = "planted-bugs"))]
#[must_use]
pub const fn planted(_: Bug) -> bool {
    false
}
