//! Problems and failures on stderr, or as the one JSON document on stdout.

use anstyle::{AnsiColor, Style};
use model::diagnostic::{self, Diagnostic, Terminal};
use model::source::Sources;
use serde_json::json;

use crate::failure::Failure;
use crate::stream;
use crate::terminal;

/// Prints why a command failed.
pub fn report(failure: &Failure, as_json: bool) {
    match (&failure.problems, as_json) {
        (Some(problems), true) => stream::document(&diagnostic::json(&problems.sources, &problems.diagnostics)),
        (Some(problems), false) => {
            diagnostics(&problems.diagnostics, &problems.sources, &problems.root);
            err!("{}", help(failure));
        }
        (None, true) => stream::document(&document(failure)),
        (None, false) => err!("{}", text(failure)),
    }
}

/// Prints diagnostics as a compiler does.
pub fn diagnostics(diagnostics: &[Diagnostic], sources: &Sources, root: &str) {
    let terminal = Terminal { color: terminal::stderr_coloured(), width: terminal::width(), root };
    err!("{}", terminal.render(sources, diagnostics));
}

/// A failure for scripts.
pub fn document(failure: &Failure) -> serde_json::Value {
    json!({ "error": {
        "code": failure.code,
        "message": failure.message,
        "help": failure.help,
        "address": failure.address.as_ref().map(ToString::to_string),
        "request_id": failure.request_id,
        "exit": failure.exit as u8,
    } })
}

fn text(failure: &Failure) -> String {
    let red = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let bold = Style::new().bold();
    let mut out = format!("{red}error{red:#}{bold}: {}{bold:#}\n", failure.message);
    if let Some(address) = &failure.address {
        out += &format!("  at: {address}\n");
    }
    if let Some(request) = &failure.request_id {
        out += &format!("  request id: {request}\n");
    }
    out + &help(failure)
}

fn help(failure: &Failure) -> String {
    let bold = Style::new().bold();
    failure.help.as_ref().map_or_else(String::new, |help| format!("  {bold}help{bold:#}: {help}\n"))
}
