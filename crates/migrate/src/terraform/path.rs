//! Paths as texts, with `/` between folders.
//!
//! In: paths as people and Terraform write them. Out: the same paths, joined and without detours.
//! It must not know what lies there.

/// A path below a folder; an absolute one stays what it is.
#[must_use]
pub fn join(folder: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    match folder.trim_end_matches('/') {
        "" if folder.starts_with('/') => format!("/{path}"),
        "" | "." => path.to_owned(),
        folder => format!("{folder}/{path}"),
    }
}

/// A path without `.`, without `..` after a folder, and without double or closing slashes; `.` is
/// the folder where one stands.
#[must_use]
pub fn normal(path: &str) -> String {
    let is_absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(&last)) if last != ".." => {
                parts.pop();
            }
            ("..", None) if is_absolute => {}
            _ => parts.push(part),
        }
    }
    match (is_absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The folder that a normal path lies in: `.` for a bare name.
#[must_use]
pub fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) => "/",
        Some((folder, _)) => folder,
        None => ".",
    }
}

/// The last part of a path.
#[must_use]
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
