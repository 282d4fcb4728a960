//! How many operations run at the same time, in all and per service, and how fast they call.

use std::collections::BTreeMap;

use super::pace::Pace;

/// The most operations at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub parallelism: usize,
    /// Per service, where it is fewer.
    pub services: BTreeMap<String, usize>,
    /// A journal of more bytes than the last snapshot, and than this, gets a snapshot of its own.
    pub journal_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        // IAM and RDS throttle changes at a few calls a second.
        let services = [("iam", 6), ("rds", 8)];
        Self {
            parallelism: 16,
            services: services.map(|(name, most)| (name.to_owned(), most)).into(),
            journal_bytes: 64 * 1024,
        }
    }
}

/// While so many calls wait for a throttled service, no more of its operations begin: others can
/// use the slots, and what is ready is chosen late.
const AHEAD: usize = 4;

/// What runs now.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    limits: Limits,
    running: usize,
    services: BTreeMap<&'static str, Share>,
}

#[derive(Clone, Debug)]
struct Share {
    running: usize,
    most: usize,
    pace: Pace,
}

impl Slots {
    pub fn new(limits: Limits) -> Self {
        Self { limits, running: 0, services: BTreeMap::new() }
    }

    /// Whether an operation of a service may begin.
    pub fn has(&mut self, service: &'static str) -> bool {
        let free = self.running < self.limits.parallelism.max(1);
        let share = self.share(service);
        free && share.running < share.most && share.pace.waiting() < AHEAD
    }

    /// Takes a slot.
    pub fn take(&mut self, service: &'static str) {
        self.running += 1;
        self.share(service).running += 1;
    }

    /// Gives a slot back.
    pub fn free(&mut self, service: &'static str) {
        self.running = self.running.saturating_sub(1);
        let share = self.share(service);
        share.running = share.running.saturating_sub(1);
    }

    /// How fast a service is called.
    pub fn pace(&mut self, service: &'static str) -> &mut Pace {
        &mut self.share(service).pace
    }

    fn share(&mut self, service: &'static str) -> &mut Share {
        let all = self.limits.parallelism.max(1);
        let most = self.limits.services.get(service).copied().unwrap_or(all).clamp(1, all);
        self.services.entry(service).or_insert_with(|| Share { running: 0, most, pace: Pace::default() })
    }
}
