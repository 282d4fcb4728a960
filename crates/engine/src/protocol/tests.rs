//! Each machine by itself: what it was told, and what follows.

use std::time::Duration;

use super::lock::pause;
use super::*;
use crate::store::Holder;

const LEASE: Duration = Duration::from_secs(30);
const TERMS: Terms = Terms { lease: LEASE };

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn lock(owner: &str, epoch: u64, counter: u64) -> Lock {
    let holder = Holder { owner: owner.to_owned(), ..Holder::default() };
    Lock { epoch, counter, owner: owner.to_owned(), held: true, lease: LEASE, holder }
}

fn released(owner: &str, epoch: u64) -> Lock {
    Lock { held: false, ..lock(owner, epoch, 0) }
}

fn etag(name: &str) -> Etag {
    Etag(name.to_owned())
}

fn standing(name: &str, epoch: u64, serial: u64) -> Option<Standing> {
    Some(Standing { etag: etag(name), epoch, serial })
}

mod take {
    use super::*;

    enum Told {
        Read(u64, Option<Lock>),
        Claimed(Answer<()>),
    }
    use Told::{Claimed, Read};

    /// What follows from the last thing that "us" is told.
    #[track_caller]
    fn check(mut take: Take, told: Vec<Told>, expect: Step<TakeAsk, TakeEnd>) {
        let mut step = take.start();
        for told in told {
            step = match told {
                Read(seconds, lock) => take.read(at(seconds), lock),
                Claimed(answer) => take.claimed(answer),
            };
        }
        assert_eq!(step, expect);
    }

    fn us() -> Take {
        Take::new(lock("us", 0, 0), Duration::ZERO)
    }

    fn claim(epoch: u64, there: Option<&Lock>) -> Step<TakeAsk, TakeEnd> {
        Step::Ask(TakeAsk::Claim { lock: lock("us", epoch, 0), there: there.map(Lock::mark) })
    }

    fn taken(epoch: u64, sent: u64, from: Option<&Lock>) -> Step<TakeAsk, TakeEnd> {
        let owner = Owner { epoch, token: "us".to_owned() };
        Step::End(TakeEnd::Taken { owner, sent: at(sent), from: from.map(|lock| lock.holder.clone()) })
    }

    const READ: Step<TakeAsk, TakeEnd> = Step::Ask(TakeAsk::Read);

    #[test]
    fn what_nobody_holds_is_claimed() {
        check(us(), vec![], READ);
        check(us(), vec![Read(1, None)], claim(1, None));
        check(us(), vec![Read(1, None), Claimed(Answer::Done(()))], taken(1, 1, None));
        let free = released("they", 4);
        check(us(), vec![Read(1, Some(free.clone()))], claim(5, Some(&free)));
        check(us(), vec![Read(1, Some(free)), Claimed(Answer::Done(()))], taken(5, 1, None));
    }

    #[test]
    fn whoever_holds_it_is_watched_for_a_lease() {
        let they = lock("they", 4, 7);
        let see = |seconds| Read(seconds, Some(lock("they", 4, 7)));
        check(us(), vec![see(1)], Step::Wait(at(5)));
        check(us(), vec![see(1), see(29)], Step::Wait(at(2)));
        check(us(), vec![see(1), see(31)], claim(5, Some(&they)));
        check(Take::force(lock("us", 0, 0)), vec![see(1)], claim(5, Some(&they)));
    }

    #[test]
    fn a_sign_of_life_ends_the_waiting() {
        let told = || vec![Read(1, Some(lock("they", 4, 7))), Read(6, Some(lock("they", 4, 8)))];
        check(us(), told(), Step::End(TakeEnd::Held(lock("they", 4, 8))));
        check(Take::new(lock("us", 0, 0), at(60)), told(), Step::Wait(at(5)));
        let silent = told().into_iter().chain([Read(36, Some(lock("they", 4, 8)))]).collect();
        check(Take::new(lock("us", 0, 0), at(60)), silent, claim(5, Some(&lock("they", 4, 8))));
    }

