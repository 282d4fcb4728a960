//! A review as a comment.

mod shared;

use model::plan::Action;
use model::{Path, Tree};
use report::markdown;
use review::{Review, Verdict};
use shared::{attribute, change, finding, unchanged, wordpress};

#[test]
fn everything_at_once() {
    insta::assert_snapshot!(markdown(&wordpress()));
}

#[test]
fn no_changes() {
    insta::assert_snapshot!(markdown(&unchanged()));
}

#[test]
fn a_plan_says_its_environment() {
    let sides = review::Sides::Plan { environment: Some("prod".to_owned()) };
    let text = markdown(&Review { sides, ..unchanged() });
    assert!(text.starts_with("<!-- stackctl: wordpress plan prod -->\n### ✅ no changes: wordpress\n"), "{text}");
}

#[test]
fn secrets_stay_hidden() {
    let text = markdown(&wordpress());
    assert!(!text.contains("hunter"), "{text}");
}

/// Values that would break the comment, ping people or link issues, outside of fenced blocks.
#[test]
fn values_stay_values() {
    const NASTY: &str = "a`b|c\n\n```\n</details>\n@admin #12 <script>";
    let mut it = change("aws_s3_bucket", NASTY, Action::Update, "data", 1);
    it.attributes = vec![attribute(Path::field(NASTY), Tree::text(NASTY), Tree::text("new"), "data.toml", 2)];
    it.reason = Some(NASTY.to_owned());
    it.findings = vec![finding(Verdict::Outage, "rule", None, NASTY)];
    let text = markdown(&Review { changes: vec![it], ..unchanged() });
    let (mut outside, mut ticks) = (Vec::new(), 0);
    for line in text.lines() {
        let run = line.bytes().take_while(|it| *it == b'`').count();
        match ticks {
            0 if run >= 3 => ticks = run,
            0 => outside.push(line),
            _ if run >= ticks && line.len() == run => ticks = 0,
            _ => {}
        }
    }
    assert_eq!(ticks, 0, "a fence is left open: {text}");
    let outside = outside.join("\n");
    assert!(!outside.contains("<script>"), "{outside}");
    assert_eq!(outside.matches("</details>").count(), 1, "{outside}");
    // An address and what stands beside a rule's name is code; only prose could ping.
    let prose: String =
        outside.split("<code>").map(|it| it.split_once("</code>").map_or(it, |(_, rest)| rest)).collect();
    assert!(!prose.contains("@admin") && !prose.contains("#12 "), "{prose}");
    for row in outside.lines().filter(|it| it.starts_with('|')) {
        assert_eq!(row.matches('|').count(), 5, "{row}");
    }
}

/// A review of many changes, every tenth of them a risk.
fn many(number: usize, value: &str) -> Review {
    let one = |index: usize| {
        let mut it = change("aws_sqs_queue", &format!("queue_{index}"), Action::Update, "queues", index + 1);
        it.attributes = (0..4)
            .map(|at| {
                let after = Tree::text(format!("{value} after {at}"));
                attribute(Path::field(format!("argument_{at}")), Tree::text(value), after, "queues.toml", index + at)
            })
            .collect();
        if index.is_multiple_of(10) {
            it.findings = vec![finding(Verdict::Outage, "stops", None, "messages are no longer delivered to anybody")];
        }
        it
    };
    Review { changes: (0..number).map(one).collect(), ..unchanged() }
}

fn check_size(review: &Review, expect: &[&str]) {
    let text = markdown(review);
    assert!(text.chars().count() <= 65_000, "{} characters", text.chars().count());
    assert!(text.starts_with("<!-- stackctl: wordpress -->\n### ⛔ outage: wordpress\n"), "{}", &text[..200]);
    for it in expect {
        assert!(text.contains(it), "{it} in {text}");
    }
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn a_thousand_changes_fit() {
    let review = many(1_000, &"value ".repeat(20));
    check_size(
        &review,
        &[
            "**1000 to update; 31 unchanged**",
            "aws_sqs_queue.queue_990</code> | messages",
            "because a comment holds no more. <code>stackctl diff</code> shows the full review.",
        ],
    );
}

#[test]
fn a_hundred_changes_are_shortened_from_the_mildest() {
    let review = many(130, &"value ".repeat(20));
    check_size(&review, &["changes shortened**", "value value", "- Changes <code>argument_0</code>"]);
    assert!(!markdown(&review).contains("left out"));
}

#[test]
fn one_huge_value_fits() {
    let mut review = many(1, "short");
    let lines: String = (0..20_000).map(|it| format!("line {it}\n")).collect();
    review.changes[0].attributes[0].after = Tree::text(lines);
    check_size(&review, &["more lines"]);
}
