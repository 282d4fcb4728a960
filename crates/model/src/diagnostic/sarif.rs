//! Problems for code scanning: SARIF 2.1.0.
//!
//! The format: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::collections::BTreeSet;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

use super::{Diagnostic, Label, Region, Severity};
use crate::source::{Sources, Span};

/// What a path in a URI cannot hold as it is.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A log of one run. `root` stands before each path, as `manifests/wordpress/`, so that it is
/// relative to the repository; `version` is stackctl's.
#[must_use]
pub fn sarif(sources: &Sources, diagnostics: &[Diagnostic], root: &str, version: &str) -> Value {
    let codes: BTreeSet<&str> = diagnostics.iter().map(|it| it.code).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let rules = codes.iter().map(|code| json!({ "id": code, "name": rule_name(code) })).collect();
    let writer = Writer { sources, root, codes: &codes };
    log(version, rules, diagnostics.iter().map(|it| writer.result(it)).collect())
}

/// The frame around the results of one run.
#[must_use]
pub fn log(version: &str, rules: Vec<Value>, results: Vec<Value>) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "stackctl", "semanticVersion": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A rule's name as SARIF wants it: `unknown-argument` is `UnknownArgument`.
#[must_use]
pub fn rule_name(code: &str) -> String {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    };
    code.split('-').map(capital).collect()
}

/// A file of a manifest whose paths begin with `root`.
#[must_use]
pub fn artifact(root: &str, file: &str) -> Value {
    let path = format!("{root}{file}");
    json!({ "uri": utf8_percent_encode(&path, ESCAPED).to_string() })
}

struct Writer<'a> {
    sources: &'a Sources,
    root: &'a str,
    codes: &'a [&'a str],
}

impl Writer<'_> {
    fn result(&self, it: &Diagnostic) -> Value {
        let level = match it.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let text = match &it.help {
            Some(help) => format!("{}\n{help}", it.message),
            None => it.message.clone(),
        };
        let mut result = json!({
            "ruleId": it.code,
            "ruleIndex": self.codes.binary_search(&it.code).ok(),
            "level": level,
            "message": { "text": text },
        });
        let (main, related) = match it.labels.split_first() {
            Some((main, related)) => (Some(main), related),
            None => (None, [].as_slice()),
        };
        // Code scanning refuses results without a location, so what has none is the manifest's.
        let place = main.and_then(|it| self.place(it.span)).or_else(|| self.manifest());
        if let Some(place) = place {
            result["locations"] = json!([{ "physicalLocation": place }]);
        }
        let related: Vec<_> = related.iter().zip(1..).filter_map(|(it, id)| self.related(it, id)).collect();
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        if let Some(fix) = self.fix(it) {
            result["fixes"] = json!([fix]);
        }
        result
    }

    fn related(&self, label: &Label, id: usize) -> Option<Value> {
        let place = self.place(label.span)?;
        let mut location = json!({ "id": id, "physicalLocation": place });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": label.text });
        }
        Some(location)
    }

    fn fix(&self, it: &Diagnostic) -> Option<Value> {
        let fix = it.fix.as_ref()?;
        let region = Region::of(self.sources, fix.span)?;
        let replacement = json!({ "deletedRegion": area(&region), "insertedContent": { "text": fix.replacement } });
        let change = json!({ "artifactLocation": self.artifact(region.file), "replacements": [replacement] });
        let description = it.help.as_deref().unwrap_or("replace it");
        Some(json!({ "description": { "text": description }, "artifactChanges": [change] }))
    }

    fn place(&self, span: Span) -> Option<Value> {
        let region = Region::of(self.sources, span)?;
        Some(json!({ "artifactLocation": self.artifact(region.file), "region": area(&region) }))
    }

    fn manifest(&self) -> Option<Value> {
        let first = self.sources.files.first()?;
        Some(json!({ "artifactLocation": self.artifact(&first.path) }))
    }

    fn artifact(&self, file: &str) -> Value {
        artifact(self.root, file)
    }
}

fn area(region: &Region<'_>) -> Value {
    json!({
        "startLine": region.start.line,
        "startColumn": region.start.column,
        "endLine": region.end.line,
        "endColumn": region.end.column,
    })
}
