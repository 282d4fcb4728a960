//! A running apply: one line per operation in progress and a bar over all at a terminal,
//! append-only lines elsewhere, one JSON event a line with `--json`.

use std::collections::BTreeMap;
use std::time::Duration;

use driver::Fault;
use engine::execute::{Outcome, Progress};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use model::Address;
use model::plan::OperationStep;
use serde_json::{Value, json};

use super::style::{BOLD, DIM, GREEN, RED, YELLOW};

/// Shows a run as it goes on.
pub enum Reporter {
    /// At a terminal.
    Terminal(Box<Lively>),
    /// Into a file or a CI log.
    Lines,
    /// For scripts.
    Json {
        /// The AWS calls made so far.
        calls: Box<dyn Fn() -> Counts + Send>,
    },
    /// Only failures.
    Quiet,
}

/// The AWS calls of a run so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// For resources.
    pub by_operation: BTreeMap<String, usize>,
    /// Those among them that only asked whether something has settled, of which there are more the
    /// slower AWS is.
    pub waiting: BTreeMap<String, usize>,
    /// For state.
    pub state: usize,
}

/// What is redrawn.
pub struct Lively {
    screen: MultiProgress,
    total: ProgressBar,
    running: BTreeMap<(Address, &'static str), ProgressBar>,
}

/// How long a run is expected to take, and each of its operations (`aws_db_instance.create`).
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The whole run.
    pub total: Duration,
    /// By kind and operation.
    pub operations: BTreeMap<String, Duration>,
}

impl Reporter {
    /// A reporter that redraws lines at a terminal.
    pub fn lively(operations: u64, expected: &Expected) -> Self {
        let screen = MultiProgress::new();
        let total = screen.add(ProgressBar::new(operations.max(1)));
        let left = if expected.total > Duration::from_secs(5) {
            format!("about {} in all", duration(expected.total))
        } else {
            String::new()
        };
        total.set_style(style("{bar:30.green} {pos}/{len}  {elapsed}  {msg}"));
        total.set_message(left);
        total.enable_steady_tick(Duration::from_millis(250));
        Self::Terminal(Box::new(Lively { screen, total, running: BTreeMap::new() }))
    }

    /// Shows one piece of news.
    pub fn show(&mut self, progress: &Progress, expected: &Expected) {
        match self {
            Self::Terminal(lively) => lively.show(progress, expected),
            Self::Lines => {
                if let Some(line) = line(progress) {
                    errln!("{line}");
                }
            }
            Self::Json { calls } => {
                if let Some(event) = event(progress, &**calls) {
                    outln!("{event}");
                }
            }
            Self::Quiet => {
                if let Progress::Failed { .. } = progress
                    && let Some(line) = line(progress)
                {
                    errln!("{line}");
                }
            }
        }
    }
}

impl Lively {
    fn show(&mut self, progress: &Progress, expected: &Expected) {
        match progress {
            Progress::Planned { operations } => self.total.set_length(*operations as u64),
            Progress::Started { address, operation } => self.start(address, operation, expected),
            Progress::Waiting { address, operation, what, .. } => {
                if let Some(bar) = self.running.get(&(address.clone(), *operation)) {
                    bar.set_message(format!(
                        "{} {address} {DIM}{what}{}{DIM:#}",
                        present(operation),
                        usual(address, operation, expected)
                    ));
                }
            }
            Progress::Finished { address, operation, .. }
            | Progress::Failed { address, operation, .. }
            | Progress::Skipped { address, operation, .. } => {
                if let Some(bar) = self.running.remove(&(address.clone(), *operation)) {
                    bar.finish_and_clear();
                }
                self.total.inc(1);
                if let Some(line) = line(progress) {
                    self.screen.suspend(|| errln!("{line}"));
                }
            }
            Progress::Stage { .. } => {}
            Progress::Summary { .. } => {
                self.total.finish_and_clear();
                if let Some(line) = line(progress) {
                    self.screen.suspend(|| errln!("{line}"));
                }
            }
        }
    }

