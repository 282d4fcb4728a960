//! Problems for scripts: the document that `validate --json` prints.

use serde_json::{Map, Value, json};

use super::{Diagnostic, Label, Region, Severity};
use crate::source::{Sources, Span};

/// `{ "diagnostics": [ … ] }`. Files are relative to the manifest, lines and columns count from
/// 1, columns in characters, ends are exclusive. What has no place has nulls.
///
/// `labels` holds the related places, and the main one too where something is said about it.
#[must_use]
pub fn json(sources: &Sources, diagnostics: &[Diagnostic]) -> Value {
    let all: Vec<_> = diagnostics.iter().map(|it| diagnostic(sources, it)).collect();
    json!({ "diagnostics": all })
}

fn diagnostic(sources: &Sources, it: &Diagnostic) -> Value {
    let severity = match it.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let speaking = |(index, label): &(usize, &Label)| *index > 0 || !label.text.is_empty();
    let labels = it.labels.iter().enumerate().filter(speaking).map(|(_, it)| label(sources, it));
    let mut object = Map::new();
    object.insert("severity".into(), severity.into());
    object.insert("code".into(), it.code.into());
    object.insert("message".into(), it.message.as_str().into());
    object.insert("help".into(), it.help.as_deref().into());
    place(sources, it.labels.first().map(|it| it.span), &mut object);
    object.insert("labels".into(), labels.collect());
    Value::Object(object)
}

fn label(sources: &Sources, label: &Label) -> Value {
    let mut object = Map::new();
    object.insert("message".into(), label.text.as_str().into());
    place(sources, Some(label.span), &mut object);
    Value::Object(object)
}

fn place(sources: &Sources, span: Option<Span>, object: &mut Map<String, Value>) {
    let region = span.and_then(|it| Region::of(sources, it));
    let region = region.as_ref();
    object.insert("file".into(), region.map(|it| it.file).into());
    object.insert("line".into(), region.map(|it| it.start.line).into());
    object.insert("column".into(), region.map(|it| it.start.column).into());
    object.insert("end_line".into(), region.map(|it| it.end.line).into());
    object.insert("end_column".into(), region.map(|it| it.end.column).into());
}
