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
    summary["unsettled"] = report.unsettled.len().into();
    json!({
        "format": 1,
        "stack": report.stack,
        "summary": summary,
        "layers": report.layers.iter().map(layer).collect::<Vec<_>>(),
        "secrets": report.secrets,
        "unsettled": report.unsettled,
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
            "carried": 2, "changed": 4, "dissolved": 2, "unsupported": 3, "total": 11, "secrets": 3, "notes": 2,
            "unsettled": 1
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
        let password = json!({
            "now": "var.db_password",
            "variable": "db_password",
            "first_apply": "keeps",
            "found_in": ["variable db_password of aws-rds", "aws_db_instance.main.password of aws-rds"],
        });
        assert_eq!(json["secrets"][0], password);
        let unsettled = json!([{
            "about": "aws_db_instance.main backup_window",
            "text": "the manifest says \"03:00-04:00\", Terraform applied \"05:00-06:00\"",
            "place": null,
        }]);
        assert_eq!(json["unsettled"], unsettled);
    }
}
