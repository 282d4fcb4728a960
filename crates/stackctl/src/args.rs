//! The command line as data.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::Address;
use review::Verdict;

/// One manifest, one graph, one state, one command for AWS.
#[derive(Debug, Parser)]
#[command(name = "stackctl", version, about, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub options: Options,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Options {
    /// The manifest: a folder or a `stack.toml`. Default: this folder.
    #[arg(short = 'm', long = "manifest", value_name = "PATH", global = true, env = "STACKCTL_MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// The environment, whose `environments/NAME.toml` is merged over the manifest.
    #[arg(long, value_name = "NAME", global = true, env = "STACKCTL_ENV")]
    pub env: Option<String>,
    /// Sets a variable; may be repeated. `STACKCTL_VAR_name` in the environment does it too.
    #[arg(long = "var", value_name = "NAME=VALUE", global = true, value_parser = pair)]
    pub vars: Vec<(String, String)>,
    /// Sets the variables in a file of `NAME = value` lines; may be repeated.
    #[arg(long = "var-file", value_name = "FILE", global = true, env = "STACKCTL_VAR_FILE", value_delimiter = ',')]
    pub var_files: Vec<PathBuf>,
    /// Narrows the command to a layer and what it depends on; may be repeated.
    #[arg(long = "layer", value_name = "NAME", global = true, env = "STACKCTL_LAYER", value_delimiter = ',')]
    pub layers: Vec<String>,
    /// Narrows the command to an address and what it depends on; may be repeated.
    #[arg(long = "target", value_name = "ADDRESS", global = true, env = "STACKCTL_TARGET")]
    pub targets: Vec<Address>,
    /// Runs against the local AWS emulator, which is installed and started as needed.
    #[arg(long, global = true, env = "STACKCTL_SANDBOX", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_missing_value = "true", default_value = "false", require_equals = true, hide_default_value = true, hide_possible_values = true)]
    pub sandbox: bool,
    /// The AWS region, instead of the manifest's.
    #[arg(long, value_name = "REGION", global = true, env = "STACKCTL_REGION")]
    pub region: Option<String>,
    /// The AWS profile, instead of the manifest's.
    #[arg(long, value_name = "NAME", global = true, env = "STACKCTL_PROFILE")]
    pub profile: Option<String>,
    /// How many AWS operations run at once.
    #[arg(long, value_name = "N", global = true, env = "STACKCTL_PARALLELISM", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub parallelism: u16,
    /// How long to wait for another's lock, as `30s` or `5m`. Default: not at all.
    #[arg(long, value_name = "DURATION", global = true, env = "STACKCTL_LOCK_WAIT", value_parser = duration)]
    pub lock_wait: Option<Duration>,
    /// Asks nothing.
    #[arg(short = 'y', long, global = true, env = "STACKCTL_YES", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_missing_value = "true", default_value = "false", require_equals = true, hide_default_value = true, hide_possible_values = true)]
    pub yes: bool,
    /// When to colour.
    #[arg(long, value_name = "WHEN", global = true, env = "STACKCTL_COLOR", value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// What to log to stderr: `error`, `warn`, `info`, `debug`, `trace`, or a filter.
    #[arg(long, value_name = "LEVEL", global = true, env = "STACKCTL_LOG", default_value = "error")]
    pub log: String,
    /// Writes where the time went, as a trace for Perfetto or chrome://tracing.
    #[arg(long, value_name = "FILE", global = true, env = "STACKCTL_TIMELINE")]
    pub timeline: Option<PathBuf>,
    /// Prints results only.
    #[arg(short = 'q', long, global = true, env = "STACKCTL_QUIET", value_parser = clap::builder::BoolishValueParser::new(), num_args = 0..=1, default_missing_value = "true", default_value = "false", require_equals = true, hide_default_value = true, hide_possible_values = true)]
    pub quiet: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// At a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The manifest as an operand.
