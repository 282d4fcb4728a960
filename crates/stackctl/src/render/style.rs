//! The colours, in one place.

use anstyle::{AnsiColor, Style};
use model::plan::Action;
use review::Verdict;

/// Bold.
pub const BOLD: Style = Style::new().bold();
/// What stands back.
pub const DIM: Style = Style::new().dimmed();
/// What comes.
pub const GREEN: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
/// What goes.
pub const RED: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
/// What changes.
pub const YELLOW: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));
/// What is not known yet, and names.
pub const CYAN: Style = Style::new().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Cyan)));

/// The colour of a verdict; the worst is a block of its own.
pub fn verdict(verdict: Verdict) -> Style {
    let colour = |it: AnsiColor| Style::new().fg_color(Some(anstyle::Color::Ansi(it)));
    match verdict {
        Verdict::Safe => GREEN,
        Verdict::Cost => colour(AnsiColor::Blue),
        Verdict::BriefInterruption => YELLOW,
        Verdict::WiderExposure => colour(AnsiColor::Magenta).bold(),
        Verdict::Outage => RED.bold(),
        Verdict::DataLoss => RED.bold().invert(),
    }
}

/// The sign and colour of an action.
pub fn sign(action: Action) -> (&'static str, Style) {
    match action {
        Action::Create => ("+", GREEN),
        Action::Update => ("~", YELLOW),
        Action::Replace => ("-/+", RED),
        Action::Delete => ("-", RED),
        Action::Adopt => (">", CYAN),
        Action::Forget => ("x", DIM),
        Action::Move => ("=", CYAN),
        Action::Record => ("·", DIM),
        Action::Read => ("?", CYAN),
    }
}
