//! Six Terraform layers become one manifest: nothing in AWS or in Terraform's states changes, the
//! next plan is empty, and from then on it is a stack like any other.
//!
//! In: the layers under `crates/migrate/tests/layers`, applied by real Terraform where it is at
//! hand, else their states as they were captured. Out: pass or fail; a test that needs Terraform
//! and has none says so and passes.

use std::io::Write;
use std::path::{Path, PathBuf};

use sandbox::Call;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::program::{Ran, Stack};
use crate::terraform::{self, LAYERS, STATES, terraform_at_hand};

/// The secrets of the layers: they stand in their variable files, in their states, and in the task
/// definition.
const SECRETS: [(&str, &str); 2] =
    [("db_password", "canary-db-password-7d1f"), ("admin_password", "canary-admin-password-c93e")];

/// The one resource of a type that stackctl has not, and its layer.
const UNSUPPORTED: (&str, &str) = ("aws-rds", "aws_ssm_parameter.db_password");

/// The resources of the first layer, in the order of their addresses.
const BUCKET: &str = "aws_s3_bucket.states
aws_s3_bucket_public_access_block.states
aws_s3_bucket_server_side_encryption_configuration.states
aws_s3_bucket_versioning.states
";

/// A stack whose manifest does not exist yet, beside Terraform's layers.
struct Takeover {
    stack: Stack,
    /// Everything that was said, for what must not be in it.
    heard: Vec<Ran>,
}

impl Takeover {
    fn beside_layers(cloud: &Cloud) -> Self {
        let stack = Stack::of(cloud, &[]);
        std::fs::remove_dir(stack.manifest()).expect("an empty folder");
        terraform::copy_layers(&stack.beside("terraform"));
        Self { stack, heard: Vec::new() }
    }

    /// Takes the layers over into a folder beside them.
    #[track_caller]
    fn migrate(&mut self, out: &str, options: &str) -> &Ran {
        let line = format!("migrate {} --out ../{out} --name wordpress {options}", LAYERS.join(" "));
        let mut command = self.stack.command(line.split_whitespace());
        command.current_dir(self.stack.beside("terraform"));
        let ran = Ran::of(&line, &mut command).exits(0);
        self.note(ran)
    }

    /// Runs a command on the manifest that was written.
    fn run(&mut self, line: &str) -> &Ran {
        let ran = self.stack.run(line);
        self.note(ran)
    }

    fn note(&mut self, ran: Ran) -> &Ran {
        self.heard.push(ran);
        self.heard.last().expect("just noted")
    }

    /// Fails if a secret is in a file of the folder or in what was said.
    #[track_caller]
    fn tells_no_secret(&self, folder: &str) {
        let folder = self.stack.beside(folder);
        let files = self.stack.files().into_iter().filter(|(path, _)| path.starts_with(&folder));
        let mut texts: Vec<(String, String)> = files
            .map(|(path, bytes)| (path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()))
            .collect();
        assert!(texts.len() > LAYERS.len(), "a manifest and its state: {texts:#?}");
        texts.extend(self.heard.iter().map(|it| ("what was said".to_owned(), format!("{}\n{}", it.out, it.err))));
        for (place, text) in &texts {
            for (name, secret) in SECRETS {
                assert!(!text.contains(secret), "{place} holds {name}:\n{text}");
            }
        }
    }

    /// Writes one more task into the manifest, where the variable that Terraform had is declared.
    fn want_one_more_task(&self) {
        let header = "[variables.desired_count]";
        let declares = |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.contains(header));
        let path = manifest_files(&self.stack.manifest()).into_iter().find(declares).expect("the variable");
        let text = std::fs::read_to_string(&path).expect("readable");
        let (before, block) = text.split_once(header).expect("just found");
        assert!(block.split("\n\n").next().is_some_and(|it| it.contains("= 1\n") || it.ends_with("= 1")), "{text}");
        std::fs::write(path, format!("{before}{header}{}", block.replacen("= 1", "= 2", 1))).expect("written");
    }
}

/// The files of a manifest, in the order of their names.
fn manifest_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a manifest").map(|it| it.expect("an entry").path());
    let mut files: Vec<PathBuf> = entries.filter(|it| it.extension().is_some_and(|it| it == "toml")).collect();
    files.sort();
    files
}

