//! Text to [`Expr`], with every problem that can be seen without values.
//!
//! In: a decoded TOML string and its place. Out: literal text or an expression whose names,
//! functions and argument counts are checked. It must not know what any name stands for.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use hcl_edit::expr::Expression;
use hcl_edit::parser::Error;
use hcl_edit::template::{Element, Template};
use regex::Regex;

use super::places::Places;
use super::survey::Survey;
use super::{Body, Expr, Syntax};
use crate::diagnostic::Diagnostic;
use crate::manifest::Text;
use crate::source::Span;

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// Text without expressions; `$${` and `%%{` have become `${` and `%{`.
    Literal(String),
    /// Text with at least one `${…}` or `%{…}`.
    Expr(Expr),
}

/// Parses a template.
///
/// # Errors
/// Every syntax error, unknown function, wrong number of arguments and name that can be none.
pub fn parse(text: &Text, span: Span) -> Result<Parsed, Vec<Diagnostic>> {
    if !has_markers(&text.decoded) {
        return Ok(Parsed::Literal(text.decoded.clone()));
    }
    let places = Places::of(text, span);
    let template = parse_template(&text.decoded, &places)?;
    let literal: Option<String> = template.iter().map(|it| it.as_literal().map(|text| text.as_str())).collect();
    match literal {
        Some(literal) => Ok(Parsed::Literal(literal)),
        None => finish(&text.decoded, span, Body::Template(template), places).map(Parsed::Expr),
    }
}

/// Parses an expression that stands without `${…}`, as in `replace_triggered_by`. The text
/// stands verbatim at `span`, or between the quotes there.
///
/// # Errors
/// As [`parse`].
pub fn parse_bare(text: &str, span: Span) -> Result<Expr, Vec<Diagnostic>> {
    let places = Places::verbatim(text, span);
    let parsed = text.parse::<Expression>();
    let expression = parsed.map_err(|error| vec![bare_error(text, &error, &places)])?;
    finish(text, span, Body::Bare(expression), places)
}

/// Parses a template whose names mean nothing yet: a manifest's text or a template file.
pub(super) fn parse_template(text: &str, places: &Places) -> Result<Template, Vec<Diagnostic>> {
    if !has_markers(text) {
        return Ok(Template::from(vec![Element::from(text)]));
    }
    text.parse().map_err(|error| vec![syntax_error(text, &error, places)])
}

const UNCLOSED: &str = "a `${` or `%{` is never closed";

fn has_markers(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

fn finish(text: &str, span: Span, body: Body, places: Places) -> Result<Expr, Vec<Diagnostic>> {
    let Survey { mut references, files, problems, .. } = Survey::of(&body, &places);
    if !problems.is_empty() {
        return Err(problems);
    }
    // The parser leaves room for more in every list of its tree, and a copy does not: of manifests
    // with ten thousand expressions that is an eighth of the memory.
    references.shrink_to_fit();
    let syntax = Syntax { text: text.into(), body: body.clone(), places, references, files };
    Ok(Expr { span, syntax: Arc::new(syntax) })
}

fn syntax_error(text: &str, error: &Error, places: &Places) -> Diagnostic {
    let offset = offset_of(text, error);
    foreign_marker(text, offset, places).unwrap_or_else(|| {
        let (at, message) = innermost(text, offset, error);
        Diagnostic::error("expression-syntax", places.span(token(text, at)), message)
            .help("to keep `${` or `%{` as text, write `$${` or `%%{`")
    })
}

fn bare_error(text: &str, error: &Error, places: &Places) -> Diagnostic {
    let span = places.span(token(text, offset_of(text, error)));
    let wrapped = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let problem = Diagnostic::error("expression-syntax", span, sentence(error));
    match wrapped {
        Some(inner) => problem.help(format!("this place takes the reference itself: `{}`", inner.trim())),
        None => problem,
    }
}

/// `${aws:username}`, `${AWS::Region}`, `%{HOST}`: markers of somebody else's language.
fn foreign_marker(text: &str, offset: usize, places: &Places) -> Option<Diagnostic> {
    static MARKER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\$\{(?:[A-Za-z][A-Za-z0-9-]*::?[A-Za-z][^{}$]*|[*?$])\}|%\{[^}~]*\}").ok());
    static DIRECTIVE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"^%\{\s*(?:if|else|endif|for|endfor)\b").ok());
    let marker = MARKER.as_ref()?;
    let found = marker.find_iter(text).find(|found| {
        let escaped = text[..found.start()].ends_with(&found.as_str()[..1]);
        let directive = DIRECTIVE.as_ref().is_some_and(|it| it.is_match(found.as_str()));
        !escaped && !directive && found.end() >= offset
    })?;
    // An expression that fails later for its own reasons is not the marker's fault.
    if found.start() > offset {
        return None;
    }
    let (marker, sigil) = (found.as_str(), &found.as_str()[..1]);
    let opening = places.span(found.start()..found.start() + 2);
    Some(
        Diagnostic::error("expression-syntax", places.span(found.range()), format!("`{marker}` is no expression"))
            .help(format!("to keep it as text, write `{sigil}{marker}`"))
            .fix(opening, format!("{sigil}{sigil}{{")),
    )
}

/// The parser gives up at `${` when what follows is wrong in a way that is only seen at its end;
/// parsing the rest on its own finds the place.
fn innermost(text: &str, offset: usize, error: &Error) -> (usize, String) {
    let unexpected = (offset, sentence(error));
    // The parser's offsets end at the last character.
    if text[offset..].chars().nth(1).is_none() && unexpected.1 == "expected `}`" {
        return (text.len(), UNCLOSED.to_owned());
    }
    if text.get(offset..).is_some_and(|it| it.starts_with("%{")) {
        return (offset, "this `%{` has no matching `%{ endif }` or `%{ endfor }`, or is none of these".to_owned());
    }
    let Some(rest) = text.get(offset..).and_then(|it| it.strip_prefix("${")) else {
        return unexpected;
    };
    let rest = rest.strip_prefix('~').unwrap_or(rest);
    let start = text.len() - rest.len();
    match rest.parse::<Expression>() {
        Err(_) if !rest.contains('}') => (text.len(), UNCLOSED.to_owned()),
        Err(inner) if offset_of(rest, &inner) > 0 => (start + offset_of(rest, &inner), sentence(&inner)),
        Ok(_) => (text.len(), UNCLOSED.to_owned()),
        Err(_) => {
            let start = text.len() - rest.trim_start().len();
            (start, "no expression ends where this one should: a quote or a bracket may lack its partner".to_owned())
        }
    }
}

/// Where an error lies; the parser may count to the middle of the last character.
fn offset_of(text: &str, error: &Error) -> usize {
    let counted = error.location().offset().min(text.len());
    (0..=counted).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn sentence(error: &Error) -> String {
    let message = error.message();
    match message.strip_prefix("invalid expression; ") {
        Some(_) => "an expression is expected here".to_owned(),
        None => message.replace("; expected", ": expected"),
    }
}

/// The word or sign at an offset.
fn token(text: &str, offset: usize) -> Range<usize> {
    let rest = &text[offset..];
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let sign = rest.chars().next().map_or(0, char::len_utf8);
    offset..offset + word.max(sign)
}
