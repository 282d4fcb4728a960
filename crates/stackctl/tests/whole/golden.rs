//! Texts that are kept in the repository and that people look at when they change.
//!
//! In: a path from the top of the repository, and what the program printed. Out: pass or fail; with
//! `STACKCTL_UPDATE_GOLDEN=1` the file is written anew instead.

use std::path::Path;

/// Fails unless the file says this, with the first line that differs.
#[track_caller]
pub fn is_golden(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os("STACKCTL_UPDATE_GOLDEN").is_some_and(|it| it == "1") {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        std::fs::write(&file, text).expect("written");
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if kept == text {
        return;
    }
    let (mut expected, mut found) = (kept.lines(), text.lines());
    let mut number = 1;
    loop {
        let (expect, have) = (expected.next(), found.next());
        assert!(
            expect == have && have.is_some(),
            "{path}:{number} is `{}`, expected `{}`; if that is meant, run again with STACKCTL_UPDATE_GOLDEN=1\n\n{text}",
            have.unwrap_or("(the end)"),
            expect.unwrap_or("(the end)"),
        );
        number += 1;
    }
}
