//! A plan at the terminal: changes only, in dependency order, a summary first and last.

use std::collections::BTreeSet;

use model::plan::{Action, AttributeChange, Change, Drift, Plan};
use report::{value, words};
use review::{Attribute, Places};

use super::attribute::{self, Output};
use super::style::{BOLD, DIM, sign};

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
    let mut parts = Vec::new();
    for (action, word) in words::COUNTED {
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
    let attributes: Vec<Attribute> = change.attributes.iter().map(as_reviewed).collect();
    // What a plan knows before is not unknown, so nothing has to be told apart.
    out + &attribute::attributes(&attributes, change.action, &BTreeSet::new(), width)
}

fn as_reviewed(change: &AttributeChange) -> Attribute {
    Attribute {
        path: change.path.clone(),
        before: change.before.clone().widen(),
        after: change.after.clone(),
        cause: change.cause,
        effect: change.effect,
        places: Places::default(),
    }
}

/// What somebody changed in AWS; nothing where nobody did.
pub fn drift(drift: &[Drift]) -> String {
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
    let outputs: Vec<Output<'_>> = plan
        .outputs
        .iter()
        .map(|(name, it)| Output { name, before: it.before.clone().widen(), after: &it.after, sensitive: it.sensitive })
        .collect();
    format!("{BOLD}Outputs{BOLD:#}\n{}\n", attribute::outputs(&outputs, &BTreeSet::new(), width))
}
