//! A report for programs.
//!
//! In: a report. Out: JSON whose form is numbered. It must not leave anything out.

use serde_json::{Value as Json, json};

use super::{Layer, Report, Summary};

/// The report as JSON. `format` goes up when something in it comes to mean something else.
#[must_use]
pub fn json(report: &Report) -> Json {
    let mut summary = numbers(&report.summary());
    summary["secrets"] = report.secrets.len().into();
    summary["notes"] = report.notes().into();
    json!({
        "format": 1,
        "stack": report.stack,
        "summary": summary,
        "layers": report.layers.iter().map(layer).collect::<Vec<_>>(),
        "secrets": report.secrets,
    })
}

fn layer(layer: &Layer) -> Json {
    let mut json = json!(layer);
    json["summary"] = numbers(&layer.summary());
    json
}

fn numbers(summary: &Summary) -> Json {
    let mut json = json!(summary);
    json["total"] = summary.total().into();
    json
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn everything_is_in_it() {
        let json = json(&sample::wordpress());
        assert_eq!(json["format"], 1);
        let total = json!({
            "carried": 2, "changed": 4, "dissolved": 2, "unsupported": 3, "total": 11, "secrets": 2, "notes": 2
        });
        assert_eq!(json["summary"], total);
        let rds = &json["layers"][1];
        assert_eq!(rds["summary"], json!({"carried": 1, "changed": 1, "dissolved": 1, "unsupported": 1, "total": 4}));
        assert_eq!(
            rds["resources"][0],
            json!({
                "terraform": "aws_db_instance.main",
                "workspace": null,
                "place": {"file": "aws-rds/main.tf", "line": 3},
                "fate": "carried",
                "address": "aws_db_instance.main",
                "id": "wordpress",
                "changes": ["`password` is `${var.db_password}`: the value stays in AWS alone"],
            })
        );
        assert_eq!(rds["states"], json!(["s3://states/aws-rds.tfstate"]));
        assert_eq!(json["secrets"][0]["now"], "var.db_password");
    }
}
