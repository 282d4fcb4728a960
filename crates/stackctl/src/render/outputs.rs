//! Outputs after an apply, and by `stackctl output`.

use std::collections::BTreeMap;

use model::Known;

use super::style::BOLD;
use report::value;

/// All outputs, aligned; nothing when there are none.
pub fn render(outputs: &BTreeMap<String, Known>) -> String {
    if outputs.is_empty() {
        return String::new();
    }
    let column = outputs.keys().map(|name| name.chars().count()).max().unwrap_or(0);
    let line =
        |(name, output): (&String, &Known)| format!("  {name:<column$}  {}\n", value::inline(&output.clone().widen()));
    let lines: String = outputs.iter().map(line).collect();
    format!("\n{BOLD}Outputs{BOLD:#}\n{lines}")
}

/// A bare value: text without quotes, the rest as JSON.
pub fn bare(output: &Known) -> String {
    match output {
        Known::Text(text) => text.clone(),
        other => other.to_json().to_string(),
    }
}
