//! A manifest's folder on disk: its texts, its files, where its state lives.

use std::path::{Path, PathBuf};

use model::source::{Files, Sources};

use crate::failure::Failure;

/// A manifest on disk.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The folder, as given.
    pub path: PathBuf,
}

impl Folder {
    /// The manifest that a path means.
    ///
    /// # Errors
    /// There is none, with what to do about it.
    pub fn find(path: Option<&Path>) -> Result<Self, Failure> {
        let path = path.unwrap_or(Path::new("."));
        let missing = |what: String| {
            Failure::wrong("no-manifest", what).help("`stackctl new NAME` writes a small manifest to start from")
        };
        if path.is_file() {
            let parent = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
            if path.file_name().is_some_and(|name| name == "stack.toml") {
                return Ok(Self { path: parent.to_owned() });
            }
            return Err(missing(format!(
                "`{}` is no manifest: a manifest is a folder or its stack.toml",
                path.display()
            )));
        }
        if !path.is_dir() {
            return Err(missing(format!("there is no folder `{}`", path.display())));
        }
        if !path.join("stack.toml").is_file() {
            return Err(missing(format!("there is no stack.toml in `{}`", path.display())));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// The texts: `stack.toml`, the layers by name, the environment asked for.
    ///
    /// # Errors
    /// A file that cannot be read. An environment that is not there is the parser's to report.
    pub fn sources(&self, environment: Option<&str>) -> Result<Sources, Failure> {
        let mut sources = Sources::default();
        for path in self.files()? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            sources.add(name, read(&path)?);
        }
        sources.environments = self.environments();
        if let Some(name) = environment.filter(|name| sources.environments.iter().any(|it| it == name)) {
            let path = format!("environments/{name}.toml");
            let text = read(&self.path.join(&path))?;
            sources.add(path, text);
        }
        Ok(sources)
    }

    /// Every file that `fmt` looks after: the texts of all environments too.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn all_files(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = self.files()?;
        let environments = self.path.join("environments");
        if environments.is_dir() {
            files.extend(tomls(&environments)?);
        }
        Ok(files)
    }

    /// What stands before the paths of its texts on screen: nothing for this folder.
    pub fn root(&self) -> String {
        let path = self.path.to_string_lossy();
        if path == "." { String::new() } else { format!("{}/", path.trim_end_matches('/')) }
    }

    /// The folder of local state.
    pub fn state(&self) -> PathBuf {
        self.path.join(".stackctl")
    }

    fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut files = tomls(&self.path)?;
        files.sort_by_key(|path| (path.file_name().is_none_or(|name| name != "stack.toml"), path.clone()));
        Ok(files)
    }

    /// The names of the environments that there are.
    fn environments(&self) -> Vec<String> {
        let files = tomls(&self.path.join("environments")).unwrap_or_default();
        files.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect()
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.path.join(path)).map_err(|wrong| format!("cannot read `{path}`: {wrong}"))
    }
}

fn tomls(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |wrong: std::io::Error| {
        Failure::environment("unreadable", format!("cannot list `{}`: {wrong}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() && path.extension().is_some_and(|it| it == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|wrong| Failure::wrong("unreadable", format!("cannot read `{}`: {wrong}", path.display())))
}
