//! `stackctl diff` as a person and a script meet it: naming the sides, values, files, failures,
//! exit codes, streams.
//!
//! In: manifests in a git repository. Out: pass or fail. What the review says of a change is tested
//! elsewhere; here it is enough to see which two texts were held against each other.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::json::{failure, fits};
use crate::program::Ran;
use crate::repository::Repository;

/// Two log groups, one of which keeps what it has for as many days as a variable says.
const LOGS: [(&str, &str); 4] = [
    (
        "stacks/logs/stack.toml",
        r#"[stack]
name = "logs"

[provider.aws]
region = "us-east-1"

[variables.days]
type    = "number"
default = 30

[outputs.first]
value = "${aws_cloudwatch_log_group.first.name}"
"#,
    ),
    (
        "stacks/logs/logs.toml",
        r#"[resource.aws_cloudwatch_log_group.first]
name              = "/logs/first"
retention_in_days = "${var.days}"

[resource.aws_cloudwatch_log_group.second]
name = "${aws_cloudwatch_log_group.first.name}/second"
"#,
    ),
    ("stacks/logs/environments/dev.toml", "[values]\ndays = 7\n"),
    ("stacks/logs/environments/prod.toml", "[values]\ndays = 365\n"),
];

/// The repository of [`LOGS`], changed in the work tree from 30 days to 90.
fn changed() -> Repository {
    let repository = Repository::of(&LOGS);
    keep(&repository, 30, 90);
    repository
}

fn keep(repository: &Repository, from: u32, to: u32) {
    repository.edit("stacks/logs/stack.toml", &format!("default = {from}"), &format!("default = {to}"));
}

/// The review of a command line, run in a folder of the repository.
#[track_caller]
fn review(repository: &Repository, folder: &str, line: &str) -> Value {
    let ran = repository.run_in(folder, &format!("{line} --json")).exits(0);
    assert_eq!(ran.err, "", "{line}");
    ran.json()
}

/// Address, path, before and after of each attribute that changes.
fn attributes(review: &Value) -> Vec<Value> {
    let changes = review["changes"].as_array().expect("changes");
    let of = |change: &Value| -> Vec<Value> {
        let attributes = change["attributes"].as_array().expect("attributes").iter();
        attributes.map(|it| json!([change["address"], it["path"], it["before"], it["after"]])).collect()
    };
    changes.iter().flat_map(of).collect()
}

/// The addresses and what happens to them.
fn actions(review: &Value) -> Vec<Value> {
    review["changes"].as_array().expect("changes").iter().map(|it| json!([it["address"], it["action"]])).collect()
}

/// Fails unless the review is of the retention of one group, from so many days to so many.
#[track_caller]
fn is_retention(review: &Value, before: Value, after: Value) {
    let expected = json!(["aws_cloudwatch_log_group.first", "retention_in_days", before, after]);
    assert_eq!(attributes(review), [expected], "{review:#}");
}

#[test]
fn a_side_is_a_path() {
    let repository = changed();
    for (path, text) in LOGS {
        repository.write(&path.replace("stacks/logs", "older"), text);
    }
    for line in [
        "diff older stacks/logs",
        "diff older/ stacks/logs/",
        "diff older/stack.toml stacks/logs/stack.toml",
        "diff ./older stacks/logs/stack.toml",
    ] {
        is_retention(&review(&repository, "", line), json!(30), json!(90));
    }
    is_retention(&review(&repository, "", "diff stacks/logs older"), json!(90), json!(30));
    is_retention(&review(&repository, "stacks", "diff ../older logs"), json!(30), json!(90));
    // Outside of any repository it works as well, and without git.
    let (older, newer) = (repository.beside("older"), repository.beside("newer"));
    std::fs::rename(repository.top().join("older"), older).expect("moved");
    std::fs::rename(repository.top().join("stacks/logs"), newer).expect("moved");
    let mut command = repository.command("..", "diff older newer --json");
    is_retention(&Ran::of("diff older newer", command.env("PATH", "")).exits(0).json(), json!(30), json!(90));
}

