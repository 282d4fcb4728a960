//! Files of values, and where modules lie.

use crate::terraform::{modules, path, values};
use crate::testing::Memory;

fn check_values(name: &str, text: &str, expect: &[(&str, &str)]) {
    let values = values::read(&Memory::of(&[(name, text)]), name).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let shown: Vec<(String, String)> =
        values.iter().map(|(name, value)| (name.clone(), value.to_string().trim().to_owned())).collect();
    let shown: Vec<(&str, &str)> = shown.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(shown, expect);
}

#[test]
fn values_in_both_syntaxes() {
    check_values(
        "a.tfvars",
        "# c\nb = \"x\" # y\na = [1, { c = true }]\n",
        &[("a", "[1, { c = true }]"), ("b", "\"x\"")],
    );
    check_values("a.tfvars", "\u{feff}\r\n", &[]);
    check_values(
        "a.tfvars.json",
        r#"{"a": "${x}", "b": {"c d": [1]}}"#,
        &[("a", "\"$${x}\""), ("b", "{\"c d\" = [1],}")],
    );
}

#[test]
fn values_that_are_none() {
    let check = |name: &str, text: &str, expect: &str| {
        let problems = values::read(&Memory::of(&[(name, text)]), name).expect_err("something is wrong");
        assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [expect]);
    };
    check("a.tfvars", "\ntags {\n}\n", "a.tfvars:2: `tags` is a block; a file of values sets variables, as `tags = …`");
    check("a.tfvars.json", "[]", "a.tfvars.json: a file of values is one object, by variable");
    let problems = values::read(&Memory::of(&[]), "gone.tfvars").expect_err("it is not there");
    assert_eq!(problems[0].to_string(), "gone.tfvars: there is no such file");
}

#[test]
fn values_that_terraform_reads_by_itself() {
    let names = [
        "b.auto.tfvars",
        "a.auto.tfvars.json",
        "prod.tfvars",
        "terraform.tfvars.json",
        "terraform.tfvars",
        "a.auto.tfvars",
    ];
    let files: Vec<String> = names.iter().map(|it| format!("layer/{it}")).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|it| (it.as_str(), "")).collect();
    let found = values::automatic(&Memory::of(&files), "layer").expect("they are files");
    let expect = ["terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars", "a.auto.tfvars.json", "b.auto.tfvars"];
    assert_eq!(found, expect.map(|it| format!("layer/{it}")));
    assert!(values::automatic(&Memory::of(&[("layer/terraform.tfvars/x", "")]), "layer").is_err());
}

const RECORD: &str = r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."},
    {"Key": "vpc", "Source": "registry.terraform.io/x/vpc/aws", "Version": "1.0.0", "Dir": ".terraform/modules/vpc"},
    {"Key": "vpc.subnets", "Source": "git::https://example.com/s.git", "Dir": ".terraform\\modules\\vpc.subnets\\m"},
    {"Key": "gone", "Source": "x/y/z", "Dir": ".terraform/modules/gone"}]}"#;

fn check_folder(root: &str, caller: &str, names: &[&str], source: &str, expect: Result<&str, &str>) {
    let files = [
        ("live/app/main.tf", ""),
        ("live/app/m/main.tf", ""),
        ("modules/network/main.tf", ""),
        ("live/app/.terraform/modules/modules.json", RECORD),
        ("live/app/.terraform/modules/vpc/main.tf", ""),
        ("live/app/.terraform/modules/vpc.subnets/m/main.tf", ""),
        ("live/bad/.terraform/modules/modules.json", "{"),
    ];
    let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
    let found = modules::folder_of(&Memory::of(&files), root, caller, &names, source);
    let found = found.map_err(|problem| format!("{problem}; {}", problem.help.clone().unwrap_or_default()));
    match (&found, expect) {
        (Ok(found), Ok(expect)) => assert_eq!(found, expect),
        (Err(found), Err(expect)) => assert!(found.contains(expect), "{found}"),
        (found, expect) => panic!("{found:?} rather than {expect:?}"),
    }
}

#[test]
fn modules_beside_their_caller() {
    let app = "live/app";
    check_folder(app, app, &["n"], "../../modules/network", Ok("modules/network"));
    check_folder(app, app, &["n"], "./m", Ok("live/app/m"));
    check_folder(app, "live/app/m", &["n", "o"], "./../m/", Ok("live/app/m"));
    check_folder(app, "live/app/m", &["n", "o"], "..", Ok("live/app"));
    check_folder(app, app, &["n"], "./gone", Err("live/app: module `n` lies in `live/app/gone`"));
}

#[test]
fn modules_that_were_downloaded() {
    let app = "live/app";
    check_folder(app, app, &["vpc"], "x/vpc/aws", Ok("live/app/.terraform/modules/vpc"));
    check_folder(
        app,
        "live/app/.terraform/modules/vpc",
        &["vpc", "subnets"],
        "git::x",
        Ok("live/app/.terraform/modules/vpc.subnets/m"),
    );
    check_folder(app, app, &["other"], "x/other/aws", Err("run `terraform init` in `live/app` first"));
    check_folder(app, app, &["gone"], "x/y/z", Err("module `gone` comes from `x/y/z`, and it is not downloaded"));
    check_folder("live/none", "live/none", &["vpc"], "x/vpc/aws", Err("run `terraform init` in `live/none` first"));
    check_folder("live/bad", "live/bad", &["vpc"], "x/vpc/aws", Err("this is not Terraform's record of modules"));
}

#[test]
fn paths() {
    let normal = [
        ("a/./b//c/", "a/b/c"),
        ("a/../..", ".."),
        ("../../a/..", "../.."),
        ("./", "."),
        ("", "."),
        ("/a/../..", "/"),
        ("a/b/../../c", "c"),
    ];
    for (path, expect) in normal {
        assert_eq!(path::normal(path), expect, "{path}");
    }
    let joined = [(".", "a", "a"), ("", "a", "a"), ("/", "a", "/a"), ("a/", "b", "a/b"), ("a", "/b", "/b")];
    for (folder, path, expect) in joined {
        assert_eq!(path::join(folder, path), expect, "{folder} {path}");
    }
    assert_eq!(["a/b", "a", "/a", "../a"].map(path::parent), ["a", ".", "/", ".."]);
}
