//! Who holds the lock, and what happens while it is waited for.

use std::time::Duration;

use engine::store::{Holding, LockNews};
use serde_json::{Value, json};

use super::style::{BOLD, DIM};
use super::{progress, time};

/// Whether a holder is still at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// It gave a sign of life, or the system says that its process lives.
    Alive,
    /// It gave none while it was watched for so long.
    Silent(Duration),
}

/// One line about what is waited for.
pub fn news(news: &LockNews, at_most: Duration) -> String {
    match news {
        LockNews::Watching { holder, lease } => format!(
            "The state is locked by {holder} since {}. Looking whether that still is at work: {} at most …",
            time::utc(holder.since),
            seconds(*lease)
        ),
        LockNews::Waiting(holder) if at_most.is_zero() => format!("{holder} is at work."),
        LockNews::Waiting(holder) => {
            format!("{holder} is at work. Waiting for it, {} at most …", progress::duration(at_most))
        }
        LockNews::TakenOver(holder) => {
            format!("{holder} gave no sign of life: took the lock over, and carries on from what its journal says.")
        }
    }
}

/// For a person.
pub fn text(holding: &Holding, life: Life) -> String {
    let holder = &holding.holder;
    let mut rows = vec![
        ("held by", format!("{BOLD}{}{BOLD:#} on {}", holder.owner, holder.host)),
        ("doing", format!("stackctl {}", holder.command)),
        ("since", time::utc(holder.since)),
        ("process", holder.pid.to_string()),
    ];
    rows.extend(holder.link.clone().map(|link| ("CI run", link)));
    rows.push(("epoch", holding.epoch.to_string()));
    rows.extend(holding.renewals.map(|count| ("renewals", count.to_string())));
    rows.push(("alive", alive(holding, life)));
    rows.into_iter().map(|(name, value)| format!("{DIM}{name:<8}{DIM:#}  {value}\n")).collect()
}

fn alive(holding: &Holding, life: Life) -> String {
    match (life, holding.lease) {
        (Life::Alive, Some(_)) => "yes: it was renewed just now".to_owned(),
        (Life::Alive, None) => "yes: its process runs on this machine".to_owned(),
        (Life::Silent(watched), lease) => format!(
            "no sign of life for {}; after {} of that, the next command takes the lock over by itself",
            seconds(watched),
            lease.map_or_else(|| "a while".to_owned(), seconds)
        ),
    }
}

/// For a script.
pub fn json(held: Option<(&Holding, Life)>) -> Value {
    let Some((holding, life)) = held else { return json!({ "held": false, "holder": null }) };
    let holder = &holding.holder;
    json!({
        "held": true,
        "holder": {
            "owner": holder.owner, "host": holder.host, "command": holder.command, "pid": holder.pid,
            "since": time::rfc3339(holder.since), "link": holder.link,
        },
        "epoch": holding.epoch, "renewals": holding.renewals,
        "lease_seconds": holding.lease.map(|it| it.as_secs()), "alive": life == Life::Alive,
    })
}

/// `30 s`: whole seconds, rounded up.
fn seconds(time: Duration) -> String {
    format!("{} s", time.as_millis().div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use engine::store::Holder;

    use super::*;

    fn ann() -> Holder {
        Holder {
            owner: "ann".to_owned(),
            host: "laptop".to_owned(),
            command: "apply".to_owned(),
            pid: 4711,
            since: 1_795_356_185,
            link: None,
        }
    }

    fn check(news: LockNews, at_most: u64, expect: &str) {
        assert_eq!(super::news(&news, Duration::from_secs(at_most)), expect);
    }

    #[test]
    fn news_is_one_line() {
        check(
            LockNews::Watching { holder: ann(), lease: Duration::from_secs(30) },
            0,
            "The state is locked by ann on laptop (stackctl apply, process 4711) since 2026-11-22 14:03:05 UTC. Looking \
             whether that still is at work: 30 s at most …",
        );
        check(
            LockNews::Waiting(ann()),
            300,
            "ann on laptop (stackctl apply, process 4711) is at work. Waiting for it, 5 min 0 s at most …",
        );
        check(
            LockNews::TakenOver(ann()),
            0,
            "ann on laptop (stackctl apply, process 4711) gave no sign of life: took the lock over, and carries on from \
             what its journal says.",
        );
    }

    #[test]
    fn a_holding_is_shown_whole() {
        let lease = Some(Duration::from_secs(30));
        let holding = Holding { holder: ann(), epoch: 17, renewals: Some(42), lease };
        let shown =
            anstream::adapter::strip_str(&text(&holding, Life::Silent(Duration::from_millis(7500)))).to_string();
        assert_eq!(
            shown,
            "held by   ann on laptop\ndoing     stackctl apply\nsince     2026-11-22 14:03:05 UTC\nprocess   4711\n\
             epoch     17\nrenewals  42\nalive     no sign of life for 8 s; after 30 s of that, the next command takes \
             the lock over by itself\n"
        );
        let told = json(Some((&holding, Life::Alive)));
        assert_eq!((&told["alive"], &told["holder"]["since"]), (&true.into(), &"2026-11-22T14:03:05Z".into()));
        assert_eq!(json(None)["held"], false);
    }
}
