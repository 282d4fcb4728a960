//! A plan at the terminal: changes only, in dependency order, a summary first and last.

use anstyle::Style;
use model::Planned;
use model::plan::{Action, AttributeChange, Cause, Change, Drift, Effect, OutputChange, Plan};
use similar::{ChangeTag, TextDiff};

use super::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, sign};
use super::value;

/// The whole plan as text with ANSI styles.
pub fn render(plan: &Plan, width: usize) -> String {
    let summary = summary(plan);
    if plan.changes.is_empty() && plan.outputs.is_empty() {
        return format!("{}{summary}\n", drift(&plan.drift));
    }
    let mut out = format!("{summary}\n\n");
    // Changes with attributes stand apart; a row of bare ones stays a row.
    let mut bare = true;
    for change in &plan.changes {
        let in_row = bare && change.attributes.is_empty();
        if !(in_row || out.ends_with("\n\n")) {
            out.push('\n');
        }
        out += &self::change(change, width);
        bare = change.attributes.is_empty();
    }
    out.push('\n');
    out += &drift(&plan.drift);
    out += &outputs(plan, width);
    out += &format!("{summary}\n");
    out
}

/// `Plan: 2 to create, 1 to replace; 15 unchanged.`
pub fn summary(plan: &Plan) -> String {
    let count = |action: Action| plan.changes.iter().filter(|it| it.action == action).count();
    let words = [
        (Action::Create, "to create"),
        (Action::Adopt, "to adopt"),
        (Action::Update, "to update"),
        (Action::Replace, "to replace"),
        (Action::Delete, "to delete"),
        (Action::Forget, "to forget"),
        (Action::Move, "to move"),
        (Action::Record, "to record"),
    ];
    let mut parts = Vec::new();
    for (action, word) in words {
        let (_, style) = sign(action);
        match count(action) {
            0 => {}
            number => parts.push(format!("{style}{number} {word}{style:#}")),
        }
    }
    let outputs = plan.outputs.len();
    if outputs > 0 {
        parts.push(format!("{outputs} output{} to change", if outputs == 1 { "" } else { "s" }));
    }
    let unchanged = plan.unchanged.len();
    match (parts.is_empty(), unchanged) {
        (true, 0) => format!("{BOLD}Nothing to do.{BOLD:#}"),
        (true, _) => format!(
            "{BOLD}Nothing to do:{BOLD:#} {unchanged} resource{} as declared.",
            if unchanged == 1 { " is" } else { "s are" }
        ),
        (false, 0) => format!("{BOLD}Plan:{BOLD:#} {}.", parts.join(", ")),
        (false, _) => format!("{BOLD}Plan:{BOLD:#} {}; {unchanged} unchanged.", parts.join(", ")),
    }
}

fn change(change: &Change, width: usize) -> String {
    let (sign, style) = sign(change.action);
    let mut out = format!("{style}{sign:>3}{style:#} {BOLD}{}{BOLD:#}", change.address);
    if let Some(id) = &change.deposed {
        out += &format!(" {DIM}(replaced object {id}){DIM:#}");
    }
    if let Some(from) = &change.moved_from {
        out += &format!(" {DIM}was {from}{DIM:#}");
    }
    if let Some(reason) = &change.reason {
        out += &format!("  {DIM}# {reason}{DIM:#}");
    }
    out.push('\n');
    let names: Vec<String> = change.attributes.iter().map(|it| it.path.to_string()).collect();
    let column = names.iter().map(|name| name.chars().count()).filter(|length| *length <= 32).max().unwrap_or(0);
    for (attribute, name) in change.attributes.iter().zip(&names) {
        out += &self::attribute(attribute, name, column, change.action, width);
    }
    out
}

const INDENT: usize = 6;

fn attribute(change: &AttributeChange, name: &str, column: usize, action: Action, width: usize) -> String {
    let before: Planned = change.before.clone().widen();
    let after = &change.after;
    let pad = " ".repeat(INDENT);
    let label = format!("{pad}{name}{}", " ".repeat(column.saturating_sub(name.chars().count())));
    let used = INDENT + column.max(name.chars().count()) + 2;
    let note = note(change, action);
    let fresh = before.is_null() && action != Action::Update;
    if fresh {
        return fresh_value(&label, &format!("{pad}{name}"), after, width.saturating_sub(used), &note);
    }
    let (old, new) = (value::inline(&before), value::inline(after));
    if used + old.chars().count() + new.chars().count() + 4 <= width && !old.contains("\\n") && !new.contains("\\n") {
        return format!("{label}  {RED}{old}{RED:#} {DIM}→{DIM:#} {}{note}\n", coloured(after, &new, GREEN));
    }
    let room = width.saturating_sub(INDENT + 4).max(20);
    let diff = line_diff(&value::laid_out(&before, room), &value::laid_out(after, room));
    format!("{pad}{name}{note}\n{}", indented(&diff, INDENT + 2))
}