#[test]
fn a_side_is_a_path_at_a_revision() {
    let repository = changed();
    repository.commit();
    keep(&repository, 90, 120);
    for (folder, line, before, after) in [
        ("", "diff HEAD~1:stacks/logs HEAD:stacks/logs", 30, 90),
        ("", "diff HEAD:stacks/logs stacks/logs", 90, 120),
        ("", "diff stacks/logs main:stacks/logs/", 120, 90),
        ("", "diff HEAD:stacks/logs/stack.toml stacks/logs/stack.toml", 90, 120),
        // As git has it: from the top of the repository, wherever one stands.
        ("stacks", "diff HEAD:stacks/logs logs", 90, 120),
        ("stacks", "diff HEAD:./logs logs", 90, 120),
        ("stacks", "diff HEAD~1:./logs/stack.toml HEAD:./logs", 30, 90),
        ("stacks/logs", "diff HEAD:./ .", 90, 120),
        ("stacks/logs", "diff HEAD:. .", 90, 120),
        ("stacks/logs/environments", "diff HEAD:../ ..", 90, 120),
        ("stacks/logs/environments", "diff HEAD:../../logs ..", 90, 120),
    ] {
        is_retention(&review(&repository, folder, line), json!(before), json!(after));
    }
    let review = review(&repository, "", "diff HEAD:stacks/logs HEAD:stacks/logs");
    assert_eq!((&review["changes"], &review["verdict"]), (&json!([]), &json!("safe")));
    // Reading leaves no trace.
    assert_eq!(repository.git(&["status", "--porcelain"]), " M stacks/logs/stack.toml\n");
}

#[test]
fn a_manifest_may_be_the_whole_repository() {
    let files = LOGS.map(|(path, text)| (path.trim_start_matches("stacks/logs/"), text));
    let repository = Repository::of(&files);
    repository.edit("stack.toml", "default = 30", "default = 90");
    for line in ["diff HEAD: .", "diff HEAD:./ .", "diff HEAD:stack.toml stack.toml", "diff --base HEAD"] {
        is_retention(&review(&repository, "", line), json!(30), json!(90));
    }
}

#[test]
fn a_base_is_a_revision_of_the_manifest_in_the_work_tree() {
    let repository = changed();
    repository.git(&["branch", "older"]);
    repository.git(&["tag", "v1"]);
    for (folder, line) in [
        ("", "diff --base HEAD -m stacks/logs"),
        ("", "diff --base older -m stacks/logs/stack.toml"),
        ("", "diff --base v1 --manifest stacks/logs/"),
        ("stacks", "diff --base main -m logs"),
        ("stacks/logs", "diff --base HEAD"),
        ("stacks/logs/environments", "diff --base HEAD -m .."),
    ] {
        is_retention(&review(&repository, folder, line), json!(30), json!(90));
    }
    // What a pull request is held against: where it left the main branch, not where that is now.
    repository.git(&["switch", "--quiet", "--create", "change"]);
    repository.commit();
    repository.git(&["switch", "--quiet", "main"]);
    repository.edit("stacks/logs/logs.toml", "/second", "/third");
    repository.commit();
    repository.git(&["switch", "--quiet", "change"]);
    let base = repository.git(&["merge-base", "main", "HEAD"]);
    let line = format!("diff --base {} -m stacks/logs", base.trim());
    is_retention(&review(&repository, "", &line), json!(30), json!(90));
    // In a heading, the beginning of an id is enough.
    repository.run(&line).exits(0).says(&format!("{}:stacks/logs →", &base[..12]));
    assert_eq!(attributes(&review(&repository, "", "diff --base main -m stacks/logs")).len(), 2);
}

