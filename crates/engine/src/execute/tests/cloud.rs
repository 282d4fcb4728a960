//! A small cloud in memory, with faults on order.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use driver::{BoxFuture, Created, Driver, Drivers, Fault, FaultKind, Found, Live, Obstacle, Phase, Token, Want};
use model::catalog::{Catalog, Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::schema::{Field, Replace, Required, Schema, Type};
use model::{Id, Known, Secret, Tree};
use tokio_util::sync::CancellationToken;

const INPUTS: &Schema = &Schema {
    doc: "",
    fields: &[
        Field { required: Required::Always, ..Field::new("name", "", &Type::Text) },
        Field::new("size", "", &Type::Int),
        Field { replace: Replace::Always, ..Field::new("zone", "", &Type::Text) },
        Field::new("uses", "", &Type::List(&Type::Text)),
        Field { sensitive: true, write_only: true, ..Field::new("password", "", &Type::Text) },
        Field { on_create: Some("[]"), ..Field::new("rules", "", &Type::List(&Type::Text)) },
        Field { local: true, ..Field::new("force", "", &Type::Bool) },
    ],
};

const OUTPUTS: &Schema = &Schema {
    doc: "",
    fields: &[Field::new("id", "", &Type::Text), Field { sensitive: true, ..Field::new("secret", "", &Type::Text) }],
};

const fn kind(name: &'static str, marked: bool, identity: Identity, timing: Timing) -> Kind {
    let naming = match identity {
        Identity::Name => Some(Naming { argument: "name", prefix: None, scope: &[], shared: false }),
        Identity::Token | Identity::Tag | Identity::Natural(_) => None,
    };
    Kind {
        name,
        service: "test",
        inputs: || INPUTS,
        outputs: || OUTPUTS,
        rules: &[],
        identity,
        marked,
        naming,
        read_batch: 10,
        life: Life::Owned,
        timing,
        import: "ID",
        identify: id_attribute,
        stamp: no_stamp,
    }
}

/// Marked, done when the call answers.
static THING: Kind = kind("test_thing", true, Identity::Tag, Timing::QUICK);
/// Named, and carries no mark.
static NAMED: Kind = kind("test_named", false, Identity::Name, Timing::QUICK);
/// Takes a few looks until it can be used, and until it is gone.
static SLOW: Kind = kind("test_slow", true, Identity::Tag, Timing::seconds(60, 60, 60, 600));
/// Its rules are no part of the create call.
static GROUP: Kind = kind("test_group", true, Identity::Tag, Timing::QUICK);

static KINDS: &[&Kind] = &[&THING, &NAMED, &SLOW, &GROUP];
pub static CATALOG: Catalog = Catalog { kinds: KINDS, data: &[], checks: &[] };

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    pub inputs: Known,
    pub token: String,
    /// Looks until it is settled.
    pub settling: u32,
    pub deleting: bool,
}

/// A fault on order.
#[derive(Clone, Debug)]
pub struct Order {
    /// `create`, `update`, `delete`, `find`, `read`.
    pub call: &'static str,
    /// The name of the object; empty for any.
    pub name: &'static str,
    pub kind: FaultKind,
    /// Whether the call is carried out all the same.
    pub done: bool,
}

#[derive(Debug, Default)]
pub struct World {
    pub objects: BTreeMap<(String, Id), Object>,
    pub orders: VecDeque<Order>,
    pub calls: Vec<String>,
    next: u32,
    /// Steps so far, and the one at which everything stops.
    pub steps: u32,
    pub crash_at: Option<u32>,
    pub stop: CancellationToken,
    /// Looks that a slow object takes.
    pub slowness: u32,
    pub spoiled: bool,
    pub obstacle: bool,
}

/// The cloud, shared by its drivers.
#[derive(Clone, Default)]
pub struct Cloud(Arc<Mutex<World>>);

