//! Buckets of tokens, as AWS throttles by.
//!
//! In: calls, with a time. Out: whether there was a token for each. A call that is throttled for
//! want of one takes none; tokens come back at a steady rate until the bucket is full.

use std::collections::BTreeMap;

use tokio::time::Instant;

/// What a service takes: one bucket for all its calls that change something, and one for all that
/// only read. EC2 has such buckets for every call of its own, so this one is stricter.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Throttle {
    /// The service.
    pub service: &'static str,
    /// Tokens for changes: how many at most, and how many come back in a second.
    pub changes: (f64, f64),
    /// Tokens for reads: how many at most, and how many come back in a second.
    pub reads: (f64, f64),
}

impl Throttle {
    /// A service like EC2: 50 changes and 5 a second, 100 reads and 20 a second.
    #[must_use]
    pub const fn like_ec2(service: &'static str) -> Self {
        Self { service, changes: (50.0, 5.0), reads: (100.0, 20.0) }
    }
}

/// What is in the buckets, by service and whether it is for changes.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    levels: BTreeMap<(&'static str, bool), (f64, Instant)>,
}

impl Buckets {
    /// Takes a token out, if there is one.
    pub fn take(&mut self, throttle: &Throttle, changes: bool, now: Instant) -> bool {
        let (size, rate) = if changes { throttle.changes } else { throttle.reads };
        let (level, since) = self.levels.entry((throttle.service, changes)).or_insert((size, now));
        *level = (*level + (now - *since).as_secs_f64() * rate).min(size);
        *since = now;
        let there = *level >= 1.0;
        if there {
            *level -= 1.0;
        }
        there
    }
}
