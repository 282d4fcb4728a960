//! What layers are called.
//!
//! In: the paths of their folders or states. Out: short names, each one of a kind. It must not
//! know what is in them.

use crate::terraform::backend::Location;

/// The parts that a name is made of, the outermost first; never empty.
pub(super) type Named = Vec<String>;

/// Names that say nothing by themselves.
const GENERIC: [&str; 4] = ["terraform", "tf", "infra", "src"];

pub(super) fn of_folder(folder: &str) -> Named {
    named(folder.split('/'))
}

/// The name of the file or object, or of the folder that it lies in when it is `terraform.tfstate`.
pub(super) fn of_state(location: &Location) -> Named {
    let path = match location {
        Location::Local { path, .. } => path,
        Location::S3 { key, .. } => key,
        Location::Other { kind, .. } => kind,
    };
    let endings = [".json", ".tfstate"];
    let path = endings.into_iter().fold(path.as_str(), |path, ending| path.strip_suffix(ending).unwrap_or(path));
    let path = path.strip_suffix("/terraform").filter(|it| !it.is_empty()).unwrap_or(path);
    named(path.split('/'))
}

/// Names that differ: as many parts as it takes, then numbers.
pub(super) fn distinct(named: &[Named]) -> Vec<String> {
    let is_generic = |it: &Named| it.len() > 1 && it.last().is_some_and(|it| GENERIC.contains(&it.as_str()));
    let mut depths: Vec<usize> = named.iter().map(|it| if is_generic(it) { 2 } else { 1 }).collect();
    loop {
        let names: Vec<String> = named.iter().zip(&depths).map(|(it, depth)| joined(it, *depth)).collect();
        let is_shared = |name: &String| names.iter().filter(|it| *it == name).count() > 1;
        let mut is_final = true;
        for (index, depth) in depths.iter_mut().enumerate() {
            if is_shared(&names[index]) && *depth < named[index].len() {
                *depth += 1;
                is_final = false;
            }
        }
        if is_final {
            return numbered(names);
        }
    }
}

fn named<'a>(parts: impl Iterator<Item = &'a str>) -> Named {
    let parts: Named = parts.filter(|it| *it != "..").map(clean).filter(|it| !it.is_empty()).collect();
    if parts.is_empty() { vec!["main".to_owned()] } else { parts }
}

/// Lower case letters, digits, `_` and `-`; everything else becomes `-`.
fn clean(part: &str) -> String {
    let is_kept = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_' || it == '-';
    let clean = part.chars().map(|it| it.to_ascii_lowercase()).map(|it| if is_kept(it) { it } else { '-' });
    clean.collect::<String>().trim_matches('-').to_owned()
}

/// The last parts of a name; `stack` is what the manifest itself is called.
fn joined(named: &Named, depth: usize) -> String {
    match named[named.len() - depth..].join("-") {
        name if name == "stack" => "stack-layer".to_owned(),
        name => name,
    }
}

/// A name that is still there twice gets a number.
fn numbered(names: Vec<String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in &names {
        let is_free = |it: &String| !found.contains(it) && (it == name || !names.contains(it));
        let candidates = (2..).map(|number| format!("{name}-{number}"));
        let free = std::iter::once(name.clone()).chain(candidates).find(is_free);
        found.extend(free);
    }
    found
}