impl Cloud {
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no test panics while it holds the world")
    }

    pub fn drivers(&self) -> Drivers {
        let mut drivers = Drivers::default();
        for kind in KINDS {
            drivers.resources.insert(kind.name, Box::new(Fake { cloud: self.clone(), kind }));
        }
        drivers
    }

    pub fn order(&self, call: &'static str, name: &'static str, kind: FaultKind, done: bool) {
        self.world().orders.push_back(Order { call, name, kind, done });
    }

    /// The names of all objects, in order.
    pub fn names(&self) -> Vec<String> {
        let name = |it: &Object| it.inputs.get("name").and_then(Known::as_text).unwrap_or_default().to_owned();
        let mut names: Vec<String> = self.world().objects.values().map(name).collect();
        names.sort();
        names
    }

    /// How often a call was made.
    pub fn count(&self, call: &str) -> usize {
        self.world().calls.iter().filter(|it| it.split(' ').next() == Some(call)).count()
    }

    /// A place where everything may stop.
    pub async fn step(&self) {
        let crash = {
            let mut world = self.world();
            world.steps += 1;
            let crash = world.crash_at == Some(world.steps);
            if crash {
                world.stop.cancel();
            }
            crash
        };
        if crash {
            std::future::pending::<()>().await;
        }
    }

    /// The fault that was ordered for a call, and whether the call is carried out.
    fn take(&self, call: &'static str, name: &str) -> Option<(Fault, bool)> {
        let mut world = self.world();
        world.calls.push(format!("{call} {name}"));
        let fits = |it: &Order| it.call == call && (it.name.is_empty() || it.name == name);
        let at = world.orders.iter().position(fits)?;
        let order = world.orders.remove(at)?;
        Some((Fault::new(order.kind, format!("test:{call}"), format!("{call} of {name} failed")), order.done))
    }
}

struct Fake {
    cloud: Cloud,
    kind: &'static Kind,
}

impl Fake {
    fn key(&self, id: &Id) -> (String, Id) {
        (self.kind.name.to_owned(), id.clone())
    }

    fn name_of(&self, id: &Id) -> String {
        let world = self.cloud.world();
        let name = world.objects.get(&self.key(id)).and_then(|it| it.inputs.get("name")).and_then(Known::as_text);
        name.unwrap_or_default().to_owned()
    }

    /// Counts the steps around the effect of a call.
    async fn around<T>(&self, call: &'static str, name: &str, effect: impl FnOnce() -> T) -> Result<T, Fault> {
        self.cloud.step().await;
        tokio::task::yield_now().await;
        let fault = self.cloud.take(call, name);
        let done = match &fault {
            Some((_, false)) => None,
            Some((_, true)) | None => Some(effect()),
        };
        self.cloud.step().await;
        match (fault, done) {
            (Some((fault, _)), _) => Err(fault),
            (None, Some(value)) => Ok(value),
            (None, None) => unreachable!("what has no fault is done"),
        }
    }

    fn live(&self, id: &Id, object: &Object) -> Live {
        let mut inputs = object.inputs.as_map().cloned().unwrap_or_default();
        inputs.remove("password");
        inputs.remove("force");
        let secret = Tree::Secret(Secret::Stamp(format!("{id}|v1").into()));
        let outputs = Known::map([("id", Known::text(&id.0)), ("secret", secret)]);
        let spoiled = self.cloud.world().spoiled && self.kind.name == "test_slow";
        let phase = match object.settling {
            _ if spoiled => Phase::Failed("it broke".to_owned()),
            0 => Phase::Ready,
            left => Phase::Settling(format!("{left} to go")),
        };
        Live { inputs: Tree::Map(inputs), outputs, phase }
    }
}

fn name(inputs: &Known) -> String {
    inputs.get("name").and_then(Known::as_text).unwrap_or_default().to_owned()
}

