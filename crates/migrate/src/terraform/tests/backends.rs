//! Where states lie.

use std::collections::BTreeMap;

use crate::terraform::backend::{self, Location, Role};
use crate::terraform::read;
use crate::testing::Memory;

fn located(files: &[(&str, &str)]) -> Result<Location, String> {
    let disk = Memory::of(files);
    let module = read::module(&disk, "layer").unwrap_or_else(|problems| panic!("{problems:#?}"));
    backend::of_module(&disk, &module).map_err(|it| format!("{it}; {}", it.help.clone().unwrap_or_default()))
}

/// The backend block in a `terraform` block, and what `terraform init` noted.
fn check(block: &str, noted: &str, expect: Result<&str, &str>) {
    let text = format!("terraform {{\n  {block}\n}}\n");
    let files = [("layer/main.tf", text.as_str()), ("layer/.terraform/terraform.tfstate", noted)];
    let files = if noted.is_empty() { &files[..1] } else { &files[..] };
    match (located(files), expect) {
        (Ok(found), Ok(expect)) => assert_eq!(found.to_string(), expect),
        (Err(found), Err(expect)) => assert!(found.contains(expect), "{found}"),
        (found, expect) => panic!("{found:?} rather than {expect:?}"),
    }
}

#[test]
fn files() {
    check("", "", Ok("layer/terraform.tfstate"));
    check("backend \"local\" {}", "", Ok("layer/terraform.tfstate"));
    check("backend \"local\" {\n path = \"../states/a.tfstate\"\n }", "", Ok("states/a.tfstate"));
    check("backend \"local\" {\n path = \"/var/a.tfstate\"\n }", "", Ok("/var/a.tfstate"));
}

#[test]
fn objects() {
    check("backend \"s3\" {\n bucket = \"b\"\n key = \"k/t\"\n }", "", Ok("s3://b/k/t"));
    check(
        "backend \"s3\" {\n bucket = \"b\"\n }",
        "",
        Err("main.tf:2: the backend does not say which `key`; run `terraform init` in `layer`"),
    );
    check(
        "backend \"s3\" {\n bucket = var.b\n key = \"k\"\n }",
        "",
        Err("main.tf:3: the backend's `bucket` is no literal"),
    );
}

#[test]
fn everything_that_fetching_needs() {
    let block = "terraform {\n backend \"s3\" {\n bucket = \"b\"\n key = \"k\"\n region = \"eu-west-1\"\n profile = \"p\"\n workspace_key_prefix = \"w\"\n use_path_style = true\n endpoints = { s3 = \"http://s3\" }\n assume_role = { role_arn = \"r\", external_id = \"e\", tags = { a = \"b\" } }\n encrypt = true\n max_retries = 3\n }\n}";
    let expect = Location::S3 {
        bucket: "b".to_owned(),
        key: "k".to_owned(),
        region: Some("eu-west-1".to_owned()),
        workspace_key_prefix: "w".to_owned(),
        profile: Some("p".to_owned()),
        role: Some(Role { arn: "r".to_owned(), external_id: Some("e".to_owned()) }),
        endpoint: Some("http://s3".to_owned()),
        is_path_style: true,
    };
    assert_eq!(located(&[("layer/main.tf", block)]), Ok(expect.clone()));
    let noted = r#"{"version": 3, "backend": {"type": "s3", "config": {"bucket": "b", "key": "k", "region": "eu-west-1", "profile": "p",
        "workspace_key_prefix": "w", "force_path_style": true, "endpoint": "http://s3", "role_arn": "r", "external_id": "e",
        "assume_role": null, "encrypt": true}, "hash": 1}}"#;
    let files =
        [("layer/main.tf", "terraform {\n backend \"s3\" {}\n}"), ("layer/.terraform/terraform.tfstate", noted)];
    assert_eq!(located(&files), Ok(expect));
}