#[test]
fn a_manifest_that_was_not_there_is_all_new() {
    let repository = Repository::of(&[("README.md", "Nothing yet.\n")]);
    LOGS.iter().for_each(|(path, text)| repository.write(path, text));
    let review = review(&repository, "", "diff --base HEAD -m stacks/logs");
    let (first, second) = ("aws_cloudwatch_log_group.first", "aws_cloudwatch_log_group.second");
    assert_eq!(actions(&review), [json!([first, "create"]), json!([second, "create"])]);
    assert_eq!(review["stack"], "logs");
    assert_eq!(review["outputs"]["first"]["before"], Value::Null);
    assert_eq!(review["outputs"]["first"]["after"], "/logs/first");
    for change in review["changes"].as_array().expect("changes") {
        assert_eq!(change["locations"]["before"], Value::Null);
        assert_eq!(change["locations"]["after"]["file"], "logs.toml");
    }
    repository.run("diff --base HEAD -m stacks/logs").exits(0).says("nothing");
    // Named as a path at a revision, it has to be there.
    repository.run("diff HEAD:stacks/logs stacks/logs").exits(1).complains("no stack.toml in `stacks/logs` at `HEAD`");
}

#[test]
fn a_code_host_finds_the_lines_of_either_kind_of_side() {
    let repository = changed();
    repository.commit();
    keep(&repository, 90, 3);
    repository.commit();
    let manifest = repository.top().join("stacks/logs").display().to_string();
    for (line, expected) in [
        ("diff --base HEAD~1 -m stacks/logs".to_owned(), "stacks/logs/logs.toml"),
        ("diff HEAD~1:stacks/logs HEAD:stacks/logs".to_owned(), "stacks/logs/logs.toml"),
        (format!("diff HEAD~1:stacks/logs {manifest}"), &format!("{manifest}/logs.toml")),
    ] {
        let log = repository.run(&format!("{line} --sarif")).exits(0).json();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        let expected = json!({ "artifactLocation": { "uri": expected }, "region": { "startLine": 3 } });
        assert_eq!(*place, expected, "{log:#}");
    }
}

#[test]
fn environments_are_sides_too() {
    let repository = Repository::of(&LOGS);
    // What would change in `dev` if it became like `prod`.
    is_retention(&review(&repository, "", "diff -m stacks/logs --env prod --against-env dev"), json!(7), json!(365));
    is_retention(&review(&repository, "", "diff -m stacks/logs --env dev --against-env prod"), json!(365), json!(7));
    is_retention(&review(&repository, "stacks/logs", "diff --env prod --against-env dev"), json!(7), json!(365));
    is_retention(&review(&repository, "stacks/logs", "diff --against-env dev"), json!(7), json!(30));
    repository.run("diff -m stacks/logs --env prod --against-env dev").exits(0).says("(dev)").says("(prod)");

    repository.edit("stacks/logs/environments/dev.toml", "7", "14");
    is_retention(&review(&repository, "", "diff --base HEAD -m stacks/logs --env dev"), json!(7), json!(14));
    is_retention(&review(&repository, "", "diff HEAD:stacks/logs stacks/logs --env dev"), json!(7), json!(14));
    let unchanged = review(&repository, "", "diff --base HEAD -m stacks/logs --env prod");
    assert_eq!(unchanged["changes"], json!([]));
    // Both at once: another revision and another environment.
    let line = "diff HEAD:stacks/logs stacks/logs --env dev --against-env prod";
    is_retention(&review(&repository, "", line), json!(365), json!(14));
    let mut command = repository.command("stacks/logs", "diff --base HEAD --json");
    is_retention(&Ran::of("STACKCTL_ENV", command.env("STACKCTL_ENV", "dev")).exits(0).json(), json!(7), json!(14));
}

#[test]
fn an_environment_that_was_not_there_is_all_new() {
    let repository = Repository::of(&LOGS);
    repository.write("stacks/logs/environments/staging.toml", "[values]\ndays = 3\n");
    let review = review(&repository, "", "diff --base HEAD -m stacks/logs --env staging");
    assert_eq!(review["summary"]["create"], 2, "{review:#}");
    let line = "diff HEAD:stacks/logs stacks/logs --env staging";
    repository.run(line).exits(1).complains("there is no environment `staging`");
    repository.run("diff -m stacks/logs --env qa --base HEAD").exits(1).complains("there is no environment `qa`");
    repository.run("diff -m stacks/logs --against-env qa").exits(1).complains("there is no environment `qa`");
}

