//! A cloud that only remembers: every call is answered from one place in a map, so that a run over
//! ten thousand objects costs what the engine costs. `cloudsim` looks at every object on every
//! call, which makes it strict and slow.
//!
//! In: calls through `driver`'s traits. Out: answers, after virtual time. It must not know the
//! engine.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloudsim::Dice;
use driver::{BoxFuture, Created, Driver, Drivers, Fault, FaultKind, Found, Live, Obstacle, Phase, Token, Want};
use model::catalog::{Catalog, Identity, Kind};
use model::schema::{Field, Type};
use model::{Id, Known, Tree};
use tokio::time::sleep;

/// What exists; clones are the same one.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Mutex<Things>>);

#[derive(Default)]
struct Things {
    /// Arguments by kind and id.
    all: HashMap<(&'static str, Id), Known>,
    /// How many calls there were.
    calls: u64,
}

/// The driver of one kind.
struct Keeper {
    shelf: Shelf,
    kind: &'static Kind,
}

/// A call takes this long at least, and up to four times as long.
const CALL: Duration = Duration::from_millis(80);

impl Shelf {
    /// Drivers for every kind of a catalog.
    pub fn drivers(&self, catalog: &Catalog) -> Drivers {
        let mut drivers = Drivers::default();
        for kind in catalog.kinds {
            drivers.resources.insert(kind.name, Box::new(Keeper { shelf: self.clone(), kind }));
        }
        drivers
    }

    /// How many objects there are.
    pub fn len(&self) -> usize {
        self.things().all.len()
    }

    fn things(&self) -> MutexGuard<'_, Things> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call on its way; answers a number between 0 and 1 that is its own.
    async fn call(&self) -> f64 {
        let nth = {
            let mut things = self.things();
            things.calls += 1;
            things.calls
        };
        sleep(CALL + CALL.mul_f64(3.0 * Dice(1).roll(&format!("call {nth}")))).await;
        Dice(2).roll(&format!("call {nth}"))
    }
}

impl Keeper {
    fn get(&self, id: &Id) -> Option<Live> {
        let inputs = self.shelf.things().all.get(&(self.kind.name, id.clone())).cloned()?;
        let outputs = (self.kind.outputs)().fields.iter().map(|field| (field.name, output(field, id)));
        Some(Live { inputs, outputs: Tree::map(outputs), phase: Phase::Ready })
    }

    fn put(&self, id: &Id, inputs: &Known) {
        let value = |field: &Field| {
            let given = inputs.get(field.name).filter(|it| !it.is_null()).cloned();
            let value = given.or_else(|| field.default.map(|it| it.to_known())).unwrap_or(Known::Null);
            (field.name, if field.local { Known::Null } else { value })
        };
        let kept = Tree::map((self.kind.inputs)().fields.iter().map(value));
        self.shelf.things().all.insert((self.kind.name, id.clone()), kept);
    }

    /// What an object with these arguments and this token is called.
    fn id(&self, inputs: &Known, token: &Token) -> Id {
        let text = |name: &&str| inputs.get(name).and_then(Known::as_text).unwrap_or_default().to_owned();
        Id(match (self.kind.identity, self.kind.naming) {
            (Identity::Natural(keys), _) => keys.iter().map(text).collect::<Vec<String>>().join("/"),
            (Identity::Name, Some(naming)) if !self.kind.marked => text(&naming.argument),
            (Identity::Name | Identity::Tag | Identity::Token, _) => format!("{}-{}", self.kind.name, token.0),
        })
    }
}

impl Driver for Keeper {
    fn kind(&self) -> &'static Kind {
        self.kind
    }

    fn read<'a>(&'a self, ids: &'a [Id], _: &'a Want) -> BoxFuture<'a, Result<BTreeMap<Id, Live>, Fault>> {
        Box::pin(async move {
            self.shelf.call().await;
            Ok(ids.iter().filter_map(|id| Some((id.clone(), self.get(id)?))).collect())
        })
    }

    fn create<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Created, Fault>> {
        Box::pin(async move {
            let chance = self.shelf.call().await;
            let id = self.id(&inputs, token);
            self.put(&id, &inputs);
            // Most answers tell what was made; the others make somebody read it.
            let live = self.get(&id).filter(|_| chance < 0.7);
            Ok(Created { id, live, unfinished: false })
        })
    }

    fn update<'a>(&'a self, id: &'a Id, _: Known, after: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            self.shelf.call().await;
            self.put(id, &after);
            Ok(())
        })
    }

    fn delete<'a>(&'a self, id: &'a Id, _: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            self.shelf.call().await;
            self.shelf.things().all.remove(&(self.kind.name, id.clone()));
            Ok(())
        })
    }

    fn find<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Found, Fault>> {
        Box::pin(async move {
            self.shelf.call().await;
            let id = self.id(&inputs, token);
            Ok(if self.get(&id).is_some() { Found::Ours(id) } else { Found::Absent })
        })
    }

    fn adopt(&self, _: Known) -> BoxFuture<'_, Result<Option<Id>, Fault>> {
        Box::pin(async { Ok(None) })
    }

    fn locate<'a>(&'a self, import: &'a str) -> BoxFuture<'a, Result<Id, Fault>> {
        Box::pin(async move { Ok(Id(import.to_owned())) })
    }

    fn obstacles<'a>(&'a self, _: &'a Id, _: Known) -> BoxFuture<'a, Result<Vec<Obstacle>, Fault>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn reveal<'a>(&'a self, _: &'a Id, _: &'a str) -> BoxFuture<'a, Result<Known, Fault>> {
        Box::pin(async { Err(Fault::new(FaultKind::NotFound, self.kind.name, "there are no secrets here")) })
    }
}

/// Some value of an output that follows from the object.
fn output(field: &Field, id: &Id) -> Known {
    match (field.name, field.ty) {
        ("id", _) => Known::text(id.0.as_str()),
        (_, Type::Text) => Known::text(format!("{}:{id}", field.name)),
        (_, Type::Int) => Known::Int(7),
        (_, Type::Map(_)) => Known::Map(BTreeMap::new()),
        (_, Type::Bool | Type::Float | Type::Any | Type::Json(_)) => Known::Null,
        (_, Type::List(_) | Type::Set(_) | Type::Block(_)) => Known::Null,
    }
}