impl Driver for Fake {
    fn kind(&self) -> &'static Kind {
        self.kind
    }

    fn read<'a>(&'a self, ids: &'a [Id], _: &'a Want) -> BoxFuture<'a, Result<BTreeMap<Id, Live>, Fault>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            if let Some((fault, _)) = self.cloud.take("read", "") {
                return Err(fault);
            }
            let mut found = BTreeMap::new();
            for id in ids {
                let object = {
                    let mut world = self.cloud.world();
                    let Some(object) = world.objects.get_mut(&self.key(id)) else { continue };
                    let seen = object.clone();
                    object.settling = object.settling.saturating_sub(1);
                    if seen.deleting && seen.settling == 0 {
                        world.objects.remove(&self.key(id));
                        continue;
                    }
                    seen
                };
                found.insert(id.clone(), self.live(id, &object));
            }
            Ok(found)
        })
    }

    fn create<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Created, Fault>> {
        Box::pin(async move {
            let name = name(&inputs);
            let id = self.around("create", &name, || {
                let mut world = self.cloud.world();
                world.next += 1;
                let id = match self.kind.identity {
                    Identity::Name => Id(name.clone()),
                    Identity::Token | Identity::Tag | Identity::Natural(_) => Id(format!("id-{}", world.next)),
                };
                let mut kept = inputs.as_map().cloned().unwrap_or_default();
                if self.kind.name == "test_group" {
                    kept.insert("rules".to_owned(), Tree::List(vec![Tree::text("allow all")]));
                }
                let settling = if self.kind.name == "test_slow" { world.slowness } else { 0 };
                let object = Object { inputs: Tree::Map(kept), token: token.0.clone(), settling, deleting: false };
                let taken = world.objects.insert(self.key(&id), object);
                assert!(taken.is_none(), "{name} was created twice");
                id
            });
            let id = id.await?;
            let object = self.cloud.world().objects[&self.key(&id)].clone();
            let unfinished = self.kind.name == "test_group";
            Ok(Created { live: Some(self.live(&id, &object)), id, unfinished })
        })
    }

    fn update<'a>(&'a self, id: &'a Id, _: Known, after: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let change = || {
                let mut world = self.cloud.world();
                let slowness = if self.kind.name == "test_slow" { world.slowness } else { 0 };
                let object = world.objects.get_mut(&self.key(id)).expect("what is updated is there");
                object.inputs = after;
                object.settling = slowness;
            };
            self.around("update", &self.name_of(id), change).await
        })
    }

    fn delete<'a>(&'a self, id: &'a Id, _: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let change = || {
                let mut world = self.cloud.world();
                let slowness = world.slowness;
                if self.kind.name != "test_slow" {
                    world.objects.remove(&self.key(id));
                } else if let Some(object) = world.objects.get_mut(&self.key(id)) {
                    object.deleting = true;
                    object.settling = slowness;
                }
            };
            self.around("delete", &self.name_of(id), change).await
        })
    }

    fn find<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Found, Fault>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let name = name(&inputs);
            if let Some((fault, _)) = self.cloud.take("find", &name) {
                return Err(fault);
            }
            let world = self.cloud.world();
            let here = world.objects.iter().filter(|((kind, _), _)| kind == self.kind.name);
            let here: Vec<(&Id, &Object)> = here.map(|((_, id), object)| (id, object)).collect();
            if !self.kind.marked {
                let found = here.iter().find(|(id, _)| id.0 == name);
                return Ok(found.map_or(Found::Absent, |(id, _)| Found::Unproven((*id).clone())));
            }
            let found = here.iter().find(|(_, object)| object.token == token.0);
            Ok(found.map_or(Found::Absent, |(id, _)| Found::Ours((*id).clone())))
        })
    }

    fn adopt(&self, _: Known) -> BoxFuture<'_, Result<Option<Id>, Fault>> {
        Box::pin(async { Ok(None) })
    }

    fn locate<'a>(&'a self, import: &'a str) -> BoxFuture<'a, Result<Id, Fault>> {
        Box::pin(async move { Ok(Id(import.to_owned())) })
    }

    fn obstacles<'a>(&'a self, id: &'a Id, before: Known) -> BoxFuture<'a, Result<Vec<Obstacle>, Fault>> {
        Box::pin(async move {
            let forced = before.get("force") == Some(&Tree::Bool(true));
            let stands = self.cloud.world().obstacle && !forced;
            let reason = format!("`{id}` is not empty");
            let obstacle = || Obstacle { reason, help: "empty it".to_owned(), by: None };
            Ok(stands.then(obstacle).into_iter().collect())
        })
    }

    fn reveal<'a>(&'a self, _: &'a Id, _: &'a str) -> BoxFuture<'a, Result<Known, Fault>> {
        Box::pin(async move {
            self.cloud.world().calls.push("reveal".to_owned());
            Ok(Known::text(super::CANARY))
        })
    }
}
