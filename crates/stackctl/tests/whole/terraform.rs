//! Real Terraform where it is at hand, and the six layers that it builds WordPress from.
//!
//! In: the layers under `crates/migrate/tests/layers`, and a cloud. Out: the layers applied, and
//! their states in the bucket that the first of them makes. What only an emulator needs (buckets
//! in paths, not in host names) is in override files, which are gone when it is done.
//!
//! With `STACKCTL_CAPTURE_STATES=1` the states are written back to the layers, for the tests that
//! need no Terraform.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cloud::{Answer, Cloud};

/// The layers in the order in which they are applied; each is the name of its folder and of its
/// object in the bucket.
pub const LAYERS: [&str; 6] = ["aws-s3-bucket", "aws-ecr", "aws-vpc", "aws-ecs", "aws-rds", "aws-ecs-wordpress"];

/// The bucket that holds the layers' states.
pub const STATES: &str = "acme-terraform-states";

/// The layer that makes the bucket, and so begins without it.
const FIRST: &str = LAYERS[0];

/// A provider that has to be downloaded first has this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What AWS's provider is called under a folder of providers.
/// <https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories>
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// A Terraform that can be run.
#[derive(Debug)]
pub struct Terraform {
    /// The folder that has its AWS provider.
    plugins: PathBuf,
}

/// The Terraform of this machine, with its AWS provider, or why there is none.
pub fn terraform_at_hand() -> Result<Terraform, String> {
    let version = command(Path::new(".")).arg("version").output();
    if !version.is_ok_and(|it| it.status.success()) {
        return Err("there is no `terraform` in PATH".to_owned());
    }
    if let Some(named) = std::env::var_os("STACKCTL_TERRAFORM_PLUGINS").map(PathBuf::from) {
        let missing = format!("STACKCTL_TERRAFORM_PLUGINS is {}, which has no {PROVIDER}", named.display());
        return if has_provider(&named) { Ok(Terraform { plugins: named }) } else { Err(missing) };
    }
    let plugins = installed().map_or_else(downloaded, Ok)?;
    Ok(Terraform { plugins })
}

/// Copies the layers and their modules to a folder, without the states that were captured.
pub fn copy_layers(to: &Path) {
    for name in LAYERS.iter().chain(&["modules"]) {
        copy(&shipped(name), &to.join(name));
    }
}

/// The state of a layer as it was captured.
pub fn captured(layer: &str) -> String {
    fs::read_to_string(shipped("states").join(format!("{layer}.tfstate"))).expect("a captured state")
}

/// Makes the bucket of the states and puts those that were captured there, past the proxy.
pub fn put_captured(cloud: &Cloud) {
    assert_eq!(s3(cloud, "PUT", "", "").status, 200, "the bucket");
    for layer in LAYERS {
        assert_eq!(s3(cloud, "PUT", &key(layer), &captured(layer)).status, 200, "{layer}");
    }
}

/// The states as they lie in the bucket, by layer, read past the proxy.
pub fn states(cloud: &Cloud) -> Vec<(&'static str, String)> {
    let state = |layer| {
        let answer = s3(cloud, "GET", &key(layer), "");
        assert_eq!(answer.status, 200, "{layer}: {}", answer.body);
        (layer, answer.body)
    };
    LAYERS.into_iter().map(state).collect()
}

/// The addresses of everything that a state holds, data sources too.
pub fn addresses(state: &str) -> Vec<String> {
    let state: Value = serde_json::from_str(state).expect("JSON");
    let text = |it: &Value, member: &str| it[member].as_str().unwrap_or_default().to_owned();
    let mut addresses = Vec::new();
    for resource in state["resources"].as_array().expect("resources") {
        let mode = if resource["mode"] == "data" { "data" } else { "" };
        let parts = [text(resource, "module"), mode.to_owned(), text(resource, "type"), text(resource, "name")];
        let address = parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(".");
        for instance in resource["instances"].as_array().expect("instances") {
            let index = &instance["index_key"];
            addresses.push(if index.is_null() { address.clone() } else { format!("{address}[{index}]") });
        }
    }
    addresses
}

impl Terraform {
    /// Initialises and applies the layers in a folder, one after another as a person would, and
    /// makes sure that Terraform has nothing more to do in any of them.
    pub fn apply_layers(&self, cloud: &Cloud, folder: &Path) {
        for layer in LAYERS {
            let work = Work { terraform: self, endpoint: cloud.endpoint(), folder: folder.join(layer) };
            let overrides = work.overrides();
            overrides.iter().for_each(|(name, text)| work.write(name, text));
            if layer == FIRST {
                work.build_bucket();
            } else {
                work.initialise(&[PATH_STYLE]);
                work.apply();
            }
            work.run(&["plan", "-input=false", "-detailed-exitcode"]);
            overrides.iter().for_each(|(name, _)| work.remove(name));
        }
        if std::env::var_os("STACKCTL_CAPTURE_STATES").is_some_and(|it| it == "1") {
            for (layer, state) in states(cloud) {
                fs::write(shipped("states").join(format!("{layer}.tfstate")), state).expect("written");
            }
        }
    }
}

