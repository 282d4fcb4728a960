//! What goes well, and interrupts.

use std::time::Duration;

use model::state::Status;
use model::{Address, Tree};
use tokio_util::sync::CancellationToken;

use super::super::Progress;
use super::CANARY;
use super::bed::Bed;

const TWO: &str = r#"
[resource.test_thing.first]
name = "first"
[resource.test_thing.second]
name = "second"
uses = ["${test_thing.first.id}"]
[outputs.first]
value = "${test_thing.first.id}"
"#;

fn thing(name: &str) -> Address {
    Address::managed("test_thing", name)
}

#[tokio::test(start_paused = true)]
async fn a_stack_comes_changes_and_goes() {
    let mut bed = Bed::new();
    assert_eq!(bed.apply(TWO).await.outcome().created, 2);
    let state = bed.state().await;
    assert_eq!(state.outputs["first"], Tree::text("id-1"));
    assert_eq!(state.account.as_deref(), Some("1"));
    let second = state.resources[&thing("second")].current.clone().expect("it was created");
    assert_eq!(second.status, Status::Ready);
    assert_eq!(second.inputs.get("uses"), Some(&Tree::List(vec![Tree::text("id-1")])));
    assert!(second.dependencies.contains(&thing("first")));
    assert!(state.durations.contains_key("test_thing.create"));
    assert!(bed.pending(TWO).await.is_empty());

    let changed = TWO.replace("name = \"first\"", "name = \"first\"\nsize = 3");
    assert_eq!(bed.pending(&changed).await, ["Update test_thing.first"]);
    assert_eq!(bed.apply(&changed).await.outcome().updated, 1);
    assert_eq!(bed.count("update"), 1);
    assert!(bed.pending(&changed).await.is_empty());

    let run = bed.destroy(&changed).await;
    assert_eq!(run.outcome().deleted, 2);
    assert!(bed.cloud.names().is_empty());
    let state = bed.state().await;
    assert!(state.resources.is_empty() && state.outputs.is_empty());
}

impl Bed {
    pub fn count(&self, call: &str) -> usize {
        self.cloud.count(call)
    }
}

