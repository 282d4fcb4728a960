//! Strings of every TOML form, and where each of their characters stands.

use super::*;

/// The text that `x` is set to, and for each decoded character what it stands as in the file.
fn check(written: &str, decoded: &str, pieces: &[&str]) {
    let source = format!("[locals]\nx = {written} # end\n");
    let manifest = sound(&[("stack.toml", "[stack]\nname='s'\n"), ("a.toml", &source)], None);
    let Value::Text(text) = &manifest.locals["x"].1.value else { panic!("{written} is a string") };
    assert_eq!(text.decoded, decoded, "{written}");
    if !text.offsets.is_empty() {
        assert_eq!(text.offsets.len(), decoded.len() + 1, "{written}");
    }
    let piece = |(at, it): (usize, char)| &source[text.offset(at) as usize..text.offset(at + it.len_utf8()) as usize];
    let found: Vec<_> = decoded.char_indices().map(piece).collect();
    assert_eq!(found, pieces, "{written}");
    assert_eq!(text.start, text.offset(0), "{written}");
    let verbatim = pieces.concat() == decoded;
    assert_eq!(text.offsets.is_empty(), verbatim, "{written}");
}

#[test]
fn basic() {
    check(r#""""#, "", &[]);
    check(r#""aé$""#, "aé$", &["a", "é", "$"]);
    check(r#""\"a\\""#, "\"a\\", &["\\\"", "a", "\\\\"]);
    check(r#""\u00e9\U0001F600x""#, "é😀x", &["\\u00e9", "\\U0001F600", "x"]);
    check(r#""\x41\e\t\n""#, "A\u{1b}\t\n", &["\\x41", "\\e", "\\t", "\\n"]);
}

#[test]
fn literal() {
    check("''", "", &[]);
    check(r#"'\n"é'"#, "\\n\"é", &["\\", "n", "\"", "é"]);
}

#[test]
fn multi_line_basic() {
    check(r#""""""""#, "", &[]);
    check("\"\"\"\na\nb\"\"\"", "a\nb", &["a", "\n", "b"]);
    check("\"\"\"\r\na\"\"\"", "a", &["a"]);
    check("\"\"\"a\\\n   b\"\"\"", "ab", &["a\\\n   ", "b"]);
    check("\"\"\"a\\\n  \\\n \\tb\\\n  \"\"\"", "a\tb", &["a\\\n  \\\n ", "\\t", "b\\\n  "]);
    check("\"\"\"\"a\"\"\"\"\"", "\"a\"\"", &["\"", "a", "\"", "\""]);
    check("\"\"\"\n\\u0041\\u0042\"\"\"", "AB", &["\\u0041", "\\u0042"]);
}

#[test]
fn multi_line_literal() {
    check("''''''", "", &[]);
    check("'''\n\\a'\n'''", "\\a'\n", &["\\", "a", "'", "\n"]);
}

#[test]
fn dates() {
    let pieces = |text: &'static str| -> Vec<&'static str> { (0..text.len()).map(|at| &text[at..=at]).collect() };
    check("2024-01-01", "2024-01-01", &pieces("2024-01-01"));
    let check = |written: &str, expect: &str| {
        let source = format!("[locals]\nx = {written}\n");
        let manifest = sound(&[("stack.toml", "[stack]\nname='s'\n"), ("a.toml", &source)], None);
        assert_eq!(show(&manifest.locals), format!("x = {expect:?}"));
    };
    check("2024-01-01 07:32:00z", "2024-01-01T07:32:00Z");
    check("2024-01-01T07:32:00.5+01:00", "2024-01-01T07:32:00.5+01:00");
    check("07:32", "07:32:00");
}
