//! Logs, to stderr alone.

use tracing_subscriber::EnvFilter;

use crate::args::Options;
use crate::terminal;

/// Starts logging at the level asked for. The HTTP and credential layers of the SDK stay out
/// of it at every level: their traces hold signed requests and bodies.
pub fn start(options: &Options) {
    let quiet = [
        "aws_config",
        "aws_sigv4",
        "aws_runtime",
        "aws_smithy_runtime",
        "aws_smithy_runtime_api",
        "aws_smithy_http_client",
        "aws_sdk_sts",
        "hyper",
        "hyper_util",
        "h2",
        "rustls",
    ];
    let mut filter = EnvFilter::try_new(&options.log).unwrap_or_else(|_| EnvFilter::new("error"));
    for target in quiet {
        if let Ok(directive) = format!("{target}=warn").parse() {
            filter = filter.add_directive(directive);
        }
    }
    let layer = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    layer.with_ansi(terminal::stderr_coloured()).with_target(true).without_time().init();
}
