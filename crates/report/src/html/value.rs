//! Values as markup: unknowns, secrets and what is not set in styles of their own.
//!
//! In: values with unknowns and secrets. Out: markup on one line. It must not know which
//! attribute a value belongs to; no secret ever passes through it.

use maud::{Markup, html};
use model::{Planned, Tree};

use crate::value;

/// One line, as [`value::inline`] has it.
pub(super) fn inline(value: &Planned) -> Markup {
    html! {
        @match value {
            Tree::Null => span.unset { "not set" },
            Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => (value::inline(value)),
            Tree::Text(_) => (symbols(&value::inline(value))),
            Tree::Secret(_) => span.secret { (value::inline(value)) },
            Tree::Hole(pending) => span.unknown { (pending) },
            Tree::List(items) => {
                "["
                @for (index, item) in items.iter().enumerate() { @if index > 0 { ", " } (inline(item)) }
                "]"
            },
            // Names are quoted where they must be, and members that are not set left out.
            Tree::Map(_) => (symbols(&value::inline(value))),
        }
    }
}

/// Whether this is better read on lines of its own, however short.
pub(super) fn is_document(value: &Planned) -> bool {
    match value {
        Tree::Text(text) => text.contains('\n') || holds_json(text),
        Tree::Map(map) => map.values().filter(|it| !it.is_null()).count() > 1,
        Tree::List(items) => items.iter().any(|it| matches!(it, Tree::Map(_) | Tree::List(_))),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Secret(_) | Tree::Hole(_) => false,
    }
}

/// Text in which `${…}` stands for what is not known.
pub(super) fn symbols(text: &str) -> Markup {
    let mut parts: Vec<(bool, &str)> = Vec::new();
    let mut rest = text;
    while let Some((start, length)) = rest.find("${").and_then(|at| Some((at, rest[at..].find('}')? + 1))) {
        parts.push((false, &rest[..start]));
        parts.push((true, &rest[start..start + length]));
        rest = &rest[start + length..];
    }
    parts.push((false, rest));
    html! { @for (symbol, part) in parts { @if symbol { span.unknown { (part) } } @else { (part) } } }
}

/// A sentence in which `…` stands for code.
pub(super) fn prose(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without another one is itself.
    let is_paired = parts.len() % 2 == 1;
    html! {
        @if is_paired {
            @for (index, part) in parts.iter().enumerate() { @if index % 2 == 1 { code { (part) } } @else { (part) } }
        } @else { (text) }
    }
}

fn holds_json(text: &str) -> bool {
    let starts = text.trim_start().starts_with(['{', '[']);
    starts && serde_json::from_str::<serde_json::Value>(text).is_ok_and(|it| it.is_object() || it.is_array())
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Address, Pending, Secret};

    fn check(value: &Planned, expect: &str) {
        assert_eq!(inline(value).into_string(), expect);
    }

    #[test]
    fn unknowns_and_secrets_have_styles_of_their_own() {
        let hole = || Planned::Hole(Pending::on(Address::managed("aws_vpc", "main"), "id"));
        check(&hole(), r#"<span class="unknown">id of aws_vpc.main</span>"#);
        check(&Tree::List(vec![Tree::Int(1), hole()]), r#"[1, <span class="unknown">id of aws_vpc.main</span>]"#);
        check(
            &Planned::text("arn:${aws_vpc.main.arn}/* ${open"),
            r#"&quot;arn:<span class="unknown">${aws_vpc.main.arn}</span>/* ${open&quot;"#,
        );
        check(&Tree::Secret(Secret::plain(Tree::text("hidden"))), r#"<span class="secret">(secret)</span>"#);
        check(&Tree::map([("password", Tree::Secret(Secret::plain(Tree::text("hidden"))))]), "{ password = (secret) }");
        check(&Planned::Null, r#"<span class="unset">not set</span>"#);
    }

    #[test]
    fn code_in_sentences() {
        assert_eq!(prose("`a` <and> `b`.").into_string(), "<code>a</code> &lt;and&gt; <code>b</code>.");
        assert_eq!(prose("it`s").into_string(), "it`s");
    }

    #[test]
    fn documents_are_read_on_lines_of_their_own() {
        let documents =
            [Tree::text("a\nb"), Tree::text("{\"a\": 1}"), Tree::map([("a", Tree::Int(1)), ("b", Tree::Int(2))])];
        assert!(documents.iter().all(is_document));
        let plain = [Tree::text("{a}"), Tree::map([("a", Tree::Int(1))]), Tree::List(vec![Tree::Int(1), Tree::Int(2)])];
        assert!(!plain.iter().any(is_document));
    }
}