    fn start(&mut self, address: &Address, operation: &'static str, expected: &Expected) {
        let bar = self.screen.insert_before(&self.total, ProgressBar::new_spinner());
        bar.set_style(style("  {spinner:.cyan} {msg} {elapsed}"));
        bar.set_message(format!("{} {address}{DIM}{}{DIM:#}", present(operation), usual(address, operation, expected)));
        bar.enable_steady_tick(Duration::from_millis(120));
        self.running.insert((address.clone(), operation), bar);
    }
}

/// Templates are our own text: one that does not parse falls back to indicatif's plain style.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn usual(address: &Address, operation: &str, expected: &Expected) -> String {
    match expected.operations.get(&format!("{}.{operation}", address.kind)) {
        Some(usual) if *usual > Duration::from_secs(5) => format!(" (usually {})", duration(*usual)),
        Some(_) | None => String::new(),
    }
}

/// One finished line, or none for what is only of passing interest.
fn line(progress: &Progress) -> Option<String> {
    match progress {
        Progress::Planned { .. } | Progress::Started { .. } | Progress::Stage { .. } => None,
        Progress::Waiting { address, operation, what, elapsed } => {
            let round = elapsed.as_secs() > 0 && elapsed.as_secs().is_multiple_of(30);
            round.then(|| format!("  {DIM}… {} {address}: {what} ({}){DIM:#}", present(operation), duration(*elapsed)))
        }
        Progress::Finished { address, operation, changed: true, elapsed } => {
            Some(format!("  {GREEN}✓{GREEN:#} {address} {DIM}{} in {}{DIM:#}", past(operation), duration(*elapsed)))
        }
        Progress::Finished { address, operation, changed: false, .. } => {
            Some(format!("  {GREEN}✓{GREEN:#} {address} {DIM}needed no {operation}{DIM:#}"))
        }
        Progress::Failed { address, operation, fault, elapsed } => Some(failed(address, operation, fault, *elapsed)),
        Progress::Skipped { address, operation, because } => {
            Some(format!("  {YELLOW}-{YELLOW:#} {address} {DIM}not {}: {because} failed{DIM:#}", past(operation)))
        }
        Progress::Summary { outcome, elapsed } => Some(summary(outcome, *elapsed)),
    }
}

fn failed(address: &Address, operation: &str, fault: &Fault, elapsed: Duration) -> String {
    let mut text = format!("  {RED}✗{RED:#} {BOLD}{address}{BOLD:#} {operation} failed after {}\n", duration(elapsed));
    for line in fault.to_string().lines() {
        text += &format!("      {RED}{line}{RED:#}\n");
    }
    if let Some(request) = &fault.request_id {
        text += &format!("      {DIM}request id {request}{DIM:#}\n");
    }
    text.trim_end().to_owned()
}

/// `Apply done: 18 created, 3 adopted in 12 s.`
pub fn summary(outcome: &Outcome, elapsed: Duration) -> String {
    let counts = [
        (outcome.created, "created"),
        (outcome.adopted, "adopted"),
        (outcome.updated, "updated"),
        (outcome.replaced, "replaced"),
        (outcome.deleted, "deleted"),
        (outcome.forgotten, "forgotten"),
        (outcome.failed.len(), "failed"),
        (outcome.skipped, "not done"),
    ];
    let said: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    let said = if said.is_empty() { "nothing changed".to_owned() } else { said.join(", ") };
    let (style, word) = match (outcome.interrupted, outcome.failed.is_empty()) {
        (true, _) => (YELLOW, "Interrupted"),
        (false, false) => (RED, "Incomplete"),
        (false, true) => (GREEN, "Done"),
    };
    format!("\n{style}{BOLD}{word}:{BOLD:#}{style:#} {said} in {}.", duration(elapsed))
}

