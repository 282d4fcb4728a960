//! What a migration made, as files: the manifest, the states, the notes.

use std::path::{Component, Path};

use engine::store::{Key, LocalStore};
use migrate::request::Migration;
use model::state::State;

use super::target::Target;
use super::verify::planning;
use crate::args::Cli;
use crate::commands::new::IGNORED;
use crate::failure::{Exit, Failure};
use crate::folder::Folder;
use crate::home::sandbox_folder;
use crate::{connect, load};

/// The report beside the manifest: to be read, and deleted when it has been.
pub const NOTES: &str = "MIGRATION.md";

/// Writes everything, which then comes into place as a whole.
///
/// # Errors
/// What cannot be written; nothing is left over then.
pub async fn write(cli: &Cli, target: &Target, made: &Migration, notes: &str, key: &Key) -> Result<(), Failure> {
    let (staging, folder) = target.stage()?;
    let texts = made.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    let copies = made.copies.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    let ours = [(NOTES, notes.as_bytes()), (".gitignore", IGNORED.as_bytes())];
    for (path, bytes) in texts.chain(copies).chain(ours) {
        put(target, &folder, path, bytes)?;
    }
    for (environment, state) in &made.states {
        remember(cli, &folder, environment.as_deref(), state, key).await?;
    }
    target.put(&folder)?;
    drop(staging);
    Ok(())
}

/// Writes the notes once more, now that AWS was asked, and where else they were asked for.
///
/// # Errors
/// They cannot be written.
pub fn note(target: &Target, elsewhere: Option<&Path>, notes: &str) -> Result<(), Failure> {
    std::fs::write(target.path().join(NOTES), notes).map_err(|wrong| target.unwritable(&wrong))?;
    let Some(path) = elsewhere else { return Ok(()) };
    std::fs::write(path, notes)
        .map_err(|wrong| Failure::environment("unwritable", format!("cannot write `{}`: {wrong}", path.display())))
}

fn put(target: &Target, folder: &Path, path: &str, bytes: &[u8]) -> Result<(), Failure> {
    let is_below = Path::new(path).components().all(|it| matches!(it, Component::Normal(_)));
    if !is_below {
        let message = format!("`{path}` would lie outside of `{}`", target.path().display());
        return Err(Failure::new(Exit::Bug, "bug", message).help("this is a bug in stackctl: nothing was written"));
    }
    let file = folder.join(path);
    let parent = file.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(|wrong| target.unwritable(&wrong))?;
    std::fs::write(&file, bytes).map_err(|wrong| target.unwritable(&wrong))
}

/// Begins the history of an environment where later commands look for it. State names the endpoint
/// that it belongs to, which only the settings tell.
async fn remember(
    cli: &Cli,
    folder: &Path,
    environment: Option<&str>,
    state: &State,
    key: &Key,
) -> Result<(), Failure> {
    let cli = planning(cli, folder, environment);
    // A manifest that cannot be read is reported once it is in place.
    let provider = load::settings(&cli).map(|it| it.provider).unwrap_or_default();
    let configured = connect::prepare(&cli.options, &provider).await?;
    let local = Folder { path: folder.to_owned() }.state();
    let local = match &configured.run {
        Some(run) => sandbox_folder(&local, run, true),
        None => local,
    };
    let store = LocalStore::new(&local, environment, connect::no_lease());
    let state = State { endpoint: configured.endpoint(), ..state.clone() };
    match store.begin_with(state, key).await? {
        true => Ok(()),
        false => Err(Failure::new(Exit::Bug, "bug", "a new folder has a state already").help("nothing was written")),
    }
}
