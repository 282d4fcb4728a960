//! The sample as Markdown, and stacks that are too large to be told in full.

use super::super::sample;
use super::*;

#[test]
fn everything_at_once() {
    let expect = include_str!("../testdata/wordpress.md");
    let text = markdown(&sample::wordpress());
    assert_eq!(text, expect, "{text}");
}

#[test]
fn nothing() {
    let report = Report { stack: "a_b".to_owned(), ..Report::default() };
    assert_eq!(markdown(&report), "## a_b: taken over from Terraform\n\nTerraform has no resources here.\n");
}

#[test]
fn nothing_is_dropped() {
    let report = sample::wordpress();
    let text = markdown(&report);
    for resource in report.layers.iter().flat_map(|it| &it.resources) {
        assert!(text.contains(&format!("| {} |", name(resource))), "{}", resource.terraform);
    }
}

/// The sample's resources so many times, in so many layers.
fn large(layers: usize, times: usize) -> Report {
    let sample = sample::wordpress();
    let layer = |number: usize| {
        let mut layer = sample.layers[number % 2].clone();
        layer.name = format!("{}-{number}", layer.name);
        let repeated = |index: usize| {
            layer.resources.iter().map(move |it| {
                let mut it = it.clone();
                it.terraform = format!("module.services[\"part-{number}\"].module.instance[{index}].{}", it.terraform);
                if let Fate::Carried { address, .. } = &mut it.fate {
                    *address = address.replacen('.', &format!(".services_{number}_instance_{index}_"), 1);
                }
                it
            })
        };
        layer.resources = (0..times).flat_map(repeated).collect();
        layer
    };
    Report { layers: (0..layers).map(layer).collect(), ..sample }
}

#[test]
fn a_hundred_resources_are_told_in_full() {
    let report = large(6, 3);
    let text = markdown(&report);
    for resource in report.layers.iter().flat_map(|it| &it.resources) {
        assert!(text.contains(&format!("| {} |", name(resource))), "{}", resource.terraform);
    }
    assert!(!text.contains("lists them all"), "{text}");
}

#[track_caller]
fn fits(report: &Report) -> String {
    let text = markdown(report);
    assert!(size(&text) <= LIMIT, "{} characters", size(&text));
    assert!(text.contains("<code>stackctl migrate --json</code> lists them all"), "{text}");
    assert!(text.contains(&prose(&words::summary(report))), "{text}");
    text
}

#[test]
fn several_hundred_resources_fit_a_comment() {
    let text = fits(&large(2, 80));
    assert!(text.contains("### Everything that Terraform had"), "{text}");
    fits(&large(6, 100));
    fits(&large(100, 5));
}

#[test]
fn what_asks_for_something_is_cut_last() {
    let report = large(4, 20);
    let text = fits(&report);
    let (left_out, rest) = (report.left_out(), text.split("### Everything").next().unwrap_or_default());
    for (member, _) in left_out.iter().flat_map(|it| &it.members) {
        assert!(rest.contains(&name(member.resource)), "{}", member.resource.terraform);
    }
}

#[test]
fn whatever_is_said_of_everything() {
    let mut report = large(40, 20);
    let long = "`a_document` is <the> value & \"more\" | ".repeat(50);
    for resource in report.layers.iter_mut().flat_map(|it| &mut it.resources) {
        if let Fate::Carried { changes, .. } = &mut resource.fate {
            *changes = vec![format!("{} {long}", resource.terraform); 10];
        }
    }
    let note = Note { about: "aws_iam_policy.p policy".to_owned(), text: long, place: None };
    report.unsettled = vec![note; 300];
    report.secrets = vec![report.secrets[0].clone(); 300];
    report.secrets.iter_mut().for_each(|it| it.found_in = vec![it.found_in[0].clone(); 300]);
    fits(&report);
}
