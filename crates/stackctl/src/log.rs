//! Logs, to stderr alone.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::args::Options;
use crate::terminal;

/// The HTTP, signing and credential layers below us: their traces hold requests and bodies.
const TALKATIVE: &[&str] = &["aws_", "h2", "hyper", "rustls"];

/// Starts logging at the level asked for. What [`TALKATIVE`] crates say below a warning stays out
/// at every level, even when a filter names them.
pub fn start(options: &Options) {
    let filter = EnvFilter::try_new(&options.log).unwrap_or_else(|_| EnvFilter::new("error"));
    let harmless = filter_fn(|it| {
        *it.level() <= tracing::Level::WARN || !TALKATIVE.iter().any(|talkative| it.target().starts_with(talkative))
    });
    let lines = tracing_subscriber::fmt::layer().with_ansi(terminal::stderr_coloured()).without_time();
    let lines = lines.with_writer(std::io::stderr).with_filter(filter.and(harmless));
    tracing_subscriber::registry().with(lines).init();
}