#[test]
fn files_are_read_where_the_manifest_is() {
    let policy = |action: &str| {
        json!({
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }],
        })
    };
    let manifest = r#"[stack]
name = "files"

[provider.aws]
region = "us-east-1"

[resource.aws_iam_policy.readers]
name        = "readers"
description = '${templatefile("../shared/about.txt", { who = "Readers" })}'
policy      = '${file("policies/readers.json")}'
"#;
    let repository = Repository::of(&[
        ("stacks/files/stack.toml", manifest),
        ("stacks/files/policies/readers.json", &policy("s3:GetObject").to_string()),
        ("stacks/shared/about.txt", "${who} of objects"),
    ]);
    // The same policy in another layout is the same policy.
    repository.write("stacks/files/policies/readers.json", &format!("{:#}\n", policy("s3:GetObject")));
    let same = review(&repository, "", "diff --base HEAD -m stacks/files");
    assert_eq!(same["changes"], json!([]), "{same:#}");

    repository.write("stacks/files/policies/readers.json", &policy("s3:*").to_string());
    for line in ["diff --base HEAD -m stacks/files", "diff HEAD:stacks/files stacks/files"] {
        let wider = review(&repository, "", line);
        let [change] = wider["changes"].as_array().expect("changes").as_slice() else { panic!("{wider:#}") };
        assert_eq!(change["attributes"][0]["path"], "policy");
        assert_eq!(wider["verdict"], "wider-exposure");
    }
    repository.commit();
    repository.write("stacks/shared/about.txt", "${who} of everything");
    let about = review(&repository, "stacks", "diff --base HEAD -m files");
    let description = json!(["aws_iam_policy.readers", "description", "Readers of objects", "Readers of everything"]);
    assert!(attributes(&about).contains(&description), "{about:#}");

    // A file that was not there, and paths that lead out of the commit.
    repository.edit("stacks/files/stack.toml", "policies/readers.json", "policies/writers.json");
    repository.commit();
    let missing = repository.run("diff HEAD:stacks/files HEAD~1:stacks/files").exits(1);
    missing.complains("`policies/writers.json`").complains("HEAD:stacks/files/stack.toml:10");
    repository.edit("stacks/files/stack.toml", "policies/writers.json", "policies/readers.json");
    repository.commit();
    repository.git(&["tag", "right"]);
    for outside in ["/etc/hostname", "../../../../etc/hostname"] {
        let committed = std::fs::read_to_string(repository.top().join("stacks/files/stack.toml")).expect("readable");
        let (start, _) = committed.split_once("policy ").expect("a policy");
        repository.write("stacks/files/stack.toml", &format!("{start}policy = '${{file(\"{outside}\")}}'\n"));
        repository.commit();
        repository.run("diff right:stacks/files HEAD:stacks/files").exits(1).complains("it is not there at `HEAD`");
    }
}

