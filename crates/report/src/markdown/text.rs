//! Text inside Markdown: whatever it holds, it stays text.
//!
//! In: any text. Out: Markdown that GitHub and GitLab show as that text, in paragraphs, tables and
//! HTML alike, and that mentions nobody and links no issue. It must not know reviews.

/// How a character is written where it would mean something to Markdown, a table or HTML.
fn entity(it: char) -> Option<&'static str> {
    Some(match it {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '|' => "&#124;",
        '`' => "&#96;",
        '*' => "&#42;",
        '[' => "&#91;",
        '\\' => "&#92;",
        '~' => "&#126;",
        '$' => "&#36;",
        '\n' | '\r' | '\t' => " ",
        _ => return None,
    })
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(it) = rest.next() {
        // Between letters a `_` is only itself: names stay readable where nobody renders them.
        let joins = before.is_alphanumeric() && rest.peek().is_some_and(|it| it.is_alphanumeric());
        match (it, entity(it)) {
            ('_', _) if !joins => out += "&#95;",
            (_, Some(entity)) => out += entity,
            (_, None) => out.push(it),
        }
        before = it;
    }
    out
}

/// Text as code. An HTML element and not backquotes, because those end at a backquote, and
/// because a table splits at a `|` inside them.
pub fn code(text: &str) -> String {
    // Inside an element Markdown still makes links of what looks like an address of the web.
    format!("<code>{}</code>", escaped(text).replace("://", "&#58;//").replace("www.", "www&#46;"))
}

/// Prose in which backquotes mark code.
pub fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An even number of parts means that one backquote has no partner: it is then just a character.
    let paired = if parts.len().is_multiple_of(2) { parts.len() - 1 } else { parts.len() };
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        if index == paired {
            out += "&#96;";
        }
        out += &if index < paired && index % 2 == 1 { code(part) } else { quiet(&escaped(part), part) };
    }
    out
}

/// Keeps a host from taking text for a mention or a reference (`@name`, `#1`, `!1`, `GH-1`, …): a
/// space without width stands behind the sign. Escaping the sign does not help: hosts look for
/// references in what Markdown has already been turned into.
fn quiet(escaped: &str, plain: &str) -> String {
    const SIGNS: [char; 4] = ['@', '#', '!', '%'];
    let refers = |it: &str| it.contains(SIGNS) || it.contains("GH-") || it.contains("gh-");
    if !refers(plain) {
        return escaped.to_owned();
    }
    let mut out = String::with_capacity(escaped.len());
    for (index, it) in escaped.char_indices() {
        out.push(it);
        let ends_gh = it == '-' && matches!(escaped[..index].get(index.saturating_sub(2)..), Some("GH" | "gh"));
        // `&#124;` is our own and stays.
        let is_entity = it == '#' && escaped[..index].ends_with('&');
        if (SIGNS.contains(&it) && !is_entity) || ends_gh {
            out.push('\u{200b}');
        }
    }
    out
}

/// A fenced block that none of its lines can end.
pub fn fence<'a>(language: &str, lines: impl IntoIterator<Item = &'a str> + Clone) -> String {
    let longest = |line: &str| line.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    let ticks = "`".repeat(lines.clone().into_iter().map(longest).max().unwrap_or(0).max(2) + 1);
    let mut out = format!("{ticks}{language}\n");
    for line in lines {
        out += line;
        out.push('\n');
    }
    out + &ticks + "\n"
}

/// How much of a comment a text takes, counted in UTF-16 units: no host counts more than that.
pub fn size(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_stays_code() {
        let check = |text: &str, expect: &str| assert_eq!(code(text), format!("<code>{expect}</code>"));
        check("aws_s3_bucket.a[\"b\"]", "aws_s3_bucket.a&#91;\"b\"]");
        check("a`b|c</details>\n@x #1", "a&#96;b&#124;c&lt;/details&gt; @x #1");
    }

    #[test]
    fn prose_pings_nobody() {
        let check = |text: &str, expect: &str| assert_eq!(prose(text), expect);
        check("the database is replaced", "the database is replaced");
        check("`a|b` goes, *all* of it", "<code>a&#124;b</code> goes, &#42;all&#42; of it");
        check("one ` alone, `two` and", "one <code> alone, </code>two&#96; and");
        check("ask @admin about #12 or GH-3 &", "ask @\u{200b}admin about #\u{200b}12 or GH-\u{200b}3 &amp;");
        check("_a_ in a_b", "&#95;a&#95; in a_b");
        check("<img src=x>", "&lt;img src=x&gt;");
    }

    #[test]
    fn fences_hold_what_they_hold() {
        assert_eq!(fence("diff", ["+ a", "```", "</details>"]), "````diff\n+ a\n```\n</details>\n````\n");
        assert_eq!(fence("toml", ["x"]), "```toml\nx\n```\n");
    }
}
