//! A plan as Markdown, for a pull request.

use model::Planned;
use model::plan::{Action, Change, Plan};

use report::value;

/// The most characters that a comment of a code host takes, with room to spare.
const LIMIT: usize = 60_000;

/// A summary line, then one collapsible section a change; cut short with a note when it would
/// not fit a comment.
pub fn render(stack: &str, plan: &Plan) -> String {
    let mut out = format!("### stackctl plan: {stack}\n\n{}\n", plain(&super::plan::summary(plan)));
    for (index, change) in plan.changes.iter().enumerate() {
        let section = section(change);
        if out.len() + section.len() > LIMIT {
            out += &format!("\n… and {} more changes: see the full plan.\n", plan.changes.len() - index);
            return out;
        }
        out += &section;
    }
    if !plan.drift.is_empty() {
        out += "\n**Changed outside stackctl**\n\n";
        for it in &plan.drift {
            let (was, is) = (value::inline(&it.last_applied.clone().widen()), value::inline(&it.live.clone().widen()));
            out += &format!("- `{}` `{}`: {} → {}\n", it.address, it.path, code(&was), code(&is));
        }
    }
    if !plan.outputs.is_empty() {
        out += "\n**Outputs**\n\n";
        for (name, change) in &plan.outputs {
            let after = if change.sensitive { "(secret)".to_owned() } else { value::inline(&change.after) };
            out += &format!("- `{name}`: {}\n", code(&after));
        }
    }
    out
}

fn section(change: &Change) -> String {
    let word = match change.action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "**replace**",
        Action::Delete => "**delete**",
        Action::Adopt => "adopt",
        Action::Forget => "forget",
        Action::Move => "move",
        Action::Record => "record",
        Action::Read => "read",
    };
    let reason = change.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let mut out = format!("\n<details><summary>{word} <code>{}</code>{reason}</summary>\n\n```diff\n", change.address);
    for attribute in &change.attributes {
        let before: Planned = attribute.before.clone().widen();
        if !before.is_null() {
            out += &format!("- {} = {}\n", attribute.path, value::inline(&before));
        }
        if !attribute.after.is_null() {
            out += &format!("+ {} = {}\n", attribute.path, value::inline(&attribute.after));
        }
    }
    out + "```\n\n</details>\n"
}

/// Text in backquotes, whatever backquotes it holds.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{text}{fence}")
}

/// Without terminal styles.
fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}