#[test]
fn wrong_sides_say_what_is_wrong() {
    let repository = changed();
    for (line, code, text) in [
        ("diff", "usage", "there is nothing to compare with"),
        ("diff stacks/logs", "usage", "<NEW>"),
        ("diff stacks/logs stacks/logs --base HEAD", "usage", "--base"),
        ("diff stacks/logs stacks/logs -m stacks/logs", "usage", "named twice"),
        ("diff stacks/logs stacks/logs stacks/logs", "usage", "unexpected argument"),
        ("diff --base nope -m stacks/logs", "unknown-revision", "git knows no revision `nope`"),
        ("diff nope:stacks/logs stacks/logs", "unknown-revision", "git knows no revision `nope`"),
        ("diff --base=--output=x -m stacks/logs", "unknown-revision", "git knows no revision `--output=x`"),
        ("diff HEAD:nowhere stacks/logs", "no-manifest", "no stack.toml in `nowhere` at `HEAD`"),
        ("diff HEAD:./nowhere stacks/logs", "no-manifest", "no stack.toml in `nowhere` at `HEAD`"),
        ("diff HEAD:../../logs stacks/logs", "no-manifest", "leads out of the repository"),
        ("diff stacks/logs HEAD:stacks", "no-manifest", "no stack.toml in `stacks` at `HEAD`"),
        ("diff nowhere stacks/logs", "no-manifest", "there is no folder `nowhere`"),
        ("diff stacks/logs nowhere", "no-manifest", "there is no folder `nowhere`"),
        ("diff nowhere HEAD:elsewhere", "no-manifest", "there is no folder `nowhere`"),
        ("diff stacks/logs stacks/logs/logs.toml", "no-manifest", "stack.toml"),
        ("diff --base HEAD -m nowhere", "no-manifest", "there is no folder `nowhere`"),
        ("diff --base HEAD --markdown --sarif -m stacks/logs", "usage", "--sarif"),
        ("diff --base HEAD -m stacks/logs --fail-on bad", "usage", "there are safe, cost, brief-interruption"),
    ] {
        let ran = repository.run(line).exits(1).complains(text);
        assert_eq!(ran.out, "", "{line}");
        if !line.contains("--sarif") {
            let told = repository.run(&format!("{line} --json")).exits(1);
            assert_eq!(told.err, "", "{line}");
            fits(&told.json(), &failure(code, 1));
        }
    }
}

#[test]
fn without_a_repository_or_without_git_it_says_so() {
    let repository = changed();
    let mut command = repository.command("", "diff --base HEAD -m stacks/logs");
    Ran::of("without git", command.env("PATH", "")).exits(3).complains("cannot run git").complains("diff OLD NEW");
    std::fs::rename(repository.top().join(".git"), repository.beside("elsewhere")).expect("moved");
    for line in
        ["diff --base HEAD -m stacks/logs", "diff HEAD:stacks/logs stacks/logs", "diff stacks/logs HEAD:./stacks/logs"]
    {
        let mut command = repository.command("", line);
        // Whatever language git speaks to its user.
        command.env("LANG", "de_DE.UTF-8").env("LANGUAGE", "de");
        Ran::of(line, &mut command).exits(1).complains("this is no git repository").complains("diff OLD NEW");
    }
}

#[test]
fn a_broken_manifest_is_shown_on_its_side() {
    let repository = changed();
    repository.edit("stacks/logs/logs.toml", "retention_in_days", "retention_in_day");
    let shown = repository.run("diff --base HEAD -m stacks/logs").exits(1);
    shown.complains("error[unknown-argument]").complains(" stacks/logs/logs.toml:3:1").complains("retention_in_days");
    let told = repository.run("diff --base HEAD -m stacks/logs --json").exits(1);
    assert_eq!(told.err, "");
    let [problem] = told.json()["diagnostics"].as_array().expect("diagnostics").clone().try_into().expect("one");
    assert_eq!((&problem["file"], &problem["line"]), (&json!("logs.toml"), &json!(3)));

    // The same before the change: the text is in the commit, not in the work tree.
    repository.commit();
    repository.edit("stacks/logs/logs.toml", "retention_in_day ", "retention_in_days ");
    for line in ["diff --base HEAD -m stacks/logs", "diff HEAD:stacks/logs stacks/logs"] {
        let ran = repository.run(line).exits(1).complains("HEAD:stacks/logs/logs.toml:3:1");
        assert_eq!(ran.out, "", "{line}");
    }
    // Other commands are not held up by the past.
    repository.run("validate stacks/logs").exits(0);
}

