//! What a store refused, as a command's failure: a code for scripts, and what to do next.

use engine::store::{Holder, StoreError};

use super::{Exit, Failure};
use crate::render::time;

impl From<StoreError> for Failure {
    fn from(wrong: StoreError) -> Self {
        let message = wrong.to_string();
        match wrong {
            StoreError::Io { .. } => Self::environment("state-unreadable", message),
            StoreError::Aws { fault, .. } => Self { message, ..Self::from(*fault) },
            StoreError::NotSetUp { .. } => Self::environment("state-missing", message).help(
                "`stackctl init` makes what `[state]` names; if it was there before, check the account, the region and \
                 `[state]` first",
            ),
            StoreError::Torn { .. } => Self::environment("state-damaged", message),
            StoreError::Newer { .. } => Self::environment("state-newer", message),
            StoreError::Foreign { .. } => Self::environment("state-foreign", message),
            StoreError::OtherTable { .. } => Self::environment("other-lock-table", message)
                .help("name the table under `[state]` that everybody names, as `lock_table`"),
            StoreError::Missing { .. } => Self::environment("state-gone", message),
            StoreError::Broken { .. } => Self::environment("state-broken", message),
            StoreError::Damaged { .. } => Self::environment("journal-damaged", message),
            StoreError::Gap { .. } => Self::environment("journal-gap", message),
            StoreError::Held { holder } => held(holder.as_deref()),
            StoreError::Lost => Self::environment("lock-lost", message)
                .help("run it again; `stackctl lock show` tells who has the lock now"),
            StoreError::Unbreakable { pid } => {
                let stop = if pid == 0 { "stop that process".to_owned() } else { format!("stop it with `kill {pid}`") };
                Self::new(Exit::Locked, "lock-unbreakable", message)
                    .help(format!("{stop}: it records what it did, and the next command carries on from there"))
            }
            StoreError::UnknownVersion { .. } => {
                Self::wrong("unknown-version", message).help("`stackctl state history` lists them")
            }
            StoreError::WrongLock { .. } | StoreError::Unsealed => {
                Self::new(Exit::Bug, "bug", message).help("nothing was written: please report it with the line above")
            }
        }
    }
}

/// Somebody else is at work.
fn held(holder: Option<&Holder>) -> Failure {
    let message = match holder {
        Some(holder) => {
            let link = holder.link.as_ref().map(|link| format!("\n  {link}")).unwrap_or_default();
            format!(
                "the state is locked: {} on {} runs `stackctl {}` (process {}) since {}{link}",
                holder.owner,
                holder.host,
                holder.command,
                holder.pid,
                time::utc(holder.since)
            )
        }
        None => "the state is locked by another stackctl".to_owned(),
    };
    Failure::new(Exit::Locked, "lock-held", message).help(
        "wait for it with `--lock-wait 5m`; `stackctl lock show` tells whether it is alive. What died holds no lock for \
         long: the next command takes it over by itself",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_names_its_holder() {
        let holder = Holder {
            owner: "ann".to_owned(),
            host: "laptop".to_owned(),
            command: "apply".to_owned(),
            pid: 4711,
            since: 1_795_356_185,
            link: Some("https://ci/42".to_owned()),
        };
        let failure = Failure::from(StoreError::Held { holder: Some(Box::new(holder)) });
        assert_eq!((failure.exit, failure.code.as_str()), (Exit::Locked, "lock-held"));
        assert_eq!(
            failure.message,
            "the state is locked: ann on laptop runs `stackctl apply` (process 4711) since 2026-11-22 14:03:05 UTC\n  \
             https://ci/42"
        );
        assert!(failure.help.is_some_and(|it| it.contains("--lock-wait")));
    }

    fn check(wrong: StoreError, exit: Exit, code: &str) {
        let failure = Failure::from(wrong);
        assert_eq!((failure.exit, failure.code.as_str()), (exit, code));
    }

    #[test]
    fn each_has_its_code() {
        let place = || "s3://acme/wordpress".to_owned();
        check(StoreError::NotSetUp { place: place() }, Exit::Environment, "state-missing");
        check(StoreError::Torn { place: place(), reason: "it ends".to_owned() }, Exit::Environment, "state-damaged");
        check(StoreError::Lost, Exit::Environment, "lock-lost");
        check(StoreError::Unbreakable { pid: 1 }, Exit::Locked, "lock-unbreakable");
        check(StoreError::UnknownVersion { id: "7".to_owned() }, Exit::Wrong, "unknown-version");
        check(StoreError::Unsealed, Exit::Bug, "bug");
        let fault =
            driver::Fault { code: Some("AccessDenied".to_owned()), ..driver::Fault::invalid("s3:GetObject", "no") };
        check(
            StoreError::Aws { action: "read", place: place(), fault: Box::new(fault) },
            Exit::Environment,
            "AccessDenied",
        );
    }
}
