//! Which layers are meant.

use super::{Found, survey};
use crate::terraform::Problem;
use crate::testing::Memory;

const S3: &str = "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    key = \"KEY\"\n  }\n}\n";

fn found(files: &[(&str, &str)], sources: &[&str]) -> Result<Vec<Found>, Vec<Problem>> {
    let sources: Vec<String> = sources.iter().map(|it| (*it).to_owned()).collect();
    survey(&Memory::of(files), &sources)
}

/// Each layer as `name folder workspace=state … +values …`.
fn check(files: &[(&str, &str)], sources: &[&str], expect: &[&str]) {
    let found = found(files, sources).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let shown = found.iter().map(|it| {
        let states = it.states.iter().map(|(workspace, state)| format!("{workspace}={state}"));
        let values = it.values.iter().map(|it| format!("+{it}"));
        let folder = it.folder.clone().unwrap_or_else(|| "-".to_owned());
        [it.name.clone(), folder].into_iter().chain(states).chain(values).collect::<Vec<_>>().join(" ")
    });
    assert_eq!(shown.collect::<Vec<_>>(), expect);
}

fn check_problems(files: &[(&str, &str)], sources: &[&str], expect: &[&str]) {
    let problems = found(files, sources).expect_err("something is wrong");
    let shown: Vec<String> =
        problems.iter().map(|it| format!("{it}; {}", it.help.clone().unwrap_or_default())).collect();
    assert_eq!(shown, expect);
}

#[test]
fn folders_in_the_order_passed() {
    let vpc = S3.replace("KEY", "vpc.tfstate");
    check(
        &[("t/aws-vpc/main.tf", &vpc), ("t/aws-ecr/main.tf", ""), ("t/aws-ecr/terraform.tfstate", "{}")],
        &["t/aws-vpc/", "./t/aws-ecr"],
        &["aws-vpc t/aws-vpc default=s3://b/vpc.tfstate", "aws-ecr t/aws-ecr default=t/aws-ecr/terraform.tfstate"],
    );
}

#[test]
fn a_layer_that_was_never_applied() {
    check(&[("app/main.tf", "")], &["app"], &["app app"]);
}

#[test]
fn local_workspaces() {
    check(
        &[
            ("app/main.tf", ""),
            ("app/prod.tfvars", ""),
            ("app/test.tfvars", ""),
            ("app/terraform.tfstate.d/prod/terraform.tfstate", "{}"),
            ("app/terraform.tfstate.d/dev/terraform.tfstate", "{}"),
            ("app/terraform.tfstate.d/empty/notes.txt", ""),
        ],
        &["app"],
        &[
            "app app dev=app/terraform.tfstate.d/dev/terraform.tfstate prod=app/terraform.tfstate.d/prod/terraform.tfstate +app/prod.tfvars",
        ],
    );
}

#[test]
fn the_selected_workspace_of_a_bucket() {
    let files = [
        ("app/main.tf", S3),
        ("app/.terraform/environment", "prod"),
        ("app/dev.tfvars.json", "{}"),
        ("app/prod.tfvars", ""),
    ];
    check(&files, &["app"], &["app app default=s3://b/KEY prod=s3://b/env:/prod/KEY +app/prod.tfvars"]);
    let mut layers = found(&files, &["app"]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    layers[0].add_workspace(&Memory::of(&files), "dev");
    layers[0].add_workspace(&Memory::of(&files), "prod");
    assert_eq!(layers[0].states["dev"].to_string(), "s3://b/env:/dev/KEY");
    assert_eq!(layers[0].values, ["app/prod.tfvars", "app/dev.tfvars.json"]);
}

#[test]
fn a_state_belongs_where_it_is_kept() {
    check(
        &[("app/main.tf", S3)],
        &["s3://b/env:/prod/KEY", "app", "s3://b/KEY"],
        &["app app default=s3://b/KEY prod=s3://b/env:/prod/KEY"],
    );
    check(
        &[
            ("app/main.tf", "terraform {\n  backend \"local\" {\n    path = \"../app.json\"\n  }\n}\n"),
            ("app.json", "{}"),
            ("x/main.tf", ""),
        ],
        &["x", "app.json", "app"],
        &["x x", "app app default=app.json"],
    );
}

#[test]
fn a_state_belongs_where_it_lies_or_by_its_name() {
    check(
        &[("app/main.tf", S3), ("app/pulled.json", "{}"), ("vpc/main.tf", ""), ("states/vpc.tfstate", "{}")],
        &["states/vpc.tfstate", "vpc", "app/pulled.json", "app"],
        &["vpc vpc default=states/vpc.tfstate", "app app default=app/pulled.json"],
    );
    check(
        &[("vpc/main.tf", "")],
        &["vpc", "s3://b/live/vpc/terraform.tfstate"],
        &["vpc vpc default=s3://b/live/vpc/terraform.tfstate"],
    );
}

#[test]
fn a_state_belongs_to_the_folder_before_it() {
    let gcs = "terraform {\n  backend \"gcs\" {}\n}\n";
    check(
        &[("a/main.tf", gcs), ("b/main.tf", ""), ("1.tfstate", "{}"), ("2.tfstate", "{}"), ("3.tfstate", "{}")],
        &["a", "1.tfstate", "b", "2.tfstate", "3.tfstate"],
        &["a a default=1.tfstate", "b b default=2.tfstate", "3 - default=3.tfstate"],
    );
    check(
        &[("a/main.tf", ""), ("a/terraform.tfstate", "{}"), ("1.tfstate", "{}")],
        &["a", "1.tfstate"],
        &["a a default=a/terraform.tfstate", "1 - default=1.tfstate"],
    );
}

#[test]
fn states_alone() {
    check(
        &[
            ("old/vpc.tfstate", "{}"),
            ("rds/terraform.tfstate", "{}"),
            ("rds/terraform.tfstate.d/dev/terraform.tfstate", "{}"),
        ],
        &[
            "s3://b/env:/prod/ecr.tfstate",
            "old/vpc.tfstate",
            "rds/terraform.tfstate",
            "s3://b/ecr.tfstate",
            "rds/terraform.tfstate.d/dev/terraform.tfstate",
        ],
        &[
            "ecr - default=s3://b/ecr.tfstate prod=s3://b/env:/prod/ecr.tfstate",
            "vpc - default=old/vpc.tfstate",
            "rds - default=rds/terraform.tfstate dev=rds/terraform.tfstate.d/dev/terraform.tfstate",
        ],
    );
}

fn check_names(folders: &[&str], expect: &[&str]) {
    let files: Vec<String> = folders.iter().map(|it| format!("{it}/main.tf")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|it| (it.as_str(), "")).collect();
    let found = found(&files, folders).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(found.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), expect);
}

