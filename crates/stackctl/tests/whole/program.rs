//! The binary under test, run on a copy of a manifest.
//!
//! In: a cloud, a manifest, a command line. Out: what the program printed and how it ended. The
//! child sees nothing of this process's environment but the search path.

use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::cloud::Cloud;

/// A manifest in a folder of its own, and who works with it.
pub struct Stack {
    folder: TempDir,
    endpoint: String,
    person: Person,
}

/// Who runs commands, and where.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// The user's name.
    pub name: &'static str,
    /// The machine's name.
    pub host: &'static str,
    /// The access key, by which a proxy tells persons apart.
    pub key: &'static str,
}

/// Whose manifests are made here.
pub const ANN: Person = Person { name: "ann", host: "laptop", key: sandbox::ACCESS_KEY };

/// Who works on the same stack elsewhere.
pub const BOB: Person = Person { name: "bob", host: "desktop", key: "testing-bob" };

/// How a command went.
#[derive(Debug)]
pub struct Ran {
    /// What was run, for messages.
    line: String,
    /// The exit code; none for a process that was killed.
    pub code: Option<i32>,
    /// stdout.
    pub out: String,
    /// stderr.
    pub err: String,
}

/// A small stack: two log groups, and nothing that takes time.
pub const SMALL: [(&str, &str); 2] = [
    (
        "stack.toml",
        r#"[stack]
name = "small"

[provider.aws]
region = "us-east-1"

[variables.days]
type    = "number"
default = 7

[outputs.first]
value = "${aws_cloudwatch_log_group.first.name}"
"#,
    ),
    (
        "logs.toml",
        r#"[resource.aws_cloudwatch_log_group.first]
name              = "/small/first"
retention_in_days = "${var.days}"

[resource.aws_cloudwatch_log_group.second]
name = "${aws_cloudwatch_log_group.first.name}/second"
"#,
    ),
];

impl Stack {
    /// A copy of the shipped WordPress manifest.
    pub fn wordpress(cloud: &Cloud) -> Self {
        Self::shipped(cloud, "manifests/wordpress")
    }

