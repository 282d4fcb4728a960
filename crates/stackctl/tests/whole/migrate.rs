//! `stackctl migrate` as a person and a script meet it: what it refuses, where it reads, what it
//! writes, how it ends.
//!
//! In: tiny Terraform folders with states made by hand. Out: pass or fail. Whole configurations
//! are the library's, and real Terraform is `migrate_terraform`'s.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::{Call, Gate, Verdict};
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::json::{failure, fits, list, object, text};
use crate::program::{Ran, Stack};
use crate::vault::{BUCKET, TABLE};

const CONFIGURATION: &str = r#"provider "aws" {
  region = "us-east-1"
}

# What the shop says.
resource "aws_cloudwatch_log_group" "app" {
  name              = "/shop/app"
  retention_in_days = 14
}

output "log_group" {
  value = aws_cloudwatch_log_group.app.name
}
"#;

const SECRET: &str = "c4naryInTerraformsState";

/// The same with a secret in Secrets Manager that comes from a variable.
const SECRETIVE: &str = r#"variable "api_key" {
  type      = string
  sensitive = true
}

resource "aws_secretsmanager_secret" "api" {
  name = "shop/api"
}

resource "aws_secretsmanager_secret_version" "api" {
  secret_id     = aws_secretsmanager_secret.api.id
  secret_string = var.api_key
}
"#;

/// A person beside Terraform's folder `terraform/logs`.
struct Person {
    stack: Stack,
}

impl Person {
    fn at(cloud: &Cloud) -> Self {
        Self { stack: Stack::of(cloud, &[]) }.with("terraform/logs/main.tf", CONFIGURATION)
    }

    /// With nobody to ask.
    fn offline() -> Self {
        Self { stack: Stack::offline(&[]) }.with("terraform/logs/main.tf", CONFIGURATION)
    }

    /// With a file beside.
    fn with(self, path: &str, text: &str) -> Self {
        let path = self.stack.beside(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
        self
    }

    fn with_state(self) -> Self {
        self.with("terraform/logs/terraform.tfstate", &state(&[log_group("/shop/app", 14)]))
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.stack.command(line.split_whitespace());
        // Nobody waits for a machine's own credentials here.
        command.current_dir(self.stack.beside("")).env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }

    fn run(&self, line: &str) -> Ran {
        Ran::of(line, &mut self.command(line))
    }

    fn run_without_credentials(&self, line: &str) -> Ran {
        let mut command = self.command(line);
        Ran::of(line, command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY"))
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.stack.beside(path)).unwrap_or_else(|wrong| panic!("{path}: {wrong}"))
    }

    /// The names of everything beside Terraform's folders.
    fn beside(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.stack.beside("")).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|it| it.expect("an entry").file_name().into_string().expect("a name")).collect();
        names.retain(|it| !["terraform", "manifest", "cache"].contains(&it.as_str()));
        names.sort();
        names
    }

    /// Fails if anything was written.
    #[track_caller]
    fn has_nothing(&self) {
        assert_eq!(self.beside(), Vec::<String>::new());
    }
}

/// A state of format 4 with these resources.
fn state(resources: &[Value]) -> String {
    let state = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "5f2c4c4e-7a4e-4f0e-9d0a-111111111111",
        "outputs": { "log_group": { "value": "/shop/app", "type": "string" } },
        "resources": resources, "check_results": null,
    });
    format!("{state:#}\n")
}

fn managed(kind: &str, name: &str, attributes: &Value, sensitive: &Value) -> Value {
    json!({
        "mode": "managed", "type": kind, "name": name,
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": [{ "schema_version": 0, "attributes": attributes, "sensitive_attributes": sensitive }],
    })
}

fn log_group(name: &str, days: u32) -> Value {
    let arn = format!("arn:aws:logs:us-east-1:{}:log-group:{name}", sandbox::ACCOUNT);
    let attributes = json!({
        "arn": arn, "id": name, "kms_key_id": "", "log_group_class": "STANDARD", "name": name, "name_prefix": "",
        "retention_in_days": days, "skip_destroy": false, "tags": null, "tags_all": {},
    });
    managed("aws_cloudwatch_log_group", "app", &attributes, &json!([]))
}