fn event(progress: &Progress, calls: &dyn Fn() -> Counts) -> Option<Value> {
    let milliseconds = |elapsed: &Duration| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    Some(match progress {
        Progress::Planned { operations } => json!({ "event": "planned", "operations": operations }),
        Progress::Started { address, operation } => {
            json!({ "event": "started", "address": address, "operation": operation })
        }
        Progress::Waiting { address, operation, what, elapsed } => {
            json!({ "event": "progress", "address": address, "operation": operation, "message": what, "elapsed_ms": milliseconds(elapsed) })
        }
        Progress::Finished { address, operation, changed, elapsed } => {
            json!({ "event": "finished", "address": address, "operation": operation, "changed": changed, "elapsed_ms": milliseconds(elapsed) })
        }
        Progress::Failed { address, operation, fault, elapsed } => json!({
            "event": "failed", "address": address, "operation": operation, "elapsed_ms": milliseconds(elapsed),
            "error": { "code": fault.code, "message": fault.to_string(), "request_id": fault.request_id },
        }),
        Progress::Skipped { address, operation, because } => {
            json!({ "event": "skipped", "address": address, "operation": operation, "because_of": because })
        }
        Progress::Stage { .. } => return None,
        Progress::Summary { outcome, elapsed } => {
            let Counts { by_operation, waiting, state } = calls();
            json!({
                "event": "summary",
                "created": outcome.created, "updated": outcome.updated, "replaced": outcome.replaced, "deleted": outcome.deleted,
                "adopted": outcome.adopted, "forgotten": outcome.forgotten, "failed": outcome.failed.len(), "skipped": outcome.skipped,
                "interrupted": outcome.interrupted, "aws_calls": by_operation.values().sum::<usize>(),
                "aws_calls_by_operation": by_operation, "aws_calls_waiting": waiting, "state_calls": state,
                "elapsed_ms": milliseconds(elapsed),
            })
        }
    })
}

/// The word for an operation, as the engine's news has it.
pub fn word(step: &OperationStep) -> &'static str {
    match step {
        OperationStep::Create { .. } => "create",
        OperationStep::Update { .. } => "update",
        OperationStep::Delete { .. } => "delete",
        OperationStep::Settle { .. } => "settle",
        OperationStep::Adopt { .. } => "adopt",
        OperationStep::Forget => "forget",
        OperationStep::Record { .. } => "record",
        OperationStep::Read { .. } => "read",
    }
}

fn present(operation: &str) -> &str {
    match operation {
        "create" => "creating",
        "update" => "updating",
        "delete" => "deleting",
        "adopt" => "adopting",
        "forget" => "forgetting",
        "settle" => "waiting for",
        "read" => "reading",
        "record" => "recording",
        other => other,
    }
}

fn past(operation: &str) -> &str {
    match operation {
        "create" => "created",
        "update" => "updated",
        "delete" => "deleted",
        "adopt" => "adopted",
        "forget" => "forgotten",
        "settle" => "settled",
        "read" => "read",
        "record" => "recorded",
        other => other,
    }
}

/// `0.4 s`, `12 s`, `3 min 20 s`.
pub fn duration(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..=9 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds @ 10..=119 => format!("{seconds} s"),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        for (milliseconds, expect) in [(0, "0.0 s"), (1234, "1.2 s"), (12_345, "12 s"), (200_000, "3 min 20 s")] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), expect);
        }
    }

    #[test]
    fn every_event_has_its_name() {
        let address = Address::managed("aws_vpc", "main");
        let started = event(&Progress::Started { address, operation: "create" }, &Counts::default).expect("told");
        assert_eq!(started, json!({ "event": "started", "address": "aws_vpc.main", "operation": "create" }));
        let summary = event(
            &Progress::Summary {
                outcome: Outcome { created: 2, ..Outcome::default() },
                elapsed: Duration::from_millis(5),
            },
            &|| {
                let by_operation = BTreeMap::from([("a:Create".to_owned(), 4), ("a:Describe".to_owned(), 3)]);
                Counts { by_operation, waiting: BTreeMap::from([("a:Describe".to_owned(), 2)]), state: 3 }
            },
        );
        let summary = summary.expect("told");
        assert_eq!(
            (summary["created"].as_u64(), summary["aws_calls"].as_u64(), summary["state_calls"].as_u64()),
            (Some(2), Some(7), Some(3))
        );
        assert_eq!(summary["aws_calls_by_operation"], json!({ "a:Create": 4, "a:Describe": 3 }));
        assert_eq!(summary["aws_calls_waiting"], json!({ "a:Describe": 2 }));
        assert_eq!(summary["elapsed_ms"].as_u64(), Some(5));
    }
}
