//! The report of a sample, at two widths.

use migrate::report::{Accounted, Fate, FirstApply, Layer, Note, Report, SecretFound};
use migrate::terraform::configuration::Place;
use textwrap::core::display_width;

#[path = "../../../../migrate/src/report/sample.rs"]
mod sample;

fn plain(report: &Report, width: usize) -> String {
    anstream::adapter::strip_str(&super::report(report, width)).to_string()
}

#[test]
fn everything_at_once() {
    insta::assert_snapshot!("narrow", plain(&sample::wordpress(), 60));
    insta::assert_snapshot!("wide", plain(&sample::wordpress(), 160));
    insta::assert_snapshot!("styled", super::report(&sample::wordpress(), 100).replace('\u{1b}', "␛"));
}

#[test]
fn nothing() {
    assert_eq!(plain(&Report::default(), 80), "Terraform has no resources here.\n");
}

#[test]
fn nothing_is_dropped() {
    let report = sample::wordpress();
    let text = plain(&report, 80);
    for layer in &report.layers {
        assert!(text.contains(&layer.name), "{}", layer.name);
        for resource in &layer.resources {
            let told = match &resource.fate {
                Fate::Carried { changes, .. } if changes.is_empty() => continue,
                Fate::Carried { address, .. } => address.split('[').next().unwrap_or(address),
                Fate::Dissolved { .. } | Fate::Unsupported { .. } => &resource.terraform,
            };
            assert!(text.contains(told), "{told}");
        }
    }
}

/// The sample with names as large stacks have them.
fn long_names() -> Report {
    let mut report = sample::wordpress();
    let before = "module.services[\"checkout\"].module.background-workers.";
    for layer in &mut report.layers {
        layer.name = format!("{}-of-the-payments-platform", layer.name);
        for resource in &mut layer.resources {
            resource.terraform = format!("{before}{}", resource.terraform);
            if let Fate::Unsupported { id: Some(id), .. } = &mut resource.fate {
                *id = format!("arn:aws:rds:eu-central-1:123456789012:db-proxy:payments-platform-checkout-{id}");
            }
        }
    }
    report.secrets.iter_mut().flat_map(|it| &mut it.found_in).for_each(|it| *it = format!("{before}{it}"));
    report.unsettled.iter_mut().for_each(|it| it.text = format!("{} {}", it.text, "[1,2,3],".repeat(60)));
    report
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for report in [sample::wordpress(), long_names()] {
        for width in [40, 60, 80, 120, 240] {
            for line in plain(&report, width).lines() {
                assert!(display_width(line) <= width, "{width}: {line}");
            }
        }
    }
    insta::assert_snapshot!("long_names", plain(&long_names(), 80));
}

#[test]
fn long_lists_that_only_inform_are_cut() {
    let mut report = sample::wordpress();
    let layer = &mut report.layers[0];
    for number in 0..100 {
        let mut dissolved = layer.resources[6].clone();
        dissolved.terraform = format!("data.aws_iam_policy_document.document_{number}");
        let mut unsupported = layer.resources[4].clone();
        unsupported.terraform = format!("aws_flow_log.log_{number}");
        layer.resources.extend([dissolved, unsupported]);
    }
    let text = plain(&report, 120);
    assert!(text.contains("… and 61 more: MIGRATION.md and --json have them"), "{text}");
    assert!(!text.contains("document_90"), "{text}");
    assert!(text.contains("aws_flow_log.log_99"), "{text}");
}
