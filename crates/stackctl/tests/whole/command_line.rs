//! The command line as a person and a script meet it: exit codes, streams, files, variables.

use std::process::Stdio;

use crate::cloud::Cloud;
use crate::json::{failure, fits};
use crate::program::{Ran, SMALL, Stack};

#[test]
fn every_command_in_a_folder_without_a_manifest_names_new() {
    let stack = Stack::offline(&[]);
    for line in [
        "validate",
        "fmt",
        "plan",
        "apply --yes",
        "destroy --yes",
        "output",
        "output name",
        "state list",
        "state show aws_vpc.main",
        "state mv aws_vpc.a aws_vpc.b",
        "state rm aws_vpc.a",
        "state pull",
        "import aws_vpc.main vpc-1",
        "graph",
    ] {
        let ran = stack.run(line).exits(1).complains("stackctl new");
        assert_eq!(ran.out, "", "{line}");
    }
    for line in ["plan --json", "validate --json", "apply --json", "output --json"] {
        fits(&stack.run(line).exits(1).json(), &failure("no-manifest", 1));
    }
    // What needs no manifest works.
    stack.run("explain").exits(0).says("aws_ecs_service");
    stack.run("completions bash").exits(0).says("_stackctl()");
    stack.run("--help").exits(0).says("destroy");
    stack.run("--version").exits(0).says("stackctl ");
}

#[test]
fn new_writes_what_plans_and_applies() {
    let cloud = Cloud::start();
    let stack = Stack::of(&cloud, &[]);
    stack.run("new hello").exits(0).says("stackctl plan");
    stack.run("new hello").exits(1).complains("exists already");
    stack.run("new Hello_World").exits(1);
    stack.run("validate hello").exits(0);
    stack.run("fmt --check hello").exits(0);
    stack.run("plan hello --detailed-exitcode").exits(2);
    stack.run("apply -m hello --yes").exits(0);
    stack.run("plan hello/stack.toml --detailed-exitcode").exits(0);
    stack.run("output log_group -m hello").exits(0).says("/hello/dev\n");
    stack.run("destroy hello --yes").exits(0);
}

#[test]
fn the_manifest_is_an_operand_an_option_or_a_variable() {
    let stack = Stack::offline(&[]);
    for (name, text) in SMALL {
        stack.write(&format!("there/{name}"), text);
    }
    stack.run("validate there").exits(0).says("small");
    stack.run("validate -m there").exits(0);
    stack.run("validate --manifest there/stack.toml").exits(0);
    stack.run("validate there -m elsewhere").exits(1).complains("twice");
    stack.run("validate there/logs.toml").exits(1).complains("stack.toml");
    let mut command = stack.command(["validate"]);
    Ran::of("validate", command.env("STACKCTL_MANIFEST", "there")).exits(0);
}

#[test]
fn what_is_wrong_with_the_command_exits_with_1() {
    let stack = Stack::offline(&SMALL);
    for line in [
        "",
        "nonsense",
        "plan --nope",
        "plan --var nothing",
        "plan --parallelism 0",
        "plan --lock-wait 5",
        "plan --color sometimes",
        "plan --target not-an-address",
        "graph --format painting",
        "state rm",
    ] {
        let ran = stack.run(line).exits(1);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{line}: {}", ran.out);
    }
    stack.run("validate --var nope=1").exits(1).complains("nope");
    stack.run("validate --env nope").exits(1).complains("nope");
    stack.run("explain aws_ecs_servce").exits(1).complains("did you mean `aws_ecs_service`?");
    stack.run("explain aws_ecs_service.desired_cont").exits(1).complains("did you mean");
    stack.run("explain aws_ecs_service.desired_count").exits(0).says("desired_count");
}

#[test]
fn what_would_ask_does_not_without_a_terminal() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply").exits(1).complains("--yes");
    fits(&stack.run("apply --json").exits(1).json(), &failure("no-terminal", 1));
    assert!(!cloud.take_calls().iter().any(sandbox::Call::mutates));
    stack.run("apply -y").exits(0);
    stack.run("apply").exits(0);
    stack.run("destroy").exits(1).complains("--yes");
    let mut command = stack.command(["destroy"]);
    Ran::of("destroy", command.env("STACKCTL_YES", "true")).exits(0);
}

#[test]
fn variables_come_from_options_files_and_the_environment() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let days = |ran: Ran| -> serde_json::Value {
        let plan = ran.exits(0).json();
        let first = plan["changes"].as_array().and_then(|it| it.iter().find(|it| it["address"] == FIRST));
        let attributes = first.expect("the first log group")["attributes"].as_array().cloned().unwrap_or_default();
        let found = attributes.iter().find(|it| it["path"] == "retention_in_days");
        found.expect("the argument")["after"].clone()
    };
    const FIRST: &str = "aws_cloudwatch_log_group.first";
    stack.write("days.tfvars", "days = 14\n");
    assert_eq!(days(stack.run("plan --json")), 7);
    assert_eq!(days(stack.run("plan --json --var days=30")), 30);
    assert_eq!(days(stack.run("plan --json --var-file days.tfvars")), 14);
    assert_eq!(days(stack.run("plan --json --var-file days.tfvars --var days=30")), 30);
    let mut command = stack.command(["plan", "--json"]);
    assert_eq!(days(Ran::of("plan", command.env("STACKCTL_VAR_days", "60"))), 60);
    let mut command = stack.command(["plan", "--json", "--var", "days=30"]);
    assert_eq!(days(Ran::of("plan", command.env("STACKCTL_VAR_days", "60"))), 30);
    stack.run("plan --var days=many").exits(1).complains("days");
}