    #[test]
    fn after_a_takeover_the_journal_is_read_again() {
        let they = lock("they", 4, 7);
        let over = || {
            let see = |seconds| Read(seconds, Some(lock("they", 4, 7)));
            vec![see(1), see(31), Claimed(Answer::Done(()))]
        };
        let then = |seconds, lock| over().into_iter().chain([Read(seconds, Some(lock))]).collect();
        check(us(), over(), READ);
        check(us(), then(33, lock("us", 5, 0)), taken(5, 31, Some(&they)));
        // Meanwhile somebody has taken it from us.
        check(us(), then(70, lock("others", 6, 0)), Step::End(TakeEnd::Held(lock("others", 6, 0))));
    }

    #[test]
    fn an_unclear_claim_is_looked_for() {
        let free = || Some(released("they", 4));
        check(us(), vec![Read(1, free()), Claimed(Answer::Unclear)], READ);
        check(us(), vec![Read(1, free()), Claimed(Answer::Refused)], READ);
        check(us(), vec![Read(1, free()), Claimed(Answer::Again)], Step::Wait(pause(1)));
        let done = || Read(9, Some(lock("us", 5, 0)));
        check(us(), vec![Read(1, free()), Claimed(Answer::Unclear), done()], taken(5, 1, None));
        // Nobody knows which of two equal claims was done, so the lease counts from the first.
        let twice = || vec![Read(1, free()), Claimed(Answer::Unclear), Read(4, free()), Claimed(Answer::Refused)];
        check(us(), twice().into_iter().chain([done()]).collect(), taken(5, 1, None));
        // A claim on another condition is another.
        let other = || Some(released("others", 6));
        let anew = vec![Read(1, free()), Claimed(Answer::Unclear), Read(4, other()), Claimed(Answer::Done(()))];
        check(us(), anew, taken(7, 4, None));
    }
}

mod fence {
    use super::*;

    enum Told {
        Read(Option<Standing>),
        Put(Answer<Etag>),
    }
    use Told::{Put, Read};

    /// What follows for the fence of epoch 5.
    #[track_caller]
    fn check(told: Vec<Told>, expect: Step<SnapshotAsk, Result<Etag, Unfenced>>) {
        let mut fence = Fence::new(5);
        let mut step = fence.start();
        for told in told {
            step = match told {
                Read(there) => fence.read(there),
                Put(answer) => fence.put(answer),
            };
        }
        assert_eq!(step, expect);
    }

    #[test]
    fn what_is_there_is_written_with_our_epoch() {
        let put = |there| Step::Ask(SnapshotAsk::Put { there });
        check(vec![], Step::Ask(SnapshotAsk::Read));
        check(vec![Read(None)], put(None));
        check(vec![Read(standing("a", 4, 9))], put(Some(etag("a"))));
        check(vec![Read(standing("a", 4, 9)), Put(Answer::Done(etag("b")))], Step::End(Ok(etag("b"))));
    }

    #[test]
    fn what_is_not_clear_is_read() {
        check(vec![Read(None), Put(Answer::Refused)], Step::Ask(SnapshotAsk::Read));
        check(vec![Read(None), Put(Answer::Unclear)], Step::Wait(pause(1)));
        check(vec![Read(None), Put(Answer::Again)], Step::Wait(pause(1)));
        check(vec![Read(None), Put(Answer::Unclear), Read(standing("b", 5, 9))], Step::End(Ok(etag("b"))));
        check(vec![Read(standing("c", 6, 9))], Step::End(Err(Unfenced::Behind(6))));
        // Before anything of ours was sent, our own epoch is somebody else's.
        check(vec![Read(standing("b", 5, 9))], Step::End(Err(Unfenced::Behind(5))));
        let often = (0..=TRIES).map(|_| Put(Answer::Unclear)).collect();
        check(often, Step::End(Err(Unfenced::GaveUp)));
    }
}

mod keep {
    use super::*;

    /// What follows for a lock whose claim was sent at 100, and when its lease ends then. `told`
    /// is when a renewal was sent, when it was answered, and how.
    #[track_caller]
    fn check(told: Vec<(u64, u64, Answer<()>)>, expect: Step<(), Lost>, end: u64) {
        let mut keep = Keep::new(TERMS, at(100));
        let mut step = keep.start(at(102));
        for (sent, answered, answer) in told {
            assert_eq!(keep.waited(at(sent)), Step::Ask(()));
            step = keep.answered(at(answered), answer);
        }
        assert_eq!((step, keep.end()), (expect, at(end)));
    }

