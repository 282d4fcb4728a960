//! Terraform's folders on disk.

use std::io::ErrorKind;
use std::path::{Component, Path};

use migrate::request::Disk;
use migrate::terraform::path::normal;

/// Files as the system has them, under paths as people write them.
pub struct Files;

impl Disk for Files {
    fn list(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(path(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                if entry.path().is_dir() { name + "/" } else { name }
            })
            .collect();
        names.sort();
        names
    }

    fn read(&self, file: &str) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(path(file)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(missing) if matches!(missing.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(wrong) => Err(wrong.to_string()),
        }
    }
}

/// A folder by a path that ends in its name, as layers are called by it: `.` is `../NAME`.
pub fn named(source: &str) -> String {
    let last = Path::new(source).components().next_back();
    if matches!(last, Some(Component::Normal(_)) | None) {
        return source.to_owned();
    }
    let real = Path::new(source).canonicalize().ok();
    let name = real.as_deref().and_then(Path::file_name).map(|it| it.to_string_lossy());
    name.map_or_else(|| source.to_owned(), |name| normal(&format!("{source}/../{name}")))
}

/// Nothing is this folder.
fn path(text: &str) -> &Path {
    Path::new(if text.is_empty() { "." } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_its_name() {
        let here = std::env::current_dir().expect("a folder");
        let name = |it: &Path| it.file_name().expect("a name").to_string_lossy().into_owned();
        let parent = here.parent().expect("a folder above");
        for (source, expected) in [
            (".", format!("../{}", name(&here))),
            ("./", format!("../{}", name(&here))),
            ("..", format!("../../{}", name(parent))),
            ("src/..", format!("../{}", name(&here))),
            ("layers/vpc", "layers/vpc".to_owned()),
            ("layers/vpc/", "layers/vpc/".to_owned()),
            ("s3://bucket/key", "s3://bucket/key".to_owned()),
        ] {
            assert_eq!(named(source), expected, "{source}");
        }
    }

    #[test]
    fn folders_are_listed_and_files_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        std::fs::write(at("main.tf"), "# one").expect("written");
        std::fs::create_dir(at("modules")).expect("made");
        assert_eq!(Files.list(&at("")), ["main.tf", "modules/"]);
        assert_eq!(Files.list(&at("nothing")), Vec::<String>::new());
        assert_eq!(Files.read(&at("main.tf")), Ok(Some(b"# one".to_vec())));
        assert_eq!(Files.read(&at("other.tf")), Ok(None));
        assert_eq!(Files.read(&at("main.tf/below")), Ok(None));
        assert!(Files.read(&at("modules")).is_err());
    }
}
