//! `--timeline`: where the time of a command went, as trace viewers read it.
//!
//! In: applies that go well, fail, and are interrupted. Out: whether the file says so, and whether it
//! can be drawn: every slice within the one around it, every arrow between two of them.

use std::collections::BTreeMap;

use sandbox::Verdict;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::program::{ANN, Ran, Stack};
use crate::shared::writers::{Held, hold, signal};

/// A trace, read.
struct Trace {
    whole: Value,
    slices: Vec<Slice>,
}

#[derive(Clone, Debug)]
struct Slice {
    name: String,
    category: String,
    lane: (u64, u64),
    from: u64,
    to: u64,
    told: Value,
}

const LINE: &str = "apply --yes --json --timeline timeline.json";

impl Trace {
    fn of(stack: &Stack) -> Self {
        let whole: Value = serde_json::from_str(&stack.text("timeline.json")).expect("JSON");
        let events = whole["traceEvents"].as_array().expect("events");
        let slices = events.iter().filter(|it| it["ph"] == "X").map(Slice::of).collect();
        Self { whole, slices }
    }

    fn of_category(&self, category: &str) -> Vec<&Slice> {
        self.slices.iter().filter(|it| it.category == category).collect()
    }

    fn named(&self, name: &str) -> &Slice {
        let found: Vec<&Slice> = self.slices.iter().filter(|it| it.name == name && it.category != "chain").collect();
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        found[0]
    }

    /// Fails unless it can be drawn.
    fn is_sound(&self) {
        let mut lanes: BTreeMap<(u64, u64), Vec<&Slice>> = BTreeMap::new();
        for slice in &self.slices {
            lanes.entry(slice.lane).or_default().push(slice);
        }
        for slices in lanes.values_mut() {
            slices.sort_by_key(|it| (it.from, std::cmp::Reverse(it.to)));
            let mut open: Vec<&Slice> = Vec::new();
            for slice in slices {
                open.retain(|outer| outer.to > slice.from);
                assert!(open.iter().all(|outer| slice.to <= outer.to), "{slice:?} crosses the end of one of {open:?}");
                open.push(slice);
            }
        }
        let names: Vec<&Value> = self.events("M").filter(|it| it["name"] == "thread_name").collect();
        assert!(
            lanes.keys().all(|lane| names
                .iter()
                .any(|it| (it["pid"].as_u64(), it["tid"].as_u64()) == (Some(lane.0), Some(lane.1)))),
            "every lane has a name"
        );
        self.arrows_join_slices();
    }

    fn arrows_join_slices(&self) {
        let operation_at = |event: &Value| -> &Slice {
            let at = event["ts"].as_u64().expect("a time");
            let lane = (event["pid"].as_u64().expect("a process"), event["tid"].as_u64().expect("a lane"));
            let mut found = self.of_category("operation").into_iter().filter(|it| it.lane == lane);
            // An arrow arrives where its slice begins, which is where the one before may end.
            let within = |it: &&Slice| it.from <= at && (at < it.to || it.from == it.to);
            found.find(within).unwrap_or_else(|| panic!("{event} ends nowhere"))
        };
        let leaving: BTreeMap<u64, &Value> = self.events("s").filter_map(|it| Some((it["id"].as_u64()?, it))).collect();
        let mut count = 0;
        for arriving in self.events("f") {
            let leaving = leaving[&arriving["id"].as_u64().expect("an id")];
            let (before, after) = (operation_at(leaving), operation_at(arriving));
            assert_ne!(before.name, after.name);
            assert!(leaving["ts"].as_u64() <= arriving["ts"].as_u64(), "{leaving} {arriving}");
            count += 1;
        }
        assert_eq!(count, leaving.len(), "every arrow has two ends");
    }

    fn events<'a>(&'a self, phase: &'a str) -> impl Iterator<Item = &'a Value> {
        self.whole["traceEvents"].as_array().into_iter().flatten().filter(move |it| it["ph"] == phase)
    }
}

impl Slice {
    fn of(event: &Value) -> Self {
        let number = |name: &str| event[name].as_u64().unwrap_or_else(|| panic!("{name} of {event}"));
        let text = |name: &str| event[name].as_str().unwrap_or_else(|| panic!("{name} of {event}")).to_owned();
        Self {
            name: text("name"),
            category: text("cat"),
            lane: (number("pid"), number("tid")),
            from: number("ts"),
            to: number("ts") + number("dur"),
            told: event["args"].clone(),
        }
    }

    fn holds(&self, other: &Self) -> bool {
        self.lane == other.lane && self.from <= other.from && other.to <= self.to
    }
}