/// Says past the test harness, which keeps what a passing test prints, that a test was left out.
fn left_out(test: &str, why: &str) {
    std::io::stderr().write_all(format!("LEFT OUT: {test}: {why}\n").as_bytes()).expect("stderr");
}

/// The operations that changed something since the last time.
fn mutations(cloud: &Cloud) -> Vec<String> {
    cloud.take_calls().iter().filter(|it| it.mutates()).map(Call::name).collect()
}

#[test]
fn what_terraform_built_is_taken_over_and_goes_on() {
    let terraform = match terraform_at_hand() {
        Ok(terraform) => terraform,
        Err(why) => return left_out("what_terraform_built_is_taken_over_and_goes_on", &why),
    };
    let cloud = Cloud::start();
    let untouched = cloud.inventory();
    let mut takeover = Takeover::beside_layers(&cloud);
    terraform.apply_layers(&cloud, &takeover.stack.beside("terraform"));
    let states = terraform::states(&cloud);
    let built = cloud.inventory();
    cloud.take_calls();

    takeover.migrate("manifest", "");
    takeover.run("validate");
    takeover.run("fmt --check");
    takeover.run("plan --detailed-exitcode");
    // Who has the values may give them: they are what is there.
    let given: Vec<String> = SECRETS.iter().map(|(name, secret)| format!("--var {name}={secret}")).collect();
    let ran = takeover.stack.run(&format!("plan --detailed-exitcode {}", given.join(" ")));
    takeover.note(ran);
    all_ended_well(&takeover);
    secrets_in_the_manager_are_all_that_changes(&mut takeover);
    assert_eq!(mutations(&cloud), Vec::<String>::new(), "nobody changed anything");
    assert_eq!(terraform::states(&cloud), states);

    one_more_task(&cloud, &mut takeover);
    assert_eq!(cloud.inventory(), built);
    assert_eq!(terraform::states(&cloud), states);
    takeover.tells_no_secret("manifest");
    everything_goes_but_the_bucket(&cloud, &mut takeover);
    let mut left = untouched;
    left.push(format!("bucket {STATES}"));
    left.sort();
    assert_eq!(cloud.inventory(), left);
    takeover.tells_no_secret("manifest");
}

/// With secrets in Secrets Manager the plan shows them, what reads them, and nothing else.
fn secrets_in_the_manager_are_all_that_changes(takeover: &mut Takeover) {
    let report = takeover.migrate("managed", "--secrets manager --json").json();
    let verification = &report["verification"];
    assert_eq!(verification["verified"], true, "{verification:#}");
    let changes = verification["changes"].as_array().expect("changes");
    let mut changes: Vec<String> = changes
        .iter()
        .filter_map(|it| Some(format!("{} {}", it["action"].as_str()?, it["address"].as_str()?)))
        .collect();
    changes.sort_unstable();
    let expect = [
        "create aws_secretsmanager_secret.admin_password",
        "create aws_secretsmanager_secret.db_password",
        "create aws_secretsmanager_secret_version.admin_password",
        "create aws_secretsmanager_secret_version.db_password",
        "replace aws_ecs_task_definition.wordpress",
        "update aws_db_instance.wordpress",
        "update aws_ecs_service.wordpress",
    ];
    assert_eq!(changes, expect);
    takeover.tells_no_secret("managed");
}

#[track_caller]
fn all_ended_well(takeover: &Takeover) {
    for ran in &takeover.heard {
        assert_eq!(ran.code, Some(0), "{ran:#?}");
    }
}

