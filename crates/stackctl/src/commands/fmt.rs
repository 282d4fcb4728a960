//! `stackctl fmt`

use std::path::Path;

use model::source::Sources;

use crate::args::Cli;
use crate::failure::{Exit, Failure};
use crate::load;

/// Gives every file of the manifest the one layout. A file with errors is left as it is, and no
/// file is written then.
pub fn run(cli: &Cli, check: bool) -> Result<Exit, Failure> {
    let folder = load::folder(cli)?;
    let mut changed = Vec::new();
    let (mut sources, mut problems) = (Sources::default(), Vec::new());
    for path in folder.all_files()? {
        let unreadable = |wrong| Failure::wrong("unreadable", format!("cannot read `{}`: {wrong}", path.display()));
        let text = std::fs::read_to_string(&path).map_err(unreadable)?;
        let file = sources.add(path.strip_prefix(&folder.path).unwrap_or(&path).to_string_lossy(), text.clone());
        match model::fmt::format(&text) {
            Ok(formatted) if formatted != text => changed.push((path, formatted)),
            Ok(_) => {}
            Err(found) => problems.extend(found.into_iter().map(|it| in_file(it, file))),
        }
    }
    if !problems.is_empty() {
        return Err(Failure::manifest(problems, sources, folder.root()));
    }
    for (path, formatted) in &changed {
        if !check {
            write(path, formatted)?;
        }
        outln!("{}", path.display());
    }
    Ok(if check && !changed.is_empty() { Exit::Pending } else { Exit::Done })
}

/// The formatter sees one text; its spans name the first.
fn in_file(mut problem: model::diagnostic::Diagnostic, file: model::source::FileId) -> model::diagnostic::Diagnostic {
    for label in &mut problem.labels {
        label.span.file = file;
    }
    problem
}

/// Written beside and renamed, so that a crash leaves the old text or the new.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |wrong: std::io::Error| {
        Failure::environment("unwritable", format!("cannot write `{}`: {wrong}", path.display()))
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)?;
    let permissions = std::fs::metadata(path).map_err(failed)?.permissions();
    file.as_file().set_permissions(permissions).map_err(failed)?;
    file.persist(path).map_err(|wrong| failed(wrong.error))?;
    Ok(())
}
