//! A review as a log for code hosts.

mod shared;

use std::collections::BTreeSet;

use model::Tree;
use model::plan::Action;
use report::sarif;
use review::{Review, Verdict};
use serde_json::Value;
use shared::{attribute, change, finding, unchanged, wordpress};

#[test]
fn everything_at_once() {
    insta::assert_json_snapshot!(sarif(&wordpress(), "my manifests/", "1.2.3"));
}

#[test]
fn nothing_is_a_log_too() {
    let log = sarif(&unchanged(), "", "1.2.3");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

/// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>
#[test]
fn github_finds_what_it_demands() {
    let log = sarif(&wordpress(), "manifests/", "1.2.3");
    let run = &log["runs"][0];
    assert_eq!((&log["version"], &run["columnKind"]), (&"2.1.0".into(), &"unicodeCodePoints".into()));
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for rule in rules {
        assert!(rule["shortDescription"]["text"].as_str().is_some_and(|it| it.len() <= 1_024), "{rule}");
        assert!(rule["defaultConfiguration"]["level"].is_string(), "{rule}");
    }
    let results = run["results"].as_array().expect("results");
    let mut identities = BTreeSet::new();
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("an index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        assert!(["note", "warning", "error"].contains(&result["level"].as_str().expect("a level")), "{result}");
        assert!(result["message"]["text"].as_str().is_some_and(|it| !it.is_empty()), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|it| it.starts_with("manifests/")), "{result}");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|it| it > 0), "{result}");
        let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().expect("a fingerprint");
        assert!(identities.insert((result["ruleId"].to_string(), print.to_owned())), "twice: {result}");
    }
}

#[test]
fn a_rule_brings_its_page() {
    let rule = review::rules::RULES.first().expect("a rule");
    let mut it = change("aws_lb", "main", Action::Update, "web", 1);
    it.findings = vec![finding(Verdict::Outage, rule.name, None, "nobody reaches it")];
    let log = sarif(&Review { changes: vec![it], ..unchanged() }, "", "1.2.3");
    let told = &log["runs"][0]["tool"]["driver"]["rules"][0];
    assert_eq!((&told["id"], &told["shortDescription"]["text"]), (&rule.name.into(), &rule.title.into()));
    let help = told["help"]["markdown"].as_str().expect("a page");
    assert!(help.contains(rule.why.trim()) && help.contains(rule.instead.trim()), "{help}");
}

#[test]
fn a_result_is_known_again_when_lines_move() {
    let log = |line: usize| {
        let mut it = change("aws_lb", "main", Action::Update, "web", line);
        let path = model::Path::field("internal");
        it.attributes = vec![attribute(path.clone(), Tree::Bool(false), Tree::Bool(true), "web.toml", line + 1)];
        it.findings = vec![finding(Verdict::Outage, "unreachable", Some(path), "nobody reaches it from outside")];
        sarif(&Review { changes: vec![it], ..unchanged() }, "", "1.2.3")["runs"][0]["results"][0].take()
    };
    let (one, other) = (log(3), log(30));
    assert_eq!(one["partialFingerprints"], other["partialFingerprints"]);
    assert_eq!(line(&one), 4);
    assert_eq!(line(&other), 31);
}

#[test]
fn what_is_deleted_stands_where_a_file_still_is() {
    let check = |others: &[&str], expect: &str| {
        let mut it = change("aws_lb", "main", Action::Delete, "web", 7);
        it.findings = vec![finding(Verdict::Outage, "service-deleted", None, "the load balancer is deleted")];
        let mut review = Review { changes: vec![it], ..unchanged() };
        let node =
            |name: &&str| review::Node { address: model::Address::managed("aws_lb", *name), layer: "web".to_owned() };
        review.map.nodes = others.iter().map(node).collect();
        let result = sarif(&review, "", "1.2.3")["runs"][0]["results"][0].take();
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!((place["artifactLocation"]["uri"].as_str(), line(&result)), (Some(expect), 1));
    };
    check(&["main"], "stack.toml");
    check(&["main", "other"], "web.toml");
}

fn line(result: &Value) -> u64 {
    result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().expect("a line")
}