/// Changes the number of tasks in the manifest, and nothing else changes.
fn one_more_task(cloud: &Cloud, takeover: &mut Takeover) {
    takeover.want_one_more_task();
    let ran = takeover.run("plan --json --detailed-exitcode");
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    let plan = ran.json();
    let changes = plan["changes"].as_array().expect("changes");
    assert_eq!(changes.len(), 1, "{changes:#?}");
    assert_eq!((&changes[0]["kind"], &changes[0]["action"]), (&json!("aws_ecs_service"), &json!("update")));
    let attribute =
        json!({ "path": "desired_count", "before": 1, "after": 2, "cause": "manifest", "effect": "in-place" });
    assert_eq!(changes[0]["attributes"], json!([attribute]));
    assert_eq!((&plan["drift"], &plan["outputs"]), (&json!([]), &json!({})));

    cloud.take_calls();
    let ran = takeover.run("apply --yes");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(mutations(cloud), ["ecs:UpdateService"]);
    let ran = takeover.run("plan --detailed-exitcode");
    assert_eq!(ran.code, Some(0), "{ran:#?}");
}

/// The bucket is protected, as it was before; all other layers go.
fn everything_goes_but_the_bucket(cloud: &Cloud, takeover: &mut Takeover) {
    cloud.take_calls();
    let ran = takeover.run("destroy --yes");
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    for expect in ["prevent_destroy", "aws_s3_bucket.states"] {
        assert!(ran.err.contains(expect), "{expect} {ran:#?}");
    }
    assert_eq!(mutations(cloud), Vec::<String>::new());
    let others: Vec<String> = LAYERS[1..].iter().map(|layer| format!("--layer {layer}")).collect();
    let ran = takeover.run(&format!("destroy --yes {}", others.join(" ")));
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(takeover.run("state list").out, BUCKET);
}

#[test]
fn the_captured_states_become_a_manifest() {
    let cloud = Cloud::start();
    terraform::put_captured(&cloud);
    let mut takeover = Takeover::beside_layers(&cloud);
    let report = takeover.migrate("manifest", "--no-verify --json").json();
    let calls = cloud.take_calls();
    assert!(calls.iter().all(|it| it.service == "s3" && !it.mutates()), "states are read, nothing else: {calls:#?}");

    takeover.run("validate");
    takeover.run("fmt --check");
    all_ended_well(&takeover);
    let names = manifest_files(&takeover.stack.manifest());
    let mut names: Vec<String> = names.iter().filter_map(|it| Some(it.file_stem()?.to_str()?.to_owned())).collect();
    names.sort_unstable();
    let mut expect = [LAYERS.as_slice(), &["stack"]].concat();
    expect.sort_unstable();
    assert_eq!(names, expect);
    everything_is_accounted_for(&report);
    takeover.tells_no_secret("manifest");
}

/// Fails unless the report has every address of every state, the one that is not carried over as
/// such, and the secrets.
fn everything_is_accounted_for(report: &Value) {
    let layers = report["layers"].as_array().expect("layers");
    let names: Vec<&Value> = layers.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, LAYERS);
    let mut unsupported = Vec::new();
    for layer in layers {
        let name = layer["name"].as_str().expect("a name");
        let resources = layer["resources"].as_array().expect("resources");
        for address in terraform::addresses(&terraform::captured(name)) {
            assert!(resources.iter().any(|it| it["terraform"] == address.as_str()), "{name}: {address}: {layer:#}");
        }
        let left = resources.iter().filter(|it| it["fate"] == "unsupported");
        unsupported.extend(left.map(|it| (name, it["terraform"].as_str().expect("an address"))));
    }
    assert_eq!(unsupported, [UNSUPPORTED]);
    let secrets = report["secrets"].as_array().expect("secrets");
    let mut now: Vec<&str> = secrets.iter().filter_map(|it| it["now"].as_str()).collect();
    now.sort_unstable();
    assert_eq!(now, ["var.admin_password", "var.db_password"]);
}

#[test]
fn secrets_go_to_secrets_manager_if_that_is_wanted() {
    let cloud = Cloud::start();
    terraform::put_captured(&cloud);
    let mut takeover = Takeover::beside_layers(&cloud);
    takeover.migrate("manifest", "--no-verify --secrets manager");
    takeover.run("validate");
    takeover.run("fmt --check");
    all_ended_well(&takeover);
    let files = manifest_files(&takeover.stack.manifest());
    let texts: String = files.iter().map(|it| std::fs::read_to_string(it).expect("readable")).collect();
    assert!(texts.contains("[resource.aws_secretsmanager_secret_version."), "{texts}");
    takeover.tells_no_secret("manifest");
}