/// The setting of a backend that looks for its bucket in the path.
/// <https://developer.hashicorp.com/terraform/language/backend/s3#configuration>
const PATH_STYLE: &str = "-backend-config=use_path_style=true";

/// Terraform at work in the folder of one layer.
struct Work<'a> {
    terraform: &'a Terraform,
    endpoint: String,
    folder: PathBuf,
}

impl Work<'_> {
    /// What the emulator needs beside the layer's own files.
    /// <https://developer.hashicorp.com/terraform/language/files/override>
    fn overrides(&self) -> Vec<(&'static str, String)> {
        let mut files =
            vec![("emulator_override.tf", "provider \"aws\" {\n  s3_use_path_style = true\n}\n".to_owned())];
        if let Ok(text) = fs::read_to_string(self.folder.join("remote_state.tf")) {
            let region = "    region = \"us-east-1\"\n";
            let both = format!("{region}    use_path_style = true\n");
            files.push(("remote_state_override.tf", text.replace(region, &both)));
        }
        files
    }

    /// The bucket cannot hold its own layer's state before it is there.
    fn build_bucket(&self) {
        let local = "backend_override.tf";
        self.write(local, "terraform {\n  backend \"local\" {}\n}\n");
        self.initialise(&[]);
        self.apply();
        self.remove(local);
        self.initialise(&["-migrate-state", "-force-copy", PATH_STYLE]);
    }

    fn initialise(&self, more: &[&str]) {
        let plugins = format!("-plugin-dir={}", self.terraform.plugins.display());
        self.run(&[&["init", "-input=false", plugins.as_str()], more].concat());
    }

    fn apply(&self) {
        self.run(&["apply", "-input=false", "-auto-approve"]);
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) {
        let mut command = command(&self.folder);
        command
            .args(arguments)
            .arg("-no-color")
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", sandbox::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", sandbox::SECRET_KEY)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        let ran = command.output().expect("terraform runs");
        let said = [ran.stdout, ran.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(ran.status.success(), "{}: terraform {}\n{said}", self.folder.display(), arguments.join(" "));
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).expect("written");
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.folder.join(name)).expect("removed");
    }
}

/// Terraform in a folder, with nothing of this process's environment but what it needs to be found
/// and to download.
fn command(folder: &Path) -> Command {
    let mut command = Command::new("terraform");
    command.current_dir(folder).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TF_CLI_CONFIG_FILE", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Without these it looks for its successor and tells what to type next.
    command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
    command
}

/// A folder of providers that somebody put where such folders are usual.
fn installed() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|it| Path::new(&it).join(".terraform.d"));
    let places = ["/opt", "/usr/local/share/terraform"].into_iter().map(PathBuf::from).chain(home);
    let mut folders: Vec<PathBuf> =
        places.flat_map(|place| fs::read_dir(place).into_iter().flatten().flatten()).map(|it| it.path()).collect();
    folders.sort();
    folders.into_iter().find(|it| has_provider(it))
}

/// The provider from the registry, downloaded once per target folder. What `init` leaves has the
/// layout of a folder of providers; its lock file is the last thing that it writes.
fn downloaded() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terraform");
    let plugins = folder.join(".terraform/providers");
    if folder.join(".terraform.lock.hcl").is_file() && has_provider(&plugins) {
        return Ok(plugins);
    }
    let io = |problem: std::io::Error| format!("{}: {problem}", folder.display());
    fs::create_dir_all(&folder).map_err(io)?;
    fs::copy(shipped("aws-ecr/versions.tf"), folder.join("versions.tf")).map_err(io)?;
    let mut init = command(&folder);
    init.args(["init", "-input=false", "-backend=false", "-no-color"]).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = init.spawn().map_err(io)?;
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().map_err(io)? {
            Some(status) => break status,
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(100)),
            None => {
                child.kill().and_then(|()| child.wait()).map_err(io)?;
                return Err(format!("its AWS provider could not be downloaded in {} s", PATIENCE.as_secs()));
            }
        }
    };
    if status.success() {
        return Ok(plugins);
    }
    let mut said = String::new();
    child.stderr.take().map(|mut it| it.read_to_string(&mut said)).transpose().map_err(io)?;
    let said = said.split_whitespace().filter(|it| !"╷│╵".contains(it)).collect::<Vec<_>>().join(" ");
    Err(format!("no folder of providers has its AWS provider, and it could not be downloaded: {said}"))
}

fn has_provider(folder: &Path) -> bool {
    folder.join(PROVIDER).is_dir()
}

fn key(layer: &str) -> String {
    format!("/{layer}/terraform.tfstate")
}

fn s3(cloud: &Cloud, method: &str, path: &str, body: &str) -> Answer {
    cloud.ask("s3", &format!("{method} /{STATES}{path}"), "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n", body)
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrate/tests/layers").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}
