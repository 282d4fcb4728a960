//! How many operations run at the same time, in all and per service.
//!
//! A throttled service gets half its share; every answer that is not throttled gives a little of
//! it back.

use std::collections::BTreeMap;

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

/// What runs now.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    limits: Limits,
    running: usize,
    services: BTreeMap<&'static str, Share>,
}

#[derive(Clone, Copy, Debug)]
struct Share {
    running: usize,
    most: usize,
    ceiling: usize,
    answers: usize,
}

impl Slots {
    pub fn new(limits: Limits) -> Self {
        Self { limits, running: 0, services: BTreeMap::new() }
    }

    /// Takes a slot, if one is free.
    pub fn take(&mut self, service: &'static str) -> bool {
        let most = self.limits.parallelism.max(1);
        if self.running >= most {
            return false;
        }
        let share = self.share(service);
        if share.running >= share.most {
            return false;
        }
        share.running += 1;
        self.running += 1;
        true
    }

    /// Gives a slot back.
    pub fn free(&mut self, service: &'static str) {
        self.running = self.running.saturating_sub(1);
        let share = self.share(service);
        share.running = share.running.saturating_sub(1);
    }

    /// A call was throttled.
    pub fn slow(&mut self, service: &'static str) {
        let share = self.share(service);
        share.most = (share.most / 2).max(1);
        share.answers = 0;
    }

    /// A call was answered.
    pub fn answered(&mut self, service: &'static str) {
        let share = self.share(service);
        share.answers += 1;
        if share.most < share.ceiling && share.answers >= share.most {
            share.most += 1;
            share.answers = 0;
        }
    }

    fn share(&mut self, service: &'static str) -> &mut Share {
        let all = self.limits.parallelism.max(1);
        let most = self.limits.services.get(service).copied().unwrap_or(all).clamp(1, all);
        self.services.entry(service).or_insert(Share { running: 0, most, ceiling: most, answers: 0 })
    }
}