#[tokio::test(start_paused = true)]
async fn what_replaces_is_there_before_what_it_replaces_goes() {
    let mut bed = Bed::new();
    let zone = |zone: &str| TWO.replace("name = \"first\"", &format!("name = \"first\"\nzone = {zone:?}"));
    bed.apply(&zone("a")).await.outcome();
    let run = bed.apply(&zone("b")).await;
    assert_eq!((run.outcome().replaced, run.outcome().updated), (1, 1), "{:?}", run.news);
    assert_eq!(bed.cloud.names(), ["first", "second"]);
    let calls = bed.cloud.world().calls.clone();
    let position = |call: &str| calls.iter().rposition(|it| it == call).expect("it was called");
    assert!(position("create first") < position("update second"));
    assert!(position("update second") < position("delete first"));
    assert!(bed.pending(&zone("b")).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_create_is_completed_in_a_step_of_its_own() {
    let mut bed = Bed::new();
    let group = "[resource.test_group.main]\nname = \"main\"\nrules = [\"ssh\"]\n";
    assert_eq!(bed.apply(group).await.outcome().created, 1);
    let rules = || bed.cloud.world().objects.values().next().and_then(|it| it.inputs.get("rules").cloned());
    assert_eq!(rules(), Some(Tree::List(vec![Tree::text("ssh")])));
    assert!(bed.pending(group).await.is_empty());
    // Unset, a create still revokes what AWS put there.
    let mut bed = Bed::new();
    bed.apply("[resource.test_group.main]\nname = \"main\"\n").await.outcome();
    let rules = bed.cloud.world().objects.values().next().and_then(|it| it.inputs.get("rules").cloned());
    assert_eq!(rules, Some(Tree::List(Vec::new())));
}

#[tokio::test(start_paused = true)]
async fn what_settles_is_looked_at_together() {
    let mut bed = Bed::new();
    let slow: String = (0..5).map(|it| format!("[resource.test_slow.n{it}]\nname = \"n{it}\"\n")).collect();
    let run = bed.apply(&slow).await;
    assert_eq!(run.outcome().created, 5);
    assert!(bed.count("read") < 6, "{:?}", bed.cloud.world().calls);
    let waiting = |it: &Progress| matches!(it, Progress::Waiting { what, .. } if what == "1 to go");
    assert!(run.news.iter().any(waiting), "{:?}", run.news);
    assert_eq!(bed.destroy(&slow).await.outcome().deleted, 5);
    assert!(bed.cloud.names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_waits_for_answers_and_not_for_settling() {
    let mut bed = Bed::new();
    bed.cloud.world().slowness = 1000;
    let slow = "[resource.test_slow.main]\nname = \"main\"\n\
                [resource.test_thing.after]\nname = \"after\"\nuses = [\"${test_slow.main.id}\"]\n";
    let interrupt = CancellationToken::new();
    let trigger = interrupt.clone();
    let clock = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        trigger.cancel();
    });
    let run = bed.run(slow, false, interrupt).await;
    clock.await.expect("the clock ran");
    assert!(run.outcome().interrupted);
    assert_eq!(run.outcome().skipped, 2);
    let state = bed.state().await;
    let main = state.resources[&Address::managed("test_slow", "main")].current.clone().expect("it is known");
    assert_eq!(main.status, Status::Creating);
    assert_eq!(bed.cloud.names(), ["main"]);
    // The next run carries on, and makes nothing twice.
    bed.cloud.world().objects.values_mut().for_each(|it| it.settling = 2);
    assert!(bed.apply(slow).await.outcome().is_complete());
    assert_eq!(bed.cloud.names(), ["after", "main"]);
    assert!(bed.pending(slow).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn no_secret_is_written() {
    let mut bed = Bed::new();
    let secret = format!(
        "[variables.given]\nsensitive = true\ndefault = {CANARY:?}\n\
         [resource.test_thing.vault]\nname = \"vault\"\n\
         [resource.test_thing.one]\nname = \"one\"\npassword = \"${{test_thing.vault.secret}}\"\n\
         [resource.test_thing.two]\nname = \"two\"\npassword = \"x-${{var.given}}\"\n\
         [outputs.secret]\nsensitive = true\nvalue = \"${{test_thing.vault.secret}}\"\n"
    );
    // AWS repeats what it was sent.
    bed.cloud.order("create", "two", driver::FaultKind::Throttled, false);
    let run = bed.apply(&secret).await;
    assert_eq!(run.outcome().created, 3);
    let password = |name: &str| {
        let world = bed.cloud.world();
        let named = |it: &&super::cloud::Object| it.inputs.get("name") == Some(&Tree::text(name));
        let object = world.objects.values().find(named).expect("it is there").clone();
        match object.inputs.get("password") {
            Some(Tree::Secret(model::Secret::Plain { value, .. })) => value.as_text().map(str::to_owned),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(password("one").as_deref(), Some(CANARY));
    assert_eq!(password("two"), Some(format!("x-{CANARY}")));
    assert!(!bed.bytes().contains(CANARY));
    assert!(!format!("{:?}", run.news).contains(CANARY));
    assert!(bed.pending(&secret).await.is_empty(), "{:?}", bed.pending(&secret).await);
    assert_eq!(bed.count("reveal"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sensitive_output_is_remembered_whole_and_kept_without_its_value() {
    let mut bed = Bed::new();
    let text = |default: &str, size: u32| {
        format!(
            "[variables.given]\nsensitive = true\n{default}\n\
             [resource.test_thing.one]\nname = \"one\"\nsize = {size}\n\
             [outputs.plain]\nsensitive = true\nvalue = \"${{var.given}}\"\n\
             [outputs.both]\nsensitive = true\nvalue = {{ user = \"u\", password = \"${{var.given}}\" }}\n"
        )
    };
    bed.apply(&text(&format!("default = {CANARY:?}"), 1)).await.outcome();
    let outputs = bed.state().await.outputs;
    let is_fingerprint = |it: &model::Known| matches!(it, Tree::Secret(model::Secret::Fingerprint(_)));
    assert!(outputs.len() == 2 && outputs.values().all(is_fingerprint), "{outputs:?}");
    bed.apply(&text("", 2)).await.outcome();
    assert_eq!(bed.state().await.outputs, outputs);
}

#[tokio::test(start_paused = true)]
async fn a_destroy_that_would_stop_halfway_deletes_nothing() {
    let mut bed = Bed::new();
    bed.apply(TWO).await.outcome();
    bed.cloud.world().obstacle = true;
    let run = bed.destroy(TWO).await;
    let message = run.result.expect_err("it is blocked").to_string();
    assert!(message.contains("test_thing.first: `id-1` is not empty; empty it"), "{message}");
    assert!(message.contains("test_thing.second"), "{message}");
    assert_eq!(bed.cloud.names(), ["first", "second"]);
    assert_eq!(bed.count("delete"), 0);
    let forced = TWO.replace("name = \"first\"", "name = \"first\"\nforce = true");
    let forced = forced.replace("name = \"second\"", "name = \"second\"\nforce = true");
    bed.apply(&forced).await.outcome();
    assert_eq!(bed.destroy(&forced).await.outcome().deleted, 2);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_outgrows_the_snapshot_gets_one_in_the_middle_of_the_run() {
    let mut bed = Bed::new();
    let many: String = (0..200).map(|it| format!("[resource.test_thing.n{it}]\nname = \"n{it}\"\n")).collect();
    assert_eq!(bed.apply(&many).await.outcome().created, 200);
    let state = bed.state().await;
    assert!(state.serial > 1, "only the last snapshot was written");
    assert_eq!(state.resources.len(), 200);
    assert!(bed.pending(&many).await.is_empty());
}