#[test]
fn names() {
    check_names(&["live/aws-vpc"], &["aws-vpc"]);
    check_names(&["live/stack"], &["stack-layer"]);
    check_names(&["a/vpc", "b/vpc", "c"], &["a-vpc", "b-vpc", "c"]);
    check_names(&["x/a/vpc", "y/a/vpc", "vpc"], &["x-a-vpc", "y-a-vpc", "vpc"]);
    check_names(&["app/terraform", "db/infra", "tf"], &["app-terraform", "db-infra", "tf"]);
    check_names(&["live/01 My Näme.v2"], &["01-my-n-me-v2"]);
    check_names(&["a-b", "a/b", "c/a-b"], &["a-b", "b", "c-a-b"]);
    check_names(&["A", "a", "a-2"], &["a", "a-3", "a-2"]);
    let found = found(&[("main.tf", "")], &["."]).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!((found[0].name.as_str(), found[0].folder.as_deref()), ("main", Some(".")));
}

#[test]
fn what_is_no_layer() {
    check_problems(
        &[
            ("a/readme.md", ""),
            ("b/terraform.tfstate", "{}"),
            ("c/main.tf", ""),
            ("c/x.tfvars", ""),
            ("c/terraform.tfstate.backup", "{}"),
            ("locked.tfstate", "locked"),
        ],
        &["a", "b", "c/main.tf", "c/x.tfvars", "c/terraform.tfstate.backup", "gone", "s3://b", "locked.tfstate"],
        &[
            "a: there is no Terraform configuration in this folder; a folder with `.tf` files is expected",
            "b: there is no Terraform configuration in this folder; pass the state itself: `b/terraform.tfstate`",
            "c/main.tf: this is one file of a configuration; pass its folder: `c`",
            "c/x.tfvars: this is a file of values, which is no layer by itself; values are read from the folder of the configuration: as Terraform does, and `NAME.tfvars` for the workspace `NAME`",
            "c/terraform.tfstate.backup: this is the state as it was before Terraform's last change; pass `c/terraform.tfstate`, or rename this file if it is the right one",
            "gone: there is no such file, and no folder with anything in it; pass Terraform's folders, and states as files or `s3://BUCKET/KEY`",
            "s3://b: a state in S3 is named by bucket and key: `s3://BUCKET/KEY`; ",
            "locked.tfstate: this file cannot be read: permission denied; ",
        ],
    );
}

#[test]
fn a_folder_of_layers() {
    check_problems(
        &[
            ("t/vpc/main.tf", ""),
            ("t/live/prod/app/main.tf", ""),
            ("t/modules/x/main.tf", ""),
            ("t/.terraform/y/main.tf", ""),
            ("t/docs/a.md", ""),
        ],
        &["t"],
        &[
            "t: there is no configuration in this folder itself, only in folders below it; pass those that are layers: t/live/prod/app t/vpc",
        ],
    );
}

#[test]
fn what_is_passed_twice() {
    check_problems(
        &[("a/main.tf", "")],
        &["a", "./a/", "s3://b/k", "s3://b/k"],
        &["./a/: this source is passed twice: it is also `a`; ", "s3://b/k: this source is passed twice; "],
    );
    check_problems(
        &[("a/main.tf", S3), ("b/main.tf", S3)],
        &["a", "b"],
        &[
            "b: it keeps its state where `a` does: s3://b/KEY; one of the two backends was copied and not changed, or one folder is an old copy",
        ],
    );
    check_problems(
        &[("a/main.tf", S3), ("a/1.tfstate", "{}"), ("a.tfstate", "{}")],
        &["a", "a/1.tfstate", "a.tfstate"],
        &["a.tfstate: `a/1.tfstate` and `a.tfstate` are both the state of `a`; pass only the one that Terraform uses"],
    );
}

#[test]
fn a_state_out_of_reach() {
    check_problems(
        &[
            ("live/app/main.tf", "terraform {\n  cloud {}\n}\n"),
            ("bad/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"),
        ],
        &["live/app"],
        &[
            "live/app: its state lies in the backend `remote`, which only Terraform reads; run `terraform state pull > app.tfstate` in that folder, and pass the file after the folder",
        ],
    );
    let problems =
        found(&[("bad/main.tf", "terraform {\n  backend \"s3\" {}\n}\n"), ("worse/main.tf", "a {")], &["bad", "worse"]);
    assert_eq!(problems.expect_err("something is wrong").len(), 2);
}
