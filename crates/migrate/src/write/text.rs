//! Keys, text, numbers and comments in TOML's notation.
//!
//! In: one of them. Out: its notation, which reads back as exactly the same. It must not know
//! where it stands.

/// A key: bare where it can be.
pub(super) fn key(key: &str) -> String {
    let is_bare = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if !key.is_empty() && key.chars().all(is_bare) {
        key.to_owned()
    } else if needs_escapes(key) && !key.contains('\'') && !key.chars().any(is_unprintable) {
        format!("'{key}'")
    } else {
        basic(key)
    }
}

/// Text in quotes. What holds double quotes or backslashes stands in single quotes, where it
/// reads as it is; several lines stand as several lines if they may.
pub(super) fn quoted(text: &str, may_break: bool) -> String {
    let is_raw = needs_escapes(text) && !text.contains("'''") && !text.ends_with('\'');
    if may_break && is_block(text) {
        let is_printable = |it: char| it == '\n' || it == '\t' || !is_unprintable(it);
        // Quotes need no escapes in a text of several lines.
        let is_raw = is_raw && text.contains('\\');
        return if is_raw && text.chars().all(is_printable) { format!("'''\n{text}'''") } else { block(text) };
    }
    if !is_raw || text.chars().any(is_unprintable) {
        basic(text)
    } else if text.contains('\'') {
        format!("'''{text}'''")
    } else {
        format!("'{text}'")
    }
}

/// A number with a fraction or an exponent, as TOML wants it to be told from a whole number.
pub(super) fn float(number: f64) -> String {
    if number.is_nan() { "nan".to_owned() } else { format!("{number:?}") }
}

/// A comment that ends a line: whatever breaks lines in it becomes a blank.
pub(super) fn comment(text: &str) -> String {
    let text: String = text.chars().map(|it| if is_unprintable(it) && it != '\t' { ' ' } else { it }).collect();
    match text.trim_end() {
        "" => "#".to_owned(),
        // `##` is a mark of its own: the second one belongs to the first.
        text if text.starts_with('#') => format!("#{text}"),
        text => format!("# {text}"),
    }
}

/// A comment's lines, each one a comment.
pub(super) fn comment_lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    text.split(['\n', '\r']).map(comment).collect()
}

/// How many columns a text takes, as the formatter counts them.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Whether text is to stand on several lines. A line break at the end alone is easier to see as
/// `\n`.
fn is_block(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n') || text.contains('\n') && needs_escapes(text)
}

fn needs_escapes(text: &str) -> bool {
    text.contains(['"', '\\'])
}

/// What a reader does not see, or sees as something else than it is: line and paragraph
/// separators, marks that turn the direction of text, and what TOML forbids.
fn is_unprintable(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

fn basic(text: &str) -> String {
    let escaped: String = text.chars().map(|it| if it == '"' { "\\\"".to_owned() } else { escaped(it) }).collect();
    format!("\"{escaped}\"")
}

/// Several lines with escapes. Quotes need none but where three would end the text.
fn block(text: &str) -> String {
    let mut out = "\"\"\"\n".to_owned();
    let mut quotes = 0;
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '"' if quotes == 2 || rest.peek().is_none() => {
                out.push_str("\\\"");
                quotes = 0;
            }
            '"' => {
                out.push('"');
                quotes += 1;
            }
            '\n' | '\t' => {
                out.push(next);
                quotes = 0;
            }
            _ => {
                out.push_str(&escaped(next));
                quotes = 0;
            }
        }
    }
    out + "\"\"\""
}

fn escaped(it: char) -> String {
    match it {
        '\\' => "\\\\".to_owned(),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        _ if is_unprintable(it) => format!("\\u{:04X}", u32::from(it)),
        _ => it.to_string(),
    }
}