/// The secret and its version, as Terraform 1.11 with version 5 of the provider has them.
fn secret(arn: &str, version: &str, value: &str) -> [Value; 2] {
    let holder = json!({
        "arn": arn, "description": "", "force_overwrite_replica_secret": false, "id": arn, "kms_key_id": "",
        "name": "shop/api", "name_prefix": "", "policy": "", "recovery_window_in_days": 30, "replica": [], "tags": null,
        "tags_all": {},
    });
    let content = json!({
        "arn": arn, "has_secret_string_wo": null, "id": format!("{arn}|{version}"), "secret_binary": "",
        "secret_id": arn, "secret_string": value, "secret_string_wo": null, "secret_string_wo_version": null,
        "version_id": version, "version_stages": ["AWSCURRENT"],
    });
    let sensitive = json!([
        [{ "type": "get_attr", "value": "secret_string" }], [{ "type": "get_attr", "value": "secret_binary" }],
    ]);
    [
        managed("aws_secretsmanager_secret", "api", &holder, &json!([])),
        managed("aws_secretsmanager_secret_version", "api", &content, &sensitive),
    ]
}

/// What the state says is there.
fn build(cloud: &Cloud, name: &str, days: u32) {
    let logs = |operation: &str, body: &Value| cloud.json("logs", &format!("Logs_20140328.{operation}"), body);
    logs("CreateLogGroup", &json!({ "logGroupName": name }));
    logs("PutRetentionPolicy", &json!({ "logGroupName": name, "retentionInDays": days }));
}

/// Puts an object into Terraform's bucket, which is made.
fn put(cloud: &Cloud, key: &str, content: &str) {
    let headers = "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n";
    assert_eq!(cloud.ask("s3", "PUT /acme-terraform", headers, "").status, 200);
    assert_eq!(cloud.ask("s3", &format!("PUT /acme-terraform/{key}"), headers, content).status, 200);
}

const BACKEND: &str = r#"terraform {
  backend "s3" {
    bucket = "acme-terraform"
    key    = "shop/logs.tfstate"
    region = "us-east-1"
  }
}
"#;

#[track_caller]
fn nothing_changed(cloud: &Cloud) {
    let changes: Vec<String> = cloud.take_calls().iter().filter(|it| it.mutates()).map(Call::name).collect();
    assert_eq!(changes, Vec::<String>::new());
}

#[test]
fn a_folder_is_taken_over_and_the_plan_is_empty() {
    let cloud = Cloud::start();
    build(&cloud, "/shop/app", 14);
    let person = Person::at(&cloud).with_state();
    let ran = person.run("migrate terraform/logs --out shop").exits(0);
    let ran =
        ran.says("Wrote shop").says("Verified").says("the plan is empty (1 resource read").says("stackctl plan shop");
    assert!(ran.err.contains("logs: 1 object in `terraform/logs/terraform.tfstate`"), "{}", ran.err);
    nothing_changed(&cloud);

    assert_eq!(person.beside(), ["shop"]);
    let names: Vec<&str> = ["shop/stack.toml", "shop/logs.toml", "shop/.gitignore", "shop/.stackctl/state.json"]
        .into_iter()
        .filter(|it| !person.stack.beside(it).is_file())
        .collect();
    assert_eq!(names, Vec::<&str>::new());
    assert!(person.text("shop/logs.toml").contains("# What the shop says."), "{}", person.text("shop/logs.toml"));
    let notes = person.text("shop/MIGRATION.md");
    assert!(notes.contains("## Verification") && notes.contains("The plan was empty (1 resource read"), "{notes}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let key = std::fs::metadata(person.stack.beside("shop/.stackctl/key")).expect("a key");
        assert_eq!((key.len(), key.permissions().mode() & 0o777), (32, 0o600));
    }
    person.run("validate shop").exits(0);
    person.run("fmt --check shop").exits(0);
    person.run("plan shop --detailed-exitcode").exits(0);
    assert_eq!(person.run("output log_group -m shop").exits(0).out, "/shop/app\n");
    assert_eq!(person.run("state history shop --json").exits(0).json()[0]["serial"], 1);

    person.run("migrate terraform/logs --out shop").exits(1).complains("not empty").complains("nothing was written");
    person.run("apply shop --yes").exits(0);
    person.run("destroy shop --yes").exits(0);
}

