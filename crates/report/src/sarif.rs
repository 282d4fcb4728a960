//! What is at risk, for code hosts that annotate lines: SARIF 2.1.0.
//!
//! In: a review. Out: one result per finding that is not safe and per refusal. It must not know
//! where the log goes.
//!
//! What GitHub reads of it:
//! <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

use std::collections::BTreeMap;

use model::Address;
use model::diagnostic::Diagnostic;
use model::diagnostic::sarif::{artifact, log, rule_name};
use review::rules::RULES;
use review::{Change, Finding, Place, Review, Rule, Verdict};
use serde_json::{Value, json};

use crate::words::{self, Spot};

/// A log of one run. `root` stands before each path, as `manifests/wordpress/`, so that it is
/// relative to the repository; `version` is stackctl's.
#[must_use]
pub fn sarif(review: &Review, root: &str, version: &str) -> Value {
    let risks = words::risks(review);
    let mut worst: BTreeMap<&str, Option<Verdict>> = review.refusals.iter().map(|it| (it.code, None)).collect();
    for (_, finding) in &risks {
        let verdict = worst.entry(finding.rule).or_default();
        *verdict = (*verdict).max(Some(finding.verdict));
    }
    let rules = worst.iter().map(|(name, verdict)| rule(name, *verdict)).collect();
    let names: Vec<&str> = worst.into_keys().collect();
    let writer = Writer { review, root, names: &names };
    let refusals = review.refusals.iter().map(|it| writer.refusal(it));
    log(version, rules, refusals.chain(risks.iter().map(|(change, it)| writer.finding(change, it))).collect())
}

fn rule(name: &str, worst: Option<Verdict>) -> Value {
    let mut rule = json!({ "id": name, "name": rule_name(name) });
    let documented = RULES.iter().find(|it| it.name == name);
    match (documented, worst) {
        (Some(it), _) => document(&mut rule, it),
        (None, Some(_)) => rule["shortDescription"] = json!({ "text": name.replace('-', " ") }),
        (None, None) => {
            rule["shortDescription"] = json!({ "text": format!("apply refuses: {}", name.replace('-', " ")) })
        }
    }
    let verdicts = documented.map_or_else(|| worst.into_iter().collect(), |it| it.verdicts.to_vec());
    let worst = verdicts.iter().copied().max();
    rule["defaultConfiguration"] = json!({ "level": worst.map_or("error", level) });
    let mut tags: Vec<&str> = verdicts.iter().copied().filter(|it| *it > Verdict::Safe).map(Verdict::name).collect();
    let is_security = verdicts.contains(&Verdict::WiderExposure);
    if is_security {
        tags.push("security");
    }
    rule["properties"] = json!({ "tags": tags, "precision": "high" });
    // GitHub sorts its list by one of these: by the number where the rule is about security.
    if is_security {
        rule["properties"]["security-severity"] = json!("7.0");
    } else {
        rule["properties"]["problem.severity"] = json!(match worst.map_or("error", level) {
            "note" => "recommendation",
            other => other,
        });
    }
    rule
}

/// The text of the rule's page. There is no address of it: a manifest's repository is not
/// stackctl's.
fn document(rule: &mut Value, it: &Rule) {
    rule["shortDescription"] = json!({ "text": it.title });
    rule["fullDescription"] = json!({ "text": clipped(it.why) });
    let text = format!("{}\n\n{}", it.why.trim(), it.instead.trim());
    let markdown = format!("### Why\n\n{}\n\n### What to do instead\n\n{}\n", it.why.trim(), it.instead.trim());
    rule["help"] = json!({ "text": text, "markdown": markdown });
}

/// GitHub takes 1,024 characters of a description.
fn clipped(text: &str) -> String {
    crate::lines::clipped(text.trim(), 1_000)
}

fn level(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "none",
        Verdict::Cost => "note",
        Verdict::BriefInterruption => "warning",
        Verdict::WiderExposure | Verdict::Outage | Verdict::DataLoss => "error",
    }
}

/// The file that every manifest has.
const MAIN: &str = "stack.toml";

struct Writer<'a> {
    review: &'a Review,
    root: &'a str,
    names: &'a [&'a str],
}

impl Writer<'_> {
    fn finding(&self, change: &Change, finding: &Finding) -> Value {
        let path = finding.path.as_ref().map(ToString::to_string).unwrap_or_default();
        let action = words::verb(change.action);
        let text = format!("{}: {} ({action} {})", finding.verdict, finding.reason, change.address);
        let place = match words::spot(change, finding) {
            Some(Spot::After(place)) => self.place(&place.file, place.line),
            Some(Spot::Before(place)) => self.gone(change, place),
            None => self.place(MAIN, 1),
        };
        let mut result = self.result(finding.rule, level(finding.verdict), &text, place);
        let identity = format!("{}\n{}\n{path}", finding.rule, change.address);
        result["partialFingerprints"] = fingerprints(&identity);
        result["properties"] = json!({
            "verdict": finding.verdict,
            "address": change.address.to_string(),
            "path": path,
            "action": action,
        });
        result
    }

    fn refusal(&self, refusal: &Diagnostic) -> Value {
        let change = words::refused(self.review, refusal);
        let place = match change.map(|it| (it, &it.places.after, &it.places.before)) {
            Some((_, Some(place), _)) => self.place(&place.file, place.line),
            Some((change, None, Some(place))) => self.gone(change, place),
            Some((_, None, None)) | None => self.place(MAIN, 1),
        };
        let help = refusal.help.as_ref().map_or_else(String::new, |it| format!("\n{it}"));
        let text = format!("apply would refuse this: {}{help}", refusal.message);
        let mut result = self.result(refusal.code, "error", &text, place);
        let about = change.map_or_else(|| refusal.message.clone(), |it| it.address.to_string());
        result["partialFingerprints"] = fingerprints(&format!("{}\n{about}", refusal.code));
        result
    }

    fn result(&self, rule: &str, level: &str, text: &str, place: Value) -> Value {
        json!({
            "ruleId": rule,
            "ruleIndex": self.names.binary_search(&rule).ok(),
            "level": level,
            "message": { "text": text },
            "locations": [{ "physicalLocation": place }],
        })
    }

    /// Where something stood that is no longer there: the top of its file, if there still is one.
    fn gone(&self, change: &Change, place: &Place) -> Value {
        let goes = |address: &Address| {
            let mut changes = self.review.changes.iter();
            changes.any(|it| it.address == *address && it.deposed.is_none() && it.places.after.is_none())
        };
        let stays = self.review.map.nodes.iter().any(|it| it.layer == change.layer && !goes(&it.address));
        self.place(if stays { &place.file } else { MAIN }, 1)
    }

    fn place(&self, file: &str, line: usize) -> Value {
        json!({ "artifactLocation": artifact(self.root, file), "region": { "startLine": line } })
    }
}

/// What stays the same when lines move, so that a host knows a result again. GitHub reads the
/// first; the second is ours.
fn fingerprints(identity: &str) -> Value {
    let hash = format!("{:016x}", fnv(identity));
    json!({ "primaryLocationLineHash": format!("{hash}:1"), "stackctl/v1": hash })
}

/// FNV-1a, 64 bits: <https://www.rfc-editor.org/rfc/rfc9923>. It has to be stable, not strong.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
