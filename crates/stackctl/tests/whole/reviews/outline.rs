//! A review in few lines, for people to check.
//!
//! In: the document of `diff --json`. Out: its verdict, and a text that leaves out what is not the
//! example's point: lines of files, values of creates, long values.

use std::fmt::Write as _;

use serde_json::Value;

/// The verdict as `expected.txt` words it, and all the rest.
pub fn outline(review: &Value) -> (String, String) {
    let mut out = String::new();
    items(&review["changes"]).for_each(|it| change(&mut out, it));
    for (name, it) in review["outputs"].as_object().expect("outputs") {
        let _ = writeln!(out, "\noutput {name}: {} -> {}", value(&it["before"]), value(&it["after"]));
    }
    for it in items(&review["released"]) {
        let _ =
            writeln!(out, "\nreleased {} {}: stays {}", text(&it["address"]), text(&it["path"]), value(&it["value"]));
    }
    for it in items(&review["refusals"]) {
        let _ = writeln!(out, "\nrefused [{}] {}", text(&it["code"]), text(&it["message"]));
    }
    let verdict = match out.is_empty() {
        true => "no change",
        false => text(&review["verdict"]),
    };
    (verdict.to_owned(), out)
}

fn change(out: &mut String, change: &Value) {
    let action = text(&change["action"]);
    let _ = write!(out, "\n{action} {}", text(&change["address"]));
    if let Some(reason) = change["reason"].as_str() {
        let _ = write!(out, " ({reason})");
    }
    out.push('\n');
    if action != "create" {
        for it in items(&change["attributes"]) {
            let (path, effect) = (text(&it["path"]), text(&it["effect"]));
            let _ = writeln!(out, "  {path}: {} -> {} ({effect})", value(&it["before"]), value(&it["after"]));
        }
    }
    for it in items(&change["verdicts"]) {
        let _ = writeln!(out, "  {} [{}] {}", text(&it["verdict"]), text(&it["rule"]), text(&it["reason"]));
    }
    let because: Vec<&str> = items(&change["because_of"]).map(text).collect();
    if !because.is_empty() {
        let _ = writeln!(out, "  because of {}", because.join(", "));
    }
    if let Some(from) = change["moved_from"].as_str() {
        let _ = writeln!(out, "  moved from {from}");
    }
    let suggested = &change["suggested_move"];
    if !suggested.is_null() {
        let _ = writeln!(out, "  suggested move {} -> {}", text(&suggested["from"]), text(&suggested["to"]));
    }
}

/// How many characters of a value are shown.
const MOST: usize = 60;

fn value(value: &Value) -> String {
    if value["$secret"] == true {
        return "(secret)".to_owned();
    }
    let shown = match (&value["$unknown"], value) {
        (Value::String(unknown), _) => format!("({unknown})"),
        (_, Value::Null) => "unset".to_owned(),
        (_, known) => known.to_string(),
    };
    match shown.chars().count() > MOST {
        true => shown.chars().take(MOST).collect::<String>() + "…",
        false => shown,
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().expect("a list").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
