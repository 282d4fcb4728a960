//! The documentation pages of the rules.
//!
//! In: the rules. Out: one Markdown page for each, and an index. It must not know where they go.

use std::fmt::Write;

use super::{RULES, Rule};
use crate::verdict::Verdict;

/// Every page by its file name.
#[must_use]
pub fn pages() -> Vec<(String, String)> {
    let rules = RULES.iter().map(|rule| (format!("{}.md", rule.name), page(rule)));
    [("README.md".to_owned(), index())].into_iter().chain(rules).collect()
}

fn page(rule: &Rule) -> String {
    let verdicts: Vec<String> = rule.verdicts.iter().rev().map(|it| format!("[`{it}`](README.md#{it})")).collect();
    let Rule { name, title, why, instead, .. } = rule;
    format!(
        "# {name}\n\n{title}.\n\nVerdict: {}.\n\n## Why\n\n{}\n\n## What to do instead\n\n{}\n",
        verdicts.join(", "),
        why.trim(),
        instead.trim()
    )
}

fn index() -> String {
    let mut text = "# Verdicts\n\nWhat `stackctl diff` and the report of a plan say about a change, worst first, and \
                    the rules that say it. Made from the rules by `cargo xtask generate`.\n"
        .to_owned();
    for verdict in Verdict::ALL.into_iter().rev() {
        let _infallible = write!(text, "\n## {verdict}\n\n{}\n\n| rule | finds |\n|---|---|\n", meaning(verdict));
        for rule in RULES.iter().filter(|it| it.verdicts.contains(&verdict)) {
            let _infallible = writeln!(text, "| [`{0}`]({0}.md) | {1} |", rule.name, rule.title);
        }
    }
    text
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "Nothing stops, is exposed or gets lost.",
        Verdict::Cost => "The bill grows: a class, count or size went up, or something new is paid by the hour.",
        Verdict::BriefInterruption => "Something is away for seconds to minutes and comes back by itself.",
        Verdict::WiderExposure => {
            "More can be reached, read or done by more than before, or a protection is gone. Nothing is lost yet."
        }
        Verdict::Outage => "Something stops serving, or access is taken away, until someone acts.",
        Verdict::DataLoss => "Data is deleted, or can no longer be read.",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_whole_page() {
        let names: BTreeSet<&str> = RULES.iter().map(|it| it.name).collect();
        assert_eq!(names.len(), RULES.len(), "a name is taken twice");
        for rule in RULES {
            let name = rule.name;
            assert!(name.chars().all(|it| it.is_ascii_lowercase() || it == '-'), "{name}");
            assert!(rule.verdicts.is_sorted() && !rule.verdicts.is_empty(), "{name}: verdicts, mildest first");
            assert!(!rule.title.ends_with('.') && !rule.instead.is_empty(), "{name}");
            assert!(rule.why.contains("(https://docs.aws.amazon.com/"), "{name} links no documentation");
        }
    }

    #[test]
    fn the_index_names_every_rule_under_its_verdicts() {
        let index = index();
        for rule in RULES {
            assert_eq!(index.matches(&format!("({}.md)", rule.name)).count(), rule.verdicts.len(), "{}", rule.name);
        }
        assert_eq!(pages().len(), RULES.len() + 1);
    }
}
