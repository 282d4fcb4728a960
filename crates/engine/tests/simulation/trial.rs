//! A course of events on its way, under the laws.
//!
//! In: a course. Out: nothing, or what broke which law, with all that is needed to find out why.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use cloudsim::stacks::Sketch;
use cloudsim::{Dice, Faults, Outcome, Owner, Setup, Sighting};
use engine::plan::{Planning, has_changes};
use futures::future::join_all;
use model::diagnostic::Diagnostic;
use model::plan::Plan;
use model::state::State;
use model::{Id, Known};
use tokio::time::sleep;

use crate::course::{Act, Course, Part, Sky};
use crate::laws;
use crate::services::Weather;
use crate::stage::{Aim, Command, Performance, Ran, Stage, Stop, resolve};

/// A law was broken: the whole report.
#[derive(Debug)]
pub struct Breach(pub String);

type Held = Result<(), Breach>;

/// An object of somebody else's: kind, id, arguments.
type Thing = ((&'static str, Id), Known);

/// A course on its way.
pub struct Trial {
    course: Course,
    dice: Dice,
    stage: Stage,
    /// The stack, and its forks.
    sketches: Vec<Sketch>,
    /// The stack before the last edit, and what there was then.
    before: Option<(Sketch, Vec<Sighting>)>,
    /// What there was before an edit that has been taken back.
    due: Option<Vec<Sighting>>,
    /// What belongs to others.
    others: BTreeMap<(&'static str, Id), Known>,
    /// What was done so far, for who has to find out.
    story: String,
}

impl Trial {
    pub fn new(course: &Course) -> Self {
        let seed = course.seed;
        let crowded = course.acts.iter().any(|act| matches!(act, Act::Day { parts, .. } if parts.len() > 1));
        let mut stage = Stage::new(Setup { seed, crowded, ..Setup::default() });
        stage.limits.journal_bytes = course.journal_bytes;
        let sketch = Sketch::new(seed, course.most);
        let story = format!("---- stack.toml\n{sketch}\n");
        let others = BTreeMap::new();
        let (before, due) = (None, None);
        Self { course: course.clone(), dice: Dice(seed), stage, sketches: vec![sketch], before, due, others, story }
    }

    /// Lets everything happen.
    pub async fn go(&mut self) -> Held {
        for (at, act) in self.course.acts.clone().into_iter().enumerate() {
            match act {
                Act::Edit => self.edit().await?,
                Act::Revert => self.revert(),
                Act::Fork => self.fork(),
                Act::Day { sky, strangers, parts } => self.day(sky, &strangers, &parts).await?,
                Act::Clean(aim) => {
                    let ran = self.clean_run(aim).await?;
                    if aim == Aim::Apply && ran.is_some() {
                        self.nothing_to_do().await?;
                    }
                }
                Act::Rest(seconds) => sleep(Duration::from_secs(seconds)).await,
                Act::Calm => self.calm().await?,
                Act::Plant => self.plant(at).await,
                Act::Unplant => self.unplant().await?,
                Act::Drift => self.drift().await?,
            }
        }
        self.hold("no secret is written down", laws::secrets(&self.stage.cloud, &self.stage.services.written()))
    }

    fn tell(&mut self, news: impl FnOnce(&Self) -> String) {
        let news = news(self);
        let _ = writeln!(self.story, "{news}");
    }

    fn hold(&self, law: &str, broken: Vec<String>) -> Held {
        if broken.is_empty() { Ok(()) } else { Err(self.breach(law, &broken)) }
    }

    fn breach(&self, law: &str, broken: &[String]) -> Breach {
        let (seed, broken) = (self.course.seed, broken.join("\n  "));
        Breach(format!("seed {seed} breaks the law: {law}\n  {broken}\n{}", self.report()))
    }

    /// What was done and what was called.
    pub fn report(&self) -> String {
        let calls = self.stage.cloud.calls();
        let calls = calls.iter().filter(|it| it.operation.mutates() || it.outcome != Outcome::Done || it.injected);
        let calls: String = calls.map(|it| format!("  {it}\n")).collect();
        let locks: String = self.stage.services.holds().iter().map(|it| format!("  {it:?}\n")).collect();
        format!("{}\n---- lock\n{locks}---- calls\n{calls}", self.story)
    }

    /// What holds at any time, whatever happens.
    fn always(&self) -> Held {
        self.hold("what is written down stays and is true", self.stage.services.violations())?;
        self.hold("no driver is asked what it may not be", laws::contract(&self.stage.cloud))?;
        self.hold(
            "who makes a call holds the lock",
            laws::alone(&self.stage.cloud.calls(), &self.stage.services.holds()),
        )
    }

    /// An edit that can be planned; one that cannot is taken back.
    async fn edit(&mut self) -> Held {
        let before = self.sketches[0].clone();
        let edits = self.sketches[0].edit();
        self.tell(|it| format!("---- edited: {}\n{}", edits.join("; "), it.sketches[0]));
        match self.stage.plan(&self.sketches[0].to_string(), Aim::Apply).await {
            Ok(_) => {
                self.before = Some((before, self.stage.cloud.snapshot()));
                Ok(())
            }
            Err(Stop::NoPlan(problems)) => {
                self.refused(&problems).await?;
                self.sketches[0] = before;
                self.tell(|_| "taken back: it cannot be planned".to_owned());
                Ok(())
            }
            Err(stop) => Err(self.breach("a generated edit can be planned", &[format!("{stop:?}")])),
        }
    }

    fn revert(&mut self) {
        let Some((sketch, things)) = self.before.take() else { return };
        let Some(sketch) = sketch.instead_of(&self.sketches[0]) else { return };
        self.sketches[0] = sketch;
        self.due = Some(things);
        self.tell(|it| format!("---- taken back\n{}", it.sketches[0]));
    }

    /// A manifest cannot be planned: only for a reason that comes with a way out.
    async fn refused(&self, problems: &[Diagnostic]) -> Held {
        // Who goes back to the name of what an unfinished replacement has left behind has to finish
        // it first.
        let state = self.stage.ledger().await.state;
        let unfinished = state.resources.values().any(|entry| !entry.deposed.is_empty());
        let expected = |problem: &&Diagnostic| match problem.code {
            // A replacement that cannot be ordered, and what must not be destroyed.
            "name-is-exclusive" | "order-conflict" | "replacement-stuck" | "prevent-destroy" => true,
            "plan-cycle" => unfinished,
            _ => false,
        };
        let bugs = problems.iter().filter(|problem| !expected(problem));
        let bugs = bugs.map(|it| format!("{}: {}", it.code, it.message)).collect();
        self.hold("a generated edit can be planned", bugs)
    }

    fn fork(&mut self) {
        let mut fork = self.sketches[0].clone();
        let edits = fork.edit_in_place(self.sketches.len() as u64);
        self.tell(|it| format!("---- fork {}: {}\n{fork}", it.sketches.len(), edits.join("; ")));
        self.sketches.push(fork);
    }

    /// A run that must come to its end, and leave what the manifest says.
    async fn clean_run(&mut self, aim: Aim) -> Result<Option<Ran>, Breach> {
        let text = self.sketches[0].to_string();
        self.tell(|_| format!("---- {aim:?}, without faults"));
        let ran = match self.stage.run(&text, aim).await {
            Ok(ran) => ran,
            Err(Stop::NoPlan(problems)) => {
                self.refused(&problems).await?;
                self.tell(|_| "it cannot be planned".to_owned());
                return Ok(None);
            }
            Err(stop) => return Err(self.breach("a run without faults succeeds", &[format!("{stop:?}")])),
        };
        self.tell(|_| describe(&ran.planning.plan));
        let failed = ran.outcome.failed.iter().map(|(address, fault)| format!("{address}: {fault}")).collect();
        self.hold("a run without faults succeeds", failed)?;
        self.hold("only planned calls are made", laws::faithful(&ran.planning.plan, &ran.calls))?;
        self.hold("nothing is refused because of the order", laws::order(&ran.calls))?;
        self.always()?;
        let ledger = self.stage.ledger().await;
        let open = ledger.open_intents().map(|it| format!("{:?}", it.intent.address.to_string())).collect();
        self.hold("no intent is open", open)?;
        if let Some(things) = self.due.take() {
            self.hold("an edit that is taken back leaves no trace", laws::as_before(&self.stage.cloud, &things))?;
        }
        match aim {
            Aim::Apply => self.hold("state and cloud agree", laws::agreement(&self.stage.cloud, &ledger.state))?,
            Aim::Destroy => self.hold("nothing is left", laws::bare(&self.stage.cloud, &ledger.state))?,
            Aim::Break => {}
        }
        Ok(Some(ran))
    }

    /// A plan that must be empty, down to what only state would catch up with.
    async fn nothing_to_do(&mut self) -> Held {
        let plan = self.next_plan().await?.plan;
        let empty = !has_changes(&plan) && plan.operations.is_empty();
        self.hold("a second plan is empty", if empty { Vec::new() } else { vec![describe(&plan)] })
    }

    async fn next_plan(&self) -> Result<Planning, Breach> {
        let text = self.sketches[0].to_string();
        let planning = self.stage.plan(&text, Aim::Apply).await;
        planning.map_err(|stop| self.breach("a second plan is empty", &[format!("{stop:?}")]))
    }

    /// Commands at once.
    async fn day(&mut self, sky: Sky, strangers: &[u64], parts: &[Part]) -> Held {
        let (faults, weather) = match sky {
            Sky::Fair => (Faults::NONE, Weather::FAIR),
            Sky::Storm => (Faults::STORM, Weather::STORM),
            Sky::Mute => (Faults::NONE, Weather::MUTE),
        };
        self.stage.cloud.set_faults(faults);
        self.stage.services.set_weather(weather);
        let texts: Vec<String> = self.sketches.iter().map(Sketch::to_string).collect();
        let performances = parts.iter().map(async |part| {
            sleep(Duration::from_millis(part.start)).await;
            let text = texts.get(part.fork).unwrap_or(&texts[0]).clone();
            let at_most = Duration::from_secs(part.wait);
            let troubles = part.troubles.clone();
            let command = Command { text, aim: part.aim, target: part.target, at_most, troubles };
            self.stage.perform(&command).await
        });
        let arrivals = strangers.iter().map(async |after| {
            sleep(Duration::from_millis(*after)).await;
            self.stranger(*after)
        });
        let (performances, arrived) = futures::join!(join_all(performances), join_all(arrivals));
        for ((id, inputs), news) in arrived.into_iter().flatten() {
            self.tell(|_| news);
            self.others.insert(id, inputs);
        }
        for (part, performance) in parts.iter().zip(&performances) {
            self.tell(|_| format!("---- {part:?}\n{}", told(performance)));
            self.performed(performance).await?;
        }
        self.always()?;
        self.apart().await
    }

    /// What holds of every run, however it ended.
    async fn performed(&self, performance: &Performance) -> Held {
        if let Some(Err(Stop::NoPlan(problems))) = &performance.ended {
            self.refused(problems).await?;
        }
        let Some(shown) = &performance.shown else { return Ok(()) };
        let calls = self.stage.cloud.calls();
        let calls: Vec<_> = calls.into_iter().filter(|call| call.by == performance.process).collect();
        self.hold("only planned calls are made", laws::faithful(&shown.planning.plan, &calls))?;
        self.hold("what must not be destroyed is not", laws::kept(&shown.protected, &calls))
    }

    async fn calm(&mut self) -> Held {
        self.stage.cloud.calm();
        self.stage.services.set_weather(Weather::FAIR);
        // AWS refuses what was signed longer ago, and nothing settles longer.
        sleep(Duration::from_secs(15 * 60)).await;
        let busy = self.stage.busy().then(|| "something is still on its way".to_owned());
        self.hold("what was sent has arrived", busy.into_iter().collect())?;
        self.always()
    }

    /// What belongs to others is as they left it, and nobody takes it for the stack's.
    async fn apart(&self) -> Held {
        if self.others.is_empty() {
            return Ok(());
        }
        let there = laws::foreign(&self.stage.cloud);
        let changed =
            if there == self.others { Vec::new() } else { vec![format!("{:?} became {there:?}", self.others)] };
        self.hold("what belongs to others is not changed", changed)?;
        let state: State = self.stage.ledger().await.state;
        let taken = there.keys().filter(|(kind, id)| state.address_of(kind, id).is_some());
        let taken = taken.map(|(kind, id)| format!("{kind} {id} is in state")).collect();
        self.hold("what belongs to others is not taken", taken)
    }

    /// Somebody else takes some of the names that the stack wants.
    async fn plant(&mut self, act: usize) {
        // Of a kind that carries no mark, what appears after the name was read as free counts as
        // ours while it is not known what became of the create: nothing could tell it apart.
        let ledger = self.stage.ledger().await;
        let suspected = ledger.state.resources.values().any(|entry| !entry.suspects.is_empty());
        let unsure = ledger.open_intents().next().is_some() || suspected;
        for (kind, name, address) in names(&self.sketches[0]) {
            let free = kind.marked || !unsure;
            if free && self.dice.happens(0.5, &format!("plant {act} {address}")) {
                let naming = kind.naming.map_or("name", |naming| naming.argument);
                if let Some(id) = self.stage.cloud.plant(kind, Known::map([(naming, Known::text(name))])) {
                    self.tell(|_| format!("---- somebody else has the {} {id}", kind.name));
                }
            }
        }
        self.others = laws::foreign(&self.stage.cloud);
    }

    /// Somebody else takes a name in the middle of everything: of a kind that carries a mark.
    fn stranger(&self, after: u64) -> Option<(Thing, String)> {
        let names: Vec<_> = names(&self.sketches[0]).into_iter().filter(|(kind, ..)| kind.marked).collect();
        let at = (self.dice.roll(&format!("stranger {after}")) * names.len() as f64) as usize;
        let (kind, name, _) = names.get(at)?;
        let naming = kind.naming?;
        let id = self.stage.cloud.plant(kind, Known::map([(naming.argument, Known::text(name))]))?;
        let inputs = laws::foreign(&self.stage.cloud).remove(&(kind.name, id.clone()))?;
        let news = format!("---- after {after} ms somebody else had the {} {id}", kind.name);
        Some((((kind.name, id), inputs), news))
    }

    async fn unplant(&mut self) -> Held {
        self.apart().await?;
        for (kind, id) in std::mem::take(&mut self.others).into_keys() {
            self.stage.cloud.vanish(kind, &id);
        }
        Ok(())
    }

    async fn drift(&mut self) -> Held {
        let objects: Vec<_> = self.stage.cloud.snapshot().into_iter().filter(|it| it.owner == Owner::Ours).collect();
        let Some(target) = objects.get((self.dice.roll("drift") * objects.len() as f64) as usize) else {
            return Ok(());
        };
        if !self.dice.happens(0.5, "vanish") {
            let changed = self.stage.cloud.tamper_somewhere(target.kind, &target.id, self.dice);
            self.tell(|_| format!("---- {changed:?} of {} {} changed", target.kind, target.id));
            return Ok(());
        }
        self.stage.cloud.vanish(target.kind, &target.id);
        self.tell(|_| format!("---- {} {} vanished", target.kind, target.id));
        let planning = match self.stage.plan(&self.sketches[0].to_string(), Aim::Apply).await {
            Ok(planning) => planning,
            Err(Stop::NoPlan(problems)) => return self.refused(&problems).await,
            Err(stop) => return Err(self.breach("what vanished can be planned", &[format!("{stop:?}")])),
        };
        let seen = if has_changes(&planning.plan) { Vec::new() } else { vec!["nothing".to_owned()] };
        self.hold("what vanished is seen", seen)
    }
}

/// The names that a stack wants, as far as the manifest alone tells them: kind, name, address.
fn names(sketch: &Sketch) -> Vec<(&'static model::catalog::Kind, String, String)> {
    let stack = resolve(&sketch.to_string());
    let named = stack.resources.iter().filter_map(|(address, resource)| {
        let naming = resource.kind.naming.filter(|naming| !naming.shared && naming.scope.is_empty())?;
        let name = resource.offline.get(naming.argument)?.as_text()?.to_owned();
        Some((resource.kind, name, address.to_string()))
    });
    named.collect()
}

fn told(performance: &Performance) -> String {
    let plan = performance.shown.as_ref().map(|shown| describe(&shown.planning.plan)).unwrap_or_default();
    let ended = match &performance.ended {
        None => "killed".to_owned(),
        Some(Ok(ran)) => format!("{:?} {:?}", ran.outcome, ran.problems),
        Some(Err(stop)) => format!("{stop:?}"),
    };
    format!("#{}: {plan}\n{ended}", performance.process)
}

/// A plan in a few lines.
fn describe(plan: &Plan) -> String {
    let mut text = String::from("plan:");
    for change in &plan.changes {
        let _ = write!(text, "\n  {:?} {}", change.action, change.address);
        if let Some(id) = &change.deposed {
            let _ = write!(text, " (deposed {id})");
        }
        let _ = write!(text, " {}", change.reason.as_deref().unwrap_or_default());
        for it in &change.attributes {
            let _ = write!(text, "\n    {}: {} -> {}", it.path, it.before.to_json(), it.after.to_json());
        }
    }
    for (index, operation) in plan.operations.iter().enumerate() {
        let step = format!("{:?}", operation.step);
        let word = step.split([' ', '{']).next().unwrap_or_default();
        let after: Vec<usize> = plan.edges.iter().filter(|it| it.second.0 == index).map(|it| it.first.0).collect();
        let _ = write!(text, "\n  {index}. {word} {} after {after:?}", operation.address);
    }
    for (name, change) in &plan.outputs {
        let _ = write!(text, "\n  output {name}: {} -> {}", change.before.to_json(), change.after.to_json());
    }
    text
}
