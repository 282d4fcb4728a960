//! Terraform's folders on disk.

use std::io::ErrorKind;
use std::path::Path;

use migrate::request::Disk;

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

/// Nothing is this folder.
fn path(text: &str) -> &Path {
    Path::new(if text.is_empty() { "." } else { text })
}

#[cfg(test)]
mod tests {
    use super::*;

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
