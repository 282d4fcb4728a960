//! A git repository with manifests in it, for what is reviewed between revisions.
//!
//! In: files, commits, a command line. Out: what the program printed. Nothing of the machine's own
//! git settings counts, and no command has credentials or a cloud to reach.

use std::path::PathBuf;
use std::process::Command;

use crate::program::{Ran, Stack};

/// A repository of its own.
pub struct Repository {
    stack: Stack,
}

impl Repository {
    /// A repository whose first commit holds these files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let repository = Self { stack: Stack::offline(&[]) };
        std::fs::create_dir(repository.top()).expect("a folder");
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        files.iter().for_each(|(path, text)| repository.write(path, text));
        repository.commit();
        repository
    }

    /// The folder of the work tree.
    pub fn top(&self) -> PathBuf {
        self.stack.beside("repository")
    }

    /// A path outside of the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.stack.beside(name)
    }

    /// Writes a file of the work tree.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.top().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    }

    /// Replaces a text that stands in a file once.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.top().join(path)).expect("readable");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {path}");
        self.write(path, &text.replace(from, to));
    }

    /// Commits the work tree as it is.
    pub fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "--message=Change"]);
    }

    /// What git says.
    #[track_caller]
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments).current_dir(self.top());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR");
        let done = command.output().expect("git runs");
        assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("UTF-8")
    }

    /// The program in a folder of the repository, by somebody whom AWS does not know.
    pub fn command(&self, folder: &str, line: &str) -> Command {
        let mut command = self.stack.command(line.split_whitespace());
        command.current_dir(self.top().join(folder));
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
            command.env_remove(name);
        }
        command
    }

    /// Runs a command line at the top of the repository.
    pub fn run(&self, line: &str) -> Ran {
        self.run_in("", line)
    }

    /// Runs a command line in a folder of the repository.
    pub fn run_in(&self, folder: &str, line: &str) -> Ran {
        Ran::of(line, &mut self.command(folder, line))
    }
}
