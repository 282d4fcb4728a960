//! What is printed.
//!
//! In: text. Out: the same on stdout or stderr. A reader that has gone away (`| head`) stops
//! nothing, least of all an apply; a text that could not be written for another reason is
//! remembered, so that no script takes a truncated document for a whole one.

use std::fmt::Arguments;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::sync::OnceLock;

use serde_json::Value;

/// Why something that was to be printed was not.
static LOST: OnceLock<io::Error> = OnceLock::new();

/// Prints to stdout.
macro_rules! out {
    ($($text:tt)+) => { $crate::stream::out(format_args!($($text)+)) };
}

/// Prints a line to stdout.
macro_rules! outln {
    () => { $crate::stream::out(format_args!("\n")) };
    ($($text:tt)+) => { $crate::stream::out(format_args!("{}\n", format_args!($($text)+))) };
}

/// Prints to stderr.
macro_rules! err {
    ($($text:tt)+) => { $crate::stream::err(format_args!($($text)+)) };
}

/// Prints a line to stderr.
macro_rules! errln {
    () => { $crate::stream::err(format_args!("\n")) };
    ($($text:tt)+) => { $crate::stream::err(format_args!("{}\n", format_args!($($text)+))) };
}

/// Prints to stdout, in colour where it shows any.
pub fn out(text: Arguments<'_>) {
    keep(anstream::stdout().lock().write_fmt(text));
}

/// Prints to stderr, likewise.
pub fn err(text: Arguments<'_>) {
    keep(anstream::stderr().lock().write_fmt(text));
}

/// Prints a document to stdout. It holds no styles, for which every other output is searched.
pub fn document(document: &Value) {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut stdout, document).map_err(io::Error::from);
    keep(written.and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()));
}

/// What is not on its way to its reader by now never will be.
///
/// # Errors
/// Why it is not, unless the reader has gone.
pub fn finish() -> Result<(), &'static io::Error> {
    keep(io::stdout().flush());
    LOST.get().map_or(Ok(()), Err)
}

fn keep(written: io::Result<()>) {
    if let Err(why) = written
        && why.kind() != ErrorKind::BrokenPipe
    {
        // The first reason is the one to tell.
        let _ = LOST.set(why);
    }
}