#[derive(Clone, Debug, Args)]
pub struct Manifest {
    /// The manifest: a folder or a `stack.toml`. Default: this folder.
    // An id of its own: with the option's, clap would take this for it and know no `-m`.
    #[arg(id = "manifest_operand", value_name = "MANIFEST")]
    pub manifest: Option<PathBuf>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Writes a small manifest to start from.
    New {
        /// The stack's name; the folder is made under it.
        name: String,
    },
    /// Makes the bucket and the lock table that `[state]` names; safe to repeat.
    Init {
        #[command(flatten)]
        manifest: Manifest,
        /// Prints what was done as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Checks everything that can be known offline.
    Validate {
        #[command(flatten)]
        manifest: Manifest,
        /// Prints the problems as JSON.
        #[arg(long)]
        json: bool,
        /// Prints the problems as SARIF 2.1.0.
        #[arg(long, conflicts_with = "json")]
        sarif: bool,
    },
    /// Gives the manifest's files one layout; comments stay.
    Fmt {
        #[command(flatten)]
        manifest: Manifest,
        /// Changes nothing; exits with 2 if something would change.
        #[arg(long)]
        check: bool,
    },
    /// Reads AWS and shows the difference.
    Plan {
        #[command(flatten)]
        manifest: Manifest,
        /// Plans the destruction of everything instead.
        #[arg(long)]
        destroy: bool,
        /// Saves the plan, for `apply --plan FILE`.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Exits with 2 if changes are pending.
        #[arg(long)]
        detailed_exitcode: bool,
        /// Prints the plan as JSON.
        #[arg(long)]
        json: bool,
        /// Prints the plan as Markdown, for a comment on a pull request.
        #[arg(long, conflicts_with = "json")]
        markdown: bool,
        /// Writes the plan as a page to look at.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Reviews a change of a manifest: what it would do, and what is at risk. Asks nobody.
    Diff(Diff),
    /// Takes over what Terraform built: writes a manifest and a state from its folders and states.
    Migrate(Migrate),
    /// Plans, asks, and does it.
    Apply {
        #[command(flatten)]
        manifest: Manifest,
        /// Does a saved plan, and never asks.
        #[arg(long, value_name = "FILE")]
        plan: Option<PathBuf>,
        /// Prints one JSON event a line.
        #[arg(long)]
        json: bool,
    },
    /// Deletes everything, in reverse-dependency order.
    Destroy {
        #[command(flatten)]
        manifest: Manifest,
        /// Prints one JSON event a line.
        #[arg(long)]
        json: bool,
    },
    /// Prints outputs.
    Output {
        /// One output, as a bare value.
        name: Option<String>,
        /// Prints `{NAME: {value, sensitive}}`.
        #[arg(long)]
        json: bool,
        /// Fetches and prints secrets.
        #[arg(long)]
        reveal: bool,
    },
    /// Looks at state and tidies it.
    #[command(subcommand)]
    State(State),
    /// Looks at the lock on state, or breaks it.
    #[command(subcommand)]
    Lock(Lock),
    /// Adopts one existing resource.
    Import {
        /// Where the manifest declares it.
        address: Address,
        /// What AWS calls it: what Terraform's import takes.
        id: String,
        /// Prints the result as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints the dependency graph.
    Graph {
        #[command(flatten)]
        manifest: Manifest,
        /// The form.
        #[arg(long, value_enum, default_value_t = GraphFormat::Text)]
        format: GraphFormat,
    },
    /// Explains a kind or one of its arguments.
    Explain {
        /// As `aws_ecs_service` or `aws_ecs_service.desired_count`.
        #[arg(value_name = "KIND[.ARGUMENT]")]
        subject: Option<String>,
    },
    /// Prints the catalog of kinds as JSON.
    Schema {
        /// Prints a JSON Schema of manifests, for editors, instead.
        #[arg(long)]
        json_schema: bool,
    },
    /// The local AWS emulator.
    #[command(subcommand)]
    Sandbox(Sandbox),
    /// Prints the completion script of a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What is compared, and how it is shown.
#[derive(Debug, Args)]
pub struct Diff {
    /// The manifest before: a path, or `REV:PATH` from git.
    #[arg(requires = "new", conflicts_with = "base")]
    pub old: Option<String>,
    /// The manifest after, likewise.
    pub new: Option<String>,
    /// Compares the manifest as it was at this revision with the work tree.
    #[arg(long, value_name = "REV")]
    pub base: Option<String>,
    /// The environment before, where it is another than `--env`: shows what would change if it
    /// became like `--env`.
    #[arg(long, value_name = "NAME")]
    pub against_env: Option<String>,
    /// Prints Markdown, for a comment on a pull request.
    #[arg(long, group = "form")]
    pub markdown: bool,
    /// Prints JSON.
    #[arg(long, group = "form")]
    pub json: bool,
    /// Prints SARIF 2.1.0, with which code hosts annotate lines.
    #[arg(long, group = "form")]
    pub sarif: bool,
    /// Writes a page to look at.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Exits with 2 if anything changes.
    #[arg(long)]
    pub exit_code: bool,
    /// Exits with 2 if a verdict is as bad as this or worse: `safe`, `cost`, `brief-interruption`,
    /// `wider-exposure`, `outage`, `data-loss`.
    #[arg(long, value_name = "VERDICT")]
    pub fail_on: Option<Verdict>,
}

/// What is taken over, and where it goes. Neither AWS nor anything of Terraform's is changed.
#[derive(Debug, Args)]
pub struct Migrate {
    /// Terraform folders in the order in which they are applied, and state files: paths or
    /// `s3://bucket/key`. A folder that names its state needs nothing else.
    #[arg(value_name = "SOURCE", required = true)]
    pub sources: Vec<String>,
    /// The folder to write; it must not exist yet, or be empty.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// The stack's name. Default: the folder's.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// What becomes of secrets.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = Secrets::Variables)]
    pub secrets: Secrets,
    /// Reads AWS and shows that the plan is empty. Default: where there are credentials.
    #[arg(long, conflicts_with = "no_verify")]
    pub verify: bool,
    /// Asks AWS nothing but for states in S3.
    #[arg(long)]
    pub no_verify: bool,
    /// Prints the report and what was verified as JSON.
    #[arg(long, group = "form")]
    pub json: bool,
    /// Prints the report as Markdown.
    #[arg(long, group = "form")]
    pub markdown: bool,
    /// Writes the report as Markdown to this file too.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What becomes of the secrets in Terraform's states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Secrets {
    /// Sensitive variables, which need a value only when it changes.
    Variables,
    /// Secrets in AWS Secrets Manager, which the first apply makes.
    Manager,
}

/// What can be done to state.
#[derive(Debug, Subcommand)]
pub enum State {
    /// Prints every address, one a line.
    List {
        #[command(flatten)]
        manifest: Manifest,
        /// Prints a JSON array.
        #[arg(long)]
        json: bool,
    },
    /// Prints what state knows of one address.
    Show {
        /// The address.
        address: Address,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Gives an address another name.
    Mv {
        /// The address it has.
        from: Address,
        /// The address it gets.
        to: Address,
    },
    /// Forgets addresses; AWS keeps what they stood for.
    Rm {
        /// The addresses.
        #[arg(required = true)]
        addresses: Vec<Address>,
    },
    /// Prints the whole snapshot.
    // Here `--version` is not stackctl's own.
    #[command(disable_version_flag = true)]
    Pull {
        #[command(flatten)]
        manifest: Manifest,
        /// An earlier one: a version or a serial, as `stackctl state history` prints them.
        #[arg(long, value_name = "ID")]
        version: Option<String>,
    },
    /// Lists the snapshots that are kept, newest first.
    History {
        #[command(flatten)]
        manifest: Manifest,
        /// Prints a JSON array.
        #[arg(long)]
        json: bool,
    },
}

/// What can be done with the lock.
#[derive(Debug, Subcommand)]
pub enum Lock {
    /// Says who holds it, since when, doing what, and whether they are alive.
    Show {
        #[command(flatten)]
        manifest: Manifest,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Takes it from whoever holds it, and shuts them out.
    Break {
        #[command(flatten)]
        manifest: Manifest,
    },
}

/// What can be done to the emulator.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Sandbox {
    /// Starts it, if it does not run.
    Start,
    /// Stops it; what it holds is gone.
    Stop,
    /// Says whether it runs, and where.
    Status,
    /// Empties it.
    Reset,
}

/// The forms of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// An indented tree.
    Text,
    /// Graphviz.
    Dot,
    /// Mermaid.
    Mermaid,
    /// A picture.
    Svg,
    /// Nodes and edges.
    Json,
}

impl Command {
    /// The word for it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::New { .. } => "new",
            Self::Validate { .. } => "validate",
            Self::Fmt { .. } => "fmt",
            Self::Graph { .. } => "graph",
            Self::Explain { .. } => "explain",
            Self::Schema { .. } => "schema",
            Self::Sandbox(_) => "sandbox",
            Self::Completions { .. } => "completions",
            Self::Diff(_) => "diff",
            Self::Migrate(_) => "migrate",
            Self::Plan { .. } => "plan",
            Self::Apply { .. } => "apply",
            Self::Destroy { .. } => "destroy",
            Self::Output { .. } => "output",
            Self::Init { .. } => "init",
            Self::State(_) => "state",
            Self::Lock(_) => "lock",
            Self::Import { .. } => "import",
        }
    }

    /// Whether stdout is to be JSON alone.
    pub fn json(&self) -> bool {
        match self {
            Self::Validate { json, sarif, .. } => *json || *sarif,
            Self::Diff(diff) => diff.json || diff.sarif,
            Self::Migrate(migrate) => migrate.json,
            Self::Plan { json, .. } | Self::Apply { json, .. } | Self::Destroy { json, .. } => *json,
            Self::Output { json, .. } | Self::Import { json, .. } => *json,
            Self::State(State::List { json, .. } | State::Show { json, .. } | State::History { json, .. }) => *json,
            Self::Init { json, .. } | Self::Lock(Lock::Show { json, .. }) => *json,
            Self::Lock(Lock::Break { .. }) => false,
            Self::Graph { format, .. } => *format == GraphFormat::Json,
            Self::Schema { .. } => true,
            Self::New { .. } | Self::Fmt { .. } | Self::State(_) | Self::Explain { .. } => false,
            Self::Sandbox(_) | Self::Completions { .. } => false,
        }
    }

    /// The manifest given as an operand.
    pub fn operand(&self) -> Option<&PathBuf> {
        match self {
            Self::Validate { manifest, .. } | Self::Fmt { manifest, .. } | Self::Plan { manifest, .. } => {
                manifest.manifest.as_ref()
            }
            Self::Apply { manifest, .. } | Self::Destroy { manifest, .. } | Self::Graph { manifest, .. } => {
                manifest.manifest.as_ref()
            }
            Self::State(State::List { manifest, .. } | State::Pull { manifest, .. }) => manifest.manifest.as_ref(),
            Self::State(State::History { manifest, .. }) | Self::Init { manifest, .. } => manifest.manifest.as_ref(),
            Self::Lock(Lock::Show { manifest, .. } | Lock::Break { manifest }) => manifest.manifest.as_ref(),
            Self::New { .. } | Self::Output { .. } | Self::State(_) | Self::Import { .. } | Self::Diff(_) => None,
            Self::Migrate(_)
            | Self::Explain { .. }
            | Self::Schema { .. }
            | Self::Sandbox(_)
            | Self::Completions { .. } => None,
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// `30s`, `5m`, `1h`, or several of them.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration; write it as `30s`, `5m` or `1h30m`");
    let mut seconds = 0;
    let mut digits = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        let unit = match character {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => return Err(wrong()),
        };
        let count: u64 = digits.parse().map_err(|_| wrong())?;
        seconds += count * unit;
        digits.clear();
    }
    if digits.is_empty() && !text.is_empty() { Ok(Duration::from_secs(seconds)) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn the_manifest_is_an_operand_or_an_option() {
        let operand = Cli::try_parse_from(["stackctl", "plan", "here"]).expect("an operand");
        assert_eq!((operand.command.operand(), &operand.options.manifest), (Some(&PathBuf::from("here")), &None));
        let option = Cli::try_parse_from(["stackctl", "plan", "-m", "here"]).expect("an option");
        assert_eq!((option.command.operand(), option.options.manifest), (None, Some(PathBuf::from("here"))));
    }

    #[test]
    fn durations_are_read() {
        for (text, expect) in
            [("30s", Some(30)), ("5m", Some(300)), ("1h30m", Some(5400)), ("5", None), ("", None), ("m", None)]
        {
            assert_eq!(duration(text).ok(), expect.map(Duration::from_secs), "{text}");
        }
    }
}