#[test]
fn it_shows_where_the_time_of_an_apply_went() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud).sharing(30);
    cloud.take_calls();
    let ran = stack.run(LINE).exits(0);
    let trace = Trace::of(&stack);
    trace.is_sound();

    let phases: Vec<&str> = trace.of_category("phase").into_iter().map(|it| it.name.as_str()).collect();
    let expect = [
        "stackctl apply",
        "read the manifest",
        "reach AWS",
        "find out how",
        "ask who we are",
        "look for state left behind",
        "take the lock",
        "recover",
        "observe AWS",
        "plan",
        "carry the plan out",
        "give the lock back",
    ];
    assert_eq!(phases, expect);

    let done: Vec<Value> = ran.events().into_iter().filter(|it| it["event"] == "finished").collect();
    assert!(done.len() > 15, "{done:?}");
    for event in &done {
        let (word, address) = (event["operation"].as_str().expect("a word"), event["address"].as_str().expect("one"));
        let operation = trace.named(&format!("{word} {address}"));
        assert_eq!(operation.told["ended"], if event["changed"] == true { "done" } else { "needed nothing" });
        let stages = trace.of_category("stage").into_iter().filter(|it| operation.holds(it));
        assert!(stages.count() >= 2, "{operation:?}");
    }
    assert_eq!(trace.of_category("operation").len(), done.len());

    let database = trace.named("create aws_db_instance.wordpress");
    let call = trace.named("rds:CreateDBInstance");
    assert!(database.holds(call), "{call:?} lies in its operation's lane");
    assert_eq!((&call.told["status"], &call.told["service"]), (&200.into(), &"rds".into()));
    assert!(call.told["bytes_sent"].as_u64() > Some(100));
    assert!(database.told["waited_for"].is_string(), "{database:?}");

    let summary = ran.summary();
    assert_eq!(summary["aws_calls"].as_u64(), Some(trace.of_category("call").len() as u64));
    let (state, through) = (trace.of_category("state call").len(), cloud.take_calls());
    assert_eq!(through.len(), state + trace.of_category("call").len());
    assert!(trace.of_category("state").iter().any(|it| it.told["records"].as_u64() > Some(0)));

    let chain = trace.of_category("chain");
    let ended = trace.of_category("operation").into_iter().map(|it| it.to).max();
    assert_eq!(chain.iter().map(|it| it.to).max(), ended);
    assert!(chain.iter().all(|it| it.name == "longest chain"
        || trace.slices.iter().any(|op| op.category == "operation" && op.name == it.name)));

    let text = stack.text("timeline.json");
    for call in through {
        let body = String::from_utf8_lossy(&call.body).into_owned();
        let password = body.split('&').find_map(|pair| pair.strip_prefix("MasterUserPassword="));
        assert!(password.is_none_or(|it| !text.contains(it)), "the password is in it");
    }
}

#[test]
fn a_failure_and_a_throttled_call_stand_out() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let mut creates = 0;
    cloud.judge(move |call| {
        creates += usize::from(call.operation == "CreateLogGroup");
        match call.operation.as_str() {
            "CreateLogGroup" if creates == 1 => call.refuse(400, "ThrottlingException", "slow down"),
            "PutRetentionPolicy" => call.refuse(400, "InvalidParameterException", "no"),
            _ => Verdict::Forward,
        }
    });
    stack.run(LINE).exits(5);
    let trace = Trace::of(&stack);
    trace.is_sound();
    let failed = trace.named("create aws_cloudwatch_log_group.first");
    assert_eq!((&failed.told["ended"], &failed.told["code"]), (&"failed".into(), &"InvalidParameterException".into()));
    let stages: Vec<&str> =
        trace.of_category("stage").into_iter().filter(|it| failed.holds(it)).map(|it| it.name.as_str()).collect();
    assert!(stages.contains(&"pause"), "{stages:?}");
    let codes = trace.of_category("call").into_iter().filter_map(|it| it.told["code"].as_str());
    assert_eq!(codes.collect::<Vec<_>>(), ["ThrottlingException", "InvalidParameterException"]);
}

#[test]
fn what_was_interrupted_is_shown_as_far_as_it_came() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let Held { mut child, gate } = hold(&cloud, &stack, LINE, ANN);
    // Keys bounce, so the second signal is sent until it is heard.
    while child.try_wait().expect("it can be waited for").is_none() {
        signal("INT", child.id());
        std::thread::sleep(std::time::Duration::from_millis(400));
    }
    Ran::after(LINE, child).exits(130);
    gate.open();
    let trace = Trace::of(&stack);
    trace.is_sound();
    assert_eq!(trace.named("create aws_cloudwatch_log_group.first").told["ended"], "not yet");
    assert_eq!(trace.named("logs:CreateLogGroup").told["unanswered"], true);
}

#[test]
fn a_file_that_cannot_be_written_is_known_before_anything_is_done() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply --yes --timeline nowhere/timeline.json").exits(3).complains("nowhere/timeline.json");
    assert!(cloud.take_calls().is_empty());
}
