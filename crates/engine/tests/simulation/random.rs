//! Random stacks under the laws. A seed decides everything; a seed that breaks a law prints all
//! that is needed to make a scenario of it.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use cloudsim::stacks::Sketch;
use cloudsim::{Dice, Faults, Outcome, Owner, Setup};
use engine::plan::has_changes;
use model::Known;
use model::plan::{OperationStep, Plan};
use tokio::time::sleep;

use crate::laws;
use crate::stage::{Aim, Ran, Stage, Stop, resolve, until_killed};

/// A seed on its way through a test.
struct Trial {
    seed: u64,
    dice: Dice,
    stage: Stage,
    sketch: Sketch,
    /// What was done so far, for who has to find out.
    story: String,
}

impl Trial {
    fn new(seed: u64, most: usize) -> Self {
        let stage = Stage::new(Setup { seed, ..Setup::default() });
        let sketch = Sketch::new(seed, most);
        let mut trial = Self { seed, dice: Dice(seed), stage, sketch, story: String::new() };
        trial.tell(|it| format!("---- stack.toml\n{}", it.sketch));
        trial
    }

    fn tell(&mut self, news: impl FnOnce(&Self) -> String) {
        let news = news(self);
        let _ = writeln!(self.story, "{news}");
    }

    fn hold(&self, law: &str, broken: &[String]) {
        assert!(broken.is_empty(), "{}", self.report(law, broken));
    }

    fn report(&self, law: &str, broken: &[String]) -> String {
        let calls = self.stage.cloud.calls();
        let calls = calls.iter().filter(|it| it.operation.mutates() || it.outcome != Outcome::Done || it.injected);
        let calls: String = calls.map(|it| format!("  {it}\n")).collect();
        let broken = broken.join("\n  ");
        format!("seed {} breaks the law: {law}\n  {broken}\n{}\n---- calls\n{calls}", self.seed, self.story)
    }

    /// A run that must come to its end, and leave what the manifest says.
    async fn clean_run(&mut self, aim: Aim) -> Option<Ran> {
        let text = self.sketch.to_string();
        self.tell(|_| format!("---- {aim:?}, without faults"));
        let ran = match self.stage.run(&text, aim).await {
            Ok(ran) => ran,
            Err(Stop::NoPlan(problems)) => {
                // A replacement that cannot be ordered is refused with a way out.
                let refused = |code: &str| ["name-is-exclusive", "order-conflict", "replacement-stuck"].contains(&code);
                let bugs: Vec<String> = problems
                    .iter()
                    .filter(|it| !refused(it.code))
                    .map(|it| format!("{}: {}", it.code, it.message))
                    .collect();
                self.hold("a generated edit can be planned", &bugs);
                return None;
            }
            Err(Stop::Trouble(trouble)) => panic!("{}", self.report("a run without faults succeeds", &[trouble])),
        };
        self.tell(|_| describe(&ran.planning.plan));
        let failed: Vec<String> =
            ran.outcome.failed.iter().map(|(address, fault)| format!("{address}: {fault}")).collect();
        self.hold("a run without faults succeeds", &failed);
        self.hold("only planned calls are made", &laws::faithful(&ran));
        self.hold("nothing is refused because of the order", &laws::order(&ran.calls));
        self.hold("no driver is asked what it may not be", &laws::contract(&self.stage.cloud));
        let ledger = self.stage.ledger().await;
        let open: Vec<String> =
            ledger.open_intents().map(|it| format!("{:?}", it.intent.address.to_string())).collect();
        self.hold("no intent is open", &open);
        match aim {
            Aim::Apply => self.hold("state and cloud agree", &laws::agreement(&self.stage.cloud, &ledger.state)),
            Aim::Destroy => self.hold("nothing is left", &laws::bare(&self.stage.cloud, &ledger.state)),
        }
        Some(ran)
    }

    /// A plan that must be empty.
    async fn nothing_to_do(&self) {
        let text = self.sketch.to_string();
        let planning = match self.stage.plan(&text, Aim::Apply).await {
            Ok(planning) => planning,
            Err(stop) => panic!("{}", self.report("a second plan is empty", &[format!("{stop:?}")])),
        };
        let plan = &planning.plan;
        // State may catch up with what the manifest says already.
        let records = plan.operations.iter().all(|it| matches!(it.step, OperationStep::Record { .. }));
        let empty = !has_changes(plan) && records;
        let broken = if empty { Vec::new() } else { vec![describe(plan)] };
        self.hold("a second plan is empty", &broken);
    }