    /// A copy of a manifest of this repository.
    pub fn shipped(cloud: &Cloud, manifest: &str) -> Self {
        let stack = Self::of(cloud, &[]);
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(manifest);
        for entry in std::fs::read_dir(shipped).expect("the shipped manifest") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|it| it == "toml") {
                let name = path.file_name().expect("a name");
                std::fs::copy(&path, stack.manifest().join(name)).expect("copied");
            }
        }
        stack
    }

    /// [`SMALL`].
    pub fn small(cloud: &Cloud) -> Self {
        Self::of(cloud, &SMALL)
    }

    /// A manifest of these files.
    pub fn of(cloud: &Cloud, files: &[(&str, &str)]) -> Self {
        Self::at(&cloud.endpoint(), files)
    }

    /// A manifest for commands that need no cloud: any call fails.
    pub fn offline(files: &[(&str, &str)]) -> Self {
        Self::at("http://127.0.0.1:9", files)
    }

    fn at(endpoint: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let stack = Self { folder, endpoint: endpoint.to_owned(), person: ANN };
        std::fs::create_dir(stack.manifest()).expect("a folder");
        files.iter().for_each(|(name, text)| stack.write(name, text));
        stack
    }

    /// The same manifest as Bob has it. Nothing else is shared: no state, no cache.
    pub fn twin(&self) -> Self {
        let twin = Self { person: BOB, ..Self::at(&self.endpoint, &[]) };
        for entry in std::fs::read_dir(self.manifest()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                std::fs::copy(&path, twin.manifest().join(path.file_name().expect("a name"))).expect("copied");
            }
        }
        twin
    }

    /// The folder of the manifest.
    pub fn manifest(&self) -> PathBuf {
        self.folder.path().join("manifest")
    }

    /// A path beside the manifest.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the manifest.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.manifest().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    /// The text of a file of the manifest.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.manifest().join(name)).expect("readable")
    }

    /// Replaces a text that stands in a file once.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {name}");
        self.write(name, &text.replace(from, to));
    }

    /// Replaces one of two texts, whichever stands in a file, by the other.
    pub fn flip(&self, name: &str, [one, other]: [&str; 2]) {
        let (from, to) = if self.text(name).contains(one) { (one, other) } else { (other, one) };
        self.edit(name, from, to);
    }

    /// Takes the tables out whose header begins like this, up to the next blank line.
    pub fn cut(&self, name: &str, header: &str) {
        let text = self.text(name);
        let kept: Vec<&str> = text
            .split("\n\n")
            .filter(|block| !block.lines().any(|line| line.trim_start_matches('[').starts_with(header)))
            .collect();
        assert!(kept.len() < text.split("\n\n").count(), "`{header}` in {name}");
        self.write(name, &(kept.join("\n\n").trim_end().to_owned() + "\n"));
    }

    /// The command, in the folder of the manifest.
    pub fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stackctl"));
        command
            .args(arguments)
            .current_dir(self.manifest())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path())
            .env("XDG_CACHE_HOME", self.folder.path().join("cache"))
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("USER", self.person.name)
            .env("HOSTNAME", self.person.host)
            .env("AWS_ACCESS_KEY_ID", self.person.key)
            .env("AWS_SECRET_ACCESS_KEY", sandbox::SECRET_KEY)
            .env("AWS_REGION", sandbox::REGION)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command line, as words between spaces.
    pub fn run(&self, line: &str) -> Ran {
        Ran::of(line, &mut self.command(line.split_whitespace()))
    }

    /// Starts a command and lets it run; its output is for [`Ran::after`].
    pub fn start(&self, line: &str) -> Child {
        let mut command = self.command(line.split_whitespace());
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// Every file that commands left in the manifest's folder, with what is in it.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), std::fs::read(&path).expect("readable")));
                }
            }
        }
        files
    }
}

/// Waits until a command that was started has said something on stderr. What was read until then is
/// no part of [`Ran::err`].
pub fn wait_for(child: &mut Child, text: &str) {
    let mut heard = String::new();
    let mut byte = [0];
    while child.stderr.as_mut().expect("piped").read(&mut byte).expect("readable") > 0 {
        heard.push(char::from(byte[0]));
        if heard.ends_with(text) {
            return;
        }
    }
    panic!("it ended without `{text}`:\n{heard}");
}

impl Ran {
    /// Runs a command to its end.
    pub fn of(line: &str, command: &mut Command) -> Self {
        Self::from(line, command.output().expect("the program runs"))
    }

    /// Waits for a command that was started.
    pub fn after(line: &str, child: Child) -> Self {
        Self::from(line, child.wait_with_output().expect("the program ends"))
    }

    fn from(line: &str, output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Self { line: line.to_owned(), code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Fails unless it ended like this.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stackctl {}\n{}\n{}", self.line, self.out, self.err);
        self
    }

    /// Fails unless stderr says this.
    #[track_caller]
    pub fn complains(self, text: &str) -> Self {
        assert!(self.err.contains(text), "`{text}` is missing: stackctl {}\n{}\n{}", self.line, self.out, self.err);
        self
    }

    /// Fails unless stdout says this.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.out.contains(text), "`{text}` is missing: stackctl {}\n{}\n{}", self.line, self.out, self.err);
        self
    }

    /// stdout as one JSON document, and nothing else.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|wrong| {
            panic!("not one JSON document: {wrong}: stackctl {}\n{}\n{}", self.line, self.out, self.err)
        })
    }

    /// stdout as one JSON event a line.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let event = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|wrong| panic!("not an event: {wrong}: {line}\n{}", self.err))
        };
        self.out.lines().map(event).collect()
    }

    /// The last event, which is the summary.
    #[track_caller]
    pub fn summary(&self) -> Value {
        let last = self.events().pop().expect("an event");
        assert_eq!(last["event"], "summary", "stackctl {}", self.line);
        last
    }
}
