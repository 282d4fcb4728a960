//! `stackctl new NAME`

use std::path::Path;

use crate::failure::{Exit, Failure};

/// What git is to leave alone in a folder that stackctl writes.
pub const IGNORED: &str = "# Local state; a team keeps state in S3.\n.stackctl/\n";

/// Writes a folder with a small manifest that plans and applies as it is.
pub fn run(name: &str) -> Result<Exit, Failure> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(fits) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        let message = format!("`{name}` is no name for a stack");
        return Err(Failure::wrong("usage", message).help("use lower-case letters, digits and hyphens, a letter first"));
    }
    let folder = Path::new(name);
    if folder.join("stack.toml").exists() {
        return Err(Failure::wrong("exists", format!("`{name}/stack.toml` exists already: nothing was written")));
    }
    let failed = |wrong: std::io::Error| Failure::environment("unwritable", format!("cannot write `{name}`: {wrong}"));
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(folder.join("stack.toml"), stack(name)).map_err(failed)?;
    std::fs::write(folder.join("logs.toml"), LAYER).map_err(failed)?;
    let ignore = folder.join(".gitignore");
    if !ignore.exists() {
        std::fs::write(ignore, IGNORED).map_err(failed)?;
    }
    outln!("Wrote {name}/stack.toml and {name}/logs.toml. Next:");
    outln!();
    outln!("  stackctl plan  {name} --sandbox     # no AWS account needed");
    outln!("  stackctl apply {name} --sandbox");
    outln!("  stackctl explain aws_cloudwatch_log_group");
    Ok(Exit::Done)
}

fn stack(name: &str) -> String {
    format!(
        r#"# Settings of the stack. Every other *.toml beside this file is a layer of it.

[stack]
name = "{name}"

[provider.aws]
region = "us-east-1"

[variables.environment]
description = "Which copy of the stack this is."
type        = "string"
default     = "dev"

[tags]
environment = "${{var.environment}}"
project     = "{name}"

[outputs.log_group]
value = "${{aws_cloudwatch_log_group.app.name}}"
"#
    )
}

const LAYER: &str = r#"# A first resource: `stackctl explain aws_cloudwatch_log_group` lists its arguments.

[resource.aws_cloudwatch_log_group.app]
name              = "/${stack.name}/${var.environment}"
retention_in_days = 14
"#;
