//! Scenarios worth keeping: each is a manifest, what goes wrong, and what must come of it.