#[test]
fn environments_have_values_and_state_of_their_own() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.write("environments/prod.toml", "[values]\ndays = 30\n");
    let names = "[stack]\nname = \"small\"\n\n[locals]\nplace = \"${stack.environment}\"\n";
    stack.edit("stack.toml", "[stack]\nname = \"small\"\n", names);
    let prod = stack.run("plan --json --env prod").exits(0).json();
    assert_eq!(prod["environment"], "prod");
    stack.edit("logs.toml", "\"/small/first\"", "\"/small/${stack.environment}/first\"");
    stack.run("apply -y -q --env prod").exits(0);
    assert_eq!(stack.run("state list --env prod").exits(0).out.lines().count(), 2);
    assert_eq!(stack.run("state list").exits(0).out, "");
    stack.run("output first --env prod").exits(0).says("/small/prod/first\n");
}

#[test]
fn state_that_is_not_set_up_says_what_to_run() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("init").exits(0).says("nothing to make").says("[state]");
    let bucket = "name = \"small\"\n\n[state]\nbucket = \"acme\"\nlock_table = \"locks\"\n";
    stack.edit("stack.toml", "name = \"small\"\n", bucket);
    stack.run("plan").exits(3).complains("locks").complains("stackctl init");
    stack.edit("stack.toml", "bucket = \"acme\"", "bucket = \"acme\"\nlease_seconds = 1");
    stack.run("plan").exits(1).complains("between 5 and 300").complains("stack.toml");
}

#[test]
fn fmt_gives_one_layout_and_check_only_looks() {
    let untidy = "[stack]\nname=\"small\" # short\n";
    let stack = Stack::offline(&[("stack.toml", untidy), SMALL[1]]);
    stack.run("fmt --check").exits(2).says("stack.toml");
    assert_eq!(stack.text("stack.toml"), untidy);
    stack.run("fmt").exits(0).says("stack.toml");
    assert_eq!(stack.text("stack.toml"), "[stack]\nname = \"small\" # short\n");
    assert_eq!(stack.run("fmt --check").exits(0).out, "");
    stack.write("broken.toml", "[resource\n");
    stack.run("fmt").exits(1).complains("broken.toml");
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/wordpress");
    Ran::of("fmt --check", stack.command(["fmt", "--check"]).arg(shipped)).exits(0);
}

#[test]
fn the_graph_has_every_form() {
    let stack = Stack::offline(&SMALL);
    for (form, start) in [("dot", "digraph"), ("mermaid", "flowchart"), ("svg", "<svg"), ("json", "{")] {
        let out = stack.run(&format!("graph --format {form}")).exits(0).out;
        assert!(out.starts_with(start), "{form}: {out}");
        assert!(out.contains("aws_cloudwatch_log_group"), "{form}: {out}");
    }
    assert_eq!(stack.run("graph").exits(0).out, stack.run("graph --format text").exits(0).out);
}

#[test]
fn results_go_to_stdout_and_talk_to_stderr() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let quiet = stack.run("apply --yes --quiet").exits(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let plan = stack.run("plan").exits(0);
    assert_eq!(plan.err, "");
    assert!(!plan.out.contains('\u{1b}'), "no colours without a terminal");
    assert!(stack.run("plan --var days=14 --color always").out.contains('\u{1b}'));
    stack.run("plan --var days=14 --markdown").exits(0).says("aws_cloudwatch_log_group.first");
    let path = stack.beside("timeline.json");
    let line = format!("apply --yes --json --var days=14 --timeline {}", path.display());
    let ran = stack.run(&line).exits(0);
    assert_eq!(ran.err, "", "with --json there is nothing else");
    let timeline: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).expect("the timeline")).expect("JSON");
    let names: Vec<&str> =
        timeline["traceEvents"].as_array().expect("events").iter().filter_map(|it| it["name"].as_str()).collect();
    assert!(names.contains(&"logs:PutRetentionPolicy"), "{names:?}");
    assert!(names.contains(&"update aws_cloudwatch_log_group.first"), "{names:?}");
}

#[test]
fn a_reader_that_goes_away_stops_nothing() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    for line in ["schema", "completions bash", "explain", "graph", "validate --json", "plan --json", "apply --yes"] {
        let mut child = stack.start(line);
        drop(child.stdout.take());
        let ran = Ran::after(line, child);
        assert_eq!((ran.code, ran.err.contains("bug")), (Some(0), false), "{line}: {}", ran.err);
    }
    stack.run("plan --detailed-exitcode").exits(0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_document_that_cannot_be_written_is_a_failure() {
    let stack = Stack::offline(&SMALL);
    for line in ["graph", "validate --json", "explain"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a device that is full");
        let mut command = stack.command(line.split(' '));
        let child = command.stdout(full).stderr(Stdio::piped()).spawn().expect("it starts");
        let ran = Ran::after(line, child);
        assert_eq!(ran.code, Some(3), "{line}: {}", ran.err);
        assert!(ran.err.contains("could not be written"), "{line}: {}", ran.err);
    }
}