#[test]
fn exit_codes_are_asked_for() {
    let repository = changed();
    let same = "diff HEAD:stacks/logs HEAD:stacks/logs --json";
    let cost = "diff HEAD:stacks/logs stacks/logs --json";
    let lost = "diff stacks/logs HEAD:stacks/logs --json";
    for (line, verdict) in [(same, "safe"), (cost, "cost"), (lost, "data-loss")] {
        assert_eq!(repository.run(line).exits(0).json()["verdict"], verdict, "{line}");
    }
    for (line, options, code) in [
        (same, "--exit-code", 0),
        (cost, "--exit-code", 2),
        (same, "--fail-on safe", 0),
        (cost, "--fail-on safe", 2),
        (cost, "--fail-on cost", 2),
        (cost, "--fail-on brief-interruption", 0),
        (cost, "--fail-on data-loss", 0),
        (lost, "--fail-on wider-exposure", 2),
        (lost, "--fail-on outage", 2),
        (lost, "--fail-on data-loss", 2),
        (cost, "--fail-on data-loss --exit-code", 2),
    ] {
        // The review is printed all the same.
        assert_eq!(repository.run(&format!("{line} {options}")).exits(code).json()["format"], 1);
    }
    // An output alone is a change, and a safe one.
    let repository = Repository::of(&LOGS);
    repository.edit("stacks/logs/stack.toml", "[outputs.first]", "[outputs.renamed]");
    let line = "diff --base HEAD -m stacks/logs --json";
    let review = repository.run(&format!("{line} --exit-code")).exits(2).json();
    assert_eq!((&review["changes"], &review["verdict"]), (&json!([]), &json!("safe")));
    assert_eq!(review["outputs"]["first"]["after"], Value::Null);
    assert_eq!(review["outputs"]["renamed"]["before"], Value::Null);
    repository.run(&format!("{line} --fail-on cost")).exits(0);
}

#[test]
fn nobody_is_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let repository = changed();
    repository.edit("stacks/logs/stack.toml", "[outputs.first]", "[data.aws_caller_identity.me]\n\n[outputs.first]");
    for form in ["", "--json", "--markdown", "--sarif", "--html page.html"] {
        let line = format!("diff --base HEAD -m stacks/logs {form}");
        let mut command = repository.command("", &line);
        for name in ["AWS_ENDPOINT_URL", "HTTP_PROXY", "HTTPS_PROXY", "AWS_EC2_METADATA_SERVICE_ENDPOINT"] {
            command.env(name, &address);
        }
        Ran::of(&line, &mut command).exits(0);
    }
    let asked = listener.accept().map(|_| ()).map_err(|it| it.kind());
    assert_eq!(asked, Err(std::io::ErrorKind::WouldBlock));
    // No state, no lock, no cache: the page is all there is.
    assert!(!repository.top().join("stacks/logs/.stackctl").exists());
    assert_eq!(repository.git(&["status", "--porcelain"]), " M stacks/logs/stack.toml\n?? page.html\n");
}

#[test]
fn targets_and_layers_narrow_it() {
    let repository = changed();
    repository.edit("stacks/logs/logs.toml", "}/second", "}/third");
    repository.write("stacks/logs/more.toml", "[resource.aws_cloudwatch_log_group.more]\nname = \"/logs/more\"\n");
    let (first, second) = ("aws_cloudwatch_log_group.first", "aws_cloudwatch_log_group.second");
    let more = "aws_cloudwatch_log_group.more";
    for (options, expected) in [
        ("", vec![first, second, more]),
        ("--target aws_cloudwatch_log_group.first", vec![first]),
        // What it depends on comes along.
        ("--target aws_cloudwatch_log_group.second", vec![first, second]),
        ("--layer more", vec![more]),
        ("--layer logs", vec![first, second]),
        // Both together: what both name.
        ("--layer logs --target aws_cloudwatch_log_group.first", vec![first]),
    ] {
        let review = review(&repository, "", &format!("diff --base HEAD -m stacks/logs {options}"));
        let mut found: Vec<&str> =
            review["changes"].as_array().expect("changes").iter().filter_map(|it| it["address"].as_str()).collect();
        found.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found, expected, "{options}");
    }
    let line = "diff --base HEAD -m stacks/logs --target aws_cloudwatch_log_group.nope";
    repository.run(line).exits(1).complains("nope");
}

