//! Checks on a manifest's text, as `validate` runs them.

use model::manifest::parse;
use model::source::{NoFiles, Sources};
use model::stack::{Options, resolve};

/// Resolves a manifest against the whole catalog and compares its problems, each as
/// `LINE CODE: MESSAGE; HELP`.
pub fn check(text: &str, expect: &[&str]) {
    let mut sources = Sources::default();
    sources.add("stack.toml", "[stack]\nname = \"test\"\n");
    sources.add("main.toml", text);
    let (manifest, mut problems) = parse(&sources, None);
    let options = Options { sources: &sources, variables: &Default::default(), files: &NoFiles };
    problems.extend(resolve(&manifest, &crate::catalog(), &options).1);
    let shown: Vec<String> = problems
        .iter()
        .map(|it| {
            let before = it.labels.first().map_or(0, |label| label.span.start as usize);
            let line = text[..before.min(text.len())].matches('\n').count() + 1;
            let help = it.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            format!("{line} {}: {}{help}", it.code, it.message)
        })
        .collect();
    assert_eq!(shown, expect, "{text}");
}
