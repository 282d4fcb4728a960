//! A manifest as it was committed: its texts, read by git.
//!
//! In: a revision and a path. Out: texts. Nothing is checked out, and nothing in the repository
//! changes.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use model::source::{Files, Sources};

use crate::failure::Failure;

/// A folder in a commit.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Where git is run.
    at: PathBuf,
    /// What the user calls the commit, as `origin/main`.
    name: String,
    /// Its tree.
    tree: String,
    /// The folder, relative to the repository, with `/`; empty for the whole.
    folder: String,
    /// The texts of the folder by their paths in it, each as git names its content.
    blobs: BTreeMap<String, String>,
}

impl Revision {
    /// The folder that `REV:PATH` means; `PATH` is relative to the repository, as git has it.
    ///
    /// # Errors
    /// There is no git, no repository, no such revision, or no manifest in that folder.
    pub fn of_path(revision: &str, path: &str) -> Result<Self, Failure> {
        let folder = path.strip_suffix("stack.toml").unwrap_or(path);
        let is_from_here = matches!(folder.split('/').next(), Some("." | ".."));
        let folder = match is_from_here {
            true => joined(&prefix(Path::new("."))?, folder)
                .ok_or_else(|| Failure::wrong("no-manifest", format!("`{path}` leads out of the repository")))?,
            false => folder.to_owned(),
        };
        let found = Self::open(Path::new("."), revision, &folder)?;
        if !found.has_manifest() {
            let message = format!("there is no stack.toml in `{}` at `{revision}`", shown(&found.folder));
            return Err(Failure::wrong("no-manifest", message)
                .help("the path is relative to the repository; `./PATH` is relative to this folder"));
        }
        Ok(found)
    }

    /// The same folder as one of the work tree, as it was at a revision.
    ///
    /// # Errors
    /// There is no git, no repository, or no such revision. That the manifest was not there yet
    /// is none: see [`Revision::has_manifest`].
    pub fn of_folder(revision: &str, folder: &Path) -> Result<Self, Failure> {
        Self::open(folder, revision, &prefix(folder)?)
    }

    /// Whether a manifest was there.
    pub fn has_manifest(&self) -> bool {
        self.blobs.contains_key("stack.toml")
    }

    /// Whether a manifest has an environment of that name.
    pub fn has_environment(&self, name: &str) -> bool {
        self.blobs.contains_key(&format!("environments/{name}.toml"))
    }

    /// What it is called in headings, as `origin/main:manifests/wordpress`.
    pub fn name(&self) -> String {
        format!("{}:{}", abridged(&self.name), shown(&self.folder))
    }

    /// What stands before the paths of its texts on screen.
    pub fn root(&self) -> String {
        format!("{}:{}", abridged(&self.name), self.path())
    }

    /// What stands before the paths of its texts in the repository.
    pub fn path(&self) -> String {
        if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) }
    }

    /// The texts: `stack.toml`, the layers by name, the environment asked for.
    ///
    /// # Errors
    /// A text that is not UTF-8, or git fails.
    pub fn sources(&self, environment: Option<&str>) -> Result<Sources, Failure> {
        let environment = environment.map(|it| format!("environments/{it}.toml"));
        let is_layer = |path: &&String| !path.contains('/') && path.ends_with(".toml");
        let mut paths: Vec<&String> = self.blobs.keys().filter(is_layer).collect();
        paths.sort_by_key(|path| (*path != "stack.toml", *path));
        paths.extend(environment.as_ref().filter(|it| self.blobs.contains_key(*it)));
        let mut sources = Sources::default();
        for (path, text) in paths.iter().zip(self.contents(&paths)?) {
            let text = String::from_utf8(text)
                .map_err(|_| Failure::wrong("unreadable", format!("`{}{path}` is not UTF-8", self.root())))?;
            sources.add(path.as_str(), text);
        }
        let environments = self.blobs.keys().filter_map(|it| it.strip_prefix("environments/")?.strip_suffix(".toml"));
        sources.environments = environments.map(str::to_owned).collect();
        Ok(sources)
    }

    fn open(at: &Path, revision: &str, folder: &str) -> Result<Self, Failure> {
        let commit = format!("{revision}^{{tree}}");
        let tree =
            git(at, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], &[]).map_err(|wrong| {
                let help = "fetch it first: a shallow clone in CI has only its own commit (`fetch-depth: 0`)";
                if !wrong.is_about_the_name() {
                    return Failure::from(wrong);
                }
                Failure::wrong("unknown-revision", format!("git knows no revision `{revision}`")).help(help)
            })?;
        let tree = String::from_utf8_lossy(&tree).trim().to_owned();
        let folder = folder.trim_matches('/').to_owned();
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", &tree, "--"];
        let inside = format!("{folder}/");
        if !folder.is_empty() {
            arguments.push(&inside);
        }
        let listed = git(at, &arguments, &[])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let entry = |line: &str| {
            // `100644 blob 3b18e5… TAB path`
            let (about, path) = line.split_once('\t')?;
            let path = if folder.is_empty() { path } else { path.strip_prefix(&inside)? };
            let mut about = about.split(' ').skip(1);
            (about.next() == Some("blob")).then(|| Some((path.to_owned(), about.next()?.to_owned())))?
        };
        let blobs = listed.split('\0').filter_map(entry).collect();
        Ok(Self { at: at.to_owned(), name: revision.to_owned(), tree, folder, blobs })
    }

    /// The contents of texts, by one process for all.
    fn contents(&self, paths: &[&String]) -> Result<Vec<Vec<u8>>, Failure> {
        let names: Vec<u8> = paths.iter().flat_map(|it| format!("{}\n", self.blobs[*it]).into_bytes()).collect();
        let told = git(&self.at, &["cat-file", "--batch"], &names)?;
        let mut rest = told.as_slice();
        let mut contents = Vec::new();
        for path in paths {
            let content = next(&mut rest).ok_or_else(|| {
                Failure::environment("git", format!("git did not tell what is in `{}{path}`", self.root()))
            })?;
            contents.push(content);
        }
        Ok(contents)
    }
}

