//! CSV as RFC 4180 has it.

use std::convert::Infallible;

use super::{Args, Fault};
use crate::tree::{Known, Tree};

pub(super) fn decode(args: &Args<Infallible>) -> Result<Known, Fault> {
    let mut rows = rows(&args.text(0)?)?.into_iter();
    let Some(header) = rows.next() else {
        return Err(Fault::at(0, "there is no row of column names"));
    };
    let decoded = rows.map(|row| {
        if row.len() != header.len() {
            return Err(Fault::at(
                0,
                format!("a row has {} fields, and there are {} columns", row.len(), header.len()),
            ));
        }
        Ok(Tree::map(header.iter().zip(row).map(|(name, field)| (name, Tree::Text(field)))))
    });
    decoded.collect::<Result<_, _>>().map(Tree::List)
}

/// Rows of fields; empty lines are none.
fn rows(text: &str) -> Result<Vec<Vec<String>>, Fault> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            '"' => return Err(Fault::at(0, "a quote stands inside a field without quotes")),
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    if quoted {
        return Err(Fault::at(0, "a quoted field is never closed"));
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows.retain(|row| row.len() != 1 || row.iter().any(|field| !field.is_empty()));
    Ok(rows)
}
