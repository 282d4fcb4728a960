//! S3 and DynamoDB in memory, as a [`Backend`] for the real shared store.
//!
//! In: requests of many processes. Out: answers, each after virtual time before and after it takes
//! effect, and with what goes wrong between the two. What is accepted is watched by [`witness`].
//! It must not know what a state says, nor how the store gets along with what it answers.

mod table;
mod weather;
mod witness;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use cloudsim::{Dice, Process};
use driver::{BoxFuture, Fault};
use engine::protocol::{Etag, Lock, Mark, Owner};
use engine::store::shared::{Backend, Batch, Rows, Stored, Upload};
use engine::store::{Key, Version};
use tokio::time::{Instant, sleep, sleep_until};

use table::{Done, Request, Table};
pub use weather::Weather;
pub use witness::{BREAK, Hold};

/// The services; clones are the same ones.
#[derive(Clone)]
pub struct Services {
    table: Arc<Mutex<Table>>,
}

/// One process's way to them.
struct Line {
    services: Services,
    process: Process,
}

impl Services {
    pub fn new(seed: u64) -> Self {
        Self { table: Arc::new(Mutex::new(Table::new(Dice(seed)))) }
    }

    /// What a process has in its hands. Of a process without a number nobody is in the way.
    pub fn line(&self, process: &Process) -> Arc<dyn Backend> {
        Arc::new(Line { services: self.clone(), process: process.clone() })
    }

    /// From now on this goes wrong by chance.
    pub fn set_weather(&self, weather: Weather) {
        self.table().weather = weather;
    }

    /// What was broken of what must always hold.
    pub fn violations(&self) -> Vec<String> {
        self.now().witness.violations.clone()
    }

    /// Who held the lock when.
    pub fn holds(&self) -> Vec<Hold> {
        self.now().witness.holds.clone()
    }

    /// Every text that was ever written.
    pub fn written(&self) -> Vec<String> {
        self.now().witness.written.clone()
    }

    /// Whether something is on its way whose sender is gone.
    pub fn busy(&self) -> bool {
        self.now().busy()
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nobody panics while holding it")
    }

    /// As everything is now.
    fn now(&self) -> MutexGuard<'_, Table> {
        let mut table = self.table();
        table.advance(Instant::now());
        table
    }
}

impl Line {
    /// Changes something. Dropped before the answer, the request may still arrive.
    async fn change(&self, request: Request) -> Result<Done, Fault> {
        self.process.step().await;
        let (number, answers) = self.services.now().send(self.process.number, request);
        let mut hope = Hope { services: &self.services, number: Some(number) };
        sleep_until(answers).await;
        self.process.step().await;
        hope.number = None;
        self.services.now().collect(number)
    }

    /// Looks something up.
    async fn look<T>(&self, what: &'static str, look: impl FnOnce(&mut Table) -> T) -> Result<T, Fault> {
        self.process.step().await;
        let (fault, there, back) = self.services.now().ask(what);
        sleep(there).await;
        let told = look(&mut self.services.now());
        sleep(back).await;
        self.process.step().await;
        fault.filter(|_| self.process.number > 0).map_or(Ok(told), Err)
    }
}

/// Somebody who waits for an answer.
struct Hope<'a> {
    services: &'a Services,
    number: Option<u64>,
}

impl Drop for Hope<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.services.now().abandon(number);
        }
    }
}

/// The answer of a request that answers nothing.
fn done(answer: Result<Done, Fault>) -> Result<(), Fault> {
    answer.map(|_| ())
}

impl Backend for Line {
    fn place(&self) -> String {
        "s3://simulated/state.json".to_owned()
    }

    fn table(&self) -> String {
        "simulated-locks".to_owned()
    }

    fn read(&self) -> BoxFuture<'_, Result<Rows, Fault>> {
        Box::pin(self.look("query", |table| table.rows()))
    }

    fn put_lock<'a>(&'a self, lock: &'a Lock, there: Option<Mark>) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { done(self.change(Request::Lock { lock: lock.clone(), there }).await) })
    }

    fn renew<'a>(&'a self, owner: &'a Owner, lineage: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        let request = Request::Renew { owner: owner.clone(), lineage: lineage.to_owned() };
        Box::pin(async move { done(self.change(request).await) })
    }

    fn release<'a>(&'a self, owner: &'a Owner) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { done(self.change(Request::Release { owner: owner.clone() }).await) })
    }

    fn put_key<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { done(self.change(Request::Key(key.clone())).await) })
    }

    fn append<'a>(&'a self, owner: &'a Owner, batch: &'a Batch) -> BoxFuture<'a, Result<(), Fault>> {
        let request = Request::Append { owner: owner.clone(), batch: batch.clone() };
        Box::pin(async move { done(self.change(request).await) })
    }

    fn trim<'a>(&'a self, batches: &'a [u64]) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move { done(self.change(Request::Trim(batches.to_vec())).await) })
    }

    fn read_snapshot(&self) -> BoxFuture<'_, Result<Option<Stored>, Fault>> {
        Box::pin(self.look("get", |table| table.stored()))
    }

    fn put_snapshot<'a>(&'a self, written: &'a Upload, there: Option<&'a Etag>) -> BoxFuture<'a, Result<Etag, Fault>> {
        let request = Request::Snapshot { upload: written.clone(), there: there.cloned() };
        Box::pin(async move {
            match self.change(request).await? {
                Done::Written(etag) => Ok(etag),
                Done::Plainly => Err(Weather::unclear("s3:PutObject")),
            }
        })
    }

    fn versions(&self, most: usize) -> BoxFuture<'_, Result<Vec<Version>, Fault>> {
        Box::pin(self.look("list", move |table| table.versions(most)))
    }

    fn read_version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        Box::pin(self.look("get", move |table| table.version(id)))
    }
}

/// A request takes this long at least, there and back.
const TRAVEL: Duration = Duration::from_millis(3);