impl Files for Revision {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let missing = || format!("cannot read `{path}`: it is not there at `{}`", self.name);
        let full = joined(&self.folder, path).ok_or_else(missing)?;
        let blob = format!("{}:{full}", self.tree);
        git(&self.at, &["cat-file", "blob", &blob], &[]).map_err(|_| missing())
    }
}

/// One answer of `git cat-file --batch`: `NAME blob SIZE`, a line break, the content, another.
fn next(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|it| *it == b'\n')?;
    let (header, after) = (std::str::from_utf8(&rest[..end]).ok()?, &rest[end + 1..]);
    let size: usize = header.rsplit(' ').next()?.parse().ok()?;
    let content = after.get(..size)?.to_vec();
    *rest = after.get(size + 1..)?;
    Some(content)
}

/// Where a folder stands in its repository: empty at the top, else ending in `/`.
fn prefix(folder: &Path) -> Result<String, Failure> {
    let prefix = git(folder, &["rev-parse", "--show-prefix"], &[])?;
    Ok(String::from_utf8_lossy(&prefix).trim_end_matches('\n').to_owned())
}

/// A path in a folder of the repository; `None` where it leads out of it.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// A revision as people read it: of a whole commit id, as pipelines give it, the beginning.
fn abridged(revision: &str) -> &str {
    let is_id = revision.len() >= 40 && revision.bytes().all(|it| it.is_ascii_hexdigit());
    if is_id { &revision[..12] } else { revision }
}

fn shown(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

/// Why git did not answer.
struct GitFailed {
    /// What it said; `None` where it could not be run.
    said: Option<String>,
    why: String,
}

impl GitFailed {
    /// Whether git ran in a repository, and did not find what was named.
    fn is_about_the_name(&self) -> bool {
        self.said.as_ref().is_some_and(|said| !said.contains(NO_REPOSITORY))
    }
}

/// What git says outside of every repository.
const NO_REPOSITORY: &str = "not a git repository";

impl From<GitFailed> for Failure {
    fn from(wrong: GitFailed) -> Self {
        match wrong.said {
            Some(said) if said.contains(NO_REPOSITORY) => Self::wrong("no-repository", "this is no git repository")
                .help("compare two folders: `stackctl diff OLD NEW`"),
            Some(_) => Self::environment("git", wrong.why),
            None => {
                Self::environment("git", wrong.why).help("install git, or compare two folders: `stackctl diff OLD NEW`")
            }
        }
    }
}

fn git(at: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitFailed> {
    let unable = |wrong: std::io::Error| GitFailed { said: None, why: format!("cannot run git: {wrong}") };
    let mut child = Command::new("git")
        .arg("-C")
        .arg(at)
        .args(arguments)
        // What it says is looked at.
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(unable)?;
    let done = std::thread::scope(|scope| {
        // Git may answer before it has read everything.
        if let Some(mut stdin) = child.stdin.take() {
            scope.spawn(move || stdin.write_all(input));
        }
        child.wait_with_output()
    });
    let done = done.map_err(unable)?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let said = String::from_utf8_lossy(&done.stderr).trim().to_owned();
    Err(GitFailed { why: format!("git {} failed: {said}", arguments[0]), said: Some(said) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_repository() {
        let cases = [
            ("manifests/wordpress", "policy.json", Some("manifests/wordpress/policy.json")),
            ("manifests/wordpress", "./a/../../shared/b.json", Some("manifests/shared/b.json")),
            ("", "a.json", Some("a.json")),
            ("", "../a.json", None),
            ("manifests", "/etc/passwd", None),
        ];
        for (folder, path, expect) in cases {
            assert_eq!(joined(folder, path).as_deref(), expect, "{folder} {path}");
        }
    }

    #[test]
    fn contents_are_told_one_after_the_other() {
        let mut rest = b"3b18 blob 4\na\nb\n\n77aa blob 0\n\n".as_slice();
        assert_eq!(next(&mut rest), Some(b"a\nb\n".to_vec()));
        assert_eq!(next(&mut rest), Some(Vec::new()));
        assert_eq!(next(&mut rest), None);
        assert_eq!(next(&mut b"3b18 missing\n".as_slice()), None);
    }
}