    /// Runs on a bad day until it ends or is killed, some times in a row.
    async fn stormy_runs(&mut self, aim: Aim) {
        let text = self.sketch.to_string();
        self.stage.cloud.set_faults(Faults::STORM);
        let runs = 1 + (self.dice.roll("runs") * 3.0) as u64;
        for run in 0..runs {
            let kill = self.dice.happens(0.7, &format!("kill {run}"));
            // From a millisecond to a quarter of an hour, each order of magnitude as often.
            let after = Duration::from_secs_f64(10.0_f64.powf(self.dice.roll(&format!("when {run}")) * 6.0 - 3.0));
            let after = kill.then_some(after);
            self.tell(|_| format!("---- {aim:?} on a bad day, killed after {after:?}"));
            let ended = until_killed(after, self.stage.run(&text, aim)).await;
            let told = match &ended {
                None => "killed".to_owned(),
                Some(Ok(ran)) => format!("{}\n{:?} {:?}", describe(&ran.planning.plan), ran.outcome, ran.problems),
                Some(Err(stop)) => format!("{stop:?}"),
            };
            self.tell(|_| told);
            if let Some(Ok(ran)) = &ended {
                self.hold("only planned calls are made", &laws::faithful(ran));
            }
            self.hold("no driver is asked what it may not be", &laws::contract(&self.stage.cloud));
            if self.dice.happens(0.5, &format!("rest {run}")) {
                sleep(Duration::from_secs_f64(self.dice.roll(&format!("rest for {run}")) * 120.0)).await;
            }
        }
        self.stage.cloud.calm();
    }

    /// Somebody else has some of the names that the stack wants.
    fn plant(&mut self) -> usize {
        let stack = resolve(&self.sketch.to_string());
        let mut planted = 0;
        for (address, resource) in &stack.resources {
            let naming = resource.kind.naming.filter(|naming| !naming.shared && naming.scope.is_empty());
            let name = naming.and_then(|naming| resource.offline.get(naming.argument)?.as_text());
            if let (Some(naming), Some(name)) = (naming, name)
                && self.dice.happens(0.5, &format!("plant {address}"))
            {
                let inputs = Known::map([(naming.argument, Known::text(name))]);
                let id = self.stage.cloud.plant(resource.kind, inputs);
                self.tell(|_| format!("---- somebody else has the {} {id}", resource.kind.name));
                planted += 1;
            }
        }
        planted
    }

    /// What is still on its way arrives, and what settles has settled.
    async fn rest(&self) {
        sleep(Duration::from_secs(200)).await;
        assert!(!self.stage.cloud.busy());
    }
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

/// The seeds of one test: so many, or what the environment asks for.
fn seeds(usual: u64) -> Range<u64> {
    let asked = std::env::var("STACKCTL_SEEDS").unwrap_or_default();
    match asked.split_once("..") {
        Some((from, to)) => from.parse().expect("a number")..to.parse().expect("a number"),
        None => 0..asked.parse().unwrap_or(usual),
    }
}

/// Every seed on a paused clock of its own. All are tried: the first failure is told in full, the
/// others in a line each.
fn each(seeds: Range<u64>, test: impl AsyncFn(u64)) {
    let mut failures: Vec<String> = Vec::new();
    for seed in seeds {
        let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        let clock = clock.expect("a runtime");
        let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| clock.block_on(test(seed))));
        if let Err(panic) = tried {
            let told = panic.downcast_ref::<String>().cloned();
            failures.push(told.unwrap_or_else(|| format!("seed {seed} panicked")));
        }
    }
    let Some((first, others)) = failures.split_first() else { return };
    let lines = others.iter().map(|it| it.lines().take(2).collect::<Vec<&str>>().join(" "));
    panic!("{first}\n---- {} more failed\n{}", others.len(), lines.collect::<Vec<String>>().join("\n"));
}

#[test]
fn apply_edit_apply_destroy() {
    each(seeds(50), async |seed| {
        let mut trial = Trial::new(seed, 12);
        trial.clean_run(Aim::Apply).await;
        trial.nothing_to_do().await;
        for _ in 0..3 {
            let before = trial.sketch.clone();
            let edits = trial.sketch.edit();
            trial.tell(|it| format!("---- edited: {}\n{}", edits.join("; "), it.sketch));
            if trial.clean_run(Aim::Apply).await.is_none() {
                trial.sketch = before;
                continue;
            }
            trial.nothing_to_do().await;
        }
        trial.clean_run(Aim::Destroy).await;
    });
}