    #[test]
    fn a_lease_counts_from_before_its_renewal_was_sent() {
        check(vec![], Step::Wait(at(3)), 130);
        check(vec![(105, 107, Answer::Done(()))], Step::Wait(at(3)), 135);
        check(vec![(105, 150, Answer::Done(()))], Step::Wait(at(0)), 135);
    }

    #[test]
    fn without_an_answer_it_stays_as_it_is() {
        check(vec![(105, 107, Answer::Unclear)], Step::Wait(at(1)), 130);
        check(vec![(105, 107, Answer::Again), (108, 109, Answer::Done(()))], Step::Wait(at(4)), 138);
        check(vec![(105, 107, Answer::Refused)], Step::End(Lost), 130);
    }
}

mod append {
    use super::*;

    #[track_caller]
    fn check(told: &[Answer<()>], expect: Step<(), Result<(), Unsettled>>) {
        let mut append = Append::default();
        let step = told.iter().fold(append.start(), |_, answer| append.answered(answer.clone()));
        assert_eq!(step, expect);
    }

    #[test]
    fn only_a_clear_answer_ends_it() {
        check(&[], Step::Ask(()));
        check(&[Answer::Done(())], Step::End(Ok(())));
        check(&[Answer::Refused], Step::End(Err(Unsettled::Lost)));
        check(&[Answer::Unclear, Answer::Again], Step::Wait(pause(2)));
        check(&[Answer::Unclear, Answer::Done(())], Step::End(Ok(())));
        check(&vec![Answer::Unclear; TRIES as usize + 1], Step::End(Err(Unsettled::GaveUp)));
    }
}

mod save {
    use super::*;

    enum Told {
        Put(Answer<Etag>),
        Read(Option<Standing>),
        Trimmed,
    }
    use Told::{Put, Read, Trimmed};

    /// What follows for the snapshot of epoch 5 and serial 8 that replaces `a`.
    #[track_caller]
    fn check(told: Vec<Told>, expect: Step<SaveAsk, Result<Etag, Unsettled>>) {
        let mut save = Save::new(5, 8, etag("a"));
        let mut step = save.start();
        for told in told {
            step = match told {
                Put(answer) => save.put(answer),
                Read(there) => save.read(there),
                Trimmed => save.trimmed(),
            };
        }
        assert_eq!(step, expect);
    }

    #[test]
    fn the_journal_is_trimmed_behind_it() {
        check(vec![], Step::Ask(SaveAsk::Put { there: etag("a") }));
        check(vec![Put(Answer::Done(etag("b")))], Step::Ask(SaveAsk::Trim));
        check(vec![Put(Answer::Done(etag("b"))), Trimmed], Step::End(Ok(etag("b"))));
    }

    #[test]
    fn what_is_not_clear_is_read() {
        check(vec![Put(Answer::Again)], Step::Wait(pause(1)));
        for answer in [Answer::Refused, Answer::Unclear] {
            check(vec![Put(answer.clone())], Step::Ask(SaveAsk::Read));
            check(vec![Put(answer.clone()), Read(standing("b", 5, 8))], Step::Ask(SaveAsk::Trim));
            check(vec![Put(answer.clone()), Read(standing("a", 5, 7))], Step::Wait(pause(1)));
            check(vec![Put(answer.clone()), Read(standing("c", 6, 8))], Step::End(Err(Unsettled::Lost)));
            check(vec![Put(answer), Read(None)], Step::End(Err(Unsettled::Lost)));
        }
        let often = (0..=TRIES).map(|_| Put(Answer::Unclear)).chain([Read(standing("a", 5, 7))]).collect();
        check(often, Step::End(Err(Unsettled::GaveUp)));
    }
}

mod release {
    use super::*;

    #[track_caller]
    fn check(told: &[Answer<()>], expect: Step<(), ()>) {
        let mut release = Release::default();
        let step = told.iter().fold(release.start(), |_, answer| release.answered(answer.clone()));
        assert_eq!(step, expect);
    }

    #[test]
    fn it_is_tried_a_few_times() {
        check(&[], Step::Ask(()));
        check(&[Answer::Done(())], Step::End(()));
        check(&[Answer::Refused], Step::End(()));
        check(&[Answer::Unclear], Step::Wait(pause(1)));
        check(&vec![Answer::Again; 5], Step::End(()));
    }
}