/// The document of `migrate --json`.
fn document() -> Value {
    let maybe = json!({ "type": ["string", "null"] });
    let flag = json!({ "type": "boolean" });
    let count = json!({ "type": "integer", "minimum": 0 });
    object(json!({
        "format": { "const": 1 },
        "stack": text(),
        "folder": text(),
        "environments": list(maybe.clone()),
        "files": list(text()),
        "summary": object(json!({ "carried": count, "unsupported": count, "total": count })),
        "layers": list(object(json!({
            "name": text(), "file": text(), "folder": maybe, "states": list(text()), "notes": { "type": "array" },
            "resources": list(object(json!({
                "terraform": text(), "fate": { "enum": ["carried", "dissolved", "unsupported"] },
            }))),
        }))),
        "secrets": list(object(json!({ "now": text(), "found_in": list(text()) }))),
        "verification": object(json!({
            "verified": flag, "left_out": maybe, "resources": count, "calls": count,
            "changes": list(object(json!({
                "address": text(), "action": text(), "environment": maybe, "expected": flag, "attributes": {},
            }))),
            "outputs": { "type": "array" },
            "error": { "type": ["object", "null"] },
        })),
    }))
}

#[test]
fn what_somebody_changed_since_is_shown() {
    let cloud = Cloud::start();
    build(&cloud, "/shop/app", 30);
    let person = Person::at(&cloud).with_state();
    let ran = person.run("migrate terraform/logs --out shop --name store").exits(2);
    ran.says("the plan is not empty").says("retention_in_days").says("AWS is not as Terraform left it").says("stays");
    assert!(person.text("shop/stack.toml").contains("name = \"store\""));
    assert!(person.text("shop/MIGRATION.md").contains("**The plan was not empty**: 1 change"));
    let report = person.stack.beside("report.md").display().to_string();
    let ran = person.run(&format!("migrate terraform/logs --out again --json --report {report}")).exits(2);
    let found = ran.json();
    fits(&found, &document());
    assert_eq!(person.text("report.md"), person.text("again/MIGRATION.md"));
    let verification = &found["verification"];
    assert_eq!(verification["verified"], false);
    assert_eq!(verification["changes"][0]["attributes"][0]["path"], "retention_in_days");
    assert_eq!(verification["changes"][0]["expected"], false);
    assert_eq!(ran.err, "", "with --json there is nothing else");
    nothing_changed(&cloud);

    let ran = person.run("migrate terraform/logs --out third --markdown -q").exits(2);
    assert!(ran.out.starts_with("## third"), "{}", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn without_credentials_it_says_so() {
    let person = Person::offline().with_state();
    let line = "migrate terraform/logs --out shop";
    let ran = person.run_without_credentials(line).exits(0);
    ran.says("Not verified").says("no AWS credentials").says("stackctl plan shop");
    let found = person.run_without_credentials("migrate terraform/logs --out again --json").exits(0).json();
    fits(&found, &document());
    assert_eq!(
        (&found["verification"]["verified"], &found["verification"]["left_out"]),
        (&json!(false), &json!("no-credentials"))
    );
    let found = person.run("migrate terraform/logs --out third --json --no-verify").exits(0).json();
    assert_eq!(found["verification"]["left_out"], "not-asked-for");
    // Who insists is told what is wrong.
    let ran = person.run_without_credentials("migrate terraform/logs --out fourth --verify --json").exits(3);
    let found = ran.json();
    fits(&found, &document());
    assert_eq!((&found["error"]["exit"], &found["verification"]["verified"]), (&json!(3), &json!(false)));
    assert_eq!(found["error"], found["verification"]["error"]);
    assert_eq!(person.beside(), ["again", "fourth", "shop", "third"], "what was written stays");
}

#[test]
fn an_aws_that_does_not_answer_leaves_what_was_written() {
    let cloud = Cloud::start();
    build(&cloud, "/shop/app", 14);
    let person = Person::at(&cloud).with_state();
    cloud.judge(|call| match call.name().as_str() {
        "logs:DescribeLogGroups" => call.refuse(400, "AccessDeniedException", "you may not"),
        _ => Verdict::Forward,
    });
    let ran = person.run("migrate terraform/logs --out shop").exits(3).complains("AccessDenied");
    ran.says("Wrote shop").says("is written and stays").says("stackctl plan shop");
    cloud.let_through();
    person.run("plan shop --detailed-exitcode").exits(0);
    nothing_changed(&cloud);
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_written() {
    let person = Person::offline().with_state();
    for (line, complaint) in [
        ("migrate --out shop", "SOURCE"),
        ("migrate terraform/logs", "--out"),
        ("migrate terraform/logs --out shop --verify --no-verify", "--no-verify"),
        ("migrate terraform/logs --out shop --secrets plain", "variables"),
        ("migrate terraform/nothing --out shop", "terraform/nothing"),
        ("migrate terraform --out shop", "terraform"),
        ("migrate s3://acme-terraform --out shop", "s3://BUCKET/KEY"),
        ("migrate terraform/logs --out terraform/logs/shop", "lie in one another"),
        ("migrate terraform/logs --out terraform", "lie in one another"),
        ("migrate terraform/logs --out .", "lie in one another"),
        ("migrate terraform/logs --out manifest/../terraform/logs/x", "lie in one another"),
        ("migrate terraform/logs --out shop --name Mein$Laden", "cannot be the name of a stack"),
        ("migrate terraform/logs --out Mein$Laden", "--name"),
    ] {
        let ran = person.run(line).exits(1).complains(complaint);
        assert_eq!(ran.out, "", "{line}");
        person.has_nothing();
    }
    for line in ["migrate terraform/logs --out . --json", "migrate terraform/logs --out shop --json --markdown"] {
        fits(&person.run(line).exits(1).json(), &failure("usage", 1));
    }
}

#[test]
fn states_that_cannot_be_taken_over_are_refused() {
    let check = |content: &str, complaint: &str| {
        let person = Person::offline().with("terraform/logs/terraform.tfstate", content);
        let ran = person.run("migrate terraform/logs --out shop").exits(1);
        ran.complains("terraform/logs/terraform.tfstate").complains(complaint).complains("nothing was written");
        person.has_nothing();
    };
    check(r#"{ "version": 3, "terraform_version": "0.11.14", "serial": 1, "modules": [] }"#, "0.11.14");
    check(
        r#"{ "serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "AAAA", "encryption_version": "v0" }"#,
        "tofu",
    );
    check("not JSON at all", "not JSON");
    let person = Person::offline();
    let error = person.run("migrate terraform/logs --out shop --json").exits(1).json()["error"].clone();
    assert_eq!(error["code"], "no-state", "{error:#}");
    assert!(error["help"].as_str().is_some_and(|it| it.contains("terraform state pull")), "{error:#}");
    let gcs = "terraform {\n  backend \"gcs\" {\n    bucket = \"acme\"\n  }\n}\n";
    let person = person.with("terraform/logs/backend.tf", gcs);
    person.run("migrate terraform/logs --out shop").exits(1).complains("gcs").complains("terraform state pull");
    person.has_nothing();
    // Which works.
    let person = person.with("logs.tfstate", &state(&[log_group("/shop/app", 14)]));
    person.run("migrate terraform/logs logs.tfstate --out shop --no-verify").exits(0);
}

#[test]
fn states_are_read_from_s3_with_their_workspaces() {
    let cloud = Cloud::start();
    build(&cloud, "/shop/app", 14);
    build(&cloud, "/shop/prod", 14);
    put(&cloud, "shop/logs.tfstate", &state(&[log_group("/shop/app", 14)]));
    put(&cloud, "env:/prod/shop/logs.tfstate", &state(&[log_group("/shop/prod", 14)]));
    put(&cloud, "env:/prod/other.tfstate", "of something else");
    let named =
        r#"name              = terraform.workspace == "default" ? "/shop/app" : "/shop/${terraform.workspace}""#;
    let configuration = CONFIGURATION.replace("name              = \"/shop/app\"", named);
    let person = Person::at(&cloud);
    let person = person.with("terraform/logs/main.tf", &configuration).with("terraform/logs/backend.tf", BACKEND);
    let found = person.run("migrate terraform/logs --out shop --json").exits(0).json();
    assert_eq!(found["environments"], json!([null, "prod"]), "{found:#}");
    assert_eq!((&found["verification"]["verified"], &found["verification"]["resources"]), (&json!(true), &json!(2)));
    nothing_changed(&cloud);
    person.run("plan shop --detailed-exitcode").exits(0);
    person.run("plan shop --env prod --detailed-exitcode").exits(0);
    assert!(person.text("shop/MIGRATION.md").contains("The plan of the environment prod was empty"));

    // Each environment has a state of its own, and goes to the bucket by itself.
    let state = format!("\n[state]\nbucket = \"{BUCKET}\"\nlock_table = \"{TABLE}\"\n");
    let person = {
        let settings = person.text("shop/stack.toml");
        person.with("shop/stack.toml", &(settings + &state))
    };
    person.run("init shop").exits(0).says("carried over").says("stackctl init --env prod");
    person.run("plan shop --env prod").exits(1).complains("`stackctl init --env prod` carries it over");
    let ran = person.run("init shop --env prod").exits(0).says("carried over");
    assert!(!ran.out.contains("another environment"), "{}", ran.out);
    person.run("plan shop --detailed-exitcode").exits(0);
    person.run("plan shop --env prod --detailed-exitcode").exits(0);
    cloud.take_calls();

    // A state by itself.
    let found = person.run("migrate s3://acme-terraform/shop/logs.tfstate --out alone --json").exits(0).json();
    assert_eq!(found["environments"], json!([null]), "{found:#}");
    nothing_changed(&cloud);
}

#[test]
fn what_s3_refuses_is_said_with_a_way_around_it() {
    let cloud = Cloud::start();
    let person = Person::at(&cloud).with("terraform/logs/backend.tf", BACKEND);
    let line = "migrate terraform/logs --out shop";
    person.run(line).exits(3).complains("NoSuchBucket").complains("s3://acme-terraform/shop/logs.tfstate");
    put(&cloud, "other", "");
    person.run(line).exits(1).complains("there is no state").complains("s3://acme-terraform/shop/logs.tfstate");
    cloud.judge(|call| match call.service.as_str() {
        "s3" => call.refuse(403, "AccessDenied", "you may not"),
        _ => Verdict::Forward,
    });
    let ran = person.run(line).exits(3).complains("AccessDenied").complains("terraform state pull");
    ran.complains("s3://acme-terraform/shop/logs.tfstate").complains("nothing was written");
    cloud.let_through();
    let ran = person.run_without_credentials(line).exits(3).complains("without AWS credentials");
    ran.complains("s3://acme-terraform/shop/logs.tfstate").complains("terraform state pull");
    person.has_nothing();
}

/// Every file and word of a command that holds the secret.
fn tellers(person: &Person, ran: &Ran) -> Vec<PathBuf> {
    let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(SECRET);
    assert!(!holds(ran.out.as_bytes()) && !holds(ran.err.as_bytes()), "{ran:#?}");
    let terraform = person.stack.beside("terraform");
    let files = person.stack.files().into_iter().filter(|(path, _)| !path.starts_with(&terraform));
    files.filter(|(_, bytes)| holds(bytes)).map(|(path, _)| path).collect()
}

fn secretive(cloud: Option<&Cloud>) -> Person {
    let (arn, version) = match cloud {
        Some(cloud) => {
            let body = json!({ "Name": "shop/api", "SecretString": SECRET });
            let made = cloud.json("secretsmanager", "secretsmanager.CreateSecret", &body);
            let said = |name: &str| made[name].as_str().expect("a text").to_owned();
            (said("ARN"), said("VersionId"))
        }
        None => {
            let arn = format!("arn:aws:secretsmanager:us-east-1:{}:secret:shop/api-AbCdEf", sandbox::ACCOUNT);
            (arn, "11111111-2222-3333-4444-555555555555".to_owned())
        }
    };
    let [holder, content] = secret(&arn, &version, SECRET);
    let state = state(&[log_group("/shop/app", 14), holder, content]);
    let person = cloud.map_or_else(Person::offline, Person::at);
    let values = format!("api_key = \"{SECRET}\"\n");
    person
        .with("terraform/logs/secret.tf", SECRETIVE)
        .with("terraform/logs/terraform.tfvars", &values)
        .with("terraform/logs/terraform.tfstate", &state)
}

#[test]
fn a_secret_is_written_nowhere_and_goes_along_to_the_bucket() {
    let cloud = Cloud::start();
    build(&cloud, "/shop/app", 14);
    let person = secretive(Some(&cloud));
    let ran = person.run("migrate terraform/logs --out shop").exits(0).says("Verified").says("api_key");
    assert_eq!(tellers(&person, &ran), Vec::<PathBuf>::new());
    nothing_changed(&cloud);

    let settings = person.text("shop/stack.toml");
    let shared = format!("{settings}\n[state]\nbucket = \"{BUCKET}\"\nlock_table = \"{TABLE}\"\n");
    let person = person.with("shop/stack.toml", &shared);
    person.run("plan shop").exits(3).complains("stackctl init");
    person.run("init shop").exits(0).says("carried over").says("3 resources");
    person.run("plan shop --detailed-exitcode").exits(0);
    let mut command = person.command("plan shop --detailed-exitcode");
    Ran::of("plan", command.env("STACKCTL_VAR_api_key", SECRET)).exits(0);
    let mut command = person.command("plan shop --detailed-exitcode");
    Ran::of("plan", command.env("STACKCTL_VAR_api_key", "another")).exits(2);
    person.run("init shop").exits(0);
    assert_eq!(tellers(&person, &ran), Vec::<PathBuf>::new());
}

#[test]
fn a_secret_in_a_file_that_would_go_along_stops_everything() {
    let person = secretive(None);
    let names = CONFIGURATION.replace("\"/shop/app\"", r#"split("\n", file("${path.module}/names.txt"))[0]"#);
    let person = person
        .with("terraform/logs/main.tf", &names)
        .with("terraform/logs/names.txt", &format!("/shop/app\n{SECRET}\n"));
    let ran = person.run("migrate terraform/logs --out shop --no-verify").exits(1);
    let ran = ran.complains("the secret `api_key`").complains("names.txt").complains("nothing was written");
    assert_eq!(tellers(&person, &ran), Vec::<PathBuf>::new());
    person.has_nothing();
    // Without it all is well.
    let person = person.with("terraform/logs/names.txt", "/shop/app\n");
    person.run("migrate terraform/logs --out shop --no-verify").exits(0);
    assert_eq!(tellers(&person, &ran), Vec::<PathBuf>::new());
}

/// Starts a command, interrupts it in the middle of a call, and waits for its end.
fn interrupted(cloud: &Cloud, person: &Person, line: &str, operation: &'static str) -> Ran {
    let (gate, there) = (Gate::shut(), Gate::shut());
    let (mine, seen) = (gate.clone(), there.clone());
    cloud.judge(move |call| {
        if call.name() != operation {
            return Verdict::Forward;
        }
        seen.open();
        Verdict::Hold(mine.clone())
    });
    let mut command = person.command(line);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    while !there.is_open() && child.try_wait().expect("it can be waited for").is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let kill = Command::new("/bin/sh").args(["-c", &format!("kill -INT {}", child.id())]).status();
    assert!(kill.expect("a shell").success());
    let ran = Ran::after(line, child);
    gate.open();
    cloud.let_through();
    ran
}

#[test]
fn an_interrupt_leaves_all_or_nothing() {
    let cloud = Cloud::start();
    build(&cloud, "/shop/app", 14);
    put(&cloud, "shop/logs.tfstate", &state(&[log_group("/shop/app", 14)]));
    let person = Person::at(&cloud).with("terraform/logs/backend.tf", BACKEND);
    let line = "migrate terraform/logs --out shop";
    interrupted(&cloud, &person, line, "s3:GET /{bucket}/{key}").exits(130);
    person.has_nothing();
    // While AWS is asked, everything is written and reported.
    interrupted(&cloud, &person, line, "logs:DescribeLogGroups").exits(130).says("Wrote shop");
    assert_eq!(person.beside(), ["shop"]);
    person.run("plan shop --detailed-exitcode").exits(0);
}