/// On one line beside the others, or on lines of its own below its name.
fn fresh_value(label: &str, alone: &str, after: &Planned, room: usize, note: &str) -> String {
    let lines = value::lines(after, room.max(20));
    match lines.as_slice() {
        [one] => format!("{label}  {}{note}\n", coloured(after, one, Style::new())),
        [first, rest @ ..] => format!("{alone}  {first}{note}\n{}", indented(rest, INDENT)),
        [] => String::new(),
    }
}

/// Unknown values stand in their own colour.
fn coloured(value: &Planned, text: &str, plain: Style) -> String {
    let style = if matches!(value, Planned::Hole(_)) { CYAN } else { plain };
    format!("{style}{text}{style:#}")
}

fn note(change: &AttributeChange, action: Action) -> String {
    let mut notes = Vec::new();
    if change.effect == Effect::Replace && action == Action::Replace {
        notes.push("forces replacement");
    }
    match change.cause {
        Cause::Manifest => {}
        Cause::Drift => notes.push("changed outside stackctl"),
        Cause::Dependency => {}
        Cause::Default => notes.push("no longer set: back to its default"),
    }
    if notes.is_empty() { String::new() } else { format!("  {YELLOW}# {}{YELLOW:#}", notes.join("; ")) }
}

fn line_diff(before: &[String], after: &[String]) -> Vec<String> {
    let (before, after) = (before.join("\n"), after.join("\n"));
    let diff = TextDiff::from_lines(&before, &after);
    let mut out = Vec::new();
    for (index, group) in diff.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            out.push(format!("{DIM}…{DIM:#}"));
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let text = change.value().trim_end_matches('\n');
            out.push(match change.tag() {
                ChangeTag::Equal => format!("  {DIM}{text}{DIM:#}"),
                ChangeTag::Delete => format!("{RED}- {text}{RED:#}"),
                ChangeTag::Insert => format!("{GREEN}+ {text}{GREEN:#}"),
            });
        }
    }
    out
}

fn indented(lines: &[String], by: usize) -> String {
    let pad = " ".repeat(by);
    lines.iter().map(|line| format!("{pad}{line}\n")).collect()
}

fn drift(drift: &[Drift]) -> String {
    if drift.is_empty() {
        return String::new();
    }
    let mut out = format!("{BOLD}Changed outside stackctl since the last apply:{BOLD:#}\n");
    for it in drift {
        out += &if it.path.0.is_empty() {
            format!("    {} is gone\n", it.address)
        } else {
            let (was, is) = (value::inline(&it.last_applied.clone().widen()), value::inline(&it.live.clone().widen()));
            format!("    {} {}: {was} {DIM}→{DIM:#} {is}\n", it.address, it.path)
        };
    }
    out.push('\n');
    out
}

fn outputs(plan: &Plan, width: usize) -> String {
    if plan.outputs.is_empty() {
        return String::new();
    }
    let mut out = format!("{BOLD}Outputs{BOLD:#}\n");
    let column = plan.outputs.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    for (name, change) in &plan.outputs {
        out += &output(name, change, column, width);
    }
    out.push('\n');
    out
}

fn output(name: &str, change: &OutputChange, column: usize, width: usize) -> String {
    let label = format!("{name}{}", " ".repeat(column.saturating_sub(name.chars().count())));
    let room = width.saturating_sub(column + 8).max(20);
    let clipped = |text: String| {
        if text.chars().count() > room { text.chars().take(room - 1).chain(['…']).collect() } else { text }
    };
    let hidden = |text: String| if change.sensitive { "(secret)".to_owned() } else { clipped(text) };
    let before = hidden(value::inline(&change.before.clone().widen()));
    let after = hidden(value::inline(&change.after));
    match (change.before.is_null(), change.after.is_null()) {
        (true, _) => format!("{GREEN}  +{GREEN:#} {label}  {}\n", coloured(&change.after, &after, Style::new())),
        (false, true) => format!("{RED}  -{RED:#} {label}  {before}\n"),
        (false, false) => format!("{YELLOW}  ~{YELLOW:#} {label}  {before} {DIM}→{DIM:#} {after}\n"),
    }
}