#[test]
fn what_init_noted_completes_and_wins() {
    let noted = r#"{"backend": {"type": "s3", "config": {"bucket": "noted", "key": "k", "region": null}}}"#;
    check("backend \"s3\" {}", noted, Ok("s3://noted/k"));
    check("backend \"s3\" {\n bucket = \"b\"\n key = \"x\"\n }", noted, Ok("s3://noted/k"));
    check("backend \"s3\" {\n bucket = var.b\n }", noted, Ok("s3://noted/k"));
    check("backend \"local\" {}", noted, Ok("layer/terraform.tfstate"));
    check("", noted, Ok("layer/terraform.tfstate"));
    check(
        "backend \"s3\" {}",
        "{",
        Err("layer/.terraform/terraform.tfstate: this is not what `terraform init` writes"),
    );
    check("backend \"s3\" {}", r#"{"version": 3}"#, Err("which `bucket`"));
}

#[test]
fn what_only_terraform_reads() {
    check("backend \"gcs\" {\n bucket = \"b\"\n }", "", Ok("the backend `gcs`"));
    check("cloud {\n organization = \"o\"\n workspaces {\n name = \"w\"\n }\n }", "", Ok("the backend `remote`"));
    let cloud = located(&[(
        "layer/a.tf",
        "terraform {\n cloud {\n organization = \"o\"\n workspaces {\n name = \"w\"\n }\n }\n}",
    )]);
    let remote = located(&[(
        "layer/a.tf",
        "terraform {\n backend \"remote\" {\n organization = \"o\"\n token = \"t\"\n workspaces {\n name = \"w\"\n }\n }\n}",
    )]);
    let config =
        [("organization", "o"), ("workspaces.name", "w")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let read = backend::of_remote_state("remote", &BTreeMap::from(config), "layer");
    assert!(cloud.as_ref().is_ok_and(|it| it.same_place(&read)));
    assert!(remote.is_ok_and(|it| it.same_place(&read)));
    let other =
        backend::of_remote_state("remote", &BTreeMap::from([("organization".to_owned(), "p".to_owned())]), "layer");
    assert!(cloud.is_ok_and(|it| !it.same_place(&other)));
}

fn remote(kind: &str, config: &[(&str, &str)]) -> Location {
    let config = config.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    backend::of_remote_state(kind, &config, "live/app")
}

#[test]
fn remote_states() {
    let vpc = Location::of_text("s3://b/vpc").expect("it is right");
    assert!(remote("s3", &[("bucket", "b"), ("key", "vpc"), ("region", "x")]).same_place(&vpc));
    assert!(!remote("s3", &[("bucket", "c"), ("key", "vpc")]).same_place(&vpc));
    let file = Location::of_text("./live/vpc/terraform.tfstate").expect("it is right");
    assert!(remote("local", &[("path", "../vpc/terraform.tfstate")]).same_place(&file));
    assert!(!remote("local", &[]).same_place(&file));
    assert_eq!(remote("s3", &[("bucket", "b")]).to_string(), "the backend `s3`");
}

#[test]
fn workspaces() {
    let check = |location: Location, expect: &str| {
        let there = location.of_workspace("prod");
        assert_eq!(there.to_string(), expect);
        assert_eq!(location.workspace_at(&there).as_deref(), Some("prod"));
        assert_eq!(location.workspace_at(&location).as_deref(), Some("default"));
        assert_eq!(location.of_workspace("default"), location);
    };
    check(remote("s3", &[("bucket", "b"), ("key", "a/k")]), "s3://b/env:/prod/a/k");
    check(remote("s3", &[("bucket", "b"), ("key", "k"), ("workspace_key_prefix", "w/x")]), "s3://b/w/x/prod/k");
    check(remote("s3", &[("bucket", "b"), ("key", "k"), ("workspace_key_prefix", "")]), "s3://b/prod/k");
    check(remote("local", &[]), "live/app/terraform.tfstate.d/prod/terraform.tfstate");
    check(remote("local", &[("path", "a"), ("workspace_dir", "../w")]), "live/w/prod/terraform.tfstate");
    let (vpc, other) =
        (remote("s3", &[("bucket", "b"), ("key", "k")]), Location::of_text("s3://b/env:/a/b/k").expect("it is right"));
    assert_eq!(vpc.workspace_at(&other), None);
    assert_eq!((vpc.workspaces_prefix().as_deref(), vpc.workspace_of_key("env:/x/k")), (Some("env:/"), Some("x")));
}

#[test]
fn states_alone() {
    let check = |text: &str, base: &str, workspace: &str| {
        let (found, name) = Location::of_text(text).expect("it is right").apart();
        assert_eq!((found.to_string().as_str(), name.as_str()), (base, workspace));
    };
    check("s3://b/env:/prod/a/k", "s3://b/a/k", "prod");
    check("s3://b/a/k", "s3://b/a/k", "default");
    check("a/terraform.tfstate.d/prod/terraform.tfstate", "a/terraform.tfstate", "prod");
    check("terraform.tfstate.d/prod/terraform.tfstate", "terraform.tfstate", "prod");
    check("a/terraform.tfstate", "a/terraform.tfstate", "default");
    for wrong in ["s3://b", "s3://b/", "s3:///k", "s3://b/k/"] {
        assert!(Location::of_text(wrong).is_err(), "{wrong}");
    }
}
