//! The report of a sample, at two widths.

use migrate::report::{Accounted, Fate, Layer, Note, Report, SecretFound};
use migrate::terraform::configuration::Place;

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