#[test]
fn variables_may_have_no_value_or_only_one_side() {
    let repository = Repository::of(&LOGS);
    let line = "diff --base HEAD -m stacks/logs";
    // A variable without a value stands for itself: the same before and after.
    repository.edit("stacks/logs/stack.toml", "default = 30\n", "");
    repository.commit();
    assert_eq!(review(&repository, "", line)["changes"], json!([]));
    let given = review(&repository, "", "diff HEAD~1:stacks/logs stacks/logs");
    assert_eq!(attributes(&given)[0][2], json!(30), "{given:#}");
    assert_eq!(attributes(&given)[0][3], json!({ "$unknown": "value of var.days" }), "{given:#}");
    // A value that is given holds for both sides.
    let both = review(&repository, "", "diff HEAD~1:stacks/logs stacks/logs --var days=5");
    assert_eq!(both["changes"], json!([]), "{both:#}");
}

#[test]
fn a_variable_that_one_side_declares_may_be_given() {
    let repository = Repository::of(&LOGS);
    let line = "diff --base HEAD -m stacks/logs";
    repository.edit(
        "stacks/logs/stack.toml",
        "[outputs.first]",
        "[variables.name]\ntype = \"string\"\n\n[outputs.first]",
    );
    repository.edit("stacks/logs/logs.toml", "\"/logs/first\"", "\"/logs/${var.name}\"");
    let named = review(&repository, "", &format!("{line} --var name=first"));
    assert_eq!(named["changes"], json!([]), "{named:#}");
    repository.write("values.toml", "name = \"first\"\n");
    assert_eq!(review(&repository, "", &format!("{line} --var-file values.toml"))["changes"], json!([]));
    let mut command = repository.command("", &format!("{line} --json"));
    let ran = Ran::of("STACKCTL_VAR_name", command.env("STACKCTL_VAR_name", "first")).exits(0);
    assert_eq!(ran.json()["changes"], json!([]));
    // One that no side declares is a mistake.
    repository.run(&format!("{line} --var nam=first")).exits(1).complains("nam");
}

#[test]
fn members_need_values() {
    let repository = Repository::of(&LOGS);
    let line = "diff --base HEAD -m stacks/logs";
    repository.edit(
        "stacks/logs/stack.toml",
        "[outputs.first]",
        "[variables.names]\ntype = \"list(string)\"\n\n[outputs.first]",
    );
    repository.write(
        "stacks/logs/members.toml",
        "[resource.aws_cloudwatch_log_group.each]\nfor_each = \"${var.names}\"\nname     = \"/logs/${each.key}\"\n",
    );
    repository.run(line).exits(1).complains("for_each").complains("members.toml:2").complains("--var names=");
    let mut command = repository.command("", line);
    command.args(["--json", "--var", "names=[\"a\", \"b\"]"]);
    let review = Ran::of(line, &mut command).exits(0).json();
    let each = |key: &str| json!([format!("aws_cloudwatch_log_group.each[\"{key}\"]"), "create"]);
    assert_eq!(actions(&review), [each("a"), each("b")]);
}

#[test]
fn warnings_are_no_part_of_the_review() {
    let repository = changed();
    repository.write(
        "stacks/logs/policy.toml",
        "[resource.aws_iam_policy.odd]\nname = \"odd\"\n\n[[resource.aws_iam_policy.odd.policy.Statement]]\nEffect = \"Allow\"\nAction = \"s3:GetObject\"\nResource = \"*\"\n",
    );
    let line = "diff --base HEAD -m stacks/logs";
    let ran = repository.run(line).exits(0).complains("warning").complains("stacks/logs/policy.toml");
    let quiet = repository.run(&format!("{line} --quiet")).exits(0);
    assert_eq!((quiet.err.as_str(), &quiet.out), ("", &ran.out));
    for form in ["--json", "--sarif"] {
        let ran = repository.run(&format!("{line} {form}")).exits(0);
        assert_eq!(ran.err, "", "{form}");
        ran.json();
    }
}
