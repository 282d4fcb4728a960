//! Keys, strings and dates the way the canonical layout writes them.

/// A key: bare where it can be.
pub(super) fn key(raw: &str, decoded: &str) -> String {
    let bare = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '-';
    if !decoded.is_empty() && decoded.chars().all(bare) { decoded.to_owned() } else { scalar(raw) }
}

/// A value that is neither list nor table.
pub(super) fn scalar(raw: &str) -> String {
    if raw.starts_with("'''") {
        raw.to_owned()
    } else if raw.starts_with('"') {
        plain_escapes(raw)
    } else if let Some(inner) = raw.strip_prefix('\'').and_then(|it| it.strip_suffix('\'')) {
        if inner.contains(['"', '\\']) { raw.to_owned() } else { format!("\"{inner}\"") }
    } else {
        with_seconds(raw)
    }
}

/// Replaces the escapes that came with TOML 1.1: `\e` and `\xHH`.
fn plain_escapes(raw: &str) -> String {
    let mut output = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(next) = chars.next() {
        output.push(next);
        if next != '\\' {
            continue;
        }
        match chars.next() {
            Some('e') => output.push_str("u001B"),
            Some('x') => output.push_str("u00"),
            Some(escaped) => output.push(escaped),
            None => {}
        }
    }
    output
}

/// Adds the seconds that TOML 1.1 lets one leave out of a time. Only times hold a colon.
fn with_seconds(raw: &str) -> String {
    let end = raw.find(':').map(|colon| colon + 3);
    match end.and_then(|end| raw.split_at_checked(end)) {
        Some((time, rest)) if !rest.starts_with(':') => format!("{time}:00{rest}"),
        Some(_) | None => raw.to_owned(),
    }
}
