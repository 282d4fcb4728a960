//! Text in boxes.
//!
//! In: text. Out: how wide it is, the same shortened, the same as XML. It must not know what the
//! text says.

/// About how wide a text is, in pixels. Which font a viewer has is not known, so this is for a
/// wide one.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(|it| advance(it) * size).sum()
}

/// The width of a character, as a part of the font's size.
fn advance(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '|' | '\'' | '.' | ',' | ':' | ';' | '!' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '/' | ' ' | '-' | '"' | '…' => 0.43,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        'A'..='Z' | '&' | '<' | '>' | '=' | '+' | '#' => 0.74,
        ' '..='~' => 0.61,
        '\u{a0}'..='\u{24f}' => 0.7,
        _ => 1.1,
    }
}

/// The text, or its start and its end with an ellipsis between them where it is wider than that.
pub(super) fn clipped(text: &str, size: f64, most: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let room = most - advance('…') * size;
    let start = fitting(text.chars(), size, room * 0.6);
    let end = fitting(text.chars().rev(), size, room - width(&start, size));
    start.chars().chain(['…']).chain(end.chars().rev()).collect()
}

/// As many of the characters as fit.
fn fitting(characters: impl Iterator<Item = char>, size: f64, room: f64) -> String {
    let mut used = 0.0;
    let fits = |it: &char| {
        used += advance(*it) * size;
        used <= room
    };
    characters.take_while(fits).collect()
}

/// The text as XML: in an element or between double quotes. What XML cannot hold becomes `�`.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
