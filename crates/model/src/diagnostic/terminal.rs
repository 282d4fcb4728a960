//! Problems for people, the way a compiler shows them: the text underlined, what to do below.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use anstyle::{AnsiColor, Style};

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, Source, Sources, Span};

/// How to show problems.
#[derive(Clone, Copy, Debug)]
pub struct Terminal<'a> {
    /// Whether to colour.
    pub color: bool,
    /// How many columns there are.
    pub width: usize,
    /// Stands before each path, as `manifests/wordpress/`, so that it can be clicked.
    pub root: &'a str,
}

impl Terminal<'_> {
    /// All problems in the order given, and how many there are; empty if there are none.
    #[must_use]
    pub fn render(&self, sources: &Sources, diagnostics: &[Diagnostic]) -> String {
        let Some(summary) = summary(diagnostics) else { return String::new() };
        let base = if self.color { Renderer::styled() } else { Renderer::plain() };
        let renderer = base.term_width(self.width);
        let mut output = String::new();
        for diagnostic in diagnostics {
            output.push_str(&renderer.render(&self.groups(sources, diagnostic)));
            output.push_str("\n\n");
        }
        let failed = diagnostics.iter().any(|it| it.severity == Severity::Error);
        let color = if failed { AnsiColor::Red } else { AnsiColor::Yellow };
        let style = if self.color { Style::new().bold().fg_color(Some(color.into())) } else { Style::new() };
        format!("{output}{style}{summary}{style:#}\n")
    }

    fn groups<'a>(&self, sources: &'a Sources, it: &'a Diagnostic) -> Vec<Group<'a>> {
        let level = match it.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut group = Group::with_title(level.primary_title(&it.message).id(it.code));
        for (file, labels) in by_file(&it.labels) {
            let Some(source) = sources.get(file) else { continue };
            let annotations = labels.into_iter().map(|(main, label)| {
                let kind = if main { AnnotationKind::Primary } else { AnnotationKind::Context };
                let text = (!label.text.is_empty()).then_some(label.text.as_str());
                kind.span(range(source, label.span)).label(text)
            });
            group = group.element(self.snippet(source).annotations(annotations));
        }
        match (&it.fix, sources.get(it.fix.as_ref().map_or(FileId(u32::MAX), |it| it.span.file))) {
            (Some(fix), Some(source)) => {
                let title = it.help.as_deref().unwrap_or("replace it");
                let patch = Patch::new(range(source, fix.span), fix.replacement.as_str());
                let snippet = self.snippet(source).patch(patch);
                vec![group, Level::HELP.secondary_title(title).element(snippet)]
            }
            _ => match &it.help {
                Some(help) => vec![group.element(Level::HELP.message(help))],
                None => vec![group],
            },
        }
    }

    fn snippet<'a, T: Clone>(&self, source: &'a Source) -> Snippet<'a, T> {
        Snippet::source(&*source.text).path(format!("{}{}", self.root, source.path))
    }
}

/// `3 errors, 1 warning`; `None` if there is neither.
#[must_use]
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors = diagnostics.iter().filter(|it| it.severity == Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    let counted = |count: usize, noun: &str| match count {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{count} {noun}s")),
    };
    let parts: Vec<_> = counted(errors, "error").into_iter().chain(counted(warnings, "warning")).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Labels by file, the main one's file first; each says whether it is the main one.
fn by_file(labels: &[Label]) -> Vec<(FileId, Vec<(bool, &Label)>)> {
    let mut files: Vec<(FileId, Vec<(bool, &Label)>)> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let entry = (index == 0, label);
        match files.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, of_file)) => of_file.push(entry),
            None => files.push((label.span.file, vec![entry])),
        }
    }
    files
}

/// The bytes of a span, kept within the text and between its characters.
fn range(source: &Source, span: Span) -> Range<usize> {
    let start = source.text.floor_char_boundary(span.start as usize);
    let end = source.text.ceil_char_boundary(span.end as usize).min(source.text.len());
    start..end.max(start)
}
