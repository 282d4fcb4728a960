//! What the streams are: colour, width, whether someone is there to ask.

use std::io::{IsTerminal, Write};

use crate::args::Color;

/// Decides once whether output is coloured.
pub fn colour(choice: Color) {
    let choice = match choice {
        Color::Auto => anstream::ColorChoice::Auto,
        Color::Always => anstream::ColorChoice::Always,
        Color::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}

/// Whether stderr shows colours.
pub fn stderr_coloured() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// Whether progress can be redrawn.
pub fn interactive() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("TERM").is_none_or(|it| it != "dumb")
}

/// Columns of the terminal; 100 where there is none.
pub fn width() -> usize {
    let given = std::env::var("COLUMNS").ok().and_then(|it| it.parse().ok());
    let columns = given.or_else(|| console::Term::stdout().size_checked().map(|(_, columns)| columns));
    usize::from(columns.unwrap_or(100)).clamp(40, 240)
}

/// Asks a question that only `yes` answers; `None` without a terminal. Whoever waits for the answer
/// may stop waiting.
pub async fn confirm(question: &str) -> Option<bool> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return None;
    }
    err!("{question} ");
    std::io::stderr().flush().ok()?;
    let (tell, answer) = tokio::sync::oneshot::channel();
    // Reading cannot be given up. A thread of its own ends with the process, where the runtime's
    // threads for such work would be waited for.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        // Whoever asked may have stopped waiting.
        let _ = tell.send(read.is_ok() && line.trim() == "yes");
    });
    let unanswered = Unanswered;
    let answered = answer.await.ok();
    std::mem::forget(unanswered);
    answered
}

/// Ends the line of a question that nobody waits for any more.
struct Unanswered;

impl Drop for Unanswered {
    fn drop(&mut self) {
        errln!();
    }
}