#[test]
fn a_bad_day_leaves_nothing_behind() {
    each(seeds(50), async |seed| {
        let mut trial = Trial::new(seed, 10);
        trial.stormy_runs(Aim::Apply).await;
        trial.rest().await;
        trial.clean_run(Aim::Apply).await;
        trial.nothing_to_do().await;
        sleep(Duration::from_secs(16 * 60)).await;
        trial.nothing_to_do().await;
    });
}

#[test]
fn an_edit_on_a_bad_day() {
    each(seeds(50), async |seed| {
        let mut trial = Trial::new(seed, 10);
        trial.clean_run(Aim::Apply).await;
        let before = trial.sketch.clone();
        let edits = trial.sketch.edit();
        trial.tell(|it| format!("---- edited: {}\n{}", edits.join("; "), it.sketch));
        if matches!(trial.stage.plan(&trial.sketch.to_string(), Aim::Apply).await, Err(Stop::NoPlan(_))) {
            trial.sketch = before;
        }
        trial.stormy_runs(Aim::Apply).await;
        trial.rest().await;
        trial.clean_run(Aim::Apply).await;
        trial.nothing_to_do().await;
    });
}

#[test]
fn a_destroy_on_a_bad_day() {
    each(seeds(50), async |seed| {
        let mut trial = Trial::new(seed, 10);
        trial.clean_run(Aim::Apply).await;
        trial.stormy_runs(Aim::Destroy).await;
        trial.rest().await;
        trial.clean_run(Aim::Destroy).await;
    });
}

#[test]
fn drift_is_seen_and_mended() {
    each(seeds(50), async |seed| {
        let mut trial = Trial::new(seed, 10);
        trial.clean_run(Aim::Apply).await;
        let objects: Vec<_> = trial.stage.cloud.snapshot().into_iter().filter(|it| it.owner == Owner::Ours).collect();
        let Some(target) = objects.get((trial.dice.roll("drift") * objects.len() as f64) as usize) else { return };
        let vanished = trial.dice.happens(0.5, "vanish");
        if vanished {
            trial.stage.cloud.vanish(target.kind, &target.id);
            trial.tell(|_| format!("---- {} {} vanished", target.kind, target.id));
        } else {
            let changed = trial.stage.cloud.tamper_somewhere(target.kind, &target.id, trial.dice);
            trial.tell(|_| format!("---- {changed:?} of {} {} changed", target.kind, target.id));
        }
        let ran = trial.clean_run(Aim::Apply).await;
        if vanished && let Some(ran) = ran {
            let seen = if has_changes(&ran.planning.plan) { Vec::new() } else { vec!["nothing".to_owned()] };
            trial.hold("what vanished is seen", &seen);
        }
        trial.nothing_to_do().await;
    });
}

#[test]
fn what_belongs_to_others_is_left_alone() {
    each(seeds(50), async |seed| {
        let mut trial = Trial::new(seed, 10);
        if trial.plant() == 0 {
            return;
        }
        let before = laws::foreign(&trial.stage.cloud);
        trial.stormy_runs(Aim::Apply).await;
        trial.rest().await;
        let text = trial.sketch.to_string();
        let ran = trial.stage.run(&text, Aim::Apply).await;
        let ran = ran.unwrap_or_else(|stop| panic!("{}", trial.report("a run ends", &[format!("{stop:?}")])));
        trial.tell(|_| describe(&ran.planning.plan));
        let refused = if ran.outcome.failed.is_empty() { vec!["it was taken".to_owned()] } else { Vec::new() };
        trial.hold("a name that is taken is refused", &refused);
        let ledger = trial.stage.ledger().await;
        let after = laws::foreign(&trial.stage.cloud);
        let taken = after.keys().filter(|(kind, id)| ledger.state.address_of(kind, id).is_some());
        let taken: Vec<String> = taken.map(|(kind, id)| format!("{kind} {id} is in state")).collect();
        trial.hold("what belongs to others is not taken", &taken);
        let changed = if before == after { Vec::new() } else { vec![format!("{before:?} became {after:?}")] };
        trial.hold("what belongs to others is not changed", &changed);
        trial.hold("no driver is asked what it may not be", &laws::contract(&trial.stage.cloud));
        for (kind, id) in after.keys() {
            trial.stage.cloud.vanish(kind, id);
        }
        trial.clean_run(Aim::Apply).await;
        trial.nothing_to_do().await;
    });
}
